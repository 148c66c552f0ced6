/**
 * LZMA (Pavlov), after the decoder in "LZMA specification" of the LZMA SDK (draft 2015), and the old file format ".lzma"
 * around it. What was written is the dictionary.
 */
import { broken, copyBack, type Output, openOutput, reserve, written } from './output.ts'

/** Where each table of probabilities begins; POS states are at most 16, literals follow at the end. */
const STATES = 12
const IS_MATCH = 0
const IS_REP = IS_MATCH + STATES * 16
const IS_REP0 = IS_REP + STATES
const IS_REP1 = IS_REP0 + STATES
const IS_REP2 = IS_REP1 + STATES
const IS_REP0_LONG = IS_REP2 + STATES
const SLOT = IS_REP0_LONG + STATES * 16
const SPECIAL = SLOT + 4 * 64
const ALIGN = SPECIAL + 128
/** A coder of lengths: two choices, 16 × 8 short, 16 × 8 middle, 256 long. */
const LENGTH = ALIGN + 16
const SHORT = 2
const MIDDLE = SHORT + 16 * 8
const LONG = MIDDLE + 16 * 8
const LENGTH_SIZE = LONG + 256
const REP_LENGTH = LENGTH + LENGTH_SIZE
const LITERAL = REP_LENGTH + LENGTH_SIZE
const EVEN = 1024
const SHORTEST = 2

export interface Lzma {
  readonly bytes: Uint8Array
  at: number
  /** Where the coded bytes end. */
  end: number
  range: number
  code: number
  probability: Uint16Array
  lc: number
  lpMask: number
  pbMask: number
  state: number
  readonly distances: [number, number, number, number]
  readonly out: Output
  /** Where in the output the dictionary begins, and how far back it goes at most. */
  oldest: number
  readonly window: number
}

const fault = (d: Lzma, what: string) => broken('LZMA', what, d.at)

export function openLzma(bytes: Uint8Array, at: number, out: Output, window: number): Lzma {
  return {
    bytes,
    at,
    end: bytes.length,
    range: 0,
    code: 0,
    probability: new Uint16Array(),
    lc: 0,
    lpMask: 0,
    pbMask: 0,
    state: 0,
    distances: [0, 0, 0, 0],
    out,
    oldest: out.length,
    window,
  }
}

/** `properties` = (pb × 5 + lp) × 9 + lc. */
export function setProperties(d: Lzma, properties: number): void {
  const lc = properties % 9
  const lp = Math.floor(properties / 9) % 5
  const pb = Math.floor(properties / 45)
  if (pb > 4 || lc + lp > 4) throw fault(d, 'its properties')
  d.lc = lc
  d.lpMask = (1 << lp) - 1
  d.pbMask = (1 << pb) - 1
  d.probability = new Uint16Array(LITERAL + (0x300 << (lc + lp)))
  resetState(d)
}

export function resetState(d: Lzma): void {
  d.probability.fill(EVEN)
  d.state = 0
  d.distances.fill(0)
}

/** The first five bytes: a zero, and the first four of the code. */
export function openRange(d: Lzma): void {
  if (d.end - d.at < 5) throw fault(d, 'it ends early')
  if (d.bytes[d.at] !== 0) throw fault(d, 'its first byte')
  d.range = 0xffffffff
  d.code = 0
  for (let i = 1; i < 5; i++) d.code = ((d.code << 8) | d.bytes[d.at + i]!) >>> 0
  d.at += 5
}

function normalize(d: Lzma): void {
  if (d.range < 0x1000000) {
    if (d.at >= d.end) throw fault(d, 'it ends early')
    d.range = (d.range << 8) >>> 0
    d.code = ((d.code << 8) | d.bytes[d.at++]!) >>> 0
  }
}

function bit(d: Lzma, place: number): number {
  normalize(d)
  const p = d.probability[place]!
  const bound = (d.range >>> 11) * p
  if (d.code < bound) {
    d.range = bound
    d.probability[place] = p + ((2048 - p) >> 5)
    return 0
  }
  d.range -= bound
  d.code -= bound
  d.probability[place] = p - (p >> 5)
  return 1
}

function direct(d: Lzma, count: number): number {
  let value = 0
  for (let i = 0; i < count; i++) {
    normalize(d)
    d.range >>>= 1
    const one = d.code >= d.range ? 1 : 0
    if (one) d.code -= d.range
    value = value * 2 + one
  }
  return value
}

/** `count` bits, the most significant first. */
function tree(d: Lzma, base: number, count: number): number {
  let m = 1
  for (let i = 0; i < count; i++) m = 2 * m + bit(d, base + m)
  return m - (1 << count)
}

function reverseTree(d: Lzma, base: number, count: number): number {
  let m = 1
  let value = 0
  for (let i = 0; i < count; i++) {
    const one = bit(d, base + m)
    m = 2 * m + one
    value |= one << i
  }
  return value
}

function literal(d: Lzma): void {
  const { out } = d
  const position = out.length - d.oldest
  const before = position > 0 ? out.bytes[out.length - 1]! : 0
  const base = LITERAL + 0x300 * (((position & d.lpMask) << d.lc) + (before >> (8 - d.lc)))
  let symbol = 1
  if (d.state >= 7) {
    let matched = out.bytes[out.length - d.distances[0] - 1]!
    while (symbol < 0x100) {
      const expected = (matched >> 7) & 1
      matched <<= 1
      const found = bit(d, base + ((1 + expected) << 8) + symbol)
      symbol = 2 * symbol + found
      if (found !== expected) break
    }
  }
  while (symbol < 0x100) symbol = 2 * symbol + bit(d, base + symbol)
  if (out.length === out.bytes.length) reserve(out, 1)
  out.bytes[out.length++] = symbol & 0xff
  d.state = d.state < 4 ? 0 : d.state < 10 ? d.state - 3 : d.state - 6
}

function length(d: Lzma, base: number, posState: number): number {
  if (!bit(d, base)) return tree(d, base + SHORT + 8 * posState, 3)
  if (!bit(d, base + 1)) return 8 + tree(d, base + MIDDLE + 8 * posState, 3)
  return 16 + tree(d, base + LONG, 8)
}

function distance(d: Lzma, matched: number): number {
  const slot = tree(d, SLOT + 64 * Math.min(matched, 3), 6)
  if (slot < 4) return slot
  const bits = (slot >> 1) - 1
  const high = (2 | (slot & 1)) * 2 ** bits
  if (slot < 14) return high + reverseTree(d, SPECIAL + high - slot, bits)
  return high + direct(d, bits - 4) * 16 + reverseTree(d, ALIGN, 4)
}

/** A distance seen before, moved to the front. Returns the length, or 1 for a single byte. */
function repeated(d: Lzma, posState: number): number {
  const { distances, state } = d
  if (!bit(d, IS_REP0 + state)) {
    if (!bit(d, IS_REP0_LONG + 16 * state + posState)) {
      d.state = state < 7 ? 9 : 11
      return 1
    }
  } else {
    const which = !bit(d, IS_REP1 + state) ? 1 : !bit(d, IS_REP2 + state) ? 2 : 3
    const chosen = distances[which]!
    for (let i = which; i > 0; i--) distances[i] = distances[i - 1]!
    distances[0] = chosen
  }
  d.state = state < 7 ? 8 : 11
  return SHORTEST + length(d, REP_LENGTH, posState)
}

const END = 0xffffffff

/** Decodes until the output has `until` bytes, or up to the mark of the end. Returns whether that mark was seen. */
export function decode(d: Lzma, until: number): boolean {
  const { out } = d
  while (out.length < until) {
    const posState = (out.length - d.oldest) & d.pbMask
    if (!bit(d, IS_MATCH + 16 * d.state + posState)) {
      literal(d)
      continue
    }
    let count: number
    if (bit(d, IS_REP + d.state)) {
      if (out.length === d.oldest) throw fault(d, 'it refers to bytes before its beginning')
      count = repeated(d, posState)
    } else {
      count = SHORTEST + length(d, LENGTH, posState)
      d.distances.copyWithin(1, 0, 3)
      d.distances[0] = distance(d, count - SHORTEST)
      d.state = d.state < 7 ? 7 : 10
      if (d.distances[0] === END) return true
    }
    const back = d.distances[0] + 1
    if (back > out.length - d.oldest || back > d.window) throw fault(d, 'it refers to bytes before its beginning')
    if (count > until - out.length) throw fault(d, 'it grows beyond its size')
    reserve(out, count)
    copyBack(out, back, count)
  }
  return false
}

/** After the last of the coded bytes nothing of the code is left. */
export function closeRange(d: Lzma): void {
  normalize(d)
  if (d.code !== 0 || d.at !== d.end) throw fault(d, d.code !== 0 ? 'its end' : `${d.end - d.at} bytes follow its end`)
}

const HEADER = 13

/** The format ".lzma": properties, size of the dictionary, size of the content or −1, and no checksum. */
export function lzmaAlone(bytes: Uint8Array, allowed: number): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const out = openOutput(allowed)
  if (bytes.length < HEADER) throw broken('LZMA', 'it ends early', bytes.length)
  const d = openLzma(bytes, HEADER, out, Math.max(4096, view.getUint32(1, true)))
  setProperties(d, bytes[0]!)
  const size = view.getBigUint64(5, true)
  const unknown = size === 2n ** 64n - 1n
  // A declared size is only held against what comes out.
  const until = unknown ? Infinity : Number(size)
  openRange(d)
  const ended = decode(d, until)
  if (ended ? !unknown && out.length !== until : unknown) throw broken('LZMA', 'its size', d.at)
  // With a size the mark of the end may follow or not.
  if (!ended) {
    normalize(d)
    if (d.code !== 0 && !decode(d, until + 1)) throw broken('LZMA', 'its end', d.at)
  }
  closeRange(d)
  return written(out)
}

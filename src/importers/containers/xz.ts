/** The .xz file format 1.2.1 (Collin 2024) with LZMA2, the only filter that joblib and Python's default use. One stream. */
import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { crc64 } from './checksum.ts'
import { closeRange, decode, type Lzma, openLzma, openRange, resetState, setProperties } from './lzma.ts'
import { broken, copyIn, type Output, openOutput, written } from './output.ts'

const HEADER = 12
const LZMA2 = 0x21
/** Bytes of the check behind each block, by its number. */
const CHECKS: Readonly<Record<number, number>> = { 0: 0, 1: 4, 4: 8, 10: 32 }

interface Xz {
  readonly bytes: Uint8Array
  readonly view: DataView
  readonly out: Output
  readonly check: number
  at: number
}

const fault = (s: { readonly at: number }, what: string) => broken('xz', what, s.at)

function need(s: Xz, count: number): number {
  const from = s.at
  if (count > s.bytes.length - from) throw fault(s, 'it ends early')
  s.at += count
  return from
}

export function xz(bytes: Uint8Array, allowed: number): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  if (bytes.length < HEADER) throw broken('xz', 'it ends early', bytes.length)
  const flags = bytes.subarray(6, 8)
  if (bytes[5] !== 0 || bytes[6] !== 0 || view.getUint32(8, true) !== crc32(flags)) throw broken('xz', 'its header', 5)
  const check = bytes[7]!
  if (CHECKS[check] === undefined) throw broken('xz', `check ${check} is not known`, 7)
  const s: Xz = { bytes, view, out: openOutput(allowed), check, at: HEADER }
  const records: [number, number][] = []
  while (bytes[need(s, 1)] !== 0) {
    s.at--
    records.push(readBlock(s))
  }
  const size = readIndex(s, records)
  const footer = need(s, HEADER)
  const sound =
    view.getUint32(footer, true) === crc32(bytes.subarray(footer + 4, footer + 10)) &&
    (view.getUint32(footer + 4, true) + 1) * 4 === size &&
    bytes[footer + 8] === 0 &&
    bytes[footer + 9] === check &&
    view.getUint16(footer + 10, false) === 0x595a
  if (!sound) throw fault(s, 'its footer')
  if (s.at !== bytes.length) throw fault(s, `${bytes.length - s.at} bytes follow its end`)
  return written(s.out)
}

/** A number of 7 bits a byte, the least significant first. */
function varint(s: Xz): number {
  let value = 0
  for (let i = 0; i < 8; i++) {
    const byte = s.bytes[need(s, 1)]!
    value += (byte & 0x7f) * 2 ** (7 * i)
    if (byte < 0x80) {
      if (byte === 0 && i > 0) break
      return value
    }
  }
  throw fault(s, 'a number')
}

function zeros(s: Xz, count: number): void {
  const from = need(s, count)
  for (let i = from; i < s.at; i++) if (s.bytes[i] !== 0) throw fault(s, 'its padding')
}

/** Returns the sizes that the index repeats: without padding, and of the content. */
function readBlock(s: Xz): [number, number] {
  const from = s.at
  const end = from + (s.bytes[from]! + 1) * 4
  if (end > s.bytes.length) throw fault(s, 'it ends early')
  if (s.view.getUint32(end - 4, true) !== crc32(s.bytes.subarray(from, end - 4)))
    throw fault(s, 'the header of a block')
  s.at++
  const flags = s.bytes[need(s, 1)]!
  if (flags & 0x3c) throw fault(s, 'the header of a block')
  const packed = flags & 0x40 ? varint(s) : undefined
  const unpacked = flags & 0x80 ? varint(s) : undefined
  if (flags & 3 || varint(s) !== LZMA2 || varint(s) !== 1) throw fault(s, 'it uses another filter than LZMA2')
  const dictionary = s.bytes[need(s, 1)]!
  if (dictionary > 40 || s.at > end - 4) throw fault(s, 'the header of a block')
  zeros(s, end - 4 - s.at)
  s.at = end

  const start = s.out.length
  readChunks(s, dictionary === 40 ? 2 ** 32 - 1 : (2 | (dictionary & 1)) * 2 ** ((dictionary >> 1) + 11))
  const size = s.out.length - start
  if ((packed ?? s.at - end) !== s.at - end || (unpacked ?? size) !== size) throw fault(s, 'the size of a block')
  const length = s.at - from
  zeros(s, (4 - (length % 4)) % 4)
  readCheck(s, s.out.bytes.subarray(start, s.out.length))
  return [length + CHECKS[s.check]!, size]
}

function readCheck(s: Xz, content: Uint8Array): void {
  const from = need(s, CHECKS[s.check]!)
  if (!checkHolds(s, content, from)) throw fault(s, 'the checksum of a block')
}

function checkHolds(s: Xz, content: Uint8Array, from: number): boolean {
  if (s.check === 0) return true
  if (s.check === 10) return createHash('sha256').update(content).digest().equals(s.bytes.subarray(from, s.at))
  const [low, high] = s.check === 4 ? crc64(content) : [crc32(content)]
  return s.view.getUint32(from, true) === low && (high === undefined || s.view.getUint32(from + 4, true) === high)
}

/** LZMA2: chunks that are coded or not, each saying what it keeps of the one before. */
function readChunks(s: Xz, window: number): void {
  const d = openLzma(s.bytes, s.at, s.out, window)
  let fresh = false
  let described = false
  for (;;) {
    const control = s.bytes[need(s, 1)]!
    if (control === 0) return
    if (control === 1 || control >= 0xe0) {
      fresh = true
      described = false
      d.oldest = s.out.length
    }
    if (!fresh || (control > 2 && control < 0x80)) throw fault(s, 'a chunk')
    const size = s.view.getUint16(need(s, 2), false) + 1
    if (control < 0x80) {
      const from = need(s, size)
      copyIn(s.out, s.bytes.subarray(from, s.at))
      continue
    }
    readCoded(s, d, control, size, described)
    described = true
  }
}

function readCoded(s: Xz, d: Lzma, control: number, size: number, described: boolean): void {
  const unpacked = size + ((control & 0x1f) << 16)
  const packed = s.view.getUint16(need(s, 2), false) + 1
  if (control >= 0xc0) setProperties(d, s.bytes[need(s, 1)]!)
  else if (!described) throw fault(s, 'a chunk without properties')
  else if (control >= 0xa0) resetState(d)
  d.at = need(s, packed)
  d.end = s.at
  openRange(d)
  if (decode(d, s.out.length + unpacked)) throw fault(s, 'an end within a chunk')
  closeRange(d)
}

/** Repeats the sizes of all blocks. Returns its own size. */
function readIndex(s: Xz, records: readonly (readonly [number, number])[]): number {
  const from = s.at - 1
  if (varint(s) !== records.length) throw fault(s, 'its index')
  for (const [packed, unpacked] of records) {
    if (varint(s) !== packed || varint(s) !== unpacked) throw fault(s, 'its index')
  }
  zeros(s, (4 - ((s.at - from) % 4)) % 4)
  const end = need(s, 4)
  if (s.view.getUint32(end, true) !== crc32(s.bytes.subarray(from, end))) throw fault(s, 'its index')
  return s.at - from
}

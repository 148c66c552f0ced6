/**
 * bzip2 (Seward 1996), whose format is described by the program and by Joe Tsai's "BZIP2: Format specification" (2016).
 * Streams may follow each other, as parallel compressors write them.
 */
import { crc32Msb } from './checksum.ts'
import { broken, type Output, openOutput, reserve, written } from './output.ts'

/** Bits from the most significant on. */
interface Bits {
  readonly bytes: Uint8Array
  at: number
  /** Up to 31 bits that were taken from the bytes and not yet used, in the low `count` bits. */
  held: number
  count: number
}

const fault = (bits: Bits, what: string) => broken('bzip2', what, bits.at)

const BLOCK = 0x314159265359
const FOOTER = 0x177245385090
const BLOCK_UNIT = 100_000
const LONGEST_CODE = 20
const GROUP = 50
const RUN_A = 0
const RUN_B = 1

function take(bits: Bits, count: number): number {
  while (bits.count < count) {
    if (bits.at >= bits.bytes.length) throw fault(bits, 'it ends early')
    bits.held = ((bits.held << 8) | bits.bytes[bits.at++]!) & 0x7fffffff
    bits.count += 8
  }
  bits.count -= count
  return (bits.held >>> bits.count) & ((1 << count) - 1)
}

/** The bytes of a block, later with the places that follow each above them. Most blocks are far from the largest. */
interface Block {
  table: Uint32Array
  most: number
}

function room(block: Block, needed: number): Uint32Array {
  if (needed > block.table.length) {
    const larger = new Uint32Array(Math.max(needed, Math.min(block.most, 2 * block.table.length)))
    larger.set(block.table)
    block.table = larger
  }
  return block.table
}

const take32 = (bits: Bits) => (take(bits, 16) * 65536 + take(bits, 16)) >>> 0
const take48 = (bits: Bits) => take(bits, 24) * 2 ** 24 + take(bits, 24)

export function bzip2(bytes: Uint8Array, allowed: number): Uint8Array {
  const bits: Bits = { bytes, at: 0, held: 0, count: 0 }
  const out = openOutput(allowed)
  const block: Block = { table: new Uint32Array(2 ** 12), most: 0 }
  do {
    if (take(bits, 24) !== 0x425a68) throw fault(bits, 'bytes follow its end')
    const level = take(bits, 8) - 48
    if (level < 1 || level > 9) throw fault(bits, 'its header')
    block.most = level * BLOCK_UNIT
    readStream(bits, out, block)
    // The rest of the last byte is filled up.
    bits.count = 0
  } while (bits.at < bytes.length)
  return written(out)
}

function readStream(bits: Bits, out: Output, block: Block): void {
  let sum = 0
  for (;;) {
    const magic = take48(bits)
    const crc = take32(bits)
    if (magic === FOOTER) {
      if (crc !== sum) throw fault(bits, 'its checksum')
      return
    }
    if (magic !== BLOCK) throw fault(bits, 'neither a block nor its end')
    const from = out.length
    readBlock(bits, out, block)
    if (crc32Msb(out.bytes.subarray(from, out.length)) !== crc) throw fault(bits, 'the checksum of a block')
    sum = (((sum << 1) | (sum >>> 31)) ^ crc) >>> 0
  }
}

function readBlock(bits: Bits, out: Output, block: Block): void {
  if (take(bits, 1) !== 0) throw fault(bits, 'a block in the abandoned random form')
  const origin = take(bits, 24)
  const symbols = readSymbols(bits)
  const trees = readTrees(bits, symbols.length + 2)
  const counts = new Uint32Array(256)
  const length = readMoves(bits, symbols, trees, block, counts)
  const { table } = block
  if (origin >= length) throw fault(bits, 'a block begins outside itself')
  // The inverse of the Burrows-Wheeler transform: the place of each byte in the sorted bytes, above the byte itself.
  let start = 0
  for (let i = 0; i < 256; i++) {
    const count = counts[i]!
    counts[i] = start
    start += count
  }
  for (let i = 0; i < length; i++) table[counts[table[i]! & 0xff]!++]! |= i << 8
  unfold(out, table, origin, length)
}

/** Which bytes occur, ascending: a map of maps of 16. */
function readSymbols(bits: Bits): Uint8Array {
  const groups = take(bits, 16)
  const symbols: number[] = []
  for (let group = 0; group < 16; group++) {
    if (!(groups & (0x8000 >> group))) continue
    const present = take(bits, 16)
    for (let i = 0; i < 16; i++) if (present & (0x8000 >> i)) symbols.push(16 * group + i)
  }
  if (symbols.length === 0) throw fault(bits, 'a block without bytes')
  return Uint8Array.from(symbols)
}

/** A canonical code: per length the codes below `limit` have it; `offset` leads from code to place in `symbol`. */
interface Code {
  readonly limit: Int32Array
  readonly offset: Int32Array
  readonly symbol: Uint16Array
  readonly shortest: number
}

interface Trees {
  readonly codes: readonly Code[]
  /** For each group of 50 symbols its code. */
  readonly selectors: Uint8Array
  /** The symbol that ends the block. */
  readonly end: number
}

function readTrees(bits: Bits, size: number): Trees {
  const count = take(bits, 3)
  const groups = take(bits, 15)
  if (count < 2 || count > 6 || groups < 1) throw fault(bits, 'the number of its codes')
  const order = Array.from({ length: count }, (_, i) => i)
  const selectors = new Uint8Array(groups)
  for (let i = 0; i < groups; i++) {
    let place = 0
    while (take(bits, 1)) if (++place >= count) throw fault(bits, 'the order of its codes')
    const [chosen] = order.splice(place, 1)
    order.unshift(chosen!)
    selectors[i] = chosen!
  }
  return { codes: order.map(() => readCode(bits, size)), selectors, end: size - 1 }
}

function readCode(bits: Bits, size: number): Code {
  const lengths = new Uint8Array(size)
  let length = take(bits, 5)
  for (let i = 0; i < size; i++) {
    for (;;) {
      if (length < 1 || length > LONGEST_CODE) throw fault(bits, 'the length of a code')
      if (take(bits, 1) === 0) break
      length += take(bits, 1) ? -1 : 1
    }
    lengths[i] = length
  }
  const limit = new Int32Array(LONGEST_CODE + 2)
  const offset = new Int32Array(LONGEST_CODE + 2)
  const symbol = new Uint16Array(size)
  let filled = 0
  let code = 0
  for (let l = 1; l <= LONGEST_CODE; l++) {
    const before = filled
    for (let i = 0; i < size; i++) if (lengths[i] === l) symbol[filled++] = i
    offset[l] = before - code
    code += filled - before
    if (code > 2 ** l) throw fault(bits, 'a code with too many words')
    limit[l] = code
    code *= 2
  }
  return { limit, offset, symbol, shortest: Math.min(...lengths) }
}

function symbolOf(bits: Bits, code: Code): number {
  let length = code.shortest
  let value = take(bits, length)
  while (value >= code.limit[length]!) {
    if (++length > LONGEST_CODE) throw fault(bits, 'a code that stands for nothing')
    value = value * 2 + take(bits, 1)
  }
  const symbol = code.symbol[code.offset[length]! + value]
  if (symbol === undefined) throw fault(bits, 'a code that stands for nothing')
  return symbol
}

/** Undoes move-to-front and its runs of the front; counts the bytes. Returns how many there are. */
function readMoves(bits: Bits, symbols: Uint8Array, trees: Trees, block: Block, counts: Uint32Array): number {
  let length = 0
  let group = 0
  let left = 0
  let code = trees.codes[0]!
  let run = 0
  let weight = 1
  for (;;) {
    if (left-- === 0) {
      if (group >= trees.selectors.length) throw fault(bits, 'too few codes')
      code = trees.codes[trees.selectors[group++]!]!
      left = GROUP - 1
    }
    const symbol = symbolOf(bits, code)
    if (symbol === RUN_A || symbol === RUN_B) {
      run += weight << symbol
      weight *= 2
      if (run > block.most - length) throw fault(bits, 'a block grows too large')
      continue
    }
    if (run > 0) {
      const front = symbols[0]!
      counts[front]! += run
      room(block, length + run).fill(front, length, length + run)
      length += run
      run = 0
      weight = 1
    }
    if (symbol === trees.end) return length
    const place = symbol - 1
    const byte = symbols[place]!
    symbols.copyWithin(1, 0, place)
    symbols[0] = byte
    if (length >= block.most) throw fault(bits, 'a block grows too large')
    counts[byte]!++
    if (length === block.table.length) room(block, length + 1)
    block.table[length++] = byte
  }
}

/** Follows the block from byte to byte and undoes the first coding: four equal bytes are followed by a count of more. */
function unfold(out: Output, table: Uint32Array, origin: number, length: number): void {
  let entry = table[origin]!
  let same = 0
  let last = -1
  for (let i = 0; i < length; i++) {
    entry = table[entry >>> 8]!
    const byte = entry & 0xff
    if (same === 4) {
      reserve(out, byte)
      out.bytes.fill(last, out.length, out.length + byte)
      out.length += byte
      same = 0
      last = -1
      continue
    }
    same = byte === last ? same + 1 : 1
    last = byte
    if (out.length === out.bytes.length) reserve(out, 1)
    out.bytes[out.length++] = byte
  }
}

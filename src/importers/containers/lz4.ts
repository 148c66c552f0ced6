/** The LZ4 frame format 1.6.3 (lz4_Frame_format.md, lz4_Block_format.md). No dictionaries, one frame. */
import { xxh32 } from './checksum.ts'
import { broken, copyBack, copyIn, type Output, openOutput, reserve, written } from './output.ts'

const FLAG = {
  version: 0xc0,
  independent: 0x20,
  blockSum: 0x10,
  size: 0x08,
  contentSum: 0x04,
  reserved: 0x02,
  dictionary: 0x01,
}
const HEADER = 4
const WINDOW = 2 ** 16
const fault = (what: string, at: number) => broken('lz4', what, at)

export function lz4(bytes: Uint8Array, allowed: number): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const need = (at: number, count: number) => {
    if (at + count > bytes.length) throw fault('it ends early', bytes.length)
    return at
  }
  need(HEADER, 3)
  const flags = bytes[4]!
  if ((flags & FLAG.version) !== 0x40 || flags & FLAG.reserved || bytes[5]! & 0x8f) throw fault('its header', HEADER)
  if (flags & FLAG.dictionary) throw fault('it needs a dictionary that is not there', HEADER)
  const blockMax = BLOCK[bytes[5]! >> 4]
  if (blockMax === undefined) throw fault('its block size', 5)
  const declared = flags & FLAG.size ? view.getBigUint64(need(6, 8), true) : undefined
  const end = 6 + (declared === undefined ? 0 : 8)
  if (bytes[need(end, 1)] !== ((xxh32(bytes.subarray(HEADER, end)) >> 8) & 0xff)) throw fault('its header', end)

  const out = openOutput(allowed)
  let at = end + 1
  for (;;) {
    const word = view.getUint32(need(at, 4), true)
    at += 4
    if (word === 0) break
    const size = word & 0x7fffffff
    const from = need(at, size)
    const block = bytes.subarray(from, from + size)
    if (size > blockMax) throw fault('a block is too large', from)
    const oldest = flags & FLAG.independent ? out.length : Math.max(0, out.length - WINDOW)
    if (word >>> 31) copyIn(out, block)
    else decodeBlock(block, out, oldest, out.length + blockMax, from)
    at += size
    if (flags & FLAG.blockSum) {
      if (view.getUint32(need(at, 4), true) !== xxh32(block)) throw fault('the checksum of a block', at)
      at += 4
    }
  }
  if (flags & FLAG.contentSum) {
    if (view.getUint32(need(at, 4), true) !== xxh32(written(out))) throw fault('its checksum', at)
    at += 4
  }
  if (declared !== undefined && declared !== BigInt(out.length))
    throw fault(`${out.length} bytes instead of ${declared}`, at)
  if (at !== bytes.length) throw fault(`${bytes.length - at} bytes follow its end`, at)
  return written(out)
}

const BLOCK: Readonly<Record<number, number>> = { 4: 2 ** 16, 5: 2 ** 18, 6: 2 ** 20, 7: 2 ** 22 }

/** Sequences of literals and a match; the last has literals only. Matches reach back to `oldest`. */
function decodeBlock(block: Uint8Array, out: Output, oldest: number, most: number, begin: number): void {
  let at = 0
  const long = (count: number) => {
    if (count !== 15) return count
    let more: number | undefined
    do {
      more = block[at++]
      if (more === undefined) throw fault('a length without an end', begin + at)
      count += more
    } while (more === 255)
    return count
  }
  for (;;) {
    const token = block[at++]
    if (token === undefined) throw fault('a block ends early', begin + at)
    const literals = long(token >> 4)
    if (literals > block.length - at) throw fault('a block ends early', begin + at)
    if (out.length + literals > most) throw fault('a block grows too large', begin + at)
    copyIn(out, block.subarray(at, at + literals))
    at += literals
    if (at === block.length) return
    const distance = block[at]! | ((block[at + 1] ?? 0) << 8)
    at += 2
    const length = long(token & 15) + 4
    if (distance === 0 || distance > out.length - oldest) {
      throw fault('it refers to bytes before its beginning', begin + at)
    }
    if (out.length + length > most) throw fault('a block grows too large', begin + at)
    reserve(out, length)
    copyBack(out, distance, length)
  }
}

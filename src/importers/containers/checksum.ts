/** Checksums that the formats carry, besides CRC-32, which node:zlib has. */

/** CRC-64 of xz (ECMA-182, reflected), as two halves: low in front. */
const CRC64 = crcTable64()

function crcTable64(): Uint32Array {
  const table = new Uint32Array(512)
  for (let i = 0; i < 256; i++) {
    let low = i
    let high = 0
    for (let bit = 0; bit < 8; bit++) {
      const odd = low & 1
      low = (low >>> 1) | (high << 31)
      high >>>= 1
      if (odd) {
        low ^= 0xd7870f42
        high ^= 0xc96c5795
      }
    }
    table[2 * i] = low
    table[2 * i + 1] = high
  }
  return table
}

/** Low and high half. */
export function crc64(bytes: Uint8Array): readonly [number, number] {
  let low = ~0
  let high = ~0
  for (let i = 0; i < bytes.length; i++) {
    const place = 2 * ((low ^ bytes[i]!) & 0xff)
    low = ((low >>> 8) | (high << 24)) ^ CRC64[place]!
    high = (high >>> 8) ^ CRC64[place + 1]!
  }
  return [~low >>> 0, ~high >>> 0]
}

/** bzip2's CRC-32: the polynomial of the other, most significant bit first. */
const CRC32_MSB = Uint32Array.from({ length: 256 }, (_, i) => {
  let value = i << 24
  for (let bit = 0; bit < 8; bit++) value = value < 0 ? (value << 1) ^ 0x04c11db7 : value << 1
  return value
})

export function crc32Msb(bytes: Uint8Array): number {
  let value = ~0
  for (let i = 0; i < bytes.length; i++) value = (value << 8) ^ CRC32_MSB[(value >>> 24) ^ bytes[i]!]!
  return ~value >>> 0
}

const P1 = 0x9e3779b1
const P2 = 0x85ebca77
const P3 = 0xc2b2ae3d
const P4 = 0x27d4eb2f
const P5 = 0x165667b1
const rotate = (value: number, by: number) => (value << by) | (value >>> (32 - by))

/** xxHash of 32 bits with seed 0 (Collet 2012), as lz4 frames use it. */
export function xxh32(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  let at = 0
  let hash = P5
  if (bytes.length >= 16) {
    const lanes = [P1 + P2, P2, 0, -P1]
    for (; at + 16 <= bytes.length; at += 16) {
      for (let lane = 0; lane < 4; lane++) {
        const mixed = (lanes[lane]! + Math.imul(view.getUint32(at + 4 * lane, true), P2)) | 0
        lanes[lane] = Math.imul(rotate(mixed, 13), P1)
      }
    }
    hash = rotate(lanes[0]!, 1) + rotate(lanes[1]!, 7) + rotate(lanes[2]!, 12) + rotate(lanes[3]!, 18)
  }
  hash = (hash + bytes.length) | 0
  for (; at + 4 <= bytes.length; at += 4) {
    hash = Math.imul(rotate((hash + Math.imul(view.getUint32(at, true), P3)) | 0, 17), P4)
  }
  for (; at < bytes.length; at++) hash = Math.imul(rotate((hash + Math.imul(bytes[at]!, P5)) | 0, 11), P1)
  hash = Math.imul(hash ^ (hash >>> 15), P2)
  hash = Math.imul(hash ^ (hash >>> 13), P3)
  return (hash ^ (hash >>> 16)) >>> 0
}

/** Zip archives for tests, byte by byte, so that each part of one can be wrong. */
import { crc32, deflateRawSync } from 'node:zlib'

export interface ZipPart {
  readonly name: string
  readonly bytes: Uint8Array
  readonly deflate?: boolean
  readonly flags?: number
  /** What the directory says instead of the truth. */
  readonly says?: { readonly size?: number; readonly packed?: number; readonly sum?: number; readonly header?: number }
  /** What stands where the file lies. */
  readonly localName?: string
}

export function zipOf(parts: readonly ZipPart[], comment = ''): Buffer {
  const local: Buffer[] = []
  const central: Buffer[] = []
  let at = 0
  for (const { name, bytes, deflate, flags = 0, says = {}, localName = name } of parts) {
    const packed = deflate ? deflateRawSync(bytes) : Buffer.from(bytes)
    const method = deflate ? 8 : 0
    const common = Buffer.alloc(26)
    common.writeUInt16LE(20, 0)
    common.writeUInt16LE(flags, 2)
    common.writeUInt16LE(method, 4)
    common.writeUInt32LE(says.sum ?? crc32(bytes), 10)
    common.writeUInt32LE(says.packed ?? packed.length, 14)
    common.writeUInt32LE(says.size ?? bytes.length, 18)
    const written = (text: string) => {
      const head = Buffer.from(common)
      head.writeUInt16LE(Buffer.byteLength(text), 22)
      return head
    }
    const header = Buffer.concat([Buffer.from('PK\x03\x04'), written(localName), Buffer.from(localName)])
    const entry = Buffer.alloc(20)
    entry.writeUInt32LE(says.header ?? at, 14)
    const directory = Buffer.concat([Buffer.from('PK\x01\x02\0\0'), written(name)])
    // Ends after the two lengths of name and extra field; what follows up to the place of the file has 14 bytes.
    central.push(Buffer.concat([directory, entry.subarray(4, 18), Buffer.from(name)]))
    local.push(header, packed)
    at += header.length + packed.length
  }
  const directory = Buffer.concat(central)
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(parts.length, 8)
  end.writeUInt16LE(parts.length, 10)
  end.writeUInt32LE(directory.length, 12)
  end.writeUInt32LE(at, 16)
  end.writeUInt16LE(comment.length, 20)
  return Buffer.concat([...local, directory, end, Buffer.from(comment)])
}

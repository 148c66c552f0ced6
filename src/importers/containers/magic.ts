/** Which compression a file is in, told by its first bytes alone. */
export type Compression = 'joblib 0.9 (zlib)' | 'zlib' | 'gzip' | 'bzip2' | 'xz' | 'lzma' | 'lz4'

interface Magic {
  readonly name: Compression
  readonly magic: readonly number[]
  /** For magics that something else could begin with. */
  readonly also?: (bytes: Uint8Array) => boolean
}

/** In joblib's order. The old format of joblib comes first, as its magic could begin others. */
const MAGICS: readonly Magic[] = [
  { name: 'joblib 0.9 (zlib)', magic: [0x5a, 0x46] },
  { name: 'zlib', magic: [0x78] },
  { name: 'gzip', magic: [0x1f, 0x8b] },
  // "BZ" alone also begins a pickle: BINBYTES with a length of 0x5a at its end.
  { name: 'bzip2', magic: [0x42, 0x5a, 0x68], also: bytes => bytes[3]! >= 0x31 && bytes[3]! <= 0x39 },
  { name: 'xz', magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a] },
  { name: 'lzma', magic: [0x5d, 0x00] },
  { name: 'lz4', magic: [0x04, 0x22, 0x4d, 0x18] },
]

/** Undefined for bytes that are not compressed. */
export function compressionOf(bytes: Uint8Array): Compression | undefined {
  return MAGICS.find(({ magic, also }) => magic.every((byte, i) => bytes[i] === byte) && (also?.(bytes) ?? true))?.name
}

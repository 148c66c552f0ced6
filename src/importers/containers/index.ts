/** Compressed files opened; what comes out is bounded. */
import { gunzipSync, inflateSync } from 'node:zlib'
import { Refusal } from '../refusal.ts'
import { bzip2 } from './bzip2.ts'
import { lz4 } from './lz4.ts'
import { lzmaAlone } from './lzma.ts'
import { type Compression, compressionOf } from './magic.ts'
import { broken, tooLarge } from './output.ts'
import { xz } from './xz.ts'

export interface UnwrapLimits {
  /** Bytes that may come out. */
  readonly bytes: number
  /** Bytes out per byte in, once more than `free` bytes came out. The most of 5,892 real files was 27. */
  readonly ratio: number
  readonly free: number
}

export interface Unwrapped {
  readonly bytes: Uint8Array
  /** Empty for bytes that are not compressed. */
  readonly containers: readonly Compression[]
}

const LIMITS: UnwrapLimits = { bytes: 2 ** 30, ratio: 50, free: 2 ** 26 }

type Unpack = (bytes: Uint8Array, allowed: number) => Uint8Array

const UNPACK: Readonly<Record<Compression, Unpack>> = {
  'joblib 0.9 (zlib)': oldJoblib,
  zlib,
  gzip,
  bzip2,
  xz,
  lzma: lzmaAlone,
  lz4,
}

/** @throws Refusal for damaged streams, trailing bytes, compression within compression, and what grows beyond the limits */
export function unwrap(bytes: Uint8Array, limits: Partial<UnwrapLimits> = {}): Unwrapped {
  const outer = compressionOf(bytes)
  if (!outer) return { bytes, containers: [] }
  const { bytes: most, ratio, free } = { ...LIMITS, ...limits }
  const unpacked = UNPACK[outer](bytes, Math.min(most, Math.max(free, ratio * bytes.length)))
  const inner = compressionOf(unpacked)
  if (inner) {
    throw new Refusal(
      'unsupported',
      `It is compressed twice: ${inner} within ${outer}`,
      'Unpack it once by hand and give what comes out.',
    )
  }
  return { bytes: unpacked, containers: [outer] }
}

function zlib(bytes: Uint8Array, allowed: number): Uint8Array {
  return inflated('zlib', bytes, allowed, inflateSync)
}

function gzip(bytes: Uint8Array, allowed: number): Uint8Array {
  return inflated('gzip', bytes, allowed, gunzipSync)
}

function inflated(kind: string, bytes: Uint8Array, allowed: number, unpack: typeof inflateSync): Uint8Array {
  try {
    // With `info` the result also says how many bytes were read.
    const found = unpack(bytes, { maxOutputLength: allowed, info: true }) as unknown as {
      readonly buffer: Buffer
      readonly engine: { readonly bytesWritten: number }
    }
    const left = bytes.length - found.engine.bytesWritten
    if (left !== 0) throw broken(kind, `${left} bytes follow its end`, found.engine.bytesWritten)
    return found.buffer
  } catch (error) {
    if (error instanceof Refusal) throw error
    if ((error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(allowed)
    throw broken(kind, error instanceof Error ? error.message : 'it cannot be read')
  }
}

/** "0x" and 16 digits, filled up with spaces, with an L behind in Python 2. */
const LENGTH = 19

/** joblib up to 0.9: "ZF", the length as hexadecimal text, zlib. Python 2 and joblib up to 0.8.4 have one more space. */
function oldJoblib(bytes: Uint8Array, allowed: number): Uint8Array {
  const from = bytes[2 + LENGTH] === 0x20 ? 3 + LENGTH : 2 + LENGTH
  const text = String.fromCharCode(...bytes.subarray(2, from)).trim()
  if (!/^0x[0-9a-f]{1,16}L?$/i.test(text)) throw broken('joblib 0.9', 'its length', 2)
  const content = zlib(bytes.subarray(from), allowed)
  if (BigInt(text.replace(/L$/i, '')) !== BigInt(content.length)) {
    throw broken('joblib 0.9', `${content.length} bytes instead of ${text}`, 2)
  }
  return content
}

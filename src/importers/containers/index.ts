/** Compressed files opened: which kind is told by the first bytes alone, and what comes out is bounded. */
export interface UnwrapLimits {
  /** Bytes that may come out. */
  readonly bytes: number
  /** Bytes out per byte in, once more than `free` bytes came out. */
  readonly ratio: number
  readonly free: number
}

export interface Unwrapped {
  readonly bytes: Uint8Array
  /** "zlib", "gzip", "bzip2", "xz", "lzma", "lz4", "joblib 0.9 (zlib)"; empty for bytes that are not compressed. */
  readonly containers: string[]
}

/** @throws Refusal for damaged streams, trailing bytes, compression within compression, and what grows beyond the limits */
export declare function unwrap(bytes: Uint8Array, limits?: Partial<UnwrapLimits>): Unwrapped

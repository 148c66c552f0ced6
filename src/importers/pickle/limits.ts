/** What a pickle may ask for. The defaults are well above the largest of 5,892 real model files, and above what forests
 * of ten thousand trees ask for. */
export interface Limits {
  /** Bytes after decompression. */
  readonly bytes: number
  /** Opcodes, nested streams included. */
  readonly opcodes: number
  /** Lists, tuples, dicts, sets and objects, each of which takes some hundred bytes. */
  readonly made: number
  readonly memo: number
  /** Values that wait to be put into others. Picklers fill lists, dicts and sets by the thousand. */
  readonly stack: number
  /** Arrays that joblib wrote into the stream. */
  readonly arrays: number
  /** Containers within containers. */
  readonly depth: number
  /** Nested pickle streams, and how deep they nest. */
  readonly streams: number
  readonly streamDepth: number
  /** Bytes of one text or one byte string. */
  readonly text: number
  /** Characters of all keys of dicts together, as often as they are set. */
  readonly keys: number
  /** Different classes and functions named. */
  readonly globals: number
  readonly dimensions: number
  /** Items of one array. */
  readonly items: number
}

export const LIMITS: Limits = {
  bytes: 2 ** 30,
  opcodes: 5e6,
  made: 500_000,
  memo: 5e6,
  stack: 2 ** 17,
  arrays: 1e6,
  depth: 200,
  streams: 100_000,
  streamDepth: 4,
  text: 2 ** 28,
  keys: 2 ** 27,
  globals: 10_000,
  dimensions: 32,
  items: 2 ** 31,
}

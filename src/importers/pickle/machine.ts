/**
 * Reads a pickle without calling anything: what would be called becomes an inert node. Protocols 0 to 5, and the arrays
 * that joblib puts into the stream.
 */
import type { Limits } from './limits.ts'
import type { Value } from './nodes.ts'

export interface PickleOptions {
  readonly limits?: Partial<Limits>
  /** Names of things outside the pickle become nodes instead of a refusal; torch writes its storages so. */
  readonly persistent?: boolean
}

export interface Pickle {
  readonly value: Value
  readonly protocol: number
  /** Every class and function that is named, "module.name", sorted; those that nothing uses in the end too. */
  readonly globals: readonly string[]
  /** Which joblib wrote arrays into it; none: a plain pickle. */
  readonly joblib: 'none' | 'before 1.2' | '1.2 or newer'
  readonly opcodes: number
  /** Arrays that lie in the stream, as joblib writes them. */
  readonly arrays: number
}

/** @throws Refusal with the byte where it ends; nothing else, whatever the bytes */
export declare function readPickle(bytes: Uint8Array, options?: PickleOptions): Pickle

/**
 * Arrays out of pickle nodes: what joblib wrote into the stream, numpy's `_reconstruct` and `_frombuffer`, scalars, and
 * scipy's sparse matrices made dense. Always copied, always in row-major order; a shape is held against the bytes.
 */
import type { Value } from '../pickle/nodes.ts'
import type { Dtype } from './dtype.ts'

export interface NumpyArray {
  readonly shape: readonly number[]
  readonly dtype: Dtype
  /** Row-major numbers (bool, int, float); an int beyond ±2^53 is a refusal. @throws Refusal for other kinds */
  numbers(): Float64Array
  /** Texts of S, U and object arrays; numbers and flags as Python prints them (3, 0.5, True). */
  texts(): string[]
  /** Items of an object array, row-major. */
  objects(): readonly Value[]
  /** A field of a struct array as numbers. */
  field(name: string): Float64Array | undefined
}

/** @throws Refusal for a damaged array. Undefined for a value that is no array. */
export declare function arrayOf(value: Value): NumpyArray | undefined
/** A Python or numpy number or bool; undefined for anything else. */
export declare function numberOf(value: Value): number | undefined
/** As Python prints it: texts, numbers, bools, None; numpy's scalars too. */
export declare function textOf(value: Value): string | undefined

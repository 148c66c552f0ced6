import type { TypedArray } from './columns.ts'

/** Everything a fit learned, and nothing else: a flat record, so that no model or transform has code to save or load. */
export type State = Readonly<Record<string, number | string | readonly string[] | TypedArray>>

/** The contract of a fitted step on columns, between the table and the model: impute, scale, encode. */
import type { Static, TSchema } from 'typebox'
import type { Columns } from '../math/columns.ts'
import type { State } from '../math/state.ts'

export interface Transform<P extends TSchema = TSchema, S extends State = State> {
  readonly kind: string
  readonly about: string
  readonly params: P
  fit(x: Columns, params: Static<P>): S
  /** Packs the state once. The function fills blocks of its own, so its input stays untouched; the block it returns is
   * valid until the next call. */
  apply(state: S): (block: Columns) => Columns
}

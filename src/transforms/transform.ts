/** The contract of a fitted step on columns, between the table and the model: impute, scale, encode. */
import type { Static, TSchema } from 'typebox'
import type { Columns } from '../math/columns.ts'
import type { State } from '../math/state.ts'

export interface Transform<S extends State = State> {
  readonly kind: string
  readonly about: string
  /** Packs the state once. The function fills blocks of its own, so its input stays untouched; the block it returns is
   * valid until the next call.
   * @throws RangeError for a state that no fit wrote, at once or at a block of another width */
  apply(state: S): (block: Columns) => Columns
  /** For each column that it leaves the place of the one that it was made of, −1 where there are several; absent: each
   * of its own. */
  sources?(state: S): ArrayLike<number>
  /** Some column it leaves was made of several. */
  readonly mixes?: boolean
  /** It may say of a row that it has no risk, whatever the model takes: its columns are REFUSED there. */
  readonly refuses?: boolean
}

/** One that a recipe can name; the others come with model files made elsewhere. */
export interface LearnedTransform<P extends TSchema = TSchema, S extends State = State> extends Transform<S> {
  readonly params: P
  fit(x: Columns, params: Static<P>): S
}

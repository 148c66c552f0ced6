/**
 * The contract of a model. A definition has no state and a state has no behaviour: fitting returns a flat record of
 * numbers, strings and typed arrays, and scoring is a function of that record. So no model has code to save or load.
 *
 * One sign: a model writes one number a row, and higher is riskier.
 */
import type { Static, TSchema } from 'typebox'
import type { Columns } from '../math/columns.ts'
import type { Random } from '../math/random.ts'
import type { State } from '../math/state.ts'

export type Task = 'detect' | 'classify' | 'regress' | 'survive'

export type Target =
  | { readonly value: Float64Array }
  | { readonly codes: Int32Array; readonly levels: readonly string[]; readonly positive: number }
  | { readonly time: Float64Array; readonly event: Uint8Array }

export interface Training {
  readonly task: Task
  readonly x: Columns
  readonly y?: Target
  /** One weight a row; 1 everywhere when the recipe gives none. */
  readonly weight: Float64Array
  readonly random: Random
}

export interface Scorer {
  /** Writes one risk a row into `out`. Never keeps a reference to the block, never changes it. */
  score(block: Columns, out: Float64Array): void
}

export interface Model<P extends TSchema = TSchema, S extends State = State> {
  /** The recipe's `use`, the CLI word, the file's name. */
  readonly kind: string
  /** One sentence, for `--help` and the docs. */
  readonly about: string
  readonly tasks: readonly Task[]
  /** One schema: type, default, validation, JSON Schema for editors, docs. */
  readonly params: P
  fit?(training: Training, params: Static<P>): S
  /** Packs the state once; the scorer then takes many blocks. */
  scorer(state: S): Scorer
  /** The model's own threshold (`risk > cut` is unusual), set at fit: what holds until a recipe's levels set another. */
  cut?(state: S): number | undefined
}

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
  /** What the columns are called, for parameters that name some of them. */
  readonly names: readonly string[]
  readonly y?: Target
  /** One weight a row; 1 everywhere when the recipe gives none. */
  readonly weight: Float64Array
  readonly random: Random
}

export interface Scorer {
  /** Writes one risk a row into `out`. Never keeps a reference to the block, never changes it. */
  score(block: Columns, out: Float64Array): void
}

/** Why a row scored as it did: a share of each column. Positive raised the risk, negative lowered it. */
export interface Explainer {
  /** How the shares were found, as people read it: "exact Shapley values of the path length". */
  readonly method: string
  /** Where the shares of a row add up to something: base + their sum is that quantity. */
  readonly base?: number
  /** Writes the shares row after row: `out[row * columns + column]`. Never keeps a reference to the block. */
  explain(block: Columns, out: Float64Array): void
}

/** The chance to be free of the event at each of the times. */
export interface Survival {
  readonly times: Float64Array
  /** Writes `out[row * times.length + t]`. */
  curve(block: Columns, out: Float64Array): void
}

/** Two statistics that people chart beside their limits: along the main directions (T²), and away from them (SPE). */
export interface Monitor {
  readonly t2Limit: number
  readonly speLimit: number
  /** The share of rows in control that each limit keeps inside. */
  readonly alpha: number
  readonly components: number
  /** Writes Hotelling's T² and the squared prediction error of each row, each at most the largest double. */
  statistics(block: Columns, t2: Float64Array, spe: Float64Array): void
}

export interface Model<P extends TSchema = TSchema, S extends State = State> {
  /** The recipe's `use`, the CLI word, the file's name. */
  readonly kind: string
  /** One sentence, for `--help` and the docs. */
  readonly about: string
  /** The risk as one line of mathematics, its signs named: "risk = 2^(−E[h(x)] / c(ψ)): h the depth …". */
  readonly formula?: string
  /** Where it comes from: authors, title, place and year. */
  readonly source?: string
  readonly tasks: readonly Task[]
  /** One schema: type, default, validation, JSON Schema for editors, docs. */
  readonly params: P
  /** Missing numbers are values to it, not gaps: its rows need no imputing. */
  readonly takesMissing?: boolean
  /** Columns of categories are legal; other models take numbers only. */
  readonly takesCategories?: boolean
  /** A row costs more than a microsecond: blocks are worth sharing between threads. */
  readonly heavy?: boolean
  fit?(training: Training, params: Static<P>): S
  /** Packs the state once; the scorer then takes many blocks. */
  scorer(state: S): Scorer
  /** The model's own threshold (`risk > cut` is unusual), set at fit: what holds until a recipe's levels set another. */
  cut?(state: S): number | undefined
  /** Where the algorithm has its own; a model without one is explained by permutation, against rows that taught. */
  explain?(state: S): Explainer
  /** Where the risk is made of statistics that are charted. */
  monitor?(state: S): Monitor
  /** For `survive`. */
  survival?(state: S): Survival
}

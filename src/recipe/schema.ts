/**
 * What a recipe says after its shorthands and defaults are resolved: plain JSON, which the rest of the program
 * reads and the model file keeps. `grammar.ts` has what people write.
 */
import type { TSchema } from 'typebox'

export interface Recipe {
  tocsin: 1
  name: string
  /** What the model is asked: which rows are unusual, which are bad, how large a value will be, how long until an event. */
  task: Task
  rows: Rows
  columns: Roles
  /** In the order written. */
  sensors: Sensor[]
  /** In the order written; a later one may use an earlier one. Absent: every numeric column without another role. */
  features?: Feature[]
  /** SQL condition: the rows that teach. Absent: all of them. */
  learn?: string
  split: Split
  transforms: Step[]
  /** Made-up rows of the rarer class, while learning only. */
  balance?: Step
  model: Step
  /** Parameters of the model that fitting is to find. */
  search?: Search
  /** How a classifier's risk becomes a probability, on held-out rows; absent: as the model gives it. */
  probability?: 'sigmoid' | 'isotonic'
  /** A row with an empty feature: scored, because a transform fills it or the model takes it; or not. */
  incomplete: 'score' | 'reject'
  /** Mildest first, at least one. */
  levels: Level[]
  output: Output
  seed: number
}

export type Task = 'detect' | 'classify' | 'regress' | 'survive'

export interface Rows {
  /** Paths, folders or globs, as written: relative to the recipe's folder. */
  file: string[]
  sheet?: string
  read: Read
  join: Join[]
  where?: string
}

/** How a text table is written down. What is absent is settled by looking at the file. */
export interface Read {
  /** One character; the words tab, semicolon, comma, pipe and space are already replaced. */
  delimiter?: string
  decimal?: '.' | ','
  header?: boolean
  encoding?: string
  names?: string[]
  /** The line below the header holds units. */
  units?: boolean
  /** Lines before the header. */
  skip?: number
  quote?: string
}

export interface Join {
  name: string
  file: string
  sheet?: string
  by: string[]
  /** `one`: each row must find exactly one partner. `any`: a row may find none; its joined columns are then empty. */
  expect: 'one' | 'any'
  read: Read
}

export interface Roles {
  id?: string
  time?: Time
  group?: string
  /** SQL condition or a column: which rows are bad. */
  label?: string
  /** What is predicted, for tasks whose answer is a number. */
  target?: Target
  later: string[]
  private: string[]
  blinded: string[]
  ignore: string[]
  types?: Record<string, string>
}

/** SQL expressions over the columns. */
export type Target =
  | { kind: 'value'; value: string /** Which end is the risk. */; risk: 'high' | 'low' }
  | { kind: 'time'; time: string; event: string }

export interface Time {
  name: string
  format?: string
  zone?: string
  /** For a time that is a plain number: ms, s, min, h or d. */
  unit?: string
}

export interface Sensor {
  column: string
  unit?: string
  /** Numbers that mean "the sensor is broken". */
  fault: number[]
  /** What is physically possible, ends included; outside it the reading is a fault. */
  range?: Bounds
  /** What is allowed, ends included; outside it the row's level is raised. */
  limits?: Bounds
  /** The level that `limits` raises: the mildest when the recipe says nothing. Present when `limits` is. */
  level?: string
  /** Texts that mean "no value". */
  missing: string[]
  /** `<0.5` is read as half of it. */
  censored?: 'half'
}

export type Bounds = [number | null, number | null]

export interface Feature {
  name: string
  sql: string
}

export interface Split {
  by: 'time' | 'group' | 'random'
  /** Share of all rows kept for evaluation only, 0 to below 1. */
  test: number
  /** Share of the remaining rows that teach, held out to set the cuts, 0 to below 1. */
  calibrate: number
  /** For out-of-fold figures: how many parts, and how many times the rows are parted anew. Absent: by their number. */
  folds?: number
  repeats?: number
}

/** Values of parameters to try; each list or range under the parameter's name. */
export interface Search {
  method: 'random' | 'halving'
  trials: number
  over: Record<string, Scalar[] | { from: number; to: number; scale: 'linear' | 'log' }>
}

export type Scalar = string | number | boolean

/** Not a model of the list: several of them, asked together. Its step has `of` (steps) and `combine`. */
export const ENSEMBLE = 'ensemble'

/** A model or a transform with all its parameters, defaults filled in. */
export interface Step {
  use: string
  [parameter: string]: unknown
}

export interface Level {
  name: string
  rule: Rule
  /** Alarms are counted on each group of its own. */
  per?: 'group'
  /** The risk must exceed the cut in `count` of the last `of` rows. */
  hold?: Hold
}

export interface Hold {
  count: number
  of: number
}

export type Rule =
  | { kind: 'false_alarms'; budget: number; unit: 'share' | 'week'; text: string }
  | { kind: 'quantile'; value: number }
  | { kind: 'contamination'; value: number }
  | { kind: 'recall'; value: number }
  | { kind: 'risk'; value: number }

export interface Output {
  files: ('csv' | 'parquet')[]
  /** How many columns to name as reasons of an alarm. */
  reasons?: number
}

/** A model or a transform, as its definition describes itself. */
export interface Kind {
  readonly kind: string
  readonly about: string
  readonly params: TSchema
}

export interface ModelKind extends Kind {
  readonly tasks: readonly Task[]
  readonly takesMissing?: boolean
}

/** The words that `model.use`, `transforms` and `balance` accept. */
export interface Catalogue {
  readonly models: readonly ModelKind[]
  readonly transforms: readonly Kind[]
  readonly balancers: readonly Kind[]
}

/** A LightGBM model as its text and its JSON both say it, before it becomes trees of our own. */

/** Trees in the order in which they were grown: tree t is of class t mod `treesPerRound`. */
export interface LightgbmModel {
  /** "v4": of the format. */
  readonly version: string
  readonly classes: number
  readonly treesPerRound: number
  /** "binary sigmoid:1"; absent for an objective of the user's own. */
  readonly objective: string | undefined
  /** A forest: the mean of its rounds is what it says. */
  readonly average: boolean
  readonly names: readonly string[]
  /** For each feature whether it was taught as categories; undefined where the file does not say. */
  readonly categorical: readonly (boolean | undefined)[]
  /** For each feature its least and its greatest number in training, NaN where the file does not say. */
  readonly least: Float64Array
  readonly greatest: Float64Array
  readonly trees: readonly LightgbmTree[]
  /** Of each column of categories of the table: what its codes stand for. */
  readonly pandas: readonly (readonly (string | number | boolean)[])[] | undefined
  /** Parameters of the training. */
  readonly parameters: Readonly<Record<string, string>>
}

/** Inner nodes are counted from 0; −1 − j as a child is leaf j. */
export interface LightgbmTree {
  readonly left: ArrayLike<number>
  readonly right: ArrayLike<number>
  readonly feature: ArrayLike<number>
  /** A row goes left when its value is ≤ threshold. */
  readonly threshold: ArrayLike<number>
  /** {@link CATEGORICAL}, {@link DEFAULT_LEFT}, and the kind of missing values in {@link MISSING}. */
  readonly decision: ArrayLike<number>
  /** Of an inner node that asks for categories: those that go left, ascending. */
  categories(node: number): ArrayLike<number>
  /** Training rows in each inner node; undefined where the file does not say. */
  readonly innerRows: ArrayLike<number> | undefined
  readonly value: ArrayLike<number>
  readonly leafRows: ArrayLike<number> | undefined
}

export const CATEGORICAL = 1
export const DEFAULT_LEFT = 2
/** 0: nothing is missing, NaN is 0. 4: values next to 0 and NaN are missing. 8: NaN is missing. */
export const MISSING = 12
export const MISSING_NONE = 0
export const MISSING_ZERO = 4
export const MISSING_NAN = 8

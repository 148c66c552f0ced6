/** An inert object of scikit-learn's, read attribute by attribute with checks. */
import type { ObjectNode, Value } from '../pickle/nodes.ts'

export interface Estimator {
  /** "IsolationForest" */
  readonly name: string
  /** "sklearn.ensemble._iforest" */
  readonly module: string
  /** `_sklearn_version`, as numbers [1, 6]; of the outermost estimator where it has none of its own. */
  readonly version: readonly [number, number] | undefined
  readonly node: ObjectNode
  has(attribute: string): boolean
  /** The raw value; undefined where there is none. */
  raw(attribute: string): Value | undefined
  /** @throws Refusal naming class and attribute where it is absent or of another shape; so do all below. */
  number(attribute: string, otherwise?: number): number
  integer(attribute: string, otherwise?: number): number
  flag(attribute: string, otherwise?: boolean): boolean
  text(attribute: string, otherwise?: string): string
  /** Numbers in row-major order, with the shape; `shape` entries that are given must hold, −1 is any. */
  array(
    attribute: string,
    shape: readonly number[],
  ): { readonly values: Float64Array; readonly shape: readonly number[] }
  /** Texts, numbers and flags as Python prints them: class names, categories, feature names. */
  texts(attribute: string): readonly string[]
  /** An estimator inside this one. */
  estimator(attribute: string): Estimator
  /** A list, tuple or array of objects. */
  list(attribute: string): readonly Value[]
}

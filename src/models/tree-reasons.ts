/** Reasons of a model made of trees: exact Shapley values of the sum over its trees. */
import { type CountedTrees, openTreeShap, type Reading } from '../kernels/tree-shap.ts'
import { type Columns, numericColumns } from '../math/columns.ts'
import type { Explainer } from './model.ts'

export interface Reasons extends Reading {
  readonly method: string
  readonly columns: number
  /** What the model says when every tree says 0. */
  readonly offset?: number
  /** The columns as the trees ask for them; numbers as they are by default. */
  readonly read?: (block: Columns) => readonly Float64Array[]
}

/** Trees → explainer. `scale` turns the sum over the trees into what `method` names, with its sign: positive raised the risk. */
export function treeReasons(
  trees: CountedTrees,
  { method, columns, offset = 0, read = numericColumns, ...reading }: Reasons,
): Explainer {
  const { base, explain } = openTreeShap(trees, reading)
  return {
    method,
    base: offset + base,
    explain(block, out) {
      if (block.columns.length !== columns)
        throw new RangeError(`${block.columns.length} columns for a forest of ${columns}`)
      explain(read(block), block.rows, out)
    },
  }
}

/** Holds what this program says of dumped forests against what shap says of them. */
import { openTreeShap, sharesPlainly, type TreeShap } from '../../src/kernels/tree-shap.ts'
import { max } from '../../src/math/statistics.ts'
import { isolationForest } from '../../src/models/isolation-forest.ts'
import { columnsOf, isolationOf, type ShapDump, treesOf } from './tree-shap.ts'

export const CASES = [
  'isolation forest',
  'isolation forest, max_features 0.5',
  'isolation forest, missing values',
  'random forest, classes',
  'random forest, classes, balanced, missing values',
  'random forest, numbers',
  'boosting',
  'boosting, missing values',
  'boosting, categories',
]

/** The largest difference of a share or of the base. */
export function differenceOf(dump: ShapDump, plainly = false): number {
  const columns = columnsOf(dump)
  const rows = dump.rows.length
  const out = new Float64Array(rows * dump.columns)
  const { base, sign } = explain(dump, columns, rows, out, plainly)
  const expected = dump.shares.flat()
  return Math.max(Math.abs(base - sign * dump.base), max(out.map((share, i) => Math.abs(share - sign * expected[i]!))))
}

function explain(dump: ShapDump, columns: Float64Array[], rows: number, out: Float64Array, plainly: boolean) {
  if (dump.samples !== undefined) {
    // shap explains the path length itself, so what raised the risk is negative there.
    const explainer = isolationForest.explain!(isolationOf(dump))
    explainer.explain({ rows, columns }, out)
    return { base: explainer.base!, sign: -1 }
  }
  const boosting = dump.category !== undefined
  const reading = boosting ? {} : { rounded: true, scale: 1 / (dump.start.length - 1) }
  const shap: TreeShap = (plainly ? sharesPlainly : openTreeShap)(treesOf(dump), reading)
  shap.explain(columns, rows, out)
  return { base: shap.base, sign: 1 }
}

/**
 * Sums over boosted trees: each row falls through each tree to a leaf, and the values of its leaves are added to the
 * base in the order of the trees, in f64. A row's sum depends on that row alone, so blocks of any size give the same
 * bits. Thresholds are compared as f64, exactly.
 *
 * `sumBoostedPlainly` is the obvious form and the oracle of the tests; `openBoosted` gives the same bits many times as
 * fast, in one of two ways (boosted-masked.ts, boosted-walked.ts).
 */
import { packMasked } from './boosted-masked.ts'
import { type BoostedTrees, categoryOf, sendsLeft } from './boosted-nodes.ts'
import { packWalked } from './boosted-walked.ts'

export type { BoostedTrees } from './boosted-nodes.ts'

/** Writes each row's sum into `out`. Columns may be longer than `rows`; columns that no node looks at are not read.
 * Categories are numbers of which the whole part counts: 0 … 255, negative or NaN where missing. */
export type BoostedSum = (columns: readonly Float64Array[], rows: number, out: Float64Array) => void

export function sumBoostedPlainly(trees: BoostedTrees): BoostedSum {
  const { start, left, right, feature, value, base } = trees
  return (columns, rows, out) => {
    for (let row = 0; row < rows; row++) {
      let sum = base
      for (let tree = 0; tree < start.length - 1; tree++) {
        const root = start[tree]!
        let node = root
        while (left[node]! >= 0)
          node = root + (goesLeft(trees, node, columns[feature[node]!]![row]!) ? left[node]! : right[node]!)
        sum += value[node]!
      }
      out[row] = sum
    }
  }
}

function goesLeft(trees: BoostedTrees, node: number, x: number): boolean {
  if (trees.category[node] === 1) return sendsLeft(trees, node, categoryOf(x))
  return Number.isNaN(x) ? trees.missingLeft[node] === 1 : x <= trees.threshold[node]!
}

/** Packs the trees once. */
export function openBoosted(trees: BoostedTrees): BoostedSum {
  const packed = packMasked(trees) ?? packWalked(trees)
  return (columns, rows, out) => {
    for (let from = 0; from < rows; from += packed.tileRows)
      packed.sum(columns, from, Math.min(packed.tileRows, rows - from), out)
  }
}

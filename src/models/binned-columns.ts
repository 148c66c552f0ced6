/** Columns as ranks of at most 255 bins, for trees that try every cut between bins instead of between values. */
import { binEdges, edgeRows } from '../math/bin-edges.ts'
import type { Random } from '../math/random.ts'
import { present } from '../math/statistics.ts'

export interface BinnedColumn {
  /** The bin of each row; {@link MISSING} where there is no value, or where the row does not teach. */
  readonly codes: Uint8Array
  /** The smallest and the largest value in each bin. */
  readonly low: Float64Array
  readonly high: Float64Array
}

export const MISSING = 255

/** Columns with no more different values keep them apart: then nothing is lost. */
const BINS = 255

/** Values are rounded to float32 first. Where there are more than {@link BINS} of them, bins hold even shares of the rows
 * given; other rows have no code. */
export function binColumns(x: readonly Float64Array[], rows: Int32Array, random: Random): BinnedColumn[] {
  const sample = edgeRows(rows.length, random).map(i => rows[i]!)
  return x.map(column => {
    const edges = binEdges(present(Float64Array.from(sample, row => Math.fround(column[row]!))).sort(), BINS)
    const codes = new Uint8Array(column.length).fill(MISSING)
    const low = new Float64Array(edges.length + 1).fill(Number.POSITIVE_INFINITY)
    const high = new Float64Array(edges.length + 1).fill(Number.NEGATIVE_INFINITY)
    for (const row of rows) {
      const value = Math.fround(column[row]!)
      if (Number.isNaN(value)) continue
      const bin = edgesBelow(edges, value)
      codes[row] = bin
      if (value < low[bin]!) low[bin] = value
      if (value > high[bin]!) high[bin] = value
    }
    return { codes, low, high }
  })
}

function edgesBelow(edges: Float64Array, value: number): number {
  let from = 0
  let to = edges.length
  while (from < to) {
    const middle = (from + to) >>> 1
    if (edges[middle]! < value) from = middle + 1
    else to = middle
  }
  return from
}

/** The place midway between the bins, as scikit-learn has it between values: bin `left` and what lies below is ≤ it. */
export function thresholdBetween({ low, high }: BinnedColumn, left: number, right: number): number {
  const below = high[left]!
  const above = low[right]!
  const middle = below / 2 + above / 2
  return middle >= below && middle < above ? middle : below
}

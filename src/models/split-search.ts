/**
 * The best cut of some rows in one column, by what it takes off the impurity. Rows are counted into bins and only bins
 * that hold a row are visited, so a node of ten rows costs ten steps and not 255.
 *
 * Gini and squared error are one: Σ (y − mean)² over labels 0 and 1 is w p (1 − p), half the Gini impurity.
 */
import { type BinnedColumn, MISSING } from './binned-columns.ts'

export interface Rows {
  /** The rows of a node: order[from … to). */
  readonly order: Int32Array
  /** Weight, and weight × label, of every row of the table. */
  readonly weight: Float64Array
  readonly weighted: Float64Array
}

/** A cut: bins up to `bin` go left, bins from `next` on go right. */
export interface Cut {
  gain: number
  column: number
  bin: number
  /** The next bin that holds a row; {@link MISSING} where all values go left and the missing ones right. */
  next: number
  missingLeft: boolean
}

/** What is lost when weight w holds w × mean of label: less is purer. Only differences between cuts of the same rows count. */
export type Impurity = (weight: number, weighted: number) => number

/** Squared error without Σ w y², which no cut changes. */
export const squaredError: Impurity = (weight, weighted) => (-weighted * weighted) / weight

/** Of labels 0 and 1, in nats. */
export const entropy: Impurity = (weight, weighted) => {
  const rest = weight - weighted
  return weight * Math.log(weight) - part(weighted) - part(rest)
}

const part = (w: number) => (w > 0 ? w * Math.log(w) : 0)

/** Improves `best` with the best cut of this column; false when all the rows have one value. */
export type SplitSearch = (
  column: number,
  binned: BinnedColumn,
  rows: Rows,
  from: number,
  to: number,
  best: Cut,
) => boolean

export function splitSearch(impurity: Impurity, leastRows: number): SplitSearch {
  const count = new Int32Array(256)
  const weight = new Float64Array(256)
  const weighted = new Float64Array(256)
  const present = new Int32Array(8)
  const bins = new Uint8Array(256)

  return (column, { codes }, rows, from, to, best) => {
    for (let i = from; i < to; i++) {
      const row = rows.order[i]!
      const bin = codes[row]!
      count[bin]!++
      weight[bin]! += rows.weight[row]!
      weighted[bin]! += rows.weighted[row]!
      present[bin >> 5]! |= 1 << (bin & 31)
    }
    let found = 0
    let all = 0
    let allWeighted = 0
    for (let word = 0; word < 8; word++) {
      for (let bits = present[word]!; bits !== 0; bits &= bits - 1) {
        const bin = (word << 5) + 31 - Math.clz32(bits & -bits)
        bins[found++] = bin
        all += weight[bin]!
        allWeighted += weighted[bin]!
      }
      present[word] = 0
    }
    const missing = count[MISSING]!
    const values = missing > 0 ? found - 1 : found
    const missingWeight = weight[MISSING]!
    const missingWeighted = weighted[MISSING]!
    let left = 0
    let leftWeight = 0
    let leftWeighted = 0
    for (let i = 0; i < values; i++) {
      const bin = bins[i]!
      left += count[bin]!
      leftWeight += weight[bin]!
      leftWeighted += weighted[bin]!
      const last = i === values - 1
      if (last && missing === 0) break
      const next = last ? MISSING : bins[i + 1]!
      // Missing values right, then left; without any they go with the many.
      if (left >= leastRows && to - from - left >= leastRows) {
        const gain = -impurity(leftWeight, leftWeighted) - impurity(all - leftWeight, allWeighted - leftWeighted)
        if (gain > best.gain) keep(best, gain, column, bin, next, missing === 0 && 2 * left > to - from)
      }
      if (missing === 0 || last) continue
      if (left + missing >= leastRows && to - from - left - missing >= leastRows) {
        const w = leftWeight + missingWeight
        const wy = leftWeighted + missingWeighted
        const gain = -impurity(w, wy) - impurity(all - w, allWeighted - wy)
        if (gain > best.gain) keep(best, gain, column, bin, next, true)
      }
    }
    for (let i = 0; i < found; i++) {
      const bin = bins[i]!
      count[bin] = 0
      weight[bin] = 0
      weighted[bin] = 0
    }
    return found > 1
  }
}

function keep(best: Cut, gain: number, column: number, bin: number, next: number, missingLeft: boolean): void {
  best.gain = gain
  best.column = column
  best.bin = bin
  best.next = next
  best.missingLeft = missingLeft
}

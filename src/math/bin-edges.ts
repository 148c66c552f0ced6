/** Where to cut a column of numbers into bins, for models that learn from bins instead of numbers. */
import type { Random } from './random.ts'

/** As many values as edges are taken from: quantiles of more would move by less than a tenth of a bin. */
export const EDGE_SAMPLE = 200_000

/** The rows to take edges from, ascending: all of them, or {@link EDGE_SAMPLE} drawn at random. */
export function edgeRows(rows: number, random: Random): Int32Array {
  if (rows > EDGE_SAMPLE) return random.sample(rows, EDGE_SAMPLE).sort()
  return Int32Array.from({ length: rows }, (_, row) => row)
}

/**
 * At most `bins` − 1 edges, ascending, each midway between two neighbouring values; a value belongs to bin b when b
 * edges lie below it (so it is ≤ edge b, if there is one). With no more than `bins` distinct values each has its own
 * bin, as in LightGBM and scikit-learn. With more, the bins hold as even a share of the rows as can be: a value that
 * fills a bin alone gets one, and the others share what bins are left (Ke et al., "LightGBM", NeurIPS 2017; the rule is
 * that of its GreedyFindBin). So a sensor that reads 0 half of the time does not lose half of its resolution.
 * @param ascending sorted values, none missing; infinities are values like others.
 */
export function binEdges(ascending: Float64Array, bins: number): Float64Array {
  const { values, counts } = distinct(ascending)
  if (values.length <= bins) return midpoints(values, i => i, values.length - 1)
  const last = lastOfBins(counts, ascending.length, bins)
  return midpoints(values, i => last[i]!, last.length)
}

function distinct(ascending: Float64Array): { values: Float64Array; counts: Int32Array } {
  const values = new Float64Array(ascending.length)
  const counts = new Int32Array(ascending.length)
  let found = 0
  for (let i = 0; i < ascending.length; i++) {
    if (found === 0 || ascending[i] !== values[found - 1]) values[found++] = ascending[i]!
    counts[found - 1]!++
  }
  return { values: values.subarray(0, found), counts: counts.subarray(0, found) }
}

/** Places of the distinct values that end a bin, without the last bin. */
function lastOfBins(counts: Int32Array, rows: number, bins: number): number[] {
  const fillsBin = counts.map(count => Number(count >= rows / bins))
  let binsLeft = bins
  let rowsLeft = rows
  for (let i = 0; i < counts.length; i++) {
    if (fillsBin[i] === 0) continue
    binsLeft--
    rowsLeft -= counts[i]!
  }
  let size = rowsLeft / binsLeft
  const last: number[] = []
  let inBin = 0
  for (let i = 0; i + 1 < counts.length && last.length < bins - 1; i++) {
    if (fillsBin[i] === 0) rowsLeft -= counts[i]!
    inBin += counts[i]!
    // A half-full bin also ends before a value that gets a bin of its own.
    const ends = fillsBin[i] === 1 || inBin >= size || (fillsBin[i + 1] === 1 && inBin >= Math.max(1, size / 2))
    if (!ends) continue
    last.push(i)
    inBin = 0
    if (fillsBin[i] === 0) size = rowsLeft / --binsLeft
  }
  return last
}

function midpoints(values: Float64Array, place: (edge: number) => number, count: number): Float64Array {
  return Float64Array.from({ length: Math.max(0, count) }, (_, i) => {
    const at = place(i)
    return between(values[at]!, values[at + 1]!)
  })
}

/** A number t with low ≤ t < high, midway where it can be. */
function between(low: number, high: number): number {
  // Halves first: the sum of two large numbers would be infinite. Below 1e-300 halves lose bits, sums do not.
  const middle = Math.abs(low) < 1 && Math.abs(high) < 1 ? (low + high) / 2 : low / 2 + high / 2
  if (low <= middle && middle < high) return middle
  const finite = Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, high === Infinity ? Infinity : low))
  return low <= finite && finite < high ? finite : low
}

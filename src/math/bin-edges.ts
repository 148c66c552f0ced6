/** Where to cut a column of numbers into bins, for models that learn from bins instead of numbers. */
import type { Random } from './random.ts'

/** As many values as edges are taken from. The share of rows below a quantile of so many has a standard error of at most
 * 0.22 %, about half a bin of 255; with four times as many, training would spend more time on edges than on ten trees. */
export const EDGE_SAMPLE = 50_000

/** The rows to take edges from, ascending: all of them, or {@link EDGE_SAMPLE} drawn at random. */
export function edgeRows(rows: number, random: Random): Int32Array {
  if (rows > EDGE_SAMPLE) return random.sample(rows, EDGE_SAMPLE).sort()
  return Int32Array.from({ length: rows }, (_, row) => row)
}

/**
 * At most `bins` − 1 edges, ascending, each midway between two neighbouring values; a value belongs to bin b when b
 * edges lie below it (so it is ≤ edge b, if there is one). With no more than `bins` distinct values each has its own
 * bin, as in LightGBM and scikit-learn. With more, the largest bin of several values is as small as it can be, and the
 * bins are as even as that allows: a sensor that reads 0 half of the time does not lose half of its resolution, as it
 * would with plain quantiles.
 * @param ascending sorted values, none missing; infinities are values like others.
 */
export function binEdges(ascending: Float64Array, bins: number): Float64Array {
  const first = firstPlaces(ascending)
  const distinct = first.length - 1
  const ends = distinct <= bins ? undefined : evenEnds(first, bins)
  return Float64Array.from({ length: Math.max(0, (ends?.length ?? distinct) - 1) }, (_, i) => {
    const upper = first[ends?.[i] ?? i + 1]!
    return between(ascending[upper - 1]!, ascending[upper]!)
  })
}

/** Where each distinct value comes first, and the number of all values: how many come before each. */
function firstPlaces(ascending: Float64Array): Int32Array {
  const places = new Int32Array(ascending.length + 1)
  let found = 0
  for (let i = 0; i < ascending.length; i++) if (i === 0 || ascending[i] !== ascending[i - 1]) places[found++] = i
  places[found] = ascending.length
  return places.subarray(0, found + 1)
}

/** Where each bin ends, as places among the distinct values. */
function evenEnds(before: Int32Array, bins: number): number[] {
  const all = before.length - 1
  const most = smallestLargest(before, bins)
  // How many bins the values from each place on need, when none of several values holds more than `most`.
  const needed = new Int32Array(all + 1)
  for (let from = all - 1, to = all; from >= 0; from--) {
    while (to > from + 1 && before[to]! - before[from]! > most) to--
    needed[from] = 1 + needed[to]!
  }
  const ends: number[] = []
  for (let from = 0; from < all; ) {
    const binsLeft = bins - ends.length
    const share = Math.min(most, (before[all]! - before[from]!) / binsLeft)
    let to = from + 1
    while (before[to]! - before[from]! < share && before[to + 1]! - before[from]! <= most) to++
    while (needed[to]! > binsLeft - 1) to++
    ends.push(to)
    from = to
  }
  return ends
}

/** The smallest number of rows such that `bins` bins suffice when none of several values holds more. */
function smallestLargest(before: Int32Array, bins: number): number {
  const all = before.length - 1
  const suffices = (most: number): boolean => {
    let from = 0
    for (let used = 0; used < bins && from < all; used++)
      from = Math.max(from + 1, lastUpTo(before, before[from]! + most))
    return from === all
  }
  let [low, high] = [1, before[all]!]
  while (low < high) {
    const middle = (low + high) >> 1
    if (suffices(middle)) high = middle
    else low = middle + 1
  }
  return low
}

/** The last place whose entry is ≤ limit. */
function lastUpTo(before: Int32Array, limit: number): number {
  let [low, high] = [0, before.length - 1]
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (before[middle]! <= limit) low = middle
    else high = middle - 1
  }
  return low
}

/** A number t with low ≤ t < high, midway where it can be. */
function between(low: number, high: number): number {
  // Halves first: the sum of two large numbers would be infinite. Below 1e-300 halves lose bits, sums do not.
  const middle = Math.abs(low) < 1 && Math.abs(high) < 1 ? (low + high) / 2 : low / 2 + high / 2
  if (low <= middle && middle < high) return middle
  const finite = Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, high === Infinity ? Infinity : low))
  return low <= finite && finite < high ? finite : low
}

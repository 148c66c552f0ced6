/**
 * Statistics in row order on one thread, so that the same values give the same bits. (A database sums in whatever
 * order its threads finish.) No function changes its input. NaN is the missing number: `present` drops it first; given
 * NaN, the functions below answer NaN, as numpy does.
 */

export type Numbers = Float64Array | Float32Array | Int32Array | Uint32Array | Uint8Array | readonly number[]

/** The first `rows` values without the missing ones, as a new array. */
export function present(values: Numbers, rows = values.length): Float64Array {
  let count = 0
  for (let i = 0; i < rows; i++) if (!Number.isNaN(values[i]!)) count++
  const out = new Float64Array(count)
  for (let i = 0, at = 0; i < rows; i++) if (!Number.isNaN(values[i]!)) out[at++] = values[i]!
  return out
}

/** Compensated (Neumaier 1974): the error does not grow with the number of values. Infinities add up as usual. */
export function sum(values: Numbers): number {
  let total = 0
  let lost = 0
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    const next = total + value
    lost += Math.abs(total) >= Math.abs(value) ? total - next + value : value - next + total
    total = next
  }
  return Number.isFinite(total) ? total + lost : total
}

/** NaN for no values. */
export function mean(values: Numbers): number {
  return sum(values) / values.length
}

/** Two passes with the correction for the rounding of the mean (Chan, Golub, LeVeque 1983). `ddof` 0 is the
 * population's variance (numpy's default), 1 the sample's. NaN when there are not more values than `ddof`. */
export function variance(values: Numbers, ddof = 0): number {
  if (values.length <= ddof) return Number.NaN
  const centre = mean(values)
  let squares = 0
  let lost = 0
  let rest = 0
  for (let i = 0; i < values.length; i++) {
    const d = values[i]! - centre
    const next = squares + d * d
    lost += squares >= d * d ? squares - next + d * d : d * d - next + squares
    squares = next
    rest += d
  }
  return (squares + lost - (rest * rest) / values.length) / (values.length - ddof)
}

export function standardDeviation(values: Numbers, ddof = 0): number {
  return Math.sqrt(variance(values, ddof))
}

/** +Infinity for no values. */
export function min(values: Numbers): number {
  let least = Number.POSITIVE_INFINITY
  for (let i = 0; i < values.length; i++) least = Math.min(least, values[i]!)
  return least
}

/** −Infinity for no values. */
export function max(values: Numbers): number {
  let most = Number.NEGATIVE_INFINITY
  for (let i = 0; i < values.length; i++) most = Math.max(most, values[i]!)
  return most
}

/** A sorted copy, ascending, NaN last. */
export function sorted(values: Numbers): Float64Array {
  return Float64Array.from(values).sort()
}

export function median(values: Numbers): number {
  return quantile(sorted(values), 0.5)
}

/** The q-quantile (0 ≤ q ≤ 1) of ascending values: numpy's `linear` (definition 7 of Hyndman and Fan 1996), with its
 * order of operations, so that the bits are numpy's too. NaN for no values, or when the last one is NaN. */
export function quantile(ascending: Numbers, q: number): number {
  if (!(q >= 0 && q <= 1)) throw new RangeError(`quantile: q is ${q}, expected 0 … 1`)
  const last = ascending.length - 1
  if (last < 0 || Number.isNaN(ascending[last]!)) return Number.NaN
  const place = q * last
  const below = Math.floor(place)
  const low = ascending[below]!
  const high = ascending[Math.min(below + 1, last)]!
  const share = place - below
  // Equal neighbours first: two equal infinities would give NaN below.
  if (low === high || share === 0) return low
  return share >= 0.5 ? high - (high - low) * (1 - share) : low + (high - low) * share
}

/** Ranks from 1; equal values share the mean of their ranks. NaN ranks last. */
export function ranks(values: Numbers): Float64Array {
  const order = Uint32Array.from(values, (_, i) => i).sort((a, b) => ascendingNaNLast(values[a]!, values[b]!))
  const out = new Float64Array(values.length)
  for (let start = 0; start < order.length; ) {
    let end = start + 1
    while (end < order.length && values[order[end]!] === values[order[start]!]) end++
    for (let i = start; i < end; i++) out[order[i]!] = (start + 1 + end) / 2
    start = end
  }
  return out
}

function ascendingNaNLast(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b))
  return a < b ? -1 : Number(a > b)
}

/** Pearson's correlation. NaN when one side is constant or there are fewer than two values. */
export function correlation(a: Numbers, b: Numbers): number {
  if (a.length !== b.length) throw new RangeError(`correlation: ${a.length} and ${b.length} values, expected as many`)
  const meanA = mean(a)
  const meanB = mean(b)
  const products = new Float64Array(a.length)
  for (let i = 0; i < a.length; i++) products[i] = (a[i]! - meanA) * (b[i]! - meanB)
  const spread = Math.sqrt(variance(a)) * Math.sqrt(variance(b))
  return spread === 0 ? Number.NaN : mean(products) / spread
}

/** Spearman's rank correlation, ties by mean ranks. */
export function spearman(a: Numbers, b: Numbers): number {
  return correlation(ranks(a), ranks(b))
}

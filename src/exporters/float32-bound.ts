const wide = new Float64Array(1)
const bits = new BigInt64Array(wide.buffer)

/**
 * The largest double that, rounded to float32, is ≤ `threshold`: comparing a double with it is comparing the rounded
 * one with the threshold, without the rounding. −Infinity where none is.
 */
export function float32Bound(threshold: number): number {
  if (!(threshold < Number.POSITIVE_INFINITY)) return threshold
  const at = Math.fround(threshold)
  // The threshold's own neighbour among the float32 at or below it, and the one above that.
  const below = at <= threshold ? at : stepped(at, -1)
  if (below === Number.NEGATIVE_INFINITY) return lastThatRoundsTo(below, -LARGEST)
  return lastThatRoundsTo(below, stepped(below, 1))
}

const LARGEST = (2 - 2 ** -23) * 2 ** 127
/** What float32 would hold next, if it went on. */
const BEYOND = 2 ** 128

/** Half-way between two neighbours goes to the one whose last bit is 0. */
function lastThatRoundsTo(low: number, high: number): number {
  const middle = (Math.max(low, -BEYOND) + Math.min(high, BEYOND)) / 2
  return Math.fround(middle) <= low ? middle : previous(middle)
}

const narrow = new Float32Array(1)
const word = new Int32Array(narrow.buffer)

/** The float32 before (−1) or after (1). */
function stepped(value: number, by: 1 | -1): number {
  if (value === 0) return by * 2 ** -149
  narrow[0] = value
  word[0] = word[0]! + (value > 0 ? by : -by)
  return narrow[0]
}

/** The double before. */
function previous(value: number): number {
  if (value === 0) return -Number.MIN_VALUE
  wide[0] = value
  bits[0] = bits[0]! + (value > 0 ? -1n : 1n)
  return wide[0]
}

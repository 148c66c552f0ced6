/**
 * How sure Harrell's C is on some rows: the infinitesimal jackknife, as R's `concordance` has it (Therneau, Watson, "The
 * concordance statistic and the Cox model", 2015). A row's pull is what its own pairs differ from C by; the variance is
 * the sum of their squares. The interval is Student's on the log-odds scale, with as many degrees of freedom as there are
 * events, less one: of few events the error itself is known badly.
 */
import { byOutcome } from './concordance.ts'
import { addPlace, countUpTo } from './count-tree.ts'
import { betaQuantile, studentQuantile } from './distributions.ts'
import { type Interval, logOddsInterval } from './metrics.ts'

export interface ConcordanceInterval extends Interval {
  /** Harrell's C; NaN without a comparable pair. */
  readonly value: number
  readonly se: number
}

/** O(n log n). Rows as in `concordance`. */
export function concordanceInterval(
  time: Float64Array,
  event: Uint8Array,
  risk: Float64Array,
  confidence = 0.95,
): ConcordanceInterval {
  const { right, pairs } = pairsOfRows(time, event, risk)
  const all = pairs.reduce((sum, count) => sum + count, 0)
  if (all === 0) return { value: Number.NaN, se: Number.NaN, low: 0, high: 1 }
  const value = right.reduce((sum, count) => sum + count, 0) / all
  // Every pair is counted with both of its rows.
  const pull = right.map((count, i) => (2 * (count - value * pairs[i]!)) / all)
  const se = Math.sqrt(pull.reduce((sum, one) => sum + one * one, 0))
  const events = pairs.reduce((count, own, i) => count + Number(own > 0 && event[i] === 1), 0)
  return { value, se, ...intervalOf(value, se, events, confidence) }
}

function intervalOf(value: number, se: number, events: number, confidence: number): Interval {
  if (value === 0 || value === 1) {
    const bound = betaQuantile((1 - confidence) / 2, events, 1)
    return value === 1 ? { low: bound, high: 1 } : { low: 0, high: 1 - bound }
  }
  // No spread at all, as when all risks are equal, says nothing of how sure C is.
  if (events < 2 || se === 0) return { low: 0, high: 1 }
  return logOddsInterval(value, (studentQuantile(confidence, events - 1) * se) / (value * (1 - value)))
}

/** Of each row: its comparable pairs, and how many of them are in the right order, equal risks half. */
function pairsOfRows(time: Float64Array, event: Uint8Array, risk: Float64Array) {
  const { place, key, order } = byOutcome(time, event, risk)
  const right = new Float64Array(time.length)
  const pairs = new Float64Array(time.length)
  const blocks: (readonly [from: number, to: number])[] = []
  for (let from = 0; from < order.length; from = blocks.at(-1)![1]) {
    let to = from
    while (to < order.length && key[order[to]!] === key[order[from]!]) to++
    blocks.push([from, to])
  }
  const isEvent = (from: number) => key[order[from]!]! % 2 === 0
  // From the latest on, an event against all that outlived it …
  let tree = new Uint32Array(place.distinct + 1)
  let inside = 0
  for (const [from, to] of blocks.toReversed()) {
    if (isEvent(from))
      for (const i of order.subarray(from, to)) {
        right[i] = right[i]! + lowerOf(tree, place.of[i]!)
        pairs[i] = pairs[i]! + inside
      }
    for (const i of order.subarray(from, to)) addPlace(tree, place.of[i]! + 1)
    inside += to - from
  }
  // … and from the earliest on, every row against the events that it outlived.
  tree = new Uint32Array(place.distinct + 1)
  inside = 0
  for (const [from, to] of blocks) {
    for (const i of order.subarray(from, to)) {
      right[i] = right[i]! + inside - lowerOf(tree, place.of[i]!)
      pairs[i] = pairs[i]! + inside
    }
    if (!isEvent(from)) continue
    for (const i of order.subarray(from, to)) addPlace(tree, place.of[i]! + 1)
    inside += to - from
  }
  return { right, pairs }
}

/** Rows in the tree with a lower risk, and half of those with the same. */
function lowerOf(tree: Uint32Array, place: number): number {
  const below = countUpTo(tree, place)
  return below + (countUpTo(tree, place + 1) - below) / 2
}

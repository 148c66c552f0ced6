/** Forward chaining: the past teaches, the next stretch of time is judged, and then becomes part of the past. */
import type { Fold, FoldRequest } from './folds.ts'
import { orderByKey, placesOf } from './order.ts'

/**
 * Rows in time order are cut into one block more than folds, as equal as instants allow, because rows of one instant
 * stay together. The first block reaches at least until both classes were seen: what has seen no failure cannot learn
 * any. With few distinct times there are fewer folds.
 */
export function forwardFolds(request: Omit<FoldRequest, 'seed' | 'repeats'>): {
  readonly folds: readonly Fold[]
  readonly count: number
  readonly instants: number
} {
  const { rows, positive } = request
  const { order, ends } = instantsOf(request)
  const wanted = request.folds + 1
  // Where block b ends, as an index into `ends`.
  const first = Math.max(nearestEnd(ends, rows / wanted, 0, ends.length - 1), bothSeen(order, ends, positive))
  const count = Math.max(0, Math.min(request.folds, ends.length - 1 - first))
  const start = ends[first] ?? rows
  const boundaries = [first]
  for (let b = 1; b <= count; b++) {
    const target = start + ((rows - start) * b) / count
    boundaries.push(nearestEnd(ends, target, boundaries[b - 1]! + 1, ends.length - 1 - (count - b)))
  }
  const folds = Array.from({ length: count }, (_, fold) => {
    const [from, to] = [ends[boundaries[fold]!]!, ends[boundaries[fold + 1]!]!]
    return { repeat: 0, fold, train: order.slice(0, from).sort(), test: order.slice(from, to).sort() }
  })
  return { folds, count, instants: ends.length }
}

/** Rows in time order, and how many rows there are up to the end of each instant. */
function instantsOf({ rows, seconds }: Pick<FoldRequest, 'rows' | 'seconds'>): { order: Int32Array; ends: number[] } {
  const timed = seconds !== undefined && !seconds.subarray(0, rows).some(Number.isNaN)
  if (!timed) {
    const order = Int32Array.from({ length: rows }, (_, i) => i)
    return { order, ends: Array.from({ length: rows }, (_, i) => i + 1) }
  }
  const moment = placesOf(seconds.subarray(0, rows))
  const order = Int32Array.from(orderByKey(moment.of, moment.distinct))
  const ends: number[] = []
  for (let i = 1; i <= rows; i++) if (i === rows || seconds[order[i]!] !== seconds[order[i - 1]!]) ends.push(i)
  return { order, ends }
}

/** The place in ascending `ends`, from `low` to `high`, whose value is nearest to `target`; the earlier of two. */
function nearestEnd(ends: readonly number[], target: number, low: number, high: number): number {
  let [a, b] = [low, high]
  while (a < b) {
    const middle = (a + b) >> 1
    if (ends[middle]! < target) a = middle + 1
    else b = middle
  }
  return a > low && target - ends[a - 1]! <= ends[a]! - target ? a - 1 : a
}

/** The first instant at whose end a positive and a negative row have been seen; the first of all without classes. */
function bothSeen(order: Int32Array, ends: readonly number[], positive: Uint8Array | undefined): number {
  if (!positive) return 0
  const last = Math.max(
    order.findIndex(row => positive[row] === 1),
    order.findIndex(row => positive[row] === 0),
  )
  return ends.findIndex(end => end > last)
}

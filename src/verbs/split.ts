/** Which rows teach, which set the cuts, which are kept for the test. No row is ever in two of them. */
import { uniformAt } from '../math/random.ts'
import { alsoTaught, sameRows } from '../math/same-rows.ts'
import type { Recipe } from '../recipe/schema.ts'
import type { Rows } from './gather.ts'

export interface Split {
  readonly train: Int32Array
  /** Held-out rows that should be normal: the cuts are set on them. */
  readonly heldOut: Int32Array
  /** Rows kept for evaluation only: normal or not. */
  readonly test: Int32Array
}

export function splitRows(rows: Rows, recipe: Recipe, usable: (row: number) => boolean): Split {
  const { by, test: testShare, calibrate } = recipe.split
  const all = Int32Array.from({ length: rows.rows }, (_, i) => i).filter(usable)
  const order = placement(rows, all, by, recipe.seed)
  const part = (from: Int32Array, share: number) =>
    new Set(strata(rows, recipe, from).flatMap(stratum => [...lastShare(stratum, order, share)]))
  const tested = testShare > 0 ? part(all, testShare) : new Set<number>()
  const teaches = all.filter(row => !tested.has(row) && isTeacher(rows, recipe, row))
  const held = calibrate > 0 ? part(teaches, calibrate) : new Set<number>()
  return {
    train: teaches.filter(row => !held.has(row)),
    heldOut: inTimeOrder(
      teaches.filter(row => held.has(row)),
      rows,
    ),
    test: all.filter(row => tested.has(row)),
  }
}

/**
 * What a model learns from: for finding what is unusual, every row that the label does not call bad, or those of `learn`;
 * for learning from answers, every row whose answer is known, good or bad.
 */
export function isTeacher(rows: Rows, recipe: Recipe, row: number): boolean {
  const wanted = recipe.learn === undefined || rows.learn[row] === 1
  switch (recipe.task) {
    case 'detect':
      return recipe.learn === undefined ? rows.label[row] !== 1 : wanted
    case 'classify':
      return wanted && Number.isFinite(rows.label[row])
    case 'regress':
      return wanted && Number.isFinite(rows.target[row])
    case 'survive':
      return wanted && Number.isFinite(rows.label[row]) && (rows.target[row] as number) > 0
  }
}

/** Drawn at random, good and bad rows are drawn apart, so that each part has its share of the few bad ones. */
function strata(rows: Rows, { task, split }: Recipe, from: Int32Array): Int32Array[] {
  if (task !== 'classify' || split.by !== 'random') return [from]
  const parts = [from.filter(row => rows.label[row] === 1), from.filter(row => rows.label[row] !== 1)]
  return parts.filter(part => part.length > 0)
}

/** Rows in time order; rows without a time keep their place in the table. */
export function inTimeOrder(chosen: Int32Array, rows: Rows): Int32Array {
  const { seconds } = rows
  if (chosen.some(row => Number.isNaN(seconds[row]))) return chosen.toSorted((a, b) => a - b)
  return chosen.toSorted((a, b) => (seconds[a] as number) - (seconds[b] as number) || a - b)
}

/** A number a row that says where it stands in the split: the highest share is cut off. Drawn by (seed, row or group). */
function placement(rows: Rows, usable: Int32Array, by: Recipe['split']['by'], seed: number): (row: number) => number {
  if (by === 'random') return row => uniformAt(seed, row)
  if (by === 'group') return row => uniformAt(seed, rows.group[row] as number)
  const timed = !usable.some(row => Number.isNaN(rows.seconds[row]))
  return timed ? row => rows.seconds[row] as number : row => row
}

/**
 * The last `share` of the rows by placement. Rows with equal placement (one group, one instant) stay together, so the
 * share is exact only as far as that allows.
 */
function lastShare(rows: Int32Array, placement: (row: number) => number, share: number): Set<number> {
  const places = Float64Array.from(rows, placement).sort()
  const keep = Math.min(rows.length - 1, Math.max(0, Math.round(rows.length * (1 - share))))
  const boundary = places[keep] ?? Number.POSITIVE_INFINITY
  const cut = boundary === places[0] ? (places.find(p => p > boundary) ?? Number.POSITIVE_INFINITY) : boundary
  return new Set(rows.filter(row => placement(row) >= cut))
}

/** How many of `b`'s rows have exactly the feature values of a row of `a`. */
export function sharedRows({ rows, features }: Rows, a: Int32Array, b: Int32Array): number {
  return alsoTaught(sameRows({ rows, columns: features }), a, b).length
}

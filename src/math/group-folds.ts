/** Whole groups dealt to folds so that sizes and classes come out as even as the groups allow. */

/** How many rows of each class a group has: `counts[group * classes + class]`. */
export interface GroupCounts {
  readonly groups: number
  readonly classes: number
  readonly counts: Float64Array
}

/** Codes 0, 1, 2 … in the order in which groups are first seen; without `group` each row is its own. */
export function codesOf(group: Int32Array | undefined, rows: number): { code: Int32Array; groups: number } {
  if (!group) return { code: Int32Array.from({ length: rows }, (_, i) => i), groups: rows }
  const codes = new Map<number, number>()
  const code = group.subarray(0, rows).map(name => {
    const known = codes.get(name) ?? codes.size
    codes.set(name, known)
    return known
  })
  return { code, groups: codes.size }
}

/** Classes are the negative and the positive rows; one class where all rows are of one. */
export function countGroups(code: Int32Array, groups: number, positive?: Uint8Array): GroupCounts {
  const both = positive?.subarray(0, code.length)
  const classes = both?.includes(1) && both.includes(0) ? 2 : 1
  const counts = new Float64Array(groups * classes)
  for (let i = 0; i < code.length; i++) counts[code[i]! * classes + (classes === 2 && both![i] ? 1 : 0)]!++
  return { groups, classes, counts }
}

/**
 * The greedy way of scikit-learn's StratifiedGroupKFold: the most lopsided groups first, each to the fold where the
 * classes' shares then spread least over the folds; among equals to the smallest.
 * @param order in which equally lopsided groups take their turn
 * @returns the fold of each group
 */
export function assignGroups(given: GroupCounts, order: Int32Array, folds: number): Int32Array {
  const { groups, classes, counts } = given
  const lopsided = Float64Array.from({ length: groups }, (_, g) =>
    classes === 1 ? counts[g]! : Math.abs(counts[g * 2]! - counts[g * 2 + 1]!),
  )
  const turns = order.toSorted((a, b) => lopsided[b]! - lopsided[a]!)
  const totals = new Float64Array(classes)
  counts.forEach((count, at) => {
    totals[at % classes]! += count
  })
  const perFold = new Float64Array(folds * classes)
  const assigned = new Int32Array(groups)
  for (const g of turns) {
    const own = counts.subarray(g * classes, (g + 1) * classes)
    const best = bestFold(perFold, own, totals, folds)
    for (let c = 0; c < classes; c++) perFold[best * classes + c]! += own[c]!
    assigned[g] = best
  }
  return assigned
}

function bestFold(perFold: Float64Array, own: Float64Array, totals: Float64Array, folds: number): number {
  const classes = totals.length
  let [best, least, fewest] = [0, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
  for (let fold = 0; fold < folds; fold++) {
    let [spread, rows] = [0, 0]
    for (let c = 0; c < classes; c++) {
      rows += perFold[fold * classes + c]!
      spread += deviation(perFold, c, classes, fold, own[c]!, totals[c]!, folds)
    }
    spread /= classes
    // The tolerance is numpy's isclose: sums that differ by their rounding are ties.
    const tied = Math.abs(spread - least) <= 1e-8 + 1e-5 * least
    if (spread < least || (tied && rows < fewest)) [best, least, fewest] = [fold, spread, rows]
  }
  return best
}

/** Standard deviation over the folds of a class's share, if `own` more rows of it went to `fold`. */
function deviation(
  perFold: Float64Array,
  c: number,
  classes: number,
  fold: number,
  own: number,
  total: number,
  folds: number,
): number {
  const share = (at: number) => (perFold[at * classes + c]! + (at === fold ? own : 0)) / total
  // numpy's order of operations: the last bit decides between folds that are equal.
  let sum = 0
  for (let at = 0; at < folds; at++) sum += share(at)
  let squares = 0
  for (let at = 0; at < folds; at++) squares += (share(at) - sum / folds) ** 2
  return Math.sqrt(squares / folds)
}

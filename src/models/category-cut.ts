/**
 * The best way to divide categories in two. Ordered by what they say, the best division cuts that order in two (Fisher,
 * "On grouping for maximum homogeneity", 1958), so a sort takes the place of trying 2^k subsets.
 */
import type { Histograms, Limits, Sums } from '../kernels/histogram.ts'

export interface Subset {
  /** 1 for each bin that goes left. */
  readonly subset: Uint8Array
  /** G² / (H + λ) of both sides together. */
  readonly gain: number
}

/** Rows that a category needs to be told from the rest, and what draws those of few rows to the middle (scikit-learn's). */
const SUPPORT = 10

/**
 * Subsets are taken from both ends of the order. What is not in one goes right: missing values, categories beyond those
 * that have a bin, those with few rows, and all that will be seen for the first time when scoring. Taking from both ends
 * decides whether these go with the low or with the high ones.
 */
export function bestSubset(
  h: Histograms,
  slot: number,
  column: number,
  categories: number,
  total: Sums,
  limits: Limits,
): Subset | undefined {
  const cells = Array.from({ length: categories }, (_, bin) => ({ bin, ...h.cell(slot, column, bin) })).filter(
    cell => cell.rows >= Math.min(SUPPORT, limits.leastRows),
  )
  if (total.rows === 0 || cells.length === 0) return undefined
  const smoothing = SUPPORT * (total.hessian / total.rows)
  const ascending = cells
    .map(cell => ({ ...cell, says: cell.gradient / (cell.hessian + smoothing) }))
    .sort((a, b) => a.says - b.says || a.bin - b.bin)
  let gain = limits.gain
  let best: readonly { bin: number }[] | undefined
  for (const order of [ascending, ascending.toReversed()]) {
    const left = { gradient: 0, hessian: 0, rows: 0 }
    for (const [i, cell] of order.entries()) {
      left.gradient += cell.gradient
      left.hessian += cell.hessian
      left.rows += cell.rows
      const found = gainOf(left, total, limits)
      if (found === undefined || !(found > gain)) continue
      gain = found
      best = order.slice(0, i + 1)
    }
  }
  if (best === undefined) return undefined
  const subset = new Uint8Array(256)
  for (const { bin } of best) subset[bin] = 1
  return { subset, gain }
}

function gainOf(left: Sums, total: Sums, { leastRows, leastHessian, l2, bounds }: Limits): number | undefined {
  const right = {
    gradient: total.gradient - left.gradient,
    hessian: total.hessian - left.hessian,
    rows: total.rows - left.rows,
  }
  if (Math.min(left.rows, right.rows) < Math.max(1, leastRows)) return undefined
  if (Math.min(left.hessian, right.hessian) < Math.max(1, leastHessian)) return undefined
  return side(left, l2, bounds) + side(right, l2, bounds)
}

function side({ gradient, hessian }: Sums, l2: number, bounds: Limits['bounds']): number {
  const free = -gradient / (hessian + l2)
  const value = bounds ? Math.max(bounds.lowest, Math.min(bounds.highest, free)) : free
  return -(2 * gradient * value + (hessian + l2) * value * value)
}

/**
 * Sequential minimal optimisation of the one-class problem (Schölkopf et al., "Estimating the support of a
 * high-dimensional distribution", Neural Computation 2001) as libsvm solves it (Chang, Lin, ACM TIST 2011):
 *
 *   minimise ½ Σᵢⱼ αᵢ αⱼ k(xᵢ, xⱼ)  with  0 ≤ αᵢ ≤ weightᵢ  and  Σ αᵢ = ν Σ weightᵢ
 *
 * from libsvm's start, by second-order working sets (Fan, Chen, Lin, "Working set selection using second order
 * information", JMLR 2005), with its rules for ties: so it takes libsvm's path, and stops where libsvm stops. Shrinking is
 * left out: libsvm shrinks first after 1,000 steps, when all but the hardest problems are solved.
 */
import { type KernelRows, openKernelRows } from '../kernels/kernel-rows.ts'
import type { KernelFunction } from '../kernels/support-vectors.ts'
import { createRowCache } from './row-cache.ts'

export interface OneClassProblem {
  /** One entry a row. */
  readonly columns: readonly Float64Array[]
  /** One a row, above 0. */
  readonly weight: Float64Array
  readonly nu: number
  /** Ends when no pair of gradients violates its order by more. */
  readonly tol: number
}

export interface Optimum {
  readonly alpha: Float64Array
  /** The decision of a row x is Σ α k(·, x) − rho. */
  readonly rho: number
  readonly steps: number
}

/** Bytes for kernel rows. */
const CACHE_BYTES = 200e6
/** Curvature of a pair that has none, as in libsvm. */
const TAU = 1e-12
/** What rounding leaves of the gradients: a smaller difference between two of them says nothing. */
const ROUNDING = 1e-12
const MOST_STEPS = 10_000_000

export function solveOneClass(f: KernelFunction, problem: OneClassProblem, cacheBytes = CACHE_BYTES): Optimum {
  const matrix = openKernelRows(f, problem.columns, cacheBytes)
  const { alpha, bound, gradient, unit } = matrix
  const slotOf = createRowCache(alpha.length, matrix.slots, matrix.compute)
  const lower = begin(matrix, problem, slotOf)
  const tol = problem.tol / unit
  let up = matrix.step(0, 0, 0, 0)
  let steps = 0
  for (; up >= 0 && steps < Math.max(MOST_STEPS, 100 * alpha.length); steps++) {
    const slotUp = slotOf(up)
    const { down, violation } = partner(matrix, up, matrix.values(slotUp), lower)
    if (down < 0 || violation < tol || violation <= ROUNDING * Math.abs(gradient[up]!)) break
    const slotDown = slotOf(down)
    const [alphaUp, alphaDown] = [alpha[up]!, alpha[down]!]
    const curvature = matrix.diagonal[up]! + matrix.diagonal[down]! - 2 * matrix.values(slotUp)[down]!
    move(alpha, bound, up, down, (gradient[down]! - gradient[up]!) / (curvature > 0 ? curvature : TAU / unit))
    lower.update(up)
    lower.update(down)
    const [byUp, byDown] = [alpha[up]! - alphaUp, alpha[down]! - alphaDown]
    if (byUp === 0 && byDown === 0) break
    up = matrix.step(slotUp, byUp, slotDown, byDown)
  }
  return { alpha: alpha.slice(), rho: rhoOf(matrix) * unit, steps }
}

/** libsvm's start: the first rows take as much alpha as they may, until it is spent. */
function begin(matrix: KernelRows, { weight, nu }: OneClassProblem, slotOf: (row: number) => number): LowerSet {
  const { alpha, bound } = matrix
  bound.set(weight)
  let left = 0
  for (const w of weight) left += w * nu
  const lower = createLowerSet(alpha)
  for (let row = 0; row < alpha.length && left > 0; row++) {
    alpha[row] = Math.min(bound[row]!, left)
    left -= alpha[row]!
    lower.update(row)
    matrix.accumulate(slotOf(row), alpha[row]!)
  }
  return lower
}

/** The rows whose alpha can become less: few of all, so that a partner is found without a look at the others. */
interface LowerSet {
  readonly rows: Int32Array
  count: number
  /** To be called when the row's alpha has changed. */
  update(row: number): void
}

function createLowerSet(alpha: Float64Array): LowerSet {
  const rows = new Int32Array(alpha.length)
  const place = new Int32Array(alpha.length).fill(-1)
  const set: LowerSet = {
    rows,
    count: 0,
    update(row) {
      const at = place[row]!
      if (alpha[row]! > 0 === at >= 0) return
      if (at < 0) {
        place[row] = set.count
        rows[set.count++] = row
      } else {
        const last = rows[--set.count]!
        rows[at] = last
        place[last] = at
        place[row] = -1
      }
    },
  }
  return set
}

/** The row that gains most together with `up`, and by how much the worst pair violates the order of gradients. */
function partner(
  { gradient, diagonal, unit }: KernelRows,
  up: number,
  values: Float32Array,
  { rows, count }: LowerSet,
): { down: number; violation: number } {
  const least = gradient[up]!
  const self = diagonal[up]!
  const flat = TAU / unit
  let most = Number.NEGATIVE_INFINITY
  let best = 0
  let down = -1
  for (let i = 0; i < count; i++) {
    const row = rows[i]!
    const g = gradient[row]!
    if (g > most) most = g
    const gap = g - least
    if (!(gap > 0)) continue
    const curvature = self + diagonal[row]! - 2 * values[row]!
    const gain = (gap * gap) / (curvature > 0 ? curvature : flat)
    if (gain > best || (gain === best && row > down)) {
      best = gain
      down = row
    }
  }
  return { down, violation: most - least }
}

/** Moves alpha from `down` to `up`, within their bounds: libsvm's order of operations. */
function move(alpha: Float64Array, bound: Float64Array, up: number, down: number, step: number): void {
  const sum = alpha[up]! + alpha[down]!
  const [most, mostDown] = [bound[up]!, bound[down]!]
  let a = alpha[up]! + step
  let b = alpha[down]! - step
  if (sum > most) {
    if (a > most) [a, b] = [most, sum - most]
  } else if (b < 0) [a, b] = [sum, 0]
  if (sum > mostDown) {
    if (b > mostDown) [a, b] = [sum - mostDown, mostDown]
  } else if (a < 0) [a, b] = [0, sum]
  alpha[up] = a
  alpha[down] = b
}

/** The mean gradient of the rows strictly within their bounds; without any, the middle of what the others allow. */
function rhoOf({ gradient, alpha, bound }: KernelRows): number {
  let sum = 0
  let free = 0
  let least = Number.POSITIVE_INFINITY
  let most = Number.NEGATIVE_INFINITY
  for (let i = 0; i < alpha.length; i++) {
    const g = gradient[i]!
    if (alpha[i]! >= bound[i]!) most = Math.max(most, g)
    else if (alpha[i]! <= 0) least = Math.min(least, g)
    else {
      free++
      sum += g
    }
  }
  if (free > 0) return sum / free
  // With nu 1 every row is at its bound, and any rho from `most` on is an optimum; libsvm answers infinity.
  if (least === Number.POSITIVE_INFINITY) return most
  return most === Number.NEGATIVE_INFINITY ? least : least / 2 + most / 2
}

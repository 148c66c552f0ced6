/**
 * Sequential minimal optimisation of the one-class problem (Schölkopf et al., "Estimating the support of a
 * high-dimensional distribution", Neural Computation 2001) as libsvm solves it (Chang, Lin, ACM TIST 2011):
 *
 *   minimise ½ Σᵢⱼ αᵢ αⱼ k(xᵢ, xⱼ)  with  0 ≤ αᵢ ≤ weightᵢ  and  Σ αᵢ = ν Σ weightᵢ
 *
 * from libsvm's start, by second-order working sets (Fan, Chen, Lin, "Working set selection using second order
 * information", JMLR 2005), with its rules for ties: so it takes libsvm's path, and stops where libsvm stops. Shrinking is
 * left out: libsvm shrinks first after 1,000 steps, and most problems are solved by then.
 */
import { type KernelRows, openKernelRows } from '../kernels/kernel-rows.ts'
import type { KernelFunction } from '../kernels/support-vectors.ts'
import { createRowCache, type RowCache } from './row-cache.ts'

export interface OneClassProblem {
  /** One entry a row. */
  readonly columns: readonly Float64Array[]
  /** The mean of each column. */
  readonly centre: Float64Array
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
/** Where rounding keeps the violation from falling, libsvm goes on for ever: after so many steps (or twice the number of
 * rows, if that is more) in which the smallest violation did not fall by a tenth, it will not. */
const PATIENCE = 20_000
const PROGRESS = 0.9

export function solveOneClass(f: KernelFunction, problem: OneClassProblem, cacheBytes = CACHE_BYTES): Optimum {
  const run = begin(f, problem, cacheBytes)
  const { matrix, cache, alpha, bound, lower } = run
  const { gradient, diagonal, unit } = matrix
  const flat = TAU / unit
  const tol = problem.tol / unit
  let up = matrix.step(0, 0, 0, 0)
  let steps = 0
  let least = Number.POSITIVE_INFINITY
  let patience = 0
  for (; up >= 0; steps++) {
    const slotUp = cache.slotOf(up, () => likelyUp(run))
    const values = matrix.values(slotUp)
    const { down, violation } = partner(run, up, values)
    if (down < 0 || violation < tol || violation <= ROUNDING * Math.abs(gradient[up]!)) break
    if (violation < PROGRESS * least) {
      least = violation
      patience = steps + Math.max(PATIENCE, 2 * alpha.length)
    } else if (steps > patience) break
    const slotDown = cache.slotOf(down, () => likelyDown(run))
    const [alphaUp, alphaDown] = [alpha[up]!, alpha[down]!]
    const curvature = diagonal[up]! + diagonal[down]! - 2 * values[down]!
    move(alpha, bound, up, down, (gradient[down]! - gradient[up]!) / (curvature > 0 ? curvature : flat))
    const [byUp, byDown] = [alpha[up]! - alphaUp, alpha[down]! - alphaDown]
    if (byUp === 0 && byDown === 0) break
    for (const row of [up, down]) {
      lower.update(row)
      matrix.wall[row] = alpha[row]! < bound[row]! ? 0 : Number.POSITIVE_INFINITY
    }
    up = matrix.step(slotUp, byUp, slotDown, byDown)
    if (alpha[down] === 0) cache.release(down)
  }
  return { alpha, rho: rhoOf(run) * unit, steps }
}

interface Run {
  readonly matrix: KernelRows
  readonly cache: RowCache
  readonly alpha: Float64Array
  readonly bound: Float64Array
  readonly lower: LowerSet
}

/** libsvm's start: the first rows take as much alpha as they may, until it is spent. */
function begin(f: KernelFunction, { columns, centre, weight, nu }: OneClassProblem, cacheBytes: number): Run {
  const rows = weight.length
  let left = 0
  for (const w of weight) left += w * nu
  const alpha = new Float64Array(rows)
  let first = 0
  for (; first < rows && left > 0; first++) {
    alpha[first] = Math.min(weight[first]!, left)
    left -= alpha[first]!
  }
  // Those that take the place of the first rows take their slots too: a quarter more is enough.
  const slots = Math.min(Math.floor(cacheBytes / 4 / rows), first + (first >> 2) + 300)
  const matrix = openKernelRows(f, columns, centre, slots)
  const cache = createRowCache(rows, matrix.slots, matrix.compute)
  const lower = createLowerSet(alpha)
  for (let row = 0; row < first; row++) {
    lower.update(row)
    if (alpha[row]! >= weight[row]!) matrix.wall[row] = Number.POSITIVE_INFINITY
    const soon = () => [row + 1, row + 2, row + 3].filter(next => next < first)
    matrix.accumulate(cache.slotOf(row, soon), alpha[row]!)
  }
  return { matrix, cache, alpha, bound: weight, lower }
}

/** Rows that are likely to be next to grow. */
function likelyUp({ matrix: { gradient }, cache, alpha }: Run): readonly number[] {
  const first = createFirst()
  for (let row = 0; row < alpha.length; row++) {
    const g = gradient[row]!
    if (g < first.limit && alpha[row] === 0 && !cache.has(row)) first.add(row, g)
  }
  return first.rows
}

/** Rows that are likely to be next to become less. */
function likelyDown({ matrix: { gradient }, cache, lower: { rows, count } }: Run): readonly number[] {
  const first = createFirst()
  for (let i = 0; i < count; i++) {
    const row = rows[i]!
    if (-gradient[row]! < first.limit && !cache.has(row)) first.add(row, -gradient[row]!)
  }
  return first.rows
}

/** The four rows of the smallest keys: one asked for now, and three more with it. */
interface First {
  readonly rows: number[]
  /** Only keys below it are to be added. */
  limit: number
  add(row: number, key: number): void
}

function createFirst(): First {
  const keys: number[] = []
  const first: First = {
    rows: [],
    limit: Number.POSITIVE_INFINITY,
    add(row, key) {
      let at = keys.length
      while (at > 0 && keys[at - 1]! > key) at--
      keys.splice(at, 0, key)
      first.rows.splice(at, 0, row)
      if (keys.length <= 4) return
      keys.pop()
      first.rows.pop()
      first.limit = keys[3]!
    },
  }
  return first
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
  { matrix: { gradient, diagonal, unit }, lower: { rows, count } }: Run,
  up: number,
  values: Float32Array,
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
function rhoOf({ matrix: { gradient }, alpha, bound }: Run): number {
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

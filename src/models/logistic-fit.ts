/**
 * The minimum of Σ weight × logistic loss + ½ Σ ridge_j β_j² + Σ lasso_j |β_j| over β and an unpenalised intercept, by
 * Newton's method (iteratively reweighted least squares): a step comes from the second derivatives, by Cholesky or, with
 * a lasso, by coordinate descent (glmnet's way), and is halved until the sum falls as it should.
 *
 * Second derivatives cost more than all else, so they are kept for as long as steps shrink well with them; the minimum is
 * the same.
 */
import type { Design } from '../kernels/gram.ts'
import { dampedCholesky, solveCholesky } from '../math/cholesky.ts'
import { coordinateDescent } from '../math/coordinate-descent.ts'

export interface Penalties {
  /** One a column, ≥ 0. */
  readonly ridge: Float64Array
  readonly lasso: Float64Array
}

export interface Limits {
  readonly intercept: boolean
  readonly maxIterations: number
  /** The fit ends when no coefficient is further than about this from the minimum. */
  readonly tolerance: number
}

export interface Found {
  /** One a column, then the intercept. */
  readonly coefficient: Float64Array
  readonly iterations: number
  readonly converged: boolean
}

/** A step that promises less than this share of where the fit began is the last: columns that tell the classes apart
 * completely would be followed for ever, and the chances of the rows are then 0 and 1 to the last digits. */
const NOTHING = 1e-18

/** From this many rows on the way begins on every eighth tile of them: it ends near the minimum for a fraction. */
const SAMPLED_ROWS = 20_000
const SAMPLED_EVERY = 8

export function fitLogistic(design: Design, penalties: Penalties, limits: Limits): Found {
  const start = { coefficient: new Float64Array(design.columns + 1) }
  if (design.rows < SAMPLED_ROWS || design.rows < 100 * design.columns)
    return descend(design, penalties, limits, start, 1)
  const share = (values: Float64Array) => values.map(value => value / SAMPLED_EVERY)
  const sampled = { ridge: share(penalties.ridge), lasso: share(penalties.lasso) }
  const near = descend(design, sampled, { ...limits, maxIterations: 10, tolerance: 1e-3 }, start, SAMPLED_EVERY)
  return descend(design, penalties, limits, near.converged ? ofAllRows(near) : start, 1)
}

/** The sample's second derivatives are about an eighth of those of all rows. */
function ofAllRows({ coefficient, solver }: Found & Start): Start {
  if (solver === undefined) return { coefficient }
  return {
    coefficient,
    solver: (point, precision) =>
      solver({ ...point, gradient: point.gradient.map(value => value / SAMPLED_EVERY) }, precision),
  }
}

interface Start {
  readonly coefficient: Float64Array
  /** Steps by second derivatives found nearby. */
  readonly solver?: Solver
}

function descend(design: Design, penalties: Penalties, limits: Limits, start: Start, every: number): Found & Start {
  // Steps that shrink less with kept derivatives would cost more than new ones do.
  const shrinking = Math.min(0.1, design.columns / 1000)
  const sparse = penalties.lasso.some(value => value > 0)
  let here = at(design, penalties, limits, start.coefficient, every)
  let solver = start.solver
  let before = Number.POSITIVE_INFINITY
  const nothing = NOTHING * here.value
  const found = (coefficient: Float64Array, iterations: number, converged: boolean) =>
    ({ coefficient, iterations, converged, ...(solver && { solver }) }) satisfies Found & Start
  for (let iterations = 1; iterations <= limits.maxIterations; iterations++) {
    // A hundredth of the last move is as near as a step from there has to be found.
    const precision = 0.01 * Math.max(limits.tolerance, Math.min(before, 1))
    let step = solver?.(here, precision)
    if (step === undefined || largest(step) > shrinking * before) {
      solver = solverOf(design.gram('curvature', every), penalties, limits)
      step = solver(here, precision)
    }
    const move = largest(step)
    if (!Number.isFinite(move)) return found(here.coefficient, iterations, false)
    // What this step leaves is to it at most what it is to the one before.
    const left = (before < 1 ? move * Math.min(1, move / before) : move) + (sparse ? 10 * precision : 0)
    if (left <= limits.tolerance)
      return found(
        here.coefficient.map((b, j) => b + step[j]!),
        iterations,
        true,
      )
    if (-slopeOf(here, step, penalties) <= nothing) return found(here.coefficient, iterations, true)
    const next = search(design, penalties, limits, here, step, every)
    if (next === undefined) return found(here.coefficient, iterations, move < 1e-6)
    if (next.share < 1) solver = undefined
    before = next.share < 1 ? Number.POSITIVE_INFINITY : move
    here = next.point
  }
  return found(here.coefficient, limits.maxIterations, false)
}

interface Point {
  readonly coefficient: Float64Array
  /** Of the loss and the ridge. */
  readonly gradient: Float64Array
  readonly value: number
}

function at(
  design: Design,
  { ridge, lasso }: Penalties,
  limits: Limits,
  coefficient: Float64Array,
  every: number,
): Point {
  const d = design.columns
  let value = design.logistic(coefficient, coefficient[d]!, every)
  const gradient = design.products('residual', every)
  for (let j = 0; j < d; j++) {
    const b = coefficient[j]!
    value += 0.5 * ridge[j]! * b * b + lasso[j]! * Math.abs(b)
    gradient[j] = gradient[j]! + ridge[j]! * b
  }
  if (!limits.intercept) gradient[d] = 0
  return { coefficient, gradient, value }
}

type Solver = (point: Point, precision: number) => Float64Array

function solverOf(hessian: Float64Array, { ridge, lasso }: Penalties, { intercept }: Limits): Solver {
  const n = ridge.length + 1
  for (let j = 0; j < n - 1; j++) hessian[j * n + j] = hessian[j * n + j]! + ridge[j]!
  // Without an intercept its row is that of a coefficient which stays 0.
  if (!intercept) for (let j = 0; j < n; j++) hessian[(n - 1) * n + j] = hessian[j * n + n - 1] = j === n - 1 ? 1 : 0
  if (lasso.some(value => value > 0)) {
    const penalty = Float64Array.of(...lasso, 0)
    return ({ coefficient, gradient }, precision) =>
      coordinateDescent({ hessian, gradient, from: coefficient, penalty }, precision)
  }
  const factor = dampedCholesky(hessian, n)
  return ({ gradient }) => solveCholesky(factor, n, gradient).map(value => -value)
}

/** Halves the step until the value falls by a quarter of what the slope promises; rounding in the value is forgiven.
 * `undefined` when not even a step of 2^-40 does. */
function search(
  design: Design,
  penalties: Penalties,
  limits: Limits,
  from: Point,
  step: Float64Array,
  every: number,
): { point: Point; share: number } | undefined {
  const slope = slopeOf(from, step, penalties)
  const forgiven = 1e-11 * Math.abs(from.value)
  for (let share = 1; share > 1e-12; share /= 2) {
    const moved = from.coefficient.map((b, j) => b + share * step[j]!)
    const point = at(design, penalties, limits, moved, every)
    if (point.value <= from.value + 0.25 * share * Math.min(slope, 0) + forgiven) return { point, share }
  }
  return undefined
}

/** How fast the value changes along the step, at its start. */
function slopeOf({ coefficient, gradient }: Point, step: Float64Array, { lasso }: Penalties): number {
  let slope = 0
  for (let j = 0; j < step.length; j++) {
    const [b, move] = [coefficient[j]!, step[j]!]
    slope += gradient[j]! * move + (lasso[j] ?? 0) * (Math.abs(b + move) - Math.abs(b))
  }
  return slope
}

function largest(values: Float64Array): number {
  let most = 0
  for (const value of values) {
    if (Number.isNaN(value)) return value
    most = Math.max(most, Math.abs(value))
  }
  return most
}

/**
 * The step of a penalised fit: the move δ that minimises ½ δᵀ H δ + gᵀ δ + Σ penalty_j |β_j + δ_j|, one coordinate after
 * the other (Friedman, Hastie, Tibshirani, "Regularization paths for generalized linear models via coordinate descent",
 * Journal of Statistical Software 33, 2010). Columns that say nearly the same make that slow, so once the signs begin to
 * settle, the coordinates that are not 0 also go straight to their common minimum, as far as no sign turns.
 */
import { cholesky, solveCholesky } from './cholesky.ts'

export interface Quadratic {
  /** n × n, symmetric, row after row; its diagonal is positive where a coordinate is to move. */
  readonly hessian: Float64Array
  readonly gradient: Float64Array
  /** Where the step starts. */
  readonly from: Float64Array
  /** ≥ 0; one a coordinate. */
  readonly penalty: Float64Array
}

/** Sweeps over the coordinates that are not 0, between two sweeps over all. */
const SWEEPS = 10

/** Ends when no coordinate moves by more than `tolerance` in a sweep over all, or after `rounds`. */
export function coordinateDescent(
  { hessian, gradient, from, penalty }: Quadratic,
  tolerance: number,
  rounds = 1000,
): Float64Array {
  const n = gradient.length
  const value = from.slice()
  for (let round = 0; round < rounds; round++) {
    // g + H δ, anew in each round: small errors do not add up.
    const slope = gradient.slice()
    for (let j = 0; j < n; j++) {
      const moved = value[j]! - from[j]!
      if (moved !== 0) for (let k = 0; k < n; k++) slope[k] = slope[k]! + moved * hessian[j * n + k]!
    }
    if (sweep({ hessian, slope, value, penalty }) <= tolerance) break
    const active = Uint32Array.from({ length: n }, (_, j) => j).filter(j => value[j] !== 0)
    const part = partOf({ hessian, slope, value, penalty }, active)
    for (let k = 0; k < SWEEPS; k++) if (sweep(part) <= tolerance) break
    leap(part)
    for (const [k, j] of active.entries()) value[j] = part.value[k]!
  }
  return value.map((v, j) => v - from[j]!)
}

interface Place {
  readonly hessian: Float64Array
  /** The gradient of the smooth part at `value`; kept up to date. */
  readonly slope: Float64Array
  readonly value: Float64Array
  readonly penalty: Float64Array
}

/** Moves each coordinate to its minimum, given the others; the largest move. */
function sweep({ hessian, slope, value, penalty }: Place): number {
  const n = value.length
  let most = 0
  for (let j = 0; j < n; j++) {
    const curvature = hessian[j * n + j]!
    if (!(curvature > 0)) continue
    const target = shrink(value[j]! - slope[j]! / curvature, penalty[j]! / curvature)
    const step = target - value[j]!
    if (step === 0) continue
    value[j] = target
    for (let k = 0; k < n; k++) slope[k] = slope[k]! + step * hessian[j * n + k]!
    most = Math.max(most, Math.abs(step))
  }
  return most
}

function shrink(value: number, by: number): number {
  return value > by ? value - by : value < -by ? value + by : 0
}

function partOf({ hessian, slope, value, penalty }: Place, active: Uint32Array): Place {
  const [n, m] = [value.length, active.length]
  const part = new Float64Array(m * m)
  for (let i = 0; i < m; i++) for (let k = 0; k < m; k++) part[i * m + k] = hessian[active[i]! * n + active[k]!]!
  const pick = (values: Float64Array) => Float64Array.from(active, j => values[j]!)
  return { hessian: part, slope: pick(slope), value: pick(value), penalty: pick(penalty) }
}

/** To the minimum with the signs as they are, or as far as the first coordinate to reach 0. */
function leap({ hessian, slope, value, penalty }: Place): void {
  const n = value.length
  const factor = cholesky(hessian, n, 1e-12)
  // Where columns depend on each other, or a coordinate has just become 0, sweeps alone have to do.
  if (factor === undefined || value.includes(0)) return
  const step = solveCholesky(
    factor,
    n,
    value.map((v, j) => -(slope[j]! + Math.sign(v) * penalty[j]!)),
  )
  let share = 1
  for (let j = 0; j < n; j++) {
    if (penalty[j]! > 0 && value[j]! * (value[j]! + step[j]!) < 0) share = Math.min(share, -value[j]! / step[j]!)
  }
  for (let j = 0; j < n; j++) {
    const reached = value[j]! + share * step[j]!
    value[j] = penalty[j]! > 0 && reached * value[j]! < 1e-15 * value[j]! ** 2 ? 0 : reached
  }
}

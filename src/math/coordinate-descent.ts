/**
 * The step of a penalised fit: the move δ that minimises ½ δᵀ H δ + gᵀ δ + Σ penalty_j |β_j + δ_j|, one coordinate after
 * the other (Friedman, Hastie, Tibshirani, "Regularization paths for generalized linear models via coordinate descent",
 * Journal of Statistical Software 33, 2010).
 */
export interface Quadratic {
  /** n × n, symmetric, row after row; its diagonal is positive where a coordinate is to move. */
  readonly hessian: Float64Array
  readonly gradient: Float64Array
  /** Where the step starts. */
  readonly from: Float64Array
  /** ≥ 0; one a coordinate. */
  readonly penalty: Float64Array
}

/** Ends when no coordinate moves by more than `tolerance` in a sweep, or after `sweeps`. */
export function coordinateDescent(
  { hessian, gradient, from, penalty }: Quadratic,
  tolerance: number,
  sweeps = 10_000,
): Float64Array {
  const n = gradient.length
  const moved = new Float64Array(n)
  /** g + H δ. */
  const slope = gradient.slice()
  const move = (j: number): number => {
    const curvature = hessian[j * n + j]!
    if (!(curvature > 0)) return 0
    const now = from[j]! + moved[j]!
    const target = shrink(now - slope[j]! / curvature, penalty[j]! / curvature)
    const step = target - now
    if (step === 0) return 0
    moved[j] = target - from[j]!
    for (let k = 0; k < n; k++) slope[k] = slope[k]! + step * hessian[j * n + k]!
    return Math.abs(step)
  }
  for (let sweep = 0; sweep < sweeps; sweep++) {
    let most = 0
    for (let j = 0; j < n; j++) most = Math.max(most, move(j))
    if (most <= tolerance) break
    // Those that are not 0 settle among themselves before all are looked at again: in wide tables they are few.
    for (; sweep < sweeps && most > tolerance; sweep++) {
      most = 0
      for (let j = 0; j < n; j++) if (from[j]! + moved[j]! !== 0) most = Math.max(most, move(j))
    }
  }
  return moved
}

function shrink(value: number, by: number): number {
  return value > by ? value - by : value < -by ? value + by : 0
}

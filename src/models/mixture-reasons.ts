/**
 * What one column does to the density of a row, exactly: a mixture without that column is again a mixture of the same
 * components, each a Gaussian in one dimension less. With g = Λ (x − μ) and Λ the inverse covariance of a component,
 *
 *   ln N(x without j) = ln N(x) + ½ ln 2π − ½ ln Λ_jj + g_j² / 2 Λ_jj
 */
import type { Mixture } from '../kernels/mixture.ts'
import { entry, isMatrix } from '../kernels/mixture-layout.ts'

/** Of one row. Valid until the next row. */
export interface Marginals {
  /** ln(weight · density) of each component. */
  readonly whole: Float64Array
  /** The same without column j: `without[j * components + component]`. */
  readonly without: Float64Array
}

/** (x − μ) · U beyond this counts as this: its square is a finite number. */
const LARGEST = 1e140
const HALF_LOG_2PI = 0.5 * Math.log(2 * Math.PI)

/** A missing value counts as the mean of each component. */
export function openMarginals(mixture: Mixture): (columns: readonly Float64Array[], row: number) => Marginals {
  const { covariance, weights, means, precisions } = mixture
  const components = weights.length
  const d = means.length / components
  const matrix = isMatrix(covariance)
  const u = (k: number, i: number, j: number) => precisions[entry(covariance, d, k, i, j)]!
  const { constants, roots } = constantsOf(mixture)
  const whole = new Float64Array(components)
  const without = new Float64Array(components * d)
  const y = new Float64Array(d)
  return (columns, row) => {
    for (let k = 0; k < components; k++) {
      let q = 0
      for (let j = 0; j < d; j++) {
        let sum = 0
        for (let i = matrix ? 0 : j; i <= j; i++) {
          const x = columns[i]![row]!
          if (!Number.isNaN(x)) sum += (within(x) - means[k * d + i]!) * u(k, i, j)
        }
        y[j] = sum > LARGEST ? LARGEST : sum > -LARGEST ? sum : -LARGEST
        q += y[j]! * y[j]!
      }
      const log = Math.max(-Number.MAX_VALUE, constants[k]! - 0.5 * q)
      whole[k] = log
      for (let j = 0; j < d; j++) {
        let g = 0
        for (let i = j; i < (matrix ? d : j + 1); i++) g += u(k, j, i) * y[i]!
        const root = roots[k * d + j]!
        const freed = g / root
        // Less than the whole square, whatever rounding says: a margin never has a negative distance.
        const rest = Math.max(0, q - freed * freed)
        without[j * components + k] = Math.max(
          -Number.MAX_VALUE,
          constants[k]! + HALF_LOG_2PI - Math.log(root) - 0.5 * rest,
        )
      }
    }
    return { whole, without }
  }
}

const within = (x: number) => (x > 1e150 ? 1e150 : x < -1e150 ? -1e150 : x)

/** ln weight + ln |U| − d/2 ln 2π, and √Λ_jj. */
function constantsOf({ covariance, weights, means, precisions }: Mixture) {
  const components = weights.length
  const d = means.length / components
  const matrix = isMatrix(covariance)
  const constants = new Float64Array(components)
  const roots = new Float64Array(components * d)
  for (let k = 0; k < components; k++) {
    let log = Math.log(weights[k]!) - d * HALF_LOG_2PI
    for (let j = 0; j < d; j++) {
      log += Math.log(precisions[entry(covariance, d, k, j, j)]!)
      let squares = 0
      for (let i = j; i < (matrix ? d : j + 1); i++) squares += precisions[entry(covariance, d, k, j, i)]! ** 2
      roots[k * d + j] = Math.sqrt(squares)
    }
    constants[k] = Math.max(-Number.MAX_VALUE, log)
  }
  return { constants, roots }
}

/** ln Σ e^logs over `count` numbers from `from`. */
export function logSum(logs: Float64Array, from: number, count: number): number {
  let best = Number.NEGATIVE_INFINITY
  for (let k = from; k < from + count; k++) best = Math.max(best, logs[k]!)
  let sum = 0
  for (let k = from; k < from + count; k++) sum += Math.exp(logs[k]! - best)
  return best + Math.log(sum)
}

/** Σ responsibility · rate for the log-densities from `from`. */
export function meanRate(logs: Float64Array, from: number, rates: Float64Array): number {
  let best = Number.NEGATIVE_INFINITY
  for (let k = 0; k < rates.length; k++) best = Math.max(best, logs[from + k]!)
  let [sum, failing] = [0, 0]
  for (let k = 0; k < rates.length; k++) {
    const e = Math.exp(logs[from + k]! - best)
    sum += e
    failing += e * rates[k]!
  }
  return failing / sum
}

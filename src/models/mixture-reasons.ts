/**
 * What one column does to the density of a row, exactly: a mixture without that column is again a mixture of the same
 * components, each a Gaussian in one dimension less. With g = Λ (x − μ) and Λ the inverse covariance of a component,
 *
 *   ln N(x without j) = ln N(x) + ½ ln 2π − ½ ln Λ_jj + g_j² / 2 Λ_jj
 *
 * A detector's share is the conditional density that follows; a classifier's is the risk less the risk without the column
 * (Robnik-Šikonja, Kononenko, "Explaining classifications for individual instances", IEEE TKDE 2008).
 */
import type { Mixture } from '../kernels/mixture.ts'
import { entry, isMatrix } from '../kernels/mixture-layout.ts'
import { within } from '../math/bounds.ts'

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
  const { covariance, weights, means } = mixture
  const components = weights.length
  const d = means.length / components
  const { constants, roots } = constantsOf(mixture)
  const whole = new Float64Array(components)
  const without = new Float64Array(components * d)
  const [z, y, g] = [new Float64Array(d), new Float64Array(d), new Float64Array(d)]
  const turn = isMatrix(covariance) ? turnByMatrix(mixture) : turnByFactors(mixture)
  return (columns, row) => {
    for (let k = 0; k < components; k++) {
      for (let i = 0; i < d; i++) {
        const x = columns[i]![row]!
        z[i] = Number.isNaN(x) ? 0 : within(x) - means[k * d + i]!
      }
      turn(k, z, y, g)
      let q = 0
      for (let j = 0; j < d; j++) q += y[j]! * y[j]!
      whole[k] = Math.max(-Number.MAX_VALUE, constants[k]! - 0.5 * q)
      for (let j = 0; j < d; j++) {
        const root = roots[k * d + j]!
        const freed = g[j]! / root
        // Not more than the whole square, whatever rounding says: a margin never has a negative distance.
        const log = constants[k]! + HALF_LOG_2PI - Math.log(root) - 0.5 * Math.max(0, q - freed * freed)
        without[j * components + k] = Math.max(-Number.MAX_VALUE, log)
      }
    }
    return { whole, without }
  }
}

/** Writes y = z U, within bounds, and g = U y. */
type Turn = (k: number, z: Float64Array, y: Float64Array, g: Float64Array) => void

function turnByMatrix({ covariance, precisions, means, weights }: Mixture): Turn {
  const d = means.length / weights.length
  return (k, z, y, g) => {
    const from = covariance === 'full' ? k * d * d : 0
    y.fill(0)
    for (let i = 0, at = from; i < d; i++, at += d)
      for (let j = i; j < d; j++) y[j] = y[j]! + z[i]! * precisions[at + j]!
    for (let j = 0; j < d; j++) y[j] = bounded(y[j]!)
    for (let i = 0, at = from; i < d; i++, at += d) {
      let sum = 0
      for (let j = i; j < d; j++) sum += precisions[at + j]! * y[j]!
      g[i] = sum
    }
  }
}

function turnByFactors({ covariance, precisions }: Mixture): Turn {
  return (k, z, y, g) => {
    for (let j = 0; j < z.length; j++) {
      const factor = precisions[entry(covariance, z.length, k, j, j)]!
      y[j] = bounded(z[j]! * factor)
      g[j] = factor * y[j]!
    }
  }
}

const bounded = (value: number) => (value > LARGEST ? LARGEST : value > -LARGEST ? value : -LARGEST)

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

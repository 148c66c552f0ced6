/** How far predictions lie from measurements. A row counts only where both are finite; NaN when none does. */
import { mean } from './statistics.ts'

/** Root of the mean squared error, in the target's unit. */
export function rootMeanSquaredError(predicted: Float64Array, measured: Float64Array): number {
  return Math.sqrt(mean(each(predicted, measured, (p, m) => (m - p) ** 2)))
}

/** Mean absolute error, in the target's unit. */
export function meanAbsoluteError(predicted: Float64Array, measured: Float64Array): number {
  return mean(each(predicted, measured, (p, m) => Math.abs(m - p)))
}

/** R²: the share of the spread that the predictions explain. 0 is as good as always saying the mean, below 0 worse. As
 * scikit-learn has it for a constant measurement: 1 when all predictions hit it, else 0. NaN below two rows. */
export function rSquared(predicted: Float64Array, measured: Float64Array): number {
  const known = each(predicted, measured, (_, m) => m)
  if (known.length < 2) return Number.NaN
  const centre = mean(known)
  const left = mean(each(predicted, measured, (p, m) => (m - p) ** 2))
  const spread = mean(known.map(m => (m - centre) ** 2))
  if (spread === 0) return left === 0 ? 1 : 0
  return 1 - left / spread
}

/** Pinball loss (Koenker, Bassett 1978) of predictions of the `q`-quantile, 0 < q < 1: half the mean absolute error for
 * the median. */
export function pinball(predicted: Float64Array, measured: Float64Array, q: number): number {
  return mean(each(predicted, measured, (p, m) => (m >= p ? q * (m - p) : (1 - q) * (p - m))))
}

function each(
  predicted: Float64Array,
  measured: Float64Array,
  of: (predicted: number, measured: number) => number,
): Float64Array {
  const out = new Float64Array(predicted.length)
  let count = 0
  for (let i = 0; i < predicted.length; i++)
    if (Number.isFinite(predicted[i]!) && Number.isFinite(measured[i]!)) out[count++] = of(predicted[i]!, measured[i]!)
  return out.subarray(0, count)
}

/** Brings columns to one size before a network: what scikit-learn's MinMaxScaler and StandardScaler learn. */
import { max, mean, min, standardDeviation } from '../math/statistics.ts'

/** One entry a column: a value enters as (x − centre) / size, a missing one as `fill`, the mean. */
export type LearnedScaling = { centre: Float64Array; size: Float64Array; fill: Float64Array }

export function learnScaling(
  columns: readonly Float64Array[],
  rows: Int32Array,
  scaler: 'minmax' | 'standard' | 'none',
): LearnedScaling {
  const learned = columns.map(column => {
    const values = Float64Array.from(rows, row => column[row]!).filter(Number.isFinite)
    return values.length === 0 ? { centre: 0, size: 1, fill: 0 } : learnColumn(values, scaler)
  })
  const each = (part: keyof LearnedScaling) => Float64Array.from(learned, column => column[part])
  return { centre: each('centre'), size: each('size'), fill: each('fill') }
}

/** Values beyond this are made smaller before they are squared or subtracted from each other. */
const HUGE = 1e150
const SHRINK = 2 ** -512

function learnColumn(values: Float64Array, scaler: 'minmax' | 'standard' | 'none') {
  if (scaler === 'none') return { centre: 0, size: 1, fill: meanOf(values) }
  const unit = Math.max(max(values), -min(values)) > HUGE ? SHRINK : 1
  const numbers = unit === 1 ? values : values.map(value => value * unit)
  const middle = mean(numbers)
  const [centre, width] =
    scaler === 'minmax' ? [min(numbers), max(numbers) - min(numbers)] : [middle, standardDeviation(numbers)]
  // What only rounding sets apart is left as it is, as in scikit-learn, rather than blown up to full size.
  const constant = width <= 10 * Number.EPSILON * Math.max(max(numbers), -min(numbers))
  const size = constant ? 1 : Math.min(width / unit, Number.MAX_VALUE)
  return { centre: centre / unit, size, fill: (middle - centre) / unit / size }
}

/** Without overflow. */
function meanOf(values: Float64Array): number {
  return mean(values.map(value => value / 2)) * 2
}

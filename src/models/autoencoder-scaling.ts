/**
 * Two scales of one network. It is scored on values as its scaler leaves them: what scikit-learn's MinMaxScaler and
 * StandardScaler learn. It learns on standardised values, whatever the scaler, because its start, its steps and its
 * weight decay are made for these; the errors that it learns from still count as they count in the risk. Both are the
 * same network: the change of scale goes into its first and last layer.
 */
import type { DenseLayers, Scaling } from '../kernels/dense-layers.ts'
import { max, mean, median, min, standardDeviation } from '../math/statistics.ts'

/** One entry a column: a value is scored as (x − centre) / size, and learned as (x − mean) / spread. */
export interface Scales {
  readonly centre: Float64Array
  readonly size: Float64Array
  readonly mean: Float64Array
  readonly spread: Float64Array
  /** The median. */
  readonly usual: Float64Array
}

export function learnScales(
  columns: readonly Float64Array[],
  rows: Int32Array,
  scaler: 'minmax' | 'standard' | 'none',
): Scales {
  const learned = columns.map(column => {
    const values = Float64Array.from(rows, row => column[row]!).filter(Number.isFinite)
    return values.length === 0 ? { centre: 0, size: 1, mean: 0, spread: 0, usual: 0 } : learnColumn(values, scaler)
  })
  const each = (part: keyof Scales) => Float64Array.from(learned, column => column[part])
  const size = each('size')
  const spread = each('spread')
  // A constant column has no spread of its own: it counts as a column of the usual one.
  const varying = spread.filter(width => width > 0).length
  const usual =
    varying === 0 ? 1 : Math.sqrt(spread.reduce((sum, width, c) => sum + (width / size[c]!) ** 2 / varying, 0))
  const whole = spread.map((width, c) => (width > 0 ? width : Math.min(usual * size[c]!, Number.MAX_VALUE)))
  return { centre: each('centre'), size, mean: each('mean'), spread: whole, usual: each('usual') }
}

/** Values beyond this are made smaller before they are squared or subtracted from each other. */
const HUGE = 1e150
const SHRINK = 2 ** -512
/** One over this is still finite, times a weight too. */
const SMALLEST = 1e-290

function learnColumn(values: Float64Array, scaler: 'minmax' | 'standard' | 'none') {
  const [least, most] = [min(values), max(values)]
  const largest = Math.max(most, -least)
  const unit = largest > HUGE ? SHRINK : 1
  const numbers = unit === 1 ? values : values.map(value => value * unit)
  // What only rounding sets apart is left as it is, as in scikit-learn, rather than blown up to full size.
  const rounding = Math.max(10 * Number.EPSILON * largest, SMALLEST)
  const widthOf = (width: number) => (width / unit <= rounding ? 0 : Math.min(width / unit, Number.MAX_VALUE))
  const middle = mean(numbers) / unit
  const spread = widthOf(standardDeviation(numbers))
  const [centre, size] =
    scaler === 'none' ? [0, 1] : scaler === 'standard' ? [middle, spread] : [least, widthOf(most * unit - least * unit)]
  return { centre, size: size || 1, mean: middle, spread, usual: median(numbers) / unit }
}

/** The scale to learn on, its errors counting as they do in the risk; `unit`: what of the risk an error of 1 is. */
export function learningScale({ size, mean, spread, usual }: Scales): { scaling: Scaling; unit: number } {
  const counted = spread.map((width, c) => (width / size[c]!) ** 2)
  const unit = Math.min(
    counted.reduce((sum, square) => sum + square / counted.length, 0),
    Number.MAX_VALUE,
  )
  const scaling = {
    centre: mean,
    factor: spread.map(width => 1 / width),
    fill: usual.map((value, c) => (value - mean[c]!) / spread[c]!),
    importance: counted.map(square => Math.min(square / unit, counted.length)),
  }
  return { scaling, unit }
}

/** The same network for values that are scaled to be scored. Changes the layers it is given. */
export function rescale(layers: Pick<DenseLayers, 'weights' | 'biases'>, { centre, size, mean, spread }: Scales): void {
  const [first, last] = [layers.weights[0]!, layers.weights.at(-1)!]
  const [entry, exit] = [layers.biases[0]!, layers.biases.at(-1)!]
  for (let at = 0, c = 0; c < size.length; c++) {
    const shift = centre[c]! / spread[c]! - mean[c]! / spread[c]!
    for (let j = 0; j < entry.length; j++, at++) {
      entry[j]! += first[at]! * shift
      first[at]! *= size[c]! / spread[c]!
    }
  }
  for (let at = 0; at < last.length; at++) last[at]! *= spread[at % exit.length]! / size[at % exit.length]!
  for (let c = 0; c < exit.length; c++)
    exit[c] = exit[c]! * (spread[c]! / size[c]!) + (mean[c]! / size[c]! - centre[c]! / size[c]!)
}

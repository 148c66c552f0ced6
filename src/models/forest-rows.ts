/** What the trees of a forest learn from: labels as numbers, and the rows drawn for each tree. */
import { type ClassWeight, classWeights } from '../math/class-weight.ts'
import type { Random } from '../math/random.ts'
import type { Training } from './model.ts'
import type { Rows } from './split-search.ts'

export interface Labels {
  /** Between −1 and 1, so that no square overflows. */
  readonly labels: Float64Array
  /** A label is `labels[row] * scale + shift`. */
  readonly scale: number
  readonly shift: number
  readonly weight: Float64Array
}

/** 1 for the positive class and 0 for the rest; numbers less their mean, in units of the largest that is left. */
export function labelsOf({ x: { rows }, y, weight }: Training, given: ClassWeight): Labels {
  if (y !== undefined && 'codes' in y) {
    const labels = Float64Array.from(y.codes.subarray(0, rows), code => Number(code === y.positive))
    return { labels, scale: 1, shift: 0, weight: classWeights(y, weight, given) }
  }
  if (y === undefined || !('value' in y)) throw new TypeError('random-forest is fitted to classes or numbers')
  let shift = 0
  let total = 0
  for (let row = 0; row < rows; row++) {
    if (!(weight[row]! > 0)) continue
    total += weight[row]!
    shift += (y.value[row]! - shift) * (weight[row]! / total)
  }
  let scale = 0
  for (let row = 0; row < rows; row++) if (weight[row]! > 0) scale = Math.max(scale, Math.abs(y.value[row]! - shift))
  if (scale === 0) scale = 1
  return {
    labels: Float64Array.from({ length: rows }, (_, row) => (y.value[row]! - shift) / scale),
    scale,
    shift,
    weight,
  }
}

/** A function that draws `drawn` of the rows with replacement, or takes each once; a row's weight is its own times how
 * often it was drawn, as scikit-learn has it. */
export function rowSource(
  taught: Int32Array,
  { labels, weight }: Labels,
  drawn: number | undefined,
): (random: Random) => Rows {
  const times = new Float64Array(weight.length)
  const drawnWeight = new Float64Array(weight.length)
  const weighted = new Float64Array(weight.length)
  return random => {
    times.fill(drawn === undefined ? 1 : 0)
    if (drawn !== undefined) for (let i = 0; i < drawn; i++) times[taught[random.integer(taught.length)]!]!++
    const order = taught.filter(row => times[row]! > 0)
    for (const row of order) {
      drawnWeight[row] = weight[row]! * times[row]!
      weighted[row] = drawnWeight[row]! * labels[row]!
    }
    return { order, weight: drawnWeight, weighted }
  }
}

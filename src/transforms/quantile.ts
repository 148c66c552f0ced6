/**
 * Where a number stands among those of training, as a share or as the normal deviate of that share: scikit-learn's
 * QuantileTransformer. Between two quantiles in proportion; where several quantiles are one number, midway.
 */
import { normalCdf, normalQuantile } from '../math/distributions.ts'
import { columnwise } from './columnwise.ts'
import { numbersOf, wordOf } from './state-check.ts'
import type { Transform } from './transform.ts'

export type Quantile = {
  /** Shares, ascending. */
  references: Float64Array
  /** For each share one entry a column, ascending down each column. */
  quantiles: Float64Array
  /** 'uniform' or 'normal'. */
  output: string
}

/** scikit-learn's: shares this near to 0 and 1 are at the ends. */
const ENDS = 1e-7
/** scikit-learn lets nothing go beyond Φ⁻¹(1e-7 − ε) and Φ⁻¹(1 − (1e-7 − ε)). */
const [LEAST, MOST] = [-5.199337582605575, 5.19933758270342]

export const quantile: Transform<Quantile> = {
  kind: 'quantile',
  about: 'Says where a number stands among those of training.',
  apply(state) {
    const references = numbersOf(state.references, 'references')
    const quantiles = numbersOf(state.quantiles, 'quantiles')
    const width = quantiles.length / references.length
    if (!Number.isInteger(width) || width < 1)
      throw new RangeError('its quantiles are not one for each share and column')
    const normal = wordOf(state.output, 'output', ['uniform', 'normal']) === 'normal'
    const places = Array.from({ length: width }, (_, c) => references.map((_, i) => quantiles[i * width + c]!))
    if (![references, ...places].every(isAscending)) throw new RangeError('its quantiles do not ascend')
    return columnwise((column, from, to, rows) => {
      for (let i = 0; i < rows; i++) {
        const share = shareOf(from[i]!, places[column]!, references, normal)
        to[i] = normal ? deviate(share) : share
      }
    }, width)
  },
}

const isAscending = (values: Float64Array) =>
  values.every((value, i) => Number.isFinite(value) && (i === 0 || value >= values[i - 1]!))

function shareOf(x: number, quantiles: Float64Array, references: Float64Array, normal: boolean): number {
  if (Number.isNaN(x)) return x
  const [lowest, highest] = [quantiles[0]!, quantiles.at(-1)!]
  const near = normal ? ENDS : 0
  if (x - near < lowest || (!normal && x === lowest)) return 0
  if (x + near > highest || (!normal && x === highest)) return 1
  return (upTo(x, quantiles, references) + from(x, quantiles, references)) / 2
}

/** Between the last quantile that is not above x and the next. */
function upTo(x: number, quantiles: Float64Array, references: Float64Array): number {
  const above = firstPlace(quantiles, value => value > x)
  if (above === 0) return references[0]!
  if (above === quantiles.length) return references.at(-1)!
  const [q, r] = [quantiles[above - 1]!, references[above - 1]!]
  return r + ((references[above]! - r) / (quantiles[above]! - q)) * (x - q)
}

/** Between the first quantile that is not below x and the one before. */
function from(x: number, quantiles: Float64Array, references: Float64Array): number {
  const at = firstPlace(quantiles, value => value >= x)
  if (at === quantiles.length) return references.at(-1)!
  if (at === 0) return references[0]!
  const [q, r] = [quantiles[at]!, references[at]!]
  return r + ((references[at - 1]! - r) / (quantiles[at - 1]! - q)) * (x - q)
}

function firstPlace(ascending: Float64Array, isThere: (value: number) => boolean): number {
  let [low, high] = [0, ascending.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (isThere(ascending[middle]!)) high = middle
    else low = middle + 1
  }
  return low
}

/** Φ⁻¹, to the last digits in the tails too: steps of Newton's on the smaller tail. */
function deviate(share: number): number {
  const tail = Math.min(share, 1 - share)
  if (!(tail > 0)) return Number.isNaN(share) ? share : share < 0.5 ? LEAST : MOST
  let z = normalQuantile(tail)
  for (let i = 0; i < 2; i++) z -= (normalCdf(z) - tail) * Math.sqrt(2 * Math.PI) * Math.exp((z * z) / 2)
  return Math.max(LEAST, Math.min(MOST, share < 0.5 ? z : -z))
}

/**
 * Elliptic envelope: how far a row is from the middle of a cloud, in the units of its spread (Rousseeuw, Van Driessen, "A
 * fast algorithm for the minimum covariance determinant estimator", Technometrics 1999), as it comes with models of other
 * libraries: scikit-learn's EllipticEnvelope.
 *
 * risk = (x − μ)ᵀ P (x − μ), the squared Mahalanobis distance: `score_samples` with the sign turned.
 * Its parts, one a column, are (x − μ)ᵢ (P (x − μ))ᵢ: they add up to it.
 *
 * A missing number counts as the middle, and what is beyond ±1e150 as that.
 */
import { noParameters } from '../lazy-schema.ts'
import { apart } from '../math/bounds.ts'
import { type Columns, numericColumns } from '../math/columns.ts'
import type { Model } from './model.ts'

export type EllipticEnvelope = {
  columns: number
  /** μ, one entry a column. */
  location: Float64Array
  /** P, row after row: the inverse of the covariance. */
  precision: Float64Array
  /** The model's own threshold: `risk > cut` is unusual. */
  cut: number
}

export const ellipticEnvelope: Model<ReturnType<typeof noParameters>, EllipticEnvelope> = {
  kind: 'elliptic-envelope',
  about: 'Flags rows far from the middle of one cloud, in the units of its spread; comes with imported models.',
  formula: 'risk = (x − μ)ᵀ P (x − μ): μ the middle of the cloud, P the inverse of its covariance',
  source:
    'Rousseeuw, Van Driessen: A fast algorithm for the minimum covariance determinant estimator. Technometrics 1999.',
  tasks: ['detect'],
  get params() {
    return noParameters()
  },
  cut: state => state.cut,
  scorer(state) {
    check(state)
    const share = shares(state)
    return {
      score(block, out) {
        out.fill(0, 0, block.rows)
        share(block, (row, _, part) => {
          out[row] = bounded(out[row]! + part)
        })
      },
    }
  },
  explain(state) {
    check(state)
    const share = shares(state)
    return {
      method: 'parts of the squared distance, which add up to the risk',
      base: 0,
      explain(block, out) {
        share(block, (row, column, part) => {
          out[row * state.columns + column] = bounded(part)
        })
      },
    }
  },
}

/** Infinity less infinity, which rows as large as no measurement can come to, is none of either. */
function bounded(value: number): number {
  return Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, value)) || 0
}

/** Says each column's part of each row, the columns in their order. */
function shares({ columns, location, precision }: EllipticEnvelope) {
  let product = new Float64Array(0)
  return (block: Columns, say: (row: number, column: number, part: number) => void) => {
    if (block.columns.length !== columns)
      throw new RangeError(`${block.columns.length} columns for a cloud of ${columns}`)
    const { rows } = block
    const x = numericColumns(block)
    if (product.length < rows) product = new Float64Array(rows)
    for (let i = 0; i < columns; i++) {
      product.fill(0, 0, rows)
      for (let j = 0; j < columns; j++) {
        const [p, middle, column] = [precision[i * columns + j]!, location[j]!, x[j]!]
        for (let row = 0; row < rows; row++) product[row] = product[row]! + p * apart(column[row]!, middle)
      }
      for (let row = 0; row < rows; row++) say(row, i, apart(x[i]![row]!, location[i]!) * product[row]!)
    }
  }
}

/** A state may come from a file that somebody else made. @throws RangeError */
function check({ columns, location, precision, cut }: EllipticEnvelope): void {
  if (!Number.isInteger(columns) || columns < 1) throw new RangeError(`its number of columns is ${columns}`)
  for (const [name, values, length] of [
    ['middle', location, columns],
    ['precision', precision, columns * columns],
  ] as const)
    if (!(values instanceof Float64Array) || values.length !== length || !values.every(Number.isFinite))
      throw new RangeError(`its ${name} is not ${length} finite numbers`)
  if (!Number.isFinite(cut)) throw new RangeError('its cloud has no cut')
}

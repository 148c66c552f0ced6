/**
 * Scores that are sums over columns: base + Σ coefficient × (value − centre). A missing number counts as the centre, and
 * what is beyond ±1e150 as that. Each row's sum runs in the order of the columns: a row alone gives the same bits.
 */
import { type Columns, numericColumns } from './columns.ts'

export interface Linear {
  /** What one unit of the column adds. */
  readonly coefficient: Float64Array
  readonly centre: Float64Array
  /** The sum of a row at the centre. */
  readonly base: number
}

/** Beyond this a square would overflow; no measurement is as large. */
export const LARGEST = 1e150

/** Writes one sum a row. */
export function linearSums({ coefficient, centre, base }: Linear, x: Columns, out: Float64Array): void {
  const columns = numericColumns(x)
  out.fill(base, 0, x.rows)
  for (let c = 0; c < columns.length; c++) addColumn(columns[c]!, x.rows, coefficient[c]!, centre[c]!, out)
}

function addColumn(column: Float64Array, rows: number, coefficient: number, centre: number, out: Float64Array): void {
  for (let i = 0; i < rows; i++) {
    const value = column[i]!
    out[i] = out[i]! + coefficient * (value >= -LARGEST && value <= LARGEST ? value - centre : beyond(value, centre))
  }
}

/** Writes what each column adds to the sum: `out[row * columns + column]`. */
export function linearShares({ coefficient, centre }: Linear, x: Columns, out: Float64Array): void {
  const columns = numericColumns(x)
  for (const [c, column] of columns.entries()) {
    const [share, shift] = [coefficient[c]!, centre[c]!]
    for (let i = 0, at = c; i < x.rows; i++, at += columns.length) {
      const value = column[i]!
      out[at] = share * (value >= -LARGEST && value <= LARGEST ? value - shift : beyond(value, shift))
    }
  }
}

/** How far a value that is no ordinary number is from the centre. */
export function beyond(value: number, centre: number): number {
  return Number.isNaN(value) ? 0 : (value > 0 ? LARGEST : -LARGEST) - centre
}

/**
 * A state may come from a file that somebody else made.
 * @throws RangeError
 */
export function checkLinear({ coefficient, centre, base }: Linear): void {
  if (!(coefficient instanceof Float64Array) || !(centre instanceof Float64Array) || coefficient.length === 0)
    throw new RangeError('its coefficients are not numbers, one a column')
  if (coefficient.length !== centre.length)
    throw new RangeError(`its ${coefficient.length} coefficients have ${centre.length} centres`)
  if (!Number.isFinite(base) || !coefficient.every(Number.isFinite) || !centre.every(Number.isFinite))
    throw new RangeError('its coefficients are not finite numbers')
}

/** @throws RangeError for a block of another width. */
export function checkWidth(x: Columns, { coefficient }: Linear): void {
  if (x.columns.length !== coefficient.length)
    throw new RangeError(`${x.columns.length} columns for ${coefficient.length} coefficients`)
}

/**
 * Scores that are sums over columns: base + Σ coefficient × (value − centre). A missing number counts as the centre; where
 * a sum is not finite, what is beyond ±1e150 counts as that. Each row's sum runs in the order of the columns, so a row
 * alone gives the same bits.
 */
import { apart } from './bounds.ts'
import { type Columns, numericColumns } from './columns.ts'

export interface Linear {
  /** What one unit of the column adds. */
  readonly coefficient: Float64Array
  readonly centre: Float64Array
  /** The sum of a row at the centre. */
  readonly base: number
}

/** Writes one sum a row. */
export function linearSums(linear: Linear, x: Columns, out: Float64Array): void {
  const columns = numericColumns(x)
  const { coefficient, centre, base } = linear
  out.fill(base, 0, x.rows)
  let c = 0
  for (; c + 3 < columns.length; c += 4)
    addFour(columns.slice(c, c + 4), x.rows, coefficient.subarray(c, c + 4), centre.subarray(c, c + 4), out)
  for (; c < columns.length; c++) {
    const [column, share, shift] = [columns[c]!, coefficient[c]!, centre[c]!]
    for (let i = 0; i < x.rows; i++) out[i] = out[i]! + share * (column[i]! - shift)
  }
  for (let i = 0; i < x.rows; i++) if (!Number.isFinite(out[i]!)) out[i] = carefulSum(linear, columns, i)
}

/** The same as one column after the other, with a quarter of the passes over `out`. */
function addFour(
  [a, b, c, d]: readonly Float64Array[],
  rows: number,
  share: Float64Array,
  shift: Float64Array,
  out: Float64Array,
): void {
  const [as, bs, cs, ds] = [share[0]!, share[1]!, share[2]!, share[3]!]
  const [am, bm, cm, dm] = [shift[0]!, shift[1]!, shift[2]!, shift[3]!]
  for (let i = 0; i < rows; i++)
    out[i] = out[i]! + as * (a![i]! - am) + bs * (b![i]! - bm) + cs * (c![i]! - cm) + ds * (d![i]! - dm)
}

/** For rows with missing values, and with numbers so large that their sum is not finite. */
function carefulSum({ coefficient, centre, base }: Linear, columns: readonly Float64Array[], row: number): number {
  let sum = base
  for (const [c, column] of columns.entries()) sum += coefficient[c]! * apart(column[row]!, centre[c]!)
  return sum
}

/** Writes what each column adds to the sum: `out[row * columns + column]`. */
export function linearShares({ coefficient, centre }: Linear, x: Columns, out: Float64Array): void {
  const columns = numericColumns(x)
  for (const [c, column] of columns.entries()) {
    const [share, shift] = [coefficient[c]!, centre[c]!]
    for (let i = 0, at = c; i < x.rows; i++, at += columns.length) out[at] = share * apart(column[i]!, shift)
  }
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

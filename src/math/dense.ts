/** Columns → rows of numbers, for models that measure distances. */
import { apart, within } from './bounds.ts'
import { type Columns, numericColumns } from './columns.ts'

/** The mean of each column's finite values; 0 for a column without any. */
export function centreOf(x: Columns): Float64Array {
  return Float64Array.from(numericColumns(x), column => {
    let mean = 0
    let count = 0
    for (let i = 0; i < x.rows; i++) {
      const value = column[i]!
      if (!Number.isFinite(value)) continue
      count++
      mean += (within(value) - mean) / count
    }
    return mean
  })
}

/**
 * Writes rows `from` … `from + rows − 1` row after row, less `centre`: `out[offset + row * stride + column]`. A missing
 * number counts as the centre, and what is beyond ±1e150 as that; both are for callers that score rows nobody promised
 * to be complete, because the pipeline around a model lets neither through.
 */
export function packRows(
  x: Columns,
  from: number,
  rows: number,
  centre: Float64Array,
  out: Float64Array,
  offset = 0,
  stride: number = x.columns.length,
): void {
  for (const [c, column] of numericColumns(x).entries()) {
    const shift = centre[c]!
    for (let i = 0, at = offset + c; i < rows; i++, at += stride) out[at] = apart(column[from + i]!, shift)
  }
}

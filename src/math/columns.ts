/** A block of rows, column by column: the one shape in which numbers travel between the table, transforms and models. */

export type TypedArray = Float64Array | Float32Array | Int32Array | Uint32Array | Uint8Array

/** A column as the table hands it over. NaN is the only missing number, code −1 the only missing category. */
export type Column = Float64Array | { readonly codes: Int32Array; readonly levels: readonly string[] }

/** Columns may be longer than `rows`; only the first `rows` entries count. */
export interface Columns {
  readonly rows: number
  readonly columns: readonly Column[]
}

/** The columns as numbers.
 * @throws TypeError for a column of categories: these are encoded before they meet arithmetic. */
export function numericColumns(x: Columns): readonly Float64Array[] {
  return x.columns.map((column, i) => {
    if (column instanceof Float64Array) return column
    throw new TypeError(`column ${i} holds categories, expected numbers: encode it first`)
  })
}

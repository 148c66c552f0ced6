/**
 * Tables with more columns than rows: a fit with a ridge penalty lies in the span of the rows, so it is found there, in
 * as many coordinates as there are rows, and carried back.
 */
import { openDesign } from '../kernels/gram.ts'
import { solveUpper } from '../math/cholesky.ts'

export interface RowSpace {
  /** Coordinates of the rows: `coordinates[k]` is the k-th of every row. Their ridge is that of the columns. */
  readonly coordinates: readonly Float64Array[]
  /** Coefficients of the columns, given those of the coordinates. */
  carry(coefficient: Float64Array): Float64Array
}

/** What is left of a row below this share of the longest is rounding. */
const ROUNDING = 1e-14

/** `rows[i]` is a row of the table. Pivoted Cholesky of the products of all rows: Gram–Schmidt on the longest row left. */
export function rowSpace(rows: readonly Float64Array[]): RowSpace {
  const n = rows.length
  const gram = productsOf(rows)
  const left = Float64Array.from(rows, (_, i) => gram[i * n + i]!)
  const longest = largestOf(left)
  const most = Math.min(n, rows[0]!.length)
  // Row i holds the coordinates of row i of the table.
  const lower = new Float64Array(n * most)
  const pivots: number[] = []
  for (let k = 0; k < most; k++) {
    const pivot = left.indexOf(largestOf(left))
    const rest = left[pivot]!
    if (!(rest > ROUNDING * longest)) break
    const scale = 1 / Math.sqrt(rest)
    for (let i = 0; i < n; i++) {
      if (left[i] === Number.NEGATIVE_INFINITY) continue
      let product = gram[i * n + pivot]!
      for (let c = 0; c < k; c++) product -= lower[i * most + c]! * lower[pivot * most + c]!
      lower[i * most + k] = product * scale
      left[i] = Math.max(0, left[i]! - (product * scale) ** 2)
    }
    left[pivot] = Number.NEGATIVE_INFINITY
    pivots.push(pivot)
  }
  const coordinates = pivots.map((_, k) => Float64Array.from(rows, (_, i) => lower[i * most + k]!))
  return { coordinates, carry: coefficient => carry(rows, lower, most, pivots, coefficient) }
}

function largestOf(values: Float64Array): number {
  let most = Number.NEGATIVE_INFINITY
  for (const value of values) if (value > most) most = value
  return most
}

/** The rows at the pivots are L Q with Q orthonormal, so Qᵀ γ is their combination by L⁻ᵀ γ. */
function carry(
  rows: readonly Float64Array[],
  lower: Float64Array,
  width: number,
  pivots: readonly number[],
  coefficient: Float64Array,
): Float64Array {
  const rank = pivots.length
  const square = new Float64Array(rank * rank)
  for (const [i, pivot] of pivots.entries()) square.set(lower.subarray(pivot * width, pivot * width + i + 1), i * rank)
  const share = solveUpper(square, rank, coefficient)
  const out = new Float64Array(rows[0]!.length)
  for (const [k, pivot] of pivots.entries()) {
    const row = rows[pivot]!
    for (let j = 0; j < out.length; j++) out[j] = out[j]! + share[k]! * row[j]!
  }
  return out
}

/** X Xᵀ: n × n. */
export function productsOf(rows: readonly Float64Array[]): Float64Array {
  const n = rows.length
  const turned = openDesign(rows[0]?.length ?? 0, n)
  turned.weight.fill(1)
  for (const [i, row] of rows.entries()) turned.column(i).set(row)
  const bordered = turned.gram('weight')
  return Float64Array.from({ length: n * n }, (_, at) => bordered[Math.floor(at / n) * (n + 1) + (at % n)]!)
}

/**
 * Why a function of several columns has the value it has at a row, by asking it. For models without a way of their own:
 * it costs `orders × (columns + 1)` values of the function for each row.
 *
 * A column's share is its Shapley value against a background row: the mean, over orders of the columns, of how much the
 * value changes when the column is turned from the background's to the row's, after the columns before it. Each order is
 * also walked backwards, which halves the error (Mitchell, Cooper, Frank, Holmes, "Sampling permutations for Shapley
 * value estimation", JMLR 2022, antithetic sampling), and each pair of walks has a background row of its own.
 */
import type { Columns } from './columns.ts'
import type { Random } from './random.ts'

export interface Walks {
  /** Orders of the columns, each with the background row that its walks begin at. */
  readonly orders: readonly Int32Array[]
  readonly background: readonly number[]
}

/** @param pairs of walks, forwards and backwards; `rows` background rows to take turns. */
export function drawWalks(columns: number, rows: number, pairs: number, random: Random): Walks {
  const orders: Int32Array[] = []
  const background: number[] = []
  const turns = random.sample(rows, Math.min(rows, pairs))
  for (let pair = 0; pair < pairs; pair++) {
    const order = Int32Array.from({ length: columns }, (_, i) => i)
    random.shuffle(order)
    orders.push(order, order.toReversed())
    background.push(turns[pair % turns.length]!, turns[pair % turns.length]!)
  }
  return { orders, background }
}

/**
 * Writes the shares of the first `rows` rows of `x`, row after row. The value is asked for many walks at a time, because
 * most functions take a block faster than its rows.
 * @param value writes one number a row
 * @param background rows of the same columns
 */
export function sharesOf(
  value: (block: Columns, out: Float64Array) => void,
  x: readonly Float64Array[],
  rows: number,
  background: readonly Float64Array[],
  walks: Walks,
  out: Float64Array,
): void {
  const columns = x.length
  const walked = walks.orders.length * (columns + 1)
  const together = Math.max(1, Math.min(rows, Math.floor(BLOCK_ROWS / walked)))
  const block = Array.from({ length: columns }, () => new Float64Array(together * walked))
  const values = new Float64Array(together * walked)
  for (let first = 0; first < rows; first += together) {
    const count = Math.min(together, rows - first)
    for (let i = 0; i < count; i++) layOut(x, first + i, background, walks, block, i * walked)
    value({ rows: count * walked, columns: block }, values)
    for (let i = 0; i < count; i++) sumUp(values, i * walked, walks, columns, out, (first + i) * columns)
  }
}

/** Of all walks of some rows, about as many as a scorer likes best. */
const BLOCK_ROWS = 2048

/** The walks of one row, one after the other, from place `at` of the block on. */
function layOut(
  x: readonly Float64Array[],
  row: number,
  background: readonly Float64Array[],
  { orders, background: from }: Walks,
  block: readonly Float64Array[],
  at: number,
): void {
  const steps = x.length + 1
  for (const [w, order] of orders.entries()) {
    const start = at + w * steps
    for (let place = 0; place < x.length; place++) {
      const c = order[place]!
      // Walk w has the row's value of this column from step place + 1 on.
      block[c]!.fill(background[c]![from[w]!]!, start, start + place + 1)
      block[c]!.fill(x[c]![row]!, start + place + 1, start + steps)
    }
  }
}

function sumUp(
  values: Float64Array,
  at: number,
  { orders }: Walks,
  columns: number,
  out: Float64Array,
  place: number,
): void {
  out.fill(0, place, place + columns)
  for (const [w, order] of orders.entries())
    for (let step = 0; step < columns; step++) {
      const here = at + w * (columns + 1) + step
      const change = values[here + 1]! - values[here]!
      if (Number.isFinite(change)) out[place + order[step]!]! += change / orders.length
    }
}

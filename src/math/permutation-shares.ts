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
 * Writes the shares of row `row` of `x` to `out[at …]`.
 * @param value writes one number a row; the rows it gets are those of all walks, one after the other
 * @param background rows of the same columns
 */
export function sharesOf(
  value: (block: Columns, out: Float64Array) => void,
  x: readonly Float64Array[],
  row: number,
  background: readonly Float64Array[],
  { orders, background: from }: Walks,
  out: Float64Array,
  at: number,
): void {
  const columns = x.length
  const steps = columns + 1
  const rows = orders.length * steps
  const block = Array.from({ length: columns }, () => new Float64Array(rows))
  for (const [w, order] of orders.entries()) {
    for (let place = 0; place < columns; place++) {
      const c = order[place]!
      const filled = block[c]!
      // Walk w has the row's value of this column from step place + 1 on.
      filled.fill(background[c]![from[w]!]!, w * steps, w * steps + place + 1)
      filled.fill(x[c]![row]!, w * steps + place + 1, (w + 1) * steps)
    }
  }
  const values = new Float64Array(rows)
  value({ rows, columns: block }, values)
  out.fill(0, at, at + columns)
  for (const [w, order] of orders.entries())
    for (let place = 0; place < columns; place++) {
      const step = values[w * steps + place + 1]! - values[w * steps + place]!
      if (Number.isFinite(step)) out[at + order[place]!]! += step / orders.length
    }
}

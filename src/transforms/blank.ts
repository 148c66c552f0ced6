/** Takes numbers of a range for missing ones, as LightGBM does with zero_as_missing. */
import { columnwise } from './columnwise.ts'
import { numbersOf } from './state-check.ts'
import type { Transform } from './transform.ts'

/** One entry a column: a number from `low` to `high` becomes missing; none where `low` is above `high`. */
export type Blank = { low: Float64Array; high: Float64Array }

export const blank: Transform<Blank> = {
  kind: 'blank',
  about: 'Takes numbers of a range for missing ones.',
  apply(state) {
    const low = numbersOf(state.low, 'low')
    const high = numbersOf(state.high, 'high', low.length)
    return columnwise((column, from, to, rows) => {
      const least = low[column]!
      const most = high[column]!
      for (let i = 0; i < rows; i++) to[i] = from[i]! >= least && from[i]! <= most ? Number.NaN : from[i]!
    }, low.length)
  },
}

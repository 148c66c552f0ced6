/** Holds numbers within bounds, as scikit-learn's MinMaxScaler(clip=True). A missing number stays missing. */
import { columnwise } from './columnwise.ts'
import { numbersOf } from './state-check.ts'
import type { Transform } from './transform.ts'

/** One entry a column. */
export type Clip = { low: Float64Array; high: Float64Array }

export const clip: Transform<Clip> = {
  kind: 'clip',
  about: 'Holds numbers within bounds.',
  apply(state) {
    const low = numbersOf(state.low, 'low')
    const high = numbersOf(state.high, 'high', low.length)
    return columnwise((column, from, to, rows) => {
      const least = low[column]!
      const most = high[column]!
      for (let i = 0; i < rows; i++) {
        const x = from[i]!
        to[i] = x < least ? least : x > most ? most : x
      }
    }, low.length)
  },
}

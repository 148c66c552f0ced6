/** x → x · factor + shift, in this order of operations: scikit-learn's MinMaxScaler. */
import { columnwise } from './columnwise.ts'
import { numbersOf } from './state-check.ts'
import type { Transform } from './transform.ts'

/** One entry a column. */
export type Multiply = { factor: Float64Array; shift: Float64Array }

export const multiply: Transform<Multiply> = {
  kind: 'multiply',
  about: 'Multiplies columns and shifts them.',
  apply(state) {
    const factor = numbersOf(state.factor, 'factor')
    const shift = numbersOf(state.shift, 'shift', factor.length)
    return columnwise((column, from, to, rows) => {
      const f = factor[column]!
      const s = shift[column]!
      for (let i = 0; i < rows; i++) to[i] = from[i]! * f + s
    }, factor.length)
  },
}

/** Brings each row to the length 1, as scikit-learn's Normalizer; a row of zeros stays. */
import { type Columns, numericColumns } from '../math/columns.ts'
import { wordOf } from './state-check.ts'
import type { Transform } from './transform.ts'

const LENGTHS = {
  l1: (length: number, x: number) => length + Math.abs(x),
  l2: (length: number, x: number) => length + x * x,
  // NaN stays NaN.
  max: (length: number, x: number) => Math.max(length, Math.abs(x)),
} as const

export type Normalize = { norm: string }

export const normalize: Transform<Normalize> = {
  kind: 'normalize',
  about: 'Brings each row to the length 1.',
  mixes: true,
  apply(state) {
    const norm = wordOf(state.norm, 'norm', ['l1', 'l2', 'max'])
    const add = LENGTHS[norm]
    const buffers: Float64Array[] = []
    let length = new Float64Array(0)
    return (block: Columns) => {
      const { rows } = block
      const columns = numericColumns(block)
      if (length.length < rows) length = new Float64Array(rows)
      length.fill(0, 0, rows)
      for (const column of columns) for (let i = 0; i < rows; i++) length[i] = add(length[i]!, column[i]!)
      for (let i = 0; i < rows; i++) {
        const found = norm === 'l2' ? Math.sqrt(length[i]!) : length[i]!
        length[i] = found === 0 ? 1 : found
      }
      return {
        rows,
        columns: columns.map((column, c) => {
          if ((buffers[c]?.length ?? -1) < rows) buffers[c] = new Float64Array(rows)
          const to = buffers[c]!
          for (let i = 0; i < rows; i++) to[i] = column[i]! / length[i]!
          return to
        }),
      }
    }
  },
}

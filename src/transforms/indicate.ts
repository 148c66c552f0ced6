/** 1 where a value is missing, else 0, as scikit-learn's MissingIndicator. */
import type { Column, Columns } from '../math/columns.ts'
import type { State } from '../math/state.ts'
import type { Transform } from './transform.ts'

export const indicate: Transform<State> = {
  kind: 'indicate',
  about: 'Says of each value whether it is missing.',
  apply() {
    const buffers: Float64Array[] = []
    const missing = (column: Column, i: number) =>
      column instanceof Float64Array ? Number.isNaN(column[i]!) : column.codes[i]! < 0
    return ({ rows, columns }: Columns) => ({
      rows,
      columns: columns.map((column, c) => {
        if ((buffers[c]?.length ?? -1) < rows) buffers[c] = new Float64Array(rows)
        for (let i = 0; i < rows; i++) buffers[c]![i] = Number(missing(column, i))
        return buffers[c]!
      }),
    })
  },
}

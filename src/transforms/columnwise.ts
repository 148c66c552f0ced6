import type { Columns } from '../math/columns.ts'
import { present } from '../math/statistics.ts'
import { checkWidth } from './state-check.ts'

/** A step that writes each numeric column anew, from `from` into `to`. Columns of categories pass through. Its buffers
 * are its own and grow to the largest block, so a block costs no allocation.
 * @param width the columns it has entries for; absent: any number */
export function columnwise(
  write: (column: number, from: Float64Array, to: Float64Array, rows: number) => void,
  width?: number,
): (block: Columns) => Columns {
  const buffers: Float64Array[] = []
  return block => {
    if (width !== undefined) checkWidth(block, width)
    return {
      rows: block.rows,
      columns: block.columns.map((column, i) => {
        if (!(column instanceof Float64Array)) return column
        if ((buffers[i]?.length ?? -1) < block.rows) buffers[i] = new Float64Array(block.rows)
        write(i, column, buffers[i]!, block.rows)
        return buffers[i]!
      }),
    }
  }
}

/** One number a column, learned from its finite values; `otherwise` for a column without any, or of categories. */
export function learn(x: Columns, otherwise: number, from: (values: Float64Array) => number): Float64Array {
  return Float64Array.from(x.columns, column => {
    if (!(column instanceof Float64Array)) return otherwise
    const values = present(column, x.rows).filter(Number.isFinite)
    return values.length === 0 ? otherwise : from(values)
  })
}

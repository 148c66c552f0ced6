/** The rows that teach: those whose weight is above 0. */
import { Failure } from '../errors.ts'

/** Their places in the table, ascending.
 * @throws Failure TOO_FEW_ROWS when there are none */
export function taughtRows(kind: string, rows: number, weight: Float64Array): Int32Array {
  const taught = new Int32Array(rows)
  let count = 0
  for (let row = 0; row < rows; row++) if (weight[row]! > 0) taught[count++] = row
  if (count === 0) throw nothingToLearn(kind)
  return taught.subarray(0, count)
}

export function nothingToLearn(kind: string): Failure {
  return new Failure('TOO_FEW_ROWS', {
    what: kind,
    found: 0,
    needed: 1,
    hint: 'Loosen learn: or where: in the recipe, or give a table with rows to learn from.',
  })
}

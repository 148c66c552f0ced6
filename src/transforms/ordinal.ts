/** A number for each value that a column can have, as scikit-learn's OrdinalEncoder. */
import type { Columns } from '../math/columns.ts'
import { finderOf, type KnownValues, MISSING } from './known-values.ts'
import { checkWidth, numbersOf } from './state-check.ts'
import type { Transform } from './transform.ts'

export type Ordinal = KnownValues & {
  /** What each known value becomes; its place in its column, where nothing else was asked for. */
  code: Float64Array
  /** One entry a column: what a value becomes that is missing and none of the known ones, and what any other. NaN: it is
   * missing from then on; REFUSED: the row has no risk. */
  missing: Float64Array
  unknown: Float64Array
}

export const ordinal: Transform<Ordinal> = {
  kind: 'ordinal',
  about: 'Makes a number of each value.',
  refuses: true,
  apply(state) {
    const { columns, entries, find } = finderOf(state)
    const code = numbersOf(state.code, 'code', entries)
    const missing = numbersOf(state.missing, 'missing', columns)
    const unknown = numbersOf(state.unknown, 'unknown', columns)
    const buffers = Array.from({ length: columns }, () => new Float64Array(0))
    return (block: Columns) => {
      checkWidth(block, columns)
      const { rows } = block
      for (const [c, column] of block.columns.entries()) {
        if (buffers[c]!.length < rows) buffers[c] = new Float64Array(rows)
        const entryOf = find(column, c)
        for (let row = 0; row < rows; row++) {
          const entry = entryOf(row)
          buffers[c]![row] = entry >= 0 ? code[entry]! : entry === MISSING ? missing[c]! : unknown[c]!
        }
      }
      return { rows, columns: [...buffers] }
    }
  },
}

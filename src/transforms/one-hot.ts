/**
 * A column of 0 and 1 for each value that a column can have, as scikit-learn's OneHotEncoder: values that are dropped
 * have none, rare ones share one. A missing value that is none of the known ones counts as unknown.
 */
import type { Columns } from '../math/columns.ts'
import { finderOf, type KnownValues, REFUSED } from './known-values.ts'
import { checkWidth, placesOf } from './state-check.ts'
import type { Transform } from './transform.ts'

export type OneHot = KnownValues & {
  /** For each known value the column it sets, counted over all columns that are left; −1 for one that sets none. */
  place: Int32Array
  /** One entry a column: the place that an unknown value sets, −1 for none; −2: the row has no risk. */
  unknown: Int32Array
  /** How many columns are left, those of each column behind those of the one before. */
  outputs: number
}

const NONE = -1
const NO_RISK = -2

export const oneHot: Transform<OneHot> = {
  kind: 'one-hot',
  about: 'Makes a column of 0 and 1 for each value.',
  apply(state) {
    const { columns, entries, find } = finderOf(state)
    const { outputs } = state
    if (!Number.isInteger(outputs) || outputs < 0 || outputs > entries + columns)
      throw new RangeError(`its ${entries} values make ${outputs} columns`)
    const place = placesOf(state.place, 'place', { least: NONE, most: outputs - 1, length: entries })
    const unknown = placesOf(state.unknown, 'unknown', { least: NO_RISK, most: outputs - 1, length: columns })
    const buffers = Array.from({ length: outputs }, () => new Float64Array(0))
    // The columns that say that a row has no risk.
    const own = Array.from({ length: columns }, (_, c) => ownPlaces(state, c))
    return (block: Columns) => {
      checkWidth(block, columns)
      const { rows } = block
      for (const [k, buffer] of buffers.entries()) {
        if (buffer.length < rows) buffers[k] = new Float64Array(rows)
        else buffer.fill(0, 0, rows)
      }
      for (const [c, column] of block.columns.entries()) {
        const entryOf = find(column, c)
        for (let row = 0; row < rows; row++) {
          const entry = entryOf(row)
          const to = entry < 0 ? unknown[c]! : place[entry]!
          if (to >= 0) buffers[to]![row] = 1
          else if (to === NO_RISK) for (const k of own[c]!) buffers[k]![row] = REFUSED
        }
      }
      return { rows, columns: [...buffers] }
    }
  },
  refuses: true,
  sources(state) {
    const sources = new Int32Array(state.outputs).fill(-1)
    for (let c = 0; c < state.unknown.length; c++) for (const k of ownPlaces(state, c)) sources[k] = c
    return sources
  },
}

function ownPlaces({ start, place, unknown }: OneHot, c: number): number[] {
  const places = [...place.subarray(start[c]!, start[c + 1]!), unknown[c]!]
  return [...new Set(places.filter(k => k >= 0))]
}

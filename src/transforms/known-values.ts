/** The values of columns that an encoder knows: numbers or texts, column after column. */
import type { Column } from '../math/columns.ts'
import { numbersOf, placesOf, textsOf } from './state-check.ts'

export type KnownValues = {
  /** Those of column c are the entries start[c] … start[c + 1] − 1 of `numbers` and `texts`. */
  start: Int32Array
  /** Of a column of numbers its values, NaN for a missing one that is a value of its own; of texts anything. */
  numbers: Float64Array
  /** Of a column of texts its values; of numbers ''. A missing text that is a value of its own is NaN in `numbers`. */
  texts: readonly string[]
  /** One entry a column: 1 where its values are texts. */
  isText: Uint8Array
}

/** In a column that an encoder leaves: the row has no risk, also where the model takes missing values. */
export const REFUSED = Number.POSITIVE_INFINITY

/** What is found where a value is none of those known. */
export const MISSING = -1
export const UNKNOWN = -2

/** For a column of a block: the entry of each row's value, MISSING or UNKNOWN. */
export type Finder = (column: Column, c: number) => (row: number) => number

/** @throws RangeError for a state that no encoder has */
export function finderOf(state: KnownValues): { columns: number; entries: number; find: Finder } {
  const { isText } = state
  if (!(isText instanceof Uint8Array)) throw new RangeError('it does not say which of its columns are texts')
  const columns = isText.length
  const numbers = numbersOf(state.numbers, 'numbers')
  const texts = textsOf(state.texts, 'texts', numbers.length)
  const start = placesOf(state.start, 'start', { most: numbers.length, length: columns + 1 })
  if (start[0] !== 0 || start[columns] !== numbers.length || start.some((at, c) => c > 0 && at < start[c - 1]!))
    throw new RangeError('its columns do not begin and end with their values')
  const known = Array.from({ length: columns }, (_, c) => {
    const entries = Array.from({ length: start[c + 1]! - start[c]! }, (_, i) => start[c]! + i)
    const missing = entries.find(entry => Number.isNaN(numbers[entry]!)) ?? MISSING
    return {
      missing,
      // NaN is no key of its own here: a missing value is told apart before anything is looked up.
      byNumber: new Map(isText[c] ? [] : entries.map(entry => [numbers[entry]!, entry])),
      byText: new Map(isText[c] ? entries.filter(entry => entry !== missing).map(entry => [texts[entry]!, entry]) : []),
    }
  })
  return {
    columns,
    entries: numbers.length,
    find(column, c) {
      const { missing, byNumber, byText } = known[c]!
      if (column instanceof Float64Array) {
        if (isText[c]) throw new TypeError(`column ${c} holds numbers, expected texts`)
        return row => (Number.isNaN(column[row]!) ? missing : (byNumber.get(column[row]!) ?? UNKNOWN))
      }
      const { codes, levels } = column
      const places = levels.map(level => (isText[c] ? byText.get(level) : byNumber.get(Number(level))) ?? UNKNOWN)
      return row => (codes[row]! < 0 ? missing : (places[codes[row]!] ?? UNKNOWN))
    },
  }
}

/** Fills missing texts, as scikit-learn's SimpleImputer(strategy='most_frequent' or 'constant') does on texts. */
import type { Column } from '../math/columns.ts'
import { checkWidth, textsOf } from './state-check.ts'
import type { Transform } from './transform.ts'

/** One entry a column. */
export type ImputeText = { fill: readonly string[] }

export const imputeText: Transform<ImputeText> = {
  kind: 'impute-text',
  about: 'Fills missing texts with a text.',
  apply(state) {
    const fill = textsOf(state.fill, 'fill')
    return block => {
      checkWidth(block, fill.length)
      return { rows: block.rows, columns: block.columns.map((column, c) => filled(column, fill[c]!, block.rows)) }
    }
  },
}

function filled(column: Column, text: string, rows: number): Column {
  if (column instanceof Float64Array) throw new TypeError('a column holds numbers, expected texts to fill')
  const known = column.levels.indexOf(text)
  const levels = known < 0 ? [...column.levels, text] : column.levels
  const code = known < 0 ? column.levels.length : known
  // Behind the last level is the code of a text that nobody knows: it must not become the one that is added.
  const end = column.levels.length
  const codes = column.codes.subarray(0, rows).map(at => (at < 0 ? code : at < end ? at : levels.length))
  return { codes, levels }
}

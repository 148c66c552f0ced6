/** Puts columns in another order, some twice, some not at all. */
import { checkWidth, placesOf } from './state-check.ts'
import type { Transform } from './transform.ts'

/** For each column that it leaves, the place of the one it shows. */
export type Arrange = { columns: Int32Array }

export const arrange: Transform<Arrange> = {
  kind: 'arrange',
  about: 'Puts columns in another order, some twice, some not at all.',
  apply(state) {
    const places = placesOf(state.columns, 'columns')
    const last = places.reduce((most, place) => Math.max(most, place), -1)
    return block => {
      if (last >= block.columns.length) checkWidth(block, last + 1)
      return { rows: block.rows, columns: Array.from(places, place => block.columns[place]!) }
    }
  },
  sources: ({ columns }) => columns,
}

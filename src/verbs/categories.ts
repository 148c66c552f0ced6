import type { Columns } from '../math/columns.ts'
import type { PlannedFeature } from '../recipe/feature.ts'

/** A statement gives a text as its code; a model is told what the code stands for. */
export function withCategories(x: Columns, features: readonly Pick<PlannedFeature, 'levels'>[]): Columns {
  if (!features.some(({ levels }) => levels)) return x
  return {
    rows: x.rows,
    columns: x.columns.map((column, i) => {
      const levels = features[i]?.levels
      if (!levels || !(column instanceof Float64Array)) return column
      return { codes: Int32Array.from(column, code => (Number.isNaN(code) ? -1 : code)), levels }
    }),
  }
}

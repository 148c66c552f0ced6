/**
 * A model as somebody adds one: this file, and a line in the list (here added at run time, by list-median-distance.ts).
 * It says how far a row is from the median of its columns, in median absolute deviations.
 */
import { lazySchema } from '../../src/lazy-schema.ts'
import { numericColumns } from '../../src/math/columns.ts'
import { median } from '../../src/math/statistics.ts'
import type { Model } from '../../src/models/model.ts'

const params = lazySchema(Type =>
  Type.Object(
    {
      combine: Type.Union([Type.Literal('farthest'), Type.Literal('mean')], {
        default: 'farthest',
        description: 'How the distances of the columns become one: that of the farthest column, or their mean.',
      }),
      least_spread: Type.Number({
        exclusiveMinimum: 0,
        maximum: 1,
        default: 0.001,
        description: 'A column that hardly varies is measured in this many of its units.',
      }),
    },
    { additionalProperties: false },
  ),
)

type MedianDistance = { combine: string; middle: Float64Array; spread: Float64Array }

export const medianDistance: Model<ReturnType<typeof params>, MedianDistance> = {
  kind: 'median-distance',
  about: 'Flags rows far from the median of their columns, whatever the shape of the rest.',
  formula: 'risk = max over columns of |x − median| / MAD, the median absolute deviation of the column',
  source: 'Iglewicz, Hoaglin, "How to detect and handle outliers", 1993.',
  tasks: ['detect'],
  get params() {
    return params()
  },
  fit({ x, weight }, { combine, least_spread }) {
    const columns = numericColumns(x).map(column =>
      column.subarray(0, x.rows).filter((value, row) => weight[row]! > 0 && Number.isFinite(value)),
    )
    const middle = Float64Array.from(columns, column => (column.length ? median(column) : 0))
    const spread = Float64Array.from(columns, (column, c) =>
      Math.max(least_spread, column.length ? median(column.map(value => Math.abs(value - middle[c]!))) : 0),
    )
    return { combine, middle, spread }
  },
  scorer({ combine, middle, spread }) {
    const isWhole = (array: unknown) => array instanceof Float64Array && array.every(Number.isFinite)
    if (!isWhole(middle) || !isWhole(spread) || middle.length !== spread.length || spread.some(s => s <= 0))
      throw new RangeError('its medians and spreads are not one number a column')
    return {
      score({ rows, columns }, out) {
        if (columns.length !== middle.length) throw new RangeError(`${columns.length} columns for ${middle.length}`)
        out.fill(0, 0, rows)
        for (const [c, column] of (columns as readonly Float64Array[]).entries())
          for (let row = 0; row < rows; row++) {
            const far = Math.min(Number.MAX_VALUE, Math.abs(column[row]! - middle[c]!) / spread[c]!) || 0
            out[row] = combine === 'mean' ? out[row]! + far / columns.length : Math.max(out[row]!, far)
          }
      },
    }
  },
}

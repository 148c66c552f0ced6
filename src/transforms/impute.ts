/** Fills missing numbers, as scikit-learn's SimpleImputer(keep_empty_features=True). */
import { lazySchema } from '../lazy-schema.ts'
import { mean, median } from '../math/statistics.ts'
import { columnwise, learn } from './columnwise.ts'
import { numbersOf } from './state-check.ts'
import type { LearnedTransform } from './transform.ts'

const params = lazySchema(Type =>
  Type.Object(
    {
      strategy: Type.Union([Type.Literal('mean'), Type.Literal('median'), Type.Literal('constant')], {
        default: 'mean',
        description:
          "Fill with the training column's mean, its median, or fill_value. A column without any value gets 0.",
      }),
      fill_value: Type.Number({ default: 0, description: 'What strategy: constant fills with.' }),
    },
    { additionalProperties: false },
  ),
)

/** One entry a column. */
export type Impute = { fill: Float64Array }

export const impute: LearnedTransform<ReturnType<typeof params>, Impute> = {
  kind: 'impute',
  about: 'Fills missing numbers with a value learned from the training rows.',
  get params() {
    return params()
  },
  fit(x, { strategy, fill_value }) {
    if (strategy === 'constant') return { fill: new Float64Array(x.columns.length).fill(fill_value) }
    return { fill: learn(x, 0, strategy === 'mean' ? mean : median) }
  },
  apply(state) {
    const fill = numbersOf(state.fill, 'fill')
    return columnwise((column, from, to, rows) => {
      const value = fill[column]!
      for (let i = 0; i < rows; i++) to[i] = Number.isNaN(from[i]!) ? value : from[i]!
    }, fill.length)
  },
}

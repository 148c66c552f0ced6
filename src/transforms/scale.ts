/** Brings columns to one size: x → (x − centre) / size, as scikit-learn's StandardScaler, MinMaxScaler, RobustScaler. */
import type { Static } from 'typebox'
import { lazySchema } from '../lazy-schema.ts'
import { max, mean, median, min, quantile, sorted, variance } from '../math/statistics.ts'
import { columnwise, learn } from './columnwise.ts'
import { numbersOf } from './state-check.ts'
import type { LearnedTransform } from './transform.ts'

const params = lazySchema(Type =>
  Type.Object(
    {
      method: Type.Union(
        [Type.Literal('standard'), Type.Literal('minmax'), Type.Literal('robust'), Type.Literal('none')],
        {
          default: 'standard',
          description:
            'standard: mean 0, standard deviation 1. minmax: the training range becomes 0 to 1. robust: median 0, interquartile range 1. none: as they are.',
        },
      ),
    },
    { additionalProperties: false },
  ),
)

/** One entry a column. */
export type Scale = { centre: Float64Array; size: Float64Array }

interface Method {
  centre(values: Float64Array): number
  size(values: Float64Array): number
}

const METHODS: Record<Static<ReturnType<typeof params>>['method'], Method> = {
  standard: { centre: mean, size: deviation },
  minmax: { centre: min, size: values => sizeOf(max(values) - min(values)) },
  robust: { centre: median, size: interquartileRange },
  none: { centre: () => 0, size: () => 1 },
}

export const scale: LearnedTransform<ReturnType<typeof params>, Scale> = {
  kind: 'scale',
  about: 'Brings columns to one size, so that none counts more for its unit.',
  get params() {
    return params()
  },
  fit(x, { method }) {
    const { centre, size } = METHODS[method]
    return { centre: learn(x, 0, centre), size: learn(x, 1, size) }
  },
  apply(state) {
    const centre = numbersOf(state.centre, 'centre')
    const size = numbersOf(state.size, 'size', centre.length)
    return columnwise((column, from, to, rows) => {
      const c = centre[column]!
      const s = size[column]!
      for (let i = 0; i < rows; i++) to[i] = (from[i]! - c) / s
    }, centre.length)
  },
}

/** scikit-learn's test for a constant column: the variance is no larger than the rounding of its own computation. */
function deviation(values: Float64Array): number {
  const spread = variance(values)
  const rounding = values.length * Number.EPSILON
  return spread <= rounding * spread + (rounding * mean(values)) ** 2 ? 1 : Math.sqrt(spread)
}

function interquartileRange(values: Float64Array): number {
  const ascending = sorted(values)
  return sizeOf(quantile(ascending, 0.75) - quantile(ascending, 0.25))
}

/** scikit-learn leaves what is this narrow as it is, rather than blow rounding up to full size. */
function sizeOf(width: number): number {
  return width < 10 * Number.EPSILON ? 1 : width
}

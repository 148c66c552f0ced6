/** Transformers that keep some columns as they are: VarianceThreshold, SelectKBest, RFE, RFECV. */
import { arrayOf } from '../numpy/array.ts'
import { Refusal } from '../refusal.ts'
import { type Estimator, wordFor } from './estimator.ts'
import type { Input, Lowering, LowerTransformer } from './lowering.ts'
import { arrange } from './steps.ts'

const keep = (flags: readonly boolean[], input: Input, lowering: Lowering): Input =>
  arrange(
    lowering,
    input,
    flags.flatMap((flag, i) => (flag ? [i] : [])),
  )

/** Numbers that may be missing: a score of a constant column is NaN. */
function scoresOf(estimator: Estimator, attribute: string, { count }: Input): Float64Array {
  const found = estimator.raw(attribute)
  const array = found === undefined ? undefined : arrayOf(found)
  if (array?.shape.length === 1 && array.shape[0] === count) return array.numbers()
  throw new Refusal(
    'unsupported',
    `${attribute} of ${estimator.name} is ${wordFor(found)}, expected ${count} numbers`,
    'Save it after fit().',
  )
}

export const varianceThreshold: LowerTransformer = (estimator, input, lowering) => {
  const threshold = estimator.number('threshold')
  const variances = scoresOf(estimator, 'variances_', input)
  return keep(
    Array.from(variances, variance => variance > threshold),
    input,
    lowering,
  )
}

/** A score that is missing is the least; of equal ones the later column is kept first. */
export const selectBest: LowerTransformer = (estimator, input, lowering) => {
  if (estimator.raw('k') === 'all') return input
  const k = estimator.integer('k')
  const scores = scoresOf(estimator, 'scores_', input).map(score => (Number.isNaN(score) ? -Number.MAX_VALUE : score))
  const order = Array.from(scores.keys()).sort((a, b) => (scores[a] as number) - (scores[b] as number) || a - b)
  const best = new Set(k > 0 ? order.slice(-k) : [])
  return keep(
    order.map((_, i) => best.has(i)),
    input,
    lowering,
  )
}

export const recursiveElimination: LowerTransformer = (estimator, input, lowering) =>
  keep(
    Array.from(scoresOf(estimator, 'support_', input), flag => flag === 1),
    input,
    lowering,
  )

/** Transformers that keep some columns as they are: VarianceThreshold, SelectKBest, RFE, SequentialFeatureSelector. */
import type { Input, Lowering, LowerTransformer } from '../lowering/lowering.ts'
import { arrange } from '../lowering/steps.ts'
import { arrayOf } from '../numpy/array.ts'
import { Refusal } from '../refusal.ts'
import { type Estimator, wordFor } from './estimator.ts'

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

/** Those above the percentile of the scores, and of those that lie on it the first, as many as still have room. */
export const selectPercentile: LowerTransformer = (estimator, input, lowering) => {
  const percentile = estimator.number('percentile')
  if (percentile >= 100) return input
  const scores = scoresOf(estimator, 'scores_', input).map(score => (Number.isNaN(score) ? -Number.MAX_VALUE : score))
  const cut = percentile === 0 ? Number.POSITIVE_INFINITY : percentileOf(scores, 100 - percentile)
  const above = scores.reduce((count, score) => count + Number(score > cut), 0)
  let room = Math.trunc((scores.length * percentile) / 100) - above
  return keep(
    Array.from(scores, score => score > cut || (score === cut && room-- > 0)),
    input,
    lowering,
  )
}

/** A straight line between the two nearest, as numpy draws it. */
function percentileOf(values: Float64Array, percent: number): number {
  const sorted = values.toSorted()
  const at = (percent / 100) * (sorted.length - 1)
  const [low, high] = [sorted[Math.floor(at)] as number, sorted[Math.ceil(at)] as number]
  const share = at - Math.floor(at)
  return share >= 0.5 ? high - (high - low) * (1 - share) : low + (high - low) * share
}

/** RFE, RFECV, SequentialFeatureSelector. */
export const selectedColumns: LowerTransformer = (estimator, input, lowering) =>
  keep(
    Array.from(scoresOf(estimator, 'support_', input), flag => flag === 1),
    input,
    lowering,
  )

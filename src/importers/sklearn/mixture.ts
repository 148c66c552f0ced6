/** Gaussian clouds: GaussianMixture, GaussianNB, EllipticEnvelope. */
import type { GaussianMixture } from '../../models/gaussian-mixture.ts'
import { classesOf, probabilities } from '../lowering/classes.ts'
import type { Input, LowerPredictor } from '../lowering/lowering.ts'
import { Refusal } from '../refusal.ts'
import type { Estimator } from './estimator.ts'
import { oneOf } from './preprocessing.ts'

/** Everything but what the clouds are used for. */
function clouds(
  covariance: string,
  weights: Float64Array,
  means: Float64Array,
  precisions: Float64Array,
): GaussianMixture {
  return {
    ...{ covariance, weights, means, precisions },
    rates: new Float64Array(0),
    usual: new Float64Array(0),
    cut: 0,
    iterations: 1,
    converged: 1,
    lowerBound: 0,
  }
}

function mixtureOf(estimator: Estimator, input: Input): GaussianMixture {
  const covariance = oneOf(estimator, 'covariance_type', ['full', 'tied', 'diag', 'spherical'])
  const { values: means, shape } = estimator.array('means_', [-1, input.count])
  const k = shape[0] as number
  const d = input.count
  const shapes: Readonly<Record<string, readonly number[]>> = {
    full: [k, d, d],
    tied: [d, d],
    diag: [k, d],
    spherical: [k],
  }
  const weights = estimator.array('weights_', [k]).values
  const precisions = estimator.array('precisions_cholesky_', shapes[covariance] as readonly number[]).values
  return { ...clouds(covariance, weights, means, precisions), usual: new Float64Array(d) }
}

export const gaussianMixture: LowerPredictor = (estimator, input) => ({
  task: 'detect',
  risk: { use: 'gaussian-mixture', from: input.from, count: input.count, state: mixtureOf(estimator, input) },
  riskName: '−score_samples',
  scales: { score_samples: 0 },
  range: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
})

/** One cloud a class, along the columns: the probability of a class is the share of its cloud in the row. */
export const gaussianBayes: LowerPredictor = (estimator, input) => {
  const classes = classesOf(estimator)
  const shape = [classes.length, input.count]
  const spread = estimator.array(estimator.has('var_') ? 'var_' : 'sigma_', shape).values
  if (spread.some(value => value <= 0)) throw new Refusal('damaged', 'GaussianNB has a variance that is not above 0')
  const state = clouds(
    'diag',
    estimator.array('class_prior_', [classes.length]).values,
    estimator.array('theta_', shape).values,
    spread.map(value => 1 / Math.sqrt(value)),
  )
  return probabilities(classes, chosen => ({
    use: 'gaussian-mixture',
    from: input.from,
    count: input.count,
    state: { ...state, rates: Float64Array.from(classes, (_, i) => Number(i === chosen)) },
  }))
}

/** score_samples = −(x − location)ᵀ precision (x − location), and decision_function = score_samples − offset_. */
export const ellipticEnvelope: LowerPredictor = (estimator, input) => {
  const { count } = input
  const offset = estimator.number('offset_')
  const state = {
    columns: count,
    location: estimator.array('location_', [count]).values,
    precision: estimator.array('precision_', [count, count]).values,
    cut: -offset,
  }
  return {
    task: 'detect',
    risk: { use: 'elliptic-envelope', from: input.from, count, state },
    riskName: '−score_samples',
    cut: { risk: -offset, from: 'offset_ of the file' },
    scales: { score_samples: 0, decision_function: -offset },
    range: [0, Number.POSITIVE_INFINITY],
  }
}

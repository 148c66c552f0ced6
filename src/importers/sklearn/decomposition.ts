/** PCA and TruncatedSVD: columns projected on others. */
import type { Input, Lowering, LowerTransformer } from '../lowering/lowering.ts'
import type { Estimator } from './estimator.ts'

/** Each component becomes a column. `factor`: what a component is multiplied with. */
function project(
  estimator: Estimator,
  input: Input,
  lowering: Lowering,
  centre: Float64Array,
  factor: (components: number) => Float64Array,
): Input {
  const { values, shape } = estimator.array('components_', [-1, input.count])
  const components = shape[0] as number
  const state = { centre, components: values, factor: factor(components) }
  return lowering.step('project', input, state, components)
}

export const pca: LowerTransformer = (estimator, input, lowering) =>
  project(
    estimator,
    input,
    lowering,
    estimator.raw('mean_') === null ? new Float64Array(input.count) : estimator.array('mean_', [input.count]).values,
    components =>
      estimator.flag('whiten', false) ? whitening(estimator, components) : new Float64Array(components).fill(1),
  )

export const truncatedSvd: LowerTransformer = (estimator, input, lowering) =>
  project(estimator, input, lowering, new Float64Array(input.count), components => new Float64Array(components).fill(1))

/** A variance of nothing is not blown up: scikit-learn takes the smallest step of 1 for its root. */
function whitening(estimator: Estimator, components: number): Float64Array {
  const { values } = estimator.array('explained_variance_', [components])
  return values.map(variance => 1 / Math.max(Math.sqrt(variance), Number.EPSILON))
}

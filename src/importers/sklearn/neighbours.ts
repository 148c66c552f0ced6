/** Neighbours: LocalOutlierFactor for new rows, KNeighborsClassifier and KNeighborsRegressor. */
import { numberOf } from '../numpy/array.ts'
import { entry, isNode } from '../pickle/nodes.ts'
import { Refusal } from '../refusal.ts'
import { classesOf, probabilities } from './classes.ts'
import { type Estimator, wordFor } from './estimator.ts'
import { severalOutputs } from './linear.ts'
import type { Input, LowerPredictor } from './lowering.ts'
import { oneOf } from './preprocessing.ts'

/** The power of the Minkowski distance that `effective_metric_` comes to. ∞: the largest difference. */
function powerOf(estimator: Estimator): number {
  const metric = estimator.raw('effective_metric_')
  const known = typeof metric === 'string' ? POWERS.get(metric) : undefined
  if (known !== undefined) return known
  const given = estimator.raw('effective_metric_params_')
  const weighted = isNode(given, 'dict') && entry(given, 'w') !== undefined && entry(given, 'w') !== null
  const power = isNode(given, 'dict') ? entry(given, 'p') : undefined
  const p = power === undefined ? undefined : numberOf(power)
  if (metric === 'minkowski' && p !== undefined && p >= 1 && !weighted) return p
  throw new Refusal(
    'unsupported',
    `${estimator.name} measures distances with ${metric === 'minkowski' ? 'weights or a power below 1' : wordFor(metric)}, expected euclidean, manhattan, chebyshev or minkowski`,
    'A metric of your own is code, which is never run: fit it with one of these.',
  )
}

const POWERS: ReadonlyMap<string, number> = new Map([
  ['euclidean', 2],
  ['l2', 2],
  ['manhattan', 1],
  ['cityblock', 1],
  ['l1', 1],
  ['chebyshev', Number.POSITIVE_INFINITY],
  ['infinity', Number.POSITIVE_INFINITY],
])

export const localOutlierFactor: LowerPredictor = (estimator, input) => {
  if (!estimator.flag('novelty', false))
    throw new Refusal(
      'unsupported',
      'LocalOutlierFactor was fitted with novelty=False, which scores only the rows it was fitted on',
      'Fit and save it with novelty=True.',
    )
  const { values: rows, shape } = estimator.array('_fit_X', [-1, input.count])
  const count = shape[0] as number
  const neighbours = estimator.integer('n_neighbors_')
  const distances = estimator.array('_distances_fit_X_', [count, -1])
  const width = distances.shape[1] as number
  if (neighbours < 1 || neighbours > width)
    throw new Refusal('damaged', `LocalOutlierFactor has ${width} distances a row for ${neighbours} neighbours`)
  const offset = estimator.number('offset_')
  const state = {
    columns: input.count,
    neighbours,
    p: powerOf(estimator),
    cut: -offset,
    rows,
    distance: Float64Array.from({ length: count }, (_, i) => distances.values[i * width + neighbours - 1] as number),
    density: estimator.array('_lrd', [count]).values,
  }
  return {
    task: 'detect',
    risk: { use: 'local-outlier-factor', from: input.from, count: input.count, state },
    riskName: '−score_samples',
    cut: { risk: -offset, from: 'offset_ of the file' },
    scales: { score_samples: 0, decision_function: -offset },
    range: [0, Number.POSITIVE_INFINITY],
  }
}

/** The training rows and what counts for each. */
function neighbourState(estimator: Estimator, input: Input) {
  const { values: rows, shape } = estimator.array('_fit_X', [-1, input.count])
  const count = shape[0] as number
  const neighbours = estimator.integer('n_neighbors')
  if (neighbours < 1 || neighbours > count)
    throw new Refusal('damaged', `${estimator.name} asks for ${neighbours} neighbours of ${count} rows`)
  return {
    count,
    state: {
      columns: input.count,
      neighbours,
      p: powerOf(estimator),
      weights: weightsOf(estimator),
      rows,
    },
  }
}

function weightsOf(estimator: Estimator): string {
  const given = estimator.raw('weights')
  if (given === null || given === undefined) return 'uniform'
  if (typeof given === 'string') return oneOf(estimator, 'weights', ['uniform', 'distance'])
  throw new Refusal(
    'unsupported',
    `${estimator.name} weighs neighbours with a function of its own`,
    "That is code, which is never run: fit it with weights='uniform' or 'distance'.",
  )
}

export const neighboursClassifier: LowerPredictor = (estimator, input) => {
  const classes = classesOf(estimator)
  const { count, state } = neighbourState(estimator, input)
  const labels = labelsOf(estimator, count)
  return probabilities(classes, chosen => ({
    use: 'k-neighbours',
    from: input.from,
    count: input.count,
    state: { ...state, value: labels.map(label => Number(label === chosen)) },
  }))
}

/** `_y` is a list, or a column of one where the labels were. */
function labelsOf(estimator: Estimator, count: number): Float64Array {
  const column = (estimator.shape('_y')?.length ?? 1) > 1
  const { values, shape } = estimator.array('_y', column ? [count, -1] : [count])
  if (column && shape[1] !== 1) throw severalOutputs(estimator, shape[1] as number)
  return values
}

export const neighboursRegressor: LowerPredictor = (estimator, input) => {
  const { count, state } = neighbourState(estimator, input)
  const value = labelsOf(estimator, count)
  return {
    task: 'regress',
    risk: { use: 'k-neighbours', from: input.from, count: input.count, state: { ...state, value } },
  }
}

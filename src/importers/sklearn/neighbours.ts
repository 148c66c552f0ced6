/** Neighbours: LocalOutlierFactor for new rows, KNeighborsClassifier and KNeighborsRegressor. */
import { METRIC_NAMES } from '../../math/distances.ts'
import { classesOf, probabilities } from '../lowering/classes.ts'
import type { Input, Lowering, LowerPredictor } from '../lowering/lowering.ts'
import { arrayOf, numberOf } from '../numpy/array.ts'
import { entry, isNode, type Value } from '../pickle/nodes.ts'
import { Refusal, severalOutputs } from '../refusal.ts'
import { type Estimator, since, wordFor } from './estimator.ts'
import { oneOf } from './preprocessing.ts'

/** How the distance of two rows is measured, as src/models/neighbour-state.ts has it. */
function distanceOf(estimator: Estimator, input: Input, lowering: Lowering) {
  const said = estimator.raw('effective_metric_')
  const metric = typeof said === 'string' ? (SAME.get(said) ?? said) : undefined
  const known = metric === undefined ? undefined : POWERS.get(metric)
  if (known !== undefined) return { p: known }
  const params = estimator.raw('effective_metric_params_')
  const param = (name: string) => (isNode(params, 'dict') ? (entry(params, name) ?? undefined) : undefined)
  const power = param('p')
  const p = power === undefined ? 2 : (numberOf(power) ?? Number.NaN)
  if (metric === 'minkowski' && param('w') === undefined) return { p: powerOf(estimator, p) }
  if (metric === undefined || !METRIC_NAMES.includes(metric)) throw unknownMetric(estimator, said)
  refuseOldBrayCurtis(estimator, metric)
  if (COARSE.has(metric))
    lowering.warn(
      `Many rows are equally near by the metric ${metric}: of these ${estimator.name} takes any, here the first in training counts, so that scores may differ`,
    )
  const name = GIVEN.get(metric)
  if (name === undefined) return { p: 2, metric }
  const matrix = metric === 'mahalanobis'
  const given = arrayOf(param(name) ?? null)?.numbers()
  const length = matrix ? input.count ** 2 : input.count
  if (given?.length !== length || !given.every(Number.isFinite))
    throw new Refusal(
      'unsupported',
      `${estimator.name} measures distances with ${metric}, and the file does not hold its ${name} of ${length} numbers`,
      `Fit it with metric_params={'${name}': …}.`,
    )
  return { p: metric === 'minkowski' ? powerOf(estimator, p) : 2, metric, given }
}

function powerOf(estimator: Estimator, p: number): number {
  if (p >= 0.01 && p <= 100) return p
  throw new Refusal('unsupported', `${estimator.name} measures distances with the power ${p}, expected 0.01 to 100`)
}

const unknownMetric = (estimator: Estimator, said: Value | undefined) =>
  new Refusal(
    'unsupported',
    `${estimator.name} measures distances with ${wordFor(said)}, expected one of ${[...POWERS.keys(), ...METRIC_NAMES].join(', ')}`,
    'A metric of your own is code, which is never run, and precomputed distances need the training rows: fit it with one of these.',
  )

/** Before 1.1 brute force was scipy's, which divides by Σ |x + y|; ever since it is by Σ |x| + |y|. */
function refuseOldBrayCurtis(estimator: Estimator, metric: string): void {
  if (metric !== 'braycurtis' || since(estimator, [1, 1]) || estimator.raw('_fit_method') !== 'brute') return
  throw new Refusal('unsupported', 'braycurtis of scikit-learn before 1.1 with algorithm="brute" is another distance')
}

/** Other names for one metric. */
const SAME: ReadonlyMap<string, string> = new Map([['p', 'minkowski']])
/** Metrics by which few distances are possible. */
const COARSE: ReadonlySet<string> = new Set(
  'hamming matching jaccard dice kulsinski rogerstanimoto russellrao sokalmichener sokalsneath yule'.split(' '),
)
/** What scikit-learn calls the numbers that a metric is given. */
const GIVEN: ReadonlyMap<string, string> = new Map([
  ['minkowski', 'w'],
  ['seuclidean', 'V'],
  ['mahalanobis', 'VI'],
])

const POWERS: ReadonlyMap<string, number> = new Map([
  ['euclidean', 2],
  ['l2', 2],
  ['manhattan', 1],
  ['cityblock', 1],
  ['l1', 1],
  ['chebyshev', Number.POSITIVE_INFINITY],
  ['infinity', Number.POSITIVE_INFINITY],
])

export const localOutlierFactor: LowerPredictor = (estimator, input, lowering) => {
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
    ...distanceOf(estimator, input, lowering),
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
function neighbourState(estimator: Estimator, input: Input, lowering: Lowering) {
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
      ...distanceOf(estimator, input, lowering),
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

export const neighboursClassifier: LowerPredictor = (estimator, input, lowering) => {
  const classes = classesOf(estimator)
  const { count, state } = neighbourState(estimator, input, lowering)
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
  if (column && shape[1] !== 1) throw severalOutputs(estimator.name, shape[1] as number)
  return values
}

export const neighboursRegressor: LowerPredictor = (estimator, input, lowering) => {
  const { count, state } = neighbourState(estimator, input, lowering)
  const value = labelsOf(estimator, count)
  return {
    task: 'regress',
    risk: { use: 'k-neighbours', from: input.from, count: input.count, state: { ...state, value } },
  }
}

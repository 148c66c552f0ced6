/**
 * GradientBoostingClassifier and GradientBoostingRegressor: raw = what init_ says + learning_rate · Σ trees. Values are
 * rounded to float32 before they are compared; missing ones are an error.
 */
import { boostedClasses, boostedLeaf, roundedTree } from '../lowering/boosted-risk.ts'
import { classesOf } from '../lowering/classes.ts'
import type { Input, LowerPredictor } from '../lowering/lowering.ts'
import { arrayOf } from '../numpy/array.ts'
import type { Value } from '../pickle/nodes.ts'
import { Refusal } from '../refusal.ts'
import { type PackedTrees, packTrees } from '../trees.ts'
import { type Estimator, estimatorOf, isEstimator, since, wordFor } from './estimator.ts'
import { numbersOf, skeletonOf, treesOf } from './tree-structure.ts'

export const gradientBoostingClassifier: LowerPredictor = (estimator, input) => {
  const classes = classesOf(estimator)
  const rounds = roundsOf(estimator, classes.length === 2 ? 1 : classes.length)
  const half = estimator.text('loss') === 'exponential'
  const bases = classBases(estimator, classes.length, half)
  const sums = rounds.map((own, k) => ({ trees: grove(estimator, own, input), base: bases[k] as number }))
  return boostedClasses(classes, sums, { ...input, takesMissing: false }, half ? 2 : 1)
}

export const gradientBoostingRegressor: LowerPredictor = (estimator, input) => {
  const [own] = roundsOf(estimator, 1)
  const trees = grove(estimator, own as readonly Value[], input)
  const risk = boostedLeaf({ trees, base: numberBase(estimator) }, 'squared_error', { ...input, takesMissing: false })
  return { task: 'regress', risk }
}

/** `estimators_` is an array of rounds × classes; the trees of each class. */
function roundsOf(estimator: Estimator, classes: number): readonly (readonly Value[])[] {
  const given = estimator.raw('estimators_')
  const array = given === undefined ? undefined : arrayOf(given)
  if (array?.dtype.kind !== 'O' || array.shape.length !== 2 || array.shape[1] !== classes)
    throw new Refusal(
      given === undefined ? 'unsupported' : 'damaged',
      `estimators_ of ${estimator.name} is ${wordFor(given)}, expected an array of trees, ${classes} a round`,
      given === undefined ? 'Save it after fit().' : '',
    )
  const trees = array.objects()
  return Array.from({ length: classes }, (_, k) => trees.filter((_, i) => i % classes === k))
}

function grove(estimator: Estimator, values: readonly Value[], input: Input): PackedTrees {
  const rate = estimator.number('learning_rate')
  const packer = packTrees(input.count, estimator.name)
  for (const member of treesOf(estimator, values)) {
    const tree = skeletonOf(member)
    packer.add(
      roundedTree(
        tree,
        numbersOf(tree, member).map(value => rate * value),
      ),
    )
  }
  return packer.finish()
}

/** What the sums begin with: the logarithms of the odds, or of the shares, of the classes in training; those of several
 * classes less their mean from 1.4 on. No probability depends on that, but what CalibratedClassifierCV makes of sums does. */
function classBases(estimator: Estimator, classes: number, half: boolean): readonly number[] {
  const count = classes === 2 ? 1 : classes
  const init = initOf(estimator)
  if (init === undefined) return new Array<number>(count).fill(0)
  if (init.name !== 'DummyClassifier') return oldBases(init, estimator, count)
  const strategy = init.text('strategy', 'prior')
  if (strategy !== 'prior') throw otherInit(estimator, `DummyClassifier(strategy='${strategy}')`)
  const least = since(estimator, [1, 8]) ? Number.EPSILON : 2 ** -23
  const prior = init.array('class_prior_', [classes]).values.map(share => Math.min(1 - least, Math.max(least, share)))
  if (classes > 2) return since(estimator, [1, 4]) ? centred(prior.map(Math.log)) : Array.from(prior, Math.log)
  const share = prior[1] as number
  return [(half ? 0.5 : 1) * Math.log(share / (1 - share))]
}

function centred(values: Float64Array): readonly number[] {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return Array.from(values, value => value - mean)
}

function numberBase(estimator: Estimator): number {
  const init = initOf(estimator)
  if (init === undefined) return 0
  if (init.name === 'DummyRegressor') return init.number('constant_')
  return oldBases(init, estimator, 1)[0] as number
}

/** Before 0.21 these were classes of their own, and what they learned is what the sums begin with. */
function oldBases(init: Estimator, estimator: Estimator, count: number): readonly number[] {
  switch (init.name) {
    case 'LogOddsEstimator':
    case 'ScaledLogOddsEstimator':
      return [init.number('prior')]
    case 'PriorProbabilityEstimator':
      return Array.from(init.array('priors', [count]).values)
    case 'MeanEstimator':
      return [init.number('mean')]
    case 'QuantileEstimator':
      return [init.number('quantile')]
    case 'ZeroEstimator':
      return new Array<number>(count).fill(0)
    default:
      throw otherInit(estimator, init.name)
  }
}

/** Undefined where the sums begin with 0. */
function initOf(estimator: Estimator): Estimator | undefined {
  const init = estimator.raw('init_')
  if (init === 'zero') return undefined
  if (isEstimator(init)) return estimatorOf(init, estimator)
  throw new Refusal(
    'unsupported',
    `init_ of ${estimator.name} is ${wordFor(init)}, expected an estimator or 'zero'`,
    'Save it after fit().',
  )
}

const otherInit = ({ name }: Estimator, init: string) =>
  new Refusal(
    'unsupported',
    `${name} begins with what ${init} predicts, which is not read here`,
    "Fit it without init, or with init='zero'.",
  )

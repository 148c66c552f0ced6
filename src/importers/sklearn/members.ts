/** Means of whole models: Bagging and Voting. */
import type { Risk } from '../program.ts'
import { Refusal } from '../refusal.ts'
import { classesOf, classified } from './classes.ts'
import { type Estimator, estimatorOf, plainNumbers, wordFor } from './estimator.ts'
import { meanOfTrees } from './forests.ts'
import type { Input, Lowering, LowerPredictor, Prediction } from './lowering.ts'
import { type Reader, sideBySide } from './side-by-side.ts'
import { isTree } from './tree-structure.ts'

const meanOf = (of: readonly Risk[]): Risk => (of.length === 1 ? (of[0] as Risk) : { combine: 'mean', of })

/** @throws Refusal where a member has no probabilities, or does not know every class */
function votes(ensemble: Estimator, predictions: readonly Prediction[]): Prediction {
  const classes = classesOf(ensemble)
  const members = predictions.map(prediction => {
    if (prediction.task === 'classify' && prediction.probability && prediction.classes.length === classes.length)
      return prediction
    throw new Refusal(
      'unsupported',
      `${ensemble.name} has a member that does not say a probability of each of its ${classes.length} classes`,
      'Re-save the model as ONNX (skl2onnx).',
    )
  })
  return classified(classes, true, chosen => meanOf(members.map(member => member.riskOf(chosen))))
}

function numbers(ensemble: Estimator, predictions: readonly Prediction[]): Prediction {
  const risks = predictions.map(prediction => {
    if (prediction.task === 'regress') return prediction.risk
    throw new Refusal('unsupported', `${ensemble.name} has a member that does not predict a number`)
  })
  return { task: 'regress', risk: meanOf(risks) }
}

/** Each member of a bag sees columns of its own. */
function bagged(bag: Estimator, input: Input): readonly Required<Reader>[] {
  const values = bag.list('estimators_')
  const columns = bag.list('estimators_features_').map(list => Array.from(plainNumbers(list)?.values ?? []))
  const fits = columns.every(own => own.every(at => Number.isInteger(at) && at >= 0 && at < input.count))
  if (values.length === 0 || columns.length !== values.length || !fits)
    throw new Refusal(
      'damaged',
      `${bag.name} has ${values.length} members, and estimators_features_ is ${wordFor(bag.raw('estimators_features_'))}`,
    )
  return values.map((value, i) => ({ value, outer: bag, picks: columns[i] as number[] }))
}

/** A bag of trees is a forest. */
function bag(estimator: Estimator, input: Input, lowering: Lowering, mean: typeof votes): Prediction {
  const readers = bagged(estimator, input)
  const members = readers.map(({ value }) => estimatorOf(value, estimator))
  if (members.every(isTree))
    return meanOfTrees(
      estimator,
      members,
      input,
      readers.map(({ picks }) => picks as readonly number[]),
    )
  return mean(estimator, sideBySide(lowering, input, readers))
}

export const baggingClassifier: LowerPredictor = (estimator, input, lowering) => bag(estimator, input, lowering, votes)
export const baggingRegressor: LowerPredictor = (estimator, input, lowering) => bag(estimator, input, lowering, numbers)

function voting(estimator: Estimator, input: Input, lowering: Lowering): readonly Prediction[] {
  if ((estimator.raw('weights') ?? null) !== null)
    throw new Refusal(
      'unsupported',
      `${estimator.name} weighs its members, which is not read here`,
      'Fit it without weights, or re-save it as ONNX (skl2onnx).',
    )
  const readers = estimator.list('estimators_').map(value => ({ value, outer: estimator }))
  return sideBySide(lowering, input, readers)
}

export const votingClassifier: LowerPredictor = (estimator, input, lowering) => {
  const way = estimator.text('voting', 'hard')
  if (way === 'soft') return votes(estimator, voting(estimator, input, lowering))
  throw new Refusal(
    'unsupported',
    `${estimator.name} counts votes (voting='${way}'), which gives no probability`,
    "Fit it with voting='soft'.",
  )
}

export const votingRegressor: LowerPredictor = (estimator, input, lowering) =>
  numbers(estimator, voting(estimator, input, lowering))

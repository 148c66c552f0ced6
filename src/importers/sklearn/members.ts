/** Whole models together: Bagging, Voting, one against the rest. */
import { classesOf, classified, combined } from '../lowering/classes.ts'
import type { Input, Lowering, LowerPredictor, Prediction } from '../lowering/lowering.ts'
import type { Risk } from '../program.ts'
import { Refusal } from '../refusal.ts'
import { type Estimator, estimatorOf, listOf, plainNumbers, wordFor } from './estimator.ts'
import { meanOfTrees } from './forests.ts'
import { type Reader, sideBySide } from './side-by-side.ts'
import { isTree } from './tree-structure.ts'

const meanOf = (of: readonly Risk[], weights?: readonly number[]): Risk =>
  of.length === 1 ? (of[0] as Risk) : { combine: 'mean', of, ...(weights && { weights }) }

/** @throws Refusal where a member has no probabilities, or does not know every class */
function votes(ensemble: Estimator, predictions: readonly Prediction[], weights?: readonly number[]): Prediction {
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
  return classified(classes, true, chosen =>
    meanOf(
      members.map(member => member.riskOf(chosen)),
      weights,
    ),
  )
}

function numbers(ensemble: Estimator, predictions: readonly Prediction[], weights?: readonly number[]): Prediction {
  const risks = predictions.map(prediction => {
    if (prediction.task === 'regress') return prediction.risk
    throw new Refusal('unsupported', `${ensemble.name} has a member that does not predict a number`)
  })
  return { task: 'regress', risk: meanOf(risks, weights) }
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

function voting(estimator: Estimator, input: Input, lowering: Lowering, mean: typeof votes): Prediction {
  const readers = estimator.list('estimators_').map(value => ({ value, outer: estimator }))
  return mean(estimator, sideBySide(lowering, input, readers), weightsOf(estimator, readers.length))
}

/** One for each member of the list, also for those that were dropped from it. */
function weightsOf(estimator: Estimator, members: number): readonly number[] | undefined {
  const given = estimator.raw('weights') ?? null
  if (given === null) return undefined
  const all = Array.from(plainNumbers(given)?.values ?? [])
  const named = estimator.list('estimators').map(pair => listOf(pair)?.[1])
  const own = all.filter((_, i) => named[i] !== 'drop' && named[i] !== null)
  if (all.length === named.length && own.length === members && own.every(w => w >= 0) && own.some(w => w > 0))
    return own
  throw new Refusal(
    'unsupported',
    `${estimator.name} has ${members} members, and its weights are ${wordFor(given)}, expected a number of at least 0 for each`,
    'Fit it without weights, or re-save it as ONNX (skl2onnx).',
  )
}

export const votingClassifier: LowerPredictor = (estimator, input, lowering) => {
  const way = estimator.text('voting', 'hard')
  if (way === 'soft') return voting(estimator, input, lowering, votes)
  throw new Refusal(
    'unsupported',
    `${estimator.name} counts votes (voting='${way}'), which gives no probability`,
    "Fit it with voting='soft'.",
  )
}

export const votingRegressor: LowerPredictor = (estimator, input, lowering) =>
  voting(estimator, input, lowering, numbers)

/** One classifier for each class against all others, and then its share of all; of two classes one is enough. */
export const oneVersusRest: LowerPredictor = (estimator, input, lowering) => {
  // Labels of several columns have no share.
  const classes = estimator.estimator('label_binarizer_').texts('classes_')
  const readers = estimator.list('estimators_').map(value => ({ value, outer: estimator }))
  const members = sideBySide(lowering, input, readers).map(prediction => {
    if (prediction.task === 'classify' && prediction.probability && prediction.classes.length === 2) return prediction
    throw new Refusal(
      'unsupported',
      `${estimator.name} has a member that does not say a probability of its class`,
      'Re-save the model as ONNX (skl2onnx).',
    )
  })
  const [only] = members
  if (members.length === 1 && classes.length === 2 && only) return classified(classes, true, only.riskOf)
  const single = estimator.estimator('label_binarizer_').text('y_type_') === 'multiclass'
  if (members.length === classes.length && single)
    return classified(
      classes,
      true,
      combined('share', classes, i => (members[i] as (typeof members)[number]).riskOf(1)),
    )
  throw new Refusal('unsupported', `${estimator.name} has ${members.length} members for ${classes.length} classes`)
}

/** Classes of classifiers, and predictions that are told apart by them. */
import type { CombinedRisk, Risk } from '../program.ts'
import { Refusal } from '../refusal.ts'
import type { Estimator } from '../sklearn/estimator.ts'
import type { Prediction } from './lowering.ts'

/** @throws Refusal for a classifier of one class, or of several outputs */
export function classesOf(estimator: Estimator): readonly string[] {
  // RidgeClassifier keeps them with what made numbers of them.
  const keeper = !estimator.has('classes_') && estimator.has('_label_binarizer') ? '_label_binarizer' : undefined
  const classes = (keeper ? estimator.estimator(keeper) : estimator).texts('classes_')
  if (classes.length >= 2) return classes
  throw new Refusal(
    'unsupported',
    `${estimator.name} knows ${classes.length === 1 ? `one class alone (${classes[0]})` : 'no class'}, expected two or more`,
    'A model fitted on rows of one class says nothing about another.',
  )
}

/** Several numbers, one a class, of which one is chosen. */
export function combined(
  combine: CombinedRisk['combine'],
  classes: readonly string[],
  each: (index: number) => Risk,
): (chosen: number) => Risk {
  return chosen => ({ combine, of: classes.map((_, i) => each(i)), chosen })
}

/** @param calibrated what the numbers of CalibratedClassifierCV are made of, where it is known */
export function classified(
  classes: readonly string[],
  probability: boolean,
  riskOf: (chosen: number) => Risk,
  calibrated?: (chosen: number) => Risk,
): Prediction {
  return { task: 'classify', classes, probability, riskOf, calibrated }
}

/** Of a classifier without a decision_function. */
export const probabilities = (classes: readonly string[], riskOf: (chosen: number) => Risk): Prediction =>
  classified(classes, true, riskOf, riskOf)

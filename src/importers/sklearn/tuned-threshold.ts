/** TunedThresholdClassifierCV and FixedThresholdClassifier: a classifier that brings its threshold. */
import type { LowerPredictor } from '../lowering/lowering.ts'
import { textOf } from '../numpy/array.ts'
import { entry, isNode } from '../pickle/nodes.ts'
import { Refusal } from '../refusal.ts'
import { type Estimator, isEstimator } from './estimator.ts'

export const tunedThreshold: LowerPredictor = (estimator, input, lowering) => {
  const inner = ['estimator_', 'estimator'].map(name => estimator.raw(name)).find(isEstimator)
  if (!inner) throw new Refusal('unsupported', `${estimator.name} has no estimator_: it was not fitted`)
  const prediction = lowering.predictor(inner, input, estimator)
  if (prediction.task !== 'classify' || prediction.classes.length !== 2)
    throw new Refusal('unsupported', `${estimator.name} is not one of two classes`)
  const decides = estimator.text('response_method', 'auto') === 'decision_function'
  const { calibrated } = prediction
  if (decides && prediction.probability && !calibrated)
    throw new Refusal('unsupported', `${estimator.name} compares a decision_function that is not known here`)
  const own = decides && calibrated ? { ...prediction, riskOf: calibrated, probability: false } : prediction
  const attribute = estimator.has('best_threshold_') ? 'best_threshold_' : 'threshold'
  if (attribute === 'threshold' && estimator.raw('threshold') === 'auto') return own
  const tuned = {
    chosen: positiveOf(estimator, own.classes),
    risk: estimator.number(attribute),
    from: `${attribute} of the file`,
  }
  return { ...own, tuned }
}

/** The class whose number is compared: the one that was named, in the scorer too, else the second. */
function positiveOf(estimator: Estimator, classes: readonly string[]): number {
  const scorer = estimator.raw('_curve_scorer')
  const kwargs = isNode(scorer, 'object') && isNode(scorer.state, 'dict') ? entry(scorer.state, '_kwargs') : undefined
  const named = [estimator.raw('pos_label'), isNode(kwargs, 'dict') ? entry(kwargs, 'pos_label') : undefined]
  const found = named.find(value => value !== undefined && value !== null)
  const at = found === undefined ? -1 : classes.indexOf(textOf(found) ?? '')
  return at < 0 ? 1 : at
}

/** LightGBM and XGBoost in pickles: their scikit-learn classes, and a Booster alone. */
import type { Booster } from '../booster.ts'
import { lightgbmModel } from '../lightgbm/model.ts'
import type { Input, Lowering, LowerPredictor } from '../lowering/lowering.ts'
import { blank } from '../lowering/steps.ts'
import { numberOf } from '../numpy/array.ts'
import type { ObjectNode } from '../pickle/nodes.ts'
import { Refusal } from '../refusal.ts'
import { xgboostModel } from '../xgboost/model.ts'
import { type Estimator, estimatorOf, isEstimator, textsOf, wordFor } from './estimator.ts'

export const boosterPredictor: LowerPredictor = (estimator, input, lowering) => {
  const booster = boosterIn(estimator)
  if (!booster)
    throw new Refusal(
      'unsupported',
      `${estimator.name} has no booster: it was not fitted before it was saved`,
      'Save it after fit().',
    )
  const found = booster.lower(withMissing(estimator, input, lowering), lowering, labelsOf(estimator))
  if (found.task !== 'classify' || hasDecisions(estimator)) return found
  return { ...found, calibrated: found.probability ? found.riskOf : undefined }
}

/** CalibratedClassifierCV takes the probabilities of classifiers without a decision_function: XGBoost's, and LightGBM's
 * before 4.7, which brought this attribute too. */
const hasDecisions = ({ module, has }: Estimator) => module.startsWith('lightgbm.') && has('_fitted_with_feature_names')

/** A model is parsed once, however often it is asked for its names. */
const parsed = new WeakMap<ObjectNode, Booster>()

/** The booster of a class of LightGBM's or XGBoost's; undefined for any other, and before it was fitted.
 * @throws Refusal for one that cannot be honoured */
export function boosterIn(estimator: Estimator): Booster | undefined {
  if (!/^(lightgbm|xgboost)\./.test(estimator.module)) return undefined
  const inner = estimator.raw('_Booster')
  const holder = isEstimator(inner) ? estimatorOf(inner, estimator) : estimator
  const found = parsed.get(holder.node) ?? parse(holder)
  if (found) parsed.set(holder.node, found)
  return found
}

function parse(holder: Estimator): Booster | undefined {
  const handle = holder.raw('handle') ?? holder.raw('_handle')
  if (handle === undefined || handle === null) return undefined
  if (typeof handle === 'string') return lightgbmModel(handle, roundsOf(holder))
  if (handle instanceof Uint8Array) return xgboostModel(handle)
  throw new Refusal(
    'unsupported',
    `the booster of ${holder.name} is ${wordFor(handle)}, expected its text or its bytes`,
  )
}

/** LightGBM predicts with the best iteration where early stopping found one. */
function roundsOf(holder: Estimator): number | undefined {
  const best = numberOf(holder.raw('best_iteration') ?? null)
  return best !== undefined && Number.isSafeInteger(best) && best > 0 ? best : undefined
}

/** What the labels were before they became 0, 1, …; kept under many names. */
function labelsOf(estimator: Estimator): readonly string[] | undefined {
  const encoder = estimator.raw('_le')
  const kept = isEstimator(encoder) ? estimatorOf(encoder, estimator).raw('classes_') : undefined
  const found = estimator.raw('classes_') ?? estimator.raw('_classes') ?? kept
  return found === undefined || found === null ? undefined : textsOf(found)
}

/** XGBoost's classes can take a number for missing, such as −999. */
function withMissing(estimator: Estimator, input: Input, lowering: Lowering): Input {
  const missing = numberOf(estimator.raw('missing') ?? null)
  if (missing === undefined || Number.isNaN(missing)) return input
  return blank(lowering, input, new Float64Array(input.count).fill(missing))
}

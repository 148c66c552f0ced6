/**
 * CalibratedClassifierCV: the mean over its folds of what each one's classifier says, made a probability by Platt's
 * sigmoid or by an isotonic curve. What is made a probability is decision_function, or predict_proba of classifiers
 * without one. Of several classes each has a curve of its own, and then its share of all.
 */
import type { State } from '../../math/state.ts'
import { classesOf, probabilities } from '../lowering/classes.ts'
import type { LowerPredictor, Prediction } from '../lowering/lowering.ts'
import type { LeafRisk, Risk } from '../program.ts'
import { Refusal } from '../refusal.ts'
import { type Estimator, estimatorOf, wordFor } from './estimator.ts'
import { sideBySide } from './side-by-side.ts'

export const calibratedClassifier: LowerPredictor = (estimator, input, lowering) => {
  const classes = classesOf(estimator)
  const folds = estimator.list('calibrated_classifiers_').map(value => estimatorOf(value, estimator))
  if (folds.length === 0) throw new Refusal('damaged', `${estimator.name} has no calibrated classifiers`)
  const readers = folds.map(fold => ({ value: fold.raw(memberIn(fold)) ?? null, outer: fold }))
  const sources = sideBySide(lowering, input, readers).map((prediction, i) =>
    sourceOf(prediction, folds[i] as Estimator, classes),
  )
  const riskOf = (chosen: number): Risk => {
    const of = folds.map((fold, i) => foldRisk(fold, sources[i] as Source, classes.length, chosen))
    return of.length === 1 ? (of[0] as Risk) : { combine: 'mean', of }
  }
  return probabilities(classes, riskOf)
}

/** Under another name until 1.1. */
const memberIn = (fold: Estimator) => (fold.has('estimator') ? 'estimator' : 'base_estimator')

interface Source {
  /** What is made a probability, of each class. */
  readonly numberOf: (chosen: number) => LeafRisk
  /** The numbers of two classes add up to this. */
  readonly both: 0 | 1
}

function sourceOf(prediction: Prediction, fold: Estimator, classes: readonly string[]): Source {
  const name = wordFor(fold.raw(memberIn(fold)))
  if (prediction.task !== 'classify') throw unread(`${name} is no classifier`)
  // Temperatures are fitted on the numbers of the classes.
  const own = textIn(fold, 'method') === 'temperature' ? classes.map((_, k) => `${k}`) : classes
  if (![classes, own].some(known => known.join('\n') === prediction.classes.join('\n')))
    throw unread(`one of its folds knows the classes ${prediction.classes.join(', ')} of ${classes.join(', ')}`)
  const given = prediction.calibrated ?? (prediction.probability ? undefined : prediction.riskOf)
  if (given === undefined) throw unread(`the decisions of ${name} are not known here`)
  const numberOf = (chosen: number) => {
    const risk = given(chosen)
    if ('use' in risk && risk.probability === undefined) return risk
    throw unread(`what ${name} says of a class is made of several numbers`)
  }
  return { numberOf, both: prediction.probability && given === prediction.riskOf ? 1 : 0 }
}

const textIn = (fold: Estimator, attribute: string) => (fold.has(attribute) ? fold.text(attribute) : undefined)

const unread = (reason: string) =>
  new Refusal(
    'unsupported',
    `CalibratedClassifierCV is not read here: ${reason}`,
    'Re-save the model as ONNX (skl2onnx).',
  )

function foldRisk(fold: Estimator, source: Source, classes: number, chosen: number): Risk {
  // Private names until 0.23.
  const curves = fold
    .list(fold.has('calibrators') ? 'calibrators' : 'calibrators_')
    .map(value => estimatorOf(value, fold))
  const expected = classes === 2 || curves[0]?.name === '_TemperatureScaling' ? 1 : classes
  if (curves.length !== expected)
    throw new Refusal('damaged', `CalibratedClassifierCV has ${curves.length} curves in a fold, expected ${expected}`)
  if (classes === 2) return ofTwo(curves[0] as Estimator, source, chosen)
  const of = curves.map((curve, k) => ({ ...source.numberOf(k), probability: rising(curve) }))
  return { combine: 'share', of, chosen }
}

/** The curve is that of the second class; the first has the rest. */
function ofTwo(curve: Estimator, source: Source, chosen: number): Risk {
  const way = chosen === 1 ? 1 : -1
  if (curve.name === 'IsotonicRegression')
    return { ...source.numberOf(chosen), probability: turned(stepsOf(curve), way, source.both) }
  const { slope, intercept } = sigmoidOf(curve, source)
  return platt(source, way * slope, way * intercept)
}

/** 1 / (1 + e^(slope · x + intercept)) for the x of the second class: a curve that falls is one that rises with the first. */
function platt({ numberOf, both }: Source, slope: number, intercept: number): Risk {
  if (slope <= 0) return { ...numberOf(1), probability: { method: 'sigmoid', slope, intercept } }
  return { ...numberOf(0), probability: { method: 'sigmoid', slope: -slope, intercept: slope * both + intercept } }
}

function sigmoidOf(curve: Estimator, source?: Source): { readonly slope: number; readonly intercept: number } {
  if (curve.name === '_SigmoidCalibration') return { slope: curve.number('a_'), intercept: curve.number('b_') }
  // softmax of ∓ a decision times beta_.
  if (curve.name === '_TemperatureScaling' && source?.both === 0)
    return { slope: -2 * curve.number('beta_'), intercept: 0 }
  throw unread(`its curve is ${curve.name}${source?.both === 1 ? ' of probabilities' : ''}`)
}

/** Of one class among several. */
function rising(curve: Estimator): State {
  if (curve.name === 'IsotonicRegression') return turned(stepsOf(curve), 1, 0)
  const { slope, intercept } = sigmoidOf(curve)
  return { method: slope > 0 ? 'falling' : 'sigmoid', slope, intercept }
}

interface Steps {
  readonly x: Float64Array
  readonly y: Float64Array
}

function stepsOf(curve: Estimator): Steps {
  // Until 0.23 under private names.
  const [at, value] = curve.has('X_thresholds_')
    ? ['X_thresholds_', 'y_thresholds_']
    : ['_necessary_X_', '_necessary_y_']
  const x = curve.array(at as string, [-1]).values
  const y = curve.array(value as string, [x.length]).values
  if (x.length === 0 || !curve.flag('increasing_', true)) throw unread('its isotonic curve does not rise')
  return { x, y: y.map(share => Math.min(1, Math.max(0, share))) }
}

/** way −1: the curve of the rest, by what the first class has. Points that rounding has put on one place become one. */
function turned({ x, y }: Steps, way: 1 | -1, both: number): State {
  const points = Array.from(x, (at, i) => [at, y[i] as number] as const)
  const own = way === 1 ? points : points.reverse().map(([at, share]) => [both - at, 1 - share] as const)
  const kept = own.filter(([at], i) => i === 0 || at > (own[i - 1]?.[0] as number))
  return {
    method: 'isotonic',
    risk: Float64Array.from(kept, ([at]) => at),
    probability: Float64Array.from(kept, ([, share]) => share),
  }
}

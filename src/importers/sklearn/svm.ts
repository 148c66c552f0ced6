/** Support vector machines of libsvm: OneClassSVM, SVC, NuSVC, SVR, NuSVR. */
import type { State } from '../../math/state.ts'
import { classesOf, classified } from '../lowering/classes.ts'
import type { Input, LowerPredictor } from '../lowering/lowering.ts'
import type { LeafRisk } from '../program.ts'
import { Refusal } from '../refusal.ts'
import type { Estimator } from './estimator.ts'
import { oneOf } from './preprocessing.ts'

const KERNELS = ['rbf', 'linear', 'poly', 'sigmoid']

/** dual coefficients · kernel + intercept, as scikit-learn's decision_function; `sign` −1 turns it. */
function machineOf(estimator: Estimator, input: Input, sign = 1): State & { readonly intercept: number } {
  const kernel = oneOf(estimator, 'kernel', KERNELS)
  const vectors = estimator.array('support_vectors_', [-1, input.count])
  const count = vectors.shape[0] as number
  if (count === 0) throw new Refusal('unsupported', `${estimator.name} has no support vectors`)
  const dual = estimator.array(estimator.has('_dual_coef_') ? '_dual_coef_' : 'dual_coef_', [1, count]).values
  const intercept = estimator.number(estimator.has('_intercept_') ? '_intercept_' : 'intercept_')
  return {
    kernel,
    gamma: estimator.number('_gamma', 0),
    degree: kernel === 'poly' ? estimator.integer('degree') : 3,
    coef0: estimator.number('coef0', 0),
    columns: input.count,
    supportVectors: vectors.values,
    dualCoef: dual.map(value => sign * value),
    intercept: sign * intercept,
  }
}

const leaf = (use: string, { from, count }: Input, state: State, probability?: State): LeafRisk => ({
  use,
  from,
  count,
  state,
  ...(probability && { probability }),
})

/** offset_ is −intercept_, and score_samples = decision_function + offset_. */
export const oneClassSvm: LowerPredictor = (estimator, input) => {
  const state = machineOf(estimator, input)
  return {
    task: 'detect',
    risk: leaf('one-class-svm', input, state),
    riskName: '−decision_function',
    cut: { risk: 0, from: 'the boundary of the model' },
    scales: { decision_function: 0, score_samples: -state.intercept },
    range: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
  }
}

export const supportVectorRegressor: LowerPredictor = (estimator, input) => ({
  task: 'regress',
  risk: leaf('support-vector-machine', input, machineOf(estimator, input)),
})

/**
 * SVC and NuSVC of two classes. libsvm's own sum, kept in `_dual_coef_` and `_intercept_`, is positive for the first
 * class; scikit-learn's decision_function is its negative.
 */
export const supportVectorClassifier: LowerPredictor = (estimator, input, lowering) => {
  const classes = classesOf(estimator)
  if (classes.length > 2)
    throw new Refusal(
      'unsupported',
      `${estimator.name} of ${classes.length} classes decides by votes of pairs, which give no risk of one class`,
      'Fit it on two classes (what fails against the rest), or re-save it as ONNX.',
    )
  const ownSum = estimator.has('_dual_coef_')
  const decision = (chosen: number) => machineOf(estimator, input, (chosen === 1) === ownSum ? -1 : 1)
  const decided = (chosen: number) => leaf('support-vector-machine', input, decision(chosen))
  const platt = plattOf(estimator)
  if (!platt) return classified(classes, false, decided, decided)
  lowering.warn(
    `${estimator.name} learned its probabilities apart from its decisions: a row near 0.5 may be on the other side of its own boundary`,
  )
  const likely = (chosen: number) => ({ ...decided(chosen), probability: { ...platt, turned: chosen } })
  return classified(classes, true, likely, decided)
}

/** What libsvm learned to make probabilities of its sums, where it was asked for them. */
function plattOf(estimator: Estimator): State | undefined {
  const read = (attribute: string) => {
    const named = estimator.has(`_${attribute}`) ? `_${attribute}` : `${attribute}_`
    return estimator.has(named) ? estimator.array(named, [-1]).values : new Float64Array(0)
  }
  const [slope] = read('probA')
  const [intercept] = read('probB')
  return slope === undefined || intercept === undefined ? undefined : { method: 'coupled', slope, intercept }
}

/** Linear models: what they say is a weighted sum of the columns, or a probability made of such sums. */
import { classesOf, classified, combined } from '../lowering/classes.ts'
import type { Input, LowerPredictor, Prediction } from '../lowering/lowering.ts'
import type { LeafRisk } from '../program.ts'
import { Refusal, severalOutputs } from '../refusal.ts'
import { type Estimator, since } from './estimator.ts'

/** One weighted sum a class, or a single one. */
interface Sums {
  readonly coefficients: readonly Float64Array[]
  readonly intercepts: Float64Array
}

export type LinearUse = 'ridge' | 'logistic-regression'

/** A sum of the columns, or the probability made of it; `factor` turns or stretches the sum. */
export function linearLeaf(
  use: LinearUse,
  coefficient: Float64Array,
  constant: number,
  input: Input,
  factor = 1,
): LeafRisk {
  const intercept = factor * constant
  const state = {
    coefficient: coefficient.map(value => factor * value),
    centre: new Float64Array(input.count),
    base: intercept,
    intercept,
  }
  return { use, from: input.from, count: input.count, state }
}

/** Rows of coef_: one a class, or one for two classes; some keep a single row as a plain list. */
function sumsOf(estimator: Estimator, input: Input): Sums {
  const { values, shape } = flatOrRows(estimator, 'coef_', input.count)
  const rows = shape.length === 1 ? 1 : (shape[0] as number)
  const found = readIntercepts(estimator, rows)
  return {
    coefficients: Array.from({ length: rows }, (_, i) => values.slice(i * input.count, (i + 1) * input.count)),
    intercepts: found,
  }
}

function flatOrRows(estimator: Estimator, attribute: string, columns: number) {
  const flat = (estimator.shape(attribute)?.length ?? 1) < 2
  return estimator.array(attribute, flat ? [columns] : [-1, columns])
}

/** One number for all, or one a row; 0.0 where none was learned. */
function readIntercepts(estimator: Estimator, rows: number): Float64Array {
  if (estimator.shape('intercept_')?.length !== 1) return new Float64Array(rows).fill(estimator.number('intercept_', 0))
  const { values } = estimator.array('intercept_', [-1])
  if (values.length === rows) return values
  if (values.length === 1) return new Float64Array(rows).fill(values[0] as number)
  throw new Refusal('damaged', `${estimator.name} has ${values.length} intercepts for ${rows} rows of coefficients`)
}

/** @throws Refusal for a regressor of several outputs */
function onlySum(estimator: Estimator, { coefficients, intercepts }: Sums): [Float64Array, number] {
  const [coefficient] = coefficients
  if (coefficients.length === 1 && coefficient) return [coefficient, intercepts[0] as number]
  throw severalOutputs(estimator.name, coefficients.length)
}

/** LinearRegression, Ridge, Lasso, ElasticNet, SGDRegressor, LinearSVR and their like. */
export const linearRegressor: LowerPredictor = (estimator, input) => {
  const [coefficient, constant] = onlySum(estimator, sumsOf(estimator, input))
  return { task: 'regress', risk: linearLeaf('ridge', coefficient, constant, input) }
}

function checkRows(estimator: Estimator, sums: Sums, classes: readonly string[]): void {
  const rows = sums.coefficients.length
  if (rows === classes.length || (rows === 1 && classes.length === 2)) return
  throw new Refusal('damaged', `coef_ of ${estimator.name} has ${rows} rows for ${classes.length} classes`)
}

/** One sum a class, or one for two classes, whose first counts backwards. */
function leafOf(use: LinearUse, { coefficients, intercepts }: Sums, input: Input, factor = 1) {
  return (index: number): LeafRisk => {
    const single = coefficients.length === 1
    const row = single ? 0 : index
    return linearLeaf(
      use,
      coefficients[row] as Float64Array,
      intercepts[row] as number,
      input,
      single && index === 0 ? -factor : factor,
    )
  }
}

/** Classifiers without probabilities: RidgeClassifier, LinearSVC, Perceptron. */
export const linearDecision: LowerPredictor = (estimator, input) => {
  const classes = classesOf(estimator)
  const sums = sumsOf(estimator, input)
  checkRows(estimator, sums, classes)
  const decision = leafOf('ridge', sums, input)
  return classified(classes, false, decision, decision)
}

/** Each class against all others: σ of each sum, and for several classes its share of all. */
function oneAgainstOthers(classes: readonly string[], sums: Sums, input: Input): Prediction {
  const each = leafOf('logistic-regression', sums, input)
  return classified(
    classes,
    true,
    classes.length === 2 ? each : combined('share', classes, each),
    leafOf('ridge', sums, input),
  )
}

/** softmax of the sums; of two classes σ, with twice the sum where both have one and the same, turned. */
function allTogether(classes: readonly string[], sums: Sums, input: Input, twice: boolean): Prediction {
  const decision = leafOf('ridge', sums, input)
  if (sums.coefficients.length === 1)
    return classified(classes, true, leafOf('logistic-regression', sums, input, twice ? 2 : 1), decision)
  return classified(classes, true, combined('softmax', classes, decision), decision)
}

/**
 * LogisticRegression and LogisticRegressionCV. `multi_class` was 'ovr' by default before 0.20, 'warn' to 0.21, 'auto' to
 * 1.4, 'deprecated' to 1.7, and is gone since.
 */
export const logisticRegression: LowerPredictor = (estimator, input) => {
  const classes = classesOf(estimator)
  const sums = sumsOf(estimator, input)
  checkRows(estimator, sums, classes)
  if (!estimator.has('multi_class')) return allTogether(classes, sums, input, false)
  const way = estimator.text('multi_class')
  const two = classes.length === 2
  const separate =
    ['ovr', 'warn'].includes(way) ||
    (['auto', 'deprecated'].includes(way) && (two || estimator.text('solver') === 'liblinear'))
  return separate ? oneAgainstOthers(classes, sums, input) : allTogether(classes, sums, input, true)
}

/** SGDClassifier has probabilities for the logarithmic loss; 'log' before 1.1. */
export const sgdClassifier: LowerPredictor = (estimator, input, lowering) => {
  if (!['log', 'log_loss'].includes(estimator.text('loss'))) return linearDecision(estimator, input, lowering)
  const classes = classesOf(estimator)
  const sums = sumsOf(estimator, input)
  checkRows(estimator, sums, classes)
  return oneAgainstOthers(classes, sums, input)
}

export const linearDiscriminant: LowerPredictor = (estimator, input) => {
  const classes = classesOf(estimator)
  const sums = sumsOf(estimator, input)
  checkRows(estimator, sums, classes)
  if (classes.length > 2 && !since(estimator, [0, 22]))
    throw new Refusal(
      'unsupported',
      `${estimator.name} of several classes was saved by a version before 0.22`,
      'Save it with a newer scikit-learn.',
    )
  return allTogether(classes, sums, input, false)
}

/** SGDOneClassSVM: decision_function = x·coef − offset. */
export const sgdOneClassSvm: LowerPredictor = (estimator, input) => {
  const { values } = flatOrRows(estimator, 'coef_', input.count)
  const offset = estimator.number('offset_')
  return {
    task: 'detect',
    risk: linearLeaf('ridge', values, -offset, input, -1),
    riskName: '−decision_function',
    cut: { risk: 0, from: 'the boundary of the model' },
    scales: { decision_function: 0, score_samples: offset },
    range: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
  }
}

/**
 * PLSRegression, PLSCanonical. Coefficients are of columns that were centred, and before 1.3 divided by their spread; the
 * constant is the mean of the targets, since 1.1 under the name of an intercept.
 */
export const partialLeastSquares: LowerPredictor = (estimator, input) => {
  const named = (now: string, before: string) => (estimator.has(now) ? now : before)
  const centre = estimator.array(named('_x_mean', 'x_mean_'), [input.count]).values
  const turned = since(estimator, [1, 3])
  const { values, shape } = estimator.array('coef_', turned ? [-1, input.count] : [input.count, -1])
  const outputs = shape[turned ? 0 : 1] as number
  if (outputs !== 1) throw severalOutputs(estimator.name, outputs)
  const spread = turned ? undefined : estimator.array(named('_x_std', 'x_std_'), [input.count]).values
  const coefficient = spread ? values.map((value, j) => value / (spread[j] as number)) : values
  const constant = estimator.number(estimator.has('intercept_') ? 'intercept_' : named('_y_mean', 'y_mean_'))
  const intercept = coefficient.reduce((sum, value, j) => sum - value * (centre[j] as number), constant)
  const risk: LeafRisk = {
    use: 'ridge',
    from: input.from,
    count: input.count,
    state: { coefficient, centre, base: constant, intercept },
  }
  return { task: 'regress', risk }
}

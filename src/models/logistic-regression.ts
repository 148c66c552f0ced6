/**
 * Logistic regression: the log-odds of the risk are a sum over columns (Cox, "The regression analysis of binary
 * sequences", 1958). Parameters and the sum that is minimised are scikit-learn's (`LogisticRegression`):
 * C · Σ weight × loss + penalty, with an intercept that is not penalised; the minimum is found to more digits.
 *
 * risk = P(positive), between 0 and 1. Beyond log-odds of ±37 it is 0 or 1 to the last digit.
 */
import { Failure } from '../errors.ts'
import { type Design, openDesign, type Units } from '../kernels/gram.ts'
import { lazySchema } from '../lazy-schema.ts'
import { type ClassWeight, classWeights } from '../math/class-weight.ts'
import { numericColumns } from '../math/columns.ts'
import { checkLinear, checkWidth, linearShares, linearSums } from '../math/linear.ts'
import { classWeightParameter } from './class-weight-parameter.ts'
import { type Found, fitLogistic, type Limits, type Penalties } from './logistic-fit.ts'
import type { Model, Scorer, Training } from './model.ts'
import { rowSpace } from './row-space.ts'
import { nothingToLearn } from './taught-rows.ts'

const params = lazySchema(Type =>
  Type.Object(
    {
      penalty: Type.Union([Type.Literal('l2'), Type.Literal('l1'), Type.Literal('elasticnet'), Type.Literal('none')], {
        default: 'l2',
        description:
          'What keeps coefficients small: l2 (their squares), l1 (their sizes, which sets many to 0), elasticnet (both) or none.',
      }),
      C: Type.Number({
        exclusiveMinimum: 0,
        maximum: 1e12,
        default: 1,
        description: 'How little the penalty counts: the smaller, the smaller the coefficients.',
      }),
      l1_ratio: Type.Number({
        minimum: 0,
        maximum: 1,
        default: 0.5,
        description: 'For elasticnet: the share of l1 in the penalty; 0 is l2, 1 is l1.',
      }),
      fit_intercept: Type.Boolean({
        default: true,
        description: 'Learn a constant too. Without it, a row of zeros has a risk of 0.5.',
      }),
      class_weight: classWeightParameter(Type),
      max_iter: Type.Integer({
        minimum: 1,
        maximum: 100_000,
        default: 100,
        description: 'Most steps to the minimum; seldom more than ten are needed.',
      }),
      tol: Type.Number({
        exclusiveMinimum: 0,
        maximum: 1,
        default: 1e-8,
        description:
          'The fit ends when no coefficient is further than about this from the minimum, in units of one standard deviation of its column.',
      }),
    },
    { additionalProperties: false },
  ),
)

export type LogisticRegression = {
  /** Log-odds per unit of each column. */
  coefficient: Float64Array
  /** The mean of each column over the rows that taught: where reasons are counted from. */
  centre: Float64Array
  /** Log-odds of a row at the centre. */
  base: number
  /** scikit-learn's `intercept_`: log-odds of a row of zeros. */
  intercept: number
}

interface Given {
  penalty: 'l2' | 'l1' | 'elasticnet' | 'none'
  C: number
  l1_ratio: number
  fit_intercept: boolean
  class_weight: ClassWeight
  max_iter: number
  tol: number
}

export const logisticRegression: Model<ReturnType<typeof params>, LogisticRegression> = {
  kind: 'logistic-regression',
  about:
    'Learns the chance of the risk from labelled rows, as a weighted sum of the columns; every weight can be read.',
  formula: 'risk = 1 / (1 + e^−(b + Σ wⱼ xⱼ)), with w and b where Σ log-loss + the penalty is least',
  source:
    'Cox: The regression analysis of binary sequences. JRSS B 1958. Penalties by coordinates: Friedman, Hastie, Tibshirani, JSS 2010.',
  tasks: ['classify'],
  get params() {
    return params()
  },
  fit,
  scorer,
  explain(state) {
    checkLinear(state)
    return {
      method: 'exact: coefficient × (value − mean of the training rows), in log-odds',
      base: state.base,
      explain(block, out) {
        checkWidth(block, state)
        linearShares(state, block, out)
      },
    }
  },
}

function fit(training: Training, given: Given): LogisticRegression {
  const { x, y, weight } = training
  if (y === undefined || !('codes' in y)) throw new TypeError('logistic-regression is fitted to classes')
  const weighted = classWeights(y, weight, given.class_weight)
  const target = new Float64Array(x.rows)
  for (let i = 0; i < x.rows; i++) target[i] = Number(y.codes[i] === y.positive)
  const [positive, negative] = sidesOf(target, weighted)
  if (positive + negative === 0) throw nothingToLearn('logistic-regression')
  const design = openDesign(x.rows, x.columns.length)
  for (const [j, column] of numericColumns(x).entries()) design.column(j).set(column.subarray(0, x.rows))
  design.weight.set(weight.subarray(0, x.rows))
  const units = design.standardise(given.fit_intercept)
  // With one class only there is nothing to tell apart; its frequency by Jeffreys' rule stays finite.
  if (given.fit_intercept && (positive === 0 || negative === 0))
    return stateOf(new Float64Array(x.columns.length), Math.log((positive + 0.5) / (negative + 0.5)), units, true)
  design.target.set(target)
  design.weight.set(weighted.subarray(0, x.rows))
  const limits = { intercept: given.fit_intercept, maxIterations: given.max_iter, tolerance: given.tol }
  const found = minimise(design, penaltiesOf(given, units), limits)
  if (!found.converged) throw notConverged(given, found)
  const coefficient = units.spread.map((spread, j) => (spread === 0 ? 0 : found.coefficient[j]! / spread))
  return stateOf(coefficient, found.coefficient[x.columns.length]!, units, given.fit_intercept)
}

function sidesOf(target: Float64Array, weight: Float64Array): [positive: number, negative: number] {
  let [positive, negative] = [0, 0]
  for (let i = 0; i < target.length; i++) {
    if (target[i] === 1) positive += weight[i]!
    else negative += weight[i]!
  }
  return [positive, negative]
}

/** scikit-learn's penalty over C, on columns in units of their spread. */
function penaltiesOf({ penalty, C, l1_ratio }: Given, { spread }: Units): Penalties {
  const l1 = { l2: 0, none: 0, l1: 1, elasticnet: l1_ratio }[penalty]
  const l2 = { l2: 1, none: 0, l1: 0, elasticnet: 1 - l1_ratio }[penalty]
  return {
    ridge: spread.map(s => (s === 0 ? 1 : l2 / C / s / s)),
    lasso: spread.map(s => (s === 0 ? 0 : l1 / C / s)),
  }
}

function minimise(design: Design, penalties: Penalties, limits: Limits): Found {
  const ridgeOnly = penalties.ridge.every(value => value > 0) && penalties.lasso.every(value => value === 0)
  return ridgeOnly && design.columns > design.rows
    ? minimiseWide(design, penalties.ridge, limits)
    : fitLogistic(design, penalties, limits)
}

/** In units in which every column has a ridge of 1, the fit lies in the span of the rows. */
function minimiseWide(wide: Design, ridge: Float64Array, limits: Limits): Found {
  const d = wide.columns
  const rows = Array.from({ length: wide.rows }, () => new Float64Array(d))
  const unit = ridge.map(value => 1 / Math.sqrt(value))
  for (let j = 0; j < d; j++) for (const [i, value] of wide.column(j).entries()) rows[i]![j] = value * unit[j]!
  const { coordinates, carry } = rowSpace(rows)
  const rank = coordinates.length
  const design = openDesign(wide.rows, rank)
  design.weight.set(wide.weight)
  design.target.set(wide.target)
  for (const [k, values] of coordinates.entries()) design.column(k).set(values)
  const even = { ridge: new Float64Array(rank).fill(1), lasso: new Float64Array(rank) }
  const found = fitLogistic(design, even, limits)
  const coefficient = new Float64Array(d + 1)
  coefficient.set(carry(found.coefficient.subarray(0, rank)).map((value, j) => value * unit[j]!))
  coefficient[d] = found.coefficient[rank]!
  return { ...found, coefficient }
}

/** `constant` is that of the columns as they were fitted: less their mean where there is an intercept. */
function stateOf(
  coefficient: Float64Array,
  constant: number,
  { mean: centre }: Units,
  centred: boolean,
): LogisticRegression {
  const atCentre = coefficient.reduce((sum, b, j) => sum + b * centre[j]!, 0)
  return centred
    ? { coefficient, centre, base: constant, intercept: constant - atCentre }
    : { coefficient, centre, base: constant + atCentre, intercept: constant }
}

function notConverged({ penalty, max_iter }: Given, { iterations }: Found): Failure {
  const steps = `${iterations} ${iterations === 1 ? 'step' : 'steps'}`
  return new Failure('RECIPE_INVALID', {
    report: `model: logistic-regression found no minimum in ${steps} (max_iter is ${max_iter})`,
    hint:
      penalty === 'none'
        ? 'Some columns may tell the classes apart completely: give penalty: l2, or take out the column that knows the answer.'
        : 'Give a larger max_iter, or a smaller C.',
  })
}

function scorer(state: LogisticRegression): Scorer {
  checkLinear(state)
  return {
    score(block, out) {
      checkWidth(block, state)
      linearSums(state, block, out)
      for (let i = 0; i < block.rows; i++) out[i] = sigmoid(out[i]!)
    },
  }
}

/** exp never overflows, and a small probability keeps its digits. */
function sigmoid(z: number): number {
  const e = Math.exp(-Math.abs(z))
  return z >= 0 ? 1 / (1 + e) : e / (1 + e)
}

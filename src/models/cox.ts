/**
 * Proportional hazards (Cox, "Regression models and life-tables", JRSS B 1972): each column multiplies the rate of the
 * event by a factor, whatever the baseline rate. Ties by Efron or Breslow; the figures are those of R's `coxph` and, with
 * a penalizer too, of lifelines' `CoxPHFitter`.
 *
 * risk = the partial hazard exp(Σ coefficient × (value − mean)): how many times the rate of a mean row. It stays between
 * e^−709 and e^709.
 */
import { Failure } from '../errors.ts'
import { type Design, openDesign, type Units } from '../kernels/gram.ts'
import { lazySchema } from '../lazy-schema.ts'
import { dampedCholesky, inverseOf, solveCholesky } from '../math/cholesky.ts'
import { type Columns, numericColumns } from '../math/columns.ts'
import { concordance } from '../math/concordance.ts'
import { checkLinear, checkWidth, type Linear, linearShares, linearSums } from '../math/linear.ts'
import { orderByKey, placesOf } from '../math/order.ts'
import { LARGEST_EXPONENT, type PartialLikelihood, partialLikelihood } from './cox-likelihood.ts'
import type { Model, Scorer, Survival, Training } from './model.ts'

const params = lazySchema(Type =>
  Type.Object(
    {
      ties: Type.Union([Type.Literal('efron'), Type.Literal('breslow')], {
        default: 'efron',
        description: 'How events at the same time are treated: efron, or breslow (rougher where many are).',
      }),
      penalizer: Type.Number({
        minimum: 0,
        maximum: 1e12,
        default: 0,
        description:
          'Keeps coefficients small: the penalty on half their squares, a row, in units of one standard deviation of the column.',
      }),
      max_iter: Type.Integer({
        minimum: 1,
        maximum: 100_000,
        default: 100,
        description: 'Most steps to the largest likelihood; seldom more than eight are needed.',
      }),
      tol: Type.Number({
        exclusiveMinimum: 0,
        maximum: 1,
        default: 1e-9,
        description:
          'The fit ends when a step changes no coefficient by more than this, in units of one standard deviation of its column.',
      }),
    },
    { additionalProperties: false },
  ),
)

interface Given {
  ties: 'efron' | 'breslow'
  penalizer: number
  max_iter: number
  tol: number
}

export type Cox = {
  /** Log hazard ratio per unit of each column; 0 for a column that never changes. */
  coefficient: Float64Array
  /** The mean of each column over the rows that taught: a row there has risk 1. */
  centre: Float64Array
  /** Of the coefficients. */
  standardError: Float64Array
  /** The times at which events happened, ascending … */
  times: Float64Array
  /** … and the cumulative hazard of a mean row at each (Breslow's estimate). */
  hazard: Float64Array
  /** Of the coefficients, less the penalty. */
  logLikelihood: number
  /** Harrell's index on the rows that taught, 0 where no pair can be compared. */
  concordance: number
}

export const cox: Model<ReturnType<typeof params>, Cox> = {
  kind: 'cox',
  about: 'Learns the rate of an event from times that may not have ended yet, and gives survival curves.',
  formula:
    'risk = e^Σ βⱼ (xⱼ − x̄ⱼ), the hazard relative to the mean row, with β where the partial likelihood is greatest (ties after Efron)',
  source: 'Cox: Regression models and life-tables. JRSS B 1972. Efron, JASA 1977.',
  tasks: ['survive'],
  get params() {
    return params()
  },
  fit,
  scorer,
  explain(state) {
    const linear = linearOf(state)
    checkLinear(linear)
    return {
      method: 'exact: coefficient × (value − mean of the training rows), in log hazard',
      base: linear.base,
      explain(block, out) {
        checkWidth(block, linear)
        linearShares(linear, block, out)
      },
    }
  },
  survival,
}

function fit(training: Training, given: Given): Cox {
  const { x, y, weight } = training
  if (y === undefined || !('time' in y)) throw new TypeError('cox is fitted to times and events')
  const order = orderOf(y.time, y.event, weight, x.rows)
  if (!order.some(i => y.event[i] === 1))
    throw new Failure('TOO_FEW_ROWS', {
      what: 'cox, rows with an event',
      found: 0,
      needed: 1,
      hint: 'The event has to have happened in some rows: look at the label, learn: and where: in the recipe.',
    })
  const design = openDesign(order.length, x.columns.length)
  for (const [j, column] of numericColumns(x).entries()) {
    const values = design.column(j)
    for (let k = 0; k < order.length; k++) values[k] = column[order[k]!]!
  }
  design.weight.fill(1)
  const units = design.standardise()
  for (let k = 0; k < order.length; k++) design.weight[k] = weight[order[k]!]!
  const time = Float64Array.from(order, i => y.time[i]!)
  const event = Uint8Array.from(order, i => y.event[i]!)
  const likelihood = partialLikelihood(design, time, event, given.ties)
  const found = maximise(likelihood, design, given)
  return stateOf(found, likelihood, units, design, time, event)
}

/** Rows that have a weight and a time, by time, events first. */
function orderOf(time: Float64Array, event: Uint8Array, weight: Float64Array, rows: number): Uint32Array {
  const { of, distinct } = placesOf(time.subarray(0, rows))
  const key = of.map((at, i) => (weight[i]! > 0 && at < distinct ? 2 * at + (event[i] === 1 ? 0 : 1) : 2 * distinct))
  return orderByKey(key, 2 * distinct)
}

interface Found {
  readonly coefficient: Float64Array
  readonly value: number
  readonly ridge: number
}

/** A step that promises less than this share of what the likelihood began with is the last if it is no shorter than the
 * one before: then a column tells the order of events, and its coefficient would grow for ever. */
const NOTHING = 1e-10

/** Newton's method with the step halved until the penalised likelihood grows. */
function maximise(likelihood: PartialLikelihood, design: Design, given: Given): Found {
  const [n, p] = [design.rows, design.columns]
  // lifelines' standard deviation has n − 1 below.
  const ridge = n > 1 ? (given.penalizer * n * n) / (n - 1) : given.penalizer
  const at = (coefficient: Float64Array) => {
    const { logLikelihood, gradient } = likelihood.at(coefficient)
    const value = coefficient.reduce((sum, b) => sum - 0.5 * ridge * b * b, logLikelihood)
    return { coefficient, value, ridge, gradient: gradient.map((g, j) => g - ridge * coefficient[j]!) }
  }
  let here = at(new Float64Array(p))
  const nothing = NOTHING * Math.abs(here.value)
  let before = Number.POSITIVE_INFINITY
  for (let iterations = 0; iterations < given.max_iter; iterations++) {
    const { matrix, whole } = informationOf(likelihood, ridge, p)
    const step = solveCholesky(dampedCholesky(matrix, p, whole), p, here.gradient)
    const move = step.reduce((most, s) => Math.max(most, Math.abs(s)), 0)
    const gain = step.reduce((sum, s, j) => sum + s * here.gradient[j]!, 0)
    let next = at(here.coefficient.map((b, j) => b + step[j]!))
    for (let share = 0.5; !(next.value >= here.value - 1e-11 * Math.abs(here.value)) && share > 1e-12; share /= 2)
      next = at(here.coefficient.map((b, j) => b + share * step[j]!))
    here = next
    if (move <= given.tol || (gain <= nothing && move > 0.3 * before)) return here
    before = move
  }
  throw new Failure('RECIPE_INVALID', {
    report: `model: cox found no largest likelihood in ${given.max_iter} ${given.max_iter === 1 ? 'step' : 'steps'}`,
    hint: 'A column may tell the order of the events: take it out, or give a penalizer such as 0.1.',
  })
}

function informationOf(likelihood: PartialLikelihood, ridge: number, p: number) {
  const { matrix, whole } = likelihood.information()
  for (let j = 0; j < p; j++) {
    matrix[j * (p + 1)] = matrix[j * (p + 1)]! + ridge
    whole[j] = whole[j]! + ridge
  }
  return { matrix, whole }
}

function stateOf(
  { coefficient: standard, value, ridge }: Found,
  likelihood: PartialLikelihood,
  { mean, spread }: Units,
  design: Design,
  time: Float64Array,
  event: Uint8Array,
): Cox {
  const { times, hazard } = likelihood.baseline()
  const p = design.columns
  const { matrix, whole } = informationOf(likelihood, ridge, p)
  const inverse = inverseOf(dampedCholesky(matrix, p, whole), p)
  const per = (numbers: Float64Array) => numbers.map((b, j) => (spread[j] === 0 ? 0 : b / spread[j]!))
  return {
    coefficient: per(standard),
    centre: mean,
    standardError: per(standard.map((_, j) => Math.min(Math.sqrt(inverse[j * (p + 1)]!), 1e150))),
    times,
    hazard,
    logLikelihood: value,
    concordance: concordance(time, event, design.predictor).index || 0,
  }
}

function scorer(state: Cox): Scorer {
  check(state)
  return { score: (block, out) => partialHazards(state, block, out) }
}

function partialHazards(state: Cox, block: Columns, out: Float64Array): void {
  const linear = linearOf(state)
  checkWidth(block, linear)
  linearSums(linear, block, out)
  for (let i = 0; i < block.rows; i++)
    out[i] = Math.exp(Math.max(-LARGEST_EXPONENT, Math.min(LARGEST_EXPONENT, out[i]!)))
}

/** A row at the centre has the log hazard 0. */
function linearOf({ coefficient, centre }: Cox): Linear {
  return { coefficient, centre, base: 0 }
}

/** A risk without its baseline would be scored, and then could not be explained.
 * @throws RangeError for a state that somebody else made wrongly. */
function check(state: Cox): void {
  checkLinear(linearOf(state))
  const { times, hazard } = state
  if (!(times instanceof Float64Array) || !(hazard instanceof Float64Array) || times.length !== hazard.length)
    throw new RangeError('its baseline has no hazard at each time')
  for (let t = 0; t < times.length; t++)
    if (Number.isNaN(times[t]!) || !(hazard[t]! >= (hazard[t - 1] ?? 0)) || times[t]! <= times[t - 1]!)
      throw new RangeError(`its baseline does not rise at time ${t}`)
}

/** exp(−baseline × partial hazard) at the times of the events. */
function survival(state: Cox): Survival {
  check(state)
  const { times, hazard } = state
  return {
    times,
    curve(block, out) {
      const risk = new Float64Array(block.rows)
      partialHazards(state, block, risk)
      for (let i = 0, at = 0; i < block.rows; i++)
        for (let t = 0; t < times.length; t++) out[at++] = Math.exp(-hazard[t]! * risk[i]!)
    },
  }
}

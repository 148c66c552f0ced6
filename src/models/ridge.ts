/**
 * Ridge regression (Hoerl, Kennard, "Ridge regression: biased estimation for nonorthogonal problems", Technometrics
 * 1970): a number as a sum over columns. Parameters and the sum that is minimised are scikit-learn's (`Ridge`):
 * Σ weight × (y − prediction)² + alpha × Σ coefficient², with an intercept that is not penalised.
 *
 * risk = the predicted value. Where low values are the risk, the recipe says so and the pipeline turns the sign.
 */
import { type Design, openDesign, type Units } from '../kernels/gram.ts'
import { lazySchema } from '../lazy-schema.ts'
import { within } from '../math/bounds.ts'
import { cholesky, solveCholesky } from '../math/cholesky.ts'
import { numericColumns } from '../math/columns.ts'
import { leastSquares } from '../math/least-squares.ts'
import { checkLinear, checkWidth, linearShares, linearSums } from '../math/linear.ts'
import type { Model, Training } from './model.ts'
import { productsOf } from './row-space.ts'
import { nothingToLearn } from './taught-rows.ts'

const params = lazySchema(Type =>
  Type.Object(
    {
      alpha: Type.Number({
        minimum: 0,
        maximum: 1e300,
        default: 1,
        description:
          'How much the penalty on large coefficients counts, in units of the columns; 0 is ordinary least squares.',
      }),
      fit_intercept: Type.Boolean({
        default: true,
        description: 'Learn a constant too. Without it, a row of zeros is predicted as 0.',
      }),
    },
    { additionalProperties: false },
  ),
)

export type Ridge = {
  /** What one unit of each column adds to the prediction. */
  coefficient: Float64Array
  /** The mean of each column over the rows that taught: where reasons are counted from. */
  centre: Float64Array
  /** The prediction for a row at the centre. */
  base: number
  /** scikit-learn's `intercept_`: the prediction for a row of zeros. */
  intercept: number
}

export const ridge: Model<ReturnType<typeof params>, Ridge> = {
  kind: 'ridge',
  about: 'Learns a number from labelled rows, as a weighted sum of the columns; steady where columns say the same.',
  formula:
    'risk = b + Σ wⱼ xⱼ (its negative where low values are the risk), with w and b where Σ (y − prediction)² + alpha Σ wⱼ² is least',
  source: 'Hoerl, Kennard: Ridge regression. Technometrics 1970.',
  tasks: ['regress'],
  get params() {
    return params()
  },
  fit,
  scorer(state) {
    checkLinear(state)
    return {
      score(block, out) {
        checkWidth(block, state)
        linearSums(state, block, out)
      },
    }
  },
  explain(state) {
    checkLinear(state)
    return {
      method: 'exact: coefficient × (value − mean of the training rows)',
      base: state.base,
      explain(block, out) {
        checkWidth(block, state)
        linearShares(state, block, out)
      },
    }
  },
}

function fit({ x, y, weight }: Training, { alpha, fit_intercept }: { alpha: number; fit_intercept: boolean }): Ridge {
  if (y === undefined || !('value' in y)) throw new TypeError('ridge is fitted to numbers')
  const design = openDesign(x.rows, x.columns.length)
  for (const [j, column] of numericColumns(x).entries()) design.column(j).set(column.subarray(0, x.rows))
  design.weight.set(weight.subarray(0, x.rows))
  const total = design.products('weight').at(-1)!
  if (total === 0) throw nothingToLearn('ridge')
  const units = design.standardise(fit_intercept)
  const value = y.value.subarray(0, x.rows).map(within)
  const [mean, scale] = unitsOf(value, design.weight, total, fit_intercept)
  for (let i = 0; i < x.rows; i++) {
    const wanted = (value[i]! - mean) / scale
    design.target[i] = wanted
    design.residual[i] = design.weight[i]! * wanted
  }
  const found = solve(design, units, alpha)
  const coefficient = units.spread.map((spread, j) => (spread === 0 ? 0 : (found[j]! / spread) * scale))
  const atCentre = coefficient.reduce((sum, b, j) => sum + b * units.mean[j]!, 0)
  const base = fit_intercept ? mean : atCentre
  return { coefficient, centre: units.mean, base, intercept: fit_intercept ? mean - atCentre : 0 }
}

/** What is taken off the target, and its size: no square then overflows. */
function unitsOf(value: Float64Array, weight: Float64Array, total: number, centred: boolean): [number, number] {
  const first = value.find((_, i) => weight[i]! > 0)!
  let [sum, largest] = [0, 0]
  for (let i = 0; i < value.length; i++) if (weight[i]! > 0) sum += (weight[i]! / total) * (value[i]! - first)
  const mean = centred ? first + sum : 0
  for (let i = 0; i < value.length; i++) if (weight[i]! > 0) largest = Math.max(largest, Math.abs(value[i]! - mean))
  return [mean, largest || 1]
}

/** A pivot that has lost this share of itself leaves fewer than six digits to the normal equations. */
const FLOOR = 1e-10

/** Coefficients of the standardised columns: by the normal equations of the columns or, where there are fewer, of the
 * rows; by orthogonal reflections where columns nearly depend on each other. */
function solve(design: Design, { spread }: Units, alpha: number): Float64Array {
  const penalty = spread.map(s => (s === 0 ? 1 : alpha / s / s))
  const found = design.columns <= design.rows ? solveColumns(design, penalty) : solveRows(design, penalty)
  return found ?? solveOrthogonally(design, spread, alpha)
}

function solveColumns(design: Design, penalty: Float64Array): Float64Array | undefined {
  const d = design.columns
  const gram = design.gram('weight')
  const system = new Float64Array(d * d)
  for (let i = 0; i < d; i++) system.set(gram.subarray(i * (d + 1), i * (d + 1) + d), i * d)
  for (let j = 0; j < d; j++) system[j * d + j] = system[j * d + j]! + penalty[j]!
  const factor = cholesky(system, d, FLOOR)
  return factor && solveCholesky(factor, d, design.products('residual'))
}

/** β = Zᵀ (Z Zᵀ + 1)⁻¹ √w y for rows Z = √w x / √penalty. */
function solveRows(design: Design, penalty: Float64Array): Float64Array | undefined {
  if (penalty.some(value => value === 0)) return undefined
  const { rows: n, columns: d } = design
  const unit = penalty.map(value => 1 / Math.sqrt(value))
  const root = design.weight.map(Math.sqrt)
  const rows = Array.from({ length: n }, () => new Float64Array(d))
  for (let j = 0; j < d; j++)
    for (const [i, value] of design.column(j).entries()) rows[i]![j] = root[i]! * value * unit[j]!
  const system = productsOf(rows)
  for (let i = 0; i < n; i++) system[i * n + i] = system[i * n + i]! + 1
  const factor = cholesky(system, n, FLOOR)
  if (factor === undefined) return undefined
  const share = solveCholesky(
    factor,
    n,
    design.target.map((value, i) => root[i]! * value),
  )
  const out = new Float64Array(d)
  for (const [i, row] of rows.entries()) for (let j = 0; j < d; j++) out[j] = out[j]! + share[i]! * row[j]!
  return out.map((value, j) => value * unit[j]!)
}

/** Least squares with √alpha × coefficient as further rows, in the units of the columns, so that where alpha is 0 the
 * coefficients of least norm are those of scikit-learn. */
function solveOrthogonally(design: Design, spread: Float64Array, alpha: number): Float64Array {
  const { rows: n, columns: d } = design
  const largest = spread.reduce((most, s) => Math.max(most, s), 0) || 1
  const further = alpha > 0 ? d : 0
  const columns = Array.from({ length: d }, (_, j) => {
    const column = new Float64Array(n + further)
    const unit = spread[j]! / largest
    for (const [i, value] of design.column(j).entries()) column[i] = Math.sqrt(design.weight[i]!) * value * unit
    if (further > 0) column[n + j] = Math.sqrt(alpha) / largest
    return column
  })
  const wanted = new Float64Array(n + further)
  for (let i = 0; i < n; i++) wanted[i] = Math.sqrt(design.weight[i]!) * design.target[i]!
  const found = leastSquares(columns, wanted, Math.max(n, d) * Number.EPSILON)
  return found.map((value, j) => (value * spread[j]!) / largest)
}

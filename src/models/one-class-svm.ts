/**
 * One-class support vector machine (Schölkopf, Platt, Shawe-Taylor, Smola, Williamson, "Estimating the support of a
 * high-dimensional distribution", Neural Computation 2001): a boundary around the training rows that leaves a share of
 * them, at most ν, outside. Parameters and formula are scikit-learn's (`sklearn.svm.OneClassSVM`), and the state holds
 * the same arrays, so a machine fitted there scores here to the same numbers.
 *
 * risk = −(Σ dualCoef k(support vector, x) + intercept), scikit-learn's `decision_function` with the sign turned: above
 * 0 is outside. A row's training weight bounds its coefficient, as `sample_weight` does; rows of weight 0 are left out.
 *
 * A missing number counts as the column's mean (in scoring: of the support vectors), and what is beyond ±1e150 as that.
 */
import type { Static } from 'typebox'
import { Failure } from '../errors.ts'
import type { KernelFunction } from '../kernels/support-vectors.ts'
import { lazySchema } from '../lazy-schema.ts'
import { within } from '../math/bounds.ts'
import { numericColumns } from '../math/columns.ts'
import { centreOf } from '../math/dense.ts'
import { variance } from '../math/statistics.ts'
import type { Model, Training } from './model.ts'
import { solveOneClass } from './one-class-smo.ts'
import { decisionScorer, MOST_GAMMA, type SupportVectorState } from './support-vector-state.ts'
import { taughtRows } from './taught-rows.ts'

const params = lazySchema(Type =>
  Type.Object(
    {
      kernel: Type.Union([Type.Literal('rbf'), Type.Literal('linear'), Type.Literal('poly'), Type.Literal('sigmoid')], {
        default: 'rbf',
        description:
          'rbf: exp(−gamma ‖x − s‖²), a boundary of any shape. linear: x·s, one plane. poly: (gamma x·s + coef0)^degree. sigmoid: tanh(gamma x·s + coef0).',
      }),
      nu: Type.Number({
        exclusiveMinimum: 0,
        maximum: 1,
        default: 0.05,
        description: 'Upper bound on the share of training rows outside, and lower bound on that of support vectors.',
      }),
      gamma: Type.Union(
        [Type.Literal('scale'), Type.Literal('auto'), Type.Number({ minimum: 0, maximum: MOST_GAMMA })],
        {
          default: 'scale',
          description:
            'How fast the kernel falls off (not for linear). scale: 1 / (features × variance of all values); auto: 1 / features.',
        },
      ),
      degree: Type.Integer({ minimum: 1, maximum: 100, default: 3, description: 'Power of the poly kernel.' }),
      coef0: Type.Number({
        minimum: -1e100,
        maximum: 1e100,
        default: 0,
        description: 'Constant term of the poly and sigmoid kernels.',
      }),
      tol: Type.Number({
        exclusiveMinimum: 0,
        maximum: 1,
        default: 1e-3,
        description: 'Training ends when no condition of the optimum is violated by more.',
      }),
    },
    { additionalProperties: false },
  ),
)

export type OneClassSvm = SupportVectorState

export const oneClassSvm: Model<ReturnType<typeof params>, OneClassSvm> = {
  kind: 'one-class-svm',
  about: 'Draws a boundary of any shape around the training rows and flags what lies outside; wants scaled features.',
  formula:
    'risk = ρ − Σ αᵢ K(xᵢ, x): xᵢ the support vectors with their weights αᵢ, K the kernel, ρ the offset; above 0 the row lies outside',
  source:
    'Schölkopf, Platt, Shawe-Taylor, Smola, Williamson: Estimating the support of a high-dimensional distribution. Neural Computation 2001. Solved as in Fan, Chen, Lin, JMLR 2005.',
  tasks: ['detect'],
  get params() {
    return params()
  },
  heavy: true,
  fit(training, given) {
    const rows = rowsOf(training)
    const { columns } = rows
    const f = functionOf(given, columns)
    const { alpha, rho } = solveOneClass(f, { ...rows, nu: given.nu, tol: given.tol })
    const support = Int32Array.from(alpha.keys()).filter(row => alpha[row]! > 0)
    const supportVectors = new Float64Array(support.length * columns.length)
    for (const [c, column] of columns.entries())
      for (let v = 0; v < support.length; v++) supportVectors[v * columns.length + c] = column[support[v]!]!
    return {
      ...f,
      columns: columns.length,
      supportVectors,
      dualCoef: Float64Array.from(support, row => alpha[row]!),
      intercept: -rho,
    }
  },
  cut: () => 0,
  scorer: state => decisionScorer(state, -1),
}

/** Numbers that fill the 4 GiB a kernel can reach, with room for its working columns and some kernel rows. */
const MOST_NUMBERS = 400_000_000
const WORKING_COLUMNS = 8

/** The rows of positive weight, complete: missing numbers as the mean of their column, all within ±1e150. */
function rowsOf({ x, weight }: Training): { columns: Float64Array[]; centre: Float64Array; weight: Float64Array } {
  const rows = taughtRows('one-class-svm', x.rows, weight)
  if (rows.length * (x.columns.length + WORKING_COLUMNS) > MOST_NUMBERS)
    throw new Failure('RECIPE_INVALID', {
      report: `model: one-class-svm cannot hold ${rows.length} rows of ${x.columns.length} features, expected at most ${Math.floor(MOST_NUMBERS / (x.columns.length + WORKING_COLUMNS))} rows`,
      hint: 'Learn from a sample of the rows: its training time grows with their square.',
    })
  const columns = numericColumns(x).map(column => gather(column, rows))
  const centre = centreOf({ rows: rows.length, columns })
  for (const [c, column] of columns.entries()) complete(column, centre[c]!)
  return { columns, centre, weight: gather(weight, rows) }
}

function gather(values: Float64Array, rows: Int32Array): Float64Array {
  const out = new Float64Array(rows.length)
  for (let i = 0; i < rows.length; i++) out[i] = values[rows[i]!]!
  return out
}

function complete(column: Float64Array, fill: number): void {
  for (let i = 0; i < column.length; i++) {
    const value = column[i]!
    column[i] = Number.isNaN(value) ? fill : within(value)
  }
}

function functionOf(given: Static<ReturnType<typeof params>>, columns: readonly Float64Array[]): KernelFunction {
  const { kernel, degree, coef0 } = given
  const gamma = given.gamma === 'auto' ? 1 / columns.length : given.gamma === 'scale' ? scaleOf(columns) : given.gamma
  return { kernel, gamma, degree, coef0 }
}

/** scikit-learn's `scale`: one variance over all values of all columns; 1 when they are all the same. */
function scaleOf(columns: readonly Float64Array[]): number {
  const rows = columns[0]!.length
  let largest = 0
  for (const column of columns) for (let i = 0; i < rows; i++) largest = Math.max(largest, Math.abs(column[i]!))
  // Divided by a power of two, which changes no digit and lets no square overflow.
  const size = largest > 0 ? 2 ** Math.floor(Math.log2(largest)) : 1
  const values = new Float64Array(rows * columns.length)
  for (const [c, column] of columns.entries()) for (let i = 0; i < rows; i++) values[c * rows + i] = column[i]! / size
  const spread = variance(values) * columns.length
  return spread > 0 ? Math.min(1 / spread / size / size, MOST_GAMMA) : 1
}

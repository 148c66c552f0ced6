/** A machine that one_class_svm.py dumped: its parameters as our state, and the rows that it learned from and scored. */
import type { Columns } from '../../src/math/columns.ts'
import { createRandom } from '../../src/math/random.ts'
import type { Training } from '../../src/models/model.ts'
import { type OneClassSvm, oneClassSvm } from '../../src/models/one-class-svm.ts'

export type Params = Parameters<NonNullable<typeof oneClassSvm.fit>>[1]

export interface Dump {
  name: string
  params: Params
  training: number[][]
  weight: number[] | null
  gamma: number
  intercept: number
  dualCoef: number[]
  supportVectors: number[][]
  rows: number[][]
  /** Of the dumped machine. */
  decision: number[]
  /** What a fit is to reach: with the parameters, and with tol `exactTol`. */
  fitted: number[]
  exactTol: number
  exactFitted: number[]
}

export function stateOf({ params, gamma, intercept, dualCoef, supportVectors }: Dump): OneClassSvm {
  return {
    kernel: params.kernel,
    gamma,
    degree: params.degree,
    coef0: params.coef0,
    columns: supportVectors[0]!.length,
    supportVectors: Float64Array.from(supportVectors.flat()),
    dualCoef: Float64Array.from(dualCoef),
    intercept,
  }
}

export function columnsOf(rows: readonly (readonly number[])[]): { rows: number; columns: Float64Array[] } {
  return { rows: rows.length, columns: rows[0]!.map((_, c) => Float64Array.from(rows, row => row[c]!)) }
}

export function trainingOf({ training, weight }: Pick<Dump, 'training' | 'weight'>): Training {
  return {
    task: 'detect',
    x: columnsOf(training),
    names: [],
    weight: weight === null ? new Float64Array(training.length).fill(1) : Float64Array.from(weight),
    random: createRandom(1),
  }
}

/** −risk: what scikit-learn calls the decision. */
export function decisions(state: OneClassSvm, x: Columns): Float64Array {
  const out = new Float64Array(x.rows)
  oneClassSvm.scorer(state).score(x, out)
  return out.map(risk => -risk)
}

export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let largest = 0
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs(a[i]! - b[i]!))
  return largest
}

import { describe, expect, test } from 'vitest'
import { type KernelFunction, valuePlainly } from '../../src/kernels/support-vectors.ts'
import { centreOf } from '../../src/math/dense.ts'
import { createRandom } from '../../src/math/random.ts'
import { type OneClassProblem, solveOneClass } from '../../src/models/one-class-smo.ts'

const RBF: KernelFunction = { kernel: 'rbf', gamma: 0.3, degree: 3, coef0: 0 }

function problem(rows: number, columns: number, nu: number, seed = 1, weighted = false): OneClassProblem {
  const random = createRandom(seed)
  const x = Array.from({ length: columns }, () => Float64Array.from({ length: rows }, () => random.normal()))
  const weight = Float64Array.from({ length: rows }, () => (weighted ? 0.1 + 3 * random.next() : 1))
  return { columns: x, centre: centreOf({ rows, columns: x }), weight, nu, tol: 1e-6 }
}

/** Σ α k(·, x) of each training row, by the plain kernel. */
function gradients(f: KernelFunction, { columns }: OneClassProblem, alpha: Float64Array): Float64Array {
  const at = (row: number) => columns.map(column => column[row]!)
  return alpha.map((_, i) => alpha.reduce((sum, a, j) => (a > 0 ? sum + a * valuePlainly(f, at(i), at(j)) : sum), 0))
}

describe('the optimum', () => {
  for (const [name, f, given] of [
    ['rbf', RBF, problem(300, 3, 0.1)],
    ['rbf, nu 0.7', RBF, problem(200, 2, 0.7)],
    ['rbf, weights', RBF, problem(250, 3, 0.2, 2, true)],
    ['poly', { ...RBF, kernel: 'poly', degree: 2, coef0: 1 }, problem(200, 3, 0.2)],
    ['two rows', RBF, problem(2, 3, 0.5)],
  ] as const)
    test(`${name}: meets the conditions of Karush, Kuhn and Tucker`, () => {
      const { alpha, rho } = solveOneClass(f, given)
      const total = given.weight.reduce((a, b) => a + b, 0) * given.nu
      expect(alpha.reduce((a, b) => a + b, 0)).toBeCloseTo(total, 9)
      const g = gradients(f, given, alpha)
      // What float32 keeps of the kernel rows.
      const rounding = 1e-6 + 1e-7 * Math.max(...g)
      for (const [i, a] of alpha.entries()) {
        expect(a).toBeGreaterThanOrEqual(0)
        expect(a).toBeLessThanOrEqual(given.weight[i]!)
        if (a < given.weight[i]!) expect(g[i]! - rho).toBeGreaterThan(-2 * rounding)
        if (a > 0) expect(g[i]! - rho).toBeLessThan(2 * rounding)
      }
    })

  test('does not depend on how many rows the cache holds', () => {
    const given = problem(400, 4, 0.2)
    const whole = solveOneClass(RBF, given)
    for (const slots of [0, 2, 3, 20, 60]) expect(solveOneClass(RBF, given, slots * 400 * 4)).toEqual(whole)
  })

  test('nu 1: every row takes all it may, and none is outside', () => {
    const given = problem(50, 2, 1)
    const { alpha, rho } = solveOneClass(RBF, given)
    for (const a of alpha) expect(a).toBeCloseTo(1, 12)
    expect(rho).toBeCloseTo(Math.max(...gradients(RBF, given, alpha)), 5)
  })

  test('ends where rounding keeps the gradients from meeting', () => {
    // A plane cannot part these rows from the origin, and float32 hides the last steps: libsvm goes on for ever.
    const { steps, rho } = solveOneClass({ ...RBF, kernel: 'linear' }, { ...problem(500, 9, 0.1), tol: 1e-12 })
    expect(steps).toBeGreaterThan(1000)
    expect(Math.abs(rho)).toBeLessThan(1e-4)
  })
})

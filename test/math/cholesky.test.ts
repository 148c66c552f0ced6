import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  cholesky,
  dampedCholesky,
  inverseOf,
  invertLower,
  logDeterminant,
  solveCholesky,
  solveLower,
  solveUpper,
} from '../../src/math/cholesky.ts'
import { createRandom } from '../../src/math/random.ts'

/** The usual textbook example: every entry of its factor is a whole number. */
const A = Float64Array.of(4, 12, -16, 12, 37, -43, -16, -43, 98)
const L = Float64Array.of(2, 0, 0, 6, 1, 0, -8, 5, 3)

test('factor, determinant and inverse of a matrix that can be checked by hand', () => {
  expect(cholesky(A, 3)).toEqual(L)
  expect(logDeterminant(L, 3)).toBeCloseTo(Math.log(36), 14)
  expect([...solveCholesky(L, 3, Float64Array.of(0, 6, 39))].map(v => Math.round(v * 1e9) / 1e9)).toEqual([1, 1, 1])
  expect(solveLower(L, 3, Float64Array.of(2, 7, 0))).toEqual(Float64Array.of(1, 1, 1))
  expect(solveUpper(L, 3, Float64Array.of(0, 6, 3))).toEqual(Float64Array.of(1, 1, 1))
  expect([...invertLower(L, 3)].map(v => Math.round(v * 6e9) / 1e9)).toEqual([3, 0, 0, -18, 6, 0, 38, -10, 2])
  expect([...inverseOf(L, 3)].map(v => Math.round(v * 36e9) / 1e9)).toEqual([
    1777, -488, 76, -488, 136, -20, 76, -20, 4,
  ])
})

test('reads nothing above the diagonal, and changes nothing', () => {
  const lower = Float64Array.of(4, Number.NaN, Number.NaN, 12, 37, Number.NaN, -16, -43, 98)
  const before = lower.slice()
  expect(cholesky(lower, 3)).toEqual(L)
  expect(lower).toEqual(before)
})

test('a matrix that is not positive definite has no factor', () => {
  expect(cholesky(Float64Array.of(1, 2, 2, 1), 2)).toBeUndefined()
  expect(cholesky(Float64Array.of(1, 1, 1, 1), 2)).toBeUndefined()
  expect(cholesky(Float64Array.of(0), 1)).toBeUndefined()
  expect(cholesky(Float64Array.of(-1), 1)).toBeUndefined()
  expect(cholesky(Float64Array.of(Number.NaN), 1)).toBeUndefined()
  expect(cholesky(Float64Array.of(Number.POSITIVE_INFINITY), 1)).toBeUndefined()
  expect(cholesky(new Float64Array(0), 0)).toEqual(new Float64Array(0))
})

test('the floor refuses what is definite only by rounding, whatever the scale', () => {
  for (const scale of [1e-20, 1, 1e20]) {
    const nearly = Float64Array.of(1, 1, 1, 1 + 1e-13).map(v => v * scale)
    expect(cholesky(nearly, 2)).toBeDefined()
    expect(cholesky(nearly, 2, 1e-12)).toBeUndefined()
    expect(cholesky(nearly, 2, 1e-14)).toBeDefined()
  }
})

test('damped: nothing is added to a definite matrix, the least to one that is nearly so, 1 where there is nothing', () => {
  expect(dampedCholesky(A, 3)).toEqual(cholesky(A, 3, 1e-13))
  const twins = Float64Array.of(2, 2, 0, 2, 2, 0, 0, 0, 0)
  const l = dampedCholesky(twins, 3)
  expect(l[0]! ** 2).toBeCloseTo(2, 9)
  expect(l[8]).toBe(1)
  // A step against a slope that the twins share: both together do it, in shares that rounding decides.
  const [one, other, none] = solveCholesky(l, 3, Float64Array.of(4, 4, 0))
  expect(one! + other!).toBeCloseTo(2, 9)
  expect(one! - other!).toBeCloseTo(0, 2)
  expect(none).toBe(0)
  expect(dampedCholesky(Float64Array.of(-1), 1, Float64Array.of(4))[0]).toBeGreaterThan(0)
  expect(dampedCholesky(Float64Array.of(Number.NaN), 1)).toEqual(Float64Array.of(1))
})

test('A = L Lᵀ, A A⁻¹ = 1 and A x = b, to the last digits that the condition leaves', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 0, max: 1e9 }), (n, seed) => {
      const random = createRandom(seed)
      const x = Float64Array.from({ length: 3 * n * n }, () => random.normal())
      const a = new Float64Array(n * n)
      for (let i = 0; i < n; i++)
        for (let j = 0; j < n; j++)
          for (let k = 0; k < 3 * n; k++) a[i * n + j] = a[i * n + j]! + x[k * n + i]! * x[k * n + j]!
      const l = cholesky(a, n)!
      const inverse = inverseOf(l, n)
      const b = Float64Array.from({ length: n }, () => random.normal())
      const solved = solveCholesky(l, n, b)
      for (let i = 0; i < n; i++) {
        let left = 0
        for (let j = 0; j < n; j++) {
          let [product, one] = [0, 0]
          for (let k = 0; k < n; k++) {
            product += l[i * n + k]! * l[j * n + k]!
            one += a[i * n + k]! * inverse[k * n + j]!
          }
          expect(Math.abs(product - a[i * n + j]!)).toBeLessThan(1e-12 * a[i * n + i]! + 1e-12 * a[j * n + j]!)
          expect(Math.abs(one - Number(i === j))).toBeLessThan(1e-8)
          left += a[i * n + j]! * solved[j]!
        }
        expect(Math.abs(left - b[i]!)).toBeLessThan(1e-8)
      }
    }),
    { numRuns: 30 },
  )
})

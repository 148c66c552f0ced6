import { describe, expect, test } from 'vitest'
import { eigenOfSymmetric } from '../../src/math/eigen.ts'
import { createRandom } from '../../src/math/random.ts'
import golden from '../golden/pca.json' with { type: 'json' }

const EPS = 2 ** -52

/** How far A v is from λ v, and the vectors from orthonormal, in units of the largest value and of 1. */
function faults(a: Float64Array, n: number): { residual: number; slant: number } {
  const { values, vectors } = eigenOfSymmetric(a, n)
  const largest = Math.max(...values.map(Math.abs)) || 1
  let [residual, slant] = [0, 0]
  for (let k = 0; k < n; k++) {
    const v = vectors.subarray(k * n, (k + 1) * n)
    for (let i = 0; i < n; i++) {
      let sum = 0
      for (let j = 0; j < n; j++) sum += (a[Math.max(i, j) * n + Math.min(i, j)]! / largest) * v[j]!
      residual = Math.max(residual, Math.abs(sum - (values[k]! / largest) * v[i]!))
    }
    for (let l = 0; l <= k; l++) {
      let along = 0
      for (let i = 0; i < n; i++) along += v[i]! * vectors[l * n + i]!
      slant = Math.max(slant, Math.abs(along - Number(k === l)))
    }
  }
  return { residual, slant }
}

describe(`values are those of ${golden.made}`, () => {
  for (const { name, n, a, values } of golden.matrices)
    test(name, () => {
      const found = eigenOfSymmetric(Float64Array.from(a), n)
      const largest = Math.max(...values.map(Math.abs))
      for (let i = 0; i < n; i++) expect(Math.abs(found.values[i]! - values[i]!) / largest).toBeLessThan(8 * n * EPS)
      const { residual, slant } = faults(Float64Array.from(a), n)
      expect(Math.max(residual, slant)).toBeLessThan(8 * n * EPS)
    })
})

test('random matrices of every size up to 40, and one of 200', () => {
  const random = createRandom(3)
  for (const n of [...Array.from({ length: 40 }, (_, i) => i + 1), 200]) {
    const { residual, slant } = faults(
      Float64Array.from({ length: n * n }, () => random.normal()),
      n,
    )
    expect(Math.max(residual, slant)).toBeLessThan(4 * (n + 4) * EPS)
  }
})

test('only the lower half is read, and nothing is written', () => {
  const a = Float64Array.of(2, Number.NaN, 1, 2)
  const { values } = eigenOfSymmetric(a, 2)
  expect([values[0], values[1]]).toEqual([expect.closeTo(3, 14), expect.closeTo(1, 14)])
  expect(a).toEqual(Float64Array.of(2, Number.NaN, 1, 2))
})

test('known spectra: nothing, the identity, a rank of one, the path of n places', () => {
  expect(eigenOfSymmetric(new Float64Array(9), 3).values).toEqual(new Float64Array(3))
  const identity = Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1)
  expect(eigenOfSymmetric(identity, 3)).toEqual({ values: Float64Array.of(1, 1, 1), vectors: identity })
  const ones = eigenOfSymmetric(new Float64Array(49).fill(1), 7).values
  expect(Math.abs(ones[0]! - 7)).toBeLessThan(8 * EPS)
  expect(Math.max(...ones.subarray(1).map(Math.abs))).toBeLessThan(14 * EPS)
  // 2 on the diagonal, −1 beside it: 2 − 2 cos(k π / (n + 1)).
  const n = 30
  const path = new Float64Array(n * n)
  for (let i = 0; i < n; i++) {
    path[i * n + i] = 2
    if (i > 0) path[i * n + i - 1] = -1
  }
  for (const [i, value] of eigenOfSymmetric(path, n).values.entries())
    expect(value).toBeCloseTo(2 - 2 * Math.cos(((n - i) * Math.PI) / (n + 1)), 13)
})

test('what is not finite is told', () => {
  expect(() => eigenOfSymmetric(Float64Array.of(1, 0, Number.NaN, 1), 2)).toThrow('entry 1, 0 is not finite')
  expect(() => eigenOfSymmetric(Float64Array.of(Infinity), 1)).toThrow('entry 0, 0')
})

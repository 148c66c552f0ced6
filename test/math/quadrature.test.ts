import { describe, expect, test } from 'vitest'
import { gaussLegendre } from '../../src/math/quadrature.ts'

describe('Gauss–Legendre over [0, 1]', () => {
  test('two and three points as in the tables', () => {
    const two = gaussLegendre(2)
    expect(two.nodes[0]).toBeCloseTo((1 - 1 / Math.sqrt(3)) / 2, 15)
    expect(two.nodes[1]).toBeCloseTo((1 + 1 / Math.sqrt(3)) / 2, 15)
    expect([...two.weights].map(w => Math.abs(w - 0.5) < 1e-15)).toEqual([true, true])
    const three = gaussLegendre(3)
    expect(three.nodes[0]).toBeCloseTo((1 - Math.sqrt(0.6)) / 2, 15)
    expect(three.weights[1]).toBeCloseTo(4 / 9, 15)
  })

  test('n points integrate t^k (1 − t)^j for k + j up to 2n − 1, and no further', () => {
    for (const n of [1, 2, 4, 8, 20, 64]) {
      const { nodes, weights } = gaussLegendre(n)
      const integral = (k: number, j: number) =>
        weights.reduce((sum, w, i) => sum + w * nodes[i]! ** k * (1 - nodes[i]!) ** j, 0)
      for (let k = 0; k < 2 * n; k++) expect(Math.abs(integral(k, 0) * (k + 1) - 1)).toBeLessThan(1e-12)
      // The beta function at whole numbers: k! j! / (k + j + 1)!
      expect(Math.abs(integral(n, n - 1) - beta(n, n - 1))).toBeLessThan(1e-14)
      if (n < 8) expect(Math.abs(integral(2 * n, 0) * (2 * n + 1) - 1)).toBeGreaterThan(1e-12)
    }
  })
})

function beta(k: number, j: number): number {
  let value = 1 / (k + j + 1)
  for (let i = 1; i <= j; i++) value *= i / (k + i)
  return value
}

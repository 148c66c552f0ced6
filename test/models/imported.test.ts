/** Kinds that only come with imported models: expected values are scikit-learn's (test/golden/imported.py). */
import { describe, expect, test } from 'vitest'
import { findModel } from '../../src/models/index.ts'
import { given, made, models } from '../golden/imported.ts'

describe(`the same as ${made}`, () => {
  test.each(models)('$name', ({ use, state, expected }) => {
    const rows = expected.length
    const out = new Float64Array(rows)
    findModel(use)!.scorer(state).score({ rows, columns: given }, out)
    for (const [row, value] of expected.entries())
      expect(Math.abs(out[row]! - value), `row ${row}`).toBeLessThanOrEqual(1e-12 * Math.max(1, Math.abs(value)))
  })
})

test('the parts of a squared distance add up to it', () => {
  const { state, expected } = models.find(({ use }) => use === 'elliptic-envelope')!
  const out = new Float64Array(expected.length * 4)
  findModel('elliptic-envelope')!.explain!(state).explain({ rows: expected.length, columns: given }, out)
  for (const [row, value] of expected.entries()) {
    const sum = out.subarray(row * 4, row * 4 + 4).reduce((a, b) => a + b)
    expect(Math.abs(sum - value)).toBeLessThanOrEqual(1e-12 * value)
  }
})

test('neighbours on the spot alone count where distances do', () => {
  const state = {
    ...{ columns: 1, neighbours: 3, p: 2, weights: 'distance' },
    ...{ rows: Float64Array.of(0, 0, 4, 9), value: Float64Array.of(1, 2, 30, 400) },
  }
  const out = new Float64Array(2)
  findModel('k-neighbours')!
    .scorer(state)
    .score({ rows: 2, columns: [Float64Array.of(0, 1)] }, out)
  // At 1: 1, 2 and 30 at the distances 1, 1 and 3.
  expect(out[0]).toBe(1.5)
  expect(out[1]).toBeCloseTo((1 + 2 + 30 / 3) / (1 + 1 + 1 / 3), 14)
})

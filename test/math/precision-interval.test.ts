import { expect, test } from 'vitest'
import { precisionInterval } from '../../src/math/precision-interval.ts'

test('by hand: log-odds 0 and 16 positives make ± 1.96 / (4 · 0.5)', () => {
  const { low, high } = precisionInterval(0.5, 16)
  expect(Math.log(high / (1 - high))).toBeCloseTo(1.959963984540054 / 2, 10)
  expect(low + high).toBeCloseTo(1, 12)
})

test('more positives tell more; certainty and nothing tell nothing', () => {
  const width = (positives: number) => precisionInterval(0.3, positives).high - precisionInterval(0.3, positives).low
  expect(width(100)).toBeLessThan(width(10))
  for (const [value, positives] of [
    [1, 5],
    [0, 5],
    [0.4, 0],
    [Number.NaN, 3],
  ] as const)
    expect(precisionInterval(value, positives)).toEqual({ low: 0, high: 1 })
})

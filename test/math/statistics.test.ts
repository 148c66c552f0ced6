import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  correlation,
  max,
  mean,
  median,
  min,
  present,
  quantile,
  ranks,
  sorted,
  spearman,
  standardDeviation,
  sum,
  variance,
} from '../../src/math/statistics.ts'
import golden from '../golden/statistics.json' with { type: 'json' }

const near = (found: number, expected: number) =>
  expect(Math.abs(found - expected)).toBeLessThanOrEqual(1e-12 * Math.abs(expected))

describe(`the same as ${golden.made}`, () => {
  for (const [name, made] of Object.entries(golden.cases))
    test(name, () => {
      const values = Float64Array.from(made.values)
      near(mean(values), made.mean)
      near(median(values), made.median)
      // Around 1e9 numpy's own mean is rounded, and its variance with it.
      if (name !== 'far') near(variance(values), made.variance)
      if (name !== 'far' && made.sampleDeviation !== null) near(standardDeviation(values, 1), made.sampleDeviation)
      expect(golden.levels.map(q => quantile(sorted(values), q))).toEqual(made.quantiles)
      expect([...ranks(values)]).toEqual(made.ranks)
    })

  test('correlations', () => {
    near(spearman(golden.pair.a, golden.pair.b), golden.pair.spearman)
    near(correlation(golden.pair.a, golden.pair.b), golden.pair.pearson)
  })
})

test('a sum does not lose small values', () => {
  expect(sum([1e16, 1, 1, -1e16])).toBe(2)
  expect(sum([1, 1e100, 1, -1e100])).toBe(2)
  expect(sum(new Float64Array(1_000_000).fill(0.1))).toBe(100_000)
})

test('variance of large, close values is exact to the last digits', () => {
  // 1e9 + {0, 1, 2, 3} / 1024: all representable, so the variance is 1.25 / 1024².
  expect(variance([0, 1, 2, 3].map(i => 1e9 + i / 1024))).toBe(1.25 / 1024 ** 2)
})

test('no values, one value, infinities', () => {
  expect([mean([]), variance([]), variance([5], 1), median([])]).toEqual([NaN, NaN, NaN, NaN])
  expect([min([]), max([])]).toEqual([Infinity, -Infinity])
  expect([mean([5]), variance([5]), median([5])]).toEqual([5, 0, 5])
  expect(sum([Infinity, 1])).toBe(Infinity)
  expect(quantile([1, Infinity, Infinity], 0.75)).toBe(Infinity)
  expect(spearman([1, 1, 1], [1, 2, 3])).toBeNaN()
})

test('a missing value is dropped by present, and otherwise makes the answer missing', () => {
  const values = Float64Array.of(1, NaN, 3, 8)
  expect([...present(values)]).toEqual([1, 3, 8])
  expect([...present(values, 3)]).toEqual([1, 3])
  expect([mean(values), variance(values), min(values), max(values), median(values)]).toEqual([NaN, NaN, NaN, NaN, NaN])
  expect([...ranks(values)]).toEqual([1, 4, 2, 3])
})

test('quantiles stay between the extremes, rise with q, and leave the input alone', () => {
  const finite = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e150, max: 1e150 }), {
    minLength: 1,
  })
  fc.assert(
    fc.property(
      finite,
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (values, p, q) => {
        const ascending = sorted(values)
        const copy = ascending.slice()
        const [low, high] = [quantile(ascending, Math.min(p, q)), quantile(ascending, Math.max(p, q))]
        // Interpolation rounds: two neighbours in q may differ by a last digit the wrong way, as in numpy.
        expect(low).toBeLessThanOrEqual(high + Math.abs(high) * 1e-15)
        expect(low).toBeGreaterThanOrEqual(ascending[0]!)
        expect(high).toBeLessThanOrEqual(ascending.at(-1)!)
        expect(ascending).toEqual(copy)
      },
    ),
  )
  expect(() => quantile([1], 1.5)).toThrow('expected 0 … 1')
})

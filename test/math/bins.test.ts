import fc from 'fast-check'
import { expect, test } from 'vitest'
import { histogram, slices, thin } from '../../src/math/bins.ts'

const numbers = fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 1, maxLength: 200 })

test('a histogram by hand: ends included, what lies outside left out', () => {
  expect(histogram([0, 0.1, 0.5, 1, 1.01, -0.1, Number.NaN], 0, 1, 2)).toEqual({ edges: [0, 0.5, 1], counts: [2, 2] })
  expect(histogram([3, 3], 3, 3, 4).counts).toEqual([2, 0, 0, 0])
})

test('slices keep every row, both extremes and the highest mark, however few they are', () => {
  fc.assert(
    fc.property(numbers, fc.integer({ min: 1, max: 20 }), (values, bins) => {
      const y = Float64Array.from(values)
      const x = Float64Array.from(values, (_, i) => i)
      const mark = y.map(value => (value === Math.max(...values) ? 2 : 0))
      const cut = slices(x, y, bins, mark)
      expect(cut.rows.reduce((sum, n) => sum + n, 0)).toBe(values.length)
      expect(Math.max(...cut.high)).toBe(Math.max(...values))
      expect(Math.min(...cut.low)).toBe(Math.min(...values))
      expect(Math.max(...cut.mark)).toBe(2)
      expect(cut.x.length).toBeLessThanOrEqual(bins)
      cut.x.forEach((at, i) => {
        expect(y[at]).toBe(cut.high[i])
      })
    }),
  )
})

test('one alarm among a million rows stays', () => {
  const y = new Float64Array(1_000_000).fill(0.4)
  y[123_456] = 0.9
  const { x, high, mark } = slices(
    y.map((_, i) => i),
    y,
    660,
    y.map(risk => (risk > 0.5 ? 1 : 0)),
  )
  const at = mark.indexOf(1)
  expect([x[at], high[at], mark.filter(Boolean).length]).toEqual([123_456, 0.9, 1])
})

test('a thinned curve keeps its ends and never strays far from the whole', () => {
  const x = Float64Array.from({ length: 10_000 }, (_, i) => i / 9999)
  const y = x.map(value => Math.sqrt(value))
  const kept = thin(x, y, 200)
  expect([kept[0], kept.at(-1)]).toEqual([0, 9999])
  expect(kept.length).toBeLessThan(300)
  for (let k = 1; k < kept.length; k++) expect(y[kept[k]!]! - y[kept[k - 1]!]!).toBeLessThan(0.02)
  expect(thin([1, 2], [1, 2], 200)).toEqual([0, 1])
})

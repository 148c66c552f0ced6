import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { METRIC_NAMES, measureOf, metricNeeds } from '../../src/math/distances.ts'

interface Case {
  metric: string
  a: number[][]
  b: number[][]
  given: number[]
  p: number
  distance: number[][]
}
/** test/golden/distances.py: scikit-learn 1.9.1 and scipy 1.17.1. */
const { cases } = JSON.parse(readFileSync('test/golden/distances.json', 'utf8')) as { cases: Case[] }

test.each(cases)('$metric', ({ metric, a, b, given, p, distance }) => {
  const columns = a[0]!.length
  expect(metricNeeds(metric, columns)).toBe(given.length)
  const measure = measureOf(metric, Float64Array.from(given), p)
  // Each row behind a number that is none of it: places count, not the beginnings.
  const [x, y] = [a, b].map(rows => Float64Array.from(rows.flatMap(row => [9, ...row])))
  for (const [i, row] of distance.entries())
    for (const [j, expected] of row.entries()) {
      const found = measure(x!, i * (columns + 1) + 1, y!, j * (columns + 1) + 1, columns)
      // Two rows without a yes: scikit-learn's dice is 0 / 0 there.
      if (Number.isNaN(expected)) expect(found).toBe(0)
      else expect(Math.abs(found - expected)).toBeLessThan(1e-14 * (1 + expected))
    }
})

test('of two sets of flags', () => {
  // Both 1, one 2, none 1, of 4 columns: by the formulas of the older names.
  const [a, b] = [Float64Array.of(1, 1, 0, 0), Float64Array.of(1, 0, 1, 0)]
  const distance = (name: string) => measureOf(name, new Float64Array(), 2)(a, 0, b, 0, 4)
  expect(distance('matching')).toBe(2 / 4)
  expect(distance('kulsinski')).toBe((2 + 4 - 1) / (2 + 4))
})

test('every metric has a case here, and unknown ones or rows of other widths are refused', () => {
  const tested = new Set([...cases.map(({ metric }) => metric), 'matching', 'kulsinski'])
  expect(METRIC_NAMES.filter(name => !tested.has(name))).toEqual([])
  expect(() => metricNeeds('toString', 3)).toThrow('not known')
  expect(() => measureOf('pyfunc', new Float64Array(), 2)).toThrow('not known')
  expect(() => metricNeeds('haversine', 3)).toThrow('one of 2 columns')
})

import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { compareOverFolds, meanOverFolds, notBetterThanChance } from '../../src/math/resampled.ts'

interface Case {
  folds: number
  a: number[]
  b: number[]
  value: number
  se: number
  interval: [number, number]
  difference: number
  differenceSe: number
  p: number
}
const golden = JSON.parse(readFileSync(new URL('../golden/resampled.json', import.meta.url), 'utf8')) as {
  by: string
  cases: Case[]
}

test.each(golden.cases)(`agrees with ${golden.by}: $folds folds, $a.length figures`, want => {
  const [a, b] = [Float64Array.from(want.a), Float64Array.from(want.b)]
  const own = meanOverFolds(a, 1 / (want.folds - 1))
  expect(own.value).toBeCloseTo(want.value, 13)
  expect(own.se).toBeCloseTo(want.se, 13)
  expect(own.low).toBeCloseTo(want.interval[0], 10)
  expect(own.high).toBeCloseTo(want.interval[1], 10)
  const pair = compareOverFolds(a, b, 1 / (want.folds - 1))
  expect(pair.value).toBeCloseTo(want.difference, 13)
  expect(pair.se).toBeCloseTo(want.differenceSe, 13)
  expect(pair.p).toBeCloseTo(want.p, 10)
})

test('folds without a figure do not count; one fold says nothing of the spread', () => {
  const { value, folds } = meanOverFolds(Float64Array.of(0.5, Number.NaN, 0.7), 0.25)
  expect({ value, folds }).toEqual({ value: 0.6, folds: 2 })
  expect(meanOverFolds(Float64Array.of(0.9), 0.25)).toMatchObject({ low: -Infinity, high: Infinity, folds: 1 })
  expect(compareOverFolds(Float64Array.of(0.9, Number.NaN), Float64Array.of(0.1, 0.2), 0.25).p).toBe(1)
})

test('two models that never differ, and two that always differ by the same', () => {
  const a = Float64Array.of(0.5, 0.75, 0.25)
  expect(compareOverFolds(a, a, 0.25)).toMatchObject({ value: 0, p: 1 })
  expect(
    compareOverFolds(
      a,
      a.map(v => v - 0.125),
      0.25,
    ),
  ).toMatchObject({ value: 0.125, p: 0 })
  expect(() => compareOverFolds(a, a.subarray(1), 0.25)).toThrow(RangeError)
})

test('an interval that reaches chance, or is not known, shows nothing', () => {
  expect(notBetterThanChance({ low: 0.51, high: 0.9 })).toBe(false)
  expect(notBetterThanChance({ low: 0.5, high: 0.9 })).toBe(true)
  expect(notBetterThanChance({ low: Number.NaN, high: 1 })).toBe(true)
  expect(notBetterThanChance({ low: 0.1, high: 0.2 }, 0)).toBe(false)
})

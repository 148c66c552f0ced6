import { describe, expect, test } from 'vitest'
import { kaplanMeier, logRank } from '../../src/math/kaplan-meier.ts'
import golden from '../golden/kaplan-meier.json' with { type: 'json' }

describe(`as lifelines ${golden.lifelines} has it`, () => {
  test.each(golden.cases)('$groups groups', want => {
    const time = Float64Array.from(want.time)
    const event = Uint8Array.from(want.event)
    const got = kaplanMeier(time, event)
    expect([...got.times]).toEqual(want.times)
    expect([...got.atRisk]).toEqual(want.atRisk)
    expect([...got.censored]).toEqual(want.censored)
    expect(got.median).toBe(want.median ?? Number.POSITIVE_INFINITY)
    for (const [k, survival] of want.survival.entries()) {
      expect(got.survival[k]).toBeCloseTo(survival, 14)
      // Where nobody is left, lifelines has no interval and ours is the curve.
      expect(got.low[k]).toBeCloseTo(want.low[k] ?? survival, 12)
      expect(got.high[k]).toBeCloseTo(want.high[k] ?? survival, 12)
    }
    const test = logRank(time, event, Int32Array.from(want.group), want.groups)
    if (want.statistic === null) return expect(test).toBeUndefined()
    expect(test?.statistic).toBeCloseTo(want.statistic, 10)
    expect(test?.p).toBeCloseTo(want.p as number, 10)
  })
})

test('by hand: 10 rows, one event with 8 left, one with 3 left', () => {
  const time = Float64Array.of(1, 2, 3, 4, 4, 5, 5, 8, 9, 9, Number.NaN)
  const event = Uint8Array.of(0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 1)
  const { rows, events, times, survival, median } = kaplanMeier(time, event)
  expect([rows, events]).toEqual([10, 2])
  expect(survival[times.indexOf(3)]).toBeCloseTo(7 / 8, 15)
  expect(survival[times.indexOf(8)]).toBeCloseTo((7 / 8) * (2 / 3), 15)
  expect(median).toBe(Number.POSITIVE_INFINITY)
})

test('no rows, no events, one group, an empty group: nothing to tell', () => {
  const none = kaplanMeier(new Float64Array(), new Uint8Array())
  expect([[...none.times], [...none.survival], none.rows]).toEqual([[0], [1], 0])
  const time = Float64Array.of(1, 2, 3)
  expect(logRank(time, Uint8Array.of(0, 0, 0), Int32Array.of(0, 1, 1), 2)).toBeUndefined()
  expect(logRank(time, Uint8Array.of(1, 1, 1), new Int32Array(3), 2)).toBeUndefined()
  const two = Int32Array.of(0, 2, 0)
  expect(logRank(time, Uint8Array.of(1, 1, 1), two, 3)).toEqual(
    logRank(time, Uint8Array.of(1, 1, 1), Int32Array.of(0, 1, 0), 2),
  )
})

import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import * as metrics from '../../src/math/metrics.ts'

interface Case {
  risk: number[]
  label: number[]
  cut: number
  confusion: metrics.Confusion
  precision: number
  recall: number
  f1: number
  accuracy: number
  matthews: number
  auc: number
  se: number
  averagePrecision: number
  fpr: number[]
  tpr: number[]
  prPrecision: number[]
  prRecall: number[]
  wilson: [number, number]
}
const golden = JSON.parse(readFileSync(new URL('../golden/metrics.json', import.meta.url), 'utf8')) as { cases: Case[] }

function expectClose(got: ArrayLike<number>, want: number[]) {
  expect(got.length).toBe(want.length)
  for (const [i, value] of want.entries()) expect(got[i]).toBeCloseTo(value, 13)
}

describe.each(golden.cases)('agrees with scikit-learn 1.9.1 on $risk.length rows', want => {
  const risk = Float64Array.from(want.risk)
  const label = Uint8Array.from(want.label)

  test('counts and shares at a cut', () => {
    const c = metrics.confusion(risk, label, want.cut)
    expect(c).toEqual(want.confusion)
    expect(metrics.precision(c)).toBeCloseTo(want.precision, 14)
    expect(metrics.recall(c)).toBeCloseTo(want.recall, 14)
    expect(metrics.f1(c)).toBeCloseTo(want.f1, 14)
    expect(metrics.accuracy(c)).toBeCloseTo(want.accuracy, 14)
    expect(metrics.matthews(c)).toBeCloseTo(want.matthews, 14)
  })

  test('areas, and DeLong’s error by its definition over all pairs', () => {
    const { auc, se } = metrics.rocAuc(risk, label)
    expect(auc).toBeCloseTo(want.auc, 14)
    expect(se).toBeCloseTo(want.se, 14)
    expect(metrics.averagePrecision(risk, label)).toBeCloseTo(want.averagePrecision, 14)
  })

  test('curves', () => {
    const roc = metrics.rocCurve(risk, label)
    expectClose(roc.falsePositiveRate, want.fpr)
    expectClose(roc.truePositiveRate, want.tpr)
    const pr = metrics.prCurve(risk, label)
    expectClose(pr.precision, want.prPrecision)
    expectClose(pr.recall, want.prRecall)
  })

  test('Wilson’s interval of the recall (scipy 1.17.1)', () => {
    const { TP, FN } = want.confusion
    const { low, high } = metrics.wilson(TP, TP + FN)
    expect(low).toBeCloseTo(want.wilson[0], 12)
    expect(high).toBeCloseTo(want.wilson[1], 12)
  })
})

describe('edges', () => {
  test('perfect order is not certainty: five pairs leave room', () => {
    const { auc, low, high, betterThanChance } = metrics.rocAuc(
      Float64Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10),
      Uint8Array.of(0, 0, 0, 0, 0, 1, 1, 1, 1, 1),
    )
    expect({ auc, high }).toEqual({ auc: 1, high: 1 })
    expect(low).toBeCloseTo(0.025 ** (1 / 5), 12)
    expect(betterThanChance).toBe(false)
  })

  test('one class alone has no area; one positive has no interval', () => {
    expect(metrics.rocAuc(Float64Array.of(1, 2), Uint8Array.of(0, 0)).auc).toBeNaN()
    const one = metrics.rocAuc(Float64Array.of(1, 2, 3), Uint8Array.of(0, 1, 0))
    expect(one).toMatchObject({ auc: 0.5, low: 0, high: 1, betterThanChance: false })
  })

  test('rows without a risk or a label do not count', () => {
    const risk = Float64Array.of(9, Number.NaN, 9, 1)
    expect(metrics.confusion(risk, Int32Array.of(1, 1, -1, 0), 5)).toEqual({ TP: 1, TN: 1, FP: 0, FN: 0 })
  })

  test('nothing found, nothing to find', () => {
    const none = { TP: 0, TN: 5, FP: 0, FN: 0 }
    expect([metrics.precision(none), metrics.recall(none), metrics.f1(none), metrics.matthews(none)]).toEqual([
      0, 0, 0, 0,
    ])
    expect(metrics.wilson(0, 0)).toEqual({ low: 0, high: 1 })
    expect(metrics.wilson(0, 10).low).toBe(0)
    expect(metrics.wilson(10, 10).high).toBe(1)
  })
})

test('the area is Mann and Whitney’s count of pairs, and turns over with the sign', () => {
  const rows = fc.array(fc.record({ risk: fc.integer({ min: 0, max: 9 }), label: fc.constantFrom(0, 1) }), {
    maxLength: 50,
  })
  fc.assert(
    fc.property(rows, rows => {
      const risk = Float64Array.from(rows, row => row.risk)
      const label = Uint8Array.from(rows, row => row.label)
      const [bad, good] = [rows.filter(row => row.label), rows.filter(row => !row.label)]
      fc.pre(bad.length > 0 && good.length > 0)
      let pairs = 0
      for (const b of bad) for (const g of good) pairs += b.risk > g.risk ? 1 : b.risk === g.risk ? 0.5 : 0
      const { auc } = metrics.rocAuc(risk, label)
      expect(auc).toBeCloseTo(pairs / (bad.length * good.length), 12)
      expect(
        metrics.rocAuc(
          risk.map(value => -value),
          label,
        ).auc,
      ).toBeCloseTo(1 - auc, 12)
    }),
  )
})

test('the interval covers the true area in 95 % of repeats, with few bad rows too', () => {
  let state = 7
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return (state + 0.5) / 2 ** 32
  }
  // Two exponentials whose means are as 3 to 1: the area is 3 / (3 + 1) exactly.
  const draw = (mean: number) => -mean * Math.log(random())
  const repeats = 2000
  let [covered, plain] = [0, 0]
  for (let r = 0; r < repeats; r++) {
    const label = Uint8Array.from({ length: 60 }, (_, i) => (i < 8 ? 1 : 0))
    const risk = Float64Array.from(label, bad => draw(bad ? 3 : 1))
    const { auc, se, low, high } = metrics.rocAuc(risk, label)
    if (low <= 0.75 && 0.75 <= high) covered++
    if (Math.abs(auc - 0.75) <= 1.96 * se) plain++
  }
  expect(covered / repeats).toBeGreaterThan(0.95 - 3 * Math.sqrt((0.95 * 0.05) / repeats))
  expect(covered).toBeGreaterThan(plain)
})

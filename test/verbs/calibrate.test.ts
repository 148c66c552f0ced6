import { describe, expect, test } from 'vitest'
import { Failure } from '../../src/errors.ts'
import { createRandom } from '../../src/math/random.ts'
import type { Level } from '../../src/recipe/schema.ts'
import { type CalibrationRows, calibrate, requireSupport, ruleText, supportText } from '../../src/verbs/calibrate.ts'

/** 1, 2, … n in an order that is not sorted. */
const shuffled = (n: number) => Float64Array.from({ length: n }, (_, i) => ((i * 7919) % n) + 1)
const rows = (heldOut: Float64Array, trained = heldOut): CalibrationRows => ({
  trained,
  bad: new Float64Array(0),
  heldOut: { risk: heldOut },
})
const share = (text: string, budget: number): Level => ({
  name: 'W',
  rule: { kind: 'false_alarms', unit: 'share', budget, text },
})
const weekly = (budget: number): Level => ({
  name: 'W',
  rule: { kind: 'false_alarms', unit: 'week', budget, text: `${budget}/week` },
})

describe('the cut', () => {
  test('of a fixed risk is that risk, whatever the rows', () => {
    expect(calibrate([{ name: 'W', rule: { kind: 'risk', value: 0.7 } }], rows(new Float64Array(0)))[0]).toMatchObject({
      cut: 0.7,
      rule: 'risk 0.7',
    })
  })

  test('of a quantile leaves that share of the held-out rows above it', () => {
    const held = shuffled(1000)
    const [level] = calibrate([{ name: 'W', rule: { kind: 'quantile', value: 0.95 } }], rows(held, new Float64Array(1)))
    expect(held.filter(r => r > (level?.cut as number))).toHaveLength(50)
  })

  test('of a contamination calls that share of the rows that taught anomalous', () => {
    const trained = shuffled(1000)
    const [level] = calibrate(
      [{ name: 'W', rule: { kind: 'contamination', value: 0.1 } }],
      rows(new Float64Array(5), trained),
    )
    expect(trained.filter(r => r > (level?.cut as number))).toHaveLength(100)
  })

  test('of a share keeps it with 95 % confidence, so with room to spare', () => {
    const held = shuffled(1000)
    const [level] = calibrate([share('5%', 0.05)], rows(held))
    const above = held.filter(r => r > (level?.cut as number)).length
    expect(above).toBeGreaterThan(20)
    expect(above).toBeLessThan(50)
    expect(level?.support).toMatchObject({
      supported: true,
      unit: 'share',
      asked: 0.05,
      events: above,
      rate: above / 1000,
    })
    expect(level?.support?.promise).toBeLessThanOrEqual(0.05)
  })

  test('of a severer level never lies below a milder', () => {
    const random = createRandom(1)
    const held = Float64Array.from({ length: 50 }, () => random.next())
    const levels = calibrate(
      [
        { ...share('1%', 0.01), name: 'A' },
        { name: 'B', rule: { kind: 'quantile', value: 0.5 } },
      ],
      rows(held),
    )
    expect(levels.map(l => l.name)).toEqual(['A', 'B'])
    expect(levels[1]?.cut).toBe(levels[0]?.cut)
  })

  test('without held-out rows is refused with what would help', () => {
    for (const level of [
      share('1%', 0.01),
      weekly(1),
      { name: 'W', rule: { kind: 'quantile', value: 0.9 } } as Level,
    ]) {
      expect(() => calibrate([level], rows(Float64Array.of(Number.NaN)))).toThrow(Failure)
    }
  })
})

describe('a budget beyond the data', () => {
  test('gets the tightest cut, what that supports, and what it would take', () => {
    // No alarm in n rows bounds the share by 1 − 0.05^(1/n); 1 % needs ⌈ln 0.05 / ln 0.99⌉ = 299 rows.
    const [level] = calibrate([share('1%', 0.01)], rows(shuffled(100)))
    expect(level?.cut).toBe(100)
    expect(level?.support).toMatchObject({ supported: false, events: 0, needed: 299 })
    expect(level?.support?.supports).toBeCloseTo(1 - 0.05 ** 0.01, 12)
    const text = supportText(level?.rule as string, level?.support as never)
    expect(text).toBe('supports at most 3 % false alarms (95 %). You asked 1%: that takes 299 held-out healthy rows')
  })

  test('by time: none in a day is at most 21 a week; 0.1 takes 30 weeks', () => {
    const seconds = Float64Array.from({ length: 145 }, (_, i) => i * 600)
    const held: CalibrationRows = {
      trained: shuffled(145),
      bad: new Float64Array(0),
      heldOut: { risk: shuffled(145), seconds },
    }
    const [level] = calibrate([weekly(0.1)], held)
    // 2.9957 (= −ln 0.05) over one day: 20.97 a week.
    expect(level?.support?.supported).toBe(false)
    expect(supportText(level?.rule as string, level?.support as never)).toMatch(
      /^supports at most 2[01] false alarms a week \(95 %\)\. You asked 0\.1\/week: that takes 30 weeks of healthy data$/,
    )
  })

  test('fails only when asked to', () => {
    const unsupported = calibrate([share('1%', 0.01)], rows(shuffled(100)))
    expect(() => requireSupport(unsupported)).toThrow(/cannot support the budget of W/)
    expect(() => requireSupport(calibrate([share('10%', 0.1)], rows(shuffled(1000))))).not.toThrow()
  })
})

test('rules in words', () => {
  expect(ruleText({ kind: 'false_alarms', budget: 1, unit: 'week', text: '1/week' })).toBe('false alarms 1/week')
  expect(ruleText({ kind: 'quantile', value: 0.999 })).toBe('quantile 99.9 %')
  expect(ruleText({ kind: 'contamination', value: 0.07 })).toBe('contamination 7 %')
})

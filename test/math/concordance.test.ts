import fc from 'fast-check'
import { expect, test } from 'vitest'
import { concordance } from '../../src/math/concordance.ts'
import golden from '../golden/cox.json' with { type: 'json' }

const of = (time: number[], event: number[], risk: number[]) =>
  concordance(Float64Array.from(time), Uint8Array.from(event), Float64Array.from(risk))

test(`is that of ${golden.made}, ties and all`, () => {
  for (const { time, event, risk, index } of golden.concordance)
    expect(of(time, event, risk).index).toBeCloseTo(index, 14)
})

test('1 for perfect order, 0 for the reverse, a half for equal risks, nothing without a pair', () => {
  expect(of([1, 2, 3], [1, 1, 1], [3, 2, 1])).toEqual({ concordant: 3, discordant: 0, tied: 0, index: 1 })
  expect(of([1, 2, 3], [1, 1, 1], [1, 2, 3]).index).toBe(0)
  expect(of([1, 2, 3], [1, 1, 0], [5, 5, 5])).toEqual({ concordant: 0, discordant: 0, tied: 3, index: 0.5 })
  expect(of([1, 2], [0, 1], [1, 2]).index).toBeNaN()
  expect(of([4, 4], [1, 1], [1, 2]).index).toBeNaN()
  expect(of([4, 4], [1, 0], [2, 1]).index).toBe(1)
  expect(of([], [], []).index).toBeNaN()
  expect(of([1, Number.NaN, 3], [1, 1, 1], [3, 9, Number.NaN]).index).toBeNaN()
})

test('counts what looking at every pair counts', () => {
  const row = fc.record({
    time: fc.integer({ min: 0, max: 9 }),
    event: fc.integer({ min: 0, max: 1 }),
    risk: fc.integer({ min: 0, max: 6 }),
  })
  fc.assert(
    fc.property(fc.array(row, { maxLength: 40 }), rows => {
      let [concordant, discordant, tied] = [0, 0, 0]
      for (const a of rows)
        for (const b of rows) {
          // a's event is known to come before b's.
          if (a.event !== 1 || !(a.time < b.time || (a.time === b.time && b.event === 0))) continue
          if (a.risk > b.risk) concordant++
          else if (a.risk < b.risk) discordant++
          else tied++
        }
      const found = of(
        rows.map(r => r.time),
        rows.map(r => r.event),
        rows.map(r => r.risk),
      )
      expect([found.concordant, found.discordant, found.tied]).toEqual([concordant, discordant, tied])
    }),
  )
})

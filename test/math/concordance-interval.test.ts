import fc from 'fast-check'
import { expect, test } from 'vitest'
import { concordance } from '../../src/math/concordance.ts'
import { concordanceInterval } from '../../src/math/concordance-interval.ts'
import { createRandom } from '../../src/math/random.ts'

type Row = { readonly time: number; readonly event: number; readonly risk: number }
const columns = (rows: readonly Row[]) =>
  [
    Float64Array.from(rows, r => r.time),
    Uint8Array.from(rows, r => r.event),
    Float64Array.from(rows, r => r.risk),
  ] as const

test('its value is the concordance, its error what taking out each pair by hand gives', () => {
  const row = fc.record({
    time: fc.integer({ min: 0, max: 9 }),
    event: fc.integer({ min: 0, max: 1 }),
    risk: fc.integer({ min: 0, max: 6 }),
  })
  fc.assert(
    fc.property(fc.array(row, { maxLength: 30 }), rows => {
      const got = concordanceInterval(...columns(rows))
      const { index } = concordance(...columns(rows))
      if (Number.isNaN(index)) {
        expect(got.value).toBeNaN()
        return
      }
      expect(got.value).toBeCloseTo(index, 12)
      let pairs = 0
      const pull = rows.map(() => 0)
      rows.forEach((a, i) => {
        rows.forEach((b, j) => {
          if (a.event !== 1 || !(a.time < b.time || (a.time === b.time && b.event === 0))) return
          const right = a.risk > b.risk ? 1 : a.risk === b.risk ? 0.5 : 0
          pull[i]! += right - index
          pull[j]! += right - index
          pairs++
        })
      })
      expect(got.se).toBeCloseTo(Math.hypot(...pull) / pairs, 12)
      expect(got.low).toBeLessThanOrEqual(got.value)
      expect(got.high).toBeGreaterThanOrEqual(got.value)
    }),
  )
})

/** Risk and exponential time tied by `slope`; half of the rows are watched to the end. */
function draw(random: ReturnType<typeof createRandom>, rows: number, slope: number): Row[] {
  return Array.from({ length: rows }, () => {
    const risk = random.normal()
    const [until, watched] = [-Math.log(random.next()) * Math.exp(-slope * risk), -Math.log(random.next())]
    return { time: Math.min(until, watched), event: Number(until < watched), risk }
  })
}

test('the interval holds the true value about 95 times in 100, with 25 rows as with 200', () => {
  const random = createRandom(3)
  for (const slope of [0, 1]) {
    const truth = concordance(...columns(draw(random, 20_000, slope))).index
    for (const rows of [25, 200]) {
      const held = Array.from({ length: 400 }, () => concordanceInterval(...columns(draw(random, rows, slope)))).filter(
        ({ low, high }) => low <= truth && truth <= high,
      ).length
      expect(held / 400, `slope ${slope}, ${rows} rows`).toBeGreaterThan(0.92)
      expect(held / 400, `slope ${slope}, ${rows} rows`).toBeLessThan(0.99)
    }
  }
})

test('perfect order of few events is not certainty; one event says nothing', () => {
  const perfect = concordanceInterval(...columns([1, 2, 3, 4, 5].map(t => ({ time: t, event: 1, risk: -t }))))
  expect([perfect.value, perfect.high]).toEqual([1, 1])
  expect(perfect.low).toBeLessThan(0.5)
  const one = concordanceInterval(
    ...columns([
      { time: 1, event: 1, risk: 1 },
      { time: 2, event: 0, risk: 0 },
      { time: 3, event: 0, risk: 2 },
    ]),
  )
  expect(one).toMatchObject({ value: 0.5, low: 0, high: 1 })
})

test('risks that are all equal tell nothing, so nothing is excluded', () => {
  const equal = concordanceInterval(...columns([1, 2, 3, 4].map(time => ({ time, event: 1, risk: 5 }))))
  expect(equal).toMatchObject({ value: 0.5, low: 0, high: 1 })
})

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { byGroup, episodes, heldRisk, lastingAlarms } from '../../src/math/episodes.ts'

const rows = fc.array(
  fc.record({ risk: fc.constantFrom(0.1, 0.2, 0.3, 0.4, 0.5, Number.NaN), group: fc.integer({ min: -1, max: 3 }) }),
  { minLength: 1, maxLength: 60 },
)
const holds = fc
  .integer({ min: 1, max: 6 })
  .chain(of => fc.record({ count: fc.integer({ min: 1, max: of }), of: fc.constant(of) }))

describe('groups', () => {
  test('interleaved rows come back group by group, in their order', () => {
    const { order, starts, codes } = byGroup(6, Int32Array.of(2, 0, 2, -1, 0, 2))
    expect([...codes]).toEqual([-1, 0, 2])
    expect([...starts]).toEqual([0, 1, 3, 6])
    expect([...order]).toEqual([3, 1, 4, 0, 2, 5])
  })
})

describe('episodes', () => {
  test('consecutive alarming rows count once; each group counts for itself', () => {
    const risk = Float64Array.of(1, 9, 9, 1, 9, 9, 9)
    expect(episodes(risk, 5)).toBe(2)
    expect(episodes(risk, 5, { group: Int32Array.of(0, 0, 1, 1, 0, 0, 1) })).toBe(3)
    expect(episodes(risk, 9)).toBe(0)
  })

  test('hold 3 of 5 ignores a short burst and bridges a short gap', () => {
    const hold = { count: 3, of: 5 }
    expect(episodes(Float64Array.of(9, 9, 1, 1, 1, 1, 9, 1), 5, { hold })).toBe(0)
    expect(episodes(Float64Array.of(9, 9, 1, 9, 9, 1, 9, 9, 1, 1, 1, 1), 5, { hold })).toBe(1)
  })

  test('a row without a risk does not alarm', () => {
    expect(episodes(Float64Array.of(9, Number.NaN, 9), 5)).toBe(2)
    expect(episodes(Float64Array.of(Number.NaN, Infinity), 5)).toBe(0)
  })

  test('the held risk exceeds a cut exactly when enough of the last rows of the group do', () => {
    fc.assert(
      fc.property(rows, holds, fc.constantFrom(0, 0.1, 0.25, 0.3, 0.5), (rows, hold, cut) => {
        const risk = Float64Array.from(rows, row => row.risk)
        const group = Int32Array.from(rows, row => row.group)
        const held = heldRisk(risk, byGroup(rows.length, group), hold)
        rows.forEach((row, i) => {
          const window = rows
            .slice(0, i + 1)
            .filter(other => other.group === row.group)
            .slice(-hold.of)
          expect(held[i]! > cut).toBe(window.filter(other => other.risk > cut).length >= hold.count)
        })
      }),
    )
  })
})

describe('lasting alarms', () => {
  const risk = Float64Array.of(1, 9, 1, 9, 9, /* second group */ 9, 1, 1)
  const group = Int32Array.of(7, 7, 7, 7, 7, 3, 3, 3)

  test('the place where the alarm came to stay, and where it first rang', () => {
    expect(lastingAlarms(risk, 5, { group })).toEqual([
      { group: 3, rows: 3, lasting: undefined, first: 0 },
      { group: 7, rows: 5, lasting: 3, first: 1 },
    ])
  })

  test('an order other than the rows’ own', () => {
    const order = Float64Array.of(4, 3, 2, 1, 0, 2, 1, 0)
    expect(lastingAlarms(risk, 5, { group, order })).toEqual([
      { group: 3, rows: 3, lasting: 2, first: 2 },
      { group: 7, rows: 5, lasting: undefined, first: 0 },
    ])
  })
})

import { Value } from 'typebox/value'
import { describe, expect, test } from 'vitest'
import { createRandom } from '../../src/math/random.ts'
import { type Cox, cox } from '../../src/models/cox.ts'
import golden from '../golden/cox.json' with { type: 'json' }
import { columnsOf, expectNear, normalColumns, training } from './labelled.ts'

const defaults = Value.Create(cox.params) as object

function learned(
  columns: readonly Float64Array[],
  time: ArrayLike<number>,
  event: ArrayLike<number>,
  given: object = {},
  weight?: Float64Array,
): Cox {
  const parameters = { ...defaults, ...given }
  expect(Value.Check(cox.params, parameters)).toBe(true)
  const y = { time: Float64Array.from(time), event: Uint8Array.from(event) }
  return cox.fit!(training('survive', columns, y, weight), parameters as never)
}

function risks(state: Cox, columns: readonly Float64Array[]): Float64Array {
  const out = new Float64Array(columns[0]!.length)
  cox.scorer(state).score({ rows: out.length, columns }, out)
  return out
}

function curves(state: Cox, columns: readonly Float64Array[], rows: number): Float64Array {
  const { times, curve } = cox.survival!(state)
  const out = new Float64Array(rows * times.length)
  curve({ rows, columns }, out)
  return out
}

/** Times that columns 0 and 1 shorten and lengthen, some of them cut off. */
function times(columns: readonly Float64Array[], seed: number, rounded = false) {
  const random = createRandom(seed)
  const event = new Uint8Array(columns[0]!.length)
  const time = columns[0]!.map((v, i) => {
    const life = -Math.log(1 - random.next()) * Math.exp(-v + 0.5 * (columns[1]?.[i] ?? 0)) * 10
    const end = 30 * random.next()
    event[i] = Number(life <= end)
    return rounded ? Math.ceil(Math.min(life, end)) : Math.min(life, end)
  })
  return { time, event }
}

test('the parameters and their defaults', () => {
  expect(defaults).toEqual({ ties: 'efron', penalizer: 0, max_iter: 100, tol: 1e-9 })
  for (const wrong of [{ ties: 'exact' }, { penalizer: -1 }, { l1_ratio: 0 }])
    expect(Value.Check(cox.params, { ...defaults, ...wrong })).toBe(false)
})

describe(`everything is as in ${golden.made}`, () => {
  for (const { name, ties, penalizer, x, time, event, weight, ...expected } of golden.cases)
    test(`${name}, ${ties}`, () => {
      const columns = columnsOf(x)
      const state = learned(columns, time, event, { ties, penalizer }, Float64Array.from(weight))
      expectNear(state.coefficient, expected.coefficient, 1e-8)
      expectNear([state.logLikelihood], [expected.logLikelihood], 1e-10)
      if (!expected.survival) return
      expectNear(state.standardError, expected.standardError, 1e-8)
      expect(state.concordance).toBeCloseTo(expected.concordance, 12)
      expect([...state.times]).toEqual(expected.times)
      expectNear(state.hazard, expected.hazard, 1e-8)
      expectNear(risks(state, columns), expected.risk, 1e-8)
      expectNear(curves(state, columns, 3), expected.survival, 1e-8)
    })
})

test('no order of the rows changes anything that counts', () => {
  const columns = normalColumns(3, 200)
  const { time, event } = times(columns, 1, true)
  const order = createRandom(2).sample(200, 200)
  const turned = <T extends Float64Array | Uint8Array>(values: T) => values.map((_, i) => values[order[i]!]!) as T
  const state = learned(columns, time, event)
  const same = learned(columns.map(turned), turned(time), turned(event))
  expectNear(same.coefficient, state.coefficient, 1e-10)
  expectNear(same.hazard, state.hazard, 1e-10)
})

test('without ties efron and breslow agree, and weight 2 everywhere only halves the variance', () => {
  const columns = normalColumns(2, 150)
  const { time, event } = times(columns, 3)
  const state = learned(columns, time, event)
  expectNear(learned(columns, time, event, { ties: 'breslow' }).coefficient, state.coefficient, 1e-12)
  const twice = learned(columns, time, event, {}, new Float64Array(150).fill(2))
  expectNear(twice.coefficient, state.coefficient, 1e-10)
  expectNear(
    twice.standardError,
    state.standardError.map(s => s / Math.SQRT2),
    1e-10,
  )
})

test('columns that never change, have no value or repeat another do not disturb the rest', () => {
  const columns = normalColumns(2, 150)
  const { time, event } = times(columns, 3)
  const alone = learned(columns, time, event)
  const state = learned(
    [...columns, new Float64Array(150).fill(7), new Float64Array(150).fill(Number.NaN), columns[0]!],
    time,
    event,
  )
  expect([state.coefficient[2], state.coefficient[3], state.standardError[2]]).toEqual([0, 0, 0])
  expectNear([state.coefficient[0]! + state.coefficient[4]!, state.coefficient[1]!], alone.coefficient, 1e-6)
  expectNear([state.logLikelihood], [alone.logLikelihood], 1e-10)
})

test('a column that tells the order of the events: finite, in order; or shrunk by a penalizer', () => {
  const columns = normalColumns(2, 200)
  const time = columns[0]!.map(v => Math.exp(-v))
  const event = new Uint8Array(200).fill(1)
  const state = learned(columns, time, event)
  expect(state.concordance).toBe(1)
  expect(risks(state, columns).every(Number.isFinite)).toBe(true)
  expect(curves(state, columns, 200).every(Number.isFinite)).toBe(true)
  expect([...state.hazard, ...state.standardError].every(Number.isFinite)).toBe(true)
  const shrunk = learned(columns, time, event, { penalizer: 0.1 })
  expect(Math.abs(shrunk.coefficient[0]!)).toBeLessThan(Math.abs(state.coefficient[0]!))
  expect(shrunk.concordance).toBeGreaterThan(0.95)
})

test('a level in which nobody had the event: the others are as they are without it', () => {
  const columns = normalColumns(2, 300)
  const { time, event } = times(columns, 8)
  const safe = Float64Array.from({ length: 300 }, (_, i) => Number(i % 10 === 0))
  const spared = event.map((e, i) => (safe[i] === 1 ? 0 : e))
  const state = learned([...columns, safe], time, spared)
  const rest = Float64Array.from(safe, s => 1 - s)
  expect(state.coefficient[2]).toBeLessThan(-10)
  expectNear(state.coefficient.subarray(0, 2), learned(columns, time, spared, {}, rest).coefficient, 1e-6)
})

test('curves fall from 1, lower for a higher risk', () => {
  const columns = normalColumns(2, 100)
  const { time, event } = times(columns, 4)
  const state = learned(columns, time, event)
  const [low, high] = [0, 1].map(k => [Float64Array.of(k === 0 ? -1 : 1), Float64Array.of(0)])
  const [safe, risky] = [curves(state, low!, 1), curves(state, high!, 1)]
  for (const [t, s] of safe.entries()) {
    expect(s).toBeGreaterThan(risky[t]!)
    if (t > 0) expect(s).toBeLessThan(safe[t - 1]!)
  }
})

test('no event is told, and so are too few steps', () => {
  const columns = normalColumns(2, 100)
  const { time, event } = times(columns, 4)
  expect(() => learned(columns, time, new Uint8Array(100))).toThrowError(
    expect.objectContaining({ code: 'TOO_FEW_ROWS', message: expect.stringContaining('rows with an event: 0 rows') }),
  )
  expect(() => learned(columns, time, event, { max_iter: 1 })).toThrowError(
    expect.objectContaining({ code: 'RECIPE_INVALID', hint: expect.stringContaining('penalizer') }),
  )
})

test('reasons add up to the log hazard, and a column far out comes first', () => {
  const columns = normalColumns(4, 300)
  const { time, event } = times(columns, 6)
  const state = learned(columns, time, event)
  const { base, explain } = cox.explain!(state)
  expect(base).toBe(0)
  const shares = new Float64Array(1200)
  explain({ rows: 300, columns }, shares)
  for (const [i, risk] of risks(state, columns).entries())
    expect(shares.subarray(i * 4, i * 4 + 4).reduce((a, b) => a + b, 0)).toBeCloseTo(Math.log(risk), 10)
  let first = 0
  for (let i = 0; i < 300; i++) {
    const planted = columns.map((column, j) =>
      Float64Array.of(j === i % 2 ? 40 * Math.sign(state.coefficient[j]!) : column[i]!),
    )
    const own = new Float64Array(4)
    explain({ rows: 1, columns: planted }, own)
    if (own.indexOf(Math.max(...own)) === i % 2) first++
  }
  expect(first / 300).toBeGreaterThanOrEqual(0.98)
})

test('a state that somebody else made wrongly is refused', () => {
  const columns = normalColumns(2, 100)
  const { time, event } = times(columns, 4)
  const state = learned(columns, time, event)
  for (const wrong of [{ coefficient: Float64Array.of(1) }, { centre: Float64Array.of(0, Number.NaN) }])
    expect(() => cox.scorer({ ...state, ...wrong })).toThrow(/^its /)
  for (const wrong of [
    { times: Float64Array.of(1) },
    { hazard: state.hazard.toReversed() },
    { times: state.times.toReversed() },
    { hazard: state.hazard.map(() => Number.NaN) },
  ])
    expect(() => cox.survival!({ ...state, ...wrong })).toThrow(/^its baseline/)
})

import { Value } from 'typebox/value'
import { describe, expect, test } from 'vitest'
import { type Ridge, ridge } from '../../src/models/ridge.ts'
import golden from '../golden/linear.json' with { type: 'json' }
import { columnsOf, expectNear, normalColumns, training } from './labelled.ts'

const defaults = Value.Create(ridge.params) as { alpha: number; fit_intercept: boolean }

const learned = (
  columns: readonly Float64Array[],
  value: ArrayLike<number>,
  given: object = {},
  weight?: Float64Array,
) => ridge.fit!(training('regress', columns, { value: Float64Array.from(value) }, weight), { ...defaults, ...given })

function predictions(state: Ridge, columns: readonly Float64Array[]): Float64Array {
  const out = new Float64Array(columns[0]!.length)
  ridge.scorer(state).score({ rows: out.length, columns }, out)
  return out
}

test('the parameters default to those of scikit-learn', () => {
  expect(defaults).toEqual({ alpha: 1, fit_intercept: true })
  for (const wrong of [{ alpha: -1 }, { solver: 'svd' }])
    expect(Value.Check(ridge.params, { ...defaults, ...wrong })).toBe(false)
})

describe(`coefficients and predictions are those of ${golden.made}`, () => {
  for (const { name, given, x, y, weight, ...expected } of golden.ridge)
    test(name, () => {
      const columns = columnsOf(x)
      const state = learned(columns, y, given, Float64Array.from(weight))
      expectNear(state.coefficient, expected.coefficient, 1e-9)
      expectNear([state.intercept], [expected.intercept], 1e-9)
      expectNear(predictions(state, columns), expected.risk, 1e-9)
    })
})

test('columns and rows give the same: a table on the border between the two', () => {
  const columns = normalColumns(30, 29)
  const value = normalColumns(1, 29, 3)[0]!
  const wide = learned(columns, value)
  const tall = learned(
    [...columns.slice(0, 15), ...columns.slice(15)].map(c => Float64Array.of(...c, 0, 0)),
    [...value, 0, 0],
    {},
    Float64Array.from({ length: 31 }, (_, i) => Number(i < 29)),
  )
  expectNear(wide.coefficient, tall.coefficient, 1e-12)
})

test('a column that nearly repeats another keeps its digits', () => {
  const [a, noise] = normalColumns(2, 200) as [Float64Array, Float64Array]
  const twin = a.map((v, i) => v + 1e-7 * noise[i]!)
  // y = 3a + 2 (twin − a) · 1e7 exactly, but for rounding of the twin.
  const value = a.map((v, i) => 3 * v + 2 * ((twin[i]! - v) * 1e7))
  const state = learned([a, twin], value, { alpha: 0 })
  expect(state.coefficient[1]! / 2e7).toBeCloseTo(1, 6)
  expect((state.coefficient[0]! + 2e7) / 1e7).toBeCloseTo(0, 6)
})

test('numbers of any size', () => {
  const [a, b] = normalColumns(2, 50) as [Float64Array, Float64Array]
  const value = a.map((v, i) => 2 * v - b[i]! + 1)
  const plain = learned([a, b], value, { alpha: 0 })
  const large = learned(
    [a.map(v => v * 1e120), b.map(v => v * 1e-120)],
    value.map(v => v * 1e140),
    { alpha: 0 },
  )
  expectNear([large.coefficient[0]! / 1e20, large.coefficient[1]! / 1e260], plain.coefficient, 1e-9)
})

test('reasons add up to the prediction, and a column far out comes first', () => {
  const columns = normalColumns(5, 300)
  const value = columns[0]!.map(
    (v, i) => v - 2 * columns[1]![i]! + 0.5 * columns[2]![i]! + 0.7 * columns[3]![i]! - columns[4]![i]!,
  )
  const state = learned(columns, value)
  const { base, explain } = ridge.explain!(state)
  const shares = new Float64Array(300 * 5)
  explain({ rows: 300, columns }, shares)
  for (const [i, found] of predictions(state, columns).entries())
    expect(shares.subarray(i * 5, i * 5 + 5).reduce((a, b) => a + b, base!)).toBeCloseTo(found, 10)
  let first = 0
  for (let i = 0; i < 300; i++) {
    const planted = columns.map((column, j) =>
      Float64Array.of(j === i % 5 ? 40 * Math.sign(state.coefficient[j]!) : column[i]!),
    )
    const own = new Float64Array(5)
    explain({ rows: 1, columns: planted }, own)
    if (own.indexOf(Math.max(...own)) === i % 5) first++
  }
  expect(first / 300).toBeGreaterThanOrEqual(0.98)
})

test('no rows teach nothing, and say so', () => {
  expect(() => learned([Float64Array.of(1, 2)], [1, 2], {}, new Float64Array(2))).toThrowError(
    expect.objectContaining({ code: 'TOO_FEW_ROWS' }),
  )
})

test('a state that somebody else made wrongly is refused', () => {
  const state = learned(normalColumns(2, 50), normalColumns(1, 50)[0]!)
  for (const wrong of [
    { coefficient: Float64Array.of(1) },
    { centre: Float64Array.of(0, Number.NaN) },
    { base: Number.NaN },
  ])
    expect(() => ridge.scorer({ ...state, ...wrong } as Ridge)).toThrow(/^its /)
})

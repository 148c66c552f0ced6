import { Value } from 'typebox/value'
import { describe, expect, test } from 'vitest'
import type { Columns } from '../../src/math/columns.ts'
import { impute } from '../../src/transforms/impute.ts'
import { findTransform, learnedTransforms } from '../../src/transforms/index.ts'
import { scale } from '../../src/transforms/scale.ts'
import golden from '../golden/transforms.json' with { type: 'json' }

const block = (columns: (number | null)[][]): Columns => ({
  rows: columns[0]!.length,
  columns: columns.map(column => Float64Array.from(column, value => value ?? Number.NaN)),
})

function expectNear(found: Columns, expected: (number | null)[][]) {
  expected.forEach((column, c) => {
    column.forEach((value, row) => {
      const x = (found.columns[c] as Float64Array)[row]!
      if (value === null) expect(x).toBeNaN()
      else expect(Math.abs(x - value)).toBeLessThanOrEqual(1e-12 * Math.max(1, Math.abs(value)))
    })
  })
}

describe(`the same as ${golden.made}`, () => {
  for (const method of ['standard', 'minmax', 'robust'] as const)
    test(`scale ${method}`, () => {
      const state = scale.fit(block(golden.training), { method })
      expectNear(scale.apply(state)(block(golden.new)), golden.expected[method])
    })
  for (const strategy of ['mean', 'median', 'constant'] as const)
    test(`impute ${strategy}`, () => {
      const state = impute.fit(block(golden.training), { strategy, fill_value: -7.5 })
      expectNear(impute.apply(state)(block(golden.new)), golden.expected[strategy])
    })
})

test('scale none leaves every bit', () => {
  const columns = [Float64Array.of(1e300, -0, Number.NaN, Infinity)]
  const state = scale.fit({ rows: 4, columns }, { method: 'none' })
  expect(scale.apply(state)({ rows: 4, columns }).columns).toEqual(columns)
})

test('constant columns keep size 1, rounding in a constant column is not blown up', () => {
  const columns = [new Float64Array(9).fill(5), Float64Array.from({ length: 9 }, (_, i) => (i % 2 ? 0.1 + 0.2 : 0.3))]
  for (const method of ['standard', 'minmax', 'robust'] as const)
    expect([...scale.fit({ rows: 9, columns }, { method }).size]).toEqual([1, 1])
})

describe('every transform that is learned', () => {
  for (const transform of learnedTransforms) {
    const params = Value.Create(transform.params) as never
    const numbers = Float64Array.of(3, Number.NaN, 5, 4, 99)
    const empty = new Float64Array(5).fill(Number.NaN)
    const infinite = Float64Array.of(1, Infinity, 2, 3, -Infinity)
    const category = { codes: Int32Array.of(0, 1, -1, 0, 0), levels: ['a', 'b'] }
    const x: Columns = { rows: 4, columns: [numbers, empty, infinite, category] }

    test(`${transform.kind}: found by its name, one state for the same rows, inputs untouched`, () => {
      expect(findTransform(transform.kind)).toBe(transform)
      const before = structuredClone(x)
      const state = transform.fit(x, params)
      expect(transform.fit(x, params)).toEqual(state)
      const out = transform.apply(state)(x)
      expect(x).toEqual(before)
      expect(out.rows).toBe(4)
      expect(out.columns[3]).toBe(category)
      for (const column of out.columns.slice(0, 3)) expect(x.columns).not.toContain(column)
    })

    test(`${transform.kind}: only the first rows count`, () => {
      const shorter = { rows: 4, columns: x.columns.map(c => (c instanceof Float64Array ? c.slice(0, 4) : c)) }
      expect(transform.fit(x, params)).toEqual(transform.fit(shorter, params))
    })

    test(`${transform.kind}: columns without values and infinite values are legal`, () => {
      for (const value of Object.values(transform.fit(x, params)))
        expect((value as Float64Array).every(Number.isFinite)).toBe(true)
    })

    test(`${transform.kind}: a row is the same alone and in blocks of any size, larger ones later`, () => {
      const apply = transform.apply(transform.fit(x, params))
      const whole = transform.apply(transform.fit(x, params))(x).columns.slice(0, 3) as Float64Array[]
      for (const size of [1, 3, 4])
        for (let from = 0; from < 4; from += size) {
          const rows = Math.min(size, 4 - from)
          const columns = x.columns.map(c => (c instanceof Float64Array ? c.subarray(from) : c))
          const part = apply({ rows, columns })
          whole.forEach((column, c) => {
            expect((part.columns[c] as Float64Array).subarray(0, rows)).toEqual(column.subarray(from, from + rows))
          })
        }
    })
  }
  test('an unknown name is not found', () => expect(findTransform('scaler')).toBeUndefined())
})

test('blank empties a range, ends included, of the columns that have one', () => {
  const step = findTransform('blank')!.apply({
    low: Float64Array.of(-1, Infinity),
    high: Float64Array.of(1, -Infinity),
  })
  const column = Float64Array.of(-1.5, -1, -0, 1, 1.5, Number.NaN)
  const none = Number.NaN
  const made = step({ rows: 6, columns: [column, column] }).columns as Float64Array[]
  expect(made.map(values => [...values])).toEqual([[-1.5, none, none, none, 1.5, none], [...column]])
  expect(column[1]).toBe(-1)
  expect(() => step({ rows: 6, columns: [column] })).toThrow('1 columns')
})

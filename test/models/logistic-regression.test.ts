import { Value } from 'typebox/value'
import { describe, expect, test } from 'vitest'
import { createRandom } from '../../src/math/random.ts'
import { type LogisticRegression, logisticRegression } from '../../src/models/logistic-regression.ts'
import golden from '../golden/linear.json' with { type: 'json' }
import { classTarget, columnsOf, expectNear, normalColumns, training } from './labelled.ts'

const defaults = Value.Create(logisticRegression.params) as object

function learned(
  columns: readonly Float64Array[],
  codes: ArrayLike<number>,
  given: object = {},
  weight?: Float64Array,
) {
  const parameters = { ...defaults, ...given }
  expect(Value.Check(logisticRegression.params, parameters)).toBe(true)
  return logisticRegression.fit!(training('classify', columns, classTarget(codes), weight), parameters as never)
}

function risks(state: LogisticRegression, columns: readonly Float64Array[]): Float64Array {
  const out = new Float64Array(columns[0]!.length)
  logisticRegression.scorer(state).score({ rows: out.length, columns }, out)
  return out
}

test('the parameters default to those of scikit-learn', () => {
  expect(defaults).toEqual({
    penalty: 'l2',
    C: 1,
    l1_ratio: 0.5,
    fit_intercept: true,
    class_weight: 'none',
    max_iter: 100,
    tol: 1e-8,
  })
  for (const wrong of [
    { penalty: 'l3' },
    { C: 0 },
    { l1_ratio: 2 },
    { max_iter: 0 },
    { class_weight: 'auto' },
    { c: 1 },
  ])
    expect(Value.Check(logisticRegression.params, { ...defaults, ...wrong })).toBe(false)
})

describe(`coefficients and chances are those of ${golden.made}`, () => {
  for (const { name, given, x, y, weight, ...expected } of golden.logistic)
    test(name, () => {
      const columns = columnsOf(x)
      const state = learned(columns, y, given, Float64Array.from(weight))
      expectNear(state.coefficient, expected.coefficient, 1e-7)
      expectNear([state.intercept], [expected.intercept], 1e-7)
      expectNear(risks(state, columns), expected.risk, 1e-7)
    })
})

/** The gradient of the sum that is minimised, C · loss + l2 part, by its definition. */
function slopes(
  columns: readonly Float64Array[],
  codes: ArrayLike<number>,
  state: LogisticRegression,
  C: number,
  l2: number,
) {
  const p = risks(state, columns)
  const loss = (j: number) => p.reduce((sum, risk, i) => sum + (risk - codes[i]!) * (columns[j]?.[i] ?? 1), 0)
  const { coefficient } = state
  return { columns: coefficient.map((b, j) => C * loss(j) + l2 * b), intercept: loss(columns.length) }
}

function drawn(rows: number, columns: readonly Float64Array[], seed: number, steep: number) {
  const random = createRandom(seed)
  const b = columns.map(() => (steep * random.normal()) / Math.sqrt(columns.length))
  return Int32Array.from({ length: rows }, (_, i) => {
    const z = columns.reduce((sum, column, j) => sum + b[j]! * column[i]!, 0)
    return Number(random.next() < 1 / (1 + Math.exp(-z)))
  })
}

describe('the slope is 0 at the end', () => {
  for (const [rows, width, C] of [
    [25_000, 6, 1],
    [2000, 100, 0.1],
    [100, 300, 1],
    [200, 5, 1e6],
  ] as const)
    test(`${rows} rows, ${width} columns, C ${C}`, () => {
      const columns = normalColumns(width, rows).map((column, j) => column.map(v => v * 10 ** ((j % 5) - 2) + j))
      const codes = drawn(rows, normalColumns(width, rows), 3, 2)
      const state = learned(columns, codes, { C })
      const { columns: found, intercept } = slopes(columns, codes, state, C, 1)
      // Of what the rows could pull together, in units of the columns.
      for (const [j, slope] of found.entries())
        expect(Math.abs(slope)).toBeLessThan(1e-6 * rows * C * 10 ** ((j % 5) - 2))
      expect(Math.abs(intercept)).toBeLessThan(1e-7 * rows)
    })

  test('with l1: within its weight where a coefficient is 0, at it where it is not', () => {
    for (const [rows, width, given] of [
      [300, 60, { penalty: 'l1', C: 0.05 }],
      [60, 150, { penalty: 'l1', C: 2 }],
      [400, 40, { penalty: 'elasticnet', C: 0.1, l1_ratio: 0.7 }],
    ] as const) {
      const columns = normalColumns(width, rows)
      for (let j = 1; j < width; j += 3) columns[j] = columns[j]!.map((v, i) => 0.2 * v + columns[j - 1]![i]!)
      const codes = drawn(rows, columns, 3, 3)
      const state = learned(columns, codes, given)
      const l1 = 'l1_ratio' in given ? given.l1_ratio : 1
      const { columns: found, intercept } = slopes(columns, codes, state, given.C, 1 - l1)
      const zeros = state.coefficient.filter(b => b === 0).length
      expect(zeros).toBeGreaterThan(0)
      expect(zeros).toBeLessThan(width)
      for (const [j, b] of state.coefficient.entries()) {
        if (b === 0) expect(Math.abs(found[j]!)).toBeLessThan(l1 + 1e-5)
        else expect(Math.abs(found[j]! + l1 * Math.sign(b))).toBeLessThan(1e-5)
      }
      expect(Math.abs(given.C * intercept)).toBeLessThan(1e-5)
    }
  })
})

test('class weights of levels are weights of their rows', () => {
  const columns = normalColumns(3, 200)
  const codes = drawn(200, columns, 5, 2)
  const weight = Float64Array.from(codes, code => (code === 1 ? 5 : 1))
  const given = learned(columns, codes, { class_weight: { bad: 5 } })
  const same = learned(columns, codes, {}, weight)
  expectNear([...given.coefficient, given.intercept], [...same.coefficient, same.intercept], 1e-9)
  expect(Math.abs(given.intercept - learned(columns, codes).intercept)).toBeGreaterThan(0.5)
})

test('rows of weight 0 teach nothing, rows of weight 2 count twice', () => {
  const columns = normalColumns(2, 40)
  const codes = drawn(40, columns, 5, 1)
  const weight = Float64Array.from({ length: 40 }, (_, i) => i % 3)
  const rows = [...weight].flatMap((times, i) => Array.from({ length: times }, () => i))
  const repeated = columns.map(column => Float64Array.from(rows, i => column[i]!))
  const state = learned(columns, codes, {}, weight)
  const same = learned(
    repeated,
    rows.map(i => codes[i]!),
  )
  expectNear(state.coefficient, same.coefficient, 1e-9)
  expectNear([state.base, ...state.centre], [same.base, ...same.centre], 1e-9)
})

test('classes that a column tells apart completely: finite, in order, also without a penalty', () => {
  const columns = normalColumns(3, 100)
  const codes = columns[0]!.map(v => Number(v > 0))
  for (const given of [
    { penalty: 'none' },
    { C: 1e10 },
    { penalty: 'l1', C: 1e8 },
    { C: 1e10, fit_intercept: false },
  ]) {
    const found = risks(learned(columns, codes, given), columns)
    for (const [i, risk] of found.entries()) expect(risk > 0.5).toBe(codes[i] === 1)
  }
})

test('one class only teaches its frequency; no rows teach nothing, and say so', () => {
  const columns = normalColumns(2, 5)
  const state = learned(columns, [1, 1, 1, 1, 1])
  expect(state.coefficient).toEqual(new Float64Array(2))
  expect(risks(state, columns)[0]).toBeCloseTo(5.5 / 6, 12)
  expect(() => learned(columns, [1, 0, 1, 0, 1], {}, new Float64Array(5))).toThrowError(
    expect.objectContaining({ code: 'TOO_FEW_ROWS' }),
  )
})

test('too few steps are told, with what to do', () => {
  const columns = normalColumns(5, 300)
  expect(() => learned(columns, drawn(300, columns, 1, 5), { max_iter: 2 })).toThrowError(
    expect.objectContaining({ code: 'RECIPE_INVALID', hint: 'Give a larger max_iter, or a smaller C.' }),
  )
})

test('reasons add up to the log-odds, and a column far out comes first', () => {
  const columns = normalColumns(6, 500)
  const state = learned(columns, drawn(500, columns, 9, 4))
  const { base, explain, method } = logisticRegression.explain!(state)
  expect(method).toContain('exact')
  const found = risks(state, columns)
  const shares = new Float64Array(500 * 6)
  explain({ rows: 500, columns }, shares)
  for (const [i, risk] of found.entries()) {
    const sum = shares.subarray(i * 6, i * 6 + 6).reduce((a, b) => a + b, base!)
    expect(sum).toBeCloseTo(Math.log(risk / (1 - risk)), 8)
  }
  let first = 0
  for (let i = 0; i < 500; i++) {
    const culprit = i % 6
    const planted = columns.map((column, j) =>
      Float64Array.of(j === culprit ? 40 * Math.sign(state.coefficient[j]!) : column[i]!),
    )
    const own = new Float64Array(6)
    explain({ rows: 1, columns: planted }, own)
    if (own.indexOf(Math.max(...own)) === culprit) first++
  }
  expect(first / 500).toBeGreaterThanOrEqual(0.98)
})

test('a state that somebody else made wrongly is refused', () => {
  const state = learned(normalColumns(2, 50), drawn(50, normalColumns(2, 50), 1, 1))
  for (const wrong of [
    { coefficient: Float64Array.of(1) },
    { coefficient: Float64Array.of(1, Number.NaN) },
    { centre: [0, 0] },
    { base: Number.POSITIVE_INFINITY },
    { coefficient: new Float64Array(0), centre: new Float64Array(0) },
  ])
    expect(() => logisticRegression.scorer({ ...state, ...wrong } as LogisticRegression)).toThrow(/^its /)
  expect(() => risks(state, normalColumns(3, 5))).toThrow('3 columns for 2 coefficients')
})

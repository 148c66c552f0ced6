/** Laws that every model in the list meets: a new model is tested here without a new line. */
import { Value } from 'typebox/value'
import { describe, expect, test } from 'vitest'
import type { Columns } from '../../src/math/columns.ts'
import { createRandom } from '../../src/math/random.ts'
import type { State } from '../../src/math/state.ts'
import { findModel, models } from '../../src/models/index.ts'
import type { Model, Target, Task } from '../../src/models/model.ts'

const ROWS = 2500
const OUTLIER = 1234

/** Rows around two centres, one of them far from both. */
function table(): Float64Array[] {
  const random = createRandom(99)
  const columns = Array.from({ length: 5 }, (_, c) =>
    Float64Array.from(
      { length: ROWS },
      (_, row) => random.normal() * 10 ** (c - 2) + (row % 3 === 0 ? 4 : 0) * 10 ** (c - 2),
    ),
  )
  for (const [c, column] of columns.entries()) column[OUTLIER] = (c % 2 === 0 ? 40 : -40) * 10 ** (c - 2)
  return columns
}

/** A target in which the rows of large first and second columns are the risk. */
function target(task: Task, columns: readonly Float64Array[]): { y?: Target } {
  const rows = columns[0]!.length
  const value = Float64Array.from(
    { length: rows },
    (_, i) => (columns[0]?.[i] || 0) * 100 + (columns[1]?.[i] || 0) * 10,
  )
  if (task === 'detect') return {}
  if (task === 'regress') return { y: { value } }
  if (task === 'classify')
    return { y: { codes: Int32Array.from(value, v => Number(v > 2)), levels: ['fine', 'bad'], positive: 1 } }
  return { y: { time: value.map(v => Math.exp(-v / 10)), event: new Uint8Array(rows).fill(1) } }
}

function learn(model: Model, columns: readonly Float64Array[], seed = 3, rows = columns[0]!.length): State {
  const task = model.tasks[0]!
  const weight = new Float64Array(rows).fill(1)
  const names = columns.map((_, c) => `x${c}`)
  const training = { task, x: { rows, columns }, names, ...target(task, columns), weight, random: createRandom(seed) }
  return model.fit!(training, Value.Create(model.params) as never)
}

function score(model: Model, state: State, columns: readonly Float64Array[], rows = columns[0]!.length): Float64Array {
  const out = new Float64Array(rows).fill(Number.NaN)
  model.scorer(state).score({ rows, columns }, out)
  return out
}

const bytes = (state: State) =>
  Object.entries(state).map(([name, value]) => [
    name,
    ArrayBuffer.isView(value)
      ? Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')
      : typeof value === 'number'
        ? Buffer.from(Float64Array.of(value).buffer).toString('base64')
        : value,
  ])

const bits = (numbers: Float64Array) => [...new BigUint64Array(numbers.slice().buffer)]

test('the list: each kind once, found by its name', () => {
  expect(models.length).toBeGreaterThan(0)
  expect(new Set(models.map(model => model.kind)).size).toBe(models.length)
  for (const model of models) expect(findModel(model.kind)).toBe(model)
  expect(findModel('no-such-model')).toBeUndefined()
})

for (const model of models.filter(model => model.fit !== undefined))
  describe(model.kind, () => {
    const columns = table()
    const state = learn(model, columns)
    const whole = score(model, state, columns)

    test('says what it is, and describes every parameter', () => {
      expect(model.kind).toMatch(/^[a-z]+(-[a-z]+)*$/)
      expect(model.about).toMatch(/^[A-Z].*\.$/)
      const properties = (model.params as unknown as { properties: Record<string, { description?: string }> })
        .properties
      for (const [name, schema] of Object.entries(properties)) expect(schema.description, name).toMatch(/\.$/)
      expect(Value.Check(model.params, Value.Create(model.params))).toBe(true)
    })

    test('the state is a flat record of numbers, texts and typed arrays', () => {
      for (const [name, value] of Object.entries(state))
        expect(
          typeof value === 'number' ||
            typeof value === 'string' ||
            ArrayBuffer.isView(value) ||
            (Array.isArray(value) && value.every(item => typeof item === 'string')),
          name,
        ).toBe(true)
    })

    test('same seed, same bytes; another seed never changes the shape of the state', () => {
      expect(bytes(learn(model, columns))).toEqual(bytes(state))
      expect(Object.keys(learn(model, columns, 4))).toEqual(Object.keys(state))
    })

    test('the state survives being copied', () => {
      expect(bits(score(model, structuredClone(state) as State, columns))).toEqual(bits(whole))
    })

    test('a row scores the same alone, in blocks of any size, in any order and beside any other row', () => {
      const scorer = model.scorer(state)
      for (const size of [1, 7, 1000, 2048]) {
        const out = new Float64Array(ROWS)
        for (let from = 0; from < ROWS; from += size) {
          const block = { rows: Math.min(size, ROWS - from), columns: columns.map(column => column.subarray(from)) }
          scorer.score(block, out.subarray(from))
        }
        expect(bits(out)).toEqual(bits(whole))
      }
      const order = Int32Array.from({ length: ROWS }, (_, i) => i)
      createRandom(8).shuffle(order)
      const shuffled = score(
        model,
        state,
        columns.map(column => Float64Array.from(order, row => column[row]!)),
      )
      expect(bits(shuffled)).toEqual(bits(Float64Array.from(order, row => whole[row]!)))
    })

    test('two scorers at a time do not disturb each other', () => {
      const other = learn(
        model,
        columns.map(column => column.map(value => -value)),
        5,
      )
      const [a, b] = [model.scorer(state), model.scorer(other)]
      const out = new Float64Array(ROWS)
      a.score({ rows: 100, columns }, out)
      b.score({ rows: ROWS, columns }, new Float64Array(ROWS))
      a.score({ rows: ROWS, columns }, out)
      expect(bits(out)).toEqual(bits(whole))
    })

    test('inputs stay untouched, and only the first rows count', () => {
      const x: Columns = { rows: 2000, columns: columns.map(column => column.slice()) }
      const before = structuredClone(x)
      const fitted = learn(model, x.columns as Float64Array[], 3, 2000)
      const out = new Float64Array(ROWS).fill(-1)
      model.scorer(fitted).score(x, out)
      expect(x).toEqual(before)
      expect(out.subarray(2000).every(value => value === -1)).toBe(true)
      expect(
        bytes(
          learn(
            model,
            columns.map(column => column.slice(0, 2000)),
            3,
          ),
        ),
      ).toEqual(bytes(fitted))
    })

    test('higher is riskier: the planted row comes first', () => {
      if (model.tasks[0] === 'detect') expect(whole.indexOf(Math.max(...whole))).toBe(OUTLIER)
      else {
        const safe = columns.map(column => column.slice(0, 1).fill(-3))
        const risky = columns.map(column => column.slice(0, 1).fill(3))
        expect(score(model, state, risky)[0]).toBeGreaterThan(score(model, state, safe)[0]!)
      }
    })

    test('finite input gives a finite risk, however large', () => {
      for (const value of [0, -0, 1e-308, 1e38, -1e39, 1e300, Number.MAX_VALUE])
        expect(
          score(
            model,
            state,
            columns.map(() => Float64Array.of(value)),
          )[0],
        ).toSatisfy(Number.isFinite)
      const huge = columns.map((column, c) => (c === 0 ? column.map(value => value * 1e300) : column))
      expect(score(model, learn(model, huge), huge).every(Number.isFinite)).toBe(true)
    })

    test('constant columns, columns without a value, one row, few rows and one column are legal', () => {
      const constant = new Float64Array(ROWS).fill(7)
      const empty = new Float64Array(ROWS).fill(Number.NaN)
      for (const given of [
        [...columns, constant, empty],
        [constant, constant],
        [columns[0]!],
        columns.map(column => column.slice(0, 1)),
        columns.map(column => column.slice(0, 3)),
      ])
        expect(score(model, learn(model, given), given).every(Number.isFinite)).toBe(true)
    })

    test('its own cut, if it has one, is a number that some training rows exceed', () => {
      const cut = model.cut?.(state)
      if (cut === undefined) return
      const above = whole.filter(risk => risk > cut).length
      expect(above).toBeGreaterThan(0)
      expect(above).toBeLessThan(ROWS)
    })
  })

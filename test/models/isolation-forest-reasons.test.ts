import { describe, expect, test } from 'vitest'
import { createRandom, type Random } from '../../src/math/random.ts'
import { chanceBeyond } from '../../src/models/fences.ts'
import { averagePathLength, type IsolationForest, isolationForest } from '../../src/models/isolation-forest.ts'

const defaults = {
  n_estimators: 100,
  max_samples: 'auto',
  contamination: 'auto',
  max_features: 1,
  bootstrap: false,
} as const

function grown(columns: Float64Array[], params: Partial<Parameters<NonNullable<typeof isolationForest.fit>>[1]> = {}) {
  const rows = columns[0]!.length
  const weight = new Float64Array(rows).fill(1)
  const training = { task: 'detect', x: { rows, columns }, weight, names: [], random: createRandom(2) } as const
  return isolationForest.fit!(training, { ...defaults, ...params })
}

function table(random: Random, columns: number, rows: number): Float64Array[] {
  return Array.from({ length: columns }, () => Float64Array.from({ length: rows }, () => random.normal()))
}

function explained(state: IsolationForest, columns: Float64Array[]) {
  const rows = columns[0]!.length
  const explainer = isolationForest.explain!(state)
  const shares = new Float64Array(rows * columns.length)
  explainer.explain({ rows, columns }, shares)
  const total = (row: number) => columns.reduce((sum, _, c) => sum + shares[row * columns.length + c]!, explainer.base!)
  return { explainer, shares, total }
}

function risks(state: IsolationForest, columns: Float64Array[]): Float64Array {
  const out = new Float64Array(columns[0]!.length)
  isolationForest.scorer(state).score({ rows: out.length, columns }, out)
  return out
}

const withoutFences = ({ low, high, ...state }: IsolationForest): IsolationForest => state

describe('base and shares add up', () => {
  const columns = table(createRandom(1), 6, 3000)
  columns[0]![17] = 12
  columns[3]![17] = -9

  test('to the mean path length turned, which is c(ψ) log2 of the risk', () => {
    for (const params of [{}, { max_features: 0.5 }, { max_samples: 700, n_estimators: 20 }, { bootstrap: true }]) {
      const state = withoutFences(grown(columns, params))
      const { total } = explained(state, columns)
      const risk = risks(state, columns)
      for (let row = 0; row < 3000; row++)
        expect(Math.abs(total(row) - averagePathLength(state.drawn) * Math.log2(risk[row]!))).toBeLessThan(1e-11)
    }
  })

  test('with what values outside the fences add, and to nothing more where there are none', () => {
    const state = grown(columns)
    const { total, shares } = explained(state, columns)
    const plain = explained(withoutFences(state), columns)
    let inside = 0
    for (let row = 0; row < 3000; row++) {
      const extra = columns.reduce(
        (sum, x, c) => sum + chanceBeyond(Math.fround(x[row]!), state.low![c]!, state.high![c]!),
        0,
      )
      if (extra === 0) inside++
      expect(total(row) - plain.total(row)).toBeCloseTo(extra * (averagePathLength(256) - 1), 10)
    }
    // Seven normal values in a thousand lie outside Tukey's fences.
    expect(inside / 3000).toBeGreaterThan(0.99 ** 6 - 0.03)
    expect(shares[17 * 6]).toBeGreaterThan(plain.shares[17 * 6]! + 3)
  })
})

test('fences: quartiles and 1.5 times their distance; all that was seen where most rows agree; none without spread', () => {
  const rows = 1000
  const state = grown([
    Float64Array.from({ length: rows }, (_, i) => i),
    Float64Array.from({ length: rows }, (_, i) => (i % 10 === 0 ? i / 100 : 0)),
    new Float64Array(rows).fill(4),
    Float64Array.from({ length: rows }, (_, i) => (i % 2 ? 1e300 : -1e300)),
    new Float64Array(rows).fill(Number.NaN),
  ])
  expect(state.low![0]).toBeCloseTo(249.75 - 1.5 * 499.5, 10)
  expect(state.high![0]).toBeCloseTo(749.25 + 1.5 * 499.5, 10)
  expect([state.low![1], state.high![1]]).toEqual([0, Math.fround(9.9)])
  expect([...state.low!.subarray(2), ...state.high!.subarray(2)]).toEqual([
    ...[-Infinity, -Infinity, -Infinity],
    ...[Infinity, Infinity, Infinity],
  ])
})

test('the chance of a cut beyond: gap ÷ (gap + span), nothing inside, all at infinity', () => {
  expect([0, 4, 10].map(x => chanceBeyond(x, 0, 10))).toEqual([0, 0, 0])
  expect(chanceBeyond(15, 0, 10)).toBeCloseTo(1 / 3, 15)
  expect(chanceBeyond(-10, 0, 10)).toBeCloseTo(1 / 2, 15)
  expect(chanceBeyond(Infinity, 0, 10)).toBe(1)
  expect(chanceBeyond(1e300, -Infinity, Infinity)).toBe(0)
  expect(chanceBeyond(Number.NaN, 0, 10)).toBe(0)
})

describe('the culprit of a planted outlier in one column comes first', () => {
  const PLANTED = 1000
  for (const columns of [4, 12, 40])
    for (const max_features of [1, 0.5])
      for (const where of ['rows never seen', 'rows that taught'])
        test(`${columns} columns, max_features ${max_features}, ${where}`, () => {
          const random = createRandom(columns)
          const training = table(random, columns, 4000)
          const planted = table(random, columns, PLANTED)
          for (let row = 0; row < PLANTED; row++)
            planted[row % columns]![row] = (random.integer(2) ? 1 : -1) * (5 + 10 * random.next())
          // One row in a hundred: what a table holds that nobody has cleaned.
          if (where === 'rows that taught')
            for (const [c, column] of training.entries()) column.set(planted[c]!.subarray(0, 40))
          const shown = where === 'rows that taught' ? planted.map(column => column.subarray(0, 40)) : planted
          const { shares } = explained(grown(training, { max_features }), shown)
          const rows = shown[0]!.length
          let first = 0
          for (let row = 0; row < rows; row++) {
            const own = shares.subarray(row * columns, (row + 1) * columns)
            if (own.indexOf(Math.max(...own)) === row % columns) first++
          }
          expect(first / rows).toBeGreaterThanOrEqual(0.98)
        })
})

test('a block of another width and a state with broken fences are refused', () => {
  const columns = table(createRandom(1), 3, 300)
  const state = grown(columns)
  const block = { rows: 5, columns: columns.slice(1) }
  expect(() => isolationForest.explain!(state).explain(block, new Float64Array(15))).toThrow(
    '2 columns for a forest of 3',
  )
  expect(() => isolationForest.explain!({ ...state, low: new Float64Array(2) })).toThrow('its fences are not one')
})

test('no column that no tree cuts ever has a share', () => {
  const columns = [...table(createRandom(4), 2, 500), new Float64Array(500).fill(7)]
  const { shares } = explained(grown(columns), [...table(createRandom(5), 2, 50), new Float64Array(50).fill(900)])
  for (let row = 0; row < 50; row++) expect(shares[row * 3 + 2]).toBe(0)
})

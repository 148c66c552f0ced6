import fc from 'fast-check'
import { Value } from 'typebox/value'
import { describe, expect, test } from 'vitest'
import { searchPlainly } from '../../src/kernels/neighbours.ts'
import { createRandom } from '../../src/math/random.ts'
import { max } from '../../src/math/statistics.ts'
import { type LocalOutlierFactor, localOutlierFactor } from '../../src/models/local-outlier-factor.ts'
import type { Training } from '../../src/models/model.ts'
import golden from '../golden/local_outlier_factor.json' with { type: 'json' }

type Params = Parameters<NonNullable<typeof localOutlierFactor.fit>>[1]
const defaults = Value.Create(localOutlierFactor.params) as Params

function training(columns: Float64Array[], weight?: Float64Array): Training {
  const rows = columns[0]!.length
  return {
    task: 'detect',
    x: { rows, columns },
    names: [],
    weight: weight ?? new Float64Array(rows).fill(1),
    random: createRandom(1),
  }
}

const columnsOf = (rows: readonly (readonly number[])[]) =>
  Array.from(rows[0]!, (_, c) => Float64Array.from(rows, row => row[c]!))

const learn = (columns: Float64Array[], params: Partial<Params> = {}, weight?: Float64Array) =>
  localOutlierFactor.fit!(training(columns, weight), { ...defaults, ...params })

function risks(state: LocalOutlierFactor, columns: Float64Array[]): Float64Array {
  const out = new Float64Array(columns[0]!.length)
  localOutlierFactor.scorer(state).score({ rows: out.length, columns }, out)
  return out
}

function normal(columns: number, rows: number, seed = 7): Float64Array[] {
  const random = createRandom(seed)
  return Array.from({ length: columns }, () => Float64Array.from({ length: rows }, () => random.normal()))
}

/** The largest difference, as a share of the number where that is above 1. */
const difference = (found: Float64Array, wanted: readonly number[]) => {
  expect(found.length).toBe(wanted.length)
  return max(Array.from(found, (value, i) => Math.abs(value - wanted[i]!) / Math.max(1, Math.abs(wanted[i]!))))
}

describe(`${golden.made} learns and scores the same`, () => {
  for (const dump of golden.cases)
    test(dump.name, () => {
      const state = learn(columnsOf(dump.training), dump.params as Partial<Params>)
      expect(state.neighbours).toBe(dump.neighbours)
      expect(difference(Float64Array.of(state.cut), [dump.cut])).toBeLessThanOrEqual(1e-10)
      expect(difference(state.distance, dump.distance)).toBeLessThanOrEqual(1e-10)
      expect(difference(state.density, dump.density)).toBeLessThanOrEqual(1e-10)
      expect(difference(risks(state, columnsOf(dump.rows)), dump.risk)).toBeLessThanOrEqual(1e-10)
    })
})

test('defaults, and what is refused', () => {
  expect(defaults).toEqual({ n_neighbors: 20, contamination: 0.1, metric: 'minkowski', p: 2 })
  for (const wrong of [{ n_neighbors: 0 }, { contamination: 0.6 }, { metric: 'cosine' }, { p: 0.5 }, { leaf_size: 30 }])
    expect(Value.Check(localOutlierFactor.params, { ...defaults, ...wrong })).toBe(false)
})

test('by hand: five points on a line, one neighbour', () => {
  // 0, 1, 3, 6, 10: each one's neighbour is the one before, but the first's; distances to it 1, 1, 2, 3, 4.
  const state = learn([Float64Array.of(0, 1, 3, 6, 10)], { n_neighbors: 1, contamination: 'auto' })
  expect([...state.distance]).toEqual([1, 1, 2, 3, 4])
  const close = (found: Float64Array, wanted: number[]) => expect(difference(found, wanted)).toBeLessThan(1e-9)
  close(state.density, [1, 1, 1 / 2, 1 / 3, 1 / 4])
  // 14 is 4 from 10, whose own neighbour is as far: density 1/4 there and 1/4 here. 20: 1/10 here. 1.5: max(0.5, 1).
  close(risks(state, [Float64Array.of(14, 20, 1.5)]), [1, 2.5, 1])
  expect(localOutlierFactor.cut!(state)).toBe(1.5)
})

test('rows planted away from the clusters come first, also where only the density of their cluster tells', () => {
  const random = createRandom(3)
  // A tight cluster and a loose one; a row 1 away from the tight centre would be nothing special in the loose one.
  const rows = Array.from({ length: 2000 }, (_, i) => {
    const [centre, width] = i % 2 === 0 ? [0, 0.05] : [20, 3]
    return Array.from({ length: 4 }, () => centre + width * random.normal())
  })
  const state = learn(columnsOf(rows))
  const planted = [
    [1, 0, 0, 0],
    [0, 0, -1, 0],
    [10, 10, 10, 10],
  ]
  const found = risks(state, columnsOf([...rows, ...planted]))
  const [usual, odd] = [found.subarray(0, 2000), found.subarray(2000)]
  expect(Math.min(...odd)).toBeGreaterThan(Math.max(...usual))
  expect(risks(state, columnsOf([[21, 20, 20, 20]]))[0]).toBeLessThan(1.5)
})

test('contamination is the share of the training rows above the cut, each judged without itself', () => {
  const columns = normal(3, 800)
  for (const contamination of [0.01, 0.1, 0.5]) {
    const { rows, density, cut } = learn(columns, { contamination })
    const indices = new Int32Array(800 * 20)
    searchPlainly(rows, 3, 20)(rows, 800, new Float64Array(800 * 20), indices, 0)
    const own = Array.from(density, (mine, row) => {
      const near = indices.subarray(row * 20, row * 20 + 20)
      return near.reduce((sum, o) => sum + density[o]! / mine, 0) / 20
    })
    expect(Math.abs(own.filter(risk => risk > cut).length - 800 * contamination)).toBeLessThanOrEqual(1)
  }
})

test('a row of weight 0 teaches nothing, and some row has to', () => {
  const columns = normal(3, 300)
  const weight = Float64Array.from({ length: 300 }, (_, i) => Number(i % 3 !== 0))
  const kept = columns.map(column => column.filter((_, i) => i % 3 !== 0))
  const state = learn(columns, {}, weight)
  expect(state).toEqual(learn(kept))
  expect(state.rows.length).toBe(600)
  expect(
    learn(
      columns,
      {},
      weight.map(w => w * 5),
    ),
  ).toEqual(state)
  expect(() => learn(columns, {}, new Float64Array(300))).toThrow('local-outlier-factor: 0 rows, at least 1 needed')
})

test('one training row: on the spot 1, elsewhere more the further away, and finite', () => {
  const state = learn([Float64Array.of(3), Float64Array.of(4)])
  const found = risks(state, [Float64Array.of(3, 3, 99, 1e300), Float64Array.of(4, 4.5, -99, 4)])
  expect(found[0]).toBe(1)
  expect([...found].sort((a, b) => a - b)).toEqual([...found])
  expect(found.every(Number.isFinite)).toBe(true)
})

test('copies of one row, more than the neighbours: 1 on the spot, finite elsewhere', () => {
  const state = learn([new Float64Array(500).fill(2), new Float64Array(500).fill(-1)])
  const found = risks(state, [Float64Array.of(2, 2), Float64Array.of(-1, 0)])
  expect(found[0]).toBe(1)
  expect(found[1]).toBeCloseTo(1e10 * (1 + 1e-10), 0)
})

test('a missing value counts as the mean of its column', () => {
  const columns = normal(3, 400).map(column => column.map(value => value + 10))
  const state = learn(columns)
  const mean = (c: number) => columns[c]!.reduce((a, b) => a + b) / 400
  const gap = risks(state, [Float64Array.of(10), Float64Array.of(Number.NaN), Float64Array.of(9)])[0]!
  expect(gap).toBeCloseTo(risks(state, [Float64Array.of(10), Float64Array.of(mean(1)), Float64Array.of(9)])[0]!, 10)
  const gaps = columns.map((column, c) => column.map((value, i) => (c === 1 && i % 50 === 0 ? Number.NaN : value)))
  expect(learn(gaps).density.every(Number.isFinite)).toBe(true)
})

test('any Minkowski power: finite for large numbers and high powers, and 1 and 2 are manhattan and euclidean', () => {
  const columns = normal(4, 200)
  for (const [p, metric] of [
    [1, 'manhattan'],
    [2, 'euclidean'],
  ] as const)
    expect(learn(columns, { p })).toEqual(learn(columns, { metric }))
  for (const p of [1, 1.5, 3, 100]) {
    const huge = columns.map(column => column.map(value => value * 1e300))
    expect(risks(learn(huge, { p }), huge).every(Number.isFinite)).toBe(true)
  }
  // The limit of high powers is the largest difference alone.
  const state = learn([Float64Array.of(0, 5), Float64Array.of(0, 7)], { p: 100, n_neighbors: 1 })
  expect(state.distance[0]).toBeCloseTo(7, 10)
})

test('a unit common to all columns does not matter', () => {
  const columns = normal(3, 300)
  const wide = columns.map(column => column.map(value => value * 2 ** 20))
  const found = risks(learn(wide), wide)
  expect(difference(found, [...risks(learn(columns), columns)])).toBeLessThan(1e-7)
})

test('sizes that no machine holds are refused with what is allowed', () => {
  const column = new Float64Array(30_000)
  expect(() => learn([column], { n_neighbors: 10_000 })).toThrow(
    '10000 neighbours of each of 30000 training rows, expected at most 200000000 in all',
  )
  const many = new Float64Array(1_000_000)
  const columns = Array.from({ length: 400 }, () => many)
  expect(() => learn(columns)).toThrow(/1000000 rows of 400 columns take 4\.\d GiB, expected at most 4\.0/)
})

test('a state that cannot be is refused before anything is read by it', () => {
  const state = learn(normal(2, 50))
  const scorer = (wrong: Partial<LocalOutlierFactor>) => () => localOutlierFactor.scorer({ ...state, ...wrong })
  const put = (array: Float64Array, value: number) => array.with(3, value)
  for (const [wrong, message] of [
    [{ columns: 0 }, 'no number of columns'],
    [{ columns: 1.5 }, 'no number of columns'],
    [{ columns: 3 }, 'its 100 numbers are not rows of 3'],
    [{ cut: Number.NaN }, 'no cut'],
    [{ neighbours: 0 }, 'its 50 training rows cannot have 0 neighbours each'],
    [{ neighbours: 50 }, 'its 50 training rows cannot have 50 neighbours each'],
    [{ p: 0 }, 'power 0'],
    [{ rows: new Float64Array(0) }, 'its 0 numbers are not rows'],
    [{ rows: put(state.rows, Number.NaN) }, 'missing or beyond'],
    [{ rows: put(state.rows, -1e200) }, 'missing or beyond'],
    [{ distance: state.distance.slice(1) }, '49 distances and 50 densities'],
    [{ distance: put(state.distance, -1) }, 'its distances'],
    [{ density: put(state.density, Number.POSITIVE_INFINITY) }, 'its densities'],
    [{ density: put(state.density, 0) }, 'its densities'],
    [{ density: new Float32Array(50) as never }, 'not arrays of float64'],
  ] as const) {
    expect(scorer(wrong)).toThrow(RangeError)
    expect(scorer(wrong)).toThrow(message)
  }
  const block = { rows: 1, columns: [Float64Array.of(1)] }
  expect(() => localOutlierFactor.scorer(state).score(block, new Float64Array(1))).toThrow('1 columns')
})

test('whatever the numbers, a row scores finite, and the same alone as in a block', () => {
  const value = fc.oneof(
    fc.integer({ min: -2, max: 2 }),
    fc.double({ noNaN: true, min: -1e3, max: 1e3 }),
    fc.double({ noNaN: true }),
  )
  const rows = fc
    .integer({ min: 1, max: 3 })
    .chain(columns =>
      fc.array(fc.array(value, { minLength: columns, maxLength: columns }), { minLength: 2, maxLength: 60 }),
    )
  fc.assert(
    fc.property(rows, fc.integer({ min: 1, max: 8 }), (rows, n_neighbors) => {
      const columns = columnsOf(rows)
      const state = learn(columns, { n_neighbors })
      const together = risks(state, columns)
      expect(together.every(risk => Number.isFinite(risk) && risk >= 0)).toBe(true)
      const alone = rows.map(row => risks(state, columnsOf([row]))[0]!)
      expect([...together]).toEqual(alone)
    }),
    { numRuns: 150 },
  )
})

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { kMeans, type Points, seedClusters } from '../../src/math/k-means.ts'
import { createRandom } from '../../src/math/random.ts'

function points(rows: readonly (readonly number[])[], weight?: readonly number[]): Points {
  return {
    values: Float64Array.from(rows.flat()),
    rows: rows.length,
    columns: rows[0]!.length,
    weight: Float64Array.from(weight ?? rows.map(() => 1)),
  }
}

/** Rows around given places. */
function around(places: readonly (readonly number[])[], each: number, spread: number, seed = 1) {
  const random = createRandom(seed)
  return places.flatMap(place =>
    Array.from({ length: each }, () => place.map(value => value + random.normal() * spread)),
  )
}

const inertiaOf = ({ values, rows, columns, weight }: Points, labels: Int32Array, centres: Float64Array) => {
  let sum = 0
  for (let i = 0; i < rows; i++)
    for (let f = 0; f < columns; f++)
      sum += weight[i]! * (values[i * columns + f]! - centres[labels[i]! * columns + f]!) ** 2
  return sum
}

test('by hand: four numbers, two clusters', () => {
  const found = kMeans(points([[0], [1], [10], [13]]), Int32Array.of(0, 1))
  expect([...found.labels]).toEqual([0, 0, 1, 1])
  expect([...found.centres]).toEqual([0.5, 11.5])
  expect(found.inertia).toBe(0.25 + 0.25 + 2.25 + 2.25)
})

test('finds clusters that stand apart, from seeds that it draws', () => {
  const places = [
    [0, 0],
    [10, 0],
    [0, 10],
    [10, 10],
    [5, 25],
  ]
  for (let seed = 0; seed < 20; seed++) {
    const p = points(around(places, 60, 0.5, seed))
    const { labels, centres } = kMeans(p, seedClusters(p, 5, createRandom(seed)))
    for (let c = 0; c < 5; c++) {
      const label = labels[c * 60]!
      expect(labels.subarray(c * 60, (c + 1) * 60).every(other => other === label)).toBe(true)
      expect(Math.hypot(centres[label * 2]! - places[c]![0]!, centres[label * 2 + 1]! - places[c]![1]!)).toBeLessThan(
        0.4,
      )
    }
  }
})

test('at the end every row is with its nearest centre, and the inertia is what it says', () => {
  const row = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 2, maxLength: 2 })
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: 40 }), fc.integer({ min: 1, max: 6 }), (rows, k) => {
      const p = points(rows)
      const seeds = seedClusters(p, k, createRandom(rows.length))
      const distinct = new Set(rows.map(String)).size
      expect(seeds.length).toBe(Math.min(k, distinct))
      expect(new Set([...seeds].map(seed => String(rows[seed]))).size).toBe(seeds.length)
      const { labels, centres, inertia } = kMeans(p, seeds)
      for (const [i, [x, y]] of rows.entries()) {
        const distance = (c: number) => (x! - centres[2 * c]!) ** 2 + (y! - centres[2 * c + 1]!) ** 2
        const nearest = Math.min(...[...seeds.keys()].map(distance))
        expect(distance(labels[i]!)).toBeLessThanOrEqual(nearest + 1e-9)
      }
      expect(inertia).toBeCloseTo(inertiaOf(p, labels, centres), 8)
    }),
    { numRuns: 1000 },
  )
})

test('a weight of three is the row three times; without weight a row moves no centre and seeds none', () => {
  const rows = [[0], [2], [9], [10], [50]]
  const found = kMeans(points(rows, [3, 1, 1, 2, 0]), Float64Array.of(0, 10))
  expect([...found.labels]).toEqual([0, 0, 1, 1, 1])
  expect(found.centres[0]).toBeCloseTo(0.5, 14)
  expect(found.centres[1]).toBeCloseTo(29 / 3, 14)
  for (let seed = 0; seed < 30; seed++)
    expect([...seedClusters(points(rows, [3, 1, 1, 2, 0]), 4, createRandom(seed))]).not.toContain(4)
})

test('a cluster without rows takes the one that is farthest from its centre', () => {
  const found = kMeans(points([[0], [1], [2], [30]]), Float64Array.of(1, 500))
  expect([...found.labels]).toEqual([0, 0, 0, 1])
  expect([...found.centres]).toEqual([1, 30])
})

test('seeds are far apart more often than not: the plain draw of one among many would miss the small cluster', () => {
  const rows = [...around([[0]], 990, 0.1), ...around([[100]], 10, 0.1)]
  const p = points(rows)
  for (let seed = 0; seed < 20; seed++) {
    const [a, b] = seedClusters(p, 2, createRandom(seed))
    expect(a! >= 990 !== b! >= 990).toBe(true)
  }
})

test('same seed, same clusters', () => {
  const p = points(around([[0, 0, 0]], 300, 1))
  const run = (seed: number) => kMeans(p, seedClusters(p, 6, createRandom(seed)))
  expect(run(5)).toEqual(run(5))
})

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Failure } from '../../src/errors.ts'
import { createRandom } from '../../src/math/random.ts'
import { smote } from '../../src/math/smote.ts'

function problem(rows: number, width: number, every: number, seed: number) {
  const random = createRandom(seed)
  const columns = Array.from({ length: width }, () => Float64Array.from({ length: rows }, () => random.normal()))
  return { x: { rows, columns }, rare: Uint8Array.from({ length: rows }, (_, i) => Number(i % every === 0)) }
}

/** The definition: sort all rows of the class by their distance. */
function neighboursPlainly(columns: readonly Float64Array[], few: number[], a: number, k: number): number[] {
  const distance = (b: number) => columns.reduce((sum, column) => sum + (column[a]! - column[b]!) ** 2, 0)
  return few
    .filter(b => b !== a)
    .sort((b, c) => distance(b) - distance(c) || b - c)
    .slice(0, k)
}

test('every new row lies on a line from its row to one of the k nearest of its class', () => {
  fc.assert(
    fc.property(
      fc.record({
        rows: fc.integer({ min: 8, max: 80 }),
        width: fc.integer({ min: 1, max: 5 }),
        every: fc.integer({ min: 3, max: 4 }),
        k: fc.integer({ min: 1, max: 6 }),
        seed: fc.integer({ min: 0, max: 1e6 }),
      }),
      ({ rows, width, every, k, seed }) => {
        const { x, rare } = problem(rows, width, every, seed)
        const few = [...rare.keys()].filter(i => rare[i])
        const made = smote(x, rare, { ratio: 1, k_neighbors: k }, createRandom(seed))
        expect(made.rows).toBe(rows - 2 * few.length)
        for (let i = 0; i < made.rows; i++) {
          const a = made.from[i]!
          const near = neighboursPlainly(x.columns, few, a, Math.min(k, few.length - 1))
          const fits = near.some(b => {
            const shares = x.columns.map((c, at) => (made.columns[at]![i]! - c[a]!) / (c[b]! - c[a]!))
            return shares.every(share => share >= -1e-9 && share <= 1 + 1e-9 && Math.abs(share - shares[0]!) < 1e-6)
          })
          expect(fits).toBe(true)
        }
      },
    ),
  )
})

test('the draws, one by one: row, neighbour, place on the line', () => {
  // Rare rows at 0, 1, 3 and 7: the nearest neighbour of each is known by eye.
  const x = { rows: 12, columns: [Float64Array.of(0, 1, 3, 7, 90, 91, 92, 93, 94, 95, 96, 97)] }
  const rare = Uint8Array.from({ length: 12 }, (_, i) => Number(i < 4))
  const near = [1, 0, 1, 2]
  const { columns, from, rows } = smote(x, rare, { ratio: 1, k_neighbors: 1 }, createRandom(5))
  const draws = createRandom(5)
  expect(rows).toBe(4)
  for (let i = 0; i < 4; i++) {
    const base = draws.integer(4)
    draws.integer(1)
    const [a, b] = [x.columns[0]![base]!, x.columns[0]![near[base]!]!]
    expect(from[i]).toBe(base)
    expect(columns[0]![i]).toBe(a + draws.next() * (b - a))
  }
})

test.each([
  // imbalanced-learn: int(majority × ratio − minority) new rows.
  [100, 10, 1, 80],
  [100, 10, 0.5, 35],
  [100, 10, 0.1, 0],
  [103, 11, 0.33, 19],
  [100, 34, 0.05, 0],
])('%i rows, %i of them rare, ratio %f: %i new ones', (rows, few, ratio, expected) => {
  const { x } = problem(rows, 3, 1, 1)
  const rare = new Uint8Array(rows).fill(1, 0, few)
  expect(smote(x, rare, { ratio, k_neighbors: 5 }, createRandom(2)).rows).toBe(expected)
})

test('the same seed gives the same rows, another seed others; a place on the line is spread over it', () => {
  const { x, rare } = problem(400, 2, 20, 3)
  const of = (seed: number) => smote(x, rare, { ratio: 1, k_neighbors: 5 }, createRandom(seed))
  expect(of(1)).toEqual(of(1))
  expect(of(1).columns).not.toEqual(of(2).columns)
  expect(new Set(of(1).from).size).toBe(20)
})

test('a missing value stays missing, and does not make rows strangers', () => {
  const { x, rare } = problem(40, 3, 4, 4)
  x.columns[1]![0] = Number.NaN
  const made = smote(x, rare, { ratio: 1, k_neighbors: 3 }, createRandom(1))
  const missing = [...made.columns[1]!].map(Number.isNaN)
  expect(missing).toContain(true)
  expect(missing).toContain(false)
  expect(made.columns[0]!.every(Number.isFinite)).toBe(true)
})

test('one row of the rare class has nobody to meet', () => {
  const { x } = problem(10, 2, 3, 1)
  const alone = Uint8Array.from({ length: 10 }, (_, i) => Number(i === 4))
  expect(() => smote(x, alone, { ratio: 1, k_neighbors: 5 }, createRandom(1))).toThrow(Failure)
})

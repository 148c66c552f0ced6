import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createArena } from '../../src/kernels/arena.ts'
import { type NeighbourSearch, neighboursBytes, openNeighbours, searchPlainly } from '../../src/kernels/neighbours.ts'
import { minkowski } from '../../src/math/distances.ts'
import { createRandom, type Random } from '../../src/math/random.ts'

interface Found {
  distances: Float64Array
  indices: Int32Array
  whole: number
}

function run(search: NeighbourSearch, queries: Float64Array, columns: number, k: number, self?: number): Found {
  const count = queries.length / columns
  const distances = new Float64Array(count * k).fill(Number.NaN)
  const indices = new Int32Array(count * k).fill(-1)
  const whole = search(queries, count, distances, indices, self)
  return { distances, indices, whole }
}

const bits = ({ distances, indices }: Found) => [Buffer.from(distances.buffer).toString('hex'), [...indices]]

/** The kernel's bits are the twin's, for queries of their own and for the references themselves. */
function same(
  rows: Float64Array,
  queries: Float64Array,
  columns: number,
  k: number,
): { whole: number; ofRows: number } {
  const [fast, plain] = [openNeighbours(rows, columns, k), searchPlainly(rows, columns, k)]
  const found = run(fast, queries, columns, k)
  expect(bits(found)).toEqual(bits(run(plain, queries, columns, k)))
  if (rows.length / columns <= k) return { whole: found.whole, ofRows: 0 }
  const own = run(fast, rows, columns, k, 0)
  expect(bits(own)).toEqual(bits(run(plain, rows, columns, k, 0)))
  return { whole: found.whole, ofRows: own.whole }
}

const numbers = (random: Random, count: number, make: (random: Random) => number) =>
  Float64Array.from({ length: count }, () => make(random))

test('by hand: points on a line, ties to the lower number', () => {
  const rows = Float64Array.of(0, 10, 4, -4, 4, 7)
  for (const search of [openNeighbours(rows, 1, 3), searchPlainly(rows, 1, 3)]) {
    const { distances, indices } = run(search, Float64Array.of(0, 6), 1, 3)
    expect([...indices]).toEqual([0, 2, 3, 5, 2, 4])
    expect([...distances]).toEqual([0, 4, 4, 1, 2, 2])
    const own = run(search, rows.subarray(2, 4), 1, 3, 2)
    expect([...own.indices]).toEqual([4, 5, 0, 0, 2, 4])
  }
})

test('the plain twin with other powers: 3-4-5 is 7 apart by manhattan, 91^(1/3) by cubes', () => {
  const one = (p: number) =>
    run(searchPlainly(Float64Array.of(0, 0), 2, 1, minkowski(p)), Float64Array.of(3, -4), 2, 1).distances[0]
  expect(one(1)).toBe(7)
  expect(one(2)).toBe(5)
  expect(one(3)).toBeCloseTo(91 ** (1 / 3), 14)
})

describe('the kernel finds what its plain twin finds, to the last bit', () => {
  const kinds: Record<string, (random: Random) => number> = {
    normal: random => random.normal(),
    'a grid, full of ties': random => random.integer(4),
    'nearly all copies': random => (random.integer(20) === 0 ? random.integer(3) : 1),
    'all alike': () => 3.3,
    'a fine structure far from 0': random => 1e6 + 1e-6 * random.integer(1000),
    'two clusters, far apart, finer than f32 can tell': random =>
      (random.integer(2) * 2 - 1) * 1e5 + 1e-3 * random.normal(),
    'heavy tails': random => random.normal() / random.next() ** 3,
    'from underflow to the largest': random => random.normal() * 10 ** (random.integer(299) - 149),
    'tiny, squares underflow': random => random.normal() * 1e-170,
    'ordinary with fault codes': random => (random.integer(30) === 0 ? -1e145 : random.normal()),
  }
  for (const [name, make] of Object.entries(kinds))
    test(name, () => {
      const random = createRandom(5)
      for (const [count, columns, k] of [
        [1, 1, 1],
        [8, 3, 2],
        [21, 2, 20],
        [300, 1, 20],
        [700, 5, 7],
        [900, 12, 20],
        [300, 33, 60],
      ] as const)
        same(numbers(random, count * columns, make), numbers(random, 70 * columns, make), columns, k)
    })

  test('any numbers', () => {
    const value = fc.oneof(
      fc.integer({ min: -2, max: 2 }),
      fc.double({ noNaN: true, min: -1e3, max: 1e3 }),
      fc.double({ noNaN: true, min: -1e150, max: 1e150 }),
    )
    const table = (columns: number) =>
      fc
        .array(fc.array(value, { minLength: columns, maxLength: columns }), { minLength: 1, maxLength: 40 })
        .map(rows => Float64Array.from(rows.flat()))
    const given = fc
      .integer({ min: 1, max: 4 })
      .chain(columns => fc.tuple(table(columns), table(columns), fc.constant(columns), fc.integer({ min: 1, max: 9 })))
    fc.assert(
      fc.property(given, ([rows, queries, columns, k]) => {
        same(rows, queries, columns, Math.min(k, rows.length / columns))
      }),
      { numRuns: 200 },
    )
  })

  test('a small group far away, whose distances f32 cannot tell apart: the filter passes all of it on', () => {
    for (const columns of [1, 2, 12, 40])
      for (let seed = 0; seed < 20; seed++) {
        const random = createRandom(seed)
        const crowd = numbers(random, 500 * columns, r => r.normal())
        const place = numbers(random, columns, r => 2000 * r.normal())
        // Nearly as far from the query, in any direction; how far differs by much less than an f32 of the place holds.
        const group = Array.from({ length: 60 }, () => {
          const away = numbers(random, columns, r => r.normal())
          const radius = (0.01 + 1e-5 * random.next()) / Math.hypot(...away)
          return Array.from(away, (step, c) => place[c]! + step * radius)
        })
        const { whole } = same(Float64Array.of(...crowd, ...group.flat()), place, columns, 20)
        expect(whole).toBe(0)
      }
  })

  test('many neighbours, many columns', () => {
    const random = createRandom(6)
    const normal = (count: number) => numbers(random, count, r => r.normal())
    const [rows, queries] = [normal(1500 * 2), normal(150 * 2)]
    const found = run(openNeighbours(rows, 2, 1000), queries, 2, 1000)
    expect(bits(found)).toEqual(bits(run(searchPlainly(rows, 2, 1000), queries, 2, 1000)))
    expect(found.whole).toBe(0)
    same(normal(100 * 700), normal(9 * 700), 700, 5)
  })
})

test('a query finds the same alone, in blocks of any size and in any order', () => {
  const random = createRandom(7)
  const [columns, k, count] = [6, 10, 523]
  const rows = numbers(random, 900 * columns, r => Math.round(r.normal() * 3))
  const queries = numbers(random, count * columns, r => Math.round(r.normal() * 3))
  const search = openNeighbours(rows, columns, k)
  const whole = run(search, queries, columns, k)
  for (const size of [1, 3, 4, 255, 256, 257])
    for (let from = 0; from < count; from += size) {
      const part = run(search, queries.subarray(from * columns, Math.min(from + size, count) * columns), columns, k)
      expect([...part.indices]).toEqual([...whole.indices.subarray(from * k, from * k + part.indices.length)])
      expect([...part.distances]).toEqual([...whole.distances.subarray(from * k, from * k + part.distances.length)])
    }
})

describe('the filter answers for nearly all queries, so that few have to meet every reference', () => {
  const share = (make: (random: Random) => number, columns: number) => {
    const random = createRandom(8)
    const { whole, ofRows } = same(
      numbers(random, 800 * columns, make),
      numbers(random, 100 * columns, make),
      columns,
      20,
    )
    return (whole + ofRows) / 900
  }
  for (const columns of [1, 2, 12, 20, 40])
    test(`${columns} columns of ordinary numbers`, () => {
      expect(share(random => random.normal(), columns)).toBe(0)
      expect(share(random => 5000 + random.normal(), columns)).toBe(0)
      expect(share(random => random.normal() * 1e-100, columns)).toBe(0)
    })
  test('also with fault codes among them', () => {
    expect(share(random => (random.integer(500) === 0 ? -999 : random.normal()), 12)).toBe(0)
    expect(share(random => (random.integer(500) === 0 ? 1e30 : random.normal()), 12)).toBeLessThan(0.05)
  })
  test('but not when more rows are alike than it has room for', () => expect(share(() => 1, 3)).toBe(1))
})

test('references and queries stay untouched', () => {
  const rows = numbers(createRandom(9), 300, r => r.normal())
  const before = rows.slice()
  same(rows, rows, 3, 5)
  expect(rows).toEqual(before)
})

test('what it takes: 12 bytes a number, 4 a row, and a few MB; more than 4 GiB is refused', () => {
  const perRow = neighboursBytes(800_000, 20, 20) - neighboursBytes(400_000, 20, 20)
  expect(perRow).toBe(400_000 * (20 * 12 + 4))
  for (const k of [1, 20, 1000, 10_000]) expect(neighboursBytes(8, 20, k)).toBeLessThan(8e6)
  expect(neighboursBytes(360_000_000, 1, 20)).toBeGreaterThan(2 ** 32)
  expect(() => createArena({ rows: 2 ** 32 })).toThrow('expected at most 4 GiB')
})

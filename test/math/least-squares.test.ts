import fc from 'fast-check'
import { expect, test } from 'vitest'
import { leastSquares } from '../../src/math/least-squares.ts'
import { createRandom } from '../../src/math/random.ts'

const solve = (columns: number[][], b: number[]) =>
  leastSquares(
    columns.map(c => Float64Array.from(c)),
    Float64Array.from(b),
    1e-12,
  )

test('lines and planes that can be checked by hand', () => {
  // The line through (0, 1), (1, 3), (2, 5) is 1 + 2x.
  expect(
    [
      ...solve(
        [
          [1, 1, 1],
          [0, 1, 2],
        ],
        [1, 3, 5],
      ),
    ].map(v => Math.round(v * 1e12) / 1e12),
  ).toEqual([1, 2])
  // x + 2y = 5: the least solution is along (1, 2).
  expect([...solve([[1], [2]], [5])].map(v => Math.round(v * 1e12) / 1e12)).toEqual([1, 2])
  // The same column twice shares its coefficient evenly.
  expect(
    [
      ...solve(
        [
          [1, 1],
          [1, 1],
        ],
        [4, 6],
      ),
    ].map(v => Math.round(v * 1e12) / 1e12),
  ).toEqual([2.5, 2.5])
  expect(solve([[0, 0]], [1, 2])).toEqual(new Float64Array(1))
})

test('what is left is at right angles to the columns, and the solution is in the span of the rows', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 0, max: 1e9 }),
      (rows, width, rank, seed) => {
        const random = createRandom(seed)
        const normal = (n: number) => Array.from({ length: n }, () => random.normal())
        // Combinations of `rank` columns.
        const basis = Array.from({ length: rank }, () => normal(rows))
        const columns = Array.from({ length: width }, () => {
          const shares = normal(rank)
          return Array.from({ length: rows }, (_, i) => shares.reduce((sum, s, k) => sum + s * basis[k]![i]!, 0))
        })
        const b = normal(rows)
        const x = solve(columns, b)
        const left = b.map((v, i) => v - columns.reduce((sum, column, j) => sum + column[i]! * x[j]!, 0))
        const size = Math.max(...x.map(Math.abs), 1) * 100
        for (const column of columns)
          expect(Math.abs(column.reduce((sum, v, i) => sum + v * left[i]!, 0))).toBeLessThan(1e-9 * size)
        // Of least norm: x is A⁺ A x, that is, solving for A x gives x again.
        const again = solve(
          columns,
          b.map((v, i) => v - left[i]!),
        )
        for (const [j, v] of x.entries()) expect(Math.abs(again[j]! - v)).toBeLessThan(1e-6 * size)
      },
    ),
    { numRuns: 100 },
  )
})

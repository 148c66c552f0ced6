import fc from 'fast-check'
import { expect, test } from 'vitest'
import { drawWalks, sharesOf } from '../../src/math/permutation-shares.ts'
import { createRandom } from '../../src/math/random.ts'

type F = (row: number[]) => number

function shares(f: F, row: number[], background: number[][], pairs: number, seed = 1): Float64Array {
  const columns = (rows: number[][]) => row.map((_, c) => Float64Array.from(rows, r => r[c]!))
  const walks = drawWalks(row.length, background.length, pairs, createRandom(seed))
  const out = new Float64Array(row.length + 1).fill(7)
  sharesOf(
    (block, values) => {
      for (let i = 0; i < block.rows; i++) values[i] = f(block.columns.map(c => (c as Float64Array)[i]!))
    },
    columns([row]),
    1,
    columns(background),
    walks,
    out,
  )
  expect(out.at(-1)).toBe(7)
  return out.slice(0, -1)
}

const number = fc.integer({ min: -50, max: 50 })

test('of a sum each column has its own part, whatever the order', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(number, number), { minLength: 1, maxLength: 8 }), pairs => {
      const row = pairs.map(p => p[0])
      const ordinary = pairs.map(p => p[1])
      const found = shares(x => x.reduce((sum, v, c) => sum + (c + 1) * v, 0), row, [ordinary], 3)
      expect([...found]).toEqual(pairs.map(([x, b], c) => expect.closeTo((c + 1) * (x - b), 9)))
    }),
  )
})

test('the shares of one background row add up to the difference from it', () => {
  fc.assert(
    fc.property(
      fc.array(number, { minLength: 3, maxLength: 3 }),
      fc.array(number, { minLength: 3, maxLength: 3 }),
      (row, ordinary) => {
        const f: F = ([a, b, c]) => a! * b! + Math.max(b!, c!) ** 2
        const total = shares(f, row, [ordinary], 4).reduce((sum, v) => sum + v, 0)
        expect(total).toBeCloseTo(f(row) - f(ordinary), 6)
      },
    ),
  )
})

test('with all orders they are the Shapley values: two columns share their product equally', () => {
  // f = x · y from (0, 0) to (3, 5): each order gives all 15 to the column that comes second; the mean is 7.5 each.
  expect([...shares(([x, y]) => x! * y!, [3, 5], [[0, 0]], 1)]).toEqual([7.5, 7.5])
})

test('several background rows take turns', () => {
  const found = shares(([x]) => x!, [10], [[0], [4]], 2)
  expect(found[0]).toBe(8)
})

test('the same seed gives the same walks', () => {
  const draw = (seed: number) => drawWalks(12, 40, 5, createRandom(seed))
  expect(draw(3)).toEqual(draw(3))
  expect(draw(3)).not.toEqual(draw(4))
})

test('a value that is not finite takes no part', () => {
  const found = shares(([x, y]) => (x === 1 ? Number.NaN : y!), [1, 5], [[0, 2]], 2)
  expect([...found].every(Number.isFinite)).toBe(true)
})

test('rows are explained together as they are alone', () => {
  const random = createRandom(4)
  const draw = (n: number) => Array.from({ length: 3 }, () => Float64Array.from({ length: n }, () => random.normal()))
  const [x, ordinary] = [draw(50), draw(7)]
  const f = (block: { rows: number; columns: readonly unknown[] }, values: Float64Array) => {
    const [a, b, c] = block.columns as Float64Array[]
    for (let i = 0; i < block.rows; i++) values[i] = a![i]! * b![i]! + Math.abs(c![i]!)
  }
  const walks = drawWalks(3, 7, 8, createRandom(1))
  const together = new Float64Array(150)
  sharesOf(f, x, 50, ordinary, walks, together)
  for (let row = 0; row < 50; row++) {
    const alone = new Float64Array(3)
    sharesOf(
      f,
      x.map(column => column.slice(row)),
      1,
      ordinary,
      walks,
      alone,
    )
    expect(alone).toEqual(together.slice(3 * row, 3 * row + 3))
  }
})

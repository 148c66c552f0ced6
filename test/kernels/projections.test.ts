import { expect, test } from 'vitest'
import { openProjections, type Projections, projectPlainly } from '../../src/kernels/projections.ts'
import { createRandom, type Random } from '../../src/math/random.ts'

const SPECIAL = [Number.NaN, 0, -0, 1e149, -1e200, 1e300, Number.MAX_VALUE, Infinity, -Infinity, 1e-310]

function randomProjections(random: Random, features: number, first: number, second: number): Projections {
  const numbers = (count: number, of = () => random.normal()) => Float64Array.from({ length: count }, of)
  return {
    centre: numbers(features),
    factor: numbers(features, () => 0.1 + random.next() * 10),
    first: numbers(first * features),
    second: numbers(second * features),
  }
}

test('the kernel gives the bits of the plain form, in blocks of any size', () => {
  for (const [features, first, second] of [
    [1, 1, 1],
    [2, 0, 2],
    [5, 4, 1],
    [20, 7, 20],
    [61, 3, 13],
  ] as const) {
    const random = createRandom(features)
    const projections = randomProjections(random, features, first, second)
    const rows = 500
    const columns = Array.from({ length: features }, () =>
      Float64Array.from({ length: rows }, () =>
        random.next() < 0.02 ? SPECIAL[random.integer(SPECIAL.length)]! : random.normal() * 5,
      ),
    )
    const plain = [new Float64Array(rows), new Float64Array(rows)] as const
    projectPlainly(projections)(columns, rows, ...plain)
    const open = openProjections(projections)
    for (const size of [rows, 1, 7, 130]) {
      const found = [new Float64Array(rows), new Float64Array(rows)] as const
      for (let from = 0; from < rows; from += size)
        open(
          columns.map(column => column.subarray(from)),
          Math.min(size, rows - from),
          found[0].subarray(from),
          found[1].subarray(from),
        )
      expect(found).toEqual(plain)
    }
    expect(plain[1].every(Number.isFinite)).toBe(true)
  }
})

test('by hand: two directions of two columns', () => {
  const projections = {
    centre: Float64Array.of(1, 2),
    factor: Float64Array.of(1, 0.5),
    first: Float64Array.of(3, 4),
    second: Float64Array.of(1, 0, 0, 1),
  }
  const [first, second] = [new Float64Array(2), new Float64Array(2)]
  openProjections(projections)([Float64Array.of(2, Number.NaN), Float64Array.of(6, 4)], 2, first, second)
  // (1, 2) and, a missing value being the centre, (0, 1).
  expect([...first]).toEqual([121, 16])
  expect([...second]).toEqual([5, 1])
})

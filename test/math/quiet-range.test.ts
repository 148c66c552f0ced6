import { expect, test } from 'vitest'
import { quietRange } from '../../src/math/quiet-range.ts'

const on = (f: (x: number) => number) => (places: Float64Array) => places.map(f)

test('the bound is where the function crosses the cut', () => {
  const found = quietRange(
    on(x => x),
    8.1,
    20,
    0,
    20,
  )
  expect(found).toEqual({ low: Number.NEGATIVE_INFINITY, high: expect.closeTo(8.1, 9) })
})

test('both bounds of a valley, and of two valleys the nearest', () => {
  const found = quietRange(
    on(x => (x - 5) ** 2),
    4,
    10,
    0,
    10,
  )
  expect(found).toEqual({ low: expect.closeTo(3, 9), high: expect.closeTo(7, 9) })
  const two = quietRange(
    on(x => Math.cos(x)),
    -0.5,
    12,
    0,
    12,
  )
  expect(two).toEqual({ low: expect.closeTo((8 * Math.PI) / 3, 6), high: expect.closeTo((10 * Math.PI) / 3, 6) })
})

test('nowhere quiet, and quiet at the very value of the cut', () => {
  expect(
    quietRange(
      on(() => 2),
      1,
      0,
      -1,
      1,
    ),
  ).toBeUndefined()
  expect(
    quietRange(
      on(() => 1),
      1,
      0,
      -1,
      1,
    ),
  ).toEqual({ low: -Infinity, high: Infinity })
})

test('the bound itself is quiet', () => {
  const f = (x: number) => x ** 3
  const found = quietRange(on(f), 2, 5, -5, 5)!
  expect(f(found.high)).toBeLessThanOrEqual(2)
})

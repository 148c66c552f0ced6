import fc from 'fast-check'
import { expect, test } from 'vitest'
import { orderByKey, placesOf } from '../../src/math/order.ts'

test('places: equal values share one, NaN comes after all, and zero has one sign', () => {
  const { of, distinct } = placesOf(Float64Array.of(3, Number.NaN, -1, 3, 0, -0, Number.POSITIVE_INFINITY))
  expect([...of]).toEqual([2, 4, 0, 2, 1, 1, 3])
  expect(distinct).toBe(4)
  expect(placesOf(new Float64Array(0))).toEqual({ of: new Uint32Array(0), distinct: 0 })
})

test('places count the different values that are smaller', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.double(), fc.integer({ min: 0, max: 5 }))), values => {
      const { of } = placesOf(Float64Array.from(values))
      const numbers = [...new Set(values.filter(v => !Number.isNaN(v)).map(v => v + 0))]
      for (const [i, value] of values.entries())
        expect(of[i]).toBe(Number.isNaN(value) ? numbers.length : numbers.filter(v => v < value).length)
    }),
  )
})

test('rows by key, in their own order where keys are equal, without those whose key is too large', () => {
  expect([...orderByKey(Uint32Array.of(2, 0, 5, 2, 1, 0), 3)]).toEqual([1, 5, 4, 0, 3])
  expect(orderByKey(new Uint32Array(0), 0)).toEqual(new Uint32Array(0))
})

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { float32Bound, strictly32 } from '../../src/math/float32.ts'

describe('a threshold for doubles says what float32 says', () => {
  const bits = new DataView(new ArrayBuffer(8))
  const step = (x: number, by: bigint): number => {
    if (x === 0) return Number(by) * 2 ** -1074
    bits.setFloat64(0, x)
    bits.setBigInt64(0, bits.getBigInt64(0) + (x > 0 ? by : -by))
    return bits.getFloat64(0)
  }
  const near = (cut: number): number[] => [-3n, -2n, -1n, 0n, 1n, 2n, 3n].map(by => step(cut, by))
  const agrees = (threshold: number, more: readonly number[]) => {
    const cut = float32Bound(threshold)
    const values = [
      ...near(cut),
      ...near(threshold),
      ...near(Math.fround(threshold)),
      ...more,
      0,
      -0,
      Infinity,
      -Infinity,
    ]
    for (const x of values) expect([x, x <= cut]).toEqual([x, Math.fround(x) <= threshold])
  }

  test('for every double beside the boundary', () => {
    const double = fc.double({ noNaN: true })
    const float = fc.float({ noNaN: true })
    fc.assert(
      fc.property(double, double, (t, x) => agrees(t, [x])),
      { numRuns: 5000 },
    )
    fc.assert(
      fc.property(float, float, (t, x) => agrees(t, [x])),
      { numRuns: 5000 },
    )
  })

  test('at the ends of float32', () => {
    const largest = 2 ** 128 - 2 ** 104
    const small = [0, -0, 2 ** -149, -(2 ** -149), 2 ** -150, -(2 ** -150)]
    const large = [largest, -largest, 1e39, -1e39, Number.MAX_VALUE, -Number.MAX_VALUE, Infinity, -Infinity]
    const ends = [...small, ...large]
    for (const threshold of ends) agrees(threshold, ends)
    // Halfway to the number that would come next, 2^128, doubles begin to round to infinity.
    expect(float32Bound(largest)).toBe(step(2 ** 128 - 2 ** 103, -1n))
    expect(float32Bound(1)).toBe(1 + 2 ** -24)
    expect(float32Bound(1 + 2 ** -23)).toBe(1 + 3 * 2 ** -24 - 2 ** -52)
  })

  test('and strictly', () => {
    const float = fc.float({ noNaN: true })
    fc.assert(
      fc.property(float, float, (t, x) => {
        const cut = float32Bound(strictly32(t))
        for (const value of [x, ...(Number.isFinite(t) ? near(t) : []), ...(Number.isFinite(cut) ? near(cut) : [])])
          if (Math.fround(value) > -Infinity) expect([value, value <= cut]).toEqual([value, Math.fround(value) < t])
      }),
    )
  })
})

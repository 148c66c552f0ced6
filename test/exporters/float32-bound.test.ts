import fc from 'fast-check'
import { expect, test } from 'vitest'
import { float32Bound } from '../../src/exporters/float32-bound.ts'

const { MAX_VALUE, POSITIVE_INFINITY, NEGATIVE_INFINITY } = Number
const step = new Float64Array(1)
const bits = new BigInt64Array(step.buffer)

/** The doubles around a number, in order. */
function around(value: number): number[] {
  if (!Number.isFinite(value)) return [value]
  step[0] = value
  const at = bits[0]!
  return [-2n, -1n, 0n, 1n, 2n].map(by => {
    bits[0] = at + by
    return step[0]!
  })
}

const thresholds = fc.oneof(
  fc.double({ noNaN: true }),
  fc.float({ noNaN: true }),
  fc.constantFrom(
    0,
    -0,
    2 ** -149,
    -(2 ** -149),
    2 ** -150,
    3.4028234663852886e38,
    -3.4028234663852886e38,
    MAX_VALUE,
    -MAX_VALUE,
  ),
)

test('a double is at most the bound when its float32 is at most the threshold, and only then', () => {
  fc.assert(
    fc.property(thresholds, fc.double({ noNaN: true }), (threshold, any) => {
      const bound = float32Bound(threshold)
      const near = [...around(bound), ...around(threshold), ...around(Math.fround(threshold))]
      for (const x of [...near, any, 0, -0, POSITIVE_INFINITY, NEGATIVE_INFINITY, MAX_VALUE, -MAX_VALUE])
        if (!Number.isNaN(x)) expect(x <= bound, `${x} for ${threshold}`).toBe(Math.fround(x) <= threshold)
    }),
    { numRuns: 20_000 },
  )
})

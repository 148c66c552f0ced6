import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createRandom } from '../../src/math/random.ts'
import { weightedSample } from '../../src/math/weighted-sample.ts'

test('draws in proportion to the weights, with replacement', () => {
  const sample = weightedSample(Float64Array.of(1, 0, 2, 5))
  const counts = [0, 0, 0, 0]
  for (const row of sample(createRandom(1), 80_000, true)) counts[row]!++
  expect(counts[1]).toBe(0)
  for (const [row, share] of [
    [0, 1 / 8],
    [2, 2 / 8],
    [3, 5 / 8],
  ] as const)
    expect(Math.abs(counts[row]! / 80_000 - share)).toBeLessThan(3.1 * Math.sqrt((share * (1 - share)) / 80_000))
})

test('without replacement, the second draw is in proportion to what is left', () => {
  const sample = weightedSample(Float64Array.of(1, 2, 5))
  const random = createRandom(2)
  let zeroThenTwo = 0
  for (let i = 0; i < 40_000; i++) {
    const drawn = sample(random, 2, false)
    zeroThenTwo += Number(drawn[0] === 0 && drawn[1] === 2)
  }
  const chance = (1 / 8) * (5 / 7)
  expect(Math.abs(zeroThenTwo / 40_000 - chance)).toBeLessThan(3.1 * Math.sqrt((chance * (1 - chance)) / 40_000))
})

test('without replacement all positive weights are drawn once, however far apart they are', () => {
  const weight = fc.oneof(fc.constant(0), fc.constantFrom(1e-300, 1e-9, 0.1, 1, 1e9, 1e300))
  fc.assert(
    fc.property(fc.array(weight, { minLength: 1, maxLength: 70 }), fc.nat(), (weights, seed) => {
      const positive = weights.flatMap((w, i) => (w > 0 ? [i] : []))
      const sample = weightedSample(Float64Array.from(weights))
      const once = [...sample(createRandom(seed), positive.length, false)]
      expect(once.toSorted((a, b) => a - b)).toEqual(positive)
      // The weights are as before: the same seed draws the same again.
      expect([...sample(createRandom(seed), positive.length, false)]).toEqual(once)
    }),
  )
})

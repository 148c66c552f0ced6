import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { editDistance, nearest } from '../../src/math/nearest.ts'

describe('editDistance', () => {
  // The first rows are the textbook cases; the swap is what Damerau adds to Levenshtein.
  test.each([
    ['kitten', 'sitting', 3],
    ['saturday', 'sunday', 3],
    ['', 'abc', 3],
    ['flaw', 'lawn', 2],
    ['teh', 'the', 1],
    ['ca', 'abc', 3],
    ['温度', '湿度', 1],
    ['😀a', 'a😀', 1],
  ])('%s → %s is %i', (a, b, distance) => expect(editDistance(a, b)).toBe(distance))

  test('is symmetric, 0 for equal words only, and at most the longer length', () => {
    const word = fc.string({ maxLength: 12 })
    fc.assert(
      fc.property(word, word, (a, b) => {
        const distance = editDistance(a, b)
        expect(distance).toBe(editDistance(b, a))
        expect(distance === 0).toBe(a === b)
        expect(distance).toBeLessThanOrEqual(Math.max([...a].length, [...b].length))
      }),
    )
  })

  test('very long words cost little', () => expect(editDistance('a'.repeat(1e6), 'b'.repeat(1e6))).toBe(200))
})

describe('nearest', () => {
  const words = ['columns', 'sensors', 'features', 'false_alarms', 'test', 'pH']
  test.each([
    ['colums', 'columns'],
    ['sensros', 'sensors'],
    ['false-alarms', 'false_alarms'],
    ['ph', 'pH'],
    ['feat', 'features'],
    ['banana', undefined],
    ['', undefined],
    ['x', undefined],
  ])('%s → %s', (word, expected) => expect(nearest(word, words)).toBe(expected))
})

/** YAML of strangers: what would take the parser long is nothing. */
import { expect, it } from 'vitest'
import { yamlMap } from '../../src/verbs/small-file.ts'

it('does not compare every key with every other: of two the last one stands', () => {
  expect([...yamlMap('a: 1\nb: 2\na: 3\n')!]).toEqual([
    ['a', 3],
    ['b', 2],
  ])
})

it('looks into no lists a hundred deep, and into fewer', () => {
  const nested = (depth: number) => `a: ${'['.repeat(depth)}${']'.repeat(depth)}\n`
  expect(yamlMap(nested(99))?.has('a')).toBe(true)
  expect(yamlMap(nested(100))).toBeUndefined()
})

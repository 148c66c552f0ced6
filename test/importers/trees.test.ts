import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { packTrees, rounded32, type SourceTree, strictly32 } from '../../src/importers/trees.ts'
import { checkTrees } from '../../src/models/tree-state.ts'

/** x0 ≤ 0.5 says 1; else x1 ≤ 2 (missing left) says 2, else 3. */
const sound: SourceTree = {
  nodes: 5,
  left: [1, -1, 3, -1, -1],
  right: [2, -1, 4, -1, -1],
  feature: [0, -2, 1, -2, -2],
  threshold: [0.5, -2, 2, -2, -2],
  missingLeft: [0, 0, 1, 0, 0],
  value: [9, 1, 9, 2, 3],
  cover: [10, 4, 6, 5, 1],
}

function packed(...trees: SourceTree[]) {
  const packer = packTrees(2, 'Forest')
  for (const tree of trees) packer.add(tree)
  return packer.finish()
}

describe('packing', () => {
  test('puts trees one after the other, children counted from their root', () => {
    const trees = packed(sound, sound)
    checkTrees(trees, 2)
    expect([...trees.start]).toEqual([0, 5, 10])
    expect([...trees.left]).toEqual([1, -1, 3, -1, -1, 1, -1, 3, -1, -1])
    expect([...trees.right]).toEqual([2, -1, 4, -1, -1, 2, -1, 4, -1, -1])
    expect([...trees.missingLeft.slice(0, 5)]).toEqual([0, 0, 1, 0, 0])
    expect([...trees.value.slice(0, 5)]).toEqual([0, 1, 0, 2, 3])
    expect([...trees.cover.slice(0, 5)]).toEqual([10, 4, 6, 5, 1])
    expect([...trees.threshold.slice(0, 3)]).toEqual([0.5, 0, 2])
  })

  test('passes over nodes that hang from nothing', () => {
    const pruned = { ...sound, left: [1, -1, 3, -1, -1], right: [4, -1, 9, -1, -1] }
    const trees = packed(pruned)
    checkTrees(trees, 2)
    expect([...trees.left]).toEqual([1, -1, -1])
    expect([...trees.right]).toEqual([2, -1, -1])
    expect([...trees.value]).toEqual([0, 1, 3])
  })

  test('gives each node that asks for categories its own words', () => {
    const words = [5, 0, 0, 0, 0, 0, 0, -1]
    const trees = packed(
      { ...sound, categories: node => (node === 2 ? words : undefined) },
      { ...sound, categories: node => (node === 0 ? [7] : undefined) },
    )
    expect([...trees.category]).toEqual([0, 0, 1, 0, 0, 1, 0, 0, 0, 0])
    expect([trees.threshold[2], trees.threshold[5]]).toEqual([0, 8])
    expect([...trees.bitset]).toEqual([5, 0, 0, 0, 0, 0, 0, 2 ** 32 - 1, 7, 0, 0, 0, 0, 0, 0, 0])
  })

  test('no tree at all is a leaf that says 0', () => {
    const trees = packed()
    checkTrees(trees, 2)
    expect([...trees.value]).toEqual([0])
  })
})

describe('refused, in words:', () => {
  const cases: [string, Partial<SourceTree>, string][] = [
    ['no nodes', { nodes: 0 }, 'found 5 nodes, expected 0'],
    ['arrays that are too short', { nodes: 6 }, 'found 5 nodes, expected 6'],
    ['a node that is its own child', { left: [0, -1, 3, -1, -1] }, 'node 0 has the child 0'],
    ['a child before its parent', { left: [1, -1, 1, -1, -1] }, 'node 2 has the child 1'],
    [
      'a child out of range',
      { right: [2, -1, 5, -1, -1] },
      'node 2 has the child 5, expected one behind it and before 5',
    ],
    ['a child between two nodes', { right: [2, -1, 3.5, -1, -1] }, 'node 2 has the child 3.5'],
    ['one child only', { right: [2, -1, -1, -1, -1] }, 'node 2 has the child -1'],
    ['two parents', { right: [2, -1, 3, -1, -1] }, 'node 3 has two parents'],
    ['a column that is not there', { feature: [0, -2, 2, -2, -2] }, 'node 2 asks for column 2, expected 0 to 1'],
    ['a threshold that is no number', { threshold: [Number.NaN, 0, 0, 0, 0] }, 'node 0 has no threshold'],
    ['a leaf that says nothing', { value: [0, Number.NaN, 0, 0, 0] }, 'leaf 1 says NaN'],
    ['fewer than no rows', { cover: [10, -4, 6, 5, 1] }, 'node 1 has -4 training rows'],
  ]
  test.each(cases)('%s', (_, change, message) => {
    expect(() => packed({ ...sound, ...change })).toThrow(message)
    expect(() => packed(sound, { ...sound, ...change })).toThrow('tree 1 of Forest: ')
  })
})

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
    const cut = rounded32(threshold)
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
    fc.assert(fc.property(fc.double({ noNaN: true }), fc.double({ noNaN: true }), (t, x) => agrees(t, [x])))
    fc.assert(fc.property(fc.float({ noNaN: true }), fc.float({ noNaN: true }), (t, x) => agrees(t, [x])))
  })

  test('at the ends of float32', () => {
    const largest = 2 ** 128 - 2 ** 104
    const ends = [0, -0, 2 ** -149, -(2 ** -149), 2 ** -150, -(2 ** -150), largest, -largest, 1e39, -1e39, Infinity]
    for (const threshold of ends) agrees(threshold, ends)
    // Halfway to the number that would come next, 2^128, doubles begin to round to infinity.
    expect(rounded32(largest)).toBe(step(2 ** 128 - 2 ** 103, -1n))
    expect(rounded32(1)).toBe(1 + 2 ** -24)
    expect(rounded32(1 + 2 ** -23)).toBe(1 + 3 * 2 ** -24 - 2 ** -52)
  })

  test('and strictly', () => {
    const float = fc.float({ noNaN: true })
    fc.assert(
      fc.property(float, float, (t, x) => {
        const cut = rounded32(strictly32(t))
        for (const value of [x, ...(Number.isFinite(t) ? near(t) : []), ...(Number.isFinite(cut) ? near(cut) : [])])
          if (Math.fround(value) > -Infinity) expect([value, value <= cut]).toEqual([value, Math.fround(value) < t])
      }),
    )
  })
})

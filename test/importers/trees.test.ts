import { describe, expect, test } from 'vitest'
import { packTrees, type SourceTree } from '../../src/importers/trees.ts'
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

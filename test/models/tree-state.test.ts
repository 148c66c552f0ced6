import { describe, expect, test } from 'vitest'
import { checkNodes, checkTrees, type Structure } from '../../src/models/tree-state.ts'

/** Two trees: a root with two leaves, and a root whose right child has two leaves. */
const sound = (): Structure => ({
  start: Int32Array.of(0, 3, 8),
  left: Int32Array.of(1, -1, -1, 1, -1, 3, -1, -1),
  right: Int32Array.of(2, -1, -1, 2, -1, 4, -1, -1),
  feature: Int32Array.of(0, -2, -2, 1, -2, 0, -2, -2),
  threshold: Float64Array.of(0, -2, -2, 1, -2, Infinity, -2, -2),
  missingLeft: new Uint8Array(8),
})

test('trees that hang together pass', () => {
  expect(() => checkTrees(sound(), 2)).not.toThrow()
})

describe('refused, in words:', () => {
  const cases: [string, (trees: Structure) => Partial<Structure>, string][] = [
    ['arrays of different lengths', () => ({ missingLeft: new Uint8Array(7) }), 'not arrays of one length'],
    [
      'arrays of another type',
      t => ({ threshold: Float32Array.from(t.threshold) as never }),
      'not arrays of one length',
    ],
    ['an array that is missing', () => ({ left: undefined as never }), 'not arrays of one length'],
    ['a last tree that ends early', () => ({ start: Int32Array.of(0, 3, 7) }), 'begin and end'],
    ['no tree', () => ({ start: Int32Array.of(0) }), 'begin and end'],
    ['a tree without nodes', () => ({ start: Int32Array.of(0, 3, 3, 8) }), 'its tree 1 has no nodes'],
    ['a child before its parent', t => ({ right: t.right.with(5, 0) }), 'its tree 1 leaves its nodes at node 2'],
    ['a child in the next tree', t => ({ right: t.right.with(0, 4) }), 'its tree 0 leaves its nodes at node 0'],
    ['a child beyond 32 bits', t => ({ right: t.right.with(5, 2 ** 31 - 1) }), 'leaves its nodes'],
    ['one child only', t => ({ right: t.right.with(0, -1) }), 'its tree 0 leaves its nodes at node 0'],
    ['two parents', t => ({ right: t.right.with(5, 3) }), 'its tree 1 comes together again at node 3'],
    ['a node without a parent', t => ({ left: t.left.with(5, -1), right: t.right.with(5, -1) }), 'hang together'],
    ['a column that is not there', t => ({ feature: t.feature.with(3, 2) }), 'its tree 1 asks for column 2 of 2'],
    ['a column below 0', t => ({ feature: t.feature.with(3, -1) }), 'asks for column -1'],
    ['a threshold that is no number', t => ({ threshold: t.threshold.with(0, Number.NaN) }), 'has no threshold'],
  ]
  for (const [name, change, message] of cases)
    test(name, () => {
      expect(() => checkTrees({ ...sound(), ...change(sound()) }, 2)).toThrow(RangeError)
      expect(() => checkTrees({ ...sound(), ...change(sound()) }, 2)).toThrow(message)
    })
  test('no number of columns', () => {
    for (const columns of [0, 1.5, Number.NaN]) expect(() => checkTrees(sound(), columns)).toThrow('number of columns')
  })
})

test('numbers at nodes: one each, finite, not too small', () => {
  expect(() => checkNodes(Float64Array.of(0, -5), 2, 'value')).not.toThrow()
  expect(() => checkNodes(Float64Array.of(0, 1), 3, 'cover')).toThrow('its trees have no cover at each node')
  expect(() => checkNodes([0, 1] as never, 2, 'cover')).toThrow('its trees have no cover')
  expect(() => checkNodes(Float64Array.of(0, Number.NaN), 2, 'value')).toThrow('its value at node 1 is NaN')
  expect(() => checkNodes(Int32Array.of(3, -1), 2, 'cover', 0)).toThrow('its cover at node 1 is -1')
})

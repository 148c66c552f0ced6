/** Grown trees as the flat arrays of a state. */
import { WORDS } from '../kernels/boosted-nodes.ts'
import type { GrownNode } from './boosted-trees.ts'
import type { BoostingTable } from './boosting-table.ts'

/** As the state of gradient-boosting.ts holds them. */
export interface BoostedArrays {
  start: Int32Array
  left: Int32Array
  right: Int32Array
  feature: Int32Array
  threshold: Float64Array
  missingLeft: Uint8Array
  value: Float64Array
  cover: Float64Array
  category: Uint8Array
  bitset: Uint32Array
}

export interface Forest {
  add(nodes: readonly GrownNode[], value: Float64Array): void
  trees(): number
  /** The first `most` trees; at least one: a leaf that says nothing, if there is none. */
  arrays(most: number, learning: number): BoostedArrays
}

export function createForest({ histograms: h, edges, categories }: BoostingTable): Forest {
  const trees: BoostedArrays[] = []
  /** Rows of weight 1 need only be counted. */
  const even = h.weight.every(weight => weight === 1)
  const weightOf = (from: number, to: number): number => {
    if (even) return to - from
    const { order, weight } = h
    let sum = 0
    for (let at = from; at < to; at++) sum += weight[order[at]!]!
    return sum
  }
  return {
    add(nodes, value) {
      const cover = new Float64Array(nodes.length)
      for (let i = nodes.length - 1; i >= 0; i--) {
        const { left, right, from, to } = nodes[i]!
        cover[i] = left >= 0 ? cover[left]! + cover[right]! : weightOf(from, to)
      }
      trees.push(flatten(nodes, value, cover, edges, categories))
    },
    trees: () => trees.length,
    arrays(most, learning) {
      const kept = trees.slice(0, most)
      if (kept.length > 0) return concat(kept)
      const weight = h.weight.subarray(0, learning).reduce((a, b) => a + b, 0)
      return flatten([LEAF], new Float64Array(1), Float64Array.of(weight), edges, categories)
    },
  }
}

const LEAF: GrownNode = {
  left: -1,
  right: -1,
  column: -1,
  bin: -1,
  subset: undefined,
  missingLeft: false,
  from: 0,
  to: 0,
  restFrom: 0,
  restTo: 0,
}

function flatten(
  nodes: readonly GrownNode[],
  value: Float64Array,
  cover: Float64Array,
  edges: readonly Float64Array[],
  categories: Int32Array,
): BoostedArrays {
  const bitset: number[] = []
  const threshold = nodes.map(({ left, column, bin, subset }) => {
    if (left < 0) return 0
    // Behind the last bin there is no edge: all numbers go left.
    if (subset === undefined) return edges[column]![bin] ?? Infinity
    return bitset.push(...wordsOf(subset, categories[column]!)) - WORDS
  })
  return {
    start: Int32Array.of(0, nodes.length),
    left: Int32Array.from(nodes, node => node.left),
    right: Int32Array.from(nodes, node => node.right),
    feature: Int32Array.from(nodes, node => node.column),
    threshold: Float64Array.from(threshold),
    missingLeft: Uint8Array.from(nodes, node => Number(node.missingLeft)),
    value: value.map((v, i) => (nodes[i]!.left < 0 ? v : 0)),
    cover,
    category: Uint8Array.from(nodes, node => Number(node.subset !== undefined)),
    bitset: Uint32Array.from(bitset),
  }
}

function wordsOf(subset: Uint8Array, categories: number): Uint32Array {
  const words = new Uint32Array(WORDS)
  for (let code = 0; code < categories; code++) if (subset[code] === 1) words[code >> 5]! |= 1 << (code & 31)
  return words
}

function concat(trees: readonly BoostedArrays[]): BoostedArrays {
  const nodes = trees.reduce((sum, tree) => sum + tree.left.length, 0)
  const words = trees.reduce((sum, tree) => sum + tree.bitset.length, 0)
  const all: BoostedArrays = {
    start: new Int32Array(trees.length + 1),
    left: new Int32Array(nodes),
    right: new Int32Array(nodes),
    feature: new Int32Array(nodes),
    threshold: new Float64Array(nodes),
    missingLeft: new Uint8Array(nodes),
    value: new Float64Array(nodes),
    cover: new Float64Array(nodes),
    category: new Uint8Array(nodes),
    bitset: new Uint32Array(words),
  }
  let [node, word] = [0, 0]
  for (const [t, tree] of trees.entries()) {
    for (const name of ['left', 'right', 'feature', 'missingLeft', 'value', 'cover', 'category'] as const)
      all[name].set(tree[name], node)
    all.threshold.set(
      tree.threshold.map((threshold, i) => (tree.category[i] === 1 ? threshold + word : threshold)),
      node,
    )
    all.bitset.set(tree.bitset, word)
    node += tree.left.length
    word += tree.bitset.length
    all.start[t + 1] = node
  }
  return all
}

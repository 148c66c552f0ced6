/**
 * Many trees, as any library keeps them, packed into the flat arrays of the kinds random-forest, isolation-forest and
 * gradient-boosting. Nothing walks a tree before it is known to be one.
 */
import type { BoostedArrays } from '../models/boosting-forest.ts'
import { Refusal } from './refusal.ts'

/** One tree, node by node, its root first and every parent before its children. Nodes that hang from nothing (what
 * pruning left behind) are passed over. */
export interface SourceTree {
  /** Number of nodes: the arrays may be longer. */
  readonly nodes: number
  /** Children by their number in this tree; negative in a leaf, for both. */
  readonly left: ArrayLike<number>
  readonly right: ArrayLike<number>
  readonly feature: ArrayLike<number>
  /** Left is ≤ threshold. Infinite where only missing values part from the rest; never NaN in an inner node. */
  readonly threshold: ArrayLike<number>
  /** 1 where a missing value goes left. Absent: all go right. */
  readonly missingLeft?: ArrayLike<number> | undefined
  /** What a leaf says; inner nodes are not asked. */
  readonly value: ArrayLike<number>
  /** Training rows, or their weight, in each node. */
  readonly cover: ArrayLike<number>
  /** Of a node that asks for categories: {@link CATEGORY_WORDS} words, bit c says that category c goes left. All others
   * go right, missing ones too; undefined in a node that asks for numbers. */
  readonly categories?: ((node: number) => ArrayLike<number> | undefined) | undefined
}

/** The trees of a state. `category` and `bitset` are no part of other kinds than gradient-boosting. */
export type PackedTrees = Readonly<BoostedArrays>

export interface TreePacker {
  /** @throws Refusal for anything but a tree over the columns */
  add(tree: SourceTree): void
  /** Without any tree: one leaf that says 0. */
  finish(): PackedTrees
}

/** Words of 32 bits for the 256 categories that a node can tell apart. */
export const CATEGORY_WORDS = 8

/** 37 bytes each: beyond that a model takes more than 2 GB. */
const MOST_NODES = 50_000_000

/** A tree of nodes that are all leaves and say nothing yet, −1 everywhere. */
export function blankTree(nodes: number) {
  const entries = () => new Float64Array(nodes).fill(-1)
  return {
    nodes,
    left: entries(),
    right: entries(),
    feature: entries(),
    threshold: entries(),
    missingLeft: entries(),
    value: entries(),
    cover: entries(),
  } satisfies SourceTree
}

const EMPTY: SourceTree = { nodes: 1, left: [-1], right: [-1], feature: [-1], threshold: [0], value: [0], cover: [0] }

/** @param columns how many there are to ask for
 * @param what "IsolationForest": whose trees they are, for messages */
export function packTrees(columns: number, what: string): TreePacker {
  const trees: { readonly tree: SourceTree; readonly place: Int32Array; readonly nodes: number }[] = []
  let nodes = 0
  const add = (tree: SourceTree) => {
    const place = placesOf(tree, columns, `tree ${trees.length} of ${what}`)
    const kept = place.reduce((count, at) => count + Number(at >= 0), 0)
    nodes += kept
    if (nodes > MOST_NODES)
      throw new Refusal(
        'unsupported',
        `${what} has more than ${MOST_NODES} nodes`,
        'Fit it with fewer or smaller trees: max_depth, min_samples_leaf.',
      )
    trees.push({ tree, place, nodes: kept })
  }
  return {
    add,
    finish() {
      if (trees.length === 0) add(EMPTY)
      const packed = room(trees.length, nodes)
      const words: number[] = []
      for (const [t, { tree, place, nodes }] of trees.entries()) {
        packed.start[t + 1] = packed.start[t]! + nodes
        write(tree, place, packed.start[t]!, packed, words)
      }
      return { ...packed, bitset: Uint32Array.from(words) }
    },
  }
}

/** For each node its place among those that hang from the root; −1 for others.
 * @throws Refusal */
function placesOf(tree: SourceTree, columns: number, what: string): Int32Array {
  const { nodes, left, right, feature, threshold, missingLeft, value, cover } = tree
  const damaged = (found: string) => new Refusal('damaged', `${what}: ${found}`)
  const arrays = [left, right, feature, threshold, missingLeft ?? left, value, cover]
  if (!(Number.isSafeInteger(nodes) && nodes >= 1 && arrays.every(array => array.length >= nodes)))
    throw damaged(`found ${Math.min(...arrays.map(array => array.length))} nodes, expected ${nodes}, at least 1`)
  const place = new Int32Array(nodes).fill(-1)
  place[0] = 0
  let next = 1
  for (let node = 0; node < nodes; node++) {
    if (place[node] === -1) continue
    place[node] = node === 0 ? 0 : next++
    if (!(cover[node]! >= 0 && cover[node]! < Infinity))
      throw damaged(`node ${node} has ${cover[node]} training rows, expected a number from 0 on`)
    if (left[node]! < 0 && right[node]! < 0) {
      if (!Number.isFinite(value[node])) throw damaged(`leaf ${node} says ${value[node]}, expected a finite number`)
      continue
    }
    for (const child of [left[node]!, right[node]!]) {
      if (!(Number.isInteger(child) && child > node && child < nodes))
        throw damaged(`node ${node} has the child ${child}, expected one behind it and before ${nodes}`)
      if (place[child] !== -1) throw damaged(`node ${child} has two parents`)
      place[child] = REACHED
    }
    if (!(Number.isInteger(feature[node]) && feature[node]! >= 0 && feature[node]! < columns))
      throw damaged(`node ${node} asks for column ${feature[node]}, expected 0 to ${columns - 1}`)
    if (Number.isNaN(threshold[node])) throw damaged(`node ${node} has no threshold`)
  }
  return place
}

const REACHED = -2

type Room = Omit<PackedTrees, 'bitset'>

const room = (trees: number, nodes: number): Room => ({
  start: new Int32Array(trees + 1),
  left: new Int32Array(nodes).fill(-1),
  right: new Int32Array(nodes).fill(-1),
  feature: new Int32Array(nodes).fill(-1),
  threshold: new Float64Array(nodes),
  missingLeft: new Uint8Array(nodes),
  value: new Float64Array(nodes),
  cover: new Float64Array(nodes),
  category: new Uint8Array(nodes),
})

function write(tree: SourceTree, place: Int32Array, root: number, to: Room, words: number[]): void {
  for (let node = 0; node < place.length; node++) {
    if (place[node]! < 0) continue
    const at = root + place[node]!
    to.cover[at] = tree.cover[node]!
    if (tree.left[node]! < 0) {
      to.value[at] = tree.value[node]!
      continue
    }
    to.left[at] = place[tree.left[node]!]!
    to.right[at] = place[tree.right[node]!]!
    to.feature[at] = tree.feature[node]!
    const set = tree.categories?.(node)
    if (set === undefined) {
      to.threshold[at] = tree.threshold[node]!
      to.missingLeft[at] = tree.missingLeft?.[node] ? 1 : 0
      continue
    }
    to.category[at] = 1
    to.threshold[at] = words.length
    for (let word = 0; word < CATEGORY_WORDS; word++) words.push((set[word] ?? 0) >>> 0)
  }
}

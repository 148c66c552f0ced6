/**
 * How trees lie in the arena. Two layouts; forest.as.ts walks both.
 *
 * Complete: a tree of depth D is padded to all 2^D leaves, heap order, root at 1, children of i at 2i and 2i + 1; a
 * shorter path goes on to the left. 8 bytes a node {u32 offset of the key column, i32 key}, 8 a leaf {f64}. No test for
 * a leaf, no branch.
 *
 * Linked: 8 bytes a node {u32 number of the key column above the place of the left child, i32 key}, the right child
 * follows the left one, and 8 a node for its value. For trees that are deep and thin: the padding of a tree of depth 40
 * fits no memory. Two generations of a node's descendants lie side by side, so a walk changes its cache line at every
 * second step.
 *
 * An isolation tree over ψ rows stops at depth ⌈log2 ψ⌉, but leaves more and more of its 2^depth places empty as ψ
 * grows: padded it takes 2.1 times the bytes of the linked layout at ψ = 256, 3.4 times at 1,000, 5.5 at 4,096, 15 at
 * 65,536. Measured, padding wins until 6 times the bytes, then the caches lose more than the missing branches gain. So a
 * forest is complete when that takes at most 6 times the linked bytes, or when its trees are small in any case.
 */
import type { Arena } from './arena.ts'
import type { Trees } from './forest.ts'

export interface Layout {
  readonly complete: boolean
  readonly nodeBytes: number
  readonly leafBytes: number
  readonly treeBytes: number
  /** Linked only: bits of a node's first word that hold a place. */
  readonly leftBits: number
  write(arena: Arena<'nodes' | 'leaves' | 'trees'>, keyColumn: KeyColumn, columnBytes: number): void
}

/** Number, from 0, of the key column that a node compares. */
export type KeyColumn = (column: number, missingLeft: boolean) => number

/** The kernel takes the first three levels at once. */
const SHALLOWEST = 3
/** Beyond this a heap index would not be a safe 32-bit offset. */
const DEEPEST_COMPLETE = 24
const SMALL_TREE_BYTES = 4096

const ALWAYS_LEFT = 0x7fffffff

/** Addresses, the first seven nodes, the places of the eight below them. */
const LINKED_TREE_BYTES = 8 + 7 * 8 + 8 * 4

/** @throws RangeError for a linked tree of so many nodes over so many columns that no word names both: a million over 2,048. */
export function layOut(trees: Trees, keyColumns: number): Layout {
  const depths = depthsOf(trees)
  const leaves = depths.reduce((sum, depth) => sum + 2 ** depth, 0)
  const nodes = trees.left.length
  const small = SMALL_TREE_BYTES * depths.length
  const complete = depths.every(depth => depth <= DEEPEST_COMPLETE) && leaves * 16 <= Math.max(small, 6 * nodes * 16)
  if (complete) {
    const bytes = { nodeBytes: leaves * 8, leafBytes: leaves * 8, treeBytes: depths.length * 16 }
    return { complete, ...bytes, leftBits: 0, write: (...to) => writeComplete(trees, depths, ...to) }
  }
  const largest = depths.reduce((most, _, t) => Math.max(most, trees.start[t + 1]! - trees.start[t]!), 0)
  const leftBits = bitsOf(largest)
  if (leftBits + bitsOf(keyColumns - 1) > 32)
    throw new RangeError(`its trees have up to ${largest} nodes over ${keyColumns} columns, which is too many to walk`)
  const bytes = (nodes + depths.length) * 8
  const layout = {
    complete,
    nodeBytes: bytes,
    leafBytes: bytes,
    treeBytes: depths.length * LINKED_TREE_BYTES,
    leftBits,
  }
  return { ...layout, write: (...to) => writeLinked(trees, leftBits, ...to) }
}

const bitsOf = (largest: number) => 32 - Math.clz32(largest)

/** The key of the largest float32 that is ≤ threshold: x ≤ threshold exactly when key(x) ≤ this, for any float32 x. */
export function thresholdKey(threshold: number): number {
  const nearest = Math.fround(threshold) + 0
  bits.setFloat32(0, nearest)
  const raw = bits.getInt32(0)
  const key = raw ^ ((raw >> 31) & 0x7fffffff)
  return nearest > threshold ? key - 1 : key
}

const bits = new DataView(new ArrayBuffer(4))

function depthsOf(trees: Trees): number[] {
  const depths: number[] = []
  const level = new Int32Array(trees.left.length)
  for (let t = 0; t < trees.start.length - 1; t++) {
    const root = trees.start[t]!
    let deepest = SHALLOWEST
    for (let node = root; node < trees.start[t + 1]!; node++) {
      deepest = Math.max(deepest, level[node]!)
      if (trees.left[node]! < 0) continue
      level[root + trees.left[node]!] = level[node]! + 1
      level[root + trees.right[node]!] = level[node]! + 1
    }
    depths.push(deepest)
  }
  return depths
}

function writeComplete(
  trees: Trees,
  depths: readonly number[],
  arena: Arena<Regions>,
  keyColumn: KeyColumn,
  columnBytes: number,
): void {
  const { at, i32, u32, f64 } = arena
  let offset = 0
  for (let t = 0; t < depths.length; t++) {
    const leafCount = 2 ** depths[t]!
    const nodes = at.nodes + offset
    const leaves = at.leaves + offset
    // The walk ends at heap index 2^D + leaf: an address below the region, where no load ever lands.
    const entry = (at.trees + t * 16) / 4
    u32[entry] = nodes
    u32[entry + 1] = leaves - leafCount * 8
    i32[entry + 2] = depths[t]!
    const root = trees.start[t]!
    const place = (node: number, heap: number): void => {
      if (trees.left[node]! >= 0) {
        u32[nodes / 4 + heap * 2] = keyColumn(trees.feature[node]!, trees.missingLeft[node] === 1) * columnBytes
        i32[nodes / 4 + heap * 2 + 1] = thresholdKey(trees.threshold[node]!)
        place(root + trees.left[node]!, 2 * heap)
        place(root + trees.right[node]!, 2 * heap + 1)
        return
      }
      let last = heap
      for (; last < leafCount; last *= 2) i32[nodes / 4 + last * 2 + 1] = ALWAYS_LEFT
      f64[leaves / 8 + last - leafCount] = trees.value[node]!
    }
    place(root, 1)
    offset += leafCount * 8
  }
}

type Regions = 'nodes' | 'leaves' | 'trees'

function writeLinked(
  trees: Trees,
  leftBits: number,
  arena: Arena<Regions>,
  keyColumn: KeyColumn,
  columnBytes: number,
): void {
  const { at, i32, u32, f64 } = arena
  const place = new Int32Array(trees.left.length)
  for (let t = 0; t < trees.start.length - 1; t++) {
    const root = trees.start[t]!
    const nodes = at.nodes + (root + t) * 8
    const values = at.leaves + (root + t) * 8
    placeNodes(trees, root, place)
    for (let node = root; node < trees.start[t + 1]!; node++) {
      const to = place[node]!
      const inner = trees.left[node]! >= 0
      const column = inner ? keyColumn(trees.feature[node]!, trees.missingLeft[node] === 1) : 0
      u32[nodes / 4 + to * 2] = column * 2 ** leftBits + (inner ? place[root + trees.left[node]!]! : to)
      i32[nodes / 4 + to * 2 + 1] = inner ? thresholdKey(trees.threshold[node]!) : ALWAYS_LEFT
      f64[values / 8 + to] = trees.value[node]!
    }
    const tree = (at.trees + t * LINKED_TREE_BYTES) / 4
    u32.set([nodes, values], tree)
    // The first levels in heap order; below a leaf that comes early all go left, and end at that leaf.
    const heap = [0, root]
    for (let i = 1; i < 8; i++) {
      const node = heap[i]!
      const inner = trees.left[node]! >= 0
      heap[2 * i] = inner ? root + trees.left[node]! : node
      heap[2 * i + 1] = inner ? root + trees.right[node]! : node
      if (inner) u32[tree + 2 * i] = keyColumn(trees.feature[node]!, trees.missingLeft[node] === 1) * columnBytes
      i32[tree + 2 * i + 1] = inner ? thresholdKey(trees.threshold[node]!) : ALWAYS_LEFT
    }
    u32.set(
      heap.slice(8).map(node => place[node]!),
      tree + 16,
    )
  }
}

/** The root at 0, then pairs of children from 2 on: those of a node, those of both of them, then the next generation. */
function placeNodes({ left, right }: Trees, root: number, place: Int32Array): void {
  let next = 2
  const give = (node: number): readonly number[] => {
    if (left[node]! < 0) return []
    const children = [root + left[node]!, root + right[node]!]
    for (const child of children) place[child] = next++
    return children
  }
  place[root] = 0
  const pending = [root]
  for (let node = pending.pop(); node !== undefined; node = pending.pop())
    for (const child of give(node)) pending.push(...give(child))
}

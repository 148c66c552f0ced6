/**
 * How trees lie in the arena. Two layouts; forest.as.ts walks both.
 *
 * Complete: a tree of depth D is padded to all 2^D leaves, heap order, root at 1, children of i at 2i and 2i + 1; a
 * shorter path goes on to the left. 8 bytes a node {u32 offset of the key column, i32 key}, 8 a leaf {f64}. No test for
 * a leaf, no branch.
 *
 * Linked: 16 bytes a node {u32 offset of the key column, i32 key, u32 address of the left child, the right one follows
 * it}, and 8 a node for its value. For trees that are deep and thin: the padding of a tree of depth 40 fits no memory.
 *
 * An isolation tree over ψ rows stops at depth ⌈log2 ψ⌉, but leaves more and more of its 2^depth places empty as ψ
 * grows: padded it takes 1.4 times the bytes of the linked layout at ψ = 256, 2.3 times at 1,000, 3.7 at 4,096, 10 at
 * 65,536. Measured, padding wins until 4 times the bytes, then the caches lose more than the missing branches gain. So a
 * forest is complete when that takes at most 4 times the linked bytes, or when its trees are small in any case.
 */
import type { Arena } from './arena.ts'
import type { Trees } from './forest.ts'

export interface Layout {
  readonly complete: boolean
  readonly nodeBytes: number
  readonly leafBytes: number
  readonly treeBytes: number
  write(arena: Arena<'nodes' | 'leaves' | 'trees'>): void
}

/** Byte offset, within a tile, of the keys that a node compares. */
export type KeyColumn = (column: number, missingLeft: boolean) => number

/** The kernel takes the first three levels at once. */
const SHALLOWEST = 3
/** Beyond this a heap index would not be a safe 32-bit offset. */
const DEEPEST_COMPLETE = 24
const SMALL_TREE_BYTES = 4096

const ALWAYS_LEFT = 0x7fffffff

export function layOut(trees: Trees, keyColumn: KeyColumn): Layout {
  const depths = depthsOf(trees)
  const leaves = depths.reduce((sum, depth) => sum + 2 ** depth, 0)
  const nodes = trees.left.length
  const small = SMALL_TREE_BYTES * depths.length
  const complete = depths.every(depth => depth <= DEEPEST_COMPLETE) && leaves * 16 <= Math.max(small, 4 * nodes * 24)
  return {
    complete,
    nodeBytes: complete ? leaves * 8 : nodes * 16,
    leafBytes: complete ? leaves * 8 : nodes * 8,
    treeBytes: depths.length * 16,
    write: arena => (complete ? writeComplete(trees, depths, keyColumn, arena) : writeLinked(trees, keyColumn, arena)),
  }
}

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

function writeComplete(trees: Trees, depths: readonly number[], keyColumn: KeyColumn, arena: Arena<Regions>): void {
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
        u32[nodes / 4 + heap * 2] = keyColumn(trees.feature[node]!, trees.missingLeft[node] === 1)
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

function writeLinked(trees: Trees, keyColumn: KeyColumn, arena: Arena<Regions>): void {
  const { at, i32, u32, f64 } = arena
  const order = new Int32Array(trees.left.length)
  for (let t = 0; t < trees.start.length - 1; t++) {
    const root = trees.start[t]!
    const nodes = at.nodes + root * 16
    u32[(at.trees + t * 16) / 4] = nodes
    u32[(at.trees + t * 16) / 4 + 1] = at.leaves + root * 8
    // Breadth first, so that the two children of a node lie side by side and after it.
    order[root] = root
    let known = 1
    for (let place = 0; place < known; place++) {
      const node = order[root + place]!
      const word = nodes / 4 + place * 4
      f64[at.leaves / 8 + root + place] = trees.value[node]!
      if (trees.left[node]! < 0) {
        i32[word + 1] = ALWAYS_LEFT
        u32[word + 2] = nodes + place * 16
        continue
      }
      u32[word] = keyColumn(trees.feature[node]!, trees.missingLeft[node] === 1)
      i32[word + 1] = thresholdKey(trees.threshold[node]!)
      u32[word + 2] = nodes + known * 16
      order[root + known++] = root + trees.left[node]!
      order[root + known++] = root + trees.right[node]!
    }
  }
}

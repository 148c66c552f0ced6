/**
 * Trees of any size, walked: 24 bytes a node {f64 threshold, u32 offset of the column, u32 address of the left child, the
 * right one follows it, u32 address of the categories that go right}, and 8 a node for its value. A missing number fails
 * every comparison, so it goes right; nodes that send it left look at a second column, in which it is −∞.
 */
import { type Arena, createArena, tileRowsFor } from './arena.ts'
import {
  type BoostedTrees,
  CATEGORIES,
  categoryOf,
  type Kind,
  keyOf,
  kindOf,
  type Packed,
  sendsLeft,
} from './boosted-nodes.ts'

const NODE_BYTES = 24
const TREE_BYTES = 12
/** 9 words for 256 categories and one for what is none of them; numbers share one of zeros that takes any 9-bit place. */
const TABLE_BYTES = 40
const NO_TABLE_BYTES = 64
const NO_CATEGORY = CATEGORIES

const TILE_BYTES = 32_768
const SMALLEST_TILE = 64
const LARGEST_TILE = 512
const STEP = 8

interface Kernel {
  sumWalked(columns: number, rows: number, trees: number, treeCount: number, sums: number): void
}

type Regions = 'nodes' | 'values' | 'trees' | 'tables'

export function packWalked(trees: BoostedTrees): Packed {
  const nodes = trees.left.length
  const count = trees.start.length - 1
  // The first column is 0 everywhere: leaves wait on it.
  const columns: { feature: number; kind: Kind }[] = []
  const place = new Map<string, number>()
  for (let node = 0; node < nodes; node++) {
    const key = keyOf(trees, node)
    if (trees.left[node]! < 0 || place.has(key)) continue
    columns.push({ feature: trees.feature[node]!, kind: kindOf(trees, node) })
    place.set(key, columns.length)
  }
  const tileRows = tileRowsFor(TILE_BYTES, 8 * (columns.length + 1), SMALLEST_TILE, LARGEST_TILE)
  const arena = createArena({
    columns: (columns.length + 1) * tileRows * 8,
    sums: tileRows * 8,
    nodes: nodes * NODE_BYTES,
    values: nodes * 8,
    trees: count * TREE_BYTES,
    tables: NO_TABLE_BYTES + TABLE_BYTES * trees.category.reduce((sum, is) => sum + is, 0),
  })
  writeNodes(trees, node => place.get(keyOf(trees, node))! * tileRows * 8, arena)
  const { at, f64 } = arena
  const { sumWalked } = arena.link<Kernel>('boosted')
  const sums = at.sums / 8

  const stage = (
    { feature, kind }: (typeof columns)[number],
    block: readonly Float64Array[],
    from: number,
    rows: number,
    to: number,
  ) => {
    const values = block[feature]!
    if (kind === 'number') f64.set(values.subarray(from, from + rows), to)
    else if (kind === 'missingLeft')
      for (let i = 0; i < rows; i++) f64[to + i] = Number.isNaN(values[from + i]!) ? -Infinity : values[from + i]!
    else
      for (let i = 0; i < rows; i++) {
        const category = categoryOf(values[from + i]!)
        f64[to + i] = category < 0 ? NO_CATEGORY : category
      }
  }
  return {
    tileRows,
    sum(block, from, rows, out) {
      for (const [c, column] of columns.entries()) stage(column, block, from, rows, at.columns / 8 + (c + 1) * tileRows)
      f64.fill(trees.base, sums, sums + rows)
      sumWalked(at.columns, Math.ceil(rows / STEP) * STEP, at.trees, count, at.sums)
      out.set(f64.subarray(sums, sums + rows), from)
    },
  }
}

function writeNodes(trees: BoostedTrees, columnOf: (node: number) => number, { at, u32, f64 }: Arena<Regions>): void {
  let nextTable = at.tables + NO_TABLE_BYTES
  const order = new Int32Array(trees.left.length)
  for (let t = 0; t < trees.start.length - 1; t++) {
    const root = trees.start[t]!
    const nodes = at.nodes + root * NODE_BYTES
    const entry = (at.trees + t * TREE_BYTES) / 4
    u32[entry] = nodes
    u32[entry + 1] = at.values + root * 8
    // Breadth first, so that the two children of a node lie side by side and after it.
    order[root] = root
    let known = 1
    for (let place = 0; place < known; place++) {
      const node = order[root + place]!
      const address = nodes + place * NODE_BYTES
      const word = address / 4
      f64[at.values / 8 + root + place] = trees.value[node]!
      f64[address / 8] = Infinity
      u32[word + 4] = at.tables
      if (trees.left[node]! < 0) {
        u32[word + 2] = 0
        u32[word + 3] = address
        continue
      }
      u32[word + 2] = columnOf(node)
      u32[word + 3] = nodes + known * NODE_BYTES
      if (trees.category[node] === 1) {
        u32[entry + 2] = 1
        u32[word + 4] = nextTable
        for (let category = 0; category <= NO_CATEGORY; category++)
          if (category === NO_CATEGORY || !sendsLeft(trees, node, category))
            u32[nextTable / 4 + (category >> 5)]! |= 1 << (category & 31)
        nextTable += TABLE_BYTES
      } else f64[address / 8] = trees.threshold[node]!
      order[root + known++] = root + trees.left[node]!
      order[root + known++] = root + trees.right[node]!
    }
  }
}

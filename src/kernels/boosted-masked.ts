/**
 * Trees of up to 64 leaves without a walk (QuickScorer: Lucchese et al., "QuickScorer: a fast algorithm to rank
 * documents with additive ensembles of regression trees", SIGIR 2015). The leaves of a tree are numbered from the left.
 * A row begins with a bit for each; every node that would send it right, on its way or not, clears the bits of the leaves
 * on the node's left; the first bit that remains is the row's leaf. All nodes are asked, but sixteen rows at once and
 * without a branch.
 *
 * For that a value is one byte. Where a model cuts a column at no more than 254 thresholds, which holds for any model
 * trained on 255 bins, the number of thresholds below a value decides every comparison: x ≤ t exactly when no more
 * thresholds lie below x than below t. A category is its place among those that some node sends left.
 */
import { createArena, tileRowsFor } from './arena.ts'
import { type BinKernel, EDGE_BYTES, writeEdges } from './bins.ts'
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

const MOST_LEAVES = 64
const FEW_LEAVES = 32
const MOST_THRESHOLDS = 254
/** The byte of a missing number: above every threshold. Bytes of numbers are compared as signed ones: their top bit is
 * turned. */
const SIGN = 0x80
const MISSING = 0xff ^ SIGN
const ALWAYS_LEFT = 0xfe

/** The tile's columns fit the first-level cache beside the bits; under 64 rows the trees would be read too often. */
const TILE_BYTES = 24_576
const SMALLEST_TILE = 64
const LARGEST_TILE = 512
/** What the kernel takes at a time. */
const STEP = 32

const OP_BYTES = 16
const TREE_BYTES = 24

/** One column of bytes. `missingLeft`: a second one of the same numbers, for nodes that send a missing one left. */
interface ByteColumn {
  /** That of the nodes which read it. */
  readonly key: string
  readonly feature: number
  readonly kind: Kind
  /** Thresholds, ascending and different; of a column of categories, those that some node sends left. */
  readonly values: Float64Array
}

interface Kernel {
  sumMasked(
    columns: number,
    rows: number,
    trees: number,
    treeCount: number,
    planes: number,
    planeBytes: number,
    sums: number,
  ): void
}

/** Undefined where a tree is too large, or a column has too many thresholds or categories. */
export function packMasked(trees: BoostedTrees): Packed | undefined {
  const count = trees.start.length - 1
  for (let t = 0; t < count; t++) if (trees.start[t + 1]! - trees.start[t]! > 2 * MOST_LEAVES - 1) return undefined
  const columns = byteColumns(trees)
  if (columns.some(({ values }) => values.length > MOST_THRESHOLDS)) return undefined
  const tileRows = tileRowsFor(TILE_BYTES, Math.max(1, columns.length), SMALLEST_TILE, LARGEST_TILE)
  const ops = opsOf(trees, columns)
  const arena = createArena({
    staged: tileRows * 8,
    sums: tileRows * 8,
    columns: Math.max(1, columns.length) * tileRows,
    planes: (MOST_LEAVES / 8) * tileRows,
    edges: Math.max(1, columns.length) * EDGE_BYTES,
    ops: ops.reduce((sum, tree) => sum + tree.length, 0) * OP_BYTES,
    tables: ops.flat().reduce((sum, op) => sum + (op.table?.length ?? 0), 0),
    leaves: trees.left.length * 8,
    trees: count * TREE_BYTES,
  })
  const { at, f64, u8 } = arena
  writeTrees(trees, ops, tileRows, arena)
  const halves = columns.map(({ kind, values }, c) =>
    kind === 'category' ? 0 : writeEdges(f64, at.edges + c * EDGE_BYTES, values),
  )
  const places = columns.map(({ kind, values }) => (kind === 'category' ? placesOf(values) : undefined))
  const { binNumbers } = arena.link<BinKernel>('bins')
  const { sumMasked } = arena.link<Kernel>('boosted')
  const sums = at.sums / 8

  const stage = (c: number, values: Float64Array, from: number, rows: number): void => {
    const target = at.columns + c * tileRows
    const place = places[c]
    if (place) {
      for (let i = 0; i < rows; i++) u8[target + i] = place[categoryOf(values[from + i]!) + 1]!
      return
    }
    f64.set(values.subarray(from, from + rows), at.staged / 8)
    const missing = columns[c]!.kind === 'missingLeft' ? SIGN : MISSING
    binNumbers(at.staged, rows, at.edges + c * EDGE_BYTES, halves[c]!, target, 1, missing, SIGN)
  }
  return {
    tileRows,
    sum(block, from, rows, out) {
      for (let c = 0; c < columns.length; c++) stage(c, block[columns[c]!.feature]!, from, rows)
      f64.fill(trees.base, sums, sums + rows)
      const padded = Math.ceil(rows / STEP) * STEP
      sumMasked(at.columns, padded, at.trees, count, at.planes, tileRows, at.sums)
      out.set(f64.subarray(sums, sums + rows), from)
    },
  }
}

function byteColumns(trees: BoostedTrees): ByteColumn[] {
  const found = new Map<string, { feature: number; kind: Kind; values: Set<number> }>()
  for (let node = 0; node < trees.left.length; node++) {
    if (trees.left[node]! < 0) continue
    const key = keyOf(trees, node)
    const kind = kindOf(trees, node)
    let column = found.get(key)
    if (column === undefined) found.set(key, (column = { feature: trees.feature[node]!, kind, values: new Set() }))
    if (kind === 'category') {
      for (let c = 0; c < CATEGORIES; c++) if (sendsLeft(trees, node, c)) column.values.add(c)
    } else if (trees.threshold[node]! < Infinity) {
      // −0 + 0 is 0: the two are one threshold.
      column.values.add(trees.threshold[node]! + 0)
    }
  }
  return [...found].map(([key, { values, ...rest }]) => ({ key, ...rest, values: Float64Array.from(values).sort() }))
}

/** By category + 1: its place among the given ones, or the place behind them, which no node sends left. */
function placesOf(values: Float64Array): Uint8Array {
  const places = new Uint8Array(CATEGORIES + 1).fill(values.length)
  values.forEach((category, place) => {
    places[category + 1] = place
  })
  return places
}

/** What one node does to one plane of bits. */
interface Op {
  readonly column: number
  readonly plane: number
  /** The bits it clears. */
  readonly mask: number
  readonly key: number
  /** For categories, by their place: 255 where the row goes left; a whole number of 16 bytes. */
  readonly table: Uint8Array | undefined
}

/** Tree after tree, comparisons first. */
function opsOf(trees: BoostedTrees, columns: readonly ByteColumn[]): Op[][] {
  const place = new Map(columns.map(({ key }, c) => [key, c]))
  return Array.from({ length: trees.start.length - 1 }, (_, t) => {
    const ops: Op[] = []
    const root = trees.start[t]!
    /** Takes the leaves of a subtree from `first` on; returns the next. */
    const visit = (node: number, first: number): number => {
      if (trees.left[node]! < 0) return first + 1
      const end = visit(root + trees.left[node]!, first)
      const column = place.get(keyOf(trees, node))!
      const asked = { column, ...question(trees, node, columns[column]!) }
      for (let plane = first >> 3; plane * 8 < end; plane++) {
        let mask = 0
        for (let bit = 0; bit < 8; bit++) if (plane * 8 + bit >= first && plane * 8 + bit < end) mask |= 1 << bit
        ops.push({ ...asked, plane, mask })
      }
      return visit(root + trees.right[node]!, end)
    }
    visit(root, 0)
    return [...ops.filter(op => op.table === undefined), ...ops.filter(op => op.table !== undefined)]
  })
}

function question(trees: BoostedTrees, node: number, { kind, values }: ByteColumn): Pick<Op, 'key' | 'table'> {
  if (kind === 'category') {
    const table = new Uint8Array(Math.ceil(values.length / 16) * 16)
    values.forEach((category, place) => {
      table[place] = sendsLeft(trees, node, category) ? 255 : 0
    })
    return { key: 0, table }
  }
  const place = values.indexOf(trees.threshold[node]! + 0)
  return { key: (place < 0 ? ALWAYS_LEFT : place) ^ SIGN, table: undefined }
}

function writeTrees(
  trees: BoostedTrees,
  ops: readonly Op[][],
  tileRows: number,
  { at, u8, u32, f64 }: ReturnType<typeof createArena<'ops' | 'tables' | 'leaves' | 'trees'>>,
): void {
  let [nextOp, nextTable, nextLeaf] = [at.ops, at.tables, at.leaves]
  for (const [t, list] of ops.entries()) {
    const root = trees.start[t]!
    const entry = (at.trees + t * TREE_BYTES) / 4
    const comparisons = list.filter(op => op.table === undefined).length
    u32[entry] = nextOp
    u32[entry + 1] = nextOp + comparisons * OP_BYTES
    u32[entry + 2] = nextOp + list.length * OP_BYTES
    u32[entry + 3] = nextLeaf
    for (const { column, plane, mask, key, table } of list) {
      u32[nextOp / 4] = column * tileRows
      u32[nextOp / 4 + 1] = plane * tileRows
      u8[nextOp + 8] = table ? table.length / 16 : key
      u8[nextOp + 9] = mask
      if (table) {
        u32[nextOp / 4 + 3] = nextTable
        u8.set(table, nextTable)
        nextTable += table.length
      }
      nextOp += OP_BYTES
    }
    const first = nextLeaf
    const visit = (node: number): void => {
      if (trees.left[node]! < 0) {
        f64[nextLeaf / 8] = trees.value[node]!
        nextLeaf += 8
        return
      }
      visit(root + trees.left[node]!)
      visit(root + trees.right[node]!)
    }
    visit(root)
    u32[entry + 5] = (nextLeaf - first) / 8 <= FEW_LEAVES ? 4 : 8
  }
}

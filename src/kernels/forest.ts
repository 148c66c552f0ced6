/**
 * Sums over a forest: each row falls through each tree to a leaf, and the values of its leaves are added in the order
 * of the trees, in f64. A row's sum depends on that row alone, so blocks of any size give the same bits.
 *
 * `sumPlainly` is the obvious form and the oracle of the tests; `openForest` gives the same bits six times as fast.
 */
import { createArena, tileRowsFor } from './arena.ts'
import { layOut } from './forest-layout.ts'

/** Trees one after the other; tree t has the nodes start[t] … start[t + 1] − 1, its root first, every parent before its
 * children. All arrays but `start` have one entry a node. */
export interface Trees {
  readonly start: Int32Array
  /** The column that the node looks at; anything in a leaf. */
  readonly feature: Int32Array
  /** A row goes left when its value, rounded to float32, is ≤ threshold. Never NaN. */
  readonly threshold: Float64Array
  /** Children, counted from the root of their tree; −1 in a leaf. */
  readonly left: Int32Array
  readonly right: Int32Array
  /** 1 where a missing value goes left, 0 where it goes right. */
  readonly missingLeft: Uint8Array
  /** What a leaf adds; anything in an inner node. */
  readonly value: Float64Array
}

/** Writes each row's sum into `out`. Columns may be longer than `rows`; columns that no node looks at are not read. */
export type ForestSum = (columns: readonly Float64Array[], rows: number, out: Float64Array) => void

export function sumPlainly(trees: Trees): ForestSum {
  const { start, feature, threshold, left, right, missingLeft, value } = trees
  return (columns, rows, out) => {
    for (let row = 0; row < rows; row++) {
      let sum = 0
      for (let tree = 0; tree < start.length - 1; tree++) {
        const root = start[tree]!
        let node = root
        while (left[node]! >= 0) {
          const x = Math.fround(columns[feature[node]!]![row]!)
          const goesLeft = Number.isNaN(x) ? missingLeft[node] === 1 : x <= threshold[node]!
          node = root + (goesLeft ? left[node]! : right[node]!)
        }
        sum += value[node]!
      }
      out[row] = sum
    }
  }
}

interface Kernel {
  keysOf(source: number, rows: number, keys: number, tileRows: number, tileBytes: number, missing: number): number
  sumComplete(...to: Block): void
  sumLinked(...to: [...Block, leftBits: number, columnShift: number, places: number, open: number]): void
}
type Block = [
  keys: number,
  rows: number,
  tileRows: number,
  tileBytes: number,
  trees: number,
  treeCount: number,
  sums: number,
]

/** A block is a whole number of tiles; more rows than a table's chunk has would only take memory. */
const BLOCK_ROWS = 2048
/** Measured: 20 to 32 KB of keys, the first-level cache less a tree, is best; under 64 rows the trees are read too often.
 * Linked trees are so large that each reading of one costs more than keys from the second-level cache. */
const TILE_BYTES = 32_768
const LINKED_TILE_BYTES = 262_144
const SMALLEST_TILE = 64

const AFTER_EVERY_NUMBER = 0x7fffffff
const BEFORE_EVERY_NUMBER = -0x80000000

/**
 * Packs the trees once. The key of a missing value sorts after every number, so it goes right without a test. For nodes
 * that send it left there is a second set of key columns, in which it sorts before every number; because that halves
 * the rows a cache holds, it is laid out only when a block with a missing value arrives.
 */
export function openForest(trees: Trees): ForestSum {
  const sendsLeft = trees.left.some((left, node) => left >= 0 && trees.missingLeft[node] === 1)
  const numbersOnly = pack(trees, false)
  let alsoMissing: Packed | undefined
  return (columns, rows, out) => {
    for (let from = 0; from < rows; from += BLOCK_ROWS) {
      const count = Math.min(BLOCK_ROWS, rows - from)
      const missing = numbersOnly.stage(columns, from, count)
      if (!missing || !sendsLeft) numbersOnly.sum(from, count, out)
      else {
        alsoMissing ??= pack(trees, true)
        alsoMissing.stage(columns, from, count)
        alsoMissing.sum(from, count, out)
      }
    }
  }
}

interface Packed {
  /** Brings rows from … from + count − 1 in as keys; true when one of them misses a value. */
  stage(columns: readonly Float64Array[], from: number, count: number): boolean
  sum(from: number, count: number, out: Float64Array): void
}

function pack(trees: Trees, missingColumns: boolean): Packed {
  const used = columnsOf(trees)
  const place = new Map(used.map((column, i) => [column, i]))
  const keyColumns = Math.max(1, used.length) * (missingColumns ? 2 : 1)
  const layout = layOut(trees, keyColumns)
  const wanted = layout.complete ? TILE_BYTES : LINKED_TILE_BYTES
  const tileRows = tileRowsFor(wanted, 4 * keyColumns, SMALLEST_TILE, BLOCK_ROWS)
  const columnBytes = tileRows * 4
  const tileBytes = columnBytes * keyColumns
  const toLeft = columnBytes * used.length
  const arena = createArena({
    staged: BLOCK_ROWS * 8,
    sums: BLOCK_ROWS * 8,
    places: BLOCK_ROWS * 4,
    open: (BLOCK_ROWS + 8) * 4,
    keys: (BLOCK_ROWS / tileRows) * tileBytes,
    nodes: layout.nodeBytes,
    leaves: layout.leafBytes,
    trees: layout.treeBytes,
  })
  const { at, f64 } = arena
  layout.write(
    arena,
    (column, missingLeft) => place.get(column)! + (missingColumns && missingLeft ? used.length : 0),
    columnBytes,
  )
  const kernel = arena.link<Kernel>('forest')
  const staged = at.staged / 8
  const sums = at.sums / 8

  return {
    stage(columns, from, count) {
      // The kernel takes four rows at a time; an old NaN behind the last row would pass for one of this block.
      const padded = Math.ceil(count / 4) * 4
      f64.fill(0, staged + count, staged + padded)
      let missing = 0
      for (let i = 0; i < used.length; i++) {
        f64.set(columns[used[i]!]!.subarray(from, from + count), staged)
        const keys = at.keys + i * columnBytes
        missing |= kernel.keysOf(at.staged, padded, keys, tileRows, tileBytes, AFTER_EVERY_NUMBER)
        if (missingColumns) kernel.keysOf(at.staged, padded, keys + toLeft, tileRows, tileBytes, BEFORE_EVERY_NUMBER)
      }
      return missing === 1
    },
    sum(from, count, out) {
      f64.fill(0, sums, sums + count)
      const block: Block = [at.keys, count, tileRows, tileBytes, at.trees, trees.start.length - 1, at.sums]
      if (layout.complete) kernel.sumComplete(...block)
      else kernel.sumLinked(...block, layout.leftBits, Math.log2(columnBytes), at.places, at.open)
      out.set(f64.subarray(sums, sums + count), from)
    },
  }
}

/** The columns that some node looks at, ascending. */
export function columnsOf(trees: Pick<Trees, 'feature' | 'left'>): readonly number[] {
  return [...new Set(trees.feature.filter((_, node) => trees.left[node]! >= 0))].sort((a, b) => a - b)
}

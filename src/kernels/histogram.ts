/**
 * Training trees on binned columns (Ke et al., "LightGBM", NeurIPS 2017): rows by bins, sums of gradients and hessians
 * in each bin of each column, the best cut of a node, and the rows in the order of the nodes they are in.
 *
 * Sums are kept in 64-bit integers: gradients and hessians are scaled by a power of two and rounded, to 51 bits where
 * the number of rows allows it (for 100,000 rows 45 bits of a gradient and 29 of a hessian; LightGBM's are floats of 24).
 * So a sum is the same in any order, a sibling is exactly its parent less the other child, and rows are counted
 * exactly. Everything the kernel reports is in those units: `Split.gain` times hessianScale / gradientScale² is the gain.
 *
 * A gradient need not be one: with gradient = −weight · target and hessian = weight, the gain is the decrease of the
 * weighted variance, which for targets of 0 and 1 is half that of the Gini impurity.
 */
import { createArena } from './arena.ts'
import { type BinKernel, COUNT_BYTES, EDGE_BYTES, writeEdges } from './bins.ts'

export interface Histograms {
  readonly rows: number
  /** The rows; a node has some that follow each other. Ascending at first: whoever grows a tree sets them anew. */
  readonly order: Int32Array
  /** One a row, for whoever trains: targets, weights, and predictions so far. */
  readonly y: Float64Array
  readonly weight: Float64Array
  readonly raw: Float64Array
  /** One a row: what `setPairs` reads. */
  readonly gradient: Float64Array
  readonly hessian: Float64Array
  /** Sorts up to `rows` numbers, none missing, ascending. Overwrites `gradient` and `hessian`; the result is a view that
   * the next call overwrites. */
  sort(values: Float64Array): Float64Array
  /** Bins a column of numbers by ascending edges, at most 254: bin b holds what b edges lie below; a missing number has
   * the bin after the last. Overwrites `gradient`. Returns how many numbers are missing. */
  binNumbers(column: number, values: Float64Array, edges: Float64Array): number
  /** Gives a column bins as they are: `bins` of them, at most 255, and the next one for missing values. */
  setBins(column: number, values: Uint8Array, bins: number): void
  /** How many bins a column has, without that of missing values. */
  bins(column: number): number
  /** The bin of a row. */
  binOf(column: number, row: number): number
  /** Gradients and hessians of weight × log loss, `raw` being the log-odds of y = 1. e^raw comes from a polynomial, with
   * an error of two units in the last place: the same bits on every machine. */
  logisticSlopes(): void
  /** Takes the gradients and hessians (finite, hessians ≥ 0) over into the units of the sums. */
  setPairs(): Scale
  /** Sums the rows order[from] … order[to − 1] into a slot. */
  build(slot: number, from: number, to: number): void
  /** Sums of the gradients and hessians themselves over the rows order[from] … order[to − 1]. */
  slopes(from: number, to: number): { gradient: number; hessian: number }
  /** raw += step for the rows order[from] … order[to − 1]. */
  raise(from: number, to: number, step: number): void
  /** slot −= less. */
  subtract(slot: number, less: number): void
  /** What the rows of a slot sum up to. */
  total(slot: number): Sums
  /** What the rows in one bin sum up to. */
  cell(slot: number, column: number, bin: number): Sums
  /** The best cut of a slot among the columns, each with at least two bins or missing values; undefined when none gains
   * more than `limits.gain`. Columns whose bins have no order are not for this. */
  scan(slot: number, columns: Int32Array, limits: Limits): Split | undefined
  /** Puts the rows order[from] … order[to − 1] whose bin has goesLeft[bin] = 1 first, both sides in their old order.
   * Returns where the right side begins. */
  partition(column: number, from: number, to: number, goesLeft: Uint8Array): number
}

/** Units a gradient and a hessian of 1 have; powers of two. */
export interface Scale {
  readonly gradient: number
  readonly hessian: number
}

/** In the units of the sums. */
export interface Sums {
  readonly gradient: number
  readonly hessian: number
  readonly rows: number
}

export interface Limits {
  readonly leastRows: number
  /** Least sum of hessians on a side, and λ, in units of the sums. */
  readonly leastHessian: number
  readonly l2: number
  /** G²/(H + λ) of both sides together must exceed it. */
  readonly gain: number
  /** Bounds of −G/(H + λ), and for each column 1 where that may not fall with it, −1 where it may not rise, else 0. */
  readonly bounds?: { readonly lowest: number; readonly highest: number; readonly directions: Int32Array }
}

export interface Split {
  readonly column: number
  /** Rows of this bin and of those before it go left. The last bin: all rows but those that miss the value. */
  readonly bin: number
  readonly missingLeft: boolean
  /** G²/(H + λ) of both sides together; not less that of the node. */
  readonly gain: number
}

interface Kernel {
  largest(values: number, n: number): number
  logisticSlopes(raw: number, y: number, weight: number, n: number, gradient: number, hessian: number): void
  sumRows(order: number, n: number, first: number, second: number, sums: number): void
  addToRows(order: number, n: number, values: number, number: number): void
  makePairs(
    gradient: number,
    hessian: number,
    n: number,
    gradientScale: number,
    hessianScale: number,
    countBits: number,
    pairs: number,
  ): void
  gatherPairs(order: number, n: number, pairs: number, gathered: number, total: number): void
  clearCells(histogram: number, cells: number, columns: number): void
  accumulateEight: Accumulate
  accumulateFour: Accumulate
  sumPairs(n: number, pairs: number, total: number): void
  accumulateAllEight: AccumulateAll
  accumulateAllFour: AccumulateAll
  subtractCells(histogram: number, less: number, cells: number, columns: number): void
  partition(order: number, n: number, bins: number, table: number, scratch: number): number
  scanFree(histogram: number, columns: number, n: number, cells: number, scan: number): void
  scanBounded(histogram: number, columns: number, n: number, cells: number, directions: number, scan: number): void
}

type Accumulate = (bins: number, order: number, n: number, gathered: number, histogram: number) => void

type AccumulateAll = (bins: number, n: number, pairs: number, histogram: number) => void

/** Bytes of the cells of a column, and of what stands before them: the total of the slot. */
const COLUMN = 4096
const TOTAL = 64

/** Bytes that a slot takes. */
export function slotBytes(columns: number): number {
  return TOTAL + Math.ceil(columns / 4) * 4 * COLUMN
}

/** Room for `columns` columns of `rows` rows, and for the histograms of `slots` nodes at a time.
 * @throws RangeError where that is more than 4 GiB */
export function openHistograms(rows: number, columns: number, slots: number): Histograms {
  const room = layOut(rows, columns, slots)
  const { at, i32, f64 } = room.arena
  const oneARow = (region: number) => f64.subarray(region / 8, region / 8 + rows)
  const order = i32.subarray(at.order / 4, at.order / 4 + rows)
  for (let row = 0; row < rows; row++) order[row] = row
  return {
    rows,
    order,
    y: oneARow(at.y),
    weight: oneARow(at.weight),
    raw: oneARow(at.raw),
    gradient: oneARow(at.gradient),
    hessian: oneARow(at.hessian),
    ...binning(room),
    ...ofRows(room),
    ...summing(room),
    ...cutting(room),
  }
}

interface Room {
  readonly arena: ReturnType<typeof regions>
  readonly kernel: Kernel
  readonly rows: number
  readonly columns: number
  /** Bits that a number of rows takes. */
  readonly countBits: number
  /** How many cells each column has. */
  readonly cells: Int32Array
  binsAt(column: number): number
  cellsAt(slot: number): number
}

function layOut(rows: number, columns: number, slots: number): Room {
  const arena = regions(rows, columns, slots)
  const { at, i32 } = arena
  return {
    arena,
    kernel: arena.link<Kernel>('histogram'),
    rows,
    columns,
    countBits: 32 - Math.clz32(rows),
    cells: i32.subarray(at.cells / 4, at.cells / 4 + columns),
    binsAt: column => at.bins + (column >> 3) * rows * 8 + (column & 7),
    cellsAt: slot => at.slots + slot * slotBytes(columns) + TOTAL,
  }
}

function regions(rows: number, columns: number, slots: number) {
  // The kernel takes two rows at a time.
  const even = rows + (rows % 2)
  return createArena({
    y: even * 8,
    weight: even * 8,
    raw: even * 8,
    gradient: even * 8,
    hessian: even * 8,
    order: rows * 4,
    scratch: rows * 4,
    pairs: even * 16,
    gathered: rows * 16,
    bins: Math.ceil(columns / 8) * rows * 8,
    slots: slots * slotBytes(columns),
    edges: EDGE_BYTES,
    counts: COUNT_BYTES,
    cells: columns * 4,
    columns: columns * 4,
    directions: columns * 4,
    table: 256,
    scan: 128,
  })
}

type Binning = Pick<Histograms, 'sort' | 'binNumbers' | 'setBins' | 'bins' | 'binOf'>

function binning({ arena, rows, cells, binsAt }: Room): Binning {
  const { at, u8, f64 } = arena
  const kernel = arena.link<BinKernel>('bins')
  return {
    sort(values) {
      f64.set(values, at.gradient / 8)
      kernel.sortNumbers(at.gradient, values.length, at.hessian, at.counts)
      return f64.subarray(at.gradient / 8, at.gradient / 8 + values.length)
    },
    binNumbers(column, values, edges) {
      const half = writeEdges(f64, at.edges, edges)
      f64.set(values, at.gradient / 8)
      cells[column] = edges.length + 2
      return kernel.binNumbers(at.gradient, rows, at.edges, half, binsAt(column), 8, edges.length + 1, 0)
    },
    setBins(column, values, bins) {
      cells[column] = bins + 1
      for (let row = 0, to = binsAt(column); row < rows; row++, to += 8) u8[to] = values[row]!
    },
    bins: column => cells[column]! - 1,
    binOf: (column, row) => u8[binsAt(column) + 8 * row]!,
  }
}

type OfRows = Pick<Histograms, 'logisticSlopes' | 'setPairs' | 'slopes' | 'raise'>

function ofRows({ arena: { at, f64 }, kernel, rows, countBits }: Room): OfRows {
  const even = rows + (rows % 2)
  return {
    logisticSlopes() {
      kernel.logisticSlopes(at.raw, at.y, at.weight, rows, at.gradient, at.hessian)
    },
    setPairs() {
      // Behind an odd last row the kernel may have left something.
      for (const region of [at.gradient, at.hessian]) f64.fill(0, region / 8 + rows, region / 8 + even)
      const scale = {
        gradient: unit(kernel.largest(at.gradient, even), Math.min(MOST_BITS, 62 - countBits)),
        hessian: unit(kernel.largest(at.hessian, even), Math.min(MOST_BITS, 62 - 2 * countBits)),
      }
      kernel.makePairs(at.gradient, at.hessian, rows, scale.gradient, scale.hessian, countBits, at.pairs)
      return scale
    },
    slopes(from, to) {
      kernel.sumRows(at.order + 4 * from, to - from, at.gradient, at.hessian, at.scan)
      return { gradient: f64[at.scan / 8]!, hessian: f64[at.scan / 8 + 1]! }
    },
    raise(from, to, step) {
      kernel.addToRows(at.order + 4 * from, to - from, at.raw, step)
    },
  }
}

type Summing = Pick<Histograms, 'build' | 'subtract' | 'total' | 'cell'>

function summing({ arena: { at, i32, u32 }, kernel, rows, columns, countBits, cellsAt }: Room): Summing {
  const sums = (address: number): Sums => {
    const word = address / 4
    const low = u32[word + 2]!
    const count = countBits === 32 ? low : low & (2 ** countBits - 1)
    return {
      gradient: i32[word + 1]! * 2 ** 32 + u32[word]!,
      hessian: (i32[word + 3]! * 2 ** 32 + (low - count)) / 2 ** countBits,
      rows: count,
    }
  }
  return {
    build(slot, from, to) {
      const histogram = cellsAt(slot)
      const first = at.order + 4 * from
      const all = to - from === rows
      kernel.clearCells(histogram, at.cells, columns)
      if (all) kernel.sumPairs(rows, at.pairs, histogram - TOTAL)
      else kernel.gatherPairs(first, to - from, at.pairs, at.gathered, histogram - TOTAL)
      for (let column = 0; column < columns; column += 8) {
        const bins = at.bins + column * rows
        const cells = histogram + column * COLUMN
        const eight = columns - column > 4
        if (all) (eight ? kernel.accumulateAllEight : kernel.accumulateAllFour)(bins, rows, at.pairs, cells)
        else (eight ? kernel.accumulateEight : kernel.accumulateFour)(bins, first, to - from, at.gathered, cells)
      }
    },
    subtract(slot, less) {
      kernel.subtractCells(cellsAt(slot), cellsAt(less), at.cells, columns)
    },
    total: slot => sums(cellsAt(slot) - TOTAL),
    cell: (slot, column, bin) => sums(cellsAt(slot) + column * COLUMN + bin * 16),
  }
}

type Cutting = Pick<Histograms, 'scan' | 'partition'>

function cutting({ arena: { at, u8, i32, f64 }, kernel, countBits, binsAt, cellsAt }: Room): Cutting {
  const [wide, narrow] = [at.scan / 8, at.scan / 4]
  return {
    scan(slot, among, { leastRows, leastHessian, l2, gain, bounds }) {
      i32.set(among, at.columns / 4)
      f64[wide] = l2
      // A hessian of 0 would divide by it.
      f64[wide + 1] = Math.max(1, leastHessian)
      i32[narrow + 4] = Math.max(1, leastRows)
      i32[narrow + 5] = countBits
      f64[wide + 3] = bounds?.lowest ?? -Infinity
      f64[wide + 4] = bounds?.highest ?? Infinity
      f64[wide + 5] = gain
      f64[wide + 8] = 1
      i32[narrow + 12] = -1
      if (bounds === undefined) kernel.scanFree(cellsAt(slot), at.columns, among.length, at.cells, at.scan)
      else {
        i32.set(bounds.directions, at.directions / 4)
        kernel.scanBounded(cellsAt(slot), at.columns, among.length, at.cells, at.directions, at.scan)
      }
      const column = i32[narrow + 12]!
      if (column < 0) return undefined
      return {
        column,
        bin: i32[narrow + 13]!,
        missingLeft: i32[narrow + 14] === 1,
        gain: f64[wide + 5]! / f64[wide + 8]!,
      }
    },
    partition(column, from, to, goesLeft) {
      for (let bin = 0; bin < 256; bin++) u8[at.table + bin] = goesLeft[bin] === 1 ? 4 : 0
      return from + kernel.partition(at.order + 4 * from, to - from, binsAt(column), at.table, at.scratch)
    },
  }
}

/** The kernel rounds by a trick that holds below 2^51. The scales are powers of two that leave sums of all rows room in
 * 63 bits, those of hessians beside the number of rows. */
const MOST_BITS = 51

/** The largest power of two that keeps `largest` times it at most 2^bits. */
function unit(largest: number, bits: number): number {
  if (largest === 0) return 1
  // No scale beyond the largest power of two: numbers below 1e-290 count as 0.
  return 2 ** Math.min(1023, bits - exponentOf(largest))
}

/** The least e with x ≤ 2^e. */
function exponentOf(x: number): number {
  const e = Math.ceil(Math.log2(x))
  return 2 ** e < x ? e + 1 : 2 ** (e - 1) >= x ? e - 1 : e
}

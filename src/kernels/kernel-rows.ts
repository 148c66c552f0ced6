/**
 * The kernel matrix of training rows, a row at a time: what a trainer of support vectors asks for. Rows are computed in
 * f64 and kept in f32, as libsvm keeps them, in as many slots as `slots`; which row lies in which slot is the caller's.
 *
 * All values are divided by `unit`, a power of two: it changes no digit, and what lies far beyond float32, such as the
 * square of 1e150, still fits.
 */
import { centreOf } from '../math/dense.ts'
import { createArena } from './arena.ts'
import {
  createPacker,
  EXPONENTIAL_TABLE,
  farthest,
  type KernelFunction,
  mappingOf,
  type Packing,
  valuePlainly,
} from './support-vectors.ts'

export interface KernelRows {
  readonly unit: number
  /** Each row's kernel with itself. */
  readonly diagonal: Float64Array
  /** One a row, 0 at first. The row's alpha may be from 0 to its bound. */
  readonly gradient: Float64Array
  readonly alpha: Float64Array
  readonly bound: Float64Array
  readonly slots: number
  /** Computes a row's kernel with every row. */
  compute(row: number, slot: number): void
  /** The values in a slot. */
  values(slot: number): Float32Array
  /** gradient += weight · slot. */
  accumulate(slot: number, weight: number): void
  /** gradient += a · slotA + b · slotB. Answers the row of the smallest gradient among those with alpha < bound, the last
   * one of equals; −1 when there is none. */
  step(slotA: number, a: number, slotB: number, b: number): number
}

interface Kernel extends Packing {
  row(
    map: number,
    scale: number,
    offset: number,
    degree: number,
    table: number,
    x: number,
    xHalves: number,
    rows: number,
    s: number,
    sHalf: number,
    columns: number,
    perUnit: number,
    chunk: number,
    scratch: number,
    to: number,
  ): void
  accumulate(gradient: number, rows: number, row: number, weight: number): void
  step(
    gradient: number,
    alpha: number,
    bound: number,
    rows: number,
    rowA: number,
    a: number,
    rowB: number,
    b: number,
  ): number
}

/** Rows that are packed, and kernel values that are mapped, while they lie in the first-level cache. */
const CHUNK = 1024
/** γ‖x − centre‖² up to which distances by ‖x‖² + ‖s‖² − 2 x·s are good to the digits of float32. */
const NEAR = 1e7
/** Two rows are needed at a time. */
const FEWEST_SLOTS = 2

/** `columns` hold one entry a row; `cacheBytes` is for the slots. A missing number counts as its column's mean.
 * @throws RangeError when the rows do not fit the 4 GiB that a kernel can reach. */
export function openKernelRows(f: KernelFunction, columns: readonly Float64Array[], cacheBytes: number): KernelRows {
  const rows = columns[0]!.length
  const padded = Math.ceil(rows / 8) * 8
  const slots = Math.max(FEWEST_SLOTS, Math.min(rows, Math.floor(cacheBytes / 4 / padded)))
  const arena = createArena({
    table: EXPONENTIAL_TABLE.byteLength,
    staged: CHUNK * 8,
    x: padded * columns.length * 8,
    halves: padded * 8,
    scratch: CHUNK * 8,
    gradient: padded * 8,
    alpha: padded * 8,
    bound: padded * 8,
    cache: slots * padded * 4,
  })
  const { at, f64 } = arena
  const f32 = new Float32Array(f64.buffer)
  const kernel = arena.link<Kernel>('support-vectors')
  const centre = centreOf({ rows, columns })
  const mapping = mappingOf(f, f.gamma * farthest(columns, centre) <= NEAR)
  const { map, scale, offset, degree } = mapping
  const width = columns.length
  f64.set(EXPONENTIAL_TABLE, at.table / 8)
  const pack = createPacker(kernel, f64, at.staged, mapping, centre)
  for (let from = 0; from < rows; from += CHUNK)
    for (let c = 0; c < width; c++) {
      const values = columns[c]!.subarray(from, from + CHUNK)
      pack(c, values, values.length, at.x + from * width * 8)
    }
  kernel.halves(at.x, padded, width, at.halves)

  const squares = Float64Array.from({ length: rows }, (_, row) => -2 * f64[at.halves / 8 + row]!)
  const diagonal = f.kernel === 'rbf' ? squares.fill(1) : squares.map(square => ofSquare(f, square))
  const unit = f.kernel === 'rbf' || f.kernel === 'sigmoid' ? 1 : powerOfTwoAbove(f, squares)
  const perUnit = 1 / unit
  const slotAt = (slot: number) => at.cache + slot * padded * 4
  const region = (name: 'gradient' | 'alpha' | 'bound') => f64.subarray(at[name] / 8, at[name] / 8 + rows)
  return {
    unit,
    diagonal: diagonal.map(value => value * perUnit),
    gradient: region('gradient'),
    alpha: region('alpha'),
    bound: region('bound'),
    slots,
    compute(row, slot) {
      const vector = at.x + (row >> 2) * width * 32 + (row & 3) * 8
      // biome-ignore format: the addresses in the order of the kernel
      kernel.row(
        map, scale, offset, degree, at.table, at.x, at.halves, padded,
        vector, at.halves + row * 8, width, perUnit, CHUNK, at.scratch, slotAt(slot),
      )
    },
    values: slot => f32.subarray(slotAt(slot) / 4, slotAt(slot) / 4 + rows),
    accumulate: (slot, weight) => kernel.accumulate(at.gradient, padded, slotAt(slot), weight),
    step: (slotA, a, slotB, b) =>
      kernel.step(at.gradient, at.alpha, at.bound, padded, slotAt(slotA), a, slotAt(slotB), b),
  }
}

/** k(x, x) of a row whose ‖x‖² is `square`, held within ±1e280 as the kernel holds it. */
function ofSquare(f: KernelFunction, square: number): number {
  const value = valuePlainly(f, [Math.sqrt(square)], [Math.sqrt(square)])
  return Math.max(-1e280, Math.min(1e280, value))
}

/** No value of the matrix is above it: |x·s| is at most the largest ‖x‖². */
function powerOfTwoAbove(f: KernelFunction, squares: Float64Array): number {
  const most = squares.reduce((a, b) => Math.max(a, b), 0)
  const largest = ofSquare({ ...f, coef0: Math.abs(f.coef0) }, most)
  return largest > 0 ? 2 ** Math.ceil(Math.log2(largest)) : 1
}

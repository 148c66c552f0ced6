/**
 * The kernel matrix of training rows, a row at a time: what a trainer of support vectors asks for. Rows are computed in
 * f64 and kept in f32, as libsvm keeps them, in as many slots as `slots`; which row lies in which slot is the caller's.
 *
 * All values are divided by `unit`, a power of two: it changes no digit, and what lies far beyond float32, such as the
 * square of 1e150, still fits.
 */
import { createArena } from './arena.ts'
import {
  createPacker,
  EXPONENTIAL_TABLE,
  type KernelFunction,
  type Mapping,
  mappingOf,
  type Packing,
  reach,
  valuePlainly,
} from './support-vectors.ts'

export interface KernelRows {
  readonly unit: number
  /** Each row's kernel with itself. */
  readonly diagonal: Float64Array
  /** One a row, 0 at first. */
  readonly gradient: Float64Array
  /** Infinity for a row that `step` must not answer, else 0, as at first. */
  readonly wall: Float64Array
  readonly slots: number
  /** Computes the kernel of up to four rows with every row, each into its slot: four take little longer than one. */
  compute(rows: ArrayLike<number>, slots: ArrayLike<number>): void
  /** The values in a slot. */
  values(slot: number): Float32Array
  /** gradient += weight · slot. */
  accumulate(slot: number, weight: number): void
  /** gradient += a · slotA + b · slotB. Answers the row of the smallest gradient, the last one of equals; −1 when there
   * are walls before all. */
  step(slotA: number, a: number, slotB: number, b: number): number
}

interface Kernel extends Packing {
  rowsOfFour(
    map: number,
    scale: number,
    offset: number,
    degree: number,
    table: number,
    x: number,
    xHalves: number,
    rows: number,
    list: number,
    columns: number,
    perUnit: number,
    chunk: number,
    scratch: number,
  ): void
  accumulate(gradient: number, rows: number, row: number, weight: number): void
  step(gradient: number, wall: number, rows: number, rowA: number, a: number, rowB: number, b: number): number
}

/** Rows whose four kernel values are mapped while they lie in the first-level cache. */
const CHUNK = 256
/** Rows that are packed at a time. */
const PACKED = 1024
/** γ‖x − centre‖² up to which distances by ‖x‖² + ‖s‖² − 2 x·s are good to the digits of float32. */
const NEAR = 1e7
/** Two rows are needed at a time. */
const FEWEST_SLOTS = 2

/** `columns` hold one entry a row, `centre` their means; `slots` may be more than there are rows.
 * @throws RangeError when the rows do not fit the 4 GiB that a kernel can reach. */
export function openKernelRows(
  f: KernelFunction,
  columns: readonly Float64Array[],
  centre: Float64Array,
  cached: number,
): KernelRows {
  const rows = columns[0]!.length
  const padded = Math.ceil(rows / 8) * 8
  const slots = Math.max(FEWEST_SLOTS, Math.min(rows, cached))
  const arena = createArena({
    table: EXPONENTIAL_TABLE.byteLength,
    staged: PACKED * 8,
    x: padded * columns.length * 8,
    halves: padded * 8,
    scratch: CHUNK * 32,
    list: 48,
    gradient: padded * 8,
    wall: padded * 8,
    cache: slots * padded * 4,
  })
  const { at, u32, f64 } = arena
  const f32 = new Float32Array(f64.buffer)
  const kernel = arena.link<Kernel>('support-vectors')
  const width = columns.length
  f64.set(EXPONENTIAL_TABLE, at.table / 8)
  const halves = f64.subarray(at.halves / 8, at.halves / 8 + rows)
  const packAll = (mapping: Mapping): Mapping => {
    const pack = createPacker(kernel, f64, at.staged, mapping, centre)
    for (let from = 0; from < rows; from += PACKED)
      for (let c = 0; c < width; c++) {
        const values = columns[c]!.subarray(from, from + PACKED)
        pack(c, values, values.length, at.x + from * width * 8)
      }
    kernel.halves(at.x, padded, width, at.halves)
    return mapping
  }
  const packed = packAll(mappingOf(f, true))
  const { map, scale, offset, degree } = reach(packed, halves) <= NEAR ? packed : packAll(mappingOf(f, false))
  f64.fill(Number.POSITIVE_INFINITY, at.wall / 8 + rows, at.wall / 8 + padded)

  const diagonal = f.kernel === 'rbf' ? new Float64Array(rows).fill(1) : halves.map(half => ofSquare(f, -2 * half))
  const unit = f.kernel === 'rbf' || f.kernel === 'sigmoid' ? 1 : powerOfTwoAbove(f, halves)
  const perUnit = 1 / unit
  const list = at.list / 4
  const slotAt = (slot: number) => at.cache + slot * padded * 4
  const region = (name: 'gradient' | 'wall') => f64.subarray(at[name] / 8, at[name] / 8 + rows)
  return {
    unit,
    diagonal: diagonal.map(value => value * perUnit),
    gradient: region('gradient'),
    wall: region('wall'),
    slots,
    compute(wanted, into) {
      for (let i = 0; i < 4; i++) {
        // A short list is filled up with its last row, which is then computed twice.
        const last = Math.min(i, wanted.length - 1)
        const row = wanted[last]!
        u32.set(
          [at.x + (row >> 2) * width * 32 + (row & 3) * 8, at.halves + row * 8, slotAt(into[last]!)],
          list + i * 3,
        )
      }
      // biome-ignore format: the addresses in the order of the kernel
      kernel.rowsOfFour(
        map, scale, offset, degree, at.table, at.x, at.halves, padded, at.list, width, perUnit, CHUNK, at.scratch,
      )
    },
    values: slot => f32.subarray(slotAt(slot) / 4, slotAt(slot) / 4 + rows),
    accumulate: (slot, weight) => kernel.accumulate(at.gradient, padded, slotAt(slot), weight),
    step: (slotA, a, slotB, b) => kernel.step(at.gradient, at.wall, padded, slotAt(slotA), a, slotAt(slotB), b),
  }
}

/** k(x, x) of a row whose ‖x‖² is `square`, held within ±1e280 as the kernel holds it. */
function ofSquare(f: KernelFunction, square: number): number {
  const value = valuePlainly(f, [Math.sqrt(square)], [Math.sqrt(square)])
  return Math.max(-1e280, Math.min(1e280, value))
}

/** No value of the matrix is above it: |x·s| is at most the largest ‖x‖². */
function powerOfTwoAbove(f: KernelFunction, halves: Float64Array): number {
  const most = halves.reduce((a, b) => Math.max(a, -2 * b), 0)
  const largest = ofSquare({ ...f, coef0: Math.abs(f.coef0) }, most)
  return largest > 0 ? 2 ** Math.ceil(Math.log2(largest)) : 1
}

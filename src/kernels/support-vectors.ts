/**
 * Weighted sums of kernel values over support vectors: Σ weight[v] · k(x, s[v]) for each row x. A row's sum depends on
 * that row alone, so blocks of any size give the same bits.
 *
 * `sumPlainly` is the obvious form and the oracle of the tests. The kernel adds in the same order of vectors, but takes
 * the distances of rbf as ‖x‖² + ‖s‖² − 2 x·s of centred numbers, and its own 2^t (good to 1 ulp): k differs by at most
 * a few units in the last place of γ (‖x‖² + ‖s‖²). Where that would reach the tenth digit of a sum, because some
 * vectors lie many widths 1/√γ from their centre, it takes the differences themselves, a tenth to a fifth slower.
 */
import { LARGEST, within } from '../math/bounds.ts'
import { centreOf } from '../math/dense.ts'
import { createArena } from './arena.ts'

export const KERNELS = ['rbf', 'linear', 'poly', 'sigmoid'] as const

/** rbf: exp(−γ‖x − s‖²); linear: x·s; poly: (γ x·s + coef0)^degree; sigmoid: tanh(γ x·s + coef0). */
export interface KernelFunction {
  readonly kernel: (typeof KERNELS)[number]
  readonly gamma: number
  /** A whole number from 0. */
  readonly degree: number
  readonly coef0: number
}

export interface SupportVectors extends KernelFunction {
  readonly columns: number
  /** Row after row; finite. */
  readonly vectors: Float64Array
  /** One a vector. */
  readonly weights: Float64Array
}

/** Writes each row's sum into `out`. A missing number counts as the mean of the vectors, and what is beyond ±1e150 as
 * that. Columns may be longer than `rows`. */
export type VectorSum = (columns: readonly Float64Array[], rows: number, out: Float64Array) => void

/** The plain kernel of two rows. */
export function valuePlainly(f: KernelFunction, x: ArrayLike<number>, s: ArrayLike<number>): number {
  let product = 0
  let distance = 0
  for (let c = 0; c < s.length; c++) {
    product += x[c]! * s[c]!
    distance += (x[c]! - s[c]!) ** 2
  }
  if (f.kernel === 'rbf') return Math.exp(-f.gamma * distance)
  if (f.kernel === 'linear') return product
  const inner = f.gamma * product + f.coef0
  return f.kernel === 'poly' ? inner ** f.degree : Math.tanh(inner)
}

export function sumPlainly(machine: SupportVectors): VectorSum {
  const { columns: width, vectors, weights } = machine
  return (columns, rows, out) => {
    for (let i = 0; i < rows; i++) {
      const x = columns.map(column => column[i]!)
      let sum = 0
      for (let v = 0; v < weights.length; v++)
        sum += weights[v]! * valuePlainly(machine, x, vectors.subarray(v * width, (v + 1) * width))
      out[i] = sum
    }
  }
}

/** How the kernel is asked for a function: support-vectors.as.ts. */
export interface Mapping {
  readonly map: number
  readonly scale: number
  readonly offset: number
  readonly degree: number
  /** Each column is packed as (x − centre) · `size`, or as it is. */
  readonly centred: boolean
  readonly size: number
  readonly limit: number
}

const HALVES = 1
const DIFFERENCES = 2
const EXPONENTIAL = 4
const POWER = 8
const TANGENT = 16

/** `near`: all vectors are near enough to their centre for distances by ‖x‖² + ‖s‖² − 2 x·s. */
export function mappingOf({ kernel, gamma, degree, coef0 }: KernelFunction, near: boolean): Mapping {
  const asIs = { scale: gamma, offset: coef0, degree, centred: false, size: 1, limit: LARGEST }
  if (kernel === 'linear') return { ...asIs, map: 0 }
  if (kernel === 'poly') return { ...asIs, map: POWER }
  if (kernel === 'sigmoid') return { ...asIs, map: TANGENT }
  if (!near) return { ...asIs, map: DIFFERENCES | EXPONENTIAL, scale: gamma * Math.LOG2E }
  // The size makes −½‖x − s‖² the exponent of 2. A row at the limit is so far that its kernel values are 0.
  return {
    ...asIs,
    map: HALVES | EXPONENTIAL,
    scale: 1,
    centred: true,
    size: Math.sqrt(2 * gamma * Math.LOG2E),
    limit: 1e100,
  }
}

/** (2^f − 1) / f for f in ±½, interpolated at the 11 points of Chebyshev: 2e-17 of 2^f. From the constant on. */
export const EXPONENTIAL_TABLE = Float64Array.of(
  Math.LN2,
  0.24022650695910097,
  0.0555041086648216,
  0.009618129107606888,
  0.0013333558146416936,
  0.0001540353044173605,
  0.00001525273382983612,
  0.000001321544258792169,
  1.0178062445845774e-7,
  7.072585949269223e-9,
  4.4549605981865186e-10,
)

export interface Packing {
  pack(
    source: number,
    rows: number,
    to: number,
    columns: number,
    fill: number,
    shift: number,
    scale: number,
    limit: number,
  ): void
  halves(x: number, rows: number, columns: number, to: number): void
}

interface Kernel extends Packing {
  sum(
    map: number,
    scale: number,
    offset: number,
    degree: number,
    table: number,
    x: number,
    xHalves: number,
    rows: number,
    s: number,
    sHalves: number,
    weight: number,
    vectors: number,
    columns: number,
    chunk: number,
    scratch: number,
    sums: number,
  ): void
}

/** Rows of one call: enough to spread its costs, few enough for the second-level cache. */
const BLOCK_ROWS = 256
/** Bytes of vectors that stay in the first-level cache, and the most kernel values of a row that do. */
const CHUNK_BYTES = 20_480
const CHUNK_VECTORS = 256
/** γ‖s − centre‖² · Σ|weight| up to which rounding stays under 4e-11 of a sum of kernel values up to 1. */
const NEAR = 65_536

/** Packs the vectors once. */
export function openSupportVectors(machine: SupportVectors): VectorSum {
  const { columns, vectors, weights } = machine
  const count = weights.length
  const s = Array.from({ length: columns }, (_, c) =>
    Float64Array.from({ length: count }, (_, v) => within(vectors[v * columns + c]!)),
  )
  const centre = centreOf({ rows: count, columns: s })
  if (machine.kernel === 'linear') return weightedColumns(s, weights, centre)
  const padded = Math.ceil(count / 4) * 4
  const chunk = Math.max(4, Math.min(CHUNK_VECTORS, Math.floor(CHUNK_BYTES / 8 / columns)) & ~3)
  const arena = createArena({
    table: EXPONENTIAL_TABLE.byteLength,
    staged: Math.max(BLOCK_ROWS, padded) * 8,
    x: BLOCK_ROWS * columns * 8,
    xHalves: BLOCK_ROWS * 8,
    s: padded * columns * 8,
    sHalves: padded * 8,
    weights: padded * 8,
    scratch: chunk * 32,
    sums: BLOCK_ROWS * 8,
  })
  const { at, f64 } = arena
  const kernel = arena.link<Kernel>('support-vectors')
  f64.set(EXPONENTIAL_TABLE, at.table / 8)
  f64.set(weights, at.weights / 8)
  const packAll = (mapping: Mapping): Mapping => {
    const pack = createPacker(kernel, f64, at.staged, mapping, centre)
    for (let c = 0; c < columns; c++) pack(c, s[c]!, count, at.s)
    kernel.halves(at.s, padded, columns, at.sHalves)
    return mapping
  }
  const packed = packAll(mappingOf(machine, true))
  const halves = f64.subarray(at.sHalves / 8, at.sHalves / 8 + count)
  const weight = weights.reduce((sum, weight) => sum + Math.abs(weight), 0)
  const mapping = reach(packed, halves) * weight <= NEAR ? packed : packAll(mappingOf(machine, false))
  const pack = createPacker(kernel, f64, at.staged, mapping, centre)
  const { map, scale, offset, degree } = mapping
  const sums = at.sums / 8
  return (x, rows, out) => {
    for (let from = 0; from < rows; from += BLOCK_ROWS) {
      const block = Math.min(BLOCK_ROWS, rows - from)
      const four = Math.ceil(block / 4) * 4
      for (let c = 0; c < columns; c++) pack(c, x[c]!.subarray(from, from + block), block, at.x)
      kernel.halves(at.x, four, columns, at.xHalves)
      f64.fill(0, sums, sums + four)
      // biome-ignore format: the addresses in the order of the kernel
      kernel.sum(
        map, scale, offset, degree, at.table, at.x, at.xHalves, four,
        at.s, at.sHalves, at.weights, padded, columns, chunk, at.scratch, at.sums,
      )
      out.set(f64.subarray(sums, sums + block), from)
    }
  }
}

/** Brings the values of one column into panels; the rows up to the next multiple of four are 0. */
export function createPacker(
  kernel: Packing,
  f64: Float64Array,
  staged: number,
  { centred, size, limit }: Mapping,
  centre: Float64Array,
): (column: number, values: Float64Array, rows: number, to: number) => void {
  return (column, values, rows, to) => {
    const padded = Math.ceil(rows / 4) * 4
    f64.set(values, staged / 8)
    f64.fill(0, staged / 8 + rows, staged / 8 + padded)
    const fill = centre[column]!
    kernel.pack(staged, padded, to + column * 32, centre.length, fill, centred ? fill : 0, size, limit)
  }
}

/** γ‖s − centre‖² of the farthest, from the halves that the kernel made of them; 0 for a mapping that needs none. */
export function reach({ map }: Mapping, halves: Float64Array): number {
  if ((map & HALVES) === 0) return 0
  return -halves.reduce((least, half) => Math.min(least, half), 0) / Math.LOG2E
}

/** Σ weight (x·s) = x · Σ weight s: the vectors of a linear kernel melt into one. */
function weightedColumns(s: readonly Float64Array[], weights: Float64Array, centre: Float64Array): VectorSum {
  const normal = s.map(column => column.reduce((sum, value, v) => sum + weights[v]! * value, 0))
  return (columns, rows, out) => {
    out.fill(0, 0, rows)
    for (const [c, factor] of normal.entries()) {
      const column = columns[c]!
      for (let i = 0; i < rows; i++) {
        const x = column[i]!
        out[i]! += factor * (Number.isNaN(x) ? centre[c]! : within(x))
      }
    }
  }
}

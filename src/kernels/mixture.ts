/**
 * Densities of Gaussian mixtures: how unusual rows are, and how much each component has of them. All in f64. A row's
 * numbers depend on that row alone, so blocks of any size give the same bits.
 *
 * `logDensitiesPlainly` is the obvious form and the oracle of the tests. The kernel adds in the same order, and differs
 * from it only by the last bit of its exponential and logarithm, and by taking as 0 what is below e^−40 of the best.
 */
import { apart } from '../math/bounds.ts'
import { createArena } from './arena.ts'
import {
  BLOCK_ROWS,
  centreOf,
  entry,
  fold,
  isMatrix,
  pad,
  regionsOf,
  tileRowsOf,
  writeTable,
} from './mixture-layout.ts'

export type Covariance = 'full' | 'tied' | 'diag' | 'spherical'

/** Components as scikit-learn holds them; k components, d features. */
export interface Mixture {
  readonly covariance: Covariance
  /** One a component; they add up to 1. */
  readonly weights: Float64Array
  /** Component after component: k × d. */
  readonly means: Float64Array
  /** scikit-learn's `precisions_cholesky_`. full: U with U Uᵀ = covariance⁻¹, upper triangular, row after row, for each
   * component; tied: one U; diag: 1/σ, k × d; spherical: 1/σ, k. */
  readonly precisions: Float64Array
}

export interface Densities {
  /** Writes −ln density of each row: never NaN, at most the largest double. A missing value counts as the mean, what is
   * beyond ±1e150 as that. */
  density(columns: readonly Float64Array[], rows: number, out: Float64Array): void
  /** Writes Σ over the components of responsibility · rate. */
  rate(columns: readonly Float64Array[], rows: number, out: Float64Array): void
  /** Writes what each component has of each row: `out[component * rows + row]`; for a row they add up to 1. */
  responsibilities(columns: readonly Float64Array[], rows: number, out: Float64Array): void
}

type Risks = (table: number, source: number, columnBytes: number, rows: number, out: number) => void

interface Kernel {
  densityRisks: Risks
  rateRisks: Risks
  responsibilities(table: number, source: number, columnBytes: number, rows: number, weights: number, out: number): void
}

/** Packs the mixture once; `rates`: a number for each component.
 * @throws RangeError when it needs more than 4 GiB. */
export function openMixture(mixture: Mixture, rates?: Float64Array): Densities {
  const components = mixture.weights.length
  const features = mixture.means.length / components
  const tileRows = tileRowsOf(features)
  const arena = createArena({
    ...regionsOf(mixture.covariance, components, features, tileRows),
    weights: BLOCK_ROWS * 8,
    out: BLOCK_ROWS * 8 * components,
  })
  const { at, f64 } = arena
  writeTable(arena, mixture, tileRows, centreOf(mixture), rates)
  const kernel = arena.link<Kernel>('mixture')
  const [source, written] = [at.source / 8, at.out / 8]

  const eachBlock = (columns: readonly Float64Array[], rows: number, run: (from: number, count: number) => void) => {
    for (let from = 0; from < rows; from += BLOCK_ROWS) {
      const count = Math.min(BLOCK_ROWS, rows - from)
      for (let f = 0; f < features; f++) f64.set(columns[f]!.subarray(from, from + count), source + f * BLOCK_ROWS)
      run(from, count)
    }
  }
  const writeRisks = (risks: Risks) => (columns: readonly Float64Array[], rows: number, out: Float64Array) =>
    eachBlock(columns, rows, (from, count) => {
      risks(at.table, at.source, BLOCK_ROWS * 8, pad(count), at.out)
      out.set(f64.subarray(written, written + count), from)
    })
  return {
    density: writeRisks(kernel.densityRisks),
    rate: writeRisks(kernel.rateRisks),
    responsibilities(columns, rows, out) {
      eachBlock(columns, rows, (from, count) => {
        kernel.responsibilities(at.table, at.source, BLOCK_ROWS * 8, pad(count), at.weights, at.out)
        for (let k = 0, row = written; k < components; k++, row += BLOCK_ROWS)
          out.set(f64.subarray(row, row + count), k * rows + from)
      })
    },
  }
}

/** ln(weight · density) of each component for each row: `out[component * rows + row]`. */
export function logDensitiesPlainly(mixture: Mixture, columns: readonly Float64Array[], rows: number): Float64Array {
  const { covariance, weights, precisions } = mixture
  const features = columns.length
  const centre = centreOf(mixture)
  const { shifts, constants } = fold(mixture, centre)
  const out = new Float64Array(weights.length * rows)
  for (let row = 0; row < rows; row++) {
    const x = columns.map((column, f) => apart(column[row]!, centre[f]!))
    for (let k = 0; k < weights.length; k++) {
      const y = new Float64Array(pad(features))
      for (let j = 0; j < features; j++) {
        const shift = shifts[k * features + j]!
        // The mean is folded in first where each component has a triangle of its own.
        let sum = covariance === 'full' ? -shift : 0
        for (let i = isMatrix(covariance) ? 0 : j; i <= j; i++)
          sum += x[i]! * precisions[entry(covariance, features, k, i, j)]!
        y[j] = covariance === 'full' ? sum : sum - shift
      }
      const q = covariance === 'full' ? squaresByFours(y) : y.reduce((sum, value) => sum + value * value, 0)
      const log = constants[k]! - 0.5 * q
      out[k * rows + row] = log > -Number.MAX_VALUE ? log : -Number.MAX_VALUE
    }
  }
  return out
}

function squaresByFours(y: Float64Array): number {
  let sum = 0
  for (let j = 0; j < y.length; j += 4) {
    const [a, b, c, d] = y.subarray(j) as unknown as [number, number, number, number]
    sum += b * b + a * a + (d * d + c * c)
  }
  return sum
}

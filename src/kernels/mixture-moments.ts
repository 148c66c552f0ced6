/**
 * Learning a mixture: one pass over the rows gives, for a mixture as it is, the responsibilities of its components and,
 * with them, the sums from which the next mixture follows. Rows are added in their order: same rows, same bits.
 *
 * The sums are taken about the means as they are, so that a covariance never is a small difference of large numbers.
 */
import { createArena } from './arena.ts'
import type { Covariance, Mixture } from './mixture.ts'
import { BLOCK_ROWS, pad, regionsOf, tileRowsOf, writeTable } from './mixture-layout.ts'

/** Sums over the rows, r = responsibility · weight of the row, z = x − (mean as it was). */
export interface Moments {
  /** Σ r of each component. */
  readonly total: Float64Array
  /** Σ r z, k × d. */
  readonly first: Float64Array
  /** full: Σ r z zᵀ, k × d × d, on and below the diagonal; diag and spherical: Σ r z², k × d; tied: nothing, because
   * the scatter of all rows together does not change. */
  readonly second: Float64Array
}

export interface Step extends Moments {
  /** Σ weight · ln density over the rows, of the mixture as it was. */
  readonly logLikelihood: number
}

export interface Learner {
  /** Expectation and sums in one pass. */
  step(mixture: Mixture): Step
  /** The sums for responsibilities that are given, `r[component * rows + row]`, about the means given. */
  moments(means: Float64Array, responsibilities: Float64Array): Moments
}

interface Kernel {
  expectAndMaximise(
    table: number,
    source: number,
    columnBytes: number,
    rows: number,
    weights: number,
    wanted: number,
    moments: number,
    momentBytes: number,
    packed: number,
    shares: number,
  ): number
  maximiseGiven(
    table: number,
    source: number,
    columnBytes: number,
    rows: number,
    given: number,
    weights: number,
    wanted: number,
    moments: number,
    momentBytes: number,
    packed: number,
    shares: number,
  ): void
}

const WANTED: Readonly<Record<Covariance, number>> = { tied: 0, diag: 1, spherical: 1, full: 2 }

/** Values are taken as scoring takes them: a missing one as the centre, what is beyond ±1e150 as that.
 * @throws RangeError when it needs more than 4 GiB. */
export function openLearner(
  covariance: Covariance,
  components: number,
  columns: readonly Float64Array[],
  weight: Float64Array,
  centre: Float64Array,
): Learner {
  const features = columns.length
  const rows = weight.length
  const tileRows = tileRowsOf(features)
  const layout = momentLayout(covariance, features)
  const unit = pad(features) * tileRows * 8
  const arena = createArena({
    ...regionsOf(covariance, components, features, tileRows),
    weights: BLOCK_ROWS * 8,
    given: BLOCK_ROWS * 8 * components,
    moments: components * layout.bytes,
    packed: unit,
    shares: unit,
  })
  const { at, f64 } = arena
  const kernel = arena.link<Kernel>('mixture-moments')
  const momentsAt = at.moments / 8
  const sums = f64.subarray(momentsAt, momentsAt + (components * layout.bytes) / 8)

  const eachBlock = (means: Float64Array, run: (from: number, count: number) => void): Moments => {
    const about = means.map((value, i) => value - centre[i % features]!)
    f64.set(about, at.means / 8)
    sums.fill(0)
    for (let from = 0; from < rows; from += BLOCK_ROWS) {
      const count = Math.min(BLOCK_ROWS, rows - from)
      for (let f = 0; f < features; f++)
        f64.set(columns[f]!.subarray(from, from + count), at.source / 8 + f * BLOCK_ROWS)
      f64.set(weight.subarray(from, from + count), at.weights / 8)
      f64.fill(0, at.weights / 8 + count, at.weights / 8 + pad(count))
      run(from, pad(count))
    }
    return layout.read(sums, components)
  }
  const common = [WANTED[covariance], at.moments, layout.bytes, at.packed, at.shares] as const
  return {
    step(mixture) {
      writeTable(arena, mixture, tileRows, centre)
      let logLikelihood = 0
      const moments = eachBlock(mixture.means, (_, count) => {
        logLikelihood += kernel.expectAndMaximise(at.table, at.source, BLOCK_ROWS * 8, count, at.weights, ...common)
      })
      return { ...moments, logLikelihood }
    },
    moments(means, responsibilities) {
      writeTable(arena, placeholder(covariance, components, features), tileRows, centre)
      return eachBlock(means, (from, count) => {
        for (let k = 0; k < components; k++)
          f64.set(
            responsibilities.subarray(k * rows + from, k * rows + Math.min(rows, from + count)),
            at.given / 8 + k * BLOCK_ROWS,
          )
        kernel.maximiseGiven(at.table, at.source, BLOCK_ROWS * 8, count, at.given, at.weights, ...common)
      })
    },
  }
}

/** Sums that are given responsibilities read only the shape of the mixture. */
function placeholder(covariance: Covariance, components: number, features: number): Mixture {
  const size = {
    full: components * features ** 2,
    tied: features ** 2,
    diag: components * features,
    spherical: components,
  }
  return {
    covariance,
    weights: new Float64Array(components).fill(1 / components),
    means: new Float64Array(components * features),
    precisions: new Float64Array(size[covariance]).fill(1),
  }
}

/** The kernel's sums of one component: Σ r, Σ r z, and squares or a matrix whose rows are filled up to four. */
function momentLayout(covariance: Covariance, features: number) {
  const wide = pad(features)
  const full = covariance === 'full'
  const seconds = full ? features ** 2 : covariance === 'tied' ? 0 : features
  const numbers = 1 + features + (full ? wide * wide : seconds)
  return {
    bytes: numbers * 8,
    read(sums: Float64Array, components: number): Moments {
      const total = new Float64Array(components)
      const first = new Float64Array(components * features)
      const second = new Float64Array(components * seconds)
      for (let k = 0; k < components; k++) {
        const from = k * numbers
        total[k] = sums[from]!
        first.set(sums.subarray(from + 1, from + 1 + features), k * features)
        const matrix = from + 1 + features
        if (!full) second.set(sums.subarray(matrix, matrix + seconds), k * seconds)
        else
          for (let i = 0; i < features; i++)
            second.set(sums.subarray(matrix + i * wide, matrix + i * wide + i + 1), (k * features + i) * features)
      }
      return { total, first, second }
    },
  }
}

/**
 * Whether a probability means what it says: of the rows told 30 %, do 30 % turn out bad? Labels are 1 (bad) and 0; a row
 * counts only where its label is one of these and its probability lies in 0 … 1. NaN when no row counts.
 */
import { type Interval, type Labels, wilson } from './metrics.ts'
import { mean, quantile, sorted } from './statistics.ts'

export interface ReliabilityBin extends Interval {
  readonly rows: number
  /** Mean probability told. */
  readonly told: number
  /** Share of bad rows seen, with Wilson's 95 % interval in `low` and `high`. */
  readonly seen: number
}

/**
 * The reliability diagram (DeGroot, Fienberg 1983): bins that hold a row, by rising probability. `width`: bins of equal
 * width; `count`: about as many rows in each, which few rows need. Edges as in scikit-learn's `calibration_curve`.
 */
export function calibrationCurve(
  probability: Float64Array,
  label: Labels,
  { bins = 10, by = 'width' }: { bins?: number; by?: 'width' | 'count' } = {},
): readonly ReliabilityBin[] {
  const { told, bad } = known(probability, label)
  const ascending = by === 'count' ? sorted(told) : undefined
  const edges = Array.from({ length: bins - 1 }, (_, i) =>
    ascending ? quantile(ascending, (i + 1) / bins) : (i + 1) / bins,
  )
  const sums = Array.from({ length: bins }, () => ({ rows: 0, told: 0, bad: 0 }))
  for (let i = 0; i < told.length; i++) {
    const bin = sums[binOf(edges, told[i]!)]!
    bin.rows++
    bin.told += told[i]!
    bin.bad += bad[i]!
  }
  return sums
    .filter(bin => bin.rows > 0)
    .map(({ rows, told, bad }) => ({ rows, told: told / rows, seen: bad / rows, ...wilson(bad, rows) }))
}

/** Mean squared error of the probability (Brier 1950): 0 is best; always saying the base rate p gives p (1 − p). */
export function brier(probability: Float64Array, label: Labels): number {
  const { told, bad } = known(probability, label)
  return mean(told.map((p, i) => (p - bad[i]!) ** 2))
}

/** Mean of −ln of the probability given to what happened. A certainty that was wrong counts as 2⁻⁵², not as infinite. */
export function logLoss(probability: Float64Array, label: Labels): number {
  const { told, bad } = known(probability, label)
  return mean(told.map((p, i) => -Math.log(Math.max(bad[i] ? p : 1 - p, Number.EPSILON))))
}

/** Mean distance between told and seen over the rows of each bin (Naeini, Cooper, Hauskrecht 2015). With few rows it is
 * above 0 by chance alone. */
export function expectedCalibrationError(curve: readonly ReliabilityBin[]): number {
  const rows = curve.reduce((sum, bin) => sum + bin.rows, 0)
  return rows ? curve.reduce((sum, bin) => sum + bin.rows * Math.abs(bin.told - bin.seen), 0) / rows : Number.NaN
}

/** A value on an edge belongs to the bin below it. */
function binOf(edges: readonly number[], value: number): number {
  const above = edges.findIndex(edge => value <= edge)
  return above < 0 ? edges.length : above
}

function known(probability: Float64Array, label: Labels): { told: Float64Array; bad: Float64Array } {
  const rows = Array.from(probability.keys()).filter(i => {
    const p = probability[i]!
    return p >= 0 && p <= 1 && (label[i] === 0 || label[i] === 1)
  })
  return { told: Float64Array.from(rows, i => probability[i]!), bad: Float64Array.from(rows, i => label[i]!) }
}

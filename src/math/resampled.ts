/**
 * Figures over the folds of a (repeated) cross-validation. Folds share most of their training rows, so their figures are
 * not independent, and the plain standard error is far too small: Nadeau and Bengio ("Inference for the generalization
 * error", Machine Learning 2003) put 1/J + test/train in the place of 1/J.
 */
import { betaCdf, studentQuantile } from './distributions.ts'
import type { Interval } from './metrics.ts'
import { mean, variance } from './statistics.ts'

export interface Averaged extends Interval {
  /** Mean over the folds that have a figure. */
  readonly value: number
  readonly se: number
  /** J: folds that have one. A fold whose judged rows are all of one class has no AUC. */
  readonly folds: number
}

export interface Paired extends Averaged {
  /** Two-sided: how often a difference this large would be seen if there were none. */
  readonly p: number
}

/**
 * Mean of a figure over folds, with the corrected 95 % interval of Student's t with J − 1 degrees of freedom. Below two
 * folds nothing is known of the spread: the interval is infinite.
 * @param testShare judged rows ÷ training rows of a fold: 1 / (folds − 1)
 */
export function meanOverFolds(figures: Float64Array, testShare: number, confidence = 0.95): Averaged {
  const known = figures.filter(Number.isFinite)
  const value = mean(known)
  const folds = known.length
  if (folds < 2) return { value, se: Number.NaN, low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY, folds }
  const se = Math.sqrt((1 / folds + testShare) * variance(known, 1))
  const half = studentQuantile(confidence, folds - 1) * se
  return { value, se, low: value - half, high: value + half, folds }
}

/**
 * Whether one model's figure is larger than another's over the same folds: the corrected resampled t-test on the
 * differences a − b of folds where both have one.
 */
export function compareOverFolds(a: Float64Array, b: Float64Array, testShare: number, confidence = 0.95): Paired {
  if (a.length !== b.length)
    throw new RangeError(`compareOverFolds: ${a.length} and ${b.length} folds, expected as many`)
  const differences = meanOverFolds(
    a.map((figure, i) => figure - b[i]!),
    testShare,
    confidence,
  )
  const { value, se, folds } = differences
  const t = se > 0 ? value / se : value === 0 ? 0 : Number.POSITIVE_INFINITY
  return { ...differences, p: folds < 2 ? 1 : beyond(Math.abs(t), folds - 1) }
}

/** True when the interval reaches down to what a coin would get: the model is then not shown to be any better. */
export function notBetterThanChance({ low }: Interval, chance = 0.5): boolean {
  return !(low > chance)
}

/** The probability that a Student variable lies beyond ±t. */
function beyond(t: number, freedom: number): number {
  return t === Number.POSITIVE_INFINITY ? 0 : betaCdf(freedom / (freedom + t * t), freedom / 2, 0.5)
}

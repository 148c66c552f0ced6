/**
 * How well a risk tells bad rows from good ones. Labels are 1 (bad) and 0; a row counts only where its risk is finite
 * and its label is 0 or 1. "Alarm" means `risk > cut`, here as everywhere.
 */
import { betaQuantile, normalQuantile, studentQuantile } from './distributions.ts'
import { mean, variance } from './statistics.ts'

export type Labels = Uint8Array | Int32Array | Float64Array

export interface Confusion {
  readonly TP: number
  readonly TN: number
  readonly FP: number
  readonly FN: number
}

export interface Interval {
  readonly low: number
  readonly high: number
}

/** Area under the ROC curve with DeLong's 95 % interval, and whether it beats a coin. */
export interface Auc extends Interval {
  readonly auc: number
  /** Standard error (DeLong, DeLong and Clarke-Pearson 1988). */
  readonly se: number
  readonly positives: number
  readonly negatives: number
  /** False when the interval covers 0.5: then the model is not shown to be better than chance. */
  readonly betterThanChance: boolean
}

/** One point for each distinct risk, from "nothing alarms" to "everything does". */
export interface RocCurve {
  readonly falsePositiveRate: Float64Array
  readonly truePositiveRate: Float64Array
  /** `risk > threshold` gives the point; the last is −Infinity. */
  readonly threshold: Float64Array
}

export interface PrCurve {
  readonly precision: Float64Array
  readonly recall: Float64Array
  readonly threshold: Float64Array
}

export function confusion(risk: Float64Array, label: Labels, cut: number): Confusion {
  let [TP, TN, FP, FN] = [0, 0, 0, 0]
  for (let i = 0; i < risk.length; i++) {
    if (!counts(risk[i]!, label[i]!)) continue
    if (risk[i]! > cut) label[i] === 1 ? TP++ : FP++
    else label[i] === 1 ? FN++ : TN++
  }
  return { TP, TN, FP, FN }
}

/** 0 when nothing alarmed, as scikit-learn's `zero_division` default. */
export const precision = ({ TP, FP }: Confusion): number => ratio(TP, TP + FP)
/** 0 when there was nothing to find. */
export const recall = ({ TP, FN }: Confusion): number => ratio(TP, TP + FN)
export const f1 = ({ TP, FP, FN }: Confusion): number => ratio(2 * TP, 2 * TP + FP + FN)
export const accuracy = ({ TP, TN, FP, FN }: Confusion): number => ratio(TP + TN, TP + TN + FP + FN)

/** Matthews' correlation: 1 all right, 0 no better than chance, −1 all wrong; 0 when a row or column is empty. */
export function matthews({ TP, TN, FP, FN }: Confusion): number {
  // Roots before the product: the product of four counts of a million exceeds 2^53.
  const scale = Math.sqrt(TP + FP) * Math.sqrt(TP + FN) * Math.sqrt(TN + FP) * Math.sqrt(TN + FN)
  return scale ? (TP * TN - FP * FN) / scale : 0
}

/** Wilson's score interval of a share (1927): no simulation, and never outside [0, 1]. */
export function wilson(events: number, trials: number, confidence = 0.95): Interval {
  if (!trials) return { low: 0, high: 1 }
  const z2 = normalQuantile(0.5 + confidence / 2) ** 2
  const share = events / trials
  const middle = share + z2 / (2 * trials)
  const half = Math.sqrt((z2 * (share * (1 - share) + z2 / (4 * trials))) / trials)
  const scale = 1 + z2 / trials
  return {
    low: events === 0 ? 0 : Math.max(0, (middle - half) / scale),
    high: events === trials ? 1 : Math.min(1, (middle + half) / scale),
  }
}

/**
 * Area under the ROC curve, ties counted half (= Mann and Whitney's U over the pairs), in O(n log n) by mid-ranks
 * (Sun and Xu 2014). The interval is DeLong's on the log-odds scale (Qin and Hotilovac 2008) with
 * Student's factor. With perfect separation the variance of DeLong is 0; the interval then comes from the exact
 * bound on seeing no misordered pair among the smaller class. NaN when a class is empty.
 */
export function rocAuc(risk: Float64Array, label: Labels, confidence = 0.95): Auc {
  const { good, bad } = split(risk, label)
  const [m, n] = [bad.length, good.length]
  if (!m || !n) {
    const none = Number.NaN
    return { auc: none, se: none, low: none, high: none, positives: m, negatives: n, betterThanChance: false }
  }
  const above = shareBelow(bad, good)
  const below = shareBelow(good, bad).map(share => 1 - share)
  const auc = mean(above)
  const [fromBad, fromGood] = [variance(above, 1) / m, variance(below, 1) / n]
  const se = Math.sqrt(fromBad + fromGood)
  // Welch and Satterthwaite: with seven bad rows the error is itself known by seven rows only.
  const freedom = (fromBad + fromGood) ** 2 / (fromBad ** 2 / (m - 1) + fromGood ** 2 / (n - 1))
  const { low, high } = interval(auc, se, freedom, Math.min(m, n), confidence)
  return { auc, se, low, high, positives: m, negatives: n, betterThanChance: low > 0.5 }
}

export function rocCurve(risk: Float64Array, label: Labels): RocCurve {
  const { TP, FP, threshold } = sweep(risk, label)
  const [positives, negatives] = [TP.at(-1)!, FP.at(-1)!]
  return {
    falsePositiveRate: FP.map(count => count / negatives),
    truePositiveRate: TP.map(count => count / positives),
    threshold,
  }
}

/** Precision against recall, recall rising; starts at (0, 1) as is the custom, where nothing alarms. */
export function prCurve(risk: Float64Array, label: Labels): PrCurve {
  const { TP, FP, threshold } = sweep(risk, label)
  return {
    precision: TP.map((count, i) => (count + FP[i]! ? count / (count + FP[i]!) : 1)),
    recall: TP.map(count => count / TP.at(-1)!),
    threshold,
  }
}

/** Mean precision over the positives, stepwise: Σ (Rₙ − Rₙ₋₁) Pₙ. NaN without a positive. */
export function averagePrecision(risk: Float64Array, label: Labels): number {
  return areaUnder(prCurve(risk, label))
}

/** The average precision of a curve that is already known. */
export function areaUnder({ precision, recall }: PrCurve): number {
  let sum = 0
  for (let i = 1; i < recall.length; i++) sum += (recall[i]! - recall[i - 1]!) * precision[i]!
  return recall.length > 1 ? sum : Number.NaN
}

/** Counts at each distinct risk, highest first. */
function sweep(risk: Float64Array, label: Labels) {
  const { good, bad } = split(risk, label)
  const [TP, FP, threshold] = [[0], [0], [] as number[]]
  let [i, j] = [bad.length, good.length]
  while (i || j) {
    const value = Math.max(i ? bad[i - 1]! : -Infinity, j ? good[j - 1]! : -Infinity)
    threshold.push(value)
    while (i && bad[i - 1] === value) i--
    while (j && good[j - 1] === value) j--
    TP.push(bad.length - i)
    FP.push(good.length - j)
  }
  threshold.push(-Infinity)
  return { TP: Float64Array.from(TP), FP: Float64Array.from(FP), threshold: Float64Array.from(threshold) }
}

function split(risk: Float64Array, label: Labels): { good: Float64Array; bad: Float64Array } {
  const of = (wanted: number) => risk.filter((value, i) => label[i] === wanted && Number.isFinite(value)).sort()
  return { good: of(0), bad: of(1) }
}

/** For each value the share of `others` below it, ties half. Both ascending. */
function shareBelow(values: Float64Array, others: Float64Array): Float64Array {
  let [below, upTo] = [0, 0]
  return values.map(value => {
    while (below < others.length && others[below]! < value) below++
    while (upTo < others.length && others[upTo]! <= value) upTo++
    return (below + upTo) / (2 * others.length)
  })
}

function interval(auc: number, se: number, freedom: number, smaller: number, confidence: number): Interval {
  const tail = (1 - confidence) / 2
  if (se === 0 && (auc === 0 || auc === 1)) {
    const bound = betaQuantile(tail, smaller, 1)
    return auc === 1 ? { low: bound, high: 1 } : { low: 0, high: 1 - bound }
  }
  if (!(se > 0)) return { low: 0, high: 1 }
  // On the log-odds scale: within 0 and 1, and with few rows far nearer to 95 % than auc ± 1.96 se.
  return logOddsInterval(auc, (studentQuantile(confidence, freedom) * se) / (auc * (1 - auc)))
}

/** What lies within ±`half` of a share on the log-odds scale: it stays within 0 and 1. */
export function logOddsInterval(share: number, half: number): Interval {
  const odds = Math.log(share / (1 - share))
  return { low: 1 / (1 + Math.exp(half - odds)), high: 1 / (1 + Math.exp(-half - odds)) }
}

function counts(risk: number, label: number): boolean {
  return Number.isFinite(risk) && (label === 0 || label === 1)
}

function ratio(part: number, whole: number): number {
  return whole ? part / whole : 0
}

/**
 * What out-of-fold risks are worth, by task, with 95 % intervals.
 *
 * Figures over rows come first: the area under the ROC curve of all out-of-fold risks of a dealing together with
 * DeLong's interval, both the mean over the dealings, rather than the mean of the folds' areas with Nadeau and Bengio's.
 * With few failures a fold holds one or two of them, and its area is one of a dozen values. Simulated
 * (bench/auc-intervals.ts) with 60 rows, 7 of them bad, and 5 folds dealt 10 times, the interval over rows held the true
 * area in 90 to 93 % of the cases, that over folds in 83 to 88 %; of models that knew nothing the one called 3 % better
 * than chance, the other 7 %. The price is a value up to 0.03 too low. With 60 bad rows of 300 both are as wide and
 * close to each other. Not the area of the mean risks: the mean of ten small forests is a larger forest than anybody
 * fits (seen: 0.81 for forests whose area on new rows is 0.78). Folds are what two models are compared on: there they
 * had the same rows.
 */
import { concordance } from '../math/concordance.ts'
import { averagePrecision, type Interval, type Labels, rocAuc } from '../math/metrics.ts'
import { precisionInterval } from '../math/precision-interval.ts'
import { meanAbsoluteError, rootMeanSquaredError, rSquared } from '../math/regression.ts'
import { brier } from '../math/reliability.ts'
import { meanOverFolds, notBetterThanChance } from '../math/resampled.ts'
import { mean, variance } from '../math/statistics.ts'
import type { Task } from '../recipe/schema.ts'

/** What the risks are held against; one entry a row. */
export type Answers =
  | { readonly kind: 'label'; readonly label: Labels; readonly isProbability: boolean }
  /** `sign` −1 where low values are the risk: the risk is then the negative of what was predicted. */
  | { readonly kind: 'value'; readonly value: Float64Array; readonly sign: 1 | -1 }
  | { readonly kind: 'time'; readonly time: Float64Array; readonly event: Uint8Array }
  | { readonly kind: 'none' }

export interface CrossFigure extends Interval {
  readonly name: FigureName
  readonly value: number
  /** What the interval is over: all judged rows, or the folds. */
  readonly over: 'rows' | 'folds'
  readonly better: 'high' | 'low'
  /** What knowing nothing gets; undefined where that depends on the rows. */
  readonly chance: number | undefined
  /** The interval does not leave chance behind. */
  readonly notBetterThanChance: boolean | undefined
}

export type FigureName = 'auc' | 'pr_auc' | 'brier' | 'rmse' | 'mae' | 'r2' | 'concordance'
export type FoldFigures = Readonly<Partial<Record<FigureName, number>>>

/** Not every classifier says a probability; what lies outside 0 … 1 is none. */
export function isProbability(risks: readonly Float64Array[], task: Task | undefined): boolean {
  return task === 'classify' && !risks.some(risk => risk.some(value => value < 0 || value > 1))
}

/** The figures of one fold's rows. NaN where they cannot be told: an area without rows of both classes. */
export function figuresOfFold(risk: Float64Array, answers: Answers): FoldFigures {
  switch (answers.kind) {
    case 'label': {
      const { label, isProbability } = answers
      const areas = { auc: rocAuc(risk, label).auc, pr_auc: averagePrecision(risk, label) }
      return isProbability ? { ...areas, brier: brier(risk, label) } : areas
    }
    case 'value': {
      const predicted = risk.map(r => answers.sign * r)
      return {
        rmse: rootMeanSquaredError(predicted, answers.value),
        mae: meanAbsoluteError(predicted, answers.value),
        r2: rSquared(predicted, answers.value),
      }
    }
    case 'time':
      return { concordance: concordance(answers.time, answers.event, risk).index }
    case 'none':
      return {}
  }
}

export interface Judged {
  /** Risks of each repeat, one a row; NaN where a row was not judged. */
  readonly repeats: readonly Float64Array[]
  readonly perFold: readonly FoldFigures[]
  /** Judged rows ÷ rows that taught. */
  readonly testShare: number
}

/** The one that is shown first is the first. */
export function figuresOf(judged: Judged, answers: Answers): readonly CrossFigure[] {
  const overFolds = (name: FigureName, better: CrossFigure['better'], chance?: number) => {
    const figures = Float64Array.from(judged.perFold, fold => fold[name] ?? Number.NaN)
    return figure(name, meanOverFolds(figures, judged.testShare), 'folds', better, chance)
  }
  switch (answers.kind) {
    case 'label':
      return labelFigures(judged, answers, overFolds('auc', 'high', 0.5))
    case 'value':
      return [...valueFigures(judged, answers), overFolds('rmse', 'low')]
    case 'time':
      return [overFolds('concordance', 'high', 0.5)]
    case 'none':
      return []
  }
}

function labelFigures(
  { repeats }: Judged,
  { label, isProbability }: Extract<Answers, { kind: 'label' }>,
  overFolds: CrossFigure,
): CrossFigure[] {
  const areas = repeats.map(risk => rocAuc(risk, label))
  const over = (of: (area: (typeof areas)[number]) => number) => mean(areas.map(of))
  const precision = mean(repeats.map(risk => averagePrecision(risk, label)))
  const [positives, negatives] = [areas[0]?.positives ?? 0, areas[0]?.negatives ?? 0]
  const shareOfBad = positives / (positives + negatives)
  const area = { value: over(a => a.auc), low: over(a => a.low), high: over(a => a.high) }
  const rows = [
    figure('auc', area, 'rows', 'high', 0.5),
    overFolds,
    figure('pr_auc', { value: precision, ...precisionInterval(precision, positives) }, 'rows', 'high', shareOfBad),
  ]
  if (!isProbability) return rows
  const known = Float64Array.from(label, (_, i) => (label[i] === 0 || label[i] === 1 ? label[i]! : Number.NaN))
  const squares = meanOverRepeats(repeats, (p, i) => (p - known[i]!) ** 2)
  return [...rows, figure('brier', notNegative(meanOverRows(squares)), 'rows', 'low', shareOfBad * (1 - shareOfBad))]
}

/** Errors are taken in each repeat and then averaged: the mean of ten predictions would look better than any one is. */
function valueFigures({ repeats }: Judged, { value, sign }: Extract<Answers, { kind: 'value' }>): CrossFigure[] {
  const squares = meanOverRepeats(repeats, (risk, i) => (sign * risk - value[i]!) ** 2)
  const distances = meanOverRepeats(repeats, (risk, i) => Math.abs(sign * risk - value[i]!))
  const known = value.filter((_, i) => Number.isFinite(squares[i]!))
  const spread = variance(known)
  const square = meanOverRows(squares)
  const root = { value: Math.sqrt(square.value), low: Math.sqrt(Math.max(0, square.low)), high: Math.sqrt(square.high) }
  const explained = {
    value: 1 - square.value / spread,
    low: 1 - square.high / spread,
    high: Math.min(1, 1 - square.low / spread),
  }
  return [
    figure('rmse', root, 'rows', 'low', Math.sqrt(spread)),
    figure('r2', explained, 'rows', 'high', 0),
    figure('mae', notNegative(meanOverRows(distances)), 'rows', 'low'),
  ]
}

function figure(
  name: FigureName,
  { value, low, high }: Interval & { readonly value: number },
  over: CrossFigure['over'],
  better: CrossFigure['better'],
  chance?: number,
): CrossFigure {
  const turned = better === 'high' ? { low, high } : { low: -high, high: -low }
  const nothing = chance === undefined ? undefined : better === 'high' ? chance : -chance
  const none = nothing === undefined ? undefined : notBetterThanChance(turned, nothing)
  return { name, value, low, high, over, better, chance, notBetterThanChance: none }
}

/** Rows are independent of each other: Student's interval of their mean, which is that over folds that share nothing. */
function meanOverRows(values: Float64Array): Interval & { readonly value: number } {
  return meanOverFolds(values, 0)
}

/** Of what is never below 0 Student's interval may still begin there. */
function notNegative({
  value,
  low,
  high,
}: Interval & { readonly value: number }): Interval & { readonly value: number } {
  return { value, low: Math.max(0, low), high }
}

function meanOverRepeats(repeats: readonly Float64Array[], of: (risk: number, row: number) => number): Float64Array {
  return meanOf(repeats.map(risk => risk.map(of)))
}

/** Mean, row by row, of what is finite; NaN where nothing is. */
export function meanOf(repeats: readonly Float64Array[]): Float64Array {
  return Float64Array.from(repeats[0] ?? [], (_, row) => mean(repeats.map(each => each[row]!).filter(Number.isFinite)))
}

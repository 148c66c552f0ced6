/**
 * What a model's risks are worth, as plain JSON: the figures of the published `metrics.json` under their own names,
 * each share with its interval, and what the charts need. Same rows, same bytes. A figure that cannot be told is null.
 */
import { type Histogram, histogram, type Slices, slices, thin } from '../math/bins.ts'
import { exposureWeeks } from '../math/budget.ts'
import { byGroup, episodes, type Groups, type Hold, heldRisk, lastingAlarms } from '../math/episodes.ts'
import * as metrics from '../math/metrics.ts'
import type { ReliabilityBin } from '../math/reliability.ts'
import { max, mean, median, min, standardDeviation } from '../math/statistics.ts'
import type { AnswerWords } from '../recipe/answer-text.ts'
import type { Task } from '../recipe/schema.ts'
import {
  type Answer,
  calibrationOf,
  type Figures,
  judgement,
  type Regression,
  regressionOf,
  type Survival,
  survivalOf,
} from './assess-answers.ts'
import { type Control, type ControlStatistics, controlOf } from './control.ts'
import { isProbability } from './fold-figures.ts'

export interface AssessedLevel {
  readonly name: string
  readonly cut: number
  readonly hold?: Hold | undefined
}

export interface Assessed {
  /** One a row; not finite where a row was not scored. */
  readonly risk: Float64Array
  /** 1 bad, 0 good, anything else unknown. */
  readonly label?: metrics.Labels | undefined
  /** What was predicted, and what it turned out to be: a number, or a time and whether the event came. */
  readonly answer?: Answer | undefined
  /** Epoch seconds, NaN where unknown. */
  readonly seconds?: Float64Array | undefined
  /** Rows are in time order inside each group. */
  readonly group?: Int32Array | undefined
  /** Names of the group codes. */
  readonly groups?: readonly string[] | undefined
  /** Mildest first, at least one. The first cut is the threshold of `is_anomaly`. */
  readonly levels: readonly AssessedLevel[]
  /** Used where rows have no times. */
  readonly samplesPerWeek?: number | undefined
  readonly targetFar?: string | undefined
  /** Groups run to failure: their last row is the end. Adds the lead times. */
  readonly runToFailure?: boolean | undefined
  /** What the model was asked; a classifier's risk may be a probability. */
  readonly task?: Task | undefined
  /** What the risk is held against, in words. */
  readonly answerWords?: AnswerWords | undefined
  /** Nobody may see what each row turned out to be. */
  readonly hidesAnswers?: boolean
  /** Of principal components. */
  readonly control?: ControlStatistics | undefined
}

/** A figure and its 95 % interval. */
export interface Measured {
  readonly value: number
  readonly low: number
  readonly high: number
}

export interface LevelResult {
  readonly name: string
  readonly cut: number
  readonly hold: Hold | null
  /** Rows at exactly this level, `hold` applied, and at no severer one. */
  readonly rows: number
  /** Rows above this cut, whether it was held or not. */
  readonly alarms: number
  /** Runs of alarming rows, each on one group. */
  readonly episodes: number
  readonly episodes_per_week: number
  readonly confusion_matrix: metrics.Confusion | null
  readonly precision: Measured | null
  readonly recall: Measured | null
  readonly false_alarm_share: Measured | null
}

export interface LeadTime {
  readonly group: string
  readonly rows: number
  /** Rows before the end at which the alarm came to stay; null when none did. */
  readonly lead_rows: number | null
  /** The same in hours, when rows have times. */
  readonly lead_hours: number | null
}

export interface Evaluation {
  readonly n_samples: number
  readonly n_not_scored: number
  readonly n_anomalies: number
  readonly anomaly_rate: number
  readonly score_min: number | null
  readonly score_max: number | null
  readonly score_mean: number | null
  readonly score_std: number | null
  readonly score_median: number | null
  readonly threshold: number
  readonly target_far: string | null
  readonly supervised: boolean
  readonly precision: number | null
  readonly recall: number | null
  readonly f1: number | null
  readonly accuracy: number | null
  readonly roc_auc: number | null
  readonly pr_auc: number | null
  readonly confusion_matrix: metrics.Confusion | null
  readonly matthews: number | null
  readonly roc_auc_interval: readonly [number, number] | null
  /** False when the interval of the first figure covers what guessing gets. */
  readonly better_than_chance: boolean | null
  readonly task: Task | null
  readonly answer: AnswerWords | null
  /** By task, with 95 % intervals: `auc`, `pr_auc`, `brier`; `rmse`, `r2`, `mae`; `concordance`. */
  readonly figures: Figures
  /** Of a probability: mean squared error, and told against seen. */
  readonly brier: number | null
  readonly calibration: readonly ReliabilityBin[] | null
  /** Of a predicted number, in its own unit. */
  readonly regression: Regression | null
  /** Of the time until an event: the share of comparable pairs in which the earlier event had the higher risk. */
  readonly concordance: number | null
  readonly survival: Survival | null
  /** Of principal components: T² and SPE beside their limits. */
  readonly control: Control | null
  readonly n_labelled: number
  readonly n_bad: number
  readonly weeks: number
  /** Where `weeks` comes from: the rows' times, rows a week as given, or 168 rows a week because nobody knows. */
  readonly weeks_from: 'times' | 'samples_per_week' | 'assumed 168 rows a week'
  readonly levels: readonly LevelResult[]
  readonly by_group: readonly { readonly name: string; readonly rows: number; readonly counts: readonly number[] }[]
  readonly lead_times: readonly LeadTime[] | null
  readonly lead_median_rows: number | null
  readonly distribution: Histogram & { readonly bad: readonly number[] | null }
  readonly timeline: Slices & { readonly time: boolean; readonly bad: readonly (readonly [number, number])[] }
  readonly roc: { readonly false_positive_rate: number[]; readonly true_positive_rate: number[] } | null
  readonly pr: { readonly precision: number[]; readonly recall: number[] } | null
}

const BARS = 60
const SLICES = 660
const CURVE_POINTS = 400
const POINTS = 800

export function assess(input: Assessed): Evaluation {
  const { risk, levels, label } = input
  const known = risk.filter(value => Number.isFinite(value))
  const groups = byGroup(risk.length, input.group)
  const held = levels.map(({ hold }) => (hold ? heldRisk(risk, groups, hold) : risk))
  const level = levelOfRows(risk, held, levels)
  const anomalies = count(risk, value => Number.isFinite(value) && value > levels[0]!.cut)
  const weeks = exposureWeeks(input, { samplesPerWeek: input.samplesPerWeek }, groups)
  return {
    n_samples: known.length,
    n_not_scored: risk.length - known.length,
    n_anomalies: anomalies,
    anomaly_rate: known.length ? anomalies / known.length : 0,
    score_min: figure(min(known)),
    score_max: figure(max(known)),
    score_mean: figure(mean(known)),
    score_std: figure(standardDeviation(known)),
    score_median: figure(median(known)),
    threshold: levels[0]!.cut,
    target_far: input.targetFar ?? null,
    ...supervised(risk, label, levels[0]!.cut),
    ...answered(input),
    control: monitored(input),
    weeks,
    weeks_from: weeksFrom(input, groups),
    levels: levels.map((of, i) => {
      const rows = count(level, value => value === i + 1)
      return levelResult(input, of, rows, held[i]!, weeks)
    }),
    by_group: byGroupCounts(input, level),
    ...leadTimes(input),
    distribution: distribution(risk, known, label),
    timeline: timelineOf(input, level),
  }
}

function weeksFrom(input: Assessed, groups: Groups): Evaluation['weeks_from'] {
  // The times are known to say nothing when another pace changes the weeks.
  const paces = [1, 2].map(samplesPerWeek => exposureWeeks(input, { samplesPerWeek }, groups))
  if (paces[0] === paces[1]) return 'times'
  return input.samplesPerWeek === undefined ? 'assumed 168 rows a week' : 'samples_per_week'
}

/** The severest level that the model raises for each row, as `alarm_level` has it: 0 for none, or without a score. */
function levelOfRows(risk: Float64Array, held: readonly Float64Array[], levels: readonly AssessedLevel[]): Uint8Array {
  const out = new Uint8Array(risk.length)
  for (let i = 0; i < risk.length; i++) {
    if (!Number.isFinite(risk[i]!)) continue
    for (const [l, { cut }] of levels.entries()) if (held[l]![i]! > cut) out[i] = l + 1
  }
  return out
}

function supervised(risk: Float64Array, label: metrics.Labels | undefined, cut: number) {
  const at = label ? metrics.confusion(risk, label, cut) : { TP: 0, TN: 0, FP: 0, FN: 0 }
  const [bad, good] = [at.TP + at.FN, at.TN + at.FP]
  const labelled = bad + good > 0
  const area = labelled ? metrics.rocAuc(risk, label!) : undefined
  const told = area && Number.isFinite(area.auc)
  const curve = bad ? metrics.prCurve(risk, label!) : undefined
  const or = (value: number) => (labelled ? value : null)
  return {
    supervised: labelled,
    precision: or(metrics.precision(at)),
    recall: or(metrics.recall(at)),
    f1: or(metrics.f1(at)),
    accuracy: or(metrics.accuracy(at)),
    roc_auc: told ? area.auc : null,
    pr_auc: curve ? metrics.areaUnder(curve) : null,
    confusion_matrix: labelled ? at : null,
    matthews: or(metrics.matthews(at)),
    roc_auc_interval: told ? ([area.low, area.high] as const) : null,
    n_labelled: bad + good,
    n_bad: bad,
    ...curves(risk, label, told ? curve : undefined),
  }
}

/** What depends on the task. */
function answered({ risk, label, answer, task, answerWords, hidesAnswers }: Assessed) {
  const { figures, betterThanChance } = judgement(risk, label, answer, task)
  const bad = count(risk, (value, i) => Number.isFinite(value) && label?.[i] === 1)
  return {
    task: task ?? null,
    answer: answerWords ?? null,
    figures,
    better_than_chance: betterThanChance,
    brier: figures.brier?.value ?? null,
    calibration: label && isProbability([risk], task) ? calibrationOf(risk, label, bad) : null,
    regression: regressionOf(answer, hidesAnswers ? 0 : POINTS),
    concordance: figures.concordance?.value ?? null,
    survival: survivalOf(risk, answer),
  }
}

function monitored({ control, seconds, risk }: Assessed): Control | null {
  return control ? controlOf(control, placesAlong(risk, seconds).x, SLICES) : null
}

function levelResult(
  input: Assessed,
  level: AssessedLevel,
  rows: number,
  held: Float64Array,
  weeks: number,
): LevelResult {
  const { risk, group } = input
  const label = input.label ?? beyond(input.answer, level.cut)
  const found = episodes(held, level.cut, { group })
  const at = label ? metrics.confusion(risk, label, level.cut) : undefined
  const judged = at && at.TP + at.TN + at.FP + at.FN > 0
  return {
    name: level.name,
    cut: level.cut,
    hold: level.hold ?? null,
    rows,
    alarms: count(risk, value => Number.isFinite(value) && value > level.cut),
    episodes: found,
    episodes_per_week: weeks ? found / weeks : 0,
    confusion_matrix: judged ? at : null,
    precision: judged ? measured(at.TP, at.TP + at.FP) : null,
    recall: judged ? measured(at.TP, at.TP + at.FN) : null,
    false_alarm_share: judged ? measured(at.FP, at.FP + at.TN) : null,
  }
}

/** Of a number, a row is bad at a level when what was measured is itself beyond the cut. */
function beyond(answer: Answer | undefined, cut: number): Float64Array | undefined {
  if (!answer || !('measured' in answer)) return undefined
  return answer.measured.map(m => (Number.isFinite(m) ? Number((answer.turned ? -m : m) > cut) : Number.NaN))
}

function measured(part: number, whole: number): Measured | null {
  return whole ? { value: part / whole, ...metrics.wilson(part, whole) } : null
}

/** Worst first: by alarms, then by name, so that equal groups keep one order. */
function byGroupCounts({ group, groups, levels }: Assessed, level: Uint8Array): Evaluation['by_group'] {
  if (!group) return []
  const { order, starts, codes } = byGroup(group.length, group)
  const counted = Array.from(codes, (code, g) => {
    const counts = levels.map(() => 0)
    for (const row of order.subarray(starts[g]!, starts[g + 1]!)) if (level[row]) counts[level[row]! - 1]!++
    return { name: nameOf(code, groups), rows: starts[g + 1]! - starts[g]!, counts }
  })
  const alarms = (counts: readonly number[]) => counts.reduce((sum, n) => sum + n, 0)
  return counted.sort((a, b) => alarms(b.counts) - alarms(a.counts) || (a.name < b.name ? -1 : 1))
}

function leadTimes(input: Assessed): Pick<Evaluation, 'lead_times' | 'lead_median_rows'> {
  if (!input.runToFailure || !input.group) return { lead_times: null, lead_median_rows: null }
  const { risk, group, groups, levels, seconds } = input
  const worst = levels.at(-1)!
  const { order, starts } = byGroup(risk.length, group)
  const times = lastingAlarms(risk, worst.cut, { group, hold: worst.hold }).map(({ group: code, rows, lasting }, g) => {
    const place = (k: number) => seconds?.[order[starts[g]! + k]!] ?? Number.NaN
    const hours = lasting === undefined ? Number.NaN : (place(rows - 1) - place(lasting)) / 3600
    return {
      group: nameOf(code, groups),
      rows,
      lead_rows: lasting === undefined ? null : rows - lasting,
      lead_hours: figure(hours),
    }
  })
  const leads = times.map(({ lead_rows }) => lead_rows).filter(lead => lead !== null)
  return { lead_times: times, lead_median_rows: figure(median(leads)) }
}

function distribution(risk: Float64Array, known: Float64Array, label?: metrics.Labels): Evaluation['distribution'] {
  const [low, high] = known.length ? [min(known), max(known)] : [0, 1]
  const bars = Math.max(10, Math.min(BARS, Math.ceil(2 * Math.sqrt(known.length))))
  const bad = label ? risk.filter((value, i) => label[i] === 1 && Number.isFinite(value)) : undefined
  return { ...histogram(known, low, high, bars), bad: bad ? histogram(bad, low, high, bars).counts : null }
}

/** Along time when every scored row has one, else along the rows. */
function timelineOf({ risk, seconds, label }: Assessed, level: Uint8Array): Evaluation['timeline'] {
  const { time, x } = placesAlong(risk, seconds)
  return { ...slices(x, risk, SLICES, level), time, bad: label ? stretches(x, label) : [] }
}

function placesAlong(risk: Float64Array, seconds: Float64Array | undefined): { time: boolean; x: Float64Array } {
  const time = Boolean(seconds?.every((s, i) => Number.isFinite(s) || !Number.isFinite(risk[i]!)))
  return { time, x: time ? seconds!.map(s => s * 1000) : Float64Array.from(risk, (_, i) => i + 1) }
}

/** From the first to the last of consecutive bad rows in order of x; those less than a slice apart are joined. */
function stretches(x: Float64Array, label: metrics.Labels): [number, number][] {
  const order = Uint32Array.from(x, (_, i) => i).filter(i => Number.isFinite(x[i]!))
  // Rows mostly come in order; sorting a million of them for nothing takes longer than all the rest.
  if (order.some((row, k) => k > 0 && x[row]! < x[order[k - 1]!]!)) order.sort((a, b) => x[a]! - x[b]!)
  if (!order.length) return []
  const near = (x[order.at(-1)!]! - x[order[0]!]!) / SLICES
  const found: [number, number][] = []
  for (const i of order) {
    const last = found.at(-1)
    if (label[i] !== 1) continue
    if (last && x[i]! - last[1] <= near) last[1] = x[i]!
    else found.push([x[i]!, x[i]!])
  }
  return found
}

function curves(risk: Float64Array, label?: metrics.Labels, pr?: metrics.PrCurve): Pick<Evaluation, 'roc' | 'pr'> {
  if (!label || !pr) return { roc: null, pr: null }
  const { falsePositiveRate, truePositiveRate } = metrics.rocCurve(risk, label)
  const { precision, recall } = pr
  const kept = thin(falsePositiveRate, truePositiveRate, CURVE_POINTS)
  const keptPr = thin(recall, precision, CURVE_POINTS)
  const pick = (values: Float64Array, at: number[]) => at.map(i => values[i]!)
  return {
    roc: { false_positive_rate: pick(falsePositiveRate, kept), true_positive_rate: pick(truePositiveRate, kept) },
    pr: { precision: pick(precision, keptPr), recall: pick(recall, keptPr) },
  }
}

function nameOf(code: number, groups?: readonly string[]): string {
  return groups?.[code] ?? (code < 0 ? '(none)' : String(code))
}

function count(values: Float64Array | Uint8Array, is: (value: number, i: number) => boolean): number {
  let n = 0
  for (let i = 0; i < values.length; i++) if (is(values[i]!, i)) n++
  return n
}

/** JSON has no NaN and no infinity. */
function figure(value: number): number | null {
  return Number.isFinite(value) ? value : null
}

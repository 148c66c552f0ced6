/** What risks are worth against answers: figures with intervals for every task, and what the charts of each task need. */
import { scaleFor } from '../charts/frame.ts'
import { thin } from '../math/bins.ts'
import { concordanceInterval } from '../math/concordance-interval.ts'
import { type KaplanMeier, kaplanMeier, logRank } from '../math/kaplan-meier.ts'
import type { Interval, Labels } from '../math/metrics.ts'
import { meanAbsoluteError, rootMeanSquaredError, rSquared } from '../math/regression.ts'
import { calibrationCurve, type ReliabilityBin } from '../math/reliability.ts'
import { mean, quantile, sorted } from '../math/statistics.ts'
import type { Task } from '../recipe/schema.ts'
import { type Answers, type CrossFigure, type FigureName, figuresOf, isProbability } from './fold-figures.ts'

export type Answer =
  /** In the unit of the target; where `turned`, low values are the risk. */
  | { readonly predicted: Float64Array; readonly measured: Float64Array; readonly turned: boolean }
  | { readonly time: Float64Array; readonly event: Float64Array }

/** Figures with their 95 % intervals; what is said first is the first. */
export type Figures = Partial<Record<FigureName, Interval & { readonly value: number }>>

export interface Judgement {
  readonly figures: Figures
  /** Whether the interval of the first figure leaves guessing behind; null where that cannot be told. */
  readonly betterThanChance: boolean | null
}

export function judgement(
  risk: Float64Array,
  label: Labels | undefined,
  answer: Answer | undefined,
  task: Task | undefined,
): Judgement {
  const found = answer && 'time' in answer ? survivalFigures(risk, answer) : rowFigures(risk, label, answer, task)
  const told = found.filter(({ value, low, high }) => [value, low, high].every(Number.isFinite))
  const none = told[0] === found[0] ? told[0]?.notBetterThanChance : undefined
  return {
    figures: Object.fromEntries(told.map(({ name, value, low, high }) => [name, { value, low, high }])),
    betterThanChance: none === undefined ? null : !none,
  }
}

type Figure = Pick<CrossFigure, 'name' | 'value' | 'low' | 'high' | 'notBetterThanChance'>

function rowFigures(
  risk: Float64Array,
  label: Labels | undefined,
  answer: Extract<Answer, { measured: Float64Array }> | undefined,
  task: Task | undefined,
): readonly Figure[] {
  const answers: Answers = answer
    ? { kind: 'value', value: answer.measured, sign: answer.turned ? -1 : 1 }
    : label
      ? { kind: 'label', label, isProbability: isProbability([risk], task) }
      : { kind: 'none' }
  return figuresOf({ repeats: [risk], perFold: [], testShare: 1 }, answers).filter(f => f.over === 'rows')
}

function survivalFigures(risk: Float64Array, answer: Extract<Answer, { time: Float64Array }>): readonly Figure[] {
  const { time, event } = knownEvents(answer)
  const { value, low, high } = concordanceInterval(time, event, risk)
  return [{ name: 'concordance', value, low, high, notBetterThanChance: low <= 0.5 }]
}

/** Times whose event is not known do not count. */
function knownEvents({ time, event }: Extract<Answer, { time: Float64Array }>) {
  return {
    time: time.map((t, i) => (event[i] === 0 || event[i] === 1 ? t : Number.NaN)),
    event: Uint8Array.from(event),
  }
}

/** Told against seen, in bins of about as many rows; fewer bins where few rows are bad. Null where no row is labelled. */
export function calibrationOf(risk: Float64Array, label: Labels, bad: number): readonly ReliabilityBin[] | null {
  const bins = Math.max(3, Math.min(10, Math.floor(bad / 4)))
  const curve = calibrationCurve(risk, label, { by: 'count', bins })
  return curve.length ? curve : null
}

export interface Regression {
  readonly n: number
  readonly rmse: number
  readonly mae: number
  readonly r2: number
  /** Mean of measured − predicted: above 0 the predictions are too low. */
  readonly bias: number
  /** 5 %, 50 % and 95 % of measured − predicted. */
  readonly residual_quantiles: readonly number[]
  /** Rows for the picture: all, or some with the largest residuals among them. */
  readonly points: { readonly predicted: readonly number[]; readonly measured: readonly number[] }
}

/** @param most how many points the picture has */
export function regressionOf(answer: Answer | undefined, most: number): Regression | null {
  if (!answer || !('measured' in answer)) return null
  const { predicted, measured } = answer
  const known = Array.from(measured.keys()).filter(i => Number.isFinite(measured[i]!) && Number.isFinite(predicted[i]!))
  if (known.length < 2) return null
  const residual = Float64Array.from(known, i => measured[i]! - predicted[i]!)
  const ascending = sorted(residual)
  const shown = somePoints(residual, most).map(k => known[k]!)
  return {
    n: known.length,
    rmse: rootMeanSquaredError(predicted, measured),
    mae: meanAbsoluteError(predicted, measured),
    r2: rSquared(predicted, measured),
    bias: mean(residual),
    residual_quantiles: [0.05, 0.5, 0.95].map(q => quantile(ascending, q)),
    points: { predicted: shown.map(i => predicted[i]!), measured: shown.map(i => measured[i]!) },
  }
}

const LARGEST = 40

/** Evenly through the rows, and the largest, so that no gross error is missing from the picture. */
function somePoints(residual: Float64Array, most: number): number[] {
  if (most === 0) return []
  const all = Array.from(residual.keys())
  if (all.length <= most) return all
  const largest = all.toSorted((a, b) => Math.abs(residual[b]!) - Math.abs(residual[a]!)).slice(0, LARGEST)
  const step = all.length / (most - LARGEST)
  const even = Array.from({ length: most - LARGEST }, (_, k) => Math.floor(k * step))
  return [...new Set([...even, ...largest])].sort((a, b) => a - b)
}

export interface SurvivalGroup {
  readonly name: string
  readonly rows: number
  readonly events: number
  /** Null when more than half stay free of the event. */
  readonly median: number | null
  /** Steps of the curve: the share free of the event from each time on, with its 95 % interval. */
  readonly times: readonly number[]
  readonly survival: readonly number[]
  readonly low: readonly number[]
  readonly high: readonly number[]
  /** At each of `ticks`: rows still watched. */
  readonly at_risk: readonly number[]
}

export interface Survival {
  readonly n: number
  readonly events: number
  /** How often groups that do not differ would differ as much (log-rank). */
  readonly log_rank_p: number | null
  readonly ticks: readonly number[]
  readonly groups: readonly SurvivalGroup[]
}

const THIRDS = ['lowest third of risk', 'middle third', 'highest third of risk'] as const
const STEPS = 200

export function survivalOf(risk: Float64Array, answer: Answer | undefined): Survival | null {
  if (!answer || !('time' in answer)) return null
  const { time, event } = knownEvents(answer)
  const rows = Uint32Array.from(time.keys()).filter(i => Number.isFinite(time[i]!) && Number.isFinite(risk[i]!))
  if (rows.length === 0) return null
  const [own, came] = [Float64Array.from(rows, i => time[i]!), Uint8Array.from(rows, i => event[i]!)]
  const group = thirdsOf(Float64Array.from(rows, i => risk[i]!))
  const { max: end, interval } = scaleFor([0, ...own], 6)
  const ticks = Array.from({ length: Math.round(end / interval) + 1 }, (_, k) => Number((k * interval).toPrecision(12)))
  const present = THIRDS.map((name, g) => ({ name, rows: group.map((_, i) => i).filter(i => group[i] === g) })).filter(
    third => third.rows.length > 0,
  )
  return {
    n: rows.length,
    events: came.reduce((sum, one) => sum + one, 0),
    log_rank_p: logRank(own, came, group, THIRDS.length)?.p ?? null,
    ticks,
    groups: present.map(({ name, rows: members }) => {
      const times = Float64Array.from(members, i => own[i]!)
      const curve = kaplanMeier(
        times,
        Uint8Array.from(members, i => came[i]!),
      )
      const at_risk = ticks.map(tick => times.filter(t => t >= tick).length)
      return { name: present.length > 1 ? name : 'all rows', ...stepsOf(curve), at_risk }
    }),
  }
}

/** 0, 1 or 2: the third of the risks that each lies in; equal risks lie in one. */
function thirdsOf(risk: Float64Array): Int32Array {
  const ascending = sorted(risk)
  const [low, high] = [quantile(ascending, 1 / 3), quantile(ascending, 2 / 3)]
  return Int32Array.from(risk, r => Number(r > low) + Number(r > high))
}

function stepsOf({ rows, events, times, survival, low, high, median }: KaplanMeier) {
  const end = times.at(-1) || 1
  const kept = thin(
    times.map(t => t / end),
    survival,
    STEPS,
  )
  const pick = (values: Float64Array) => kept.map(k => values[k]!)
  return {
    rows,
    events,
    median: Number.isFinite(median) ? median : null,
    times: pick(times),
    survival: pick(survival),
    low: pick(low),
    high: pick(high),
  }
}

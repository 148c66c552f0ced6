/**
 * How many are still free of the event, against time (Kaplan, Meier, "Nonparametric estimation from incomplete
 * observations", JASA 1958), and whether several groups differ (log-rank: Mantel 1966; Peto, Peto 1972). Rows count
 * only where the time is finite; `event` is 1 where the time ended with the event, else it was only seen to be longer.
 */
import { cholesky, solveLower } from './cholesky.ts'
import { gammaCdf, normalQuantile } from './distributions.ts'

export interface KaplanMeier {
  readonly rows: number
  readonly events: number
  /** Distinct times, ascending; the first is 0, before anything happened. */
  readonly times: Float64Array
  /** Share free of the event just after each time, with its 95 % interval (exponential Greenwood: Kalbfleisch, Prentice
   * 1980), which never leaves 0 … 1. */
  readonly survival: Float64Array
  readonly low: Float64Array
  readonly high: Float64Array
  /** Rows whose time is not below each of the times. */
  readonly atRisk: Int32Array
  /** Rows that were last seen free of the event at each of the times. */
  readonly censored: Int32Array
  /** The first time at which at most half are free of the event; infinite when more than half stay so. */
  readonly median: number
}

type Events = ArrayLike<number>

export function kaplanMeier(time: Float64Array, event: Events, confidence = 0.95): KaplanMeier {
  const { moments, rows } = momentsOf(time, event, new Int32Array(time.length), 1)
  const n = moments.length + 1
  const out = {
    times: new Float64Array(n),
    survival: new Float64Array(n).fill(1),
    low: new Float64Array(n).fill(1),
    high: new Float64Array(n).fill(1),
    atRisk: new Int32Array(n).fill(rows),
    censored: new Int32Array(n),
  }
  const z = normalQuantile(0.5 + confidence / 2)
  let [share, greenwood, events] = [1, 0, 0]
  moments.forEach(({ time: at, events: died, atRisk, all }, k) => {
    events += died
    share *= 1 - died / atRisk
    greenwood += died / (atRisk * (atRisk - died))
    const [low, high] = interval(share, greenwood, z)
    out.times[k + 1] = at
    out.survival[k + 1] = share
    out.low[k + 1] = low
    out.high[k + 1] = high
    out.atRisk[k + 1] = atRisk
    out.censored[k + 1] = all - died
  })
  const half = out.survival.findIndex(value => value <= 0.5)
  return { rows, events, ...out, median: half < 0 ? Number.POSITIVE_INFINITY : out.times[half]! }
}

function interval(share: number, greenwood: number, z: number): readonly [number, number] {
  if (share === 1) return [1, 1]
  // Nobody is left to say how sure that is.
  if (!(share > 0)) return [0, 0]
  const log = Math.log(share)
  const half = (z * Math.sqrt(greenwood)) / log
  const centre = Math.log(-log)
  return [Math.exp(-Math.exp(centre - half)), Math.exp(-Math.exp(centre + half))]
}

export interface LogRank {
  readonly statistic: number
  /** Groups that hold rows, less one. */
  readonly freedom: number
  /** How often groups that do not differ would differ as much as these. */
  readonly p: number
}

/** Undefined without two groups that could have differed: no event while both were watched. */
export function logRank(time: Float64Array, event: Events, group: Int32Array, groups: number): LogRank | undefined {
  const { moments } = momentsOf(time, event, group, groups)
  const present = Array.from({ length: groups }, (_, g) => g).filter(g => (moments[0]?.atRiskOf[g] ?? 0) > 0)
  const freedom = present.length - 1
  if (freedom < 1) return undefined
  // The last group is told by the others.
  const kept = present.slice(0, -1)
  const beyond = new Float64Array(freedom)
  const spread = new Float64Array(freedom * freedom)
  for (const { events, atRisk, atRiskOf, eventsOf } of moments) {
    if (events === 0) continue
    const each = atRisk > 1 ? (events * (atRisk - events)) / (atRisk - 1) : 0
    kept.forEach((g, i) => {
      const own = atRiskOf[g]! / atRisk
      beyond[i] = beyond[i]! + eventsOf[g]! - events * own
      kept.forEach((h, j) => {
        spread[i * freedom + j] = spread[i * freedom + j]! + each * own * (Number(g === h) - atRiskOf[h]! / atRisk)
      })
    })
  }
  const factor = cholesky(spread, freedom, 1e-12)
  if (!factor) return undefined
  const statistic = squaredLength(factor, beyond)
  return { statistic, freedom, p: Math.max(0, 1 - gammaCdf(statistic / 2, freedom / 2)) }
}

/** bᵀ A⁻¹ b of A = L Lᵀ: the squared length of L⁻¹ b. */
function squaredLength(l: Float64Array, b: Float64Array): number {
  return solveLower(l, b.length, b).reduce((sum, value) => sum + value ** 2, 0)
}

interface Moment {
  readonly time: number
  /** Rows with the event at it, rows that end at it, rows that reached it. */
  readonly events: number
  readonly all: number
  readonly atRisk: number
  readonly eventsOf: Int32Array
  readonly atRiskOf: Int32Array
}

/** Each distinct time with who was there. */
function momentsOf(time: Float64Array, event: Events, group: Int32Array, groups: number) {
  const known = Uint32Array.from(time.keys()).filter(i => Number.isFinite(time[i]!))
  const order = known.sort((a, b) => time[a]! - time[b]!)
  const left = new Int32Array(groups)
  for (const i of order) left[group[i]!]!++
  const moments: Moment[] = []
  for (let from = 0; from < order.length; ) {
    const at = time[order[from]!]!
    const eventsOf = new Int32Array(groups)
    const atRiskOf = left.slice()
    let to = from
    let events = 0
    for (; to < order.length && time[order[to]!] === at; to++) {
      const i = order[to]!
      left[group[i]!]!--
      if (event[i] !== 1) continue
      events++
      eventsOf[group[i]!]!++
    }
    moments.push({ time: at, events, all: to - from, atRisk: order.length - from, eventsOf, atRiskOf })
    from = to
  }
  return { moments, rows: order.length }
}

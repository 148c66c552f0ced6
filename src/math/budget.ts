/**
 * From the risks of held-out normal rows to a cut that keeps a promise.
 *
 * The promise is kept with 95 % confidence: the cut is the smallest one whose exact one-sided upper bound on the rate
 * of false alarms (Garwood 1936 for a rate in time, Clopper and Pearson 1934 for a share of rows) is within the
 * budget. Because the cut sits on the risk at which the next alarm would start, this is also Wilks' tolerance bound
 * (1941): choosing the cut on the same rows costs nothing.
 *
 * The number of episodes does not fall steadily as the cut rises: two alarms that merge count once. So the cuts are
 * swept from the top, every cut above the chosen one fits too, and the sweep never passes the cut at which episodes
 * are most frequent: below it more alarm counts as fewer alarms, and the count no longer measures anything.
 */
import { Failure } from '../errors.ts'
import { betaQuantile, gammaQuantile } from './distributions.ts'
import { byGroup, type Groups, type Hold, heldRisk } from './episodes.ts'
import { median, quantile } from './statistics.ts'

export interface HeldOut {
  /** One risk a row, NaN where a row was not scored. */
  readonly risk: Float64Array
  /** One code a row; rows are in time order inside each group. Absent: one group. */
  readonly group?: Int32Array | undefined
  /** Epoch seconds, NaN where unknown. */
  readonly seconds?: Float64Array | undefined
}

export interface CutResult {
  readonly cut: number
  /** Whether the held-out rows can support the budget at 95 %. */
  readonly supported: boolean
  /** False alarms seen on the held-out rows: a week, or as a share of rows. */
  readonly rate: number
  /** Exact 95 % interval of that rate (two-sided). */
  readonly low: number
  readonly high: number
  /** The promise: with 95 % confidence the rate is at most this (one-sided). */
  readonly promise: number
  readonly unit: 'week' | 'share'
  readonly events: number
  /** Weeks watched, or rows. */
  readonly exposure: number
  /** The tightest budget that these rows could support, with no alarm at all among them. */
  readonly supports: number
  /** The exposure that could support the budget asked for: weeks, or rows. */
  readonly needed: number
}

export interface RateOptions {
  readonly hold?: Hold | undefined
  /**
   * `group`: the budget is for each group, and the weeks of all groups add up (the default). `all`: it is for all
   * groups together, and a week in which several are watched counts once.
   */
  readonly per?: 'group' | 'all' | undefined
  /** Used where rows have no times; 168 (one an hour) by default. */
  readonly samplesPerWeek?: number | undefined
  /**
   * Seconds that one row stands for. Give it when the held-out rows are drawn at random from a series: their own span
   * would count weeks in which most rows are missing.
   */
  readonly secondsPerRow?: number | undefined
}

const WEEK = 7 * 24 * 3600
const CONFIDENCE = 0.95
/** −ln 0.05: events that could still have been expected, with 95 % confidence, when none was seen. */
const NONE_SEEN = -Math.log(1 - CONFIDENCE)

/** NumPy's `linear` quantile (Hyndman and Fan 1996, type 7) of the finite risks; q in [0, 1]. */
export function cutForQuantile(risk: Float64Array, q: number): number {
  const known = risk.filter(value => Number.isFinite(value)).sort()
  if (!known.length) throw tooFew('a quantile of the risks', 0)
  return quantile(known, q)
}

/**
 * The highest cut that at least a share `recall` of these risks, all of bad rows, exceeds: just below the risk of the
 * last row that must be caught.
 */
export function cutForRecall(risk: Float64Array, recall: number): number {
  const known = risk.filter(value => Number.isFinite(value)).sort()
  if (!known.length) throw tooFew('a share of bad rows', 0)
  const caught = known[known.length - Math.ceil(recall * known.length)] as number
  return below(caught)
}

/** The next number downwards. */
function below(value: number): number {
  const bits = new BigInt64Array(Float64Array.of(value).buffer)
  if (value === 0) return -Number.MIN_VALUE
  bits[0] = (bits[0] as bigint) + (value > 0 ? -1n : 1n)
  return new Float64Array(bits.buffer)[0] as number
}

/** The cut that calls a share `contamination` of the training rows anomalous. */
export function cutForContamination(risk: Float64Array, contamination: number): number {
  return cutForQuantile(risk, 1 - contamination)
}

/** Budget: a share of rows, such as 0.01. An alarming row is one whose held risk exceeds the cut. */
export function cutForShare(heldOut: HeldOut, share: number, hold?: Hold): CutResult {
  const held = heldRisk(heldOut.risk, byGroup(heldOut.risk.length, heldOut.group), hold)
  const rows = count(heldOut.risk, Number.isFinite)
  if (!rows) throw tooFew('the threshold', 0)
  const promise = (k: number) => (k >= rows ? 1 : betaQuantile(CONFIDENCE, k + 1, rows - k))
  const allowed = mostEvents(share, rows, promise)
  const risks = held.filter(value => value > -Infinity).sort()
  const cut = risks.length ? risks[Math.max(risks.length - 1 - Math.max(allowed, 0), 0)]! : cutAboveAll(heldOut)
  const events = count(held, value => value > cut)
  return {
    cut,
    supported: allowed >= 0,
    rate: events / rows,
    low: events ? betaQuantile(0.025, events, rows - events + 1) : 0,
    high: events < rows ? betaQuantile(0.975, events + 1, rows - events) : 1,
    promise: promise(events),
    unit: 'share',
    events,
    exposure: rows,
    supports: 1 - (1 - CONFIDENCE) ** (1 / rows),
    needed: Math.ceil(Math.log(1 - CONFIDENCE) / Math.log1p(-share)),
  }
}

/** Budget: episodes a week, such as 0.1. */
export function cutForRate(heldOut: HeldOut, perWeek: number, options: RateOptions = {}): CutResult {
  const groups = byGroup(heldOut.risk.length, heldOut.group)
  if (!count(heldOut.risk, Number.isFinite)) throw tooFew('the threshold', 0)
  const weeks = exposureWeeks(heldOut, options, groups)
  const promise = (k: number) => gammaQuantile(CONFIDENCE, k + 1) / weeks
  const allowed = mostEvents(perWeek, heldOut.risk.length, promise)
  const changes = episodeChanges(heldRisk(heldOut.risk, groups, options.hold), groups)
  const cut = changes.starts.length ? sweep(changes, Math.max(allowed, 0)) : cutAboveAll(heldOut)
  const events = count(changes.starts, value => value > cut) - count(changes.merges, value => value > cut)
  return {
    cut,
    supported: allowed >= 0,
    rate: events / weeks,
    low: events ? gammaQuantile(0.025, events) / weeks : 0,
    high: gammaQuantile(0.975, events + 1) / weeks,
    promise: promise(events),
    unit: 'week',
    events,
    exposure: weeks,
    supports: NONE_SEEN / weeks,
    needed: NONE_SEEN / perWeek,
  }
}

/** Weeks watched. Times first; without them, rows at `samplesPerWeek`. */
export function exposureWeeks(heldOut: HeldOut, options: RateOptions = {}, groups?: Groups): number {
  const rows = heldOut.risk.length
  if (options.secondsPerRow) return (rows * options.secondsPerRow) / WEEK
  const spans = heldOut.seconds ? watched(heldOut.seconds, groups ?? byGroup(rows, heldOut.group)) : undefined
  if (!spans) return rows / (options.samplesPerWeek ?? 168)
  const seconds = options.per === 'all' ? union(spans) : spans.reduce((sum, [from, to]) => sum + to - from, 0)
  return seconds / WEEK
}

/** From first to last row of each group, and one median step more: the last row is watched as long as the others. */
function watched(seconds: Float64Array, { order, starts }: Groups): [number, number][] | undefined {
  const found: { from: number; to: number; step: number }[] = []
  const all: number[] = []
  for (let g = 0; g + 1 < starts.length; g++) {
    const times = Float64Array.from(order.subarray(starts[g]!, starts[g + 1]!), row => seconds[row]!)
      .filter(Number.isFinite)
      .sort()
    if (!times.length) return undefined
    const steps = times.subarray(1).map((time, i) => time - times[i]!)
    const apart = steps.filter(step => step > 0)
    const step = apart.length ? median(apart) : Number.NaN
    found.push({ from: times[0]!, to: times.at(-1)!, step })
    if (apart.length) all.push(step)
  }
  if (!all.length) return undefined
  // A group of one row says nothing of its pace: it gets the median of the others'.
  const usual = median(all)
  return found.map(({ from, to, step }) => [from, to + (Number.isNaN(step) ? usual : step)])
}

function union(spans: [number, number][]): number {
  let total = 0
  let end = -Infinity
  for (const [from, to] of spans.sort((a, b) => a[0] - b[0])) {
    total += Math.max(0, to - Math.max(from, end))
    end = Math.max(end, to)
  }
  return total
}

/** The largest count of events whose promise is within the budget; −1 when even none would be too many. */
function mostEvents(budget: number, ceiling: number, promise: (events: number) => number): number {
  if (!(promise(0) <= budget)) return -1
  let [fits, fails] = [0, 1]
  while (fails <= ceiling && promise(fails) <= budget) [fits, fails] = [fails, fails * 2]
  while (fails - fits > 1) {
    const middle = Math.floor((fits + fails) / 2)
    if (promise(middle) <= budget) fits = middle
    else fails = middle
  }
  return Math.min(fits, ceiling)
}

/**
 * A rise from `a` to `b` between neighbouring rows starts an episode for every cut in [a, b) and for no other. So
 * the episodes at a cut are the rises that end above it, less those that also begin above it. Both descending.
 */
function episodeChanges(held: Float64Array, { order, starts }: Groups): { starts: Float64Array; merges: Float64Array } {
  const begin = new Float64Array(held.length)
  const merge = new Float64Array(held.length + 1)
  let [begins, merges, floor] = [0, 0, Infinity]
  for (let g = 0; g + 1 < starts.length; g++) {
    let before = -Infinity
    for (let k = starts[g]!; k < starts[g + 1]!; k++) {
      const now = held[order[k]!]!
      if (now > before) {
        begin[begins++] = now
        if (before > -Infinity) merge[merges++] = before
      }
      if (now > -Infinity && now < floor) floor = now
      before = now
    }
  }
  // The lowest held risk ends the sweep: no cut below it tells rows apart.
  if (begins) merge[merges++] = floor
  return { starts: begin.subarray(0, begins).sort().reverse(), merges: merge.subarray(0, merges).sort().reverse() }
}

/** From the highest cut downward while at most `allowed` episodes are on; see the head of this file for the stop. */
function sweep({ starts, merges }: { starts: Float64Array; merges: Float64Array }, allowed: number): number {
  let [i, j] = [0, 0]
  let cut = starts[0]!
  let [peak, peakCut] = [0, cut]
  for (;;) {
    while (i < starts.length && starts[i] === cut) i++
    while (j < merges.length && merges[j] === cut) j++
    if (i - j > allowed) return cut
    const next = Math.max(starts[i] ?? -Infinity, merges[j] ?? -Infinity)
    if (next === -Infinity) return peakCut
    if (i - j > peak) [peak, peakCut] = [i - j, next]
    cut = next
  }
}

/** When no window is long enough to be held, no cut can alarm: the largest risk is the honest choice. */
function cutAboveAll(heldOut: HeldOut): number {
  return heldOut.risk.reduce((most, value) => (Number.isFinite(value) && value > most ? value : most), -Infinity)
}

function count(values: Float64Array, is: (value: number) => boolean): number {
  let n = 0
  for (const value of values) if (is(value)) n++
  return n
}

function tooFew(what: string, found: number): Failure {
  return new Failure('TOO_FEW_ROWS', {
    what,
    found: `${found} scored`,
    needed: 1,
    hint: 'Give held-out rows that can be scored.',
  })
}

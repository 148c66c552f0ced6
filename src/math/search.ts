/**
 * Search over parameters: which candidates there are, and in which order and on how many rows they are tried. Pure: a
 * plan asks for evaluations and is given their scores (higher is better), so the work may run anywhere and in parallel.
 */
import { Failure } from '../errors.ts'
import type { Random } from './random.ts'

/** Both ends may be drawn. `log`: each factor is equally likely, for what ranges over magnitudes; both ends above 0. */
export interface Range {
  readonly from: number
  readonly to: number
  readonly scale: 'linear' | 'log'
  readonly whole?: boolean
}

/** For each parameter the values to choose from, or a range. */
export type Space = Readonly<Record<string, readonly unknown[] | Range>>
export type Candidate = Readonly<Record<string, unknown>>

export interface Trial {
  /** Place of the candidate in the list. */
  readonly candidate: number
  readonly params: Candidate
  /** Share of the training rows to learn from. */
  readonly share: number
}

export interface Ranked extends Trial {
  readonly score: number
}

/** Give `next` the scores of the trials it asked for, in their order; at first nothing. A trial that failed scores NaN.
 * It returns all candidates, best first: who came further comes before who scored higher earlier. */
export type Plan = Generator<readonly Trial[], readonly Ranked[], readonly number[]>

/** One value for each parameter, in the order of the space. */
export function draw(space: Space, random: Random): Candidate {
  return Object.fromEntries(
    Object.entries(space).map(([name, values]) => [
      name,
      isList(values) ? values[random.integer(values.length)] : drawNumber(values, random),
    ]),
  )
}

/**
 * Different candidates, at most `count`; all there are where the space has no more.
 * @throws Failure RECIPE_INVALID for an empty list or a range without inside
 */
export function candidatesOf(space: Space, count: number, random: Random): readonly Candidate[] {
  const size = Object.entries(space).reduce((product, [name, values]) => product * sizeOf(name, values), 1)
  if (size <= count) return everyOne(space)
  const found = new Map<string, Candidate>()
  // Bounded, because a whole number at the rare end of a range may hardly ever be drawn.
  for (let tries = 0; found.size < count && tries < 100 * count; tries++) {
    const candidate = draw(space, random)
    const key = JSON.stringify(candidate)
    if (!found.has(key)) found.set(key, candidate)
  }
  return [...found.values()]
}

/** Bergstra, Bengio, "Random search for hyper-parameter optimization", JMLR 2012: every candidate on all rows. */
export function* randomSearch(candidates: readonly Candidate[]): Plan {
  const trials = candidates.map((params, candidate) => ({ candidate, params, share: 1 }))
  return rank(trials, yield trials)
}

/**
 * Successive halving (Jamieson, Talwalkar 2016): all candidates on few rows, the best third of them on three times as
 * many, and so on until the last ones learn from all. Sizes as scikit-learn's HalvingRandomSearchCV has them.
 * @param least the smallest share of the rows that a candidate can be judged on
 */
export function* successiveHalving(
  candidates: readonly Candidate[],
  { eta = 3, least }: { eta?: number; least: number },
): Plan {
  let rungs = 1
  while (eta ** rungs <= candidates.length && eta ** rungs * least <= 1) rungs++
  let left: Trial[] = candidates.map((params, candidate) => ({ candidate, params, share: 1 }))
  let dropped: Ranked[] = []
  for (let rung = 0; rung < rungs; rung++) {
    const share = eta ** (rung - rungs + 1)
    const trials = left.map(trial => ({ ...trial, share }))
    const ranked = rank(trials, yield trials)
    const kept = rung === rungs - 1 ? ranked.length : Math.ceil(ranked.length / eta)
    dropped = [...ranked.slice(kept), ...dropped]
    if (rung === rungs - 1) return [...ranked, ...dropped]
    // Back in the order of the list, so that equal scores are told apart the same way in every rung.
    left = ranked.slice(0, kept).sort((a, b) => a.candidate - b.candidate)
  }
  return dropped
}

function rank(trials: readonly Trial[], scores: readonly number[]): Ranked[] {
  if (scores.length !== trials.length) throw new RangeError(`${scores.length} scores for ${trials.length} trials`)
  const failed = (score: number) => (Number.isNaN(score) ? Number.NEGATIVE_INFINITY : score)
  return trials
    .map(({ candidate, params, share }, i) => ({ candidate, params, share, score: scores[i]! }))
    .sort((a, b) => {
      const [x, y] = [failed(a.score), failed(b.score)]
      return x === y ? a.candidate - b.candidate : y - x
    })
}

function drawNumber({ from, to, scale, whole }: Range, random: Random): number {
  if (whole && scale === 'linear') return from + random.integer(to - from + 1)
  // A whole number stands for all that rounds to it, so that both ends are as likely as their neighbours.
  const [low, high] = whole ? [from - 0.5, to + 0.5] : [from, to]
  const at = random.next()
  const drawn = scale === 'log' ? low * (high / low) ** at : low + (high - low) * at
  return Math.min(to, Math.max(from, whole ? Math.round(drawn) : drawn))
}

function isList(values: readonly unknown[] | Range): values is readonly unknown[] {
  return Array.isArray(values)
}

function sizeOf(name: string, values: readonly unknown[] | Range): number {
  if (isList(values)) {
    if (values.length > 0) return new Set(values.map(value => JSON.stringify(value))).size
    throw invalid(name, 'an empty list', 'at least one value')
  }
  const { from, to, scale, whole } = values
  const found = `from ${from} to ${to}`
  if (!(Number.isFinite(from) && Number.isFinite(to) && from < to)) throw invalid(name, found, 'from below to')
  if (scale === 'log' && !(from > 0)) throw invalid(name, `${found} on a log scale`, 'both ends above 0')
  if (whole && !(Number.isSafeInteger(from) && Number.isSafeInteger(to))) throw invalid(name, found, 'whole numbers')
  return whole ? to - from + 1 : Number.POSITIVE_INFINITY
}

/** All combinations; the last parameter changes fastest. */
function everyOne(space: Space): readonly Candidate[] {
  return Object.entries(space).reduce<readonly Candidate[]>(
    (so, [name, values]) => so.flatMap(candidate => allOf(values).map(value => ({ ...candidate, [name]: value }))),
    [{}],
  )
}

function allOf(values: readonly unknown[] | Range): readonly unknown[] {
  if (!isList(values)) return Array.from({ length: values.to - values.from + 1 }, (_, i) => values.from + i)
  return [...new Map(values.map(value => [JSON.stringify(value), value])).values()]
}

function invalid(name: string, found: string, expected: string): Failure {
  return new Failure('RECIPE_INVALID', {
    report: `search: ${name}: ${found}, expected ${expected}`,
    hint: 'Give a list of values, or a range: {from: 0.01, to: 10, scale: log}.',
  })
}

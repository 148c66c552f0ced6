/**
 * Several models asked together. Each member's risk becomes a rank among the risks that the member gave to rows it did
 * not learn from, because risks of different models have no common unit; then the ranks are combined. The mean is the
 * default: several members must agree, so none alone raises false alarms, and one that is blind holds the others back (Aggarwal,
 * Sathe, "Theoretical foundations and algorithms for outlier ensembles", 2015); the maximum lets any member raise the
 * alarm, and its noise with it.
 */
import type { Columns } from '../math/columns.ts'
import type { State } from '../math/state.ts'
import { findModel } from '../models/index.ts'
import type { Scorer } from '../models/model.ts'
import { membersOf } from '../recipe/members.ts'
import { ENSEMBLE, type Step } from '../recipe/schema.ts'
import { findTransform } from '../transforms/index.ts'

/** As many risks are kept of each member: ranks are known to a thousandth. */
const REFERENCE = 1000

export interface Member {
  readonly state: State
  /** Of the member's own transforms, where it was fitted on its own. */
  readonly transforms?: readonly State[]
  /** Its risks of rows that it should find ordinary. */
  readonly ordinary: Float64Array
}

/** The members' states in one flat record: `0.threshold`, `1.vectors`, `1.transform.0.centre` … */
export function packMembers(members: readonly Member[]): State {
  const packed: Record<string, State[string]> = {}
  members.forEach(({ state, transforms = [], ordinary }, i) => {
    for (const [key, value] of Object.entries(state)) packed[`${i}.${key}`] = value
    for (const [t, own] of transforms.entries())
      for (const [key, value] of Object.entries(own)) packed[`${i}.${TRANSFORM}${t}.${key}`] = value
    packed[`${i}.~ordinary`] = reference(ordinary)
  })
  return packed
}

export function scorerOf(model: Step, state: State): Scorer {
  if (model.use !== ENSEMBLE) return definition(model.use).scorer(state)
  const members = membersOf(model).map((member, i) => ({
    scorer: memberScorer(member, part(state, `${i}.`)),
    rank: rankAmong(state[`${i}.~ordinary`]),
  }))
  const combine = model.combine === 'maximum' ? maximum : mean
  let risk = new Float64Array(0)
  return {
    score(block: Columns, out: Float64Array) {
      if (risk.length < block.rows) risk = new Float64Array(block.rows)
      members.forEach(({ scorer, rank }, i) => {
        scorer.score(block, risk)
        for (let row = 0; row < block.rows; row++) {
          const value = rank(risk[row] as number)
          out[row] = i === 0 ? value : combine(out[row] as number, value, i)
        }
      })
    },
  }
}

function definition(use: string) {
  const model = findModel(use)
  if (!model) throw new Error(`its model is ${use}, which this version does not have`)
  return model
}

/** No state of a model has a key that begins like this. */
const TRANSFORM = '~transform.'

/** A member that was fitted on its own brings its own transforms. */
function memberScorer(member: Step, state: State): Scorer {
  const { transforms = [] } = member as { transforms?: readonly Step[] }
  const steps = transforms.map(({ use }, t) => {
    const found = findTransform(use)
    if (!found) throw new Error(`a member has the transform ${use}, which this version does not have`)
    return found.apply(part(state, `${TRANSFORM}${t}.`) as never)
  })
  const scorer = definition(member.use).scorer(state)
  if (steps.length === 0) return scorer
  return {
    score: (block, out) =>
      scorer.score(
        steps.reduce<Columns>((at, step) => step(at), block),
        out,
      ),
  }
}

function part(state: State, prefix: string): State {
  const own = Object.entries(state).filter(([key]) => key.startsWith(prefix))
  return Object.fromEntries(own.map(([key, value]) => [key.slice(prefix.length), value]))
}

const maximum = (soFar: number, value: number) => Math.max(soFar, value)
/** The mean of i + 1 values, from the mean of the first i. */
const mean = (soFar: number, value: number, i: number) => soFar + (value - soFar) / (i + 1)

function reference(risk: Float64Array): Float64Array {
  const known = risk.filter(value => Number.isFinite(value)).sort()
  if (known.length <= REFERENCE) return known
  return Float64Array.from(
    { length: REFERENCE },
    (_, i) => known[Math.round((i * (known.length - 1)) / (REFERENCE - 1))]!,
  )
}

/**
 * The share of the reference below a risk, between its values in proportion. Above the highest the rank goes on growing,
 * by less than one place in all: two risks beyond everything seen keep their order.
 */
function rankAmong(given: State[string] | undefined): (risk: number) => number {
  if (!(given instanceof Float64Array) || given.length === 0 || !given.every(Number.isFinite))
    throw new RangeError('its members have no risks to rank among')
  const reference = given
  const n = reference.length
  const spread = reference[n - 1]! - reference[n >> 1]! || Math.abs(reference[n - 1]!) || 1
  const beyond = (far: number) => far / (far + spread) / n
  return risk => {
    if (Number.isNaN(risk)) return Number.NaN
    const [lowest, highest] = [reference[0]!, reference[n - 1]!]
    if (risk > highest) return 1 + (risk === Number.POSITIVE_INFINITY ? 1 / n : beyond(risk - highest))
    if (risk < lowest) return risk === Number.NEGATIVE_INFINITY ? -1 / n : -beyond(lowest - risk)
    const at = firstAbove(reference, risk)
    if (at === n) return 1
    const [low, high] = [reference[at - 1] ?? lowest, reference[at]!]
    return (at - 1 + (high > low ? (risk - low) / (high - low) : 0)) / (n - 1 || 1)
  }
}

/** The first place whose value is above `risk`. */
function firstAbove(ascending: Float64Array, risk: number): number {
  let low = 0
  let high = ascending.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (ascending[middle]! > risk) high = middle
    else low = middle + 1
  }
  return low
}

/**
 * One model, or several asked together. Where they are to agree, each member's risk becomes a rank among the risks that the member gave to rows it did
 * not learn from, because risks of different models have no common unit; then the ranks are combined. The mean is the
 * default: several members must agree, so none alone raises false alarms, and one that is blind holds the others back (Aggarwal,
 * Sathe, "Theoretical foundations and algorithms for outlier ensembles", 2015); the maximum lets any member raise the
 * alarm, and its noise with it.
 *
 * The members of an imported model have one unit: their numbers themselves are summed up, averaged or set against each
 * other.
 */
import { BESIDE, PROBABILITY, packStates, partsOf, stretchOf, under } from '../artifact/risk.ts'
import type { Columns } from '../math/columns.ts'
import { probabilityOf } from '../math/probability.ts'
import type { State } from '../math/state.ts'
import { findModel, takesMissing } from '../models/index.ts'
import type { Scorer } from '../models/model.ts'
import { ENSEMBLE, type Step } from '../recipe/schema.ts'
import { REFUSED } from '../transforms/known-values.ts'
import { ONNX, onnxScorer } from './onnx-runtime.ts'
import { narrow, refuseRows, stepsOf } from './steps.ts'

/** As many risks are kept of each member: ranks are known to a thousandth. */
const REFERENCE = 1000

export interface Member {
  readonly state: State
  /** Of the member's own transforms, where it was fitted on its own. */
  readonly transforms?: readonly State[]
  /** Its risks of rows that it should find ordinary. */
  readonly ordinary: Float64Array
}

/** No state of a model has a key that begins like this. */
const TRANSFORM = `${BESIDE}transform.`
const ORDINARY = `${BESIDE}ordinary`

/** The members' states in one flat record: `0.threshold`, `1.vectors`, `1.~transform.0.centre` … */
export function packMembers(members: readonly Member[]): State {
  return packStates(
    members.map(({ state, transforms = [], ordinary }) => ({
      ...state,
      ...under(TRANSFORM, packStates(transforms)),
      [ORDINARY]: reference(ordinary),
    })),
  )
}

/** @throws Error for a model that this version does not have; RangeError for a state that no fit wrote */
export function scorerOf(model: Step, state: State): Scorer {
  if (model.use !== ENSEMBLE) return leafScorer(model, state)
  const partOf = partsOf(state)
  const members = (model.of as readonly Step[]).map((member, i) => ({ member, state: partOf(`${i}.`) }))
  const combine = COMBINATIONS[model.combine as string]
  if (!combine) return rankScorer(members, model.combine === 'maximum' ? maximum : mean)
  const scorers = members.map(each => scorerOf(each.member, each.state))
  return combinedScorer(scorers, combine(placeOf(model.chosen, scorers.length), weightsOf(model)))
}

interface Packed {
  readonly member: Step
  readonly state: State
}

function rankScorer(packed: readonly Packed[], combine: (soFar: number, value: number, i: number) => number): Scorer {
  const members = packed.map(({ member, state }) => ({
    scorer: memberScorer(member, state),
    rank: rankAmong(state[ORDINARY]),
  }))
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

/** A member that was fitted on its own brings its own transforms. */
function memberScorer(member: Step, state: State): Scorer {
  const { transforms = [] } = member as { transforms?: readonly Step[] }
  const scorer = scorerOf(member, state)
  if (transforms.length === 0) return scorer
  const partOf = partsOf(partsOf(state)(TRANSFORM))
  const ready = stepsOf(
    transforms,
    transforms.map((_, t) => partOf(`${t}.`)),
  )
  const refuses = refuseRows(transforms)
  return {
    score(block, out) {
      const at = ready(block)
      scorer.score(at, out)
      if (refuses) leaveRefused(at, out)
    },
  }
}

/** One model, on all columns or on its stretch of them, as a probability where it brings how. */
function leafScorer(step: Step, state: State): Scorer {
  const stretch = stretchOf(step)
  const scorer = plainScorer(step, state)
  if (stretch === undefined) return scorer
  const probability = partsOf(state)(PROBABILITY)
  const likely = Object.keys(probability).length > 0 ? probabilityOf(probability) : undefined
  const whole = takesMissing(step)
  return {
    score(block, out) {
      const own = narrow(block, stretch)
      scorer.score(own, out)
      likely?.(out, block.rows)
      if (!whole) leaveOut(own, out)
    },
  }
}

function plainScorer(step: Step, state: State): Scorer {
  if (step.use === ONNX) return onnxScorer(state, stretchOf(step)?.count ?? 0)
  const model = findModel(step.use)
  if (!model) throw new Error(`its model is ${step.use}, which this version does not have`)
  return model.scorer(state)
}

/** A row with a number that is not finite has no risk (NaN). */
export function leaveOut({ rows, columns }: Columns, out: Float64Array): void {
  for (const column of columns) {
    if (!(column instanceof Float64Array)) continue
    for (let i = 0; i < rows; i++) if (!Number.isFinite(column[i] as number)) out[i] = Number.NaN
  }
}

/** Takes the risk from rows that a step refused, which a model that takes missing values would score. */
export function leaveRefused({ rows, columns }: Columns, out: Float64Array): void {
  for (const column of columns) {
    if (!(column instanceof Float64Array)) continue
    for (let i = 0; i < rows; i++) if (column[i] === REFUSED) out[i] = Number.NaN
  }
}

/** The numbers of one row, one a member. */
type Combine = (risks: readonly Float64Array[], row: number) => number

function combinedScorer(scorers: readonly Scorer[], combine: Combine): Scorer {
  const risks = scorers.map(() => new Float64Array(0))
  return {
    score(block, out) {
      for (const [i, scorer] of scorers.entries()) {
        if (risks[i]!.length < block.rows) risks[i] = new Float64Array(block.rows)
        scorer.score(block, risks[i]!)
      }
      for (let row = 0; row < block.rows; row++) out[row] = combine(risks, row)
    },
  }
}

const total: Combine = (risks, row) => {
  let sum = 0
  for (const risk of risks) sum += risk[row]!
  return sum
}

function weightedMean(weights: readonly number[]): Combine {
  const all = weights.reduce((sum, weight) => sum + weight, 0)
  return (risks, row) => risks.reduce((sum, risk, i) => sum + risk[row]! * weights[i]!, 0) / all
}

const weightsOf = ({ weights }: Step) => (Array.isArray(weights) ? (weights as readonly number[]) : undefined)

/** By the word of a recipe: src/artifact/risk.ts. */
const COMBINATIONS: Readonly<Record<string, (chosen: number, weights?: readonly number[]) => Combine>> = {
  sum: () => total,
  mean: (_, weights) => (weights ? weightedMean(weights) : (risks, row) => total(risks, row) / risks.length),
  share: chosen => (risks, row) => {
    const all = total(risks, row)
    return all === 0 ? 1 / risks.length : risks[chosen]![row]! / all
  },
  softmax: chosen => (risks, row) => {
    let most = Number.NEGATIVE_INFINITY
    for (const risk of risks) most = Math.max(most, risk[row]!)
    let sum = 0
    for (const risk of risks) sum += Math.exp(risk[row]! - most)
    return Math.exp(risks[chosen]![row]! - most) / sum
  },
}

/** @throws RangeError for none of the members */
function placeOf(chosen: unknown, members: number): number {
  if (chosen === undefined) return 0
  if (typeof chosen === 'number' && Number.isInteger(chosen) && chosen >= 0 && chosen < members) return chosen
  throw new RangeError(`its member ${String(chosen)} is none of ${members}`)
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

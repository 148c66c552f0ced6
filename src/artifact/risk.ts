/**
 * One number a row from one model, or from several combined, as a model file keeps it: a step of the recipe that says
 * what is asked, and one flat state (`0.threshold`, `1.0.weights`, …) with what every model learned.
 */
import type { State } from '../math/state.ts'
import { ENSEMBLE, type Step } from '../recipe/schema.ts'

/** `count` columns from place `from` on. */
export interface Stretch {
  readonly from: number
  readonly count: number
}

/** A model on a stretch of the columns that the steps leave. */
export interface LeafRisk extends Stretch {
  /** Word of a model: src/models/index.ts. */
  readonly use: string
  readonly state: State
  /** From this model's own number to a probability: src/math/probability.ts. */
  readonly probability?: State
  /** The original takes missing numbers here; absent: as the kind says. */
  readonly takesMissing?: boolean
}

/**
 * Several numbers made one. `mean`: their mean, weighted where there are weights. `sum`: their sum. `softmax`: e^chosen / Σ e^each. `share`: chosen / Σ each
 * (0 / 0 is an equal share).
 */
export interface CombinedRisk {
  readonly combine: 'mean' | 'sum' | 'softmax' | 'share'
  readonly of: readonly Risk[]
  readonly chosen?: number
  /** Of a mean: one a member, at least 0 and not all 0. */
  readonly weights?: readonly number[]
}

export type Risk = LeafRisk | CombinedRisk

/** The columns that a step or a model reads; undefined where it reads all. */
export function stretchOf({ from, count }: Step): Stretch | undefined {
  return typeof from === 'number' && typeof count === 'number' ? { from, count } : undefined
}

/** Begins what a model file keeps beside the state of a model; no model's own keys begin like this. */
export const BESIDE = '~'
export const PROBABILITY = `${BESIDE}probability.`

/** The model step and the model state of a file: `artifact.recipe.model` and `artifact.model`. */
export function packRisk(risk: Risk): { model: Step; state: State } {
  if ('use' in risk) {
    const { use, from, count, takesMissing, state, probability = {} } = risk
    const missing = takesMissing === undefined ? {} : { takes_missing: takesMissing }
    return { model: { use, from, count, ...missing }, state: { ...state, ...under(PROBABILITY, probability) } }
  }
  const members = risk.of.map(packRisk)
  const chosen = risk.chosen === undefined ? {} : { chosen: risk.chosen }
  const weights = risk.weights === undefined ? {} : { weights: [...risk.weights] }
  return {
    model: { use: ENSEMBLE, of: members.map(({ model }) => model), combine: risk.combine, ...chosen, ...weights },
    state: packStates(members.map(({ state }) => state)),
  }
}

/** Several states in one flat record, each under its number. */
export function packStates(states: readonly State[]): State {
  return Object.assign({}, ...states.map((state, i) => under(`${i}.`, state)))
}

/** A state under a prefix, as part of another. */
export function under(prefix: string, state: State): State {
  return Object.fromEntries(Object.entries(state).map(([key, value]) => [prefix + key, value]))
}

/** What stands under each of several prefixes, without it; one pass over the state. */
export function partsOf(state: State): (prefix: string) => State {
  const parts = new Map<string, [string, State[string]][]>()
  for (const [key, value] of Object.entries(state)) {
    const end = key.indexOf('.') + 1
    const prefix = key.slice(0, end)
    const part = parts.get(prefix) ?? []
    if (part.length === 0) parts.set(prefix, part)
    part.push([key.slice(end), value])
  }
  return prefix => Object.fromEntries(parts.get(prefix) ?? [])
}

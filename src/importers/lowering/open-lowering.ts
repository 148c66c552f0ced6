/** Collects what the families of estimators say: steps, texts, warnings, figures. */
import type { Value } from '../pickle/nodes.ts'
import type { ProgramFeature, ProgramStep } from '../program.ts'
import { Refusal } from '../refusal.ts'
import type { Estimator } from '../sklearn/estimator.ts'
import type { Figures, Input, Lowering, Prediction } from './lowering.ts'

type Profile = Partial<Record<keyof Figures, Float64Array>>

export interface Collected {
  readonly lowering: Lowering
  readonly steps: readonly ProgramStep[]
  readonly warnings: readonly string[]
  /** By how many columns the steps so far make the row wider. */
  growth(): number
  /** Where any figure was said. */
  profile(): Profile | undefined
  features(names: readonly string[]): readonly ProgramFeature[]
}

/** How an estimator inside another is lowered; `outer` is the one around it, where there is one. */
export interface Inner {
  transformer(value: Value, input: Input, lowering: Lowering, outer?: Estimator): Input
  predictor(value: Value, input: Input, lowering: Lowering, outer?: Estimator): Prediction
}

/** Estimators within each other, and in all: a file may hold one within itself, or double it at every step. */
const DEEPEST = 50
const MOST_ESTIMATORS = 100_000
const MOST_COLUMNS = 1_000_000

/** Ensembles within each other, and members rehearsed in all: a file can double its members at every level. */
const DEEPEST_ENSEMBLES = 8
const MOST_REHEARSED = 10_000

interface Rehearsals {
  /** Shared by all rehearsals of a program. */
  readonly budget: { left: number }
  readonly depth: number
}

/** @param count of features
 * @param rehearsals those that this is part of */
export function openLowering(
  count: number,
  inner: Inner,
  rehearsals: Rehearsals = { budget: { left: MOST_REHEARSED }, depth: 0 },
): Collected {
  const steps: ProgramStep[] = []
  const warnings: string[] = []
  const texts = new Map<number, Set<string>>()
  const profile: Profile = {}
  const within = limited()
  let grown = 0
  const lowering: Lowering = {
    transformer: (value, input, outer) => within(() => inner.transformer(value, input, lowering, outer)),
    predictor: (value, input, outer) => within(() => inner.predictor(value, input, lowering, outer)),
    step(use, input, state, produces, origin) {
      if (produces > MOST_COLUMNS)
        throw new Refusal('unsupported', `A step makes ${produces} columns, expected at most ${MOST_COLUMNS}`)
      steps.push({ use, from: input.from, count: input.count, state })
      grown += produces - input.count
      return { from: input.from, count: produces, origin: origin ?? new Array<number>(produces).fill(-1) }
    },
    rehearse(value, input, outer) {
      const features = input.origin.reduce((most, feature) => Math.max(most, feature + 1), 0)
      const trial = openLowering(features, inner, nextRehearsal(rehearsals, outer))
      trial.lowering.predictor(value, input, outer)
      return { steps: trial.steps.length, growth: trial.growth() }
    },
    texts(feature, levels) {
      const known = texts.get(feature) ?? new Set()
      for (const level of levels) known.add(level)
      texts.set(feature, known)
    },
    warn(sentence) {
      if (!warnings.includes(sentence)) warnings.push(sentence)
    },
    profile(input, figures) {
      for (const [figure, values] of Object.entries(figures) as [keyof Figures, ArrayLike<number>][])
        for (const [i, feature] of input.origin.entries()) {
          if (feature < 0) continue
          profile[figure] ??= new Float64Array(count).fill(Number.NaN)
          if (Number.isNaN(profile[figure][feature])) profile[figure][feature] = values[i] ?? Number.NaN
        }
    },
  }
  return {
    lowering,
    steps,
    warnings,
    growth: () => grown,
    profile: () => (Object.keys(profile).length > 0 ? profile : undefined),
    features: names =>
      names.map((name, i) => {
        const levels = texts.get(i)
        return levels ? { name, levels: [...levels] } : { name }
      }),
  }
}

/** @throws Refusal beyond the limits */
function nextRehearsal({ budget, depth }: Rehearsals, { name }: Estimator): Rehearsals {
  if (depth < DEEPEST_ENSEMBLES && budget.left-- > 0) return { budget, depth: depth + 1 }
  throw new Refusal('damaged', `${name} has ensembles more than ${DEEPEST_ENSEMBLES} deep in each other, or too many`)
}

/** Counts estimators within estimators. @throws Refusal beyond the limits */
function limited(): <T>(lower: () => T) => T {
  let [depth, count] = [0, 0]
  return lower => {
    count++
    depth++
    if (depth > DEEPEST || count > MOST_ESTIMATORS)
      throw new Refusal('damaged', `Estimators lie more than ${DEEPEST} deep in each other, or are too many`)
    const lowered = lower()
    depth--
    return lowered
  }
}

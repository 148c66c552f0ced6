/** Collects what the families of estimators say: steps, texts, warnings, figures. */
import type { State } from '../../math/state.ts'
import type { ProgramFeature, ProgramStep } from '../program.ts'
import { Refusal } from '../refusal.ts'
import type { Figures, Input, Lowering } from './lowering.ts'

type Profile = Partial<Record<keyof Figures, Float64Array>>

export interface Collected {
  readonly lowering: Lowering
  readonly steps: readonly ProgramStep[]
  readonly warnings: readonly string[]
  /** Where any figure was said. */
  profile(): Profile | undefined
  features(names: readonly string[]): readonly ProgramFeature[]
}

/** Estimators within each other, and in all: a file may hold one within itself, or double it at every step. */
const DEEPEST = 50
const MOST_ESTIMATORS = 100_000
const MOST_COLUMNS = 1_000_000

/** Counts estimators within estimators. @throws Refusal beyond the limits */
function counted(nested: Nested): Nested {
  let [depth, count] = [0, 0]
  const within = <A extends readonly unknown[], R>(act: (...args: A) => R) => {
    return (...args: A): R => {
      count++
      depth++
      if (depth > DEEPEST || count > MOST_ESTIMATORS)
        throw new Refusal('damaged', `Estimators lie more than ${DEEPEST} deep in each other, or are too many`)
      const made = act(...args)
      depth--
      return made
    }
  }
  return { transformer: within(nested.transformer), predictor: within(nested.predictor) }
}

type Nested = Pick<Lowering, 'transformer' | 'predictor'>

/** @param nested how an estimator inside another is lowered */
export function openLowering(count: number, nested: Nested): Collected {
  const steps: ProgramStep[] = []
  const warnings: string[] = []
  const texts = new Map<number, Set<string>>()
  const profile: Profile = {}
  const lowering: Lowering = {
    ...counted(nested),
    step(use: string, input: Input, state: State, produces: number, origin?: readonly number[]): Input {
      if (produces > MOST_COLUMNS)
        throw new Refusal('unsupported', `A step makes ${produces} columns, expected at most ${MOST_COLUMNS}`)
      steps.push({ use, from: input.from, count: input.count, state })
      return { from: input.from, count: produces, origin: origin ?? new Array<number>(produces).fill(-1) }
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
    profile: () => (Object.keys(profile).length > 0 ? profile : undefined),
    features: names =>
      names.map((name, i) => {
        const levels = texts.get(i)
        return levels ? { name, levels: [...levels] } : { name }
      }),
  }
}

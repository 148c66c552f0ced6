/** Collects what the families of estimators say: steps, texts, warnings, figures. */
import type { State } from '../../math/state.ts'
import type { ProgramFeature, ProgramStep } from '../program.ts'
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

/** @param nested how an estimator inside another is lowered */
export function openLowering(count: number, nested: Pick<Lowering, 'transformer' | 'predictor'>): Collected {
  const steps: ProgramStep[] = []
  const warnings: string[] = []
  const texts = new Map<number, Set<string>>()
  const profile: Profile = {}
  const lowering: Lowering = {
    ...nested,
    step(use: string, input: Input, state: State, produces: number, origin?: readonly number[]): Input {
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

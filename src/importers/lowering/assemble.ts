/** Programs, put together from the names of the features to the choice of the number that is the risk. */
import type { Value } from '../pickle/nodes.ts'
import type { Program } from '../program.ts'
import { Refusal } from '../refusal.ts'
import { choose, type Said } from './choice.ts'
import type { Input, Lowering, Prediction } from './lowering.ts'
import { type Inner, openLowering } from './open-lowering.ts'

export interface Assembled {
  /** With one of the prediction's numbers as its risk.
   * @param warnings what was noticed before, one sentence each
   * @throws Refusal 'unsaid' where a person has to say which number */
  program(said: Said, warnings: readonly string[]): Program
}

/**
 * @param names of the features, in the order in which the first step reads them
 * @param lower what is done to them, and what the numbers of the model are
 * @throws Refusal
 */
export function assemble(
  names: readonly string[],
  inner: Inner,
  lower: (start: Input, lowering: Lowering) => Prediction,
): Assembled {
  const collected = openLowering(names.length, inner)
  const start: Input = { from: 0, count: names.length, names, origin: names.map((_, i) => i) }
  const prediction = lower(start, collected.lowering)
  return {
    program(said, before) {
      const warnings = [...collected.warnings, ...before]
      const chosen = choose(prediction, said, sentence => warnings.push(sentence))
      const profile = collected.profile()
      return {
        features: collected.features(names),
        steps: collected.steps,
        ...(profile && { profile }),
        ...chosen,
        warnings,
      }
    },
  }
}

/** Where a model that is no estimator reads, behind the scaler that somebody gives with it.
 * @throws Refusal where the scaler leaves another number of columns */
export function behind(scaler: Value | undefined, start: Input, lowering: Lowering, what: string): Input {
  if (scaler === undefined) return start
  const scaled = lowering.transformer(scaler, start)
  if (scaled.count === start.count) return scaled
  throw new Refusal('unsupported', `The scaler gives ${scaled.count} columns, and ${what} takes ${start.count}`)
}

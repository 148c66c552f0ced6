/** The one list of scikit-learn's classes that become a program. A new one is a function in its family's file and a line
 * here. */
import type { Value } from '../pickle/nodes.ts'
import { Refusal } from '../refusal.ts'
import { type Estimator, estimatorOf, wordFor } from './estimator.ts'
import type { Input, Lowering, LowerPredictor, LowerTransformer, Prediction } from './lowering.ts'
import { notScored } from './not-scored.ts'

const TRANSFORMERS: ReadonlyMap<string, LowerTransformer> = new Map(Object.entries<LowerTransformer>({}))

const PREDICTORS: ReadonlyMap<string, LowerPredictor> = new Map(Object.entries<LowerPredictor>({}))

export const isPredictor = (name: string): boolean => PREDICTORS.has(name)
export const isTransformer = (name: string): boolean => TRANSFORMERS.has(name)

/** @throws Refusal for a class that is not in the list, and for whatever its family cannot honour */
export function lowerPredictor(
  value: Value,
  input: Input,
  lowering: Lowering,
  outer?: Pick<Estimator, 'version'>,
): Prediction {
  const estimator = estimatorOf(value, outer)
  const lower = PREDICTORS.get(estimator.name)
  if (!lower) throw notScored(estimator, TRANSFORMERS.has(estimator.name))
  return lower(estimator, input, lowering)
}

/** A transformer; 'passthrough' and None leave the columns as they are. */
export function lowerTransformer(
  value: Value,
  input: Input,
  lowering: Lowering,
  outer?: Pick<Estimator, 'version'>,
): Input {
  if (value === null || value === 'passthrough') return input
  if (typeof value === 'string') throw new Refusal('damaged', `found ${wordFor(value)}, expected a transformer`)
  const estimator = estimatorOf(value, outer)
  const lower = TRANSFORMERS.get(estimator.name)
  if (!lower) throw notScored(estimator, false)
  return lower(estimator, input, lowering)
}

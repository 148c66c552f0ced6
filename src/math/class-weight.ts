/** Weights for classes of different size, so that few failures count as much as many good rows. */
import { Failure } from '../errors.ts'
import { nearest } from './nearest.ts'

/** What a recipe gives: nothing, scikit-learn's rule, or a weight for some levels of the label (1 for the others). */
export type ClassWeight = 'none' | 'balanced' | Readonly<Record<string, number>>

interface Classes {
  readonly codes: Int32Array
  readonly levels: readonly string[]
  /** The level that is the risk; all others are the rest. */
  readonly positive: number
}

/**
 * One weight a row: its own times that of its class. `balanced` is scikit-learn's n / (k · n_c) (King, Zeng, "Logistic
 * regression in rare events data", 2001) for the two classes `positive` and the rest, with sums of weights for counts,
 * as its LogisticRegression has it (its trees count rows; the two agree when all rows weigh the same). A class without
 * weight does not count: k is then 1.
 * @throws Failure RECIPE_INVALID for a level that the label does not have.
 */
export function classWeights(
  { codes, levels, positive }: Classes,
  weight: Float64Array,
  given: ClassWeight,
): Float64Array {
  if (given === 'none') return weight.slice()
  if (given === 'balanced') {
    const [rest, risk] = balanced(codes, positive, weight)
    return weight.map((own, i) => own * (codes[i] === positive ? risk : rest))
  }
  for (const name of Object.keys(given)) if (!levels.includes(name)) throw noSuchLevel(name, levels)
  const ofLevel = Float64Array.from(levels, name => (Object.hasOwn(given, name) ? given[name]! : 1))
  return weight.map((own, i) => own * (ofLevel[codes[i]!] ?? 1))
}

function balanced(codes: Int32Array, positive: number, weight: Float64Array): [rest: number, risk: number] {
  let [rest, risk] = [0, 0]
  for (let i = 0; i < weight.length; i++) {
    if (codes[i] === positive) risk += weight[i]!
    else rest += weight[i]!
  }
  if (rest === 0 || risk === 0) return [1, 1]
  return [(rest + risk) / (2 * rest), (rest + risk) / (2 * risk)]
}

function noSuchLevel(name: string, levels: readonly string[]): Failure {
  const close = nearest(name, levels)
  return new Failure('RECIPE_INVALID', {
    report: `model: class_weight names ${name}, expected levels of the label: ${levels.join(', ')}`,
    hint: close === undefined ? 'Name levels of the label, or write class_weight: balanced.' : `Did you mean ${close}?`,
  })
}

/** Models as SQL over the columns x0, x1 …: terms that are added one after the other, then formulas of their sum. */

import { float32Bound } from '../../math/float32.ts'
import type { Linear } from '../../math/linear.ts'
import type { State } from '../../math/state.ts'
import { scaleOf } from '../../models/boosting-state.ts'
import type { Cox } from '../../models/cox.ts'
import type { GradientBoosting } from '../../models/gradient-boosting.ts'
import { averagePathLength, type IsolationForest, pathLengths } from '../../models/isolation-forest.ts'
import type { RandomForest } from '../../models/random-forest.ts'
import { categoriesLeft } from '../categories.ts'
import { constant } from './constants.ts'
import { treeExpressions } from './trees.ts'

export interface SqlModel {
  /** Added in this order, so that the sum has the same bits. */
  readonly terms: readonly string[]
  /** Each makes something of what the one before made; the first of the sum. */
  readonly formulas: readonly ((z: string) => string)[]
}

type Write = (state: never, texts: readonly (readonly string[] | undefined)[]) => SqlModel

export const KINDS: Readonly<Record<string, Write>> = {
  ridge: (state: Linear) => ({ terms: linearTerms(state), formulas: [] }),
  'logistic-regression': (state: Linear) => ({ terms: linearTerms(state), formulas: [logistic] }),
  cox: ({ coefficient, centre }: Cox) => ({
    terms: linearTerms({ coefficient, centre, base: 0 }),
    formulas: [z => `exp(greatest(${constant(-709)}, least(${constant(709)}, ${z})))`],
  }),
  'isolation-forest': isolationForest,
  'random-forest': (state: RandomForest) => ({
    terms: treeExpressions({ ...state, threshold: state.threshold.map(float32Bound) }),
    formulas: [z => `${z} / ${constant(state.start.length - 1)}`],
  }),
  'gradient-boosting': gradientBoosting,
}

function linearTerms({ coefficient, centre, base }: Linear): string[] {
  return [constant(base), ...Array.from(coefficient, (c, i) => `${constant(c)} * (x${i} - ${constant(centre[i]!)})`)]
}

function isolationForest(state: IsolationForest): SqlModel {
  const scale = (state.start.length - 1) * averagePathLength(state.drawn)
  const trees = { ...state, threshold: state.threshold.map(float32Bound), value: pathLengths(state) }
  const ratio = (z: string) => (scale === 0 ? constant(1) : `${z} / ${constant(scale)}`)
  return { terms: treeExpressions(trees), formulas: [z => `power(${constant(2)}, -(${ratio(z)}))`] }
}

function gradientBoosting(state: GradientBoosting, texts: readonly (readonly string[] | undefined)[]): SqlModel {
  const trees = treeExpressions({
    ...state,
    categories(node) {
      if (state.category[node] !== 1) return undefined
      const text = texts[state.feature[node]!]
      const { values, whole } = categoriesLeft(state, node, text)
      return { values: text ? values.map(i => text[i]!) : values, whole }
    },
  })
  return { terms: [constant(state.base), ...trees], formulas: FORMULAS[scaleOf(state)] }
}

const FORMULAS = { 'log-odds': [logistic], logarithm: [exponential], risk: [] }

/** e^z; none where it is no double. PostgreSQL fails there, and where it is too small for one: from e^−708 on it is that. */
function exponential(z: string): string {
  return `CASE WHEN ${z} <= ${constant(Math.log(Number.MAX_VALUE))} THEN exp(greatest(${z}, ${constant(-708)})) END`
}

/** 1 / (1 + e^−z). PostgreSQL fails where an exponential is too small for a double. */
export function logistic(z: string): string {
  const small = `exp(-least(abs(${z}), ${constant(700)}))`
  const one = constant(1)
  return `CASE WHEN ${z} >= ${constant(0)} THEN ${one} / (${one} + ${small}) ELSE ${small} / (${one} + ${small}) END`
}

/** As src/math/probability.ts has it. */
export function probability(state: State): (z: string) => string {
  const given = state as unknown as {
    method: string
    slope: number
    intercept: number
    risk: Float64Array
    probability: Float64Array
  }
  if (given.method === 'sigmoid')
    return z => logistic(`(-(${constant(given.slope)} * ${z} + ${constant(given.intercept)}))`)
  const { risk: from, probability: to } = given
  const last = from.length - 1
  return z => {
    const steps = Array.from({ length: last }, (_, i) => {
      const steepness = (to[i + 1]! - to[i]!) / (from[i + 1]! - from[i]!)
      const along = `${constant(to[i]!)} + ${constant(steepness)} * (${z} - ${constant(from[i]!)})`
      return `WHEN ${z} < ${constant(from[i + 1]!)} THEN ${along}`
    })
    const known = [`WHEN ${z} <= ${constant(from[0]!)} THEN ${constant(to[0]!)}`, ...steps]
    return `CASE WHEN ${z} IS NULL THEN NULL ${known.join(' ')} ELSE ${constant(to[last]!)} END`
  }
}

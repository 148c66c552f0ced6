/** Which categories a node of boosted trees sends left, in terms of what stands in its column. */
import { CATEGORIES, sendsLeft } from '../kernels/boosted-nodes.ts'
import type { GradientBoosting } from '../models/gradient-boosting.ts'

export interface CategoriesLeft {
  /** Numbers of the column; of a text the places in its list of values. */
  readonly values: readonly number[]
  /** Only the whole part of the column counts. */
  readonly whole: boolean
}

/** @param text the values of a column that is a text */
export function categoriesLeft(
  state: GradientBoosting,
  node: number,
  text: readonly string[] | undefined,
): CategoriesLeft {
  const { levels, levelStart, feature } = state
  const column = feature[node]!
  const left = (code: number) => sendsLeft(state, node, code)
  const names = levels.slice(levelStart[column], levelStart[column + 1])
  const codes = (count: number) => Array.from({ length: count }, (_, code) => code)
  if (text)
    return { values: codes(text.length).filter(i => left(names.length ? names.indexOf(text[i]!) : i)), whole: false }
  if (names.length > 0)
    return {
      values: codes(names.length)
        .filter(left)
        .map(code => Number(names[code])),
      whole: false,
    }
  return { values: codes(CATEGORIES).filter(left), whole: true }
}

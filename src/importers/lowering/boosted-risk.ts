/** Sums of trees as the model gradient-boosting: for classes by their log-odds or by a softmax, for numbers as they are. */
import { float32Bound } from '../../math/float32.ts'
import type { LeafRisk } from '../program.ts'
import type { Skeleton } from '../sklearn/tree-structure.ts'
import type { PackedTrees, SourceTree } from '../trees.ts'
import { classified, combined } from './classes.ts'
import type { Input, Prediction } from './lowering.ts'

/** What a sum of trees is added to, and how it becomes a risk: see src/models/gradient-boosting.ts. */
export interface Sum {
  readonly trees: PackedTrees
  readonly base: number
}

/** Names of categories by their code; empty for columns without. */
export type Levels = readonly (readonly string[])[]

export interface BoostedInput extends Input {
  readonly takesMissing: boolean
  readonly levels?: Levels | undefined
}

/** A tree whose values are compared as float32, for a kernel that compares doubles. */
export const roundedTree = (tree: Skeleton, value: ArrayLike<number>): SourceTree => ({
  ...tree,
  value,
  threshold: tree.threshold.map(float32Bound),
})

/** @param factor what the sum is multiplied with: a power of two or −1 changes no digit */
export function boostedLeaf({ trees, base }: Sum, loss: string, input: BoostedInput, factor = 1): LeafRisk {
  const levels = input.levels ?? Array.from({ length: input.count }, () => [])
  const levelStart = new Int32Array(input.count + 1)
  for (const [c, names] of levels.entries()) levelStart[c + 1] = (levelStart[c] as number) + names.length
  const state = {
    ...trees,
    value: factor === 1 ? trees.value : trees.value.map(value => factor * value),
    columns: input.count,
    base: factor * base,
    loss,
    levels: levels.flat(),
    levelStart,
  }
  return { use: 'gradient-boosting', from: input.from, count: input.count, state, takesMissing: input.takesMissing }
}

/** A single sum is that of the second of two classes; its probability is σ(factor · sum). Several: softmax(factor · sums). */
export function boostedClasses(
  classes: readonly string[],
  sums: readonly Sum[],
  input: BoostedInput,
  factor = 1,
): Prediction {
  const sumOf = (index: number) => sums[index] as Sum
  if (sums.length > 1) {
    const each = (times: number) => (index: number) => boostedLeaf(sumOf(index), 'squared_error', input, times)
    return classified(classes, true, combined('softmax', classes, each(factor)), each(1))
  }
  const way = (chosen: number) => (chosen === 1 ? 1 : -1)
  return classified(
    classes,
    true,
    chosen => boostedLeaf(sumOf(0), 'log_loss', input, factor * way(chosen)),
    chosen => boostedLeaf(sumOf(0), 'squared_error', input, way(chosen)),
  )
}

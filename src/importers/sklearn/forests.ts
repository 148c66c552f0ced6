/** Decision trees and their means: RandomForest, ExtraTrees, single trees. */
import { classesOf, probabilities } from '../lowering/classes.ts'
import type { Input, LowerPredictor, Prediction } from '../lowering/lowering.ts'
import type { LeafRisk } from '../program.ts'
import { packTrees, type SourceTree } from '../trees.ts'
import { type Estimator, since } from './estimator.ts'
import { numbersOf, type Skeleton, sharesOf, skeletonOf, takesMissing, treesOf } from './tree-structure.ts'

interface Member {
  readonly estimator: Estimator
  readonly tree: Skeleton
}

/** The mean over the trees of one number a node. Both the library and our forests round what they compare to float32. */
function meanOf(name: string, input: Input, missing: boolean, trees: readonly SourceTree[]): LeafRisk {
  const packer = packTrees(input.count, name)
  for (const tree of trees) packer.add(tree)
  const { start, left, right, feature, threshold, missingLeft, value, cover } = packer.finish()
  return {
    use: 'random-forest',
    from: input.from,
    count: input.count,
    state: { columns: input.count, start, left, right, feature, threshold, missingLeft, value, cover },
    takesMissing: missing,
  }
}

/** @param picks the columns that the tree saw; all by default */
function memberOf(estimator: Estimator, picks?: readonly number[]): Member {
  const tree = skeletonOf(estimator)
  if (!picks) return { estimator, tree }
  const feature = tree.feature.map(column => (column < 0 ? column : (picks[column] ?? Number.NaN)))
  return { estimator, tree: { ...tree, feature } }
}

/** Forests pass missing values on to their trees since 1.4. */
const forestTakesMissing = (forest: Estimator, [first]: readonly Member[]): boolean =>
  since(forest, [1, 4]) && first !== undefined && takesMissing(first.estimator)

function classifier(forest: Estimator, members: readonly Member[], input: Input, missing: boolean): Prediction {
  const classes = classesOf(forest)
  const sharing = members.map(({ estimator, tree }) => ({ tree, shares: sharesOf(tree, classes.length, estimator) }))
  const riskOf = (chosen: number) =>
    meanOf(
      forest.name,
      input,
      missing,
      sharing.map(({ tree, shares }) => ({
        ...tree,
        value: Float64Array.from({ length: tree.nodes }, (_, node) => shares[node * classes.length + chosen] as number),
      })),
    )
  return probabilities(classes, riskOf)
}

function regressor(forest: Estimator, members: readonly Member[], input: Input, missing: boolean): Prediction {
  const trees = members.map(({ estimator, tree }) => ({ ...tree, value: numbersOf(tree, estimator) }))
  return { task: 'regress', risk: meanOf(forest.name, input, missing, trees) }
}

export const treeClassifier: LowerPredictor = (tree, input) =>
  classifier(tree, [memberOf(tree)], input, takesMissing(tree))

export const treeRegressor: LowerPredictor = (tree, input) =>
  regressor(tree, [memberOf(tree)], input, takesMissing(tree))

export const forestClassifier: LowerPredictor = (forest, input) => {
  const members = treesOf(forest).map(tree => memberOf(tree))
  return classifier(forest, members, input, forestTakesMissing(forest, members))
}

export const forestRegressor: LowerPredictor = (forest, input) => {
  const members = treesOf(forest).map(tree => memberOf(tree))
  return regressor(forest, members, input, forestTakesMissing(forest, members))
}

/** A bag of trees, each of which saw columns of its own. It leaves missing values to the trees. */
export function meanOfTrees(
  bag: Estimator,
  trees: readonly Estimator[],
  input: Input,
  picks: readonly (readonly number[])[],
): Prediction {
  const members = trees.map((tree, t) => memberOf(tree, picks[t]))
  const missing = trees.every(takesMissing)
  return (trees[0]?.name.endsWith('Classifier') ? classifier : regressor)(bag, members, input, missing)
}

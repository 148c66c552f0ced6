/**
 * AdaBoostClassifier over decision trees: what each tree says of a row is a number in its leaf, so the whole is a sum of
 * trees. Of two classes p = σ(decision), of K softmax(decision / (K − 1)).
 */
import { boostedClasses, roundedTree } from '../lowering/boosted-risk.ts'
import { classesOf } from '../lowering/classes.ts'
import type { LowerPredictor } from '../lowering/lowering.ts'
import { Refusal } from '../refusal.ts'
import { packTrees } from '../trees.ts'
import { type Estimator, since } from './estimator.ts'
import { type Skeleton, sharesOf, skeletonOf, treesOf } from './tree-structure.ts'

export const adaBoostClassifier: LowerPredictor = (estimator, input) => {
  const classes = classesOf(estimator)
  if (estimator.text('algorithm', 'SAMME') === 'SAMME' && !since(estimator, [0, 22]))
    throw new Refusal(
      'unsupported',
      `${estimator.name} by SAMME was saved by a version before 0.22, whose probabilities and decisions were two formulas`,
      'Save it with a newer scikit-learn.',
    )
  const count = classes.length
  const members = treesOf(estimator)
  const { values: weights } = estimator.array('estimator_weights_', [-1])
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  if (weights.length < members.length || !(total > 0))
    throw new Refusal('damaged', `${estimator.name} has ${members.length} trees with the weight ${total} together`)
  const scored = members.map((member, t) => {
    const tree = skeletonOf(member)
    const scores = scoresOf(estimator, member, tree, count, (weights[t] as number) / total)
    return { tree, at: (node: number, k: number) => scores[node * count + k] as number }
  })
  const grove = (sumOf: (at: (node: number, k: number) => number, node: number) => number) => {
    const packer = packTrees(input.count, estimator.name)
    for (const { tree, at } of scored)
      packer.add(
        roundedTree(
          tree,
          Float64Array.from({ length: tree.nodes }, (_, node) => sumOf(at, node)),
        ),
      )
    return { trees: packer.finish(), base: 0 }
  }
  const sums =
    count === 2
      ? [grove((at, node) => at(node, 1) - at(node, 0))]
      : classes.map((_, k) => grove((at, node) => at(node, k)))
  // The ensemble itself checks its input, and takes no missing values.
  return boostedClasses(classes, sums, { ...input, takesMissing: false }, count === 2 ? 1 : 1 / (count - 1))
}

/** For each node what it says of each class, times the weight of the tree. */
function scoresOf(ensemble: Estimator, member: Estimator, tree: Skeleton, classes: number, weight: number) {
  const shares = sharesOf(tree, classes, member)
  const score = ensemble.text('algorithm', 'SAMME') === 'SAMME.R' ? realScores : votes(since(ensemble, [1, 3, 1]))
  const scores = new Float64Array(tree.nodes * classes)
  for (let from = 0; from < scores.length; from += classes) {
    const found = score(shares.subarray(from, from + classes))
    for (const [k, value] of found.entries()) scores[from + k] = weight * value
  }
  return scores
}

type Scores = (shares: Float64Array) => readonly number[]

/** SAMME: the class with most of the leaf, the first of equals, gets 1; from 1.3.1 on the others lose what it gets. */
const votes =
  (others: boolean): Scores =>
  shares => {
    const most = shares.indexOf(Math.max(...shares))
    return Array.from(shares, (_, k) => (k === most ? 1 : others ? -1 / (shares.length - 1) : 0))
  }

/** SAMME.R, gone since 1.6. */
const realScores: Scores = shares => {
  const logs = Array.from(shares, share => Math.log(Math.max(share, Number.EPSILON)))
  const mean = logs.reduce((sum, log) => sum + log, 0) / logs.length
  return logs.map(log => (logs.length - 1) * (log - mean))
}

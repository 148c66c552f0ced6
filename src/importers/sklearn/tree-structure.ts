/**
 * A fitted tree of scikit-learn's: `tree_`, an object of its Cython class `Tree` with the nodes as an array of structs
 * and the values as an array (nodes × outputs × classes). Its thresholds are doubles, compared with values that were
 * rounded to float32.
 */
import { arrayOf, type NumpyArray, numberOf } from '../numpy/array.ts'
import { type DictNode, entry, isNode, type Value } from '../pickle/nodes.ts'
import { Refusal, severalOutputs } from '../refusal.ts'
import type { SourceTree } from '../trees.ts'
import { type Estimator, estimatorOf, since, wordFor } from './estimator.ts'

/** Every part of {@link SourceTree} but what a leaf says. */
export interface Skeleton extends Omit<SourceTree, 'value'> {
  readonly feature: Float64Array
  readonly threshold: Float64Array
  /** Training rows in each node. */
  readonly samples: Float64Array
  /** One number a node, or one for each class: row after row. */
  readonly values: Float64Array
  /** Numbers a node in `values`. */
  readonly width: number
}

/** @param estimator a decision tree
 * @throws Refusal for a damaged tree, or one that predicts several outputs */
export function skeletonOf(estimator: Estimator): Skeleton {
  const state = stateOf(estimator)
  const nodes = arrayIn(state, 'nodes')
  const values = arrayIn(state, 'values')
  const field = (name: string) => {
    const found = nodes.field(name)
    if (found) return found
    throw damaged(estimator, `its nodes have no ${name}`)
  }
  const count = numberOf(entry(state, 'node_count') ?? null) ?? Number.NaN
  const [rows, outputs, width] = values.shape
  if (values.shape.length !== 3 || rows === undefined || outputs === undefined || width === undefined || width < 1)
    throw damaged(estimator, `its values have the shape (${values.shape.join(', ')})`)
  if (outputs !== 1) throw severalOutputs(estimator.name, outputs)
  if (!(Number.isSafeInteger(count) && count >= 1 && count <= rows && rows === nodes.shape[0]))
    throw damaged(estimator, `it has ${count} nodes in ${nodes.shape[0]}, and values of ${rows}`)
  return {
    nodes: count,
    left: field('left_child'),
    right: field('right_child'),
    feature: field('feature'),
    threshold: field('threshold'),
    // Since 1.3; before, a missing value was an error.
    missingLeft: nodes.field('missing_go_to_left'),
    samples: field('n_node_samples'),
    cover: field('weighted_n_node_samples'),
    values: values.numbers(),
    width,
  }
}

function stateOf(estimator: Estimator): DictNode {
  const tree = estimator.raw('tree_')
  if (tree === undefined)
    throw new Refusal(
      'unsupported',
      `${estimator.name} has no tree_: it was not fitted before it was saved`,
      'Save it after fit().',
    )
  if (isNode(tree, 'object') && tree.callee.name === 'Tree' && isNode(tree.state, 'dict')) return tree.state
  throw damaged(estimator, `its tree_ is ${wordFor(tree)}, expected an object of Tree with a state`)
}

function arrayIn(state: DictNode, name: string): NumpyArray {
  const value = entry(state, name)
  const array = value === undefined ? undefined : arrayOf(value)
  if (array) return array
  throw new Refusal('damaged', `a tree has ${wordFor(value)} as its ${name}, expected an array`)
}

const damaged = ({ name }: Estimator, found: string) => new Refusal('damaged', `${name}: ${found}`)

/** The fitted trees of an ensemble, in their order.
 * @throws Refusal where there is none, or another estimator among them */
export function treesOf(ensemble: Estimator, values: readonly Value[] = ensemble.list('estimators_')): Estimator[] {
  if (values.length === 0) throw new Refusal('unsupported', `${ensemble.name} has no trees`)
  return values.map(value => {
    const member = estimatorOf(value, ensemble)
    if (isTree(member)) return member
    throw new Refusal('unsupported', `${ensemble.name} has a member ${member.name}, expected decision trees`)
  })
}

export const isTree = ({ name }: Pick<Estimator, 'name'>): boolean =>
  /^(DecisionTree|ExtraTree)(Classifier|Regressor)$/.test(name)

/** Checked: a regressor's one number a node. */
export function numbersOf(tree: Skeleton, estimator: Estimator): Float64Array {
  if (tree.width === 1) return tree.values
  throw damaged(estimator, `it has ${tree.width} numbers a leaf, expected one`)
}

/**
 * The share of each class in every node, row after row. Values were counts before 1.4, and are shares since; what adds up
 * to 1 is left to the last bit as it is.
 */
export function sharesOf(tree: Skeleton, classes: number, estimator: Estimator): Float64Array {
  const { values, width } = tree
  if (width !== classes) throw damaged(estimator, `it has ${width} numbers a leaf for ${classes} classes`)
  const shares = values.slice()
  for (let from = 0; from < shares.length; from += width) {
    let sum = 0
    for (let k = from; k < from + width; k++) sum += shares[k]!
    if (sum === 0 || Math.abs(sum - 1) < 1e-12) continue
    for (let k = from; k < from + width; k++) shares[k]! /= sum
  }
  return shares
}

const CRITERIA: ReadonlySet<string> = new Set([
  'gini',
  'log_loss',
  'entropy',
  'squared_error',
  'friedman_mse',
  'poisson',
])

/** Whether the library lets missing values into the tree: since 1.3, trees of random cuts since 1.6. Others raise. */
export function takesMissing(tree: Estimator): boolean {
  const free = tree.raw('monotonic_cst') ?? null
  const random = tree.raw('splitter') === 'random'
  return since(tree, random ? [1, 6] : [1, 3]) && free === null && CRITERIA.has(tree.text('criterion', ''))
}

/**
 * Forests as one TreeEnsembleRegressor. Its sums are float32 whatever goes in, so it is asked for something that float32
 * holds exactly: the number of the leaf in each tree. The leaves' values are then looked up and added as doubles.
 */
import { WORDS } from '../../kernels/boosted-nodes.ts'
import { float32Bound } from '../../math/float32.ts'
import { scaleOf } from '../../models/boosting-state.ts'
import type { GradientBoosting } from '../../models/gradient-boosting.ts'
import { averagePathLength, type IsolationForest, pathLengths } from '../../models/isolation-forest.ts'
import type { RandomForest } from '../../models/random-forest.ts'
import { categoriesLeft } from '../categories.ts'
import type { Nodes } from '../nodes.ts'
import { logistic } from './formulas.ts'
import type { Graph, Value } from './graph.ts'

export function isolationForest(g: Graph, x: Value, state: IsolationForest): Value {
  const trees = state.start.length - 1
  const scale = trees * averagePathLength(state.drawn)
  const sum = leafSum(g, x, { ...state, threshold: state.threshold.map(float32Bound), value: pathLengths(state) })
  if (scale === 0) return g.apply('Add', [g.apply('Mul', [sum, 0]), 0.5])
  return g.apply('Pow', [2, g.apply('Neg', [g.apply('Div', [sum, scale])])])
}

export function randomForest(g: Graph, x: Value, state: RandomForest): Value {
  const sum = leafSum(g, x, { ...state, threshold: state.threshold.map(float32Bound) })
  return g.apply('Div', [sum, state.start.length - 1])
}

/** @param texts of each column that is a text: its values, by the codes that stand in `x`; −1 is any other text */
export function gradientBoosting(
  g: Graph,
  x: Value,
  state: GradientBoosting,
  texts: readonly (readonly string[] | undefined)[],
): Value {
  const { table, feature, threshold } = withMemberships(g, x, state, texts)
  const sum = g.apply('Add', [leafSum(g, table, { ...state, feature, threshold }), state.base])
  const scale = scaleOf(state)
  if (scale === 'log-odds') return logistic(g, sum)
  return scale === 'logarithm' ? g.apply('Exp', [sum]) : sum
}

function leafSum(g: Graph, x: Value, trees: Nodes): Value {
  const { start, left, right } = trees
  const count = start.length - 1
  const nodes = left.length
  const tree = new Int32Array(nodes)
  const place = new Int32Array(nodes)
  const leaves: number[] = []
  const offset: number[] = []
  const number: number[] = []
  for (let t = 0; t < count; t++) {
    offset.push(leaves.length)
    for (let node = start[t]!; node < start[t + 1]!; node++) {
      tree[node] = t
      place[node] = node - start[t]!
      if (left[node]! >= 0) continue
      number.push(leaves.length - offset[t]!)
      leaves.push(node)
    }
  }
  const inner = (node: number) => left[node]! >= 0
  const each = (of: (node: number) => number) => Int32Array.from({ length: nodes }, (_, node) => of(node))
  const places = g.apply(
    'TreeEnsembleRegressor',
    [x],
    {
      n_targets: count,
      aggregate_function: 'SUM',
      post_transform: 'NONE',
      nodes_treeids: tree,
      nodes_nodeids: place,
      nodes_featureids: each(node => (inner(node) ? trees.feature[node]! : 0)),
      nodes_modes: Array.from(left, child => (child >= 0 ? 'BRANCH_LEQ' : 'LEAF')),
      nodes_values_as_tensor: Float64Array.from(left, (child, node) => (child >= 0 ? trees.threshold[node]! : 0)),
      nodes_truenodeids: each(node => Math.max(0, left[node]!)),
      nodes_falsenodeids: each(node => Math.max(0, right[node]!)),
      nodes_missing_value_tracks_true: each(node => (inner(node) ? trees.missingLeft[node]! : 0)),
      target_treeids: Int32Array.from(leaves, node => tree[node]!),
      target_nodeids: Int32Array.from(leaves, node => place[node]!),
      target_ids: Int32Array.from(leaves, node => tree[node]!),
      target_weights_as_tensor: Float64Array.from(number),
    },
    'ai.onnx.ml',
  )
  const at = g.apply('Add', [g.apply('Cast', [places], { to: INT64 }), g.integers(offset)])
  const values = g.apply('Gather', [
    g.doubles(
      leaves.map(node => trees.value[node]!),
      [leaves.length],
    ),
    at,
  ])
  return g.apply('ReduceSum', [values, g.integers([1])])
}

const INT64 = 7
const DOUBLE = 11

/** A node that asks for categories becomes one that asks for a column of its own: 0 where the row's category goes left,
 * else 1. */
function withMemberships(
  g: Graph,
  x: Value,
  state: GradientBoosting,
  texts: readonly (readonly string[] | undefined)[],
) {
  const sets = new Map<string, number>()
  const feature = Int32Array.from(state.feature)
  const threshold = Float64Array.from(state.threshold)
  const parts = [x]
  for (let node = 0; node < feature.length; node++) {
    if (state.left[node]! < 0 || state.category[node] !== 1) continue
    const column = feature[node]!
    const words = state.bitset.subarray(threshold[node]!, threshold[node]! + WORDS)
    const key = `${column} ${words.join(' ')}`
    const place = sets.get(key) ?? sets.size
    if (place === sets.size) parts.push(outside(g, x, column, categoriesLeft(state, node, texts[column])))
    sets.set(key, place)
    feature[node] = state.columns + place
    threshold[node] = 0.5
  }
  return { table: parts.length === 1 ? x : g.apply('Concat', parts, { axis: 1 }), feature, threshold }
}

/** 0 where the column has one of the values, else 1. @param whole: only the whole part of the column counts */
function outside(
  g: Graph,
  x: Value,
  column: number,
  { values, whole }: { values: readonly number[]; whole: boolean },
): Value {
  const own = g.apply('Gather', [x, g.integers([column])], { axis: 1 })
  const value = whole ? g.apply('Floor', [own]) : own
  const equal = g.apply('Equal', [value, g.doubles(values.length > 0 ? values : [Number.NaN])])
  return g.apply('Sub', [1, g.apply('ReduceSum', [g.apply('Cast', [equal], { to: DOUBLE }), g.integers([1])])])
}

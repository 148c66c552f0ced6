/** Tree after tree, each on what the ones before left wrong, and the trees as flat arrays. */
import type { Histograms } from '../kernels/histogram.ts'
import type { Random } from '../math/random.ts'
import { type GrownNode, treeGrower } from './boosted-trees.ts'
import type { BoostingTable } from './boosting-table.ts'
import { type Loss, weightedQuantile } from './losses.ts'

export interface RoundsPlan {
  readonly trees: number
  readonly learningRate: number
  readonly maxLeaves: number
  readonly maxDepth: number
  readonly leastRows: number
  readonly l2: number
  /** Share of the rows, and of the columns, that a tree sees. */
  readonly subsample: number
  readonly columnShare: number
  readonly directions: Int32Array | undefined
  /** Rows learning … rows − 1 of the table only judge; Infinity: all learn. */
  readonly learning: number
  /** Trees without a gain of more than `tolerance` on the rows that judge, after which it stops. */
  readonly patience: number
  readonly tolerance: number
  readonly random: Random
}

/** As the state of gradient-boosting.ts holds them. */
export interface BoostedArrays {
  start: Int32Array
  left: Int32Array
  right: Int32Array
  feature: Int32Array
  threshold: Float64Array
  missingLeft: Uint8Array
  value: Float64Array
  cover: Float64Array
  category: Uint8Array
  bitset: Uint32Array
}

/** Second derivatives on a side of a cut, at least; scikit-learn's and LightGBM's number, for rows of mean weight 1. */
const LEAST_HESSIAN = 1e-3

/** Boosts from the raw prediction `base`; targets and weights are those that `table.histograms` holds. */
export function boost(table: BoostingTable, loss: Loss, base: number, plan: RoundsPlan): BoostedArrays {
  const { histograms: h } = table
  const learning = Math.min(plan.learning, h.rows)
  let meanWeight = 0
  for (let row = 0; row < learning; row++) meanWeight += h.weight[row]! / learning
  const grow = treeGrower(h, { ...plan, ...table, leastHessian: LEAST_HESSIAN * meanWeight })
  h.raw.fill(base)
  const draw = drawer(h, learning, table.edges.length, plan)
  const judge = judgeOf(h, loss, learning, plan)
  const forest = createForest(table)
  const drawn = plan.subsample < 1 || plan.columnShare < 1
  for (let t = 0; t < plan.trees; t++) {
    loss.slopes(h)
    const scale = h.setPairs()
    const { columns, rows } = draw(t)
    const nodes = grow(columns, rows, scale)
    if (nodes.length === 1) {
      // The best constant is the base; without chance in the game no later tree finds another cut.
      if (drawn) continue
      break
    }
    const value = nodeValues(nodes, h, loss, plan)
    for (const [i, { left, from, to, restFrom, restTo }] of nodes.entries()) {
      value[i]! *= plan.learningRate
      if (left >= 0) continue
      h.raise(from, to, value[i]!)
      h.raise(restFrom, restTo, value[i]!)
    }
    forest.add(nodes, value)
    if (judge(forest.trees())) break
  }
  return forest.arrays(learning < h.rows ? judge.best() : Infinity, learning)
}

/** Rows and columns of tree t: a stream of its own, so that a tree does not change with what earlier ones drew. */
function drawer(
  h: Histograms,
  learning: number,
  columnCount: number,
  plan: RoundsPlan,
): (t: number) => { columns: Int32Array; rows: number } {
  const everyRow = Int32Array.from({ length: h.rows }, (_, row) => row)
  const everyColumn = Int32Array.from({ length: columnCount }, (_, c) => c)
  const columnsDrawn = Math.max(1, Math.round(plan.columnShare * columnCount))
  const rows = Math.max(1, Math.round(plan.subsample * learning))
  const inTree = new Uint8Array(h.rows)
  return t => {
    const random = plan.random.fork(t)
    const columns = columnsDrawn < columnCount ? random.sample(columnCount, columnsDrawn).sort() : everyColumn
    if (rows === learning) {
      h.order.set(everyRow)
      return { columns, rows }
    }
    const bag = random.sample(learning, rows).sort()
    h.order.set(bag)
    inTree.fill(0)
    for (const row of bag) inTree[row] = 1
    for (let row = 0, at = rows; row < h.rows; row++) if (inTree[row] === 0) h.order[at++] = row
    return { columns, rows }
  }
}

interface Judge {
  /** True when it is time to stop. */
  (trees: number): boolean
  /** How many trees did best. */
  best(): number
}

function judgeOf({ raw, y, weight }: Histograms, loss: Loss, learning: number, plan: RoundsPlan): Judge {
  const lossNow = (): number => {
    let [sum, all] = [0, 0]
    for (let row = learning; row < raw.length; row++) {
      all += weight[row]!
      sum += weight[row]! * loss.at(raw[row]!, y[row]!)
    }
    return sum / all
  }
  if (learning === raw.length) return Object.assign(() => false, { best: () => Infinity })
  let best = { trees: 0, loss: lossNow() }
  let rounds = 0
  const judge = (trees: number): boolean => {
    rounds++
    const now = lossNow()
    if (now < best.loss - plan.tolerance) {
      best = { trees, loss: now }
      rounds = 0
    }
    return rounds >= plan.patience
  }
  return Object.assign(judge, { best: () => best.trees })
}

/** What each leaf says (entries of inner nodes are not to be used), from exact sums over its rows. */
function nodeValues(nodes: readonly GrownNode[], h: Histograms, loss: Loss, plan: RoundsPlan): Float64Array {
  const value =
    loss.ofResiduals === undefined ? newton(nodes, h, plan.l2) : residualQuantiles(nodes, h, loss.ofResiduals, plan)
  if (plan.directions) bound(nodes, value, plan.directions)
  return value
}

function newton(nodes: readonly GrownNode[], h: Histograms, l2: number): Float64Array {
  const gradient = new Float64Array(nodes.length)
  const hessian = new Float64Array(nodes.length)
  for (let i = nodes.length - 1; i >= 0; i--) {
    const { left, right, from, to } = nodes[i]!
    const sums = left < 0 ? h.slopes(from, to) : undefined
    gradient[i] = sums?.gradient ?? gradient[left]! + gradient[right]!
    hessian[i] = sums?.hessian ?? hessian[left]! + hessian[right]!
  }
  return gradient.map((g, i) => (hessian[i]! + l2 > 0 ? -g / (hessian[i]! + l2) : 0))
}

/** Of inner nodes only where a direction will ask for it. */
function residualQuantiles(nodes: readonly GrownNode[], h: Histograms, q: number, plan: RoundsPlan): Float64Array {
  const { order, raw, y, weight } = h
  return Float64Array.from(nodes, ({ left, from, to }) => {
    if (left >= 0 && plan.directions === undefined) return 0
    const residual = new Float64Array(to - from)
    const own = new Float64Array(to - from)
    for (let at = from; at < to; at++) {
      const row = order[at]!
      residual[at - from] = y[row]! - raw[row]!
      own[at - from] = weight[row]!
    }
    return weightedQuantile(residual, own, q)
  })
}

/** Keeps everything below the one side of a monotone cut under the value midway between its sides, and the rest above. */
function bound(nodes: readonly GrownNode[], value: Float64Array, directions: Int32Array): void {
  const lowest = new Float64Array(nodes.length).fill(-Infinity)
  const highest = new Float64Array(nodes.length).fill(Infinity)
  for (const [i, { left, right, column }] of nodes.entries()) {
    if (left < 0) continue
    for (const child of [left, right]) {
      lowest[child] = lowest[i]!
      highest[child] = highest[i]!
      value[child] = Math.max(lowest[i]!, Math.min(highest[i]!, value[child]!))
    }
    const direction = directions[column]!
    if (direction === 0) continue
    const middle = value[left]! / 2 + value[right]! / 2
    const [below, above] = direction > 0 ? [left, right] : [right, left]
    highest[below] = middle
    lowest[above] = middle
    value[below] = Math.min(middle, value[below]!)
    value[above] = Math.max(middle, value[above]!)
  }
}

interface Forest {
  add(nodes: readonly GrownNode[], value: Float64Array): void
  trees(): number
  /** The first `most` trees; at least one: a leaf that says nothing, if there is none. */
  arrays(most: number, learning: number): BoostedArrays
}

const WORDS = 8

function createForest({ histograms: h, edges, categories }: BoostingTable): Forest {
  const trees: BoostedArrays[] = []
  const oneTree = (nodes: readonly GrownNode[], value: Float64Array, cover: Float64Array): BoostedArrays => {
    const bitset: number[] = []
    const threshold = nodes.map(({ left, column, bin, subset }) => {
      if (left < 0) return 0
      if (subset === undefined) return edges[column]![bin] ?? Infinity
      const first = bitset.length
      bitset.push(...wordsOf(subset, categories[column]!))
      return first
    })
    return {
      start: Int32Array.of(0, nodes.length),
      left: Int32Array.from(nodes, node => node.left),
      right: Int32Array.from(nodes, node => node.right),
      feature: Int32Array.from(nodes, node => node.column),
      threshold: Float64Array.from(threshold),
      missingLeft: Uint8Array.from(nodes, node => Number(node.missingLeft)),
      value: value.map((v, i) => (nodes[i]!.left < 0 ? v : 0)),
      cover,
      category: Uint8Array.from(nodes, node => Number(node.subset !== undefined)),
      bitset: Uint32Array.from(bitset),
    }
  }
  /** Rows of weight 1 need only be counted. */
  const even = h.weight.every(weight => weight === 1)
  const weightOf = (from: number, to: number): number => {
    if (even) return to - from
    const { order, weight } = h
    let sum = 0
    for (let at = from; at < to; at++) sum += weight[order[at]!]!
    return sum
  }
  return {
    add(nodes, value) {
      const cover = new Float64Array(nodes.length)
      for (let i = nodes.length - 1; i >= 0; i--) {
        const { left, right, from, to } = nodes[i]!
        cover[i] = left >= 0 ? cover[left]! + cover[right]! : weightOf(from, to)
      }
      trees.push(oneTree(nodes, value, cover))
    },
    trees: () => trees.length,
    arrays(most, learning) {
      const kept = trees.slice(0, most)
      if (kept.length === 0) {
        const leaf = { left: -1, right: -1, column: -1, bin: -1, subset: undefined, missingLeft: false }
        h.order.forEach((_, row) => {
          h.order[row] = row
        })
        const node = { ...leaf, from: 0, to: learning, restFrom: 0, restTo: 0 }
        kept.push(oneTree([node], new Float64Array(1), Float64Array.of(weightOf(0, learning))))
      }
      return concat(kept)
    },
  }
}

function wordsOf(subset: Uint8Array, categories: number): Uint32Array {
  const words = new Uint32Array(WORDS)
  for (let code = 0; code < categories; code++) if (subset[code] === 1) words[code >> 5]! |= 1 << (code & 31)
  return words
}

function concat(trees: readonly BoostedArrays[]): BoostedArrays {
  const nodes = trees.reduce((sum, tree) => sum + tree.left.length, 0)
  const words = trees.reduce((sum, tree) => sum + tree.bitset.length, 0)
  const all: BoostedArrays = {
    start: new Int32Array(trees.length + 1),
    left: new Int32Array(nodes),
    right: new Int32Array(nodes),
    feature: new Int32Array(nodes),
    threshold: new Float64Array(nodes),
    missingLeft: new Uint8Array(nodes),
    value: new Float64Array(nodes),
    cover: new Float64Array(nodes),
    category: new Uint8Array(nodes),
    bitset: new Uint32Array(words),
  }
  let [node, word] = [0, 0]
  for (const [t, tree] of trees.entries()) {
    for (const name of ['left', 'right', 'feature', 'missingLeft', 'value', 'cover', 'category'] as const)
      all[name].set(tree[name], node)
    all.threshold.set(
      tree.threshold.map((threshold, i) => (tree.category[i] === 1 ? threshold + word : threshold)),
      node,
    )
    all.bitset.set(tree.bitset, word)
    node += tree.left.length
    word += tree.bitset.length
    all.start[t + 1] = node
  }
  return all
}

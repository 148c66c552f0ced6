/** Growing trees of decisions on binned columns, depth first, as scikit-learn's trees grow on values. */
import { Failure } from '../errors.ts'
import type { Random } from '../math/random.ts'
import { type BinnedColumn, MISSING, thresholdBetween } from './binned-columns.ts'
import type { Cut, Rows, SplitSearch } from './split-search.ts'
import type { Structure } from './tree-state.ts'

export type DecisionTrees = { [name in keyof Structure]: Structure[name] } & {
  /** The mean label of the training rows in a node. */
  value: Float64Array
  /** Their weight. */
  cover: Float64Array
}

export interface Limits {
  readonly deepest: number
  /** Fewer rows than this are not cut. */
  readonly leastToCut: number
  /** Columns tried at a node; more only where all of these hold one value. */
  readonly columns: number
}

export interface Grove {
  /** Grows the next tree from the rows of `order` (which it sorts into leaves). */
  grow(rows: Rows, random: Random): void
  finish(): DecisionTrees
}

/** 37 bytes each: beyond that a model takes more than 2 GB. */
const MAX_NODES = 50_000_000

const LEAF = -1
const NOTHING = -2

/** `labels` is what `weighted` is the weight's product with; nodes in which it does not vary are leaves. */
export function plantGrove(
  columns: readonly BinnedColumn[],
  labels: Float64Array,
  search: SplitSearch,
  limits: Limits,
): Grove {
  const starts = [0]
  let nodes = createNodes(1024)
  let count = 0
  const features = Int32Array.from(columns, (_, c) => c)
  const moved = new Int32Array(labels.length)
  const cut: Cut = { gain: 0, column: 0, bin: 0, next: 0, missingLeft: false }

  const add = (): number => {
    if (count === nodes.left.length) {
      if (count >= MAX_NODES) throw tooManyNodes()
      nodes = resized(nodes, Math.min(2 * count, MAX_NODES))
    }
    nodes.left[count] = LEAF
    nodes.right[count] = LEAF
    nodes.feature[count] = NOTHING
    nodes.threshold[count] = NOTHING
    return count++
  }

  const bestCut = (rows: Rows, from: number, to: number, random: Random): boolean => {
    cut.gain = Number.NEGATIVE_INFINITY
    let varying = false
    for (let tried = 0; tried < features.length && (tried < limits.columns || !varying); tried++) {
      const drawn = tried + random.integer(features.length - tried)
      const column = features[drawn]!
      features[drawn] = features[tried]!
      features[tried] = column
      if (search(column, columns[column]!, rows, from, to, cut)) varying = true
    }
    return cut.gain > Number.NEGATIVE_INFINITY
  }

  return {
    grow(rows, random) {
      const root = count
      for (let c = 0; c < features.length; c++) features[c] = c
      const pending: Pending[] = [{ from: 0, to: rows.order.length, depth: 0, parent: -1, isLeft: false }]
      for (let part = pending.pop(); part !== undefined; part = pending.pop()) {
        const { from, to, depth, parent, isLeft } = part
        const node = add()
        if (parent >= 0) (isLeft ? nodes.left : nodes.right)[parent] = node - root
        const pure = weigh(rows, labels, from, to, nodes, node)
        if (pure || depth >= limits.deepest || to - from < limits.leastToCut) continue
        if (!bestCut(rows, from, to, random)) continue
        const { column, bin, next, missingLeft } = cut
        const middle = partition(rows.order, columns[column]!.codes, bin, missingLeft, from, to, moved)
        nodes.feature[node] = column
        nodes.threshold[node] = next === MISSING ? Infinity : thresholdBetween(columns[column]!, bin, next)
        nodes.missingLeft[node] = Number(missingLeft)
        // The left part is taken out first: a tree's nodes stand in the order of a walk from left to right.
        pending.push({ from: middle, to, depth: depth + 1, parent: node, isLeft: false })
        pending.push({ from, to: middle, depth: depth + 1, parent: node, isLeft: true })
      }
      starts.push(count)
    },
    finish: () => ({ start: Int32Array.from(starts), ...resized(nodes, count) }),
  }
}

/** Rows that are to become a node, and the node that they hang from. A stack of them: trees may be as deep as rows are many. */
interface Pending {
  readonly from: number
  readonly to: number
  readonly depth: number
  readonly parent: number
  readonly isLeft: boolean
}

type Nodes = Omit<DecisionTrees, 'start'>

function createNodes(size: number): Nodes {
  return {
    left: new Int32Array(size),
    right: new Int32Array(size),
    feature: new Int32Array(size),
    threshold: new Float64Array(size),
    missingLeft: new Uint8Array(size),
    value: new Float64Array(size),
    cover: new Float64Array(size),
  }
}

function resized(nodes: Nodes, size: number): Nodes {
  const copy = createNodes(size)
  for (const name of Object.keys(nodes) as (keyof Nodes)[])
    copy[name].set(nodes[name].subarray(0, Math.min(size, nodes.left.length)))
  return copy
}

/** Writes weight and mean of a node; true when all its labels are one. */
function weigh(rows: Rows, labels: Float64Array, from: number, to: number, nodes: Nodes, node: number): boolean {
  const first = labels[rows.order[from]!]!
  let weight = 0
  let weighted = 0
  let pure = true
  for (let i = from; i < to; i++) {
    const row = rows.order[i]!
    weight += rows.weight[row]!
    weighted += rows.weighted[row]!
    if (labels[row] !== first) pure = false
  }
  nodes.cover[node] = weight
  nodes.value[node] = pure ? first : weighted / weight
  return pure
}

/** Brings what goes left to the front, both sides in the order they had: neighbours in the table stay neighbours. */
function partition(
  order: Int32Array,
  codes: Uint8Array,
  bin: number,
  missingLeft: boolean,
  from: number,
  to: number,
  moved: Int32Array,
): number {
  let left = from
  let right = 0
  for (let i = from; i < to; i++) {
    const row = order[i]!
    const code = codes[row]!
    if (code <= bin || (missingLeft && code === MISSING)) order[left++] = row
    else moved[right++] = row
  }
  order.set(moved.subarray(0, right), left)
  return left
}

function tooManyNodes(): Failure {
  return new Failure('RECIPE_INVALID', {
    report: `model: the trees have more than ${MAX_NODES} nodes together`,
    hint: 'Give max_depth or min_samples_leaf, a smaller max_samples, or fewer trees.',
  })
}

/** Growing isolation trees. Only the drawn rows are read, so the time depends on trees × ψ log ψ, not on the table. */
import type { Trees } from '../kernels/forest.ts'
import type { Random } from '../math/random.ts'
import { weightedSample } from '../math/weighted-sample.ts'
import type { Training } from './model.ts'

export type IsolationTrees = {
  [name in Exclude<keyof Trees, 'value'>]: Trees[name]
} & {
  /** Different training rows in a node. */
  samples: Int32Array
}

interface Plan {
  readonly trees: number
  /** Rows and columns drawn for each tree. */
  readonly drawn: number
  readonly columns: number
  readonly replace: boolean
  readonly random: Random
}

/** As `ExtraTreeRegressor(max_features=1, splitter='random')` grows them for scikit-learn's forest: the drawn rows, each
 * once, are cut at random in a random column that is not constant among them, down to depth ⌈log2 ψ⌉. One difference:
 * scikit-learn takes a column for constant when it spans under 1e-7, whatever its unit; here only when it spans 0. */
export function growTrees(x: readonly Float64Array[], training: Training, plan: Plan): IsolationTrees {
  const nodes = createNodes(plan.trees * Math.min(2 * plan.drawn, 4096))
  const start = new Int32Array(plan.trees + 1)
  const drawRows = rowSource(training, plan)
  const depth = 32 - Math.clz32(Math.max(plan.drawn, 2) - 1)
  const grow = treeGrower(x, nodes, plan.drawn)
  for (let t = 0; t < plan.trees; t++) {
    // A stream of its own: a tree does not change when an earlier one takes more draws.
    const random = plan.random.fork(t)
    const features =
      plan.columns === x.length ? Int32Array.from(x, (_, i) => i) : random.sample(x.length, plan.columns).sort()
    grow(random, features, drawRows(random), depth)
    start[t + 1] = nodes.count
  }
  const { feature, threshold, left, right, missingLeft, samples } = nodes.arrays
  const end = nodes.count
  return {
    start,
    feature: feature.slice(0, end),
    threshold: threshold.slice(0, end),
    left: left.slice(0, end),
    right: right.slice(0, end),
    missingLeft: missingLeft.slice(0, end),
    samples: samples.slice(0, end),
  }
}

/** Different rows in random order, in proportion to their weights where these differ. */
function rowSource({ x, weight }: Training, { drawn, replace }: Plan): (random: Random) => Int32Array {
  let even = true
  for (let i = 1; i < x.rows; i++) even &&= weight[i] === weight[0]
  if (!even) {
    const sample = weightedSample(weight.subarray(0, x.rows))
    return random => Int32Array.from(new Set(sample(random, drawn, replace)))
  }
  if (!replace) return random => random.sample(x.rows, drawn)
  return random => Int32Array.from(new Set(Int32Array.from({ length: drawn }, () => random.integer(x.rows))))
}

interface NodeArrays {
  feature: Int32Array
  threshold: Float64Array
  left: Int32Array
  right: Int32Array
  missingLeft: Uint8Array
  samples: Int32Array
}

interface Nodes {
  arrays: NodeArrays
  count: number
}

/** scikit-learn's marks for a leaf. */
const LEAF = -1
const NOTHING = -2

function createNodes(capacity: number): Nodes {
  const arrays = {
    feature: new Int32Array(capacity),
    threshold: new Float64Array(capacity),
    left: new Int32Array(capacity),
    right: new Int32Array(capacity),
    missingLeft: new Uint8Array(capacity),
    samples: new Int32Array(capacity),
  }
  return { arrays, count: 0 }
}

/** Adds a leaf and returns its place. */
function addLeaf(nodes: Nodes, samples: number): number {
  const { arrays, count } = nodes
  if (count === arrays.left.length) {
    const larger = createNodes(2 * count).arrays
    for (const name of Object.keys(arrays) as (keyof NodeArrays)[]) larger[name].set(arrays[name])
    nodes.arrays = larger
  }
  const { feature, threshold, left, right } = nodes.arrays
  feature[count] = NOTHING
  threshold[count] = NOTHING
  left[count] = LEAF
  right[count] = LEAF
  nodes.arrays.samples[count] = samples
  return nodes.count++
}

type Grow = (random: Random, features: Int32Array, rows: Int32Array, depth: number) => void

function treeGrower(x: readonly Float64Array[], nodes: Nodes, most: number): Grow {
  const values = new Float32Array(most)
  const cut: Cut = { threshold: 0, missingLeft: false, middle: 0 }

  return (random, features, rows, deepest) => {
    const root = nodes.count
    /** `constant`: that many of the first features are known not to differ among these rows. */
    const grow = (from: number, to: number, depth: number, constant: number): number => {
      const node = addLeaf(nodes, to - from)
      if (depth === deepest || to - from < 2) return node - root
      for (let known = constant; known < features.length; known++) {
        const drawn = known + random.integer(features.length - known)
        const feature = features[drawn]!
        if (!cutRows(x[feature]!, rows, values, from, to, random, cut)) {
          // Children swap only what lies behind, so this stays true for the whole subtree.
          features[drawn] = features[known]!
          features[known] = feature
          continue
        }
        const { threshold, missingLeft, middle } = cut
        // All went to one side: the missing values joined the only other value. scikit-learn gives up here too.
        if (middle === from || middle === to) break
        const left = grow(from, middle, depth + 1, known)
        const right = grow(middle, to, depth + 1, known)
        const { arrays } = nodes
        arrays.feature[node] = feature
        arrays.threshold[node] = threshold
        arrays.missingLeft[node] = Number(missingLeft)
        arrays.left[node] = left
        arrays.right[node] = right
        break
      }
      return node - root
    }
    grow(0, rows.length, 0, 0)
  }
}

interface Cut {
  threshold: number
  missingLeft: boolean
  /** Where the rows that went right begin. */
  middle: number
}

const LARGEST_FLOAT32 = 3.4028234663852886e38

/** Cuts rows[from … to) at a random value of the column and sorts them into left and right, in place; false when the
 * column is constant among them. */
function cutRows(
  column: Float64Array,
  rows: Int32Array,
  values: Float32Array,
  from: number,
  to: number,
  random: Random,
  cut: Cut,
): boolean {
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  let missing = 0
  for (let i = from; i < to; i++) {
    const value = Math.fround(column[rows[i]!]!)
    values[i] = value
    if (value < low) low = value
    if (value > high) high = value
    if (Number.isNaN(value)) missing++
  }
  // A random place between infinities would be no number.
  low = finite(low)
  high = finite(high)
  if (missing === to - from || (low >= high && missing === 0)) return false
  let threshold = low + random.next() * (high - low)
  if (threshold >= high) threshold = low
  cut.missingLeft = missing > 0 && random.integer(2) === 0
  cut.threshold = threshold
  cut.middle = partition(rows, values, from, to, threshold, cut.missingLeft)
  if (missing === 0) cut.missingLeft = 2 * cut.middle > from + to
  return true
}

function finite(value: number): number {
  return Math.min(Math.max(value, -LARGEST_FLOAT32), LARGEST_FLOAT32)
}

function partition(
  rows: Int32Array,
  values: Float32Array,
  from: number,
  to: number,
  threshold: number,
  missingLeft: boolean,
): number {
  let left = from
  let right = to
  while (left < right) {
    const value = values[left]!
    if (value <= threshold || (missingLeft && Number.isNaN(value))) {
      left++
      continue
    }
    right--
    const row = rows[left]!
    rows[left] = rows[right]!
    rows[right] = row
    values[left] = values[right]!
    values[right] = value
  }
  return left
}

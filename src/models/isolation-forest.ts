/**
 * Isolation forest (Liu, Ting, Zhou, "Isolation forest", ICDM 2008): rows that few random cuts set apart are unusual.
 * Parameters, defaults and formula are scikit-learn's (`sklearn.ensemble.IsolationForest`), and the state holds the same
 * arrays, so a forest fitted there scores here to the same numbers.
 *
 * risk = 2^(−E[h] / c(ψ)), between 0 and 1; scikit-learn's `score_samples` with the sign turned. h is the depth of the
 * leaf that a row falls into plus c(training rows in that leaf); ψ is the number of rows drawn for a tree.
 *
 * Missing values are legal, as in scikit-learn: a cut on a column with missing values sends them to a side by chance,
 * any other cut to the side with more training rows. Values are rounded to float32; beyond its range they are infinite.
 */
import { Failure } from '../errors.ts'
import { openForest, type Trees } from '../kernels/forest.ts'
import { lazySchema } from '../lazy-schema.ts'
import { type Columns, numericColumns } from '../math/columns.ts'
import { createRandom } from '../math/random.ts'
import { quantile } from '../math/statistics.ts'
import { growTrees, type IsolationTrees } from './isolation-trees.ts'
import type { Model, Scorer, Training } from './model.ts'

const params = lazySchema(Type =>
  Type.Object(
    {
      n_estimators: Type.Integer({ minimum: 1, maximum: 10_000, default: 100, description: 'Number of trees.' }),
      max_samples: Type.Union([Type.Literal('auto'), Type.Number({ exclusiveMinimum: 0, maximum: 1_000_000 })], {
        default: 'auto',
        description:
          'Rows drawn for each tree: a whole number above 1 is a count (no more than there are), a number up to 1 a share of the rows; auto is 256.',
      }),
      contamination: Type.Union([Type.Literal('auto'), Type.Number({ exclusiveMinimum: 0, maximum: 0.5 })], {
        default: 'auto',
        description:
          "Share of the training rows taken to be anomalies; it sets the model's own threshold and nothing else. auto: threshold 0.5, as in the original paper.",
      }),
      max_features: Type.Number({
        exclusiveMinimum: 0,
        maximum: 4096,
        default: 1,
        description:
          'Columns drawn for each tree: a whole number above 1 is a count, a number up to 1 a share of the columns (1 is all).',
      }),
      bootstrap: Type.Boolean({ default: false, description: 'Draw the rows of a tree with replacement.' }),
      random_state: Type.Optional(
        Type.Integer({
          minimum: 0,
          maximum: 4_294_967_295,
          description: "Seed of this model; by default the recipe's seed.",
        }),
      ),
    },
    { additionalProperties: false },
  ),
)

export type IsolationForest = IsolationTrees & {
  /** Number of columns. */
  columns: number
  /** ψ: rows drawn for each tree. */
  drawn: number
  /** The model's own threshold: `risk > cut` is unusual. */
  cut: number
}

export const isolationForest: Model<ReturnType<typeof params>, IsolationForest> = {
  kind: 'isolation-forest',
  about: 'Flags rows that few random cuts set apart from the rest; needs no labels, no scaling, and 10 ms to fit.',
  tasks: ['detect'],
  get params() {
    return params()
  },
  fit(training, given) {
    const x = numericColumns(training.x)
    const rows = drawableRows(training)
    const drawn = Math.min(count(given.max_samples === 'auto' ? 256 : given.max_samples, training.x.rows), rows)
    const columns = count(given.max_features, x.length)
    if (columns > x.length)
      throw new Failure('RECIPE_INVALID', {
        report: `model: max_features is ${columns}, but there are ${x.length} features`,
        hint: 'Give a count of at most that, or a share such as 0.5.',
      })
    if (given.n_estimators * drawn > MAX_DRAWN)
      throw new Failure('RECIPE_INVALID', {
        report: `model: ${given.n_estimators} trees of ${drawn} rows each, expected at most ${MAX_DRAWN} rows in all`,
        hint: 'Give a smaller n_estimators or max_samples: 100 trees of 256 rows are the usual size.',
      })
    const state = {
      columns: x.length,
      drawn,
      cut: 0.5,
      ...growTrees(x, training, {
        trees: given.n_estimators,
        drawn,
        columns,
        replace: given.bootstrap,
        random: given.random_state === undefined ? training.random : createRandom(given.random_state),
      }),
    }
    return given.contamination === 'auto' ? state : { ...state, cut: cutOf(state, training.x, given.contamination) }
  },
  cut: state => state.cut,
  scorer,
}

/** Rows drawn for all trees together: their nodes then take at most 2.5 GB, and a model file can still be read. */
const MAX_DRAWN = 50_000_000

/** scikit-learn's rule for a count or a share of `all`; a YAML 1 and 1.0 are the same number, and mean all. */
function count(given: number, all: number): number {
  return Math.max(1, Math.floor(given <= 1 ? given * all : given))
}

function drawableRows({ x, weight }: Training): number {
  let positive = 0
  for (let i = 0; i < x.rows; i++) if (weight[i]! > 0) positive++
  if (positive === 0)
    throw new Failure('TOO_FEW_ROWS', {
      what: 'isolation-forest',
      found: 0,
      needed: 1,
      hint: 'Loosen learn: or where: in the recipe, or give a table with rows to learn from.',
    })
  return positive
}

function scorer(state: IsolationForest): Scorer {
  checkTrees(state)
  const sum = openForest({ ...state, value: pathLengths(state) })
  const scale = (state.start.length - 1) * averagePathLength(state.drawn)
  return {
    score(block, out) {
      if (block.columns.length !== state.columns)
        throw new RangeError(`${block.columns.length} columns for a forest of ${state.columns}`)
      sum(numericColumns(block), block.rows, out)
      // A forest of one row has only empty trees; scikit-learn calls their ratio 1.
      for (let i = 0; i < block.rows; i++) out[i] = 2 ** -(scale === 0 ? 1 : out[i]! / scale)
    },
  }
}

/**
 * A state may come from a file that somebody else made: a child outside its tree, or one with two parents, would send
 * the walk astray, or round and round. Inside a tree each node but the root has one parent, which stands before it.
 * @throws RangeError
 */
function checkTrees(state: IsolationForest): void {
  const { start, left, right, feature, threshold, samples, missingLeft, columns, drawn } = state
  const typed = [start, left, right, feature, samples].every(a => a instanceof Int32Array)
  const nodes = left?.length
  const sizes = [right, feature, threshold, samples, missingLeft].every(a => a?.length === nodes)
  if (!typed || !(threshold instanceof Float64Array) || !(missingLeft instanceof Uint8Array) || !sizes) {
    throw new RangeError('its trees are not arrays of one length')
  }
  if (
    !Number.isInteger(columns) ||
    columns < 1 ||
    !Number.isInteger(drawn) ||
    drawn < 1 ||
    !Number.isFinite(state.cut)
  ) {
    throw new RangeError('its forest has no number of columns, of rows drawn, or no cut')
  }
  const parents = new Uint8Array(nodes)
  if (start[0] !== 0 || start.at(-1) !== nodes || start.length < 2)
    throw new RangeError('its trees do not begin and end with their nodes')
  for (let t = 0; t < start.length - 1; t++) {
    const [root, end] = [start[t]!, start[t + 1]!]
    if (end <= root || end > nodes) throw new RangeError(`its tree ${t} has no nodes`)
    for (let node = root; node < end; node++) {
      if (node > root && parents[node] === 0)
        throw new RangeError(`its tree ${t} does not hang together at node ${node - root}`)
      if (samples[node]! < 0) throw new RangeError(`its tree ${t} counts ${samples[node]} rows at node ${node - root}`)
      if (left[node] === -1 && right[node] === -1) continue
      for (const child of [root + left[node]!, root + right[node]!]) {
        if (child <= node || child >= end) throw new RangeError(`its tree ${t} leaves its nodes at node ${node - root}`)
        if (parents[child]! > 0) throw new RangeError(`its tree ${t} comes together again at node ${child - root}`)
        parents[child] = 1
      }
      if (feature[node]! < 0 || feature[node]! >= columns)
        throw new RangeError(`its tree ${t} asks for column ${feature[node]} of ${columns}`)
      if (Number.isNaN(threshold[node]!)) throw new RangeError(`its tree ${t} has no threshold at node ${node - root}`)
    }
  }
}

/** Depth plus c(n) of every node, added in scikit-learn's order: its depths count from 1. */
function pathLengths({ start, left, right, samples }: Omit<Trees, 'value'> & { samples: Int32Array }): Float64Array {
  const lengths = new Float64Array(left.length)
  const depths = new Int32Array(left.length)
  for (let t = 0; t < start.length - 1; t++) {
    const root = start[t]!
    depths[root] = 1
    for (let node = root; node < start[t + 1]!; node++) {
      lengths[node] = depths[node]! + averagePathLength(samples[node]!) - 1
      if (left[node]! < 0) continue
      depths[root + left[node]!] = depths[node]! + 1
      depths[root + right[node]!] = depths[node]! + 1
    }
  }
  return lengths
}

const EULER = 0.5772156649015329

/** c(n): the average depth of an unsuccessful search in a binary search tree of n keys. */
export function averagePathLength(n: number): number {
  if (n <= 1) return 0
  if (n === 2) return 1
  return 2 * (Math.log(n - 1) + EULER) - (2 * (n - 1)) / n
}

/** The (1 − contamination) quantile of the training rows' risks, taken on their negatives as scikit-learn does. */
function cutOf(state: IsolationForest, x: Columns, contamination: number): number {
  const risks = new Float64Array(x.rows)
  scorer(state).score(x, risks)
  return -quantile(risks.map(risk => -risk).sort(), contamination)
}

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
import { quantile } from '../math/statistics.ts'
import { chanceBeyond, type Fences, fencesOf } from './fences.ts'
import { growTrees, type IsolationTrees } from './isolation-trees.ts'
import type { Explainer, Model, Scorer } from './model.ts'
import { randomOf, randomStateParameter } from './random-state.ts'
import { taughtRows } from './taught-rows.ts'
import { treeReasons } from './tree-reasons.ts'
import { checkNodes, checkTrees } from './tree-state.ts'

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
      random_state: randomStateParameter(Type),
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
} & Partial<Fences>

export const isolationForest: Model<ReturnType<typeof params>, IsolationForest> = {
  kind: 'isolation-forest',
  about:
    'Flags rows that few random cuts set apart from the rest; needs no labels and no scaling, and fits in milliseconds.',
  formula:
    'risk = 2^(−E[h(x)] / c(ψ)): h the depth of the leaf that x falls into plus c of its training rows, E the mean over the trees, ψ the rows drawn for a tree, c(n) the mean depth of an unsuccessful search among n keys',
  source: 'Liu, Ting, Zhou: Isolation forest. ICDM 2008.',
  tasks: ['detect'],
  get params() {
    return params()
  },
  fit(training, given) {
    const x = numericColumns(training.x)
    const rows = taughtRows('isolation-forest', training.x.rows, training.weight).length
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
    const random = randomOf(training, given)
    const trees = given.n_estimators
    const state = {
      columns: x.length,
      drawn,
      cut: 0.5,
      ...growTrees(x, training, { trees, drawn, columns, replace: given.bootstrap, random }),
      ...fencesOf(x, training, random.fork(trees)),
    }
    return given.contamination === 'auto' ? state : { ...state, cut: cutOf(state, training.x, given.contamination) }
  },
  cut: state => state.cut,
  scorer,
  explain,
}

/** Rows drawn for all trees together: their nodes then take at most 2.5 GB, and a model file can still be read. */
const MAX_DRAWN = 50_000_000

/** scikit-learn's rule for a count or a share of `all`; a YAML 1 and 1.0 are the same number, and mean all. */
function count(given: number, all: number): number {
  return Math.max(1, Math.floor(given <= 1 ? given * all : given))
}

function scorer(state: IsolationForest): Scorer {
  checkState(state)
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
 * Shares of the mean path length with its sign turned, −E[h], in cuts: log2 of the risk is that over c(ψ).
 *
 * Beyond its last cut of a column a forest cannot tell far from farther, so the reading that is off by thirty spreads
 * and another one in the tail of the training rows come out alike. Where a forest was grown here it knows the fences of its columns,
 * and a value outside gets in addition what it would have got as a training row: the chance that a random cut falls
 * between it and the others, times the c(ψ) − 1 cuts that this saves. A function of one column alone, so the shares are
 * the Shapley values of the sum. A state without fences is explained by its trees alone.
 */
function explain(state: IsolationForest): Explainer {
  checkState(state)
  const { columns, low, high } = state
  const lengths = treeReasons(
    { ...state, value: pathLengths(state), cover: state.samples },
    {
      method: 'exact Shapley values of the mean path length, sign turned, in cuts',
      columns,
      rounded: true,
      scale: -1 / (state.start.length - 1),
    },
  )
  if (low === undefined || high === undefined) return lengths
  const saved = Math.max(0, averagePathLength(state.drawn) - 1)
  const seen = new Set(state.feature.filter((_, node) => state.left[node]! >= 0))
  return {
    ...lengths,
    method: `${lengths.method}; a value outside the usual range of its column counts as a training row's would`,
    explain(block, out) {
      lengths.explain(block, out)
      const x = numericColumns(block)
      for (const c of seen)
        for (let row = 0; row < block.rows; row++)
          out[row * columns + c]! += saved * chanceBeyond(Math.fround(x[c]![row]!), low[c]!, high[c]!)
    },
  }
}

/** @throws RangeError */
function checkState(state: IsolationForest): void {
  const { columns, drawn, cut, samples } = state
  checkTrees(state, columns)
  checkNodes(samples, state.left.length, 'count of rows', 0)
  if (!Number.isInteger(drawn) || drawn < 1 || !Number.isFinite(cut))
    throw new RangeError('its forest has no number of rows drawn, or no cut')
  for (const fence of [state.low, state.high])
    if (fence !== undefined && !(fence instanceof Float64Array && fence.length === columns))
      throw new RangeError('its fences are not one number a column')
}

/** Depth plus c(n) of every node, added in scikit-learn's order: its depths count from 1. */
export function pathLengths({
  start,
  left,
  right,
  samples,
}: Omit<Trees, 'value'> & { samples: Int32Array }): Float64Array {
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

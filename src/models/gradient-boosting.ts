/**
 * Gradient boosting on histograms: hundreds of small trees, each grown leaf by leaf on what the ones before left wrong
 * (Friedman, "Greedy function approximation: a gradient boosting machine", 2001; Ke et al., "LightGBM: a highly
 * efficient gradient boosting decision tree", NeurIPS 2017). Parameters and defaults are those of scikit-learn's
 * HistGradientBoosting, but for `min_samples_leaf` on small tables.
 *
 * A classifier's raw sum is the log-odds of the risk, and risk = 1 / (1 + e^−raw); a regressor's risk is the raw sum.
 * A missing number goes where that helped most in training, at each cut; one that no training row missed goes with the
 * many. Categories are told apart by sets; missing ones, and those never seen in training, go right.
 */
import { Failure } from '../errors.ts'
import { openBoosted } from '../kernels/boosted.ts'
import { classWeights } from '../math/class-weight.ts'
import { nearest } from '../math/nearest.ts'
import type { Random } from '../math/random.ts'
import type { BoostedArrays } from './boosting-forest.ts'
import { type BoostingGiven, boostingParams } from './boosting-params.ts'
import { boost } from './boosting-rounds.ts'
import { checkBoosting, columnReader, scaleOf } from './boosting-state.ts'
import { tableOf } from './boosting-table.ts'
import { absoluteError, type Loss, logLoss, quantileLoss, squaredError } from './losses.ts'
import type { Explainer, Model, Scorer, Training } from './model.ts'
import { randomOf } from './random-state.ts'
import { nothingToLearn } from './taught-rows.ts'
import { treeReasons } from './tree-reasons.ts'

/** The trees as src/kernels/boosted-nodes.ts describes them; imported models have the same. */
export type GradientBoosting = {
  [name in keyof BoostedArrays]: BoostedArrays[name]
} & {
  /** Number of columns. */
  columns: number
  /** What the trees are added to. */
  base: number
  /** log_loss: the risk is 1 / (1 + e^−raw). poisson, gamma, tweedie: e^raw. Any other: the raw sum. */
  loss: string
  /** Names of the categories of a column, by code: levels[levelStart[c]] … levels[levelStart[c + 1] − 1]. None for a
   * column whose categories are known by code only, or that has numbers. */
  levels: readonly string[]
  levelStart: Int32Array
}

export const gradientBoosting: Model<ReturnType<typeof boostingParams>, GradientBoosting> = {
  kind: 'gradient-boosting',
  about:
    'Learns from labelled rows with many small trees, each on what the ones before left wrong; missing values need no filling.',
  formula:
    'risk = 1 / (1 + e^−F(x)) for a label, F(x) for a number; F(x) = F₀ + η Σ vₜ(x) over the trees: F₀ the best constant, η the learning rate, vₜ = −G / (H + λ) of the leaf of tree t that x falls into, with the sums G and H of the first and second derivatives of the loss over its training rows; for absolute_error and quantile, vₜ is that quantile of what was left to explain',
  source:
    'Friedman: Greedy function approximation: a gradient boosting machine. Annals of Statistics 2001; Ke et al.: LightGBM: a highly efficient gradient boosting decision tree. NeurIPS 2017.',
  tasks: ['classify', 'regress'],
  get params() {
    return boostingParams()
  },
  takesMissing: true,
  takesCategories: true,
  fit,
  scorer,
  explain,
}

function fit(training: Training, given: BoostingGiven): GradientBoosting {
  const random = randomOf(training, given)
  const loss = lossOf(training, given)
  const { value, weight, rows } = targetOf(training, given)
  const learning = judged(rows.length, given)
    ? arrange(rows, value, loss, given.validation_fraction, random.fork(1))
    : rows.length
  const named = namedColumns(training, given.categorical_features)
  const leaves = given.max_leaf_nodes === 'none' ? Infinity : given.max_leaf_nodes
  const table = tableOf(training.x, {
    rows,
    named,
    bins: given.max_bins,
    slots: Math.min(leaves + 1, 512),
    random: random.fork(2),
  })
  const { y, weight: w } = table.histograms
  for (let i = 0; i < rows.length; i++) {
    y[i] = value[rows[i]!]!
    w[i] = weight[rows[i]!]!
  }
  const { centre, scale } = loss === logLoss ? { centre: 0, scale: 1 } : rescale(y, w, loss)
  const base = loss.best(y.subarray(0, learning), w.subarray(0, learning))
  const trees = boost(table, loss, base, {
    trees: given.max_iter,
    learningRate: given.learning_rate,
    maxLeaves: leaves,
    maxDepth: given.max_depth === 'none' ? Infinity : given.max_depth,
    leastRows: given.min_samples_leaf === 'auto' ? leafFor(learning) : given.min_samples_leaf,
    l2: given.l2_regularization,
    subsample: given.subsample,
    columnShare: given.feature_fraction,
    directions: directionsOf(training, given.monotonic_cst, table.categories),
    learning,
    patience: given.n_iter_no_change,
    tolerance: given.tol,
    random: random.fork(3),
  })
  return {
    ...trees,
    value: trees.value.map(leaf => leaf * scale),
    columns: training.x.columns.length,
    base: centre + base * scale,
    loss: loss.name,
    levels: table.levels,
    levelStart: table.levelStart,
  }
}

/** scikit-learn's 20, or on under 400 rows a twentieth of them: of 60 batches a leaf of 20 would see no more than three
 * kinds, and on under 40 rows there could be no cut at all. */
export function leafFor(rows: number): number {
  return Math.max(1, Math.min(20, Math.floor(rows / 20)))
}

function lossOf({ task }: Training, { loss, quantile }: BoostingGiven): Loss {
  if (task === 'classify') return logLoss
  if (loss === 'quantile') return quantileLoss(quantile)
  return loss === 'absolute_error' ? absoluteError : squaredError
}

interface Taught {
  readonly value: Float64Array
  readonly weight: Float64Array
  /** The rows that have a weight and a target. */
  readonly rows: Int32Array
}

function targetOf({ x, y, weight, task }: Training, given: BoostingGiven): Taught {
  if (task === 'classify' ? !(y && 'codes' in y) : !(y && 'value' in y))
    throw new TypeError(`gradient-boosting is asked to ${task}, but its target is another`)
  const classes = y && 'codes' in y ? y : undefined
  const value = classes ? labels(classes) : (y as { value: Float64Array }).value
  const weighted = classes ? classWeights(classes, weight, given.class_weight) : weight
  const rows = new Int32Array(x.rows)
  let count = 0
  for (let row = 0; row < x.rows; row++) if (weighted[row]! > 0 && Number.isFinite(value[row]!)) rows[count++] = row
  if (count > 0) return { value, weight: weighted, rows: rows.slice(0, count) }
  throw nothingToLearn('gradient-boosting')
}

/** 1 for the risk, 0 for the rest, NaN where no label is known. */
function labels({ codes, positive }: { codes: Int32Array; positive: number }): Float64Array {
  const value = new Float64Array(codes.length)
  for (let row = 0; row < codes.length; row++)
    value[row] = codes[row]! < 0 ? Number.NaN : Number(codes[row] === positive)
  return value
}

const MANY_ROWS = 10_000

/** Whether some rows are kept from learning, to say when to stop. */
function judged(rows: number, { early_stopping }: BoostingGiven): boolean {
  return rows > 1 && (early_stopping === true || (early_stopping === 'auto' && rows > MANY_ROWS))
}

/** Puts the rows that judge last, both parts ascending, of each class the same share. Returns how many learn. */
function arrange(rows: Int32Array, value: Float64Array, loss: Loss, share: number, random: Random): number {
  const classes =
    loss === logLoss ? [rows.filter(row => value[row] === 1), rows.filter(row => value[row] !== 1)] : [rows]
  const judges = new Set<number>()
  for (const members of classes) {
    const count = Math.min(members.length - 1, Math.max(1, Math.round(members.length * share)))
    if (count > 0) for (const at of random.sample(members.length, count)) judges.add(members[at]!)
  }
  const learning = rows.filter(row => !judges.has(row))
  rows.set([...learning, ...[...judges].sort((a, b) => a - b)])
  return learning.length
}

/** Brings targets to at most about 1, around the best constant, in place. A power of two changes no digit, and values
 * of 1e300 would overflow when they are squared. */
function rescale(y: Float64Array, weight: Float64Array, loss: Loss): { centre: number; scale: number } {
  const limit = Number.MAX_VALUE / 4
  for (let i = 0; i < y.length; i++) y[i] = Math.max(-limit, Math.min(limit, y[i]!))
  const centre = loss.best(y, weight)
  let largest = 0
  for (const value of y) largest = Math.max(largest, Math.abs(value - centre))
  const scale = largest > 0 ? 2 ** Math.max(-1022, Math.min(1023, Math.round(Math.log2(largest)))) : 1
  for (let i = 0; i < y.length; i++) y[i] = (y[i]! - centre) / scale
  return { centre, scale }
}

function namedColumns({ x, names }: Training, given: readonly string[]): Uint8Array {
  const named = new Uint8Array(x.columns.length)
  for (const name of given) named[placeOf(name, names, 'categorical_features')] = 1
  return named
}

function directionsOf(
  { names, x }: Training,
  given: Readonly<Record<string, number>>,
  categories: Int32Array,
): Int32Array | undefined {
  const directions = new Int32Array(x.columns.length)
  for (const [name, direction] of Object.entries(given)) {
    const place = placeOf(name, names, 'monotonic_cst')
    directions[place] = direction
    const holdsCategories: boolean = !(x.columns[place] instanceof Float64Array) || categories[place]! > 0
    if (direction !== 0 && holdsCategories)
      throw new Failure('RECIPE_INVALID', {
        report: `model: monotonic_cst names ${name}, which holds categories; expected features of numbers`,
        hint: `Leave ${name} out of monotonic_cst: categories have no order to keep.`,
      })
  }
  return directions.some(direction => direction !== 0) ? directions : undefined
}

function placeOf(name: string, names: readonly string[], parameter: string): number {
  const place = names.indexOf(name)
  if (place >= 0) return place
  const close = nearest(name, names)
  throw new Failure('RECIPE_INVALID', {
    report: `model: ${parameter} names ${name}, expected features: ${names.join(', ')}`,
    hint: close === undefined ? 'Name features of this recipe.' : `Did you mean ${close}?`,
  })
}

function scorer(state: GradientBoosting): Scorer {
  checkBoosting(state)
  const sum = openBoosted(state)
  const read = columnReader(state)
  const scale = scaleOf(state)
  return {
    score(block, out) {
      sum(read(block), block.rows, out)
      if (scale === 'log-odds') for (let i = 0; i < block.rows; i++) out[i] = 1 / (1 + Math.exp(-out[i]!))
      if (scale === 'logarithm') for (let i = 0; i < block.rows; i++) out[i] = Math.exp(out[i]!)
    },
  }
}

function explain(state: GradientBoosting): Explainer {
  checkBoosting(state)
  const scale = scaleOf(state)
  return treeReasons(state, {
    method: `exact Shapley values of the ${scale === 'risk' ? scale : `${scale} of the risk`}`,
    columns: state.columns,
    offset: state.base,
    read: columnReader(state),
  })
}

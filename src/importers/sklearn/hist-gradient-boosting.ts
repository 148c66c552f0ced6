/**
 * HistGradientBoostingClassifier and HistGradientBoostingRegressor: raw = baseline + Σ trees, the learning rate already in
 * the leaves. Values are compared as doubles; missing ones, and categories that are not known, go where the node says.
 */
import { type BoostedInput, boostedClasses, boostedLeaf, type Levels } from '../lowering/boosted-risk.ts'
import { classesOf } from '../lowering/classes.ts'
import type { Input, Lowering, LowerPredictor } from '../lowering/lowering.ts'
import { arrayOf, type NumpyArray } from '../numpy/array.ts'
import type { Value } from '../pickle/nodes.ts'
import { Refusal } from '../refusal.ts'
import { CATEGORY_WORDS, type PackedTrees, packTrees, type SourceTree } from '../trees.ts'
import { categoriesOf } from './encoders.ts'
import { type Estimator, estimatorOf, isEstimator, listOf, plainNumbers, since, wordFor } from './estimator.ts'

export const histGradientBoostingClassifier: LowerPredictor = (estimator, input, lowering) => {
  const classes = classesOf(estimator)
  const columns = columnsOf(estimator, input, lowering)
  const sums = sumsOf(estimator, columns, classes.length === 2 ? 1 : classes.length)
  return boostedClasses(classes, sums, inputOf(estimator, columns, input))
}

/** Losses whose sums are the logarithm of what is predicted. */
const LOGARITHMIC = ['poisson', 'gamma']

export const histGradientBoostingRegressor: LowerPredictor = (estimator, input, lowering) => {
  const columns = columnsOf(estimator, input, lowering)
  const [sum] = sumsOf(estimator, columns, 1)
  const loss = estimator.text('loss')
  const scale = LOGARITHMIC.includes(loss) ? loss : 'squared_error'
  return {
    task: 'regress',
    risk: boostedLeaf(sum as NonNullable<typeof sum>, scale, inputOf(estimator, columns, input)),
  }
}

/** Missing values are taken since 0.22. */
const inputOf = (estimator: Estimator, { levels }: TreeColumns, input: Input): BoostedInput => ({
  ...input,
  takesMissing: since(estimator, [0, 22]),
  levels,
})

interface TreeColumns {
  /** For each column that the trees ask for, the one that it is here. */
  readonly picks: readonly number[]
  /** By the trees' columns: bit c says that category c was seen in training. Undefined: numbers. */
  readonly known: readonly (Uint32Array | undefined)[]
  /** By the columns here. */
  readonly levels: Levels
}

function columnsOf(estimator: Estimator, input: Input, lowering: Lowering): TreeColumns {
  const own = Array.from({ length: input.count }, (_, c) => c)
  const encoder = encoderOf(estimator)
  const mask = encoder && categoricalOf(estimator, input)
  // The categories come first after the encoder, in their order, then the numbers.
  const picks = mask ? [...own.filter(c => mask[c] === 1), ...own.filter(c => mask[c] !== 1)] : own
  const levels: (readonly string[])[] = own.map(() => [])
  if (encoder && mask) {
    const count = mask.reduce((sum, flag) => sum + flag, 0)
    for (const [i, list] of categoriesOf(encoder, { count }).entries()) {
      const column = picks[i] as number
      const texts = list.filter(category => typeof category === 'string')
      const feature = input.origin[column] ?? -1
      if (texts.length > 0 && feature >= 0) lowering.texts(feature, texts)
      // A missing category, always the last, is a missing value to the trees.
      levels[column] = list.filter(category => category !== undefined).map(String)
    }
  }
  return { picks, levels, known: knownOf(estimator, input.count) }
}

/** Since 1.4, of models with categories: what turns them into their codes. */
function encoderOf(estimator: Estimator): Estimator | undefined {
  const given = estimator.raw('_preprocessor') ?? null
  if (given === null) return undefined
  const parts = estimatorOf(given, estimator).list('transformers_')
  for (const part of parts) {
    const value = listOf(part)?.[1]
    const found = isEstimator(value) ? estimatorOf(value, estimator) : undefined
    if (found?.name === 'OrdinalEncoder') return found
  }
  throw new Refusal('damaged', `_preprocessor of ${estimator.name} has no OrdinalEncoder`)
}

function categoricalOf(estimator: Estimator, { count }: Input): Float64Array {
  return estimator.array('is_categorical_', [count]).values
}

/** The codes of categories that each column had in training. */
function knownOf(estimator: Estimator, count: number): readonly (Uint32Array | undefined)[] {
  const none = new Array<undefined>(count).fill(undefined)
  const name = estimator.has('_bin_mapper') ? '_bin_mapper' : 'bin_mapper_'
  const mapper = estimator.raw(name) ?? null
  const given = mapper === null ? null : (estimatorOf(mapper, estimator).raw('known_categories') ?? null)
  if (given === null) return none
  const lists = listOf(given)
  if (lists?.length !== count)
    throw new Refusal('damaged', `known_categories of ${estimator.name} is ${wordFor(given)}, expected ${count} lists`)
  return lists.map(list => {
    if (list === null) return undefined
    const words = new Uint32Array(CATEGORY_WORDS)
    for (const code of plainNumbers(list)?.values ?? []) {
      if (!(code >= 0 && code < 32 * CATEGORY_WORDS))
        throw new Refusal('damaged', `${estimator.name} knows the category ${code}, expected 0 to 255`)
      words[code >> 5]! |= 1 << (code & 31)
    }
    return words
  })
}

/** `_predictors` is a list of rounds, each a list with a tree for each class. */
function sumsOf(estimator: Estimator, columns: TreeColumns, classes: number) {
  const rounds = estimator.list('_predictors').map(round => listOf(round) ?? [])
  const odd = rounds.find(round => round.length !== classes)
  if (odd) throw new Refusal('damaged', `${estimator.name} has ${odd.length} trees in a round, expected ${classes}`)
  const bases = plainNumbers(estimator.raw('_baseline_prediction') ?? null)?.values ?? [
    estimator.number('_baseline_prediction'),
  ]
  if (bases.length !== classes)
    throw new Refusal('damaged', `${estimator.name} begins with ${bases.length} numbers, expected ${classes}`)
  return Array.from({ length: classes }, (_, k) => ({
    trees: grove(estimator, rounds, k, columns),
    base: bases[k] as number,
  }))
}

function grove(
  estimator: Estimator,
  rounds: readonly (readonly Value[])[],
  k: number,
  columns: TreeColumns,
): PackedTrees {
  const packer = packTrees(columns.picks.length, estimator.name)
  for (const round of rounds) packer.add(treeOf(estimatorOf(round[k] as Value, estimator), columns))
  return packer.finish()
}

function treeOf(predictor: Estimator, { picks, known }: TreeColumns): SourceTree {
  const array = arrayOf(predictor.raw('nodes') ?? null)
  if (array?.shape.length !== 1)
    throw new Refusal('damaged', `nodes of ${predictor.name} is ${wordFor(predictor.raw('nodes'))}, expected an array`)
  const field = fieldsOf(array, predictor)
  const isLeaf = field('is_leaf')
  const own = (name: string) => field(name).map((child, node) => (isLeaf[node] ? -1 : child))
  const feature = field('feature_idx')
  const tree = {
    nodes: isLeaf.length,
    left: own('left'),
    right: own('right'),
    feature: feature.map((column, node) => (isLeaf[node] ? -1 : (picks[column] ?? Number.NaN))),
    // Until 0.23 under another name.
    threshold: array.field('num_threshold') ?? field('threshold'),
    missingLeft: field('missing_go_to_left'),
    value: field('value'),
    cover: field('count'),
  }
  const asks = array.field('is_categorical')
  return asks ? withCategories(tree, { asks, isLeaf, feature, known, predictor, set: field('bitset_idx') }) : tree
}

const fieldsOf =
  (array: NumpyArray, { name }: Estimator) =>
  (field: string) => {
    const found = array.field(field)
    if (found) return found
    throw new Refusal('damaged', `nodes of ${name} have no ${field}`)
  }

interface Asked {
  readonly asks: Float64Array
  readonly isLeaf: Float64Array
  /** By the trees' columns. */
  readonly feature: Float64Array
  readonly known: TreeColumns['known']
  readonly predictor: Estimator
  /** Row of `raw_left_cat_bitsets`. */
  readonly set: Float64Array
}

/**
 * Categories of the set go left, others that are known go right, and the rest where missing values go. Our nodes send all
 * but a set right: where the rest goes left, the children change places and the set is that of the known on the right.
 */
function withCategories(tree: SourceTree & { left: Float64Array; right: Float64Array }, asked: Asked): SourceTree {
  const { asks, isLeaf, feature, known, predictor, set } = asked
  const sets = new Map<number, Uint32Array>()
  const bits = asks.some((flag, node) => flag && !isLeaf[node])
    ? predictor.array('raw_left_cat_bitsets', [-1, CATEGORY_WORDS]).values
    : new Float64Array(0)
  for (let node = 0; node < tree.nodes; node++) {
    if (!asks[node] || isLeaf[node]) continue
    const from = (set[node] as number) * CATEGORY_WORDS
    const seen = known[feature[node] as number]
    if (from + CATEGORY_WORDS > bits.length || !seen)
      throw new Refusal('damaged', `node ${node} of ${predictor.name} asks for categories that are not there`)
    const left = Uint32Array.from(bits.subarray(from, from + CATEGORY_WORDS))
    if (!tree.missingLeft?.[node]) {
      sets.set(node, left)
      continue
    }
    sets.set(
      node,
      seen.map((word, i) => word & ~(left[i] as number)),
    )
    const child = tree.left[node] as number
    tree.left[node] = tree.right[node] as number
    tree.right[node] = child
  }
  return { ...tree, categories: node => sets.get(node) }
}

/**
 * Random forest (Breiman, "Random forests", Machine Learning 45, 2001): trees grown on rows drawn with replacement, each
 * cut the best among a few columns drawn at random. Parameters and names are scikit-learn's (`RandomForestClassifier`,
 * `RandomForestRegressor`), and the state holds the same arrays, so a forest fitted there scores here to the same numbers.
 *
 * risk = the mean over the trees of a leaf's share of the positive class, by weight, or of its mean label. A label of
 * several levels is the positive one against the rest.
 *
 * Cuts are tried between at most 255 bins of a column with even shares of the rows; columns with no more different
 * values lose nothing. Missing values are legal: a cut that saw some sends them to the side where they do better, any
 * other to the side with more training rows. Values are rounded to float32.
 */
import { Failure } from '../errors.ts'
import { openForest } from '../kernels/forest.ts'
import { lazySchema } from '../lazy-schema.ts'
import type { ClassWeight } from '../math/class-weight.ts'
import { numericColumns } from '../math/columns.ts'
import { binColumns } from './binned-columns.ts'
import { classWeightParameter } from './class-weight-parameter.ts'
import { type DecisionTrees, plantGrove } from './decision-trees.ts'
import { labelsOf, rowSource } from './forest-rows.ts'
import type { Explainer, Model, Scorer, Training } from './model.ts'
import { randomOf, randomStateParameter } from './random-state.ts'
import { entropy, type Impurity, splitSearch, squaredError } from './split-search.ts'
import { taughtRows } from './taught-rows.ts'
import { treeReasons } from './tree-reasons.ts'
import { checkNodes, checkTrees } from './tree-state.ts'

const params = lazySchema(Type =>
  Type.Object(
    {
      n_estimators: Type.Integer({ minimum: 1, maximum: 10_000, default: 100, description: 'Number of trees.' }),
      criterion: Type.Union(
        [Type.Literal('auto'), Type.Literal('gini'), Type.Literal('entropy'), Type.Literal('squared_error')],
        {
          default: 'auto',
          description:
            'What a cut is to reduce: gini or entropy for classes, squared_error for numbers; auto is gini or squared_error.',
        },
      ),
      max_depth: Type.Optional(
        Type.Integer({ minimum: 1, maximum: 10_000, description: 'Most cuts above a leaf; by default no limit.' }),
      ),
      min_samples_split: Type.Union(
        [Type.Integer({ minimum: 2 }), Type.Number({ exclusiveMinimum: 0, exclusiveMaximum: 1 })],
        { default: 2, description: 'Rows that a node needs to be cut: a count, or a share of all rows.' },
      ),
      min_samples_leaf: Type.Union(
        [Type.Integer({ minimum: 1 }), Type.Number({ exclusiveMinimum: 0, exclusiveMaximum: 1 })],
        { default: 1, description: 'Rows that a leaf needs: a count, or a share of all rows.' },
      ),
      max_features: Type.Union(
        [
          Type.Literal('auto'),
          Type.Literal('sqrt'),
          Type.Literal('log2'),
          Type.Number({ exclusiveMinimum: 0, maximum: 4096 }),
        ],
        {
          default: 'auto',
          description:
            'Columns tried at each cut: sqrt or log2 of their number, a whole number above 1 as a count, a number up to 1 as a share (1 is all); auto is sqrt for classes, all for numbers.',
        },
      ),
      bootstrap: Type.Boolean({
        default: true,
        description: 'Draw the rows of a tree with replacement; otherwise each tree sees all rows.',
      }),
      max_samples: Type.Optional(
        Type.Number({
          exclusiveMinimum: 0,
          description:
            'Rows drawn for each tree: a whole number above 1 is a count, a number up to 1 a share of the rows; by default as many as there are.',
        }),
      ),
      class_weight: classWeightParameter(Type),
      random_state: randomStateParameter(Type),
    },
    { additionalProperties: false },
  ),
)

export type RandomForest = DecisionTrees & {
  /** Number of columns. */
  columns: number
}

export const randomForest: Model<ReturnType<typeof params>, RandomForest> = {
  kind: 'random-forest',
  about: 'Averages many trees grown on random rows and columns; takes labels or numbers as they are, without scaling.',
  formula:
    'risk = (1 / T) Σ vₜ(x) over T trees: vₜ the share of the positive class, by weight, or the mean label, among the training rows in the leaf of tree t that x falls into',
  source: 'Breiman: Random forests. Machine Learning 2001.',
  tasks: ['classify', 'regress'],
  takesMissing: true,
  get params() {
    return params()
  },
  fit(training, given) {
    const x = numericColumns(training.x)
    const random = randomOf(training, given)
    const rule = rulesOf(training, given, x.length)
    const target = labelsOf(training, given.class_weight as ClassWeight)
    // A class of weight 0 is as if it were not there.
    const taught = taughtRows('random-forest', training.x.rows, target.weight)
    const leastInLeaf = atLeast(given.min_samples_leaf, taught.length)
    const leastToCut = Math.max(atLeast(given.min_samples_split, taught.length), 2 * leastInLeaf)
    const columns = binColumns(x, taught, random.fork(given.n_estimators))
    const grove = plantGrove(columns, target.labels, splitSearch(rule.impurity, leastInLeaf), {
      deepest: given.max_depth ?? Number.POSITIVE_INFINITY,
      leastToCut,
      columns: rule.columns,
    })
    const drawRows = rowSource(taught, target, given.bootstrap ? drawnOf(given.max_samples, taught.length) : undefined)
    for (let t = 0; t < given.n_estimators; t++) {
      // A stream of its own: a tree does not change when an earlier one takes more draws.
      const own = random.fork(t)
      grove.grow(drawRows(own), own)
    }
    const trees = grove.finish()
    const { scale, shift } = target
    return { columns: x.length, ...trees, value: trees.value.map(value => value * scale + shift) }
  },
  scorer,
  explain,
}

interface Given {
  readonly criterion: string
  readonly max_features: number | string
  readonly class_weight: unknown
}

/** What depends on the task.
 * @throws Failure RECIPE_INVALID */
function rulesOf({ task }: Training, given: Given, all: number): { impurity: Impurity; columns: number } {
  const classes = task === 'classify'
  const { criterion, max_features: wanted, class_weight: weights } = given
  if (criterion !== 'auto' && classes === (criterion === 'squared_error'))
    throw new Failure('RECIPE_INVALID', {
      report: `model: criterion is ${criterion}, but the forest learns ${classes ? 'classes' : 'numbers'}`,
      hint: `Take the line out, or write criterion: ${classes ? 'gini' : 'squared_error'}.`,
    })
  if (!classes && weights !== 'none')
    throw new Failure('RECIPE_INVALID', {
      report: 'model: class_weight is given, but the forest learns numbers',
      hint: 'Take the line out: only classes have weights.',
    })
  const rule = wanted === 'auto' ? (classes ? 'sqrt' : 1) : wanted
  const columns =
    rule === 'sqrt'
      ? Math.floor(Math.sqrt(all))
      : rule === 'log2'
        ? 31 - Math.clz32(all)
        : Math.floor(Number(rule) <= 1 ? Number(rule) * all : Number(rule))
  if (columns > all)
    throw new Failure('RECIPE_INVALID', {
      report: `model: max_features is ${columns}, but there are ${all} features`,
      hint: 'Give a count of at most that, or a share such as 0.5.',
    })
  return { impurity: criterion === 'entropy' ? entropy : squaredError, columns: Math.max(1, columns) }
}

/** A count, or a share of the rows rounded up. */
function atLeast(given: number, rows: number): number {
  return given < 1 ? Math.ceil(given * rows) : given
}

function drawnOf(given: number | undefined, rows: number): number {
  if (given === undefined) return rows
  return Math.min(rows, Math.max(1, given <= 1 ? Math.round(given * rows) : Math.floor(given)))
}

function scorer(state: RandomForest): Scorer {
  checkState(state)
  const sum = openForest(state)
  const trees = state.start.length - 1
  return {
    score(block, out) {
      if (block.columns.length !== state.columns)
        throw new RangeError(`${block.columns.length} columns for a forest of ${state.columns}`)
      sum(numericColumns(block), block.rows, out)
      for (let i = 0; i < block.rows; i++) out[i]! /= trees
    },
  }
}

function explain(state: RandomForest): Explainer {
  checkState(state)
  return treeReasons(state, {
    method: 'exact Shapley values of the risk, the mean over the trees',
    columns: state.columns,
    rounded: true,
    scale: 1 / (state.start.length - 1),
  })
}

/** @throws RangeError */
function checkState(state: RandomForest): void {
  checkTrees(state, state.columns)
  checkNodes(state.value, state.left.length, 'value')
  checkNodes(state.cover, state.left.length, 'cover', 0)
}

/** The parameters of gradient boosting. */
import type { Static } from 'typebox'
import { lazySchema } from '../lazy-schema.ts'
import { classWeightParameter } from './class-weight-parameter.ts'
import { randomStateParameter } from './random-state.ts'

export const boostingParams = lazySchema(Type =>
  Type.Object(
    {
      loss: Type.Union([Type.Literal('squared_error'), Type.Literal('absolute_error'), Type.Literal('quantile')], {
        default: 'squared_error',
        description:
          'What a regression makes small: squared_error predicts the mean, absolute_error the median, quantile the quantile given below. A classifier always has the log loss.',
      }),
      quantile: Type.Number({
        exclusiveMinimum: 0,
        exclusiveMaximum: 1,
        default: 0.9,
        description: 'For loss quantile: the share of rows that lie below the prediction.',
      }),
      learning_rate: Type.Number({
        exclusiveMinimum: 0,
        maximum: 1,
        default: 0.1,
        description: 'How much of its own answer each tree adds; a smaller one needs more trees.',
      }),
      max_iter: Type.Integer({ minimum: 1, maximum: 100_000, default: 100, description: 'Number of trees, at most.' }),
      max_leaf_nodes: Type.Union([Type.Literal('none'), Type.Integer({ minimum: 2, maximum: 65_536 })], {
        default: 31,
        description: 'Leaves of a tree, at most.',
      }),
      max_depth: Type.Union([Type.Literal('none'), Type.Integer({ minimum: 1, maximum: 1000 })], {
        default: 'none',
        description: 'Cuts from the root to a leaf, at most.',
      }),
      min_samples_leaf: Type.Union([Type.Literal('auto'), Type.Integer({ minimum: 1, maximum: 1_000_000_000 })], {
        default: 'auto',
        description:
          'Fewest training rows in a leaf; auto is 20, or a twentieth of the rows where these are under 400.',
      }),
      l2_regularization: Type.Number({
        minimum: 0,
        maximum: 1e12,
        default: 0,
        description: 'What is added to the weight of a leaf, which keeps the answers of small leaves small.',
      }),
      max_bins: Type.Integer({
        minimum: 2,
        maximum: 255,
        default: 255,
        description: 'Steps into which the numbers of a column are sorted before training.',
      }),
      early_stopping: Type.Union([Type.Literal('auto'), Type.Boolean()], {
        default: 'auto',
        description:
          'Keep some rows from learning and stop when more trees no longer help there; auto does so from 10,001 rows on.',
      }),
      validation_fraction: Type.Number({
        exclusiveMinimum: 0,
        exclusiveMaximum: 1,
        default: 0.1,
        description: 'Share of the rows kept for early stopping.',
      }),
      n_iter_no_change: Type.Integer({
        minimum: 1,
        maximum: 100_000,
        default: 10,
        description: 'Trees without a gain after which early stopping ends; trees after the best one are dropped.',
      }),
      tol: Type.Number({
        minimum: 0,
        maximum: 1,
        default: 1e-7,
        description: 'Loss on the rows kept for early stopping must fall by more than this to count as a gain.',
      }),
      class_weight: classWeightParameter(Type),
      monotonic_cst: Type.Record(Type.String(), Type.Union([Type.Literal(1), Type.Literal(-1), Type.Literal(0)]), {
        default: {},
        description:
          'Features with which the risk may only rise (1) or only fall (-1), as in {pressure: 1}; all else being equal.',
      }),
      categorical_features: Type.Array(Type.String(), {
        default: [],
        description: 'Features whose numbers are names, not amounts; features of text are names in any case.',
      }),
      subsample: Type.Number({
        exclusiveMinimum: 0,
        maximum: 1,
        default: 1,
        description: 'Share of the rows, drawn anew, that each tree learns from.',
      }),
      feature_fraction: Type.Number({
        exclusiveMinimum: 0,
        maximum: 1,
        default: 1,
        description: 'Share of the features, drawn anew, that each tree may ask for.',
      }),
      random_state: randomStateParameter(Type),
    },
    { additionalProperties: false },
  ),
)

export type BoostingGiven = Static<ReturnType<typeof boostingParams>>

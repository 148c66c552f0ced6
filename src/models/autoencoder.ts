/**
 * Autoencoder: a network that squeezes a row through a bottleneck and reproduces it (Rumelhart, Hinton, Williams,
 * "Learning internal representations by error propagation", 1986; for detection Hawkins, He, Williams, Baxter,
 * "Outlier detection using replicator neural networks", DaWaK 2002). It learns what usual rows have in common: rows that
 * it reproduces badly are unusual.
 *
 * risk = the mean over the features of (reconstruction − value)², both scaled, in float64. With the parameters of a
 * scikit-learn MLPRegressor (identity output) or a PyTorch network of Linear layers it is theirs.
 *
 * The decoder mirrors the encoder and ends linear. Learning follows torch: the loss is the mean squared error of a batch,
 * Adam has β 0.9 and 0.999, ε 1e-8, and `weight_decay` is added to the gradient as an L2 penalty, for biases too; dropout
 * follows every hidden layer. The rows held out decide which epoch's parameters are kept, and when to stop.
 */
import { Failure } from '../errors.ts'
import { LARGEST, openDense, type Scaling } from '../kernels/dense-layers.ts'
import { lazySchema } from '../lazy-schema.ts'
import { type Columns, numericColumns } from '../math/columns.ts'
import { quantile } from '../math/statistics.ts'
import { learnScales } from './autoencoder-scaling.ts'
import { drawLayers, train } from './autoencoder-training.ts'
import { checkLayers, checkNumbers, type DenseState, layersOf } from './dense-state.ts'
import type { Explainer, Model, Scorer } from './model.ts'
import { randomOf, randomStateParameter } from './random-state.ts'
import { taughtRows } from './taught-rows.ts'

const LEAKY_SLOPE = 0.01

const params = lazySchema(Type =>
  Type.Object(
    {
      encoder_dims: Type.Array(Type.Integer({ minimum: 1, maximum: 4096 }), {
        maxItems: 16,
        default: [64, 32, 16],
        description: 'Units of the layers before the bottleneck; the decoder mirrors them.',
      }),
      bottleneck_dim: Type.Integer({
        minimum: 1,
        maximum: 4096,
        default: 8,
        description: 'Units of the narrowest layer.',
      }),
      activation: Type.Union(
        [
          Type.Literal('relu'),
          Type.Literal('leaky-relu'),
          Type.Literal('tanh'),
          Type.Literal('identity'),
          Type.Literal('logistic'),
        ],
        { default: 'relu', description: 'Activation of the layers between; leaky-relu has the slope 0.01.' },
      ),
      epochs: Type.Integer({
        minimum: 1,
        maximum: 100_000,
        default: 50,
        description:
          'Passes through the rows, at most. A pass takes at least 128 batches: small tables repeat within it.',
      }),
      batch_size: Type.Integer({ minimum: 1, maximum: 65_536, default: 32, description: 'Rows of one step.' }),
      learning_rate: Type.Number({ exclusiveMinimum: 0, maximum: 1, default: 1e-3, description: "Adam's step size." }),
      dropout: Type.Number({
        minimum: 0,
        maximum: 0.9,
        default: 0.2,
        description: 'Chance of a hidden unit to be left out of a step.',
      }),
      weight_decay: Type.Number({
        minimum: 0,
        maximum: 1,
        default: 1e-4,
        description: 'L2 penalty on weights and biases, added to the gradient.',
      }),
      patience: Type.Integer({
        minimum: 1,
        maximum: 100_000,
        default: 10,
        description: 'Stops after so many epochs without a smaller error on the rows held out.',
      }),
      validation_fraction: Type.Number({
        minimum: 0,
        maximum: 0.9,
        default: 0.1,
        description:
          'Share of the rows that is held out to tell when to stop; where that is no row, all learn and tell.',
      }),
      scaler: Type.Union([Type.Literal('minmax'), Type.Literal('standard'), Type.Literal('none')], {
        default: 'minmax',
        description:
          'minmax: the training range becomes 0 to 1. standard: mean 0, standard deviation 1. none: as they are.',
      }),
      contamination: Type.Number({
        exclusiveMinimum: 0,
        maximum: 0.5,
        default: 0.1,
        description: "Share of the training rows above the model's own threshold; it sets that and nothing else.",
      }),
      random_state: randomStateParameter(Type),
    },
    { additionalProperties: false },
  ),
)

export type Autoencoder = DenseState & {
  /** A value enters as (x − centre) / size. */
  centre: Float64Array
  size: Float64Array
  /** What a missing value counts as: the median of the rows that taught. */
  usual: Float64Array
  /** The model's own threshold: `risk > cut` is unusual. */
  cut: number
  /** The mean risk of each epoch: in learning, with dropout, and on the rows held out, without. */
  training_loss: Float64Array
  validation_loss: Float64Array
}

export const autoencoder: Model<ReturnType<typeof params>, Autoencoder> = {
  kind: 'autoencoder',
  about: 'Flags rows that a network, trained to reproduce usual rows through a bottleneck, reproduces badly.',
  formula:
    'risk = mean over the columns of (x̂ − x)², scaled as the parameter scaler says: x̂ what the network makes of the row x through its bottleneck',
  source:
    'Hawkins, He, Williams, Baxter: Outlier detection using replicator neural networks. DaWaK 2002. Learned with Adam: Kingma, Ba, ICLR 2015.',
  tasks: ['detect'],
  get params() {
    return params()
  },
  fit(training, given) {
    const rows = taughtRows('autoencoder', training.x.rows, training.weight)
    const random = randomOf(training, given)
    const encoder = [training.x.columns.length, ...given.encoder_dims]
    const dims = Int32Array.from([...encoder, given.bottleneck_dim, ...encoder.toReversed()])
    checkSize(dims)
    const slope = given.activation === 'leaky-relu' ? LEAKY_SLOPE : 0
    const scales = learnScales(numericColumns(training.x), rows, given.scaler)
    const start = drawLayers(dims, given.activation, slope, random)
    const { weights, biases, trainingLoss, validationLoss } = train(
      start,
      scales,
      training,
      rows.slice(),
      given,
      random,
    )
    const state: Autoencoder = {
      columns: training.x.columns.length,
      dims,
      activation: given.activation,
      slope,
      centre: scales.centre,
      size: scales.size,
      usual: scales.usual,
      cut: 0,
      training_loss: trainingLoss,
      validation_loss: validationLoss,
      ...Object.fromEntries(
        weights.flatMap((w, l) => [
          [`weights_${l}`, w],
          [`biases_${l}`, biases[l]!],
        ]),
      ),
    }
    return { ...state, cut: cutOf(state, training.x, rows, given.contamination) }
  },
  cut: state => state.cut,
  scorer,
  explain: explainer,
}

/** Weights of a network: learning then takes at most 1.3 GB, and a model file can still be read. */
const MAX_WEIGHTS = 20_000_000

function checkSize(dims: Int32Array): void {
  let weights = 0
  for (let l = 1; l < dims.length; l++) weights += dims[l - 1]! * dims[l]!
  if (weights <= MAX_WEIGHTS) return
  throw new Failure('RECIPE_INVALID', {
    report: `model: layers of ${dims.join(', ')} units have ${weights} weights, expected at most ${MAX_WEIGHTS}`,
    hint: 'Give smaller encoder_dims: 64, 32, 16 are the usual size.',
  })
}

/** The (1 − contamination) quantile of the risks of the rows that taught. */
function cutOf(state: Autoencoder, x: Columns, rows: Int32Array, contamination: number): number {
  const risks = new Float64Array(x.rows)
  scorer(state).score(x, risks)
  return quantile(Float64Array.from(rows, row => risks[row]!).sort(), 1 - contamination)
}

function scalingOf({ centre, size, usual }: Pick<Autoencoder, 'centre' | 'size' | 'usual'>): Scaling {
  const factor = size.map(width => 1 / width)
  const fill = usual.map((value, c) => Math.max(-LARGEST, Math.min(LARGEST, (value - centre[c]!) * factor[c]!)))
  return { centre, factor, fill }
}

function scorer(state: Autoencoder): Scorer {
  checkNetwork(state)
  const errors = openDense(layersOf(state), scalingOf(state))
  return {
    score(block, out) {
      checkWidth(state, block)
      errors(numericColumns(block), block.rows, out)
    },
  }
}

function checkWidth(state: Autoencoder, block: Columns): void {
  if (block.columns.length !== state.columns)
    throw new RangeError(`${block.columns.length} columns for an autoencoder of ${state.columns}`)
}

/**
 * The error of the column alone smears: what is odd in one column spoils the reconstruction of others. So a column's
 * share is the mean of two differences of the risk: what its value adds to a row of medians, and what this row loses
 * when the value is replaced by its median. Where columns act on the risk alone or in pairs, as in a linear network,
 * this is the Shapley value.
 */
function explainer(state: Autoencoder): Explainer {
  checkNetwork(state)
  const errors = openDense(layersOf(state), scalingOf(state))
  const missing = new Float64Array(BLOCK).fill(Number.NaN)
  const none: readonly Float64Array[] = Array.from({ length: state.columns }, () => missing)
  const [base, whole, alone, without] = [1, BLOCK, BLOCK, BLOCK].map(n => new Float64Array(n)) as Four
  errors(none, 1, base)
  return {
    method:
      'reconstruction error: what a value adds to it in a row of medians and, set to its median, takes from it in this row; the mean of both',
    explain(block, out) {
      checkWidth(state, block)
      const columns = numericColumns(block)
      for (let from = 0; from < block.rows; from += BLOCK) {
        const rows = Math.min(BLOCK, block.rows - from)
        const part = columns.map(column => column.subarray(from, from + rows))
        errors(part, rows, whole)
        for (let c = 0; c < state.columns; c++) {
          errors(none.with(c, part[c]!), rows, alone)
          errors(part.with(c, missing), rows, without)
          for (let i = 0; i < rows; i++)
            out[(from + i) * state.columns + c] = (alone[i]! - base[0]!) / 2 + (whole[i]! - without[i]!) / 2
        }
      }
    },
  }
}

const BLOCK = 2048
type Four = [Float64Array, Float64Array, Float64Array, Float64Array]

/**
 * A state may come from a file that somebody else made.
 * @throws RangeError
 */
function checkNetwork(state: Autoencoder): void {
  const { columns, dims } = state
  checkLayers(state)
  if (columns !== dims[0] || columns !== dims.at(-1))
    throw new RangeError(`its network of ${dims[0]} inputs and ${dims.at(-1)} outputs does not fit ${columns} columns`)
  if (!Number.isFinite(state.cut)) throw new RangeError('its network has no cut')
  for (const name of ['centre', 'size', 'usual'] as const) checkNumbers(name, state[name], columns)
  if (state.size.some(size => size <= 0)) throw new RangeError('its columns have a size that is not above 0')
}

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
 * leaves the bottleneck alone. The rows held out decide which epoch's parameters are kept, and when to stop.
 */
import { Failure } from '../errors.ts'
import { type Activation, type DenseLayers, openDense, type Scaling } from '../kernels/dense-layers.ts'
import { lazySchema } from '../lazy-schema.ts'
import { type Columns, numericColumns } from '../math/columns.ts'
import { createRandom } from '../math/random.ts'
import { quantile } from '../math/statistics.ts'
import { drawLayers, train } from './autoencoder-training.ts'
import { learnScaling } from './autoencoder-scaling.ts'
import type { Explainer, Model, Scorer, Training } from './model.ts'

const ACTIVATIONS = ['relu', 'leaky-relu', 'tanh', 'identity', 'logistic'] as const
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
        ACTIVATIONS.map(name => Type.Literal(name)),
        { default: 'relu', description: 'Activation of the layers between; leaky-relu has the slope 0.01.' },
      ),
      epochs: Type.Integer({
        minimum: 1,
        maximum: 100_000,
        default: 50,
        description:
          'Passes through the rows, at most. A pass takes at least 64 batches: small tables repeat within it.',
      }),
      batch_size: Type.Integer({ minimum: 1, maximum: 65_536, default: 32, description: 'Rows of one step.' }),
      learning_rate: Type.Number({ exclusiveMinimum: 0, maximum: 1, default: 1e-3, description: "Adam's step size." }),
      dropout: Type.Number({
        minimum: 0,
        maximum: 0.9,
        default: 0.2,
        description: 'Chance of a hidden unit to be left out of a step; the bottleneck keeps all of its units.',
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

export type Autoencoder = {
  /** Number of columns. */
  columns: number
  /** Units of each layer: the columns first, the columns last. */
  dims: Int32Array
  activation: string
  /** Of leaky-relu. */
  slope: number
  /** A value enters as (x − centre) / size; a missing one as `fill`. */
  centre: Float64Array
  size: Float64Array
  fill: Float64Array
  /** The mean squared error of each column over the rows that taught. */
  typical: Float64Array
  /** The model's own threshold: `risk > cut` is unusual. */
  cut: number
  /** The mean squared error of each epoch: in learning, and on the rows held out. */
  training_loss: Float64Array
  validation_loss: Float64Array
} & { [layer: `weights_${number}` | `biases_${number}`]: Float64Array }

export const autoencoder: Model<ReturnType<typeof params>, Autoencoder> = {
  kind: 'autoencoder',
  about: 'Flags rows that a network, trained to reproduce usual rows through a bottleneck, reproduces badly.',
  tasks: ['detect'],
  get params() {
    return params()
  },
  fit(training, given) {
    const rows = rowsOf(training)
    const random = given.random_state === undefined ? training.random : createRandom(given.random_state)
    const encoder = [training.x.columns.length, ...given.encoder_dims]
    const dims = Int32Array.from([...encoder, given.bottleneck_dim, ...encoder.reverse()])
    checkSize(dims)
    const slope = given.activation === 'leaky-relu' ? LEAKY_SLOPE : 0
    const scale = learnScaling(numericColumns(training.x), rows, given.scaler)
    const start = drawLayers(dims, given.activation, slope, random)
    const { weights, biases, trainingLoss, validationLoss } = train(
      start,
      scalingOf(scale),
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
      ...scale,
      typical: new Float64Array(training.x.columns.length),
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
    return { ...state, ...trainingErrors(state, training.x, rows, given.contamination) }
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

/** Rows that count. */
function rowsOf({ x, weight }: Training): Int32Array {
  const rows = Int32Array.from({ length: x.rows }, (_, i) => i).filter(i => weight[i]! > 0)
  if (rows.length > 0) return rows
  throw new Failure('TOO_FEW_ROWS', {
    what: 'autoencoder',
    found: 0,
    needed: 1,
    hint: 'Loosen learn: or where: in the recipe, or give a table with rows to learn from.',
  })
}

const BLOCK = 2048

/** What the rows that taught miss: each column's mean, and the (1 − contamination) quantile of the rows. */
function trainingErrors(state: Autoencoder, x: Columns, rows: Int32Array, contamination: number) {
  const misses = openDense(layersOf(state), scalingOf(state))
  const risks = new Float64Array(rows.length)
  const typical = new Float64Array(state.columns)
  const squares = new Float64Array(BLOCK * state.columns)
  const columns = numericColumns(x)
  for (let from = 0; from < rows.length; from += BLOCK) {
    const some = rows.subarray(from, from + BLOCK)
    const block = columns.map(column => Float64Array.from(some, row => column[row]!))
    misses.rows(block, some.length, risks.subarray(from))
    misses.features(block, some.length, squares)
    for (let i = 0, at = 0; i < some.length; i++)
      for (let c = 0; c < state.columns; c++) typical[c]! += (squares[at++]! - typical[c]!) / (from + i + 1)
  }
  return { typical, cut: quantile(risks.sort(), 1 - contamination) }
}

const scalingOf = ({ centre, size, fill }: Pick<Autoencoder, 'centre' | 'size' | 'fill'>): Scaling => ({
  centre,
  factor: size.map(size => 1 / size),
  fill,
})

function layersOf(state: Autoencoder): DenseLayers {
  const layers = Array.from({ length: state.dims.length - 1 }, (_, l) => l)
  return {
    dims: state.dims,
    activation: state.activation as Activation,
    slope: state.slope,
    weights: layers.map(l => state[`weights_${l}`]!),
    biases: layers.map(l => state[`biases_${l}`]!),
  }
}

function scorer(state: Autoencoder): Scorer {
  checkNetwork(state)
  const { rows } = openDense(layersOf(state), scalingOf(state))
  return {
    score(block, out) {
      checkWidth(state, block)
      rows(numericColumns(block), block.rows, out)
    },
  }
}

function checkWidth(state: Autoencoder, block: Columns): void {
  if (block.columns.length !== state.columns)
    throw new RangeError(`${block.columns.length} columns for an autoencoder of ${state.columns}`)
}

function explainer(state: Autoencoder): Explainer {
  checkNetwork(state)
  const { features } = openDense(layersOf(state), scalingOf(state))
  return {
    method: 'reconstruction error',
    explain(block, out) {
      checkWidth(state, block)
      features(numericColumns(block), block.rows, out)
      for (let i = 0, at = 0; i < block.rows; i++)
        for (let c = 0; c < state.columns; c++, at++) out[at] = (out[at]! - state.typical[c]!) / state.columns
    },
  }
}

/**
 * A state may come from a file that somebody else made.
 * @throws RangeError
 */
function checkNetwork(state: Autoencoder): void {
  const { columns, dims, activation, slope } = state
  if (!(dims instanceof Int32Array) || dims.length < 2 || dims.some(n => n < 1))
    throw new RangeError('its network has no layers')
  if (columns !== dims[0] || columns !== dims.at(-1))
    throw new RangeError(`its network of ${dims[0]} inputs and ${dims.at(-1)} outputs does not fit ${columns} columns`)
  if (!ACTIVATIONS.some(name => name === activation)) throw new RangeError(`its activation is ${activation}`)
  if (!(slope >= 0 && slope <= 1)) throw new RangeError(`its slope is ${slope}, expected 0 to 1`)
  if (!Number.isFinite(state.cut)) throw new RangeError('its network has no cut')
  const numbers = (name: string, values: unknown, length: number): void => {
    if (!(values instanceof Float64Array) || values.length !== length || !values.every(Number.isFinite))
      throw new RangeError(`its ${name} are not ${length} finite numbers`)
  }
  for (const name of ['centre', 'size', 'fill', 'typical'] as const) numbers(name, state[name], columns)
  if (state.size.some(size => size <= 0)) throw new RangeError('its columns have a size that is not above 0')
  for (let l = 0; l < dims.length - 1; l++) {
    numbers(`weights_${l}`, state[`weights_${l}`], dims[l]! * dims[l + 1]!)
    numbers(`biases_${l}`, state[`biases_${l}`], dims[l + 1]!)
  }
}

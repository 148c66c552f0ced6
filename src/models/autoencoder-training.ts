/** Learning an autoencoder: its start, the rows it is checked on, and when it has learned enough. */
import type { DenseLayers } from '../kernels/dense-layers.ts'
import { type Learner, openLearner } from '../kernels/dense-training.ts'
import { numericColumns } from '../math/columns.ts'
import type { Random } from '../math/random.ts'
import { learningScale, rescale, type Scales } from './autoencoder-scaling.ts'
import type { Training } from './model.ts'

export interface Plan {
  readonly epochs: number
  readonly batch_size: number
  readonly learning_rate: number
  readonly dropout: number
  readonly weight_decay: number
  readonly patience: number
  readonly validation_fraction: number
}

export interface Learned {
  readonly weights: readonly Float64Array[]
  readonly biases: readonly Float64Array[]
  /** The mean risk of each epoch: over its steps, with dropout, and after it over the rows held out, without. */
  readonly trainingLoss: Float64Array
  readonly validationLoss: Float64Array
}

/** Fewer steps an epoch would leave a network of a small table where it started: such a table is passed through
 * several times an epoch. */
const LEAST_STEPS = 128

/** `rows`: those to learn from. The parameters with the least loss on the rows held out are kept; where the table is
 * too small to hold any out, with the least loss on the rows it learned. */
export function train(
  start: DenseLayers,
  scales: Scales,
  training: Training,
  rows: Int32Array,
  plan: Plan,
  random: Random,
): Learned {
  const { scaling, unit } = learningScale(scales)
  const learner = openLearner(start, scaling, weighted(training, rows), {
    learningRate: plan.learning_rate,
    weightDecay: plan.weight_decay,
    dropout: plan.dropout,
    seeds: Int32Array.from({ length: 4 }, () => 1 + random.integer(2 ** 31 - 1)),
  })
  random.shuffle(rows)
  const held = Math.min(Math.floor(rows.length * plan.validation_fraction), rows.length - 1)
  const [validation, learned] = [rows.subarray(0, held), rows.subarray(held)]
  const losses = { training: [] as number[], validation: [] as number[] }
  let best = Number.POSITIVE_INFINITY
  for (let epoch = 0, since = 0; epoch < plan.epochs && since < plan.patience; epoch++) {
    losses.training.push(pass(learner, learned, plan.batch_size, random))
    const loss = learner.miss(held > 0 ? validation : learned)
    losses.validation.push(loss)
    since++
    if (loss >= best) continue
    best = loss
    since = 0
    learner.keep()
  }
  learner.restore()
  const layers = learner.layers()
  rescale(layers, scales)
  const inRisk = (loss: number) => Math.min(loss * unit, Number.MAX_VALUE)
  return {
    ...layers,
    trainingLoss: Float64Array.from(losses.training, inRisk),
    validationLoss: Float64Array.from(losses.validation, inRisk),
  }
}

/** One epoch. Returns the mean loss of its rows. */
function pass(learner: Learner, rows: Int32Array, batch: number, random: Random): number {
  const steps = Math.ceil(rows.length / batch)
  let [loss, count] = [0, 0]
  for (let done = 0; done < Math.max(steps, LEAST_STEPS); done += steps) {
    random.shuffle(rows)
    for (let from = 0; from < rows.length; from += batch) {
      const to = Math.min(from + batch, rows.length)
      loss += learner.step(rows, from, to) * (to - from)
    }
    count += rows.length
  }
  return loss / count
}

/** Weights with the mean 1, so that their unit does not matter. */
function weighted({ x, weight }: Training, rows: Int32Array) {
  const mean = rows.reduce((sum, row) => sum + weight[row]! / rows.length, 0)
  return { columns: numericColumns(x), weight: weight.map(w => w / mean) }
}

/** Uniform weights that keep the size of signals and errors: He, Zhang, Ren, Sun 2015 before a rectifier, Glorot and
 * Bengio 2010 elsewhere. Biases 0. */
export function drawLayers(
  dims: Int32Array,
  activation: DenseLayers['activation'],
  slope: number,
  random: Random,
): DenseLayers {
  const rectifier = activation === 'relu' || activation === 'leaky-relu'
  const weights: Float64Array[] = []
  for (let l = 1; l < dims.length; l++) {
    const [inputs, outputs] = [dims[l - 1]!, dims[l]!]
    const variance = rectifier && l < dims.length - 1 ? 2 / (inputs * (1 + slope ** 2)) : 2 / (inputs + outputs)
    const bound = Math.sqrt(3 * variance)
    weights.push(Float64Array.from({ length: inputs * outputs }, () => (2 * random.next() - 1) * bound))
  }
  return { dims, activation, slope, weights, biases: [...dims.subarray(1)].map(n => new Float64Array(n)) }
}

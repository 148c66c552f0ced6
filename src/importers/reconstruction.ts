/** Networks that reproduce their row, as the model autoencoder. */
import type { State } from '../math/state.ts'
import type { Input, Prediction } from './lowering/lowering.ts'

export interface Network {
  /** Units of each layer, the inputs first. */
  readonly dims: Int32Array
  /** `weights_0` (in × out, row-major), `biases_0`, `weights_1`, … */
  readonly arrays: State
  /** Between each two layers: a word of src/models/dense-state.ts. */
  readonly activation: string
  /** Of leaky-relu below 0. */
  readonly slope?: number
}

/** The risk is the mean over the columns of (x̂ − x)²; nothing is scaled on the way in. */
export function reconstruction({ from, count }: Input, { dims, arrays, activation, slope = 0 }: Network): Prediction {
  const state = {
    columns: count,
    dims,
    activation,
    slope,
    centre: new Float64Array(count),
    size: new Float64Array(count).fill(1),
    usual: new Float64Array(count),
    cut: 0,
    training_loss: new Float64Array(0),
    validation_loss: new Float64Array(0),
    ...arrays,
  }
  return {
    task: 'detect',
    risk: { use: 'autoencoder', from, count, state },
    riskName: 'reconstruction error (mean of squares)',
    scales: { score_samples: 0 },
    range: [0, Number.POSITIVE_INFINITY],
  }
}

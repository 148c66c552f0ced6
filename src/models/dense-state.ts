/** What networks of dense layers keep, whatever they are asked: checked, and as the kernel takes it. */
import type { Activation, DenseLayers } from '../kernels/dense-layers.ts'

const ACTIVATIONS: readonly Activation[] = ['relu', 'leaky-relu', 'tanh', 'identity', 'logistic']

export type DenseState = {
  /** Number of columns. */
  columns: number
  /** Units of each layer: the columns first. */
  dims: Int32Array
  /** Between the layers. */
  activation: string
  /** Of leaky-relu. */
  slope: number
} & {
  /** Weights input by input, each with an entry for every output. */
  [layer: `weights_${number}` | `biases_${number}`]: Float64Array
}

export function layersOf(state: DenseState): DenseLayers {
  const layers = Array.from({ length: state.dims.length - 1 }, (_, l) => l)
  return {
    dims: state.dims,
    activation: state.activation as Activation,
    slope: state.slope,
    weights: layers.map(l => state[`weights_${l}`]!),
    biases: layers.map(l => state[`biases_${l}`]!),
  }
}

/** A state may come from a file that somebody else made. @throws RangeError */
export function checkLayers(state: DenseState): void {
  const { dims, activation, slope } = state
  if (!(dims instanceof Int32Array) || dims.length < 2 || dims.some(n => n < 1))
    throw new RangeError('its network has no layers')
  if (!ACTIVATIONS.some(name => name === activation)) throw new RangeError(`its activation is ${activation}`)
  if (!(slope >= 0 && slope <= 1)) throw new RangeError(`its slope is ${slope}, expected 0 to 1`)
  for (let l = 0; l < dims.length - 1; l++) {
    checkNumbers(`weights_${l}`, state[`weights_${l}`], dims[l]! * dims[l + 1]!)
    checkNumbers(`biases_${l}`, state[`biases_${l}`], dims[l + 1]!)
  }
}

/** @throws RangeError */
export function checkNumbers(name: string, values: unknown, length: number): void {
  if (!(values instanceof Float64Array) || values.length !== length || !values.every(Number.isFinite))
    throw new RangeError(`its ${name} are not ${length} finite numbers`)
}

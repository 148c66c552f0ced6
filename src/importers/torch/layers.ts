/**
 * The layers of one nn.Sequential, told by the names in its state dict: "0.weight" is module 0. Modules without weights
 * (activations, Dropout) leave no name; where they must stand is told by the numbers that are left out.
 */
import type { Value } from '../pickle/nodes.ts'
import { Refusal } from '../refusal.ts'
import { type Storages, type Tensor, tensorOf } from './tensors.ts'

/** Weights in × out, row-major. */
export interface Layer {
  readonly inputs: number
  readonly outputs: number
  readonly weights: Float64Array
  readonly biases: Float64Array
}

export interface Layers {
  readonly layers: readonly Layer[]
  /** Layers of BatchNorm1d that were worked into the layer before them. */
  readonly normalised: number
}

/** Of nn.BatchNorm1d where nobody gives it another; a state dict does not keep it. */
const EPSILON = 1e-5
export const EXPORT = 'Export the network to ONNX: torch.onnx.export(model, torch.zeros(1, n), "model.onnx")'
const ONE = `Put all layers into one nn.Sequential and save its state_dict. ${EXPORT}`

type Module = Map<string, Tensor>

/** @throws Refusal for anything but Linear layers with an activation between each two */
export function layersOf(state: ReadonlyMap<string, Value>, storages: Storages): Layers {
  const modules = modulesOf(state, storages)
  const layers: Layer[] = []
  let normalised = 0
  let last = -1
  for (const [place, module] of modules) {
    const what = `module ${place}`
    if (module.has('running_mean') || module.get('weight')?.shape.length === 1) {
      if (last !== place - 1 || layers.length === 0)
        throw new Refusal('unsupported', `${what} normalises, but stands behind no Linear layer`, EXPORT)
      layers.push(folded(layers.pop() as Layer, module, what))
      normalised++
    } else {
      const gap = place - last
      if (layers.length > 0 && (gap < 2 || gap > 3))
        throw new Refusal(
          'unsupported',
          gap < 2
            ? `${what} follows the layer before it without an activation`
            : `${gap - 1} modules without weights stand before ${what}; an activation and a Dropout are expected`,
          EXPORT,
        )
      layers.push(linear(module, what, layers.at(-1)?.outputs))
    }
    last = place
  }
  if (layers.length === 0) throw new Refusal('unsupported', 'The state dict holds no Linear layer', EXPORT)
  return { layers, normalised }
}

function modulesOf(state: ReadonlyMap<string, Value>, storages: Storages): (readonly [number, Module])[] {
  const modules = new Map<number, Module>()
  const prefixes = new Set<string>()
  for (const [name, value] of state) {
    const [, prefix, place, part] = /^(.*?)(\d{1,6})\.(\w+)$/s.exec(name) ?? []
    const tensor = tensorOf(value, storages)
    if (prefix === undefined || place === undefined || part === undefined || !tensor)
      throw new Refusal('unsupported', `${JSON.stringify(name.slice(0, 80))} is no tensor of an nn.Sequential`, ONE)
    prefixes.add(prefix)
    const module = modules.get(Number(place)) ?? new Map<string, Tensor>()
    if (module.has(part) && prefixes.size === 1)
      throw new Refusal('damaged', `Two tensors are module ${place}'s ${part}`)
    modules.set(Number(place), module.set(part, tensor))
  }
  if (prefixes.size > 1)
    throw new Refusal(
      'unsupported',
      `Its layers are in several parts (${[...prefixes].slice(0, 5).join(', ')}), and nothing says what stands between these`,
      ONE,
    )
  return [...modules].sort(([a], [b]) => a - b)
}

const damaged = (what: string, found: string) => new Refusal('damaged', `${what} of the state dict ${found}`)

function linear(module: Module, what: string, before: number | undefined): Layer {
  const strange = [...module.keys()].find(part => part !== 'weight' && part !== 'bias')
  const weight = module.get('weight')
  if (strange !== undefined || weight?.shape.length !== 2)
    throw new Refusal(
      'unsupported',
      strange === undefined
        ? `${what} has weights of ${weight?.shape.length ?? 0} dimensions, a Linear layer has 2`
        : `${what} has ${strange}, which no Linear layer has`,
      EXPORT,
    )
  const [outputs, inputs] = weight.shape as [number, number]
  if (inputs < 1 || outputs < 1 || (before !== undefined && inputs !== before))
    throw damaged(what, `takes ${inputs} inputs, expected ${before ?? 'at least 1'}`)
  const rows = finite(weight, what)
  const weights = new Float64Array(rows.length)
  for (let o = 0; o < outputs; o++) for (let i = 0; i < inputs; i++) weights[i * outputs + o] = rows[o * inputs + i]!
  return { inputs, outputs, weights, biases: vector(module, 'bias', outputs, what) ?? new Float64Array(outputs) }
}

/** y = (x − mean) / √(var + ε) · weight + bias, after a Linear layer, is a Linear layer. */
function folded(layer: Layer, module: Module, what: string): Layer {
  const { outputs } = layer
  const mean = vector(module, 'running_mean', outputs, what)
  const variance = vector(module, 'running_var', outputs, what)
  if (!mean || !variance)
    throw new Refusal(
      'unsupported',
      `${what} normalises each row by itself (LayerNorm, or BatchNorm without running statistics)`,
      EXPORT,
    )
  if (variance.some(value => value < 0)) throw damaged(what, 'has a variance below 0')
  const gain = vector(module, 'weight', outputs, what)
  const shift = vector(module, 'bias', outputs, what)
  const factor = variance.map((value, o) => (gain ? gain[o]! : 1) / Math.sqrt(value + EPSILON))
  return {
    ...layer,
    weights: layer.weights.map((weight, at) => weight * factor[at % outputs]!),
    biases: layer.biases.map((bias, o) => (bias - mean[o]!) * factor[o]! + (shift ? shift[o]! : 0)),
  }
}

function vector(module: Module, part: string, length: number, what: string): Float64Array | undefined {
  const tensor = module.get(part)
  if (!tensor) return undefined
  if (tensor.shape.length !== 1 || tensor.shape[0] !== length)
    throw damaged(what, `has a ${part} of shape (${tensor.shape.join(', ')}), expected (${length})`)
  return finite(tensor, what)
}

function finite(tensor: Tensor, what: string): Float64Array {
  const numbers = tensor.numbers()
  if (!numbers.every(Number.isFinite)) throw damaged(what, 'holds a number that is missing or infinite')
  return numbers
}

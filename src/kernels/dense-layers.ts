/**
 * Rows through a network of dense layers: its outputs, or, of one that reproduces its input, how far it misses. All in
 * f64. What is said of a row depends on that row alone, so blocks of any size give the same bits.
 *
 * `answerPlainly` and `missPlainly` are the obvious forms and the oracles of the tests: the kernel gives the same bits
 * for relu, leaky-relu and identity; its tanh and logistic are within 1e-15 of the platform's.
 */
import { createArena, tileRowsFor } from './arena.ts'

export type Activation = 'relu' | 'leaky-relu' | 'tanh' | 'identity' | 'logistic'

export interface DenseLayers {
  /** Units of each layer: the input's first, the output's last. */
  readonly dims: Int32Array
  /** Between the layers; the output is linear. */
  readonly activation: Activation
  /** What leaky-relu multiplies negative sums with, 0 to 1. */
  readonly slope: number
  /** Of each layer but the input: `weights[l][input * outputs + output]`. */
  readonly weights: readonly Float64Array[]
  readonly biases: readonly Float64Array[]
}

/** Values enter the network as (x − centre) · factor within ±1e100; a missing one enters as `fill`. */
export interface Scaling {
  readonly centre: Float64Array
  readonly factor: Float64Array
  readonly fill: Float64Array
  /** What the squared error of each feature counts in the mean; 1 by default. */
  readonly importance?: Float64Array
}

/** Writes each row's mean squared error, scaled, over the features. Never NaN, at most the largest double. */
export type RowErrors = (columns: readonly Float64Array[], rows: number, out: Float64Array) => void

/** How large a scaled value can be: squares of what a network makes of it are finite still. */
export const LARGEST = 1e100

/** Writes each row's outputs: out[u][row], before what the last layer may be followed by. */
export type RowOutputs = (columns: readonly Float64Array[], rows: number, out: readonly Float64Array[]) => void

export function missPlainly(net: DenseLayers, scaling: Scaling): RowErrors {
  const { importance } = scaling
  return (columns, rows, out) => {
    for (let row = 0; row < rows; row++) {
      const input = enterPlainly(columns, row, scaling)
      let sum = 0
      for (const [f, value] of passPlainly(net, input).entries()) {
        const error = value - input[f]!
        sum += error * (importance?.[f] ?? 1) * error
      }
      out[row] = Math.min(Number.MAX_VALUE, sum / columns.length)
    }
  }
}

export function answerPlainly(net: DenseLayers, scaling: Scaling): RowOutputs {
  return (columns, rows, out) => {
    for (let row = 0; row < rows; row++)
      for (const [u, value] of passPlainly(net, enterPlainly(columns, row, scaling)).entries()) out[u]![row] = value
  }
}

function enterPlainly(columns: readonly Float64Array[], row: number, { centre, factor, fill }: Scaling): Float64Array {
  return Float64Array.from(columns, (column, f) => {
    const x = column[row]!
    if (Number.isNaN(x)) return fill[f]!
    return Math.min(LARGEST, Math.max(-LARGEST, (x - centre[f]!) * factor[f]!))
  })
}

function passPlainly(net: DenseLayers, input: Float64Array): Float64Array {
  const act = ACTIVATIONS[net.activation](net.slope)
  let values = input
  for (const [l, weights] of net.weights.entries()) {
    const outputs = net.dims[l + 1]!
    const last = l === net.weights.length - 1
    values = net.biases[l]!.map((bias, j) => {
      let sum = bias
      for (let k = 0; k < values.length; k++) sum += values[k]! * weights[k * outputs + j]!
      return last ? sum : act(sum)
    })
  }
  return values
}

const ACTIVATIONS: Readonly<Record<Activation, (slope: number) => (sum: number) => number>> = {
  relu: () => sum => Math.max(0, sum),
  'leaky-relu': slope => sum => (sum > 0 ? sum : slope * sum),
  identity: () => sum => sum,
  tanh: () => Math.tanh,
  logistic: () => sum => 1 / (1 + Math.exp(-sum)),
}

/** The kernel's words for an activation: tanh, logistic, or max(z, slope · z). */
export function kernelActivation({ activation, slope }: DenseLayers): [code: number, slope: number] {
  if (activation === 'tanh') return [1, 1]
  if (activation === 'logistic') return [2, 1]
  return [0, activation === 'relu' ? 0 : activation === 'identity' ? 1 : slope]
}

type Arguments<Count extends number, List extends number[] = []> = List['length'] extends Count
  ? List
  : Arguments<Count, [...List, number]>

/** Their parameters stand in dense-layers.as.ts. */
export interface ErrorKernel {
  rowErrors(...given: Arguments<14>): void
}

interface ScoringKernel extends ErrorKernel {
  scaleRows(...given: Arguments<7>): void
  reconstruct(...given: Arguments<9>): number
}

/** Rows that are staged at a time: whole tiles; more would leave the second-level cache. */
export const BLOCK_ROWS = 512
/** A tile's values stay in the first-level cache. Measured: half of this and twice are within 2 %, for 100 columns 5 %. */
const TILE_BYTES = 24_576
const [SMALLEST_TILE, LARGEST_TILE] = [16, 128]

/** Packs the network once.
 * @throws RangeError when it needs more than 4 GiB. */
export function openDense(net: DenseLayers, scaling: Scaling): RowErrors {
  const { at, f64, kernel, tileRows, stage, scaled, layered, buffers } = openNetwork(net, scaling)
  const errors = at.errors / 8
  return (columns, rows, out) => {
    for (let from = 0; from < rows; from += BLOCK_ROWS) {
      const n = Math.min(BLOCK_ROWS, rows - from)
      stage(columns, from, n)
      kernel.rowErrors(at.source, BLOCK_ROWS * 8, padded(n), tileRows, ...scaled, ...layered, ...buffers, at.errors)
      out.set(f64.subarray(errors, errors + n), from)
    }
  }
}

/** Packs the network once.
 * @throws RangeError when it needs more than 4 GiB. */
export function openAnswers(net: DenseLayers, scaling: Scaling): RowOutputs {
  const { at, f64, kernel, tileRows, stage, scaled, layered, buffers } = openNetwork(net, scaling)
  const [layers, count, activation, slope] = layered
  const [input, a, b] = buffers
  return (columns, rows, out) => {
    for (let from = 0; from < rows; from += tileRows) {
      const n = Math.min(tileRows, rows - from)
      stage(columns, from, n)
      kernel.scaleRows(at.source, BLOCK_ROWS * 8, padded(n), ...scaled, input, tileRows * 8)
      const end = kernel.reconstruct(input, layers, count, padded(n), tileRows * 8, activation, slope, a, b)
      for (const [u, answers] of out.entries()) {
        const start = end / 8 + u * tileRows
        answers.set(f64.subarray(start, start + n), from)
      }
    }
  }
}

/** The arena with everything that does not change from block to block. */
function openNetwork(net: DenseLayers, scaling: Scaling) {
  const features = net.dims[0]!
  const rowBytes = 8 * (features + 2 * widestOf(net.dims))
  const tileRows = tileRowsFor(TILE_BYTES, rowBytes, SMALLEST_TILE, LARGEST_TILE)
  const layout = layOut(net.dims)
  const arena = createArena({
    ...scoringRegions(net.dims, tileRows),
    parameters: layout.parameters * 8,
  })
  const { at, f64 } = arena
  layout.write(net, f64.subarray(at.parameters / 8))
  writeLayers(net.dims, layout, at, arena.u32)
  writeScaling(scaling, f64.subarray(at.scaling / 8))
  const source = at.source / 8
  return {
    at,
    f64,
    kernel: arena.link<ScoringKernel>('dense-layers'),
    tileRows,
    scaled: [features, at.scaling] as const,
    layered: [at.layers, net.dims.length - 1, ...kernelActivation(net)] as const,
    buffers: [at.input, at.a, at.b] as const,
    stage(columns: readonly Float64Array[], from: number, rows: number) {
      for (let f = 0; f < features; f++) f64.set(columns[f]!.subarray(from, from + rows), source + f * BLOCK_ROWS)
    },
  }
}

export const padded = (units: number) => Math.ceil(units / 4) * 4
const widestOf = (dims: Int32Array) => padded(Math.max(...dims))

/** What scoring needs besides the parameters. */
export function scoringRegions(dims: Int32Array, tileRows: number) {
  const features = dims[0]!
  const widest = widestOf(dims)
  return {
    source: BLOCK_ROWS * 8 * features,
    scaling: features * 32,
    layers: (dims.length - 1) * LAYER_WORDS * 4,
    input: padded(features) * tileRows * 8,
    a: widest * tileRows * 8,
    b: widest * tileRows * 8,
    errors: BLOCK_ROWS * 8,
  }
}

export const LAYER_WORDS = 8

export interface Layout {
  /** Numbers in all, those that fill rows up included. */
  readonly parameters: number
  /** Where each layer's begin. A row of biases, then one for each input; both sides are filled up to multiples of 4. */
  readonly starts: readonly number[]
  write(from: Pick<DenseLayers, 'weights' | 'biases'>, to: Float64Array): void
  read(from: Float64Array): { weights: Float64Array[]; biases: Float64Array[] }
}

export function layOut(dims: Int32Array): Layout {
  const starts: number[] = []
  let parameters = 0
  for (let l = 1; l < dims.length; l++) {
    starts.push(parameters)
    parameters += (1 + padded(dims[l - 1]!)) * padded(dims[l]!)
  }
  const rowsOf = (l: number) => ({ inputs: dims[l]!, outputs: dims[l + 1]!, stride: padded(dims[l + 1]!) })
  return {
    parameters,
    starts,
    write({ weights, biases }, to) {
      for (const [l, start] of starts.entries()) {
        const { inputs, outputs, stride } = rowsOf(l)
        to.set(biases[l]!, start)
        for (let k = 0; k < inputs; k++)
          to.set(weights[l]!.subarray(k * outputs, (k + 1) * outputs), start + (k + 1) * stride)
      }
    },
    read(from) {
      const weights = starts.map((start, l) => {
        const { inputs, outputs, stride } = rowsOf(l)
        const layer = new Float64Array(inputs * outputs)
        for (let k = 0; k < inputs; k++) {
          const row = start + (k + 1) * stride
          layer.set(from.subarray(row, row + outputs), k * outputs)
        }
        return layer
      })
      return { weights, biases: starts.map((start, l) => from.slice(start, start + dims[l + 1]!)) }
    },
  }
}

/** The kernel's table: inputs, outputs, outputs filled up, address of the parameters; the rest is for learning. */
export function writeLayers(
  dims: Int32Array,
  { starts }: Layout,
  at: { readonly layers: number; readonly parameters: number },
  u32: Uint32Array,
): void {
  for (const [l, start] of starts.entries())
    u32.set([dims[l]!, dims[l + 1]!, padded(dims[l + 1]!), at.parameters + start * 8], at.layers / 4 + l * LAYER_WORDS)
}

export function writeScaling({ centre, factor, fill, importance }: Scaling, to: Float64Array): void {
  for (let f = 0; f < centre.length; f++) to.set([centre[f]!, factor[f]!, fill[f]!, importance?.[f] ?? 1], f * 4)
}

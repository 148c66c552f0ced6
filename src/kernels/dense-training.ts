/**
 * Learning a network of dense layers that reproduces its input: gradients of the mean squared error by
 * back-propagation, and Adam's step. All in f64, on one thread, every sum in a fixed order: the same rows, start and
 * seed give the same bits.
 */
import { createArena } from './arena.ts'
import {
  BLOCK_ROWS,
  type DenseLayers,
  type ErrorKernel,
  kernelActivation,
  LAYER_WORDS,
  layOut,
  padded,
  type Scaling,
  scoringRegions,
  writeLayers,
  writeScaling,
} from './dense-layers.ts'

export interface Descent {
  readonly learningRate: number
  /** Times each parameter, biases too, added to its gradient (as `weight_decay` of torch.optim.Adam). */
  readonly weightDecay: number
  /** The chance of a hidden unit to be left out of a row's step; the others then grow by 1 / (1 − chance). */
  readonly dropout: number
  /** Four integers that are not 0: where the draws of dropout begin. */
  readonly seeds: Int32Array
}

export interface Learner {
  /**
   * One step of Adam on the rows `ids[from … to − 1]`, by the gradient of the sum of weight × mean squared error over
   * the number of rows.
   * @returns that sum before the step, with dropout
   */
  step(ids: Int32Array, from: number, to: number): number
  /** The weighted mean squared error of these rows, without dropout. */
  miss(ids: Int32Array): number
  /** Remembers the parameters as they are, or goes back to what was remembered. */
  keep(): void
  restore(): void
  layers(): { weights: Float64Array[]; biases: Float64Array[] }
}

export interface Rows {
  readonly columns: readonly Float64Array[]
  readonly weight: Float64Array
}

/** A batch is learned in tiles: the values of all layers for so many rows stay in the second-level cache. */
const TILE_ROWS = 32

const [BETA1, BETA2, EPSILON] = [0.9, 0.999, 1e-8]

interface Kernel extends ErrorKernel {
  learnTile(
    source: number,
    rows: number,
    tileRows: number,
    features: number,
    scaling: number,
    pull: number,
    layers: number,
    count: number,
    activation: number,
    slope: number,
    grown: number,
    random: number,
    input: number,
    a: number,
    b: number,
    toGradients: number,
  ): number
  descend(
    parameters: number,
    gradients: number,
    first: number,
    second: number,
    bytes: number,
    decay: number,
    step: number,
    evened: number,
    beta1: number,
    beta2: number,
    epsilon: number,
  ): void
}

/** Starts from the given parameters.
 * @throws RangeError when it needs more than 4 GiB. */
export function openLearner(net: DenseLayers, scaling: Scaling, rows: Rows, descent: Descent): Learner {
  const { dims } = net
  const features = dims[0]!
  const count = dims.length - 1
  const units = dims.reduce((sum, n) => sum + padded(n), 0)
  const layout = layOut(dims)
  const bytes = layout.parameters * 8
  const arena = createArena({
    ...scoringRegions(dims, TILE_ROWS),
    pull: TILE_ROWS * 8,
    random: 16,
    values: units * TILE_ROWS * 8,
    derivatives: units * TILE_ROWS * 8,
    parameters: bytes,
    gradients: bytes,
    first: bytes,
    second: bytes,
  })
  const { at, f64, i32, u32 } = arena
  const kernel = arena.link<Kernel>('dense-layers')
  const [activation, slope] = kernelActivation(net)
  const parameters = f64.subarray(at.parameters / 8, at.parameters / 8 + layout.parameters)
  layout.write(net, parameters)
  writeLayers(dims, layout, at, u32)
  writeWork(dims, descent.dropout, at, u32)
  writeScaling(scaling, f64.subarray(at.scaling / 8))
  i32.set(descent.seeds, at.random / 4)
  const kept = parameters.slice()
  let [decayed1, decayed2] = [1, 1]

  /** Brings rows in, `stride` numbers a column. */
  const stage = (ids: Int32Array, from: number, to: number, stride: number): void => {
    for (let f = 0; f < features; f++) {
      const column = rows.columns[f]!
      const start = at.source / 8 + f * stride - from
      for (let i = from; i < to; i++) f64[start + i] = column[ids[i]!]!
    }
  }
  const learnTile = (ids: Int32Array, from: number, to: number, share: number): number => {
    stage(ids, from, to, TILE_ROWS)
    const pull = at.pull / 8
    const n = padded(to - from)
    for (let i = 0; i < n; i++) f64[pull + i] = from + i < to ? rows.weight[ids[from + i]!]! * share : 0
    const work = [
      at.layers,
      count,
      activation,
      slope,
      1 / (1 - descent.dropout),
      at.random,
      at.input,
      at.a,
      at.b,
    ] as const
    const toGradients = at.gradients - at.parameters
    return kernel.learnTile(at.source, n, TILE_ROWS, features, at.scaling, at.pull, ...work, toGradients)
  }
  return {
    step(ids, from, to) {
      let loss = 0
      for (let start = from; start < to; start += TILE_ROWS)
        loss += learnTile(ids, start, Math.min(start + TILE_ROWS, to), 2 / ((to - from) * features))
      decayed1 *= BETA1
      decayed2 *= BETA2
      const rate = descent.learningRate / (1 - decayed1)
      const moments = [at.parameters, at.gradients, at.first, at.second, bytes] as const
      kernel.descend(...moments, descent.weightDecay, rate, 1 / Math.sqrt(1 - decayed2), BETA1, BETA2, EPSILON)
      return loss / 2
    },
    miss(ids) {
      let [sum, weight] = [0, 0]
      for (let from = 0; from < ids.length; from += BLOCK_ROWS) {
        const to = Math.min(from + BLOCK_ROWS, ids.length)
        stage(ids, from, to, BLOCK_ROWS)
        const place = [at.source, BLOCK_ROWS * 8, padded(to - from), TILE_ROWS, features, at.scaling] as const
        kernel.rowErrors(...place, at.layers, count, activation, slope, at.input, at.a, at.b, at.errors)
        for (let i = from; i < to; i++) {
          sum += f64[at.errors / 8 + i - from]! * rows.weight[ids[i]!]!
          weight += rows.weight[ids[i]!]!
        }
      }
      return weight === 0 ? 0 : sum / weight
    },
    keep: () => kept.set(parameters),
    restore: () => parameters.set(kept),
    layers: () => layout.read(parameters),
  }
}

/** The rest of the kernel's table: where a layer's values and derivatives lie, and how many of 2^32 draws drop a unit. */
function writeWork(
  dims: Int32Array,
  dropout: number,
  at: { readonly layers: number; readonly values: number; readonly derivatives: number },
  u32: Uint32Array,
): void {
  let offset = 0
  for (let l = 1; l < dims.length; l++) {
    const dropped = l === dims.length - 1 ? 0 : Math.round(dropout * 2 ** 32)
    u32.set([at.values + offset, at.derivatives + offset, dropped], at.layers / 4 + (l - 1) * LAYER_WORDS + 4)
    offset += padded(dims[l]!) * TILE_ROWS * 8
  }
}

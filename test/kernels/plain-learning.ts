/**
 * The obvious form of src/kernels/dense-training.ts: back-propagation row by row, then Adam. Sums over the rows of a
 * batch are taken as the kernel takes them, every second row together, so that the bits are the same.
 */
import type { Activation, DenseLayers, Scaling } from '../../src/kernels/dense-layers.ts'
import type { Descent, Rows } from '../../src/kernels/dense-training.ts'

const TILE_ROWS = 32

interface Unit {
  value: number
  derivative: number
}

export function learnPlainly(net: DenseLayers, scaling: Scaling, rows: Rows, descent: Descent) {
  const { dims } = net
  const layers = [...dims.subarray(1)].map((_, l) => ({
    parameters: [net.biases[l]!.slice(), net.weights[l]!.slice()] as const,
    first: [new Float64Array(dims[l + 1]!), new Float64Array(dims[l]! * dims[l + 1]!)] as const,
    second: [new Float64Array(dims[l + 1]!), new Float64Array(dims[l]! * dims[l + 1]!)] as const,
  }))
  const random = Uint32Array.from(descent.seeds)
  const limit = Math.round(descent.dropout * 2 ** 32)
  let [decayed1, decayed2] = [1, 1]

  /** values[layer][unit][row] of a tile. */
  const forward = (ids: Int32Array): Unit[][][] => {
    const input = rows.columns.map((column, f) =>
      [...ids].map(id => {
        const x = column[id]!
        const value = Number.isNaN(x) ? scaling.fill[f]! : (x - scaling.centre[f]!) * scaling.factor[f]!
        return { value: Math.min(1e100, Math.max(-1e100, value)), derivative: 1 }
      }),
    )
    const all: Unit[][][] = [input]
    for (const [l, { parameters }] of layers.entries()) {
      const [bias, weight] = parameters
      const before = all.at(-1)!
      const last = l === layers.length - 1
      const units = [...bias].map((b, j) => {
        const sums = [...ids].map((_, r) => {
          let sum = b
          for (const [k, unit] of before.entries()) sum += unit[r]!.value * weight[k * bias.length + j]!
          return sum
        })
        if (last) return sums.map(value => ({ value, derivative: 1 }))
        const kept = limit === 0 ? sums.map(() => true) : draws(random, limit, sums.length)
        const grown = limit === 0 ? 1 : 1 / (1 - descent.dropout)
        return sums.map((z, r) => {
          const { value, derivative } = activate(net.activation, net.slope, z)
          return kept[r] ? { value: value * grown, derivative: derivative * grown } : { value: 0, derivative: 0 }
        })
      })
      all.push(units)
    }
    return all
  }

  /** Adds a tile's gradients. */
  const learn = (ids: Int32Array, share: number, gradients: (readonly [Float64Array, Float64Array])[]): number => {
    const all = forward(ids)
    let loss = [0, 0]
    let delta = all.at(-1)!.map((unit, f) =>
      unit.map(({ value }, r) => {
        const error = value - all[0]![f]![r]!.value
        const pulled = error * (scaling.importance?.[f] ?? 1) * (rows.weight[ids[r]!]! * share)
        loss = loss.map((sum, lane) => (lane === r % 2 ? sum + pulled * error : sum))
        return pulled
      }),
    )
    for (let l = layers.length - 1; l >= 0; l--) {
      const [bias, weight] = gradients[l]!
      const before = all[l]!
      for (let j = 0; j < bias.length; j++) {
        bias[j]! += everySecond(ids.length, r => delta[j]![r]!)
        for (const [k, unit] of before.entries())
          weight[k * bias.length + j]! += everySecond(ids.length, r => unit[r]!.value * delta[j]![r]!)
      }
      const values = layers[l]!.parameters[1]
      delta = before.map((unit, k) =>
        unit.map(({ derivative }, r) => {
          let sum = 0
          for (let j = 0; j < bias.length; j++) sum += delta[j]![r]! * values[k * bias.length + j]!
          return sum * derivative
        }),
      )
    }
    return loss[0]! + loss[1]!
  }

  return {
    step(ids: Int32Array, from: number, to: number): number {
      const gradients = layers.map(
        ({ parameters: [bias, weight] }) => [new Float64Array(bias.length), new Float64Array(weight.length)] as const,
      )
      let loss = 0
      for (let start = from; start < to; start += TILE_ROWS) {
        const tile = ids.subarray(start, Math.min(start + TILE_ROWS, to))
        loss += learn(tile, 2 / ((to - from) * dims[0]!), gradients)
      }
      decayed1 *= 0.9
      decayed2 *= 0.999
      const rate = descent.learningRate / (1 - decayed1)
      const even = 1 / Math.sqrt(1 - decayed2)
      for (const [l, { parameters, first, second }] of layers.entries())
        for (const part of [0, 1] as const)
          for (let i = 0; i < parameters[part].length; i++) {
            const p = parameters[part][i]!
            const g = gradients[l]![part][i]! + descent.weightDecay * p
            const m = (first[part][i] = 0.9 * first[part][i]! + (1 - 0.9) * g)
            const v = (second[part][i] = 0.999 * second[part][i]! + (1 - 0.999) * (g * g))
            parameters[part][i] = p - (rate * m) / (Math.sqrt(v) * even + 1e-8)
          }
      return loss / 2
    },
    layers: () => ({
      biases: layers.map(({ parameters }) => parameters[0]),
      weights: layers.map(({ parameters }) => parameters[1]),
    }),
  }
}

function everySecond(count: number, value: (row: number) => number): number {
  const sums = [0, 0]
  for (let r = 0; r < count; r++) sums[r % 2]! += value(r)
  return sums[0]! + sums[1]!
}

/** One draw of the four streams serves four rows. */
function draws(random: Uint32Array, limit: number, rows: number): boolean[] {
  const kept: boolean[] = []
  while (kept.length < rows)
    for (let lane = 0; lane < 4; lane++) {
      let s = random[lane]!
      s ^= s << 13
      s ^= s >>> 17
      s ^= s << 5
      random[lane] = s
      kept.push(random[lane]! >= limit)
    }
  return kept
}

function activate(activation: Activation, slope: number, z: number): Unit {
  if (activation === 'tanh') return { value: Math.tanh(z), derivative: 1 - Math.tanh(z) ** 2 }
  if (activation === 'logistic') {
    const value = 1 / (1 + Math.exp(-z))
    return { value, derivative: value * (1 - value) }
  }
  const below = activation === 'identity' ? 1 : activation === 'relu' ? 0 : slope
  return { value: z > 0 ? z : z * below, derivative: z > 0 ? 1 : below }
}

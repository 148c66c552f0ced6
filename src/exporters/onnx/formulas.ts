/** Models that are formulas of numbers: each takes the columns as [rows, columns] and leaves the risk as [rows, 1]. */

import type { Covariance } from '../../kernels/mixture.ts'
import { centreOf, entry, fold } from '../../kernels/mixture-layout.ts'
import { LARGEST } from '../../math/bounds.ts'
import type { Linear } from '../../math/linear.ts'
import type { Autoencoder } from '../../models/autoencoder.ts'
import type { Cox } from '../../models/cox.ts'
import type { GaussianMixture } from '../../models/gaussian-mixture.ts'
import { type Pca, residual } from '../../models/pca.ts'
import type { Graph, Value } from './graph.ts'

/** 1 / (1 + e^−z), where neither end overflows. */
export function logistic(g: Graph, z: Value): Value {
  const small = g.apply('Exp', [g.apply('Neg', [g.apply('Abs', [z])])])
  const whole = g.apply('Add', [small, 1])
  const above = g.apply('GreaterOrEqual', [z, 0])
  return g.apply('Where', [above, g.apply('Div', [1, whole]), g.apply('Div', [small, whole])])
}

export const clip = (g: Graph, x: Value, limit: number) => g.apply('Clip', [x, -limit, limit])

export function linear(g: Graph, x: Value, { coefficient, centre, base }: Linear): Value {
  const apart = g.apply('Sub', [x, g.doubles(centre)])
  return g.apply('Add', [g.apply('MatMul', [apart, g.doubles(coefficient, [coefficient.length, 1])]), base])
}

export function cox(g: Graph, x: Value, { coefficient, centre }: Cox): Value {
  return g.apply('Exp', [clip(g, linear(g, x, { coefficient, centre, base: 0 }), 709)])
}

export function gaussianMixture(g: Graph, x: Value, state: GaussianMixture): Value {
  const { weights, means, precisions, rates } = state
  const covariance = state.covariance as Covariance
  const mixture = { covariance, weights, means, precisions }
  const [k, d] = [weights.length, means.length / weights.length]
  const centre = centreOf(mixture)
  const { shifts, constants } = fold(mixture, centre)
  const whole = covariance === 'full' || covariance === 'tied'
  // All components beside each other: one product turns a row into all its standardised forms.
  const turn = new Float64Array(d * k * d)
  const same = new Float64Array(k * d * k)
  for (let c = 0; c < k; c++)
    for (let j = 0; j < d; j++) {
      for (let i = whole ? 0 : j; i <= j; i++) turn[i * k * d + c * d + j] = precisions[entry(covariance, d, c, i, j)]!
      same[(c * d + j) * k + c] = 1
    }
  const apart = g.apply('Sub', [clip(g, x, LARGEST), g.doubles(centre)])
  const forms = g.apply('Sub', [g.apply('MatMul', [apart, g.doubles(turn, [d, k * d])]), g.doubles(shifts)])
  const squares = g.apply('MatMul', [g.apply('Mul', [forms, forms]), g.doubles(same, [k * d, k])])
  const logs = g.apply('Sub', [g.doubles(constants), g.apply('Mul', [squares, 0.5])])
  const best = g.apply('ReduceMax', [logs], { axes: Int32Array.of(1) })
  const each = g.apply('Exp', [g.apply('Sub', [logs, best])])
  const all = g.apply('ReduceSum', [each, g.integers([1])])
  if (rates.length > 0) return g.apply('Div', [g.apply('MatMul', [each, g.doubles(rates, [k, 1])]), all])
  return g.apply('Neg', [g.apply('Add', [best, g.apply('Log', [all])])])
}

export function pca(g: Graph, x: Value, state: Pca): Value {
  const { mean, scale, components, explainedVariance, t2Limit, speLimit } = state
  const d = mean.length
  const apart = g.apply('Sub', [clip(g, x, LARGEST), g.doubles(mean)])
  const z = clip(g, g.apply('Mul', [apart, g.doubles(scale.map(value => 1 / value))]), LARGEST)
  const along = components.map((value, i) => value / Math.sqrt(explainedVariance[Math.floor(i / d)]!))
  const t2 = squaredLength(g, z, along, d)
  const spe = squaredLength(g, z, residual(components, d), d)
  const worse = g.apply('Max', [g.apply('Div', [t2, t2Limit]), g.apply('Div', [spe, speLimit])])
  return g.apply('Min', [worse, Number.MAX_VALUE])
}

/** Of the projections on directions that lie one after the other. */
function squaredLength(g: Graph, z: Value, directions: Float64Array, d: number): Value {
  const count = directions.length / d
  if (count === 0) return g.apply('Mul', [g.apply('ReduceSum', [z, g.integers([1])]), 0])
  const turned = new Float64Array(directions.length)
  for (let m = 0; m < count; m++) for (let f = 0; f < d; f++) turned[f * count + m] = directions[m * d + f]!
  const lengths = g.apply('MatMul', [z, g.doubles(turned, [d, count])])
  return g.apply('ReduceSum', [g.apply('Mul', [lengths, lengths]), g.integers([1])])
}

/** How large a scaled value can be: src/kernels/dense-layers.ts. */
const LARGEST_INPUT = 1e100

export function autoencoder(g: Graph, x: Value, state: Autoencoder): Value {
  const { dims, centre, size } = state
  const apart = g.apply('Sub', [x, g.doubles(centre)])
  const input = clip(g, g.apply('Mul', [apart, g.doubles(size.map(width => 1 / width))]), LARGEST_INPUT)
  let values = input
  for (let l = 0; l < dims.length - 1; l++) {
    const weights = g.doubles(state[`weights_${l}`]!, [dims[l]!, dims[l + 1]!])
    values = g.apply('Add', [g.apply('MatMul', [values, weights]), g.doubles(state[`biases_${l}`]!)])
    if (l < dims.length - 2) values = activate(g, values, state)
  }
  const missed = g.apply('Sub', [values, input])
  const squares = g.apply('ReduceSum', [g.apply('Mul', [missed, missed]), g.integers([1])])
  return g.apply('Min', [g.apply('Div', [squares, dims[0]!]), Number.MAX_VALUE])
}

function activate(g: Graph, z: Value, { activation, slope }: Autoencoder): Value {
  if (activation === 'tanh') return g.apply('Tanh', [z])
  if (activation === 'logistic') return logistic(g, z)
  if (activation === 'identity') return z
  return g.apply('Max', [z, activation === 'relu' ? 0 : g.apply('Mul', [z, slope])])
}

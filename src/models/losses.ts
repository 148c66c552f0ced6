/**
 * What boosting makes small (Friedman, "Greedy function approximation: a gradient boosting machine", Annals of
 * Statistics 2001): the loss of a raw prediction, its first two derivatives, and the constant that is best alone.
 */
import type { Histograms } from '../kernels/histogram.ts'
import { quantile } from '../math/statistics.ts'

export type Slopes = Pick<Histograms, 'raw' | 'y' | 'weight' | 'gradient' | 'hessian' | 'logisticSlopes'>

export interface Loss {
  readonly name: 'log_loss' | 'squared_error' | 'absolute_error' | 'quantile'
  /** The raw prediction that is best when nothing is known of a row. Weights are positive. */
  best(y: Float64Array, weight: Float64Array): number
  /** Loss of one row, but for what does not depend on `raw`. */
  at(raw: number, y: number): number
  /** Writes the derivatives of weight × loss by the raw prediction. */
  slopes(rows: Slopes): void
  /** Where the second derivative says nothing: a leaf's value is this quantile of y − raw of its rows. */
  readonly ofResiduals?: number
}

/** Labels 0 and 1; the raw prediction is the logarithm of the odds of 1. */
export const logLoss: Loss = {
  name: 'log_loss',
  best(y, weight) {
    let [ones, all] = [0, 0]
    for (let i = 0; i < y.length; i++) {
      ones += weight[i]! * y[i]!
      all += weight[i]!
    }
    // With one class only: half a row of the other keeps the odds finite.
    const half = all / y.length / 2
    if (ones === 0 || ones === all) return Math.log((ones + half) / (all - ones + half))
    return Math.log(ones / (all - ones))
  },
  at: (raw, y) => Math.max(raw, 0) - y * raw + Math.log1p(Math.exp(-Math.abs(raw))),
  slopes: rows => rows.logisticSlopes(),
}

export const squaredError: Loss = {
  name: 'squared_error',
  best(y, weight) {
    // Running: the sum itself could overflow.
    let [mean, all] = [0, 0]
    for (let i = 0; i < y.length; i++) {
      all += weight[i]!
      mean += (y[i]! - mean) * (weight[i]! / all)
    }
    return mean
  },
  at: (raw, y) => (raw - y) ** 2 / 2,
  slopes({ raw, y, weight, gradient, hessian }) {
    for (let i = 0; i < y.length; i++) {
      gradient[i] = weight[i]! * (raw[i]! - y[i]!)
      hessian[i] = weight[i]!
    }
  },
}

export const absoluteError: Loss = { ...pinball(0.5), name: 'absolute_error', at: (raw, y) => Math.abs(raw - y) }

/** Pinball loss: least where a share q of the rows lies below (Koenker, Bassett, "Regression quantiles", 1978). */
export function quantileLoss(q: number): Loss {
  return { ...pinball(q), name: 'quantile' }
}

function pinball(q: number): Omit<Loss, 'name'> {
  return {
    ofResiduals: q,
    best: (y, weight) => weightedQuantile(y, weight, q),
    at: (raw, y) => (y >= raw ? q * (y - raw) : (1 - q) * (raw - y)),
    slopes({ raw, y, weight, gradient, hessian }) {
      for (let i = 0; i < y.length; i++) {
        gradient[i] = weight[i]! * (raw[i]! > y[i]! ? 1 - q : -q)
        hessian[i] = weight[i]!
      }
    },
  }
}

/** The q-quantile of values of equal weight is numpy's `linear`; of others the value where the weights, summed up in
 * the order of the values, reach q, or midway to the next where they do so exactly (numpy's `averaged_inverted_cdf`). */
export function weightedQuantile(values: Float64Array, weight: Float64Array, q: number): number {
  if (weight.every(w => w === weight[0])) return quantile(values.slice().sort(), q)
  const order = Uint32Array.from(values, (_, i) => i).sort((a, b) => values[a]! - values[b]!)
  let all = 0
  for (const i of order) all += weight[i]!
  let sum = 0
  for (let at = 0; at < order.length; at++) {
    const value = values[order[at]!]!
    sum += weight[order[at]!]!
    if (sum < q * all) continue
    if (sum > q * all || at + 1 === order.length) return value
    return value / 2 + values[order[at + 1]!]! / 2
  }
  return values[order.at(-1)!]!
}

/**
 * From a risk to a probability, learned on rows that did not teach the model. The order of rows stays as it was: a
 * higher risk never gets a lower probability.
 *
 * sigmoid: 1 / (1 + exp(slope · risk + intercept)) by maximum likelihood on smoothed targets (Platt, "Probabilistic
 * outputs for support vector machines", 1999), found by Newton steps with backtracking (Lin, Lin, Weng, "A note on
 * Platt's probabilistic outputs", Machine Learning 2007). Right with few rows.
 * isotonic: the best rising step function by pooling adjacent violators (Zadrozny, Elkan 2002), straight lines between
 * its steps; it needs some hundred rows.
 */
import { coupled } from './pairwise-coupling.ts'
import type { State } from './state.ts'

export type ProbabilityMethod = 'sigmoid' | 'isotonic'

export type Probability = State &
  (
    | { readonly method: 'sigmoid'; readonly slope: number; readonly intercept: number }
    | Falling
    | { readonly method: 'isotonic'; readonly risk: Float64Array; readonly probability: Float64Array }
    | Coupled
  )

/** Of one class among several, with imported calibrations: its probability may fall where its own number rises. */
type Falling = { readonly method: 'falling'; readonly slope: number; readonly intercept: number }

/** libsvm's, with imported machines; `turned` 1: the risk is positive for its second class. */
type Coupled = {
  readonly method: 'coupled'
  readonly slope: number
  readonly intercept: number
  readonly turned: number
}

/**
 * Rows without a finite risk, or with weight 0, do not count. With rows of one class alone (or none) the probability is
 * one number: the smoothed share for sigmoid, the share itself for isotonic.
 * @param positive 1 where what is looked for happened, else 0
 */
export function fitProbability(
  method: ProbabilityMethod,
  risk: Float64Array,
  positive: Uint8Array,
  weight: Float64Array,
): Probability {
  const known = Int32Array.from({ length: risk.length }, (_, i) => i).filter(
    row => Number.isFinite(risk[row]!) && weight[row]! > 0,
  )
  const rows = {
    risk: Float64Array.from(known, row => risk[row]!),
    positive: Float64Array.from(known, row => Number(positive[row] === 1)),
    weight: Float64Array.from(known, row => weight[row]!),
  }
  return method === 'sigmoid' ? fitSigmoid(rows) : fitIsotonic(rows)
}

/** Writes the probabilities over the first `rows` risks; a missing risk stays missing.
 * @throws RangeError for a state that no fit wrote */
export function probabilityOf(state: State): (risk: Float64Array, rows: number) => void {
  const given = state as Probability
  if (given.method === 'sigmoid') return sigmoid(given.slope, given.intercept)
  if (given.method === 'falling') return sigmoid(given.slope, given.intercept, true)
  if (given.method === 'isotonic') return steps(given.risk, given.probability)
  if (given.method === 'coupled') return pairwise(given)
  throw new RangeError(`its probability is ${String(state.method)}, expected sigmoid or isotonic`)
}

interface Known {
  readonly risk: Float64Array
  readonly positive: Float64Array
  readonly weight: Float64Array
}

function fitSigmoid({ risk, positive, weight }: Known): Probability {
  let [bad, good, largest] = [0, 0, 0]
  for (let i = 0; i < risk.length; i++) {
    if (positive[i]) bad += weight[i]!
    else good += weight[i]!
    largest = Math.max(largest, Math.abs(risk[i]!))
  }
  // Within ±1, or the Hessian of risks such as 10⁹ would be singular to rounding.
  const scale = largest || 1
  const [high, low] = [(bad + 1) / (bad + 2), 1 / (good + 2)]
  const x = risk.map(value => value / scale)
  const target = positive.map(is => (is ? high : low))
  const start = Math.log((good + 1) / (bad + 1))
  const found = newton(x, target, weight, start)
  // Risks of 1e-310 ask for a slope beyond every number.
  const slope = Math.max(-Number.MAX_VALUE, found.slope / scale)
  if (found.slope <= 0) return { method: 'sigmoid', slope, intercept: found.intercept }
  // The risks say the reverse. Turning them round would turn the model round; flat is the best that keeps the order.
  let [sum, all] = [0, 0]
  for (let i = 0; i < x.length; i++) {
    sum += weight[i]! * target[i]!
    all += weight[i]!
  }
  return { method: 'sigmoid', slope: 0, intercept: Math.log(all / sum - 1) }
}

/** A step that lowers the loss by less than this share of it is rounding. */
const ENOUGH = 1e-15

function newton(x: Float64Array, target: Float64Array, weight: Float64Array, start: number) {
  let [slope, intercept] = [0, start]
  let loss = lossOf(x, target, weight, slope, intercept)
  for (let step = 0; step < 100; step++) {
    let [h11, h22, h12, g1, g2] = [1e-12, 1e-12, 0, 0, 0]
    for (let i = 0; i < x.length; i++) {
      const p = logistic(slope * x[i]! + intercept)
      const curve = weight[i]! * p * (1 - p)
      const pull = weight[i]! * (target[i]! - p)
      h11 += x[i]! * x[i]! * curve
      h22 += curve
      h12 += x[i]! * curve
      g1 += x[i]! * pull
      g2 += pull
    }
    const determinant = h11 * h22 - h12 * h12
    const toSlope = -(h22 * g1 - h12 * g2) / determinant
    const toIntercept = -(h11 * g2 - h12 * g1) / determinant
    const downhill = g1 * toSlope + g2 * toIntercept
    let size = 1
    let next = lossOf(x, target, weight, slope + toSlope, intercept + toIntercept)
    while (!(next <= loss + 1e-4 * size * downhill) && size > 1e-10) {
      size /= 2
      next = lossOf(x, target, weight, slope + size * toSlope, intercept + size * toIntercept)
    }
    if (!(next < loss)) break
    slope += size * toSlope
    intercept += size * toIntercept
    const gained = loss - next
    loss = next
    if (gained <= ENOUGH * Math.abs(loss)) break
  }
  return { slope, intercept }
}

/** Cross-entropy, written so that neither large nor small arguments overflow. */
function lossOf(x: Float64Array, target: Float64Array, weight: Float64Array, slope: number, intercept: number): number {
  let sum = 0
  for (let i = 0; i < x.length; i++) {
    const z = slope * x[i]! + intercept
    sum +=
      weight[i]! * (z >= 0 ? target[i]! * z + Math.log1p(Math.exp(-z)) : (target[i]! - 1) * z + Math.log1p(Math.exp(z)))
  }
  return sum
}

/** 1 / (1 + e^z): falls as z rises, as Platt writes it. */
function logistic(z: number): number {
  const e = Math.exp(-Math.abs(z))
  return z >= 0 ? e / (1 + e) : 1 / (1 + e)
}

function sigmoid(slope: number, intercept: number, falling = false): (risk: Float64Array, rows: number) => void {
  if (!Number.isFinite(slope) || !Number.isFinite(intercept) || (falling ? slope < 0 : slope > 0))
    throw new RangeError(
      `its sigmoid has slope ${slope} and intercept ${intercept}, expected numbers and slope ${falling ? '≥' : '≤'} 0`,
    )
  return (risk, rows) => {
    // 0 · ∞ would be no number.
    for (let i = 0; i < rows; i++) {
      const value = risk[i]!
      risk[i] = Number.isNaN(value) ? value : logistic(slope === 0 ? intercept : slope * value + intercept)
    }
  }
}

/** libsvm's own sum is positive for its first class. */
function pairwise({ slope, intercept, turned }: Coupled): (risk: Float64Array, rows: number) => void {
  if (!Number.isFinite(slope) || !Number.isFinite(intercept) || (turned !== 0 && turned !== 1))
    throw new RangeError(`its pairwise coupling has slope ${slope}, intercept ${intercept} and turn ${turned}`)
  return (risk, rows) => {
    for (let i = 0; i < rows; i++) {
      const value = risk[i]!
      if (Number.isNaN(value)) continue
      const sum = turned === 1 ? -value : value
      const first = coupled(logistic(slope === 0 ? intercept : slope * sum + intercept))
      risk[i] = turned === 1 ? 1 - first : first
    }
  }
}

/** scikit-learn's IsotonicRegression: equal risks are one point, points within a flat stretch are left out. */
function fitIsotonic({ risk, positive, weight }: Known): Probability {
  const order = Int32Array.from({ length: risk.length }, (_, i) => i).sort((a, b) => risk[a]! - risk[b]! || a - b)
  const x: number[] = []
  const y: number[] = []
  const w: number[] = []
  for (const row of order) {
    const last = x.length - 1
    // numpy's resolution of a float64: closer risks are one.
    if (last < 0 || risk[row]! - x[last]! >= 1e-15) {
      x.push(risk[row]!)
      y.push(positive[row]! * weight[row]!)
      w.push(weight[row]!)
    } else {
      y[last]! += positive[row]! * weight[row]!
      w[last]! += weight[row]!
    }
  }
  const pooled = pool(y, w)
  const kept = x
    .map((_, i) => i)
    .filter(i => {
      const inside = i > 0 && i < x.length - 1
      return !inside || pooled[i] !== pooled[i - 1] || pooled[i] !== pooled[i + 1]
    })
  if (!kept.length) return { method: 'isotonic', risk: Float64Array.of(0), probability: Float64Array.of(0.5) }
  return {
    method: 'isotonic',
    risk: Float64Array.from(kept, i => x[i]!),
    probability: Float64Array.from(kept, i => pooled[i]!),
  }
}

/** Neighbours that would fall become one block with their common mean, until all rise (Ayer and others 1955). */
function pool(sums: readonly number[], weights: readonly number[]): Float64Array {
  const blocks: { sum: number; weight: number; points: number }[] = []
  for (let i = 0; i < sums.length; i++) {
    let block = { sum: sums[i]!, weight: weights[i]!, points: 1 }
    for (
      let below = blocks.at(-1);
      below && below.sum / below.weight >= block.sum / block.weight;
      below = blocks.at(-1)
    ) {
      blocks.pop()
      block = {
        sum: below.sum + block.sum,
        weight: below.weight + block.weight,
        points: below.points + block.points,
      }
    }
    blocks.push(block)
  }
  const out = new Float64Array(sums.length)
  let at = 0
  for (const { sum, weight, points } of blocks) {
    out.fill(sum / weight, at, at + points)
    at += points
  }
  return out
}

function steps(x: Float64Array, y: Float64Array): (risk: Float64Array, rows: number) => void {
  const paired = x instanceof Float64Array && y instanceof Float64Array && x.length === y.length && x.length > 0
  if (!paired) throw new RangeError('its isotonic steps are not two lists of one length')
  for (let i = 0; i < x.length; i++) {
    const rises = i === 0 || (x[i]! > x[i - 1]! && y[i]! >= y[i - 1]!)
    if (!(rises && Number.isFinite(x[i]!) && y[i]! >= 0 && y[i]! <= 1))
      throw new RangeError(`its isotonic steps do not rise from 0 to 1 at step ${i}`)
  }
  return (risk, rows) => {
    for (let i = 0; i < rows; i++) risk[i] = between(x, y, risk[i]!)
  }
}

function between(x: Float64Array, y: Float64Array, at: number): number {
  const last = x.length - 1
  if (Number.isNaN(at)) return at
  if (at <= x[0]!) return y[0]!
  if (at >= x[last]!) return y[last]!
  let [low, high] = [0, last]
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (x[middle]! <= at) low = middle
    else high = middle
  }
  return y[low]! + ((y[high]! - y[low]!) / (x[high]! - x[low]!)) * (at - x[low]!)
}

/**
 * The partial likelihood of proportional hazards (Cox, "Regression models and life-tables", JRSS B 1972), with Efron's
 * treatment of ties (JASA 1977) or Breslow's, for rows sorted by time. Weights as in R's survival and in lifelines: at a
 * time with k deaths of total weight W, each of the k terms counts W / k.
 *
 * With S0, S1 the sums of w e^η and w e^η x over those still at risk, the second derivative needs no sum of squares per
 * death time: Σ S2 / S0 is Xᵀ diag(w e^η Λ) X, with Λ the baseline hazard summed up to each row's time, and what is taken
 * off is of rank one a death time (two with ties). Both are one matrix product each, so a Newton step is one scan of the
 * rows from the last time to the first, and two products.
 *
 * All e^η are relative to the largest η at risk, so that none overflows.
 */
import { type Design, openDesign } from '../kernels/gram.ts'

/** Rows of one time. */
interface Moment {
  readonly from: number
  readonly to: number
  /** Deaths come first: rows from … from + deaths − 1. */
  readonly deaths: number
  /** Their weight, all together. */
  readonly weight: number
}

export interface Evaluation {
  readonly logLikelihood: number
  /** Of the log-likelihood. */
  readonly gradient: Float64Array
}

export interface PartialLikelihood {
  at(coefficient: Float64Array): Evaluation
  /** Minus the second derivative where `at` was last, with `whole`, its diagonal before anything is taken off. */
  information(): { matrix: Float64Array; whole: Float64Array }
  /** Breslow's cumulative baseline hazard where `at` was last, at the times with deaths; e^η is that of standardised columns. */
  baseline(): { times: Float64Array; hazard: Float64Array }
}

/** `design` holds rows in ascending order of `time`, deaths (event 1) before others of the same time, and their weights. */
export function partialLikelihood(
  design: Design,
  time: Float64Array,
  event: Uint8Array,
  ties: 'efron' | 'breslow',
): PartialLikelihood {
  const moments = momentsOf(design, time, event)
  const deadly = moments.filter(moment => moment.deaths > 0)
  const n = design.rows
  /** w e^(η − top), top being the largest η at risk at the row's time. */
  const score = new Float64Array(n)
  const top = new Float64Array(moments.length)
  const atRisk = new Float64Array(moments.length)
  const shared = ties === 'efron' ? deadly.filter(moment => moment.deaths > 1).length : 0
  const taken = openDesign(deadly.length + shared, design.columns)

  const scan = () => {
    const { predictor, weight } = design
    let [largest, sum] = [Number.NEGATIVE_INFINITY, 0]
    for (let m = moments.length - 1; m >= 0; m--) {
      const { from, to } = moments[m]!
      let most = largest
      for (let i = from; i < to; i++) most = Math.max(most, predictor[i]!)
      if (most > largest) sum *= Math.exp(largest - most)
      largest = most
      for (let i = from; i < to; i++) {
        score[i] = weight[i]! * Math.exp(predictor[i]! - largest)
        sum += score[i]!
      }
      top[m] = largest
      atRisk[m] = sum
    }
  }

  return {
    at(coefficient) {
      design.predict(coefficient, 0)
      scan()
      const { predictor, weight, residual, curvature } = design
      let logLikelihood = 0
      /** Baseline hazard up to here, times e^level. */
      let [hazard, level] = [0, 0]
      for (const [m, moment] of moments.entries()) {
        const { from, to, deaths } = moment
        let own = 0
        if (deaths > 0) {
          if (hazard > 0) hazard *= Math.exp(top[m]! - level)
          level = top[m]!
          const { sum, spared, logs } = termsOf(moment, atRisk[m]!, tiedOf(moment, score), ties)
          hazard += sum
          own = spared
          for (let i = from; i < from + deaths; i++) logLikelihood += weight[i]! * (predictor[i]! - level)
          logLikelihood -= logs
        }
        for (let i = from; i < to; i++) {
          const relative = weight[i]! * Math.exp(predictor[i]! - level)
          const died = i < from + deaths
          curvature[i] = hazard === 0 ? 0 : relative * (hazard - (died ? own : 0))
          residual[i] = (died ? weight[i]! : 0) - curvature[i]!
        }
      }
      return { logLikelihood, gradient: design.products('residual').subarray(0, design.columns) }
    },
    information() {
      fillTaken(taken, design, moments, score, top, atRisk, ties)
      const p = design.columns
      const all = design.gram('curvature')
      const off = taken.gram('weight')
      const matrix = Float64Array.from({ length: p * p }, (_, at) => {
        const place = Math.floor(at / p) * (p + 1) + (at % p)
        return all[place]! - off[place]!
      })
      return { matrix, whole: Float64Array.from({ length: p }, (_, j) => all[j * (p + 2)]!) }
    },
    baseline() {
      const hazard = new Float64Array(deadly.length)
      let [sum, k] = [0, 0]
      for (const [m, { deaths, weight }] of moments.entries()) {
        if (deaths === 0) continue
        sum += (weight / atRisk[m]!) * Math.exp(Math.min(-top[m]!, LARGEST_EXPONENT))
        hazard[k++] = Math.min(sum, Number.MAX_VALUE)
      }
      return { times: Float64Array.from(deadly, ({ from }) => time[from]!), hazard }
    },
  }
}

/** e to this is finite. */
export const LARGEST_EXPONENT = 709

function momentsOf({ weight }: Design, time: Float64Array, event: Uint8Array): Moment[] {
  const moments: Moment[] = []
  for (let from = 0; from < time.length; ) {
    let to = from
    let [deaths, sum] = [0, 0]
    for (; to < time.length && time[to] === time[from]; to++) {
      if (event[to] !== 1) continue
      deaths++
      sum += weight[to]!
    }
    moments.push({ from, to, deaths, weight: sum })
    from = to
  }
  return moments
}

function tiedOf({ from, deaths }: Moment, score: Float64Array): number {
  let tied = 0
  for (let i = from; i < from + deaths; i++) tied += score[i]!
  return tied
}

/** Over the k terms of a death time, each weighing W / k, with `left` of those at risk in its denominator:
 * sum Σ 1 / left; spared Σ c / left, what the deaths themselves are spared of it; logs Σ ln left; and the sums of
 * 1, c, c² over left², c = 0, 1/k, … being the share of the deaths that is no longer at risk. */
function termsOf({ deaths, weight }: Moment, atRisk: number, tied: number, ties: 'efron' | 'breslow') {
  if (ties === 'breslow' || deaths === 1) {
    const sum = weight / atRisk
    return { sum, spared: 0, logs: weight * Math.log(atRisk), square: sum / atRisk, cross: 0, tiedSquare: 0 }
  }
  let [sum, spared, logs, square, cross, tiedSquare] = [0, 0, 0, 0, 0, 0]
  const each = weight / deaths
  for (let l = 0; l < deaths; l++) {
    const c = l / deaths
    const left = atRisk - c * tied
    const term = each / left
    sum += term
    spared += c * term
    logs += each * Math.log(left)
    square += term / left
    cross += (c * term) / left
    tiedSquare += (c * c * term) / left
  }
  return { sum, spared, logs, square, cross, tiedSquare }
}

/**
 * What is taken off: Σ (S1 − c D1)(S1 − c D1)ᵀ / left² over the terms of each death time, D1 being S1 of the deaths. By
 * completing the square that is square · u uᵀ + (tiedSquare − cross² / square) · D1 D1ᵀ with u = S1 − (cross / square) D1.
 */
function fillTaken(
  taken: Design,
  design: Design,
  moments: readonly Moment[],
  score: Float64Array,
  top: Float64Array,
  atRisk: Float64Array,
  ties: 'efron' | 'breslow',
): void {
  const terms = moments.map((moment, m) =>
    moment.deaths > 0 ? termsOf(moment, atRisk[m]!, tiedOf(moment, score), ties) : undefined,
  )
  const shrink = top.map((value, m) => (m + 1 < top.length ? Math.exp(top[m + 1]! - value) : 1))
  let row = 0
  for (const [m, { deaths }] of moments.entries()) {
    const term = terms[m]
    if (term === undefined) continue
    taken.weight[row++] = term.square
    if (ties === 'efron' && deaths > 1)
      taken.weight[row++] = Math.max(0, term.tiedSquare - term.cross ** 2 / term.square)
  }
  for (let j = 0; j < design.columns; j++) {
    const [x, out] = [design.column(j), taken.column(j)]
    let sum = 0
    let at = taken.rows
    for (let m = moments.length - 1; m >= 0; m--) {
      const { from, to, deaths } = moments[m]!
      sum *= shrink[m]!
      let died = 0
      for (let i = from; i < from + deaths; i++) died += score[i]! * x[i]!
      sum += died
      for (let i = from + deaths; i < to; i++) sum += score[i]! * x[i]!
      const term = terms[m]
      if (term === undefined) continue
      if (ties === 'efron' && deaths > 1) out[--at] = died
      out[--at] = sum - (term.cross / term.square) * died
    }
  }
}

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

/** Rows of equal time: moment m has the rows from[m] … from[m + 1] − 1, its deaths first. One entry a moment. */
interface Moments {
  readonly count: number
  readonly from: Int32Array
  readonly deaths: Int32Array
  /** Of the deaths, all together. */
  readonly weight: Float64Array
}

/** Of the likelihood where it was last looked at, one entry a moment. */
interface Sums {
  /** The largest η at risk. */
  readonly top: Float64Array
  /** S0, relative to e^top. */
  readonly atRisk: Float64Array
  /** See {@link termsOf}. */
  readonly square: Float64Array
  readonly cross: Float64Array
  readonly tiedSquare: Float64Array
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
  const { count, from, deaths, weight: dead } = moments
  const empty = () => new Float64Array(count)
  const sums = { top: empty(), atRisk: empty(), square: empty(), cross: empty(), tiedSquare: empty() }
  /** w e^(η − top), top being the largest η at risk at the row's time. */
  const score = new Float64Array(design.rows)
  const deadly = deaths.filter(k => k > 0).length
  const shared = ties === 'efron' ? deaths.filter(k => k > 1).length : 0
  const taken = openDesign(deadly + shared, design.columns)
  return {
    at(coefficient) {
      design.predict(coefficient, 0)
      scan(design, moments, score, sums)
      const logLikelihood = differentiate(design, moments, score, sums, ties)
      return { logLikelihood, gradient: design.products('residual').subarray(0, design.columns) }
    },
    information() {
      fillTaken(taken, design, moments, score, sums, ties)
      const p = design.columns
      const all = design.gram('curvature')
      const off = taken.gram('weight')
      const matrix = new Float64Array(p * p)
      for (let i = 0; i < p; i++)
        for (let j = 0; j < p; j++) matrix[i * p + j] = all[i * (p + 1) + j]! - off[i * (p + 1) + j]!
      return { matrix, whole: Float64Array.from({ length: p }, (_, j) => all[j * (p + 2)]!) }
    },
    baseline() {
      const [times, hazard] = [new Float64Array(deadly), new Float64Array(deadly)]
      let [sum, k] = [0, 0]
      for (let m = 0; m < count; m++) {
        if (deaths[m] === 0) continue
        sum += (dead[m]! / sums.atRisk[m]!) * Math.exp(Math.min(-sums.top[m]!, LARGEST_EXPONENT))
        times[k] = time[from[m]!]!
        hazard[k++] = Math.min(sum, Number.MAX_VALUE)
      }
      return { times, hazard }
    },
  }
}

/** S0 at every time, from the last to the first. */
function scan({ predictor, weight }: Design, { count, from }: Moments, score: Float64Array, sums: Sums): void {
  let [largest, sum] = [Number.NEGATIVE_INFINITY, 0]
  for (let m = count - 1; m >= 0; m--) {
    let most = largest
    for (let i = from[m]!; i < from[m + 1]!; i++) most = Math.max(most, predictor[i]!)
    if (most > largest) sum *= Math.exp(largest - most)
    largest = most
    for (let i = from[m]!; i < from[m + 1]!; i++) {
      score[i] = weight[i]! * Math.exp(predictor[i]! - largest)
      sum += score[i]!
    }
    sums.top[m] = largest
    sums.atRisk[m] = sum
  }
}

/** The log-likelihood; leaves w δ − w e^η Λ in `residual` and w e^η Λ in `curvature`, Λ being what a row has borne of the
 * baseline hazard up to its time. */
function differentiate(
  { predictor, weight, residual, curvature }: Design,
  moments: Moments,
  score: Float64Array,
  sums: Sums,
  ties: 'efron' | 'breslow',
): number {
  const { count, from, deaths } = moments
  const terms: Terms = { sum: 0, spared: 0, logs: 0 }
  let logLikelihood = 0
  /** Baseline hazard up to here, times e^level. */
  let [hazard, level] = [0, 0]
  for (let m = 0; m < count; m++) {
    const died = from[m]! + deaths[m]!
    let spared = 0
    if (died > from[m]!) {
      if (hazard > 0) hazard *= Math.exp(sums.top[m]! - level)
      level = sums.top[m]!
      termsOf(moments, m, score, sums, ties, terms)
      hazard += terms.sum
      spared = terms.spared
      logLikelihood -= terms.logs
      for (let i = from[m]!; i < died; i++) logLikelihood += weight[i]! * (predictor[i]! - level)
    }
    for (let i = from[m]!; i < from[m + 1]!; i++) {
      const dead = i < died
      const borne = hazard === 0 ? 0 : weight[i]! * Math.exp(predictor[i]! - level) * (hazard - (dead ? spared : 0))
      curvature[i] = borne
      residual[i] = (dead ? weight[i]! : 0) - borne
    }
  }
  return logLikelihood
}

/** e to this is finite. */
export const LARGEST_EXPONENT = 709

function momentsOf({ weight }: Design, time: Float64Array, event: Uint8Array): Moments {
  const rows = time.length
  const from = new Int32Array(rows + 1)
  const deaths = new Int32Array(rows)
  const dead = new Float64Array(rows)
  let count = 0
  for (let i = 0; i < rows; i++) {
    if (i === 0 || time[i] !== time[i - 1]) from[count++] = i
    if (event[i] !== 1) continue
    deaths[count - 1]!++
    dead[count - 1]! += weight[i]!
  }
  from[count] = rows
  return { count, from, deaths: deaths.subarray(0, count), weight: dead.subarray(0, count) }
}

interface Terms {
  sum: number
  spared: number
  logs: number
}

/** The k terms of a death time, each weighing W / k, with `left` of those at risk in its denominator: sum Σ 1 / left;
 * spared Σ c / left, what the deaths themselves are spared of it; logs Σ ln left; and into `sums` those of 1, c, c² over
 * left², c = 0, 1/k, … being the share of the deaths that is no longer at risk. */
function termsOf(
  { from, deaths, weight }: Moments,
  m: number,
  score: Float64Array,
  { atRisk, square, cross, tiedSquare }: Sums,
  ties: 'efron' | 'breslow',
  out: Terms,
): void {
  const k = ties === 'breslow' ? 1 : deaths[m]!
  const each = weight[m]! / k
  let tied = 0
  if (k > 1) for (let i = from[m]!; i < from[m]! + k; i++) tied += score[i]!
  out.sum = out.spared = out.logs = 0
  square[m] = cross[m] = tiedSquare[m] = 0
  for (let l = 0; l < k; l++) {
    const c = l / k
    const left = atRisk[m]! - c * tied
    const term = each / left
    out.sum += term
    out.spared += c * term
    out.logs += each * Math.log(left)
    square[m]! += term / left
    cross[m]! += (c * term) / left
    tiedSquare[m]! += (c * c * term) / left
  }
}

/**
 * What is taken off: Σ (S1 − c D1)(S1 − c D1)ᵀ / left² over the terms of each death time, D1 being S1 of the deaths. By
 * completing the square that is square · u uᵀ + (tiedSquare − cross² / square) · D1 D1ᵀ with u = S1 − (cross / square) D1.
 */
function fillTaken(
  taken: Design,
  design: Design,
  { count, from, deaths }: Moments,
  score: Float64Array,
  { top, square, cross, tiedSquare }: Sums,
  ties: 'efron' | 'breslow',
): void {
  const alone = ties === 'breslow' ? Number.POSITIVE_INFINITY : 1
  for (let m = 0, row = 0; m < count; m++) {
    if (deaths[m] === 0) continue
    taken.weight[row++] = square[m]!
    if (deaths[m]! > alone) taken.weight[row++] = Math.max(0, tiedSquare[m]! - cross[m]! ** 2 / square[m]!)
  }
  const shrink = top.map((value, m) => (m + 1 < count ? Math.exp(top[m + 1]! - value) : 1))
  const ratio = square.map((value, m) => (value > 0 ? cross[m]! / value : 0))
  for (let j = 0; j < design.columns; j++) {
    const [x, out] = [design.column(j), taken.column(j)]
    let [sum, at] = [0, taken.rows]
    for (let m = count - 1; m >= 0; m--) {
      const end = from[m]! + deaths[m]!
      let died = 0
      for (let i = from[m]!; i < end; i++) died += score[i]! * x[i]!
      sum = sum * shrink[m]! + died
      for (let i = end; i < from[m + 1]!; i++) sum += score[i]! * x[i]!
      if (deaths[m] === 0) continue
      if (deaths[m]! > alone) out[--at] = died
      out[--at] = sum - ratio[m]! * died
    }
  }
}

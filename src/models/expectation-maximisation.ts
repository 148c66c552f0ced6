/**
 * Gaussian mixtures by expectation and maximisation (Dempster, Laird, Rubin, "Maximum likelihood from incomplete data
 * via the EM algorithm", 1977), with scikit-learn's formulas and its rule for the end: from the same start both come to
 * the same parameters. Rows have weights; with 1 everywhere the formulas are scikit-learn's.
 */
import type { Covariance, Mixture } from '../kernels/mixture.ts'
import { type Learner, type Moments, openLearner } from '../kernels/mixture-moments.ts'
import { cholesky, invertLower } from '../math/cholesky.ts'

/** What the mixture is fitted to. */
export interface Sample {
  readonly columns: readonly Float64Array[]
  /** One a row; their sum need not be the number of rows. */
  readonly weight: Float64Array
  /** One a column: what missing values count as. */
  readonly centre: Float64Array
}

export interface Rules {
  readonly covariance: Covariance
  /** Ends when the mean log-density of the rows changes by less. */
  readonly tol: number
  /** Added to every variance. */
  readonly reg_covar: number
  readonly max_iter: number
}

export interface Fitted {
  readonly mixture: Mixture
  readonly iterations: number
  readonly converged: boolean
  /** Mean log-density of the rows before the last step. */
  readonly lowerBound: number
}

const EPS = 2 ** -52

export interface Fitter {
  /** From responsibilities, `r[component * rows + row]`: those of a row add up to 1. */
  fromResponsibilities(responsibilities: Float64Array): Fitted
  fromMixture(mixture: Mixture): Fitted
}

/** @throws RangeError when the kernel would need more than 4 GiB. */
export function openFitter(sample: Sample, components: number, rules: Rules): Fitter {
  const { columns, weight, centre } = sample
  const learner = openLearner(rules.covariance, components, columns, weight, centre)
  const all = rules.covariance === 'tied' ? allOf(sample) : undefined
  const follow = (moments: Moments, means: Float64Array) => nextMixture(moments, means, rules, all)
  const fromMixture = (start: Mixture) => climb(learner, start, sum(weight), rules, follow)
  return {
    fromMixture,
    fromResponsibilities(responsibilities) {
      const about = new Float64Array(components * columns.length).map((_, i) => centre[i % columns.length]!)
      const { means } = shiftMeans(learner.moments(about, responsibilities), about)
      return fromMixture(follow(learner.moments(means, responsibilities), means))
    },
  }
}

function climb(
  learner: Learner,
  start: Mixture,
  weight: number,
  { max_iter, tol }: Rules,
  follow: (moments: Moments, means: Float64Array) => Mixture,
): Fitted {
  let mixture = start
  let lowerBound = Number.NEGATIVE_INFINITY
  for (let iterations = 1; iterations <= max_iter; iterations++) {
    const step = learner.step(mixture)
    const before = lowerBound
    lowerBound = step.logLikelihood / weight
    mixture = follow(step, mixture.means)
    if (Math.abs(lowerBound - before) < tol) return { mixture, iterations, converged: true, lowerBound }
  }
  return { mixture, iterations: max_iter, converged: false, lowerBound }
}

/** All rows together: what a covariance that components share is taken from. */
interface All {
  readonly centre: Float64Array
  /** Σ w z zᵀ about the centre, on and below the diagonal. */
  readonly scatter: Float64Array
  readonly weight: number
}

function allOf({ columns, weight, centre }: Sample): All {
  const one = new Float64Array(weight.length).fill(1)
  const scatter = openLearner('full', 1, columns, weight, centre).moments(centre, one).second
  return { centre, scatter, weight: sum(weight) }
}

/** scikit-learn's guard against a component without rows: ten units in the last place of 1. */
const shareOf = (moments: Moments, k: number) => moments.total[k]! + 10 * EPS

function shiftMeans(moments: Moments, means: Float64Array) {
  const features = means.length / moments.total.length
  const moved = moments.first.map((value, i) => value / shareOf(moments, Math.floor(i / features)))
  return { moved, means: means.map((value, i) => value + moved[i]!) }
}

function nextMixture(moments: Moments, about: Float64Array, rules: Rules, all: All | undefined): Mixture {
  const { covariance, reg_covar } = rules
  const { moved, means } = shiftMeans(moments, about)
  const shares = moments.total.map((_, k) => shareOf(moments, k))
  const together = sum(shares)
  const features = means.length / shares.length
  const precisionsOf = { full: fullPrecisions, diag: diagPrecisions, spherical: sphericalPrecisions }
  return {
    covariance,
    weights: shares.map(share => share / together),
    means,
    precisions:
      covariance === 'tied'
        ? tiedPrecisions(all as All, shares, means, reg_covar)
        : precisionsOf[covariance](moments, moved, features, reg_covar),
  }
}

function fullPrecisions(moments: Moments, moved: Float64Array, d: number, ridge: number): Float64Array {
  const precisions = new Float64Array(moments.second.length)
  for (let k = 0; k < moments.total.length; k++) {
    const share = shareOf(moments, k)
    // Σ r z zᵀ is about the old mean; the share without its guard is what the products weigh.
    const weight = 2 - moments.total[k]! / share
    const covariance = moments.second.slice(k * d * d, (k + 1) * d * d)
    for (let i = 0; i < d; i++) {
      for (let j = 0; j <= i; j++)
        covariance[i * d + j] = covariance[i * d + j]! / share - weight * moved[k * d + i]! * moved[k * d + j]!
      covariance[i * d + i] = covariance[i * d + i]! + ridge
    }
    precisions.set(precisionOf(covariance, d), k * d * d)
  }
  return precisions
}

/** What all rows spread, less what the means do. Divided by the weight of all rows, not by the shares' sum as in
 * scikit-learn: the two differ only where a fit starts at single rows, whose shares do not add up to the rows. */
function tiedPrecisions({ centre, scatter, weight }: All, shares: Float64Array, means: Float64Array, ridge: number) {
  const d = centre.length
  const covariance = scatter.slice()
  const about = means.map((value, i) => value - centre[i % d]!)
  for (let i = 0; i < d; i++) {
    for (let j = 0; j <= i; j++) {
      let between = 0
      for (let k = 0; k < shares.length; k++) between += shares[k]! * about[k * d + i]! * about[k * d + j]!
      covariance[i * d + j] = (covariance[i * d + j]! - between) / weight
    }
    covariance[i * d + i] = covariance[i * d + i]! + ridge
  }
  return precisionOf(covariance, d)
}

function variancesOf(moments: Moments, moved: Float64Array, d: number): Float64Array {
  return moments.second.map((value, i) => {
    const k = Math.floor(i / d)
    const share = shareOf(moments, k)
    return value / share - (2 - moments.total[k]! / share) * moved[i]! ** 2
  })
}

function diagPrecisions(moments: Moments, moved: Float64Array, d: number, ridge: number): Float64Array {
  return toPrecisions(variancesOf(moments, moved, d).map(variance => variance + ridge))
}

function sphericalPrecisions(moments: Moments, moved: Float64Array, d: number, ridge: number): Float64Array {
  const variances = variancesOf(moments, moved, d).map(variance => variance + ridge)
  return toPrecisions(moments.total.map((_, k) => sum(variances.subarray(k * d, (k + 1) * d)) / d))
}

/** Variances that rounding, or a constant column without `reg_covar`, leaves at 0 or below. */
function toPrecisions(variances: Float64Array): Float64Array {
  const typical = sum(variances.map(variance => Math.max(0, variance))) / variances.length || 1
  return variances.map(variance => 1 / Math.sqrt(variance > 0 ? variance : typical * SMALLEST_RIDGE))
}

const SMALLEST_RIDGE = 1e-10

/**
 * U with U Uᵀ = covariance⁻¹. Where rounding leaves the covariance not definite (scikit-learn ends with an error there:
 * columns that repeat each other, at values far above `reg_covar`) its diagonal grows by 1e-10 of itself and of its
 * mean, then by ten times as much, until it is; and where what is beside the diagonal is rounding too, it goes.
 */
function precisionOf(covariance: Float64Array, d: number): Float64Array {
  let factor = cholesky(covariance, d)
  for (let ridge = SMALLEST_RIDGE; factor === undefined && ridge <= 1; ridge *= 10)
    factor = cholesky(raised(covariance, d, ridge), d)
  if (factor === undefined) {
    const diagonal = raised(covariance, d, SMALLEST_RIDGE)
    factor = diagonal.map((value, i) => (i % (d + 1) === 0 ? Math.sqrt(value) : 0))
  }
  const lower = invertLower(factor, d)
  const upper = new Float64Array(d * d)
  for (let i = 0; i < d; i++) for (let j = 0; j <= i; j++) upper[j * d + i] = lower[i * d + j]!
  return upper
}

function raised(covariance: Float64Array, d: number, ridge: number): Float64Array {
  const out = covariance.slice()
  let mean = 0
  for (let i = 0; i < d; i++) mean += Math.max(0, out[i * d + i]!) / d
  for (let i = 0; i < d; i++) {
    const own = Math.max(0, out[i * d + i]!)
    out[i * d + i] = own + ridge * (own + (mean || 1))
  }
  return out
}

function sum(values: Float64Array): number {
  let total = 0
  for (const value of values) total += value
  return total
}

/**
 * Gaussian mixture (fitted by expectation and maximisation: Dempster, Laird, Rubin 1977): the training rows as a few
 * clouds, each with its centre and its spread. Parameters and formulas are scikit-learn's
 * (`sklearn.mixture.GaussianMixture`), and the state holds the same arrays, so a mixture fitted there scores here to the
 * same numbers.
 *
 * detect: risk = −ln density of the row; scikit-learn's `score_samples` with the sign turned.
 *
 * classify: the clouds are found without looking at the labels; then each has a failure rate, and
 * risk = Σ over the clouds of (share of the cloud in the row) · (failure rate of the cloud): soft, so that a row between
 * two clouds gets a risk between theirs. A cloud's rate is (Σ w r y + ½) / (Σ w r + 1) over the training rows, r being its
 * share in the row, y 1 for a failure, and w the weight, scaled to 1 on average: Jeffreys' estimate, which stays between
 * 0 and 1 where a cloud has few rows or none.
 */
import type { Static } from 'typebox'
import { Failure } from '../errors.ts'
import { type Covariance, type Mixture, openMixture } from '../kernels/mixture.ts'
import { lazySchema } from '../lazy-schema.ts'
import { type Columns, numericColumns } from '../math/columns.ts'
import { centreOf, packRows } from '../math/dense.ts'
import { kMeans, type Points, seedClusters } from '../math/k-means.ts'
import type { Random } from '../math/random.ts'
import { median, quantile } from '../math/statistics.ts'
import { type Fitted, openFitter, type Sample } from './expectation-maximisation.ts'
import { logSum, meanRate, openMarginals } from './mixture-reasons.ts'
import type { Explainer, Model, Scorer, Target, Training } from './model.ts'
import { randomOf, randomStateParameter } from './random-state.ts'
import { taughtRows } from './taught-rows.ts'

const params = lazySchema(Type =>
  Type.Object(
    {
      n_components: Type.Integer({
        minimum: 1,
        maximum: 1000,
        default: 2,
        description: 'Number of clouds; never more than there are different rows.',
      }),
      covariance_type: Type.Union(
        [Type.Literal('full'), Type.Literal('tied'), Type.Literal('diag'), Type.Literal('spherical')],
        {
          default: 'full',
          description:
            'Shape of the clouds. full: each its own, in any direction; tied: one shape for all; diag: each its own, along the columns; spherical: each a ball.',
        },
      ),
      tol: Type.Number({
        minimum: 0,
        maximum: 1e6,
        default: 1e-3,
        description: 'Fitting ends when the mean log-density of the training rows changes by less.',
      }),
      reg_covar: Type.Number({
        minimum: 0,
        maximum: 1e100,
        default: 1e-6,
        description: 'Added to every variance, in the squared units of the columns, so that no cloud is flat.',
      }),
      max_iter: Type.Integer({ minimum: 1, maximum: 100_000, default: 100, description: 'Most steps of a fit.' }),
      n_init: Type.Integer({
        minimum: 1,
        maximum: 1000,
        default: 1,
        description: 'Fits from as many starts; the one under which the training rows are most likely is kept.',
      }),
      init_params: Type.Union(
        [Type.Literal('kmeans'), Type.Literal('k-means++'), Type.Literal('random'), Type.Literal('random_from_data')],
        {
          default: 'kmeans',
          description:
            'Where a fit starts. kmeans: at clusters; k-means++ and random_from_data: at single rows, far apart or any; random: each cloud has a random share in each row.',
        },
      ),
      contamination: Type.Union([Type.Literal('auto'), Type.Number({ exclusiveMinimum: 0, maximum: 0.5 })], {
        default: 0.1,
        description:
          "Share of the training rows taken to be anomalies; it sets a detector's own threshold and nothing else. auto is 0.1.",
      }),
      random_state: randomStateParameter(Type),
    },
    { additionalProperties: false },
  ),
)

type Given = Static<ReturnType<typeof params>>

export type GaussianMixture = {
  covariance: string
  /** k, k × d, and scikit-learn's `precisions_cholesky_`: see {@link Mixture}. */
  weights: Float64Array
  means: Float64Array
  precisions: Float64Array
  /** Of each component, for classify; empty for detect. */
  rates: Float64Array
  /** What −ln density of each column, given the others, usually is; empty for classify. */
  usual: Float64Array
  /** The detector's own threshold: `risk > cut` is unusual. 0 for classify, where nobody reads it. */
  cut: number
  iterations: number
  /** 1 when the fit ended by `tol`, 0 when by `max_iter`. */
  converged: number
  /** Mean log-density of the training rows before the last step. */
  lowerBound: number
}

export const gaussianMixture: Model<ReturnType<typeof params>, GaussianMixture> = {
  kind: 'gaussian-mixture',
  about: 'Learns the clouds that rows form; flags rows far from all of them, or tells how often rows of a cloud fail.',
  formula:
    'risk = −ln Σ_k π_k N(x; μ_k, Σ_k) for detect: π_k the weight of a cloud, N its density; risk = Σ_k r_k(x) · f_k for classify: r_k(x) the share of a cloud in the row, f_k its failure rate',
  source:
    'A. P. Dempster, N. M. Laird, D. B. Rubin, “Maximum likelihood from incomplete data via the EM algorithm”, Journal of the Royal Statistical Society B, 1977',
  tasks: ['detect', 'classify'],
  get params() {
    return params()
  },
  fit,
  cut: state => (state.rates.length > 0 ? undefined : state.cut),
  scorer,
  explain,
}

function fit(training: Training, given: Given): GaussianMixture {
  const sample = sampleOf(training)
  const { mixture, iterations, converged, lowerBound } = fitBest(training, sample, given)
  const learned = {
    ...mixture,
    rates: new Float64Array(0),
    usual: new Float64Array(0),
    cut: 0,
    iterations,
    converged: Number(converged),
    lowerBound,
  }
  const x = { rows: training.x.rows, columns: sample.columns }
  if (training.task === 'classify') return { ...learned, rates: failureRates(mixture, x, sample.weight, training.y) }
  const share = given.contamination === 'auto' ? 0.1 : given.contamination
  return { ...learned, usual: usualOf(mixture, x, sample.weight), cut: cutOf(mixture, x, share) }
}

interface DrawableSample extends Sample {
  /** The rows that may be drawn: those that teach. */
  readonly drawable: Int32Array
}

function sampleOf({ x, weight }: Training): DrawableSample {
  const drawable = taughtRows('gaussian-mixture', x.rows, weight)
  let total = 0
  for (const row of drawable) total += weight[row]!
  const scaled = Float64Array.from({ length: x.rows }, (_, i) => (weight[i]! / total) * drawable.length)
  return { columns: numericColumns(x), weight: scaled, centre: centreOf(x), drawable }
}

/** Numbers in the matrices of all components: their arena then stays below 4 GiB. */
const MOST_NUMBERS = 1e8

function fitBest(training: Training, sample: DrawableSample, given: Given): Fitted {
  const features = sample.columns.length
  if (given.covariance_type === 'full' && given.n_components * features ** 2 > MOST_NUMBERS)
    throw new Failure('RECIPE_INVALID', {
      report: `model: ${given.n_components} components with full covariance of ${features} features, expected at most ${MOST_NUMBERS} numbers in their matrices`,
      hint: 'Give covariance_type: diag or tied, a smaller n_components, or fewer features.',
    })
  const random = randomOf(training, given)
  const components = Math.min(given.n_components, sample.drawable.length)
  const rules = { ...given, covariance: given.covariance_type }
  let best: Fitted | undefined
  for (let i = 0; i < given.n_init; i++) {
    const start = firstShares(training.x, sample, components, given.init_params, random.fork(i))
    const fitted = openFitter(sample, start.length / sample.weight.length, rules).fromResponsibilities(start)
    if (best === undefined || fitted.lowerBound > best.lowerBound) best = fitted
  }
  return best as Fitted
}

/** The responsibilities that a fit starts from, `r[component * rows + row]`. */
function firstShares(
  x: Columns,
  sample: DrawableSample,
  components: number,
  init: Given['init_params'],
  random: Random,
): Float64Array {
  const { rows } = x
  if (init === 'random') return randomShares(components, rows, random)
  if (init === 'random_from_data') {
    const chosen = random.sample(sample.drawable.length, components).map(i => sample.drawable[i]!)
    return sharesOfRows(chosen, rows)
  }
  const values = new Float64Array(rows * x.columns.length)
  packRows(x, 0, rows, sample.centre, values)
  const points: Points = { values, rows, columns: x.columns.length, weight: sample.weight }
  const seeds = seedClusters(points, components, random)
  if (init === 'k-means++') return sharesOfRows(seeds, rows)
  const shares = new Float64Array(seeds.length * rows)
  for (const [row, label] of kMeans(points, seeds).labels.entries()) shares[label * rows + row] = 1
  return shares
}

function sharesOfRows(chosen: Int32Array, rows: number): Float64Array {
  const shares = new Float64Array(chosen.length * rows)
  for (const [component, row] of chosen.entries()) shares[component * rows + row] = 1
  return shares
}

function randomShares(components: number, rows: number, random: Random): Float64Array {
  const shares = new Float64Array(components * rows)
  for (let row = 0; row < rows; row++) {
    let total = 0
    for (let k = 0; k < components; k++) total += shares[k * rows + row] = 1 - random.next()
    for (let k = 0; k < components; k++) shares[k * rows + row] = shares[k * rows + row]! / total
  }
  return shares
}

function failureRates(mixture: Mixture, x: Columns, weight: Float64Array, y: Target | undefined): Float64Array {
  if (y === undefined || !('codes' in y)) throw new TypeError('gaussian-mixture classifies by classes')
  const { rows } = x
  const shares = new Float64Array(mixture.weights.length * rows)
  openMixture(mixture).responsibilities(numericColumns(x), rows, shares)
  return mixture.weights.map((_, k) => {
    let [all, failed] = [0, 0]
    for (let i = 0; i < rows; i++) {
      const share = shares[k * rows + i]! * weight[i]!
      all += share
      if (y.codes[i] === y.positive) failed += share
    }
    return (failed + 0.5) / (all + 1)
  })
}

/** The (1 − contamination) quantile of the training rows' risks, taken on their negatives as scikit-learn does. */
function cutOf(mixture: Mixture, x: Columns, contamination: number): number {
  const risks = new Float64Array(x.rows)
  openMixture(mixture).density(numericColumns(x), x.rows, risks)
  return -quantile(risks.map(risk => -risk).sort(), contamination)
}

/** Rows from which the usual is taken; the median of as many is within a tenth of the spread. */
const USUAL_ROWS = 512

/** Of each column the median of −ln p(value | other values), over rows of positive weight spread over the table. */
function usualOf(mixture: Mixture, x: Columns, weight: Float64Array): Float64Array {
  const columns = numericColumns(x)
  const rows = taughtRows('gaussian-mixture', x.rows, weight)
  const step = Math.max(1, rows.length / USUAL_ROWS)
  const chosen = Array.from({ length: Math.min(rows.length, USUAL_ROWS) }, (_, i) => rows[Math.floor(i * step)]!)
  const of = openConditionals(mixture)
  const found = columns.map(() => new Float64Array(chosen.length))
  for (const [i, row] of chosen.entries()) for (const [j, value] of of(columns, row).entries()) found[j]![i] = value
  return Float64Array.from(found, values => median(values))
}

/** −ln p(value of each column | the row's other values). Valid until the next row. */
function openConditionals(mixture: Mixture) {
  const marginals = openMarginals(mixture)
  const components = mixture.weights.length
  const out = new Float64Array(mixture.means.length / components)
  return (columns: readonly Float64Array[], row: number): Float64Array => {
    const { whole, without } = marginals(columns, row)
    const all = logSum(whole, 0, components)
    for (let j = 0; j < out.length; j++) out[j] = logSum(without, j * components, components) - all
    return out
  }
}

function scorer(state: GaussianMixture): Scorer {
  const mixture = checkMixture(state)
  const features = widthOf(mixture)
  const densities = openMixture(mixture, state.rates)
  const risk = state.rates.length > 0 ? densities.rate : densities.density
  return {
    score(block, out) {
      checkWidth(block, features)
      risk(numericColumns(block), block.rows, out)
    },
  }
}

function explain(state: GaussianMixture): Explainer {
  const mixture = checkMixture(state)
  const features = widthOf(mixture)
  const { method, share } = state.rates.length > 0 ? riskShares(mixture, state) : densityShares(mixture, state)
  return {
    method,
    explain(block, out) {
      checkWidth(block, features)
      const columns = numericColumns(block)
      for (let row = 0; row < block.rows; row++) share(columns, row, out.subarray(row * features, (row + 1) * features))
    },
  }
}

interface Shares {
  readonly method: string
  /** Writes those of one row, one a column. */
  share(columns: readonly Float64Array[], row: number, out: Float64Array): void
}

function riskShares(mixture: Mixture, { rates }: GaussianMixture): Shares {
  const marginals = openMarginals(mixture)
  return {
    method: 'exact: the risk less the risk without the column, which is integrated out of the mixture',
    share(columns, row, out) {
      const { whole, without } = marginals(columns, row)
      const risk = meanRate(whole, 0, rates)
      for (let j = 0; j < out.length; j++) out[j] = risk - meanRate(without, j * rates.length, rates)
    },
  }
}

function densityShares(mixture: Mixture, { usual }: GaussianMixture): Shares {
  const conditionals = openConditionals(mixture)
  return {
    method: 'exact: −ln density of the value given the row’s other values, less its median over the training rows',
    share(columns, row, out) {
      const found = conditionals(columns, row)
      for (let j = 0; j < out.length; j++) out[j] = found[j]! - usual[j]!
    },
  }
}

const widthOf = ({ means, weights }: Mixture) => means.length / weights.length

function checkWidth(block: Columns, features: number): void {
  if (block.columns.length !== features)
    throw new RangeError(`${block.columns.length} columns for a mixture of ${features}`)
}

/** A state may come from a file that somebody else made.
 * @throws RangeError */
function checkMixture(state: GaussianMixture): Mixture {
  const { weights, means, precisions, rates, usual, cut } = state
  const covariance = state.covariance as Covariance
  const all = [weights, means, precisions, rates, usual]
  if (!all.every(values => values instanceof Float64Array && values.every(Number.isFinite)))
    throw new RangeError('its mixture is not arrays of finite numbers')
  const k = weights.length
  const d = means.length / k
  if (!(Number.isInteger(d) && d >= 1))
    throw new RangeError(`its ${k} components have ${means.length} numbers for means`)
  const sizes = { full: k * d * d, tied: d * d, diag: k * d, spherical: k }
  if (!Object.hasOwn(sizes, covariance)) throw new RangeError(`its covariance is ${covariance}`)
  if (precisions.length !== sizes[covariance])
    throw new RangeError(`its ${covariance} precisions are ${precisions.length} numbers, expected ${sizes[covariance]}`)
  if (!(rates.length === 0 ? usual.length === d : rates.length === k))
    throw new RangeError('its mixture has neither a rate for each component nor a usual value for each column')
  if (!weights.every(weight => weight >= 0) || !weights.some(weight => weight > 0))
    throw new RangeError('its components have no weights')
  if (!Number.isFinite(cut)) throw new RangeError('its mixture has no cut')
  const diagonal = covariance === 'full' || covariance === 'tied' ? d + 1 : 1
  for (let i = 0; i < precisions.length; i++)
    if ((i % (d * d)) % diagonal === 0 && !(precisions[i]! > 0))
      throw new RangeError(`its precision at ${i} is ${precisions[i]}, expected more than 0`)
  return { covariance, weights, means, precisions }
}

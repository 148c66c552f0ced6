/**
 * Principal components as a monitor: multivariate statistical process control (Jackson, Mudholkar, "Control procedures
 * for residuals associated with principal component analysis", Technometrics 1979; Nomikos, MacGregor, "Multivariate SPC
 * charts for monitoring batch processes", Technometrics 1995). A few directions hold most of what the training rows do;
 * a new row is unusual when it goes too far along them (Hotelling's T²), or too far away from them (SPE, or Q).
 *
 *   z = (x − mean) / scale;  t = P z;  T² = Σ t_a² / λ_a;  SPE = ‖z − Pᵀ t‖²
 *
 * Limits, at the share `alpha` of rows in control: of T² by Fisher's F for a new row, A (n − 1) (n + 1) / (n (n − A)) ·
 * F(A, n − A), with A components from n rows; of SPE by Box's g χ²(h) ("Some theorems on quadratic forms", 1954) with
 * g = θ₂ / θ₁, h = θ₁² / θ₂ and θ_i the sum of the i-th powers of the variances left out. Box's form is defined for any
 * variances; that of Jackson and Mudholkar is not.
 *
 * risk = max(T² / limit, SPE / limit): above 1, the model's own cut, a row is outside one of its limits.
 *
 * Mean, scale, components, variances and the signs of components are those of scikit-learn's `StandardScaler` (or no
 * scaling) followed by `PCA`. A missing value counts as the mean, what is beyond ±1e150 as that. Weights are those of
 * frequencies, scaled to 1 on average.
 */
import { Failure } from '../errors.ts'
import { openLearner } from '../kernels/mixture-moments.ts'
import { enter, openProjections } from '../kernels/projections.ts'
import { lazySchema } from '../lazy-schema.ts'
import { numericColumns } from '../math/columns.ts'
import { centreOf } from '../math/dense.ts'
import { fQuantile, gammaQuantile } from '../math/distributions.ts'
import { eigenOfSymmetric } from '../math/eigen.ts'
import type { Explainer, Model, Monitor, Scorer, Training } from './model.ts'
import { taughtRows } from './taught-rows.ts'

const params = lazySchema(Type =>
  Type.Object(
    {
      n_components: Type.Number({
        exclusiveMinimum: 0,
        maximum: 4096,
        default: 0.9,
        description:
          'Components to keep: a whole number is a count; a number below 1 is the share of the variance that they must exceed together.',
      }),
      standardize: Type.Boolean({
        default: true,
        description: 'Divide each column by its standard deviation first; without it, columns of large units decide.',
      }),
      alpha: Type.Number({
        minimum: 0.5,
        maximum: 0.999999,
        default: 0.99,
        description: 'Share of the rows in control that each of the two limits keeps inside.',
      }),
    },
    { additionalProperties: false },
  ),
)

export type Pca = {
  mean: Float64Array
  scale: Float64Array
  /** A × columns, the largest variance first; the largest entry of each is positive. */
  components: Float64Array
  /** λ of each component, n − 1 in the denominator. */
  explainedVariance: Float64Array
  /** Of all directions together. */
  totalVariance: number
  /** n, the rows that taught. */
  rows: number
  alpha: number
  t2Limit: number
  speLimit: number
}

export const pca: Model<ReturnType<typeof params>, Pca> = {
  kind: 'pca',
  about:
    'Flags rows that go too far along the main directions of the training rows (T²), or away from them (SPE): multivariate SPC.',
  formula:
    'risk = max(T² / limit, SPE / limit): T² = Σ_a t_a² / λ_a along the components kept, SPE = ‖z − Pᵀ t‖² beside them',
  source:
    'J. E. Jackson, G. S. Mudholkar, “Control procedures for residuals associated with principal component analysis”, Technometrics, 1979',
  tasks: ['detect'],
  get params() {
    return params()
  },
  fit,
  cut: () => 1,
  scorer,
  explain,
  monitor,
}

interface Given {
  n_components: number
  standardize: boolean
  alpha: number
}

function fit(training: Training, given: Given): Pca {
  const { mean, scale, covariance, rows } = momentsOf(training, given.standardize)
  const d = mean.length
  const count = given.n_components
  if (count >= 1 && (!Number.isInteger(count) || count > d))
    throw new Failure('RECIPE_INVALID', {
      report: `model: n_components is ${count}, but there are ${d} features`,
      hint: 'Give a whole number of at most that, or a share of the variance such as 0.9.',
    })
  const { values, vectors } = eigenOfSymmetric(covariance, d)
  const variances = values.map(value => Math.max(0, value))
  const kept = keep(variances, count)
  const total = sum(variances)
  return {
    mean,
    scale,
    components: flipped(vectors.subarray(0, kept * d), d),
    explainedVariance: variances.slice(0, kept),
    totalVariance: total,
    rows,
    alpha: given.alpha,
    t2Limit: t2Limit(kept, rows, given.alpha),
    speLimit: speLimit(variances.subarray(kept), total, given.alpha),
  }
}

const EPS = 2 ** -52

function momentsOf({ x, weight }: Training, standardize: boolean) {
  const columns = numericColumns(x)
  const d = columns.length
  const given = weight.subarray(0, x.rows)
  const rows = taughtRows('pca', x.rows, weight).length
  const total = sum(given)
  const scaled = given.map(value => (value / total) * rows)
  const rough = centreOf(x)
  const one = new Float64Array(x.rows).fill(1)
  // What is missing counts as the rough mean both times, so it moves neither the mean nor the spread.
  const { first } = openLearner('tied', 1, columns, scaled, rough).moments(rough, one)
  const mean = rough.map((value, f) => value + first[f]! / rows)
  const { second } = openLearner('full', 1, columns, scaled, rough).moments(mean, one)
  const scale = mean.map((value, f) => {
    const variance = second[f * d + f]! / rows
    // scikit-learn's rule for a column that is constant but for rounding.
    const constant = variance <= rows * EPS * variance + (rows * value * EPS) ** 2
    return !standardize || constant ? 1 : Math.sqrt(variance)
  })
  const covariance = new Float64Array(d * d)
  for (let i = 0; i < d; i++)
    for (let j = 0; j <= i; j++)
      covariance[i * d + j] = second[i * d + j]! / scale[i]! / scale[j]! / Math.max(1, rows - 1)
  return { mean, scale, covariance, rows }
}

/** Variances below belong to no number that a limit could be divided by. */
const LEAST_VARIANCE = 1e-200

/** How many: as asked, but none whose variance is only rounding. */
function keep(variances: Float64Array, asked: number): number {
  const floor = Math.max(LEAST_VARIANCE, variances.length * EPS * (variances[0] ?? 0))
  const real = variances.filter(variance => variance > floor).length
  if (asked >= 1) return Math.min(asked, real)
  const total = sum(variances)
  let [count, reached] = [0, 0]
  // scikit-learn's rule: as many as are needed to exceed the share.
  while (count < real && reached <= asked) reached += variances[count++]! / total
  return count
}

/** scikit-learn's `svd_flip`: the first of the largest entries is positive. */
function flipped(vectors: Float64Array, d: number): Float64Array {
  const out = vectors.slice()
  for (let from = 0; from < out.length; from += d) {
    const vector = out.subarray(from, from + d)
    let largest = 0
    for (let f = 1; f < d; f++) if (Math.abs(vector[f]!) > Math.abs(vector[largest]!)) largest = f
    if (vector[largest]! < 0) for (let f = 0; f < d; f++) vector[f] = -vector[f]!
  }
  return out
}

/** 1 where there is nothing to limit: T² is then 0. */
function t2Limit(kept: number, n: number, alpha: number): number {
  if (kept === 0 || n <= kept) return 1
  return ((kept * (n - 1) * (n + 1)) / (n * (n - kept))) * fQuantile(alpha, kept, n - kept)
}

/** Where the kept directions hold everything: a millionth of a standard deviation away from them breaks a rule that no
 * training row broke, but is more than rounding. */
const LEAST_SHARE = 1e-12

function speLimit(left: Float64Array, total: number, alpha: number): number {
  const least = LEAST_SHARE * (total > LEAST_VARIANCE ? total : 1)
  const largest = left[0] ?? 0
  if (largest <= least) return least
  // In units of the largest, so that no power overflows.
  const relative = left.map(variance => variance / largest)
  const [first, second] = [sum(relative), sum(relative.map(variance => variance * variance))]
  return Math.max(least, largest * (second / first) * 2 * gammaQuantile(alpha, (first * first) / second / 2))
}

/** The two statistics beside their limits: what a control chart draws.
 * @throws RangeError for a state that is none. */
export function monitor(state: Pca): Monitor {
  checkPca(state)
  const { mean, scale, components, explainedVariance, t2Limit, speLimit } = state
  const d = mean.length
  const lengths = openProjections({
    centre: mean,
    factor: scale.map(value => 1 / value),
    first: components.map((value, i) => value / Math.sqrt(explainedVariance[Math.floor(i / d)]!)),
    second: residual(components, d),
  })
  return {
    alpha: state.alpha,
    components: explainedVariance.length,
    t2Limit,
    speLimit,
    statistics(block, t2, spe) {
      if (block.columns.length !== d) throw new RangeError(`${block.columns.length} columns for components of ${d}`)
      lengths(numericColumns(block), block.rows, t2, spe)
    },
  }
}

/** I − Pᵀ P: what it leaves of a row is what the components do not say. */
export function residual(components: Float64Array, d: number): Float64Array {
  const out = new Float64Array(d * d)
  for (let i = 0; i < d; i++) {
    for (let j = 0; j <= i; j++) {
      let along = 0
      for (let from = 0; from < components.length; from += d) along += components[from + i]! * components[from + j]!
      out[i * d + j] = out[j * d + i] = Number(i === j) - along
    }
  }
  return out
}

function scorer(state: Pca): Scorer {
  const { statistics, t2Limit, speLimit } = monitor(state)
  let spe = new Float64Array(0)
  return {
    score(block, out) {
      if (spe.length < block.rows) spe = new Float64Array(block.rows)
      statistics(block, out, spe)
      for (let i = 0; i < block.rows; i++)
        out[i] = Math.min(Number.MAX_VALUE, Math.max(out[i]! / t2Limit, spe[i]! / speLimit))
    },
  }
}

/**
 * Reconstruction-based contributions (Alcala, Qin, "Reconstruction-based contribution for process monitoring",
 * Automatica 2009) to the combined index T² / limit + SPE / limit = zᵀ Φ z (Yue, Qin, "Reconstruction-based fault
 * identification using a combined index", 2001): (Φ z)_j² / Φ_jj is how far the index falls when column j alone is
 * replaced by the value that fits the others best. A column that alone is off always has the largest, which holds
 * neither for shares of T² or SPE, nor for their own reconstructions where few directions are left out. Scaled to add
 * up to the risk.
 */
function explain(state: Pca): Explainer {
  const score = scorer(state)
  const { mean, scale, t2Limit, speLimit } = state
  const d = mean.length
  const index = indexOf(state, t2Limit, speLimit)
  const entered = { centre: mean, factor: scale.map(value => 1 / value) }
  const z = new Float64Array(d)
  let risk = new Float64Array(0)
  return {
    method: 'reconstruction-based contributions to T² / limit + SPE / limit, scaled to add up to the risk',
    base: 0,
    explain(block, out) {
      if (risk.length < block.rows) risk = new Float64Array(block.rows)
      score.score(block, risk)
      const columns = numericColumns(block)
      for (let row = 0; row < block.rows; row++) {
        enter(entered, columns, row, z)
        const shares = out.subarray(row * d, (row + 1) * d)
        const all = contribute(index, z, shares)
        for (let j = 0; j < d; j++) shares[j] = all > 0 ? risk[row]! * (shares[j]! / all) : risk[row]! / d
      }
    },
  }
}

/** Φ: zᵀ Φ z = T² / limit + SPE / limit. */
function indexOf({ mean, components, explainedVariance }: Pca, t2Limit: number, speLimit: number): Float64Array {
  const d = mean.length
  const index = residual(components, d).map(value => value / speLimit)
  for (const [a, variance] of explainedVariance.entries())
    for (let i = 0; i < d; i++)
      for (let j = 0; j < d; j++)
        index[i * d + j] = index[i * d + j]! + (components[a * d + i]! * components[a * d + j]!) / variance / t2Limit
  return index
}

/** Writes (Φ z)_j² / Φ_jj and returns their sum, z in units of its largest entry. */
function contribute(index: Float64Array, z: Float64Array, shares: Float64Array): number {
  const d = z.length
  let largest = 0
  for (let j = 0; j < d; j++) largest = Math.max(largest, Math.abs(z[j]!))
  let all = 0
  for (let j = 0; j < d; j++) {
    let along = 0
    for (let i = 0; i < d; i++) along += index[j * d + i]! * (z[i]! / (largest || 1))
    shares[j] = (along * along) / index[j * d + j]!
    all += shares[j]!
  }
  return all
}

/** A state may come from a file that somebody else made.
 * @throws RangeError */
function checkPca(state: Pca): void {
  const { mean, scale, components, explainedVariance, t2Limit, speLimit } = state
  const all = [mean, scale, components, explainedVariance]
  if (!all.every(values => values instanceof Float64Array && values.every(Number.isFinite)))
    throw new RangeError('its components are not arrays of finite numbers')
  const d = mean.length
  if (d === 0 || scale.length !== d) throw new RangeError(`its ${d} means have ${scale.length} scales`)
  if (!scale.every(value => value > 0)) throw new RangeError('its scales are not all above 0')
  if (explainedVariance.length > d || components.length !== explainedVariance.length * d)
    throw new RangeError(`its ${explainedVariance.length} components of ${d} columns have ${components.length} numbers`)
  if (!explainedVariance.every(value => value > 0)) throw new RangeError('its variances are not all above 0')
  if (!(t2Limit > 0 && t2Limit < Number.POSITIVE_INFINITY && speLimit > 0 && speLimit < Number.POSITIVE_INFINITY))
    throw new RangeError(`its limits are ${t2Limit} and ${speLimit}, expected more than 0`)
}

function sum(values: Float64Array): number {
  let total = 0
  for (const value of values) total += value
  return total
}

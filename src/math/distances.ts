/**
 * How far two rows are apart, by the names and formulas of scikit-learn's `DistanceMetric` (1.9) and, for those that it
 * leaves to scipy, of `scipy.spatial.distance` (1.17). Sums run over the columns in their order.
 */

/** Of the row at place `atA` in `a` and the one at `atB` in `b`. NaN where the metric has no number for them. */
export type Measure = (a: Float64Array, atA: number, b: Float64Array, atB: number, columns: number) => number

/** @param p 1 Manhattan, 2 Euclidean, Infinity the largest difference (Chebyshev), any other above 0 */
export function minkowski(p: number): Measure {
  if (p === 1) return manhattan
  if (p === 2) return (...rows) => Math.sqrt(squaredEuclidean(...rows))
  return p === Number.POSITIVE_INFINITY ? chebyshev : powered(p)
}

const chebyshev: Measure = (a, atA, b, atB, columns) => {
  let largest = 0
  for (let c = 0; c < columns; c++) largest = Math.max(largest, Math.abs(a[atA + c]! - b[atB + c]!))
  return largest
}

const manhattan: Measure = (a, atA, b, atB, columns) => {
  let sum = 0
  for (let c = 0; c < columns; c++) sum += Math.abs(a[atA + c]! - b[atB + c]!)
  return sum
}

export const squaredEuclidean: Measure = (a, atA, b, atB, columns) => {
  let sum = 0
  for (let c = 0; c < columns; c++) {
    const difference = a[atA + c]! - b[atB + c]!
    sum += difference * difference
  }
  return sum
}

/** In units of the largest difference, because a high power of a plain number is soon infinite or 0. */
const powered =
  (p: number, weights?: Float64Array): Measure =>
  (a, atA, b, atB, columns) => {
    const largest = chebyshev(a, atA, b, atB, columns)
    if (largest === 0) return 0
    let sum = 0
    for (let c = 0; c < columns; c++)
      sum += (weights ? weights[c]! : 1) * (Math.abs(a[atA + c]! - b[atB + c]!) / largest) ** p
    return largest * sum ** (1 / p)
  }

/** What a metric needs beside the rows: nothing, a number a column, or a matrix. */
type Needs = 'nothing' | 'column' | 'matrix'

interface Metric {
  readonly needs?: Needs
  readonly columns?: number
  /** @param given row after row where it is a matrix. @param p of minkowski */
  readonly measure: (given: Float64Array, p: number) => Measure
}

/** Metrics other than minkowski with columns that count alike. */
const METRICS: ReadonlyMap<string, Metric> = new Map<string, Metric>([
  ['minkowski', { needs: 'column', measure: (weights, p) => powered(p, weights) }],
  ['sqeuclidean', { measure: () => squaredEuclidean }],
  ['seuclidean', { needs: 'column', measure: standardized }],
  ['mahalanobis', { needs: 'matrix', measure: mahalanobis }],
  ['canberra', { measure: () => canberra }],
  ['braycurtis', { measure: () => brayCurtis }],
  ['hamming', { measure: () => hamming }],
  ['cosine', { measure: () => cosine }],
  ['correlation', { measure: () => correlation }],
  ['haversine', { columns: 2, measure: () => haversine }],
  ['matching', yesNo((_, differ, columns) => differ / columns)],
  ['jaccard', yesNo((both, differ) => share(differ, both + differ))],
  ['dice', yesNo((both, differ) => share(differ, 2 * both + differ))],
  ['kulsinski', yesNo((both, differ, columns) => (differ + columns - both) / (differ + columns))],
  ['rogerstanimoto', yesNo((_, differ, columns) => (2 * differ) / (columns + differ))],
  ['russellrao', yesNo((both, _, columns) => (columns - both) / columns)],
  ['sokalmichener', yesNo((_, differ, columns) => (2 * differ) / (columns + differ))],
  ['sokalsneath', yesNo((both, differ) => share(differ, differ + both / 2))],
  ['yule', { measure: () => yule }],
])

export const METRIC_NAMES: readonly string[] = [...METRICS.keys()]

/** How many numbers a metric is given for rows of so many columns. @throws RangeError for an unknown one, or rows that it
 * has no distance for */
export function metricNeeds(name: string, columns: number): number {
  const metric = metricOf(name)
  if (metric.columns !== undefined && metric.columns !== columns)
    throw new RangeError(`its metric ${name} is one of ${metric.columns} columns, and its rows have ${columns}`)
  const { needs = 'nothing' } = metric
  return needs === 'nothing' ? 0 : needs === 'column' ? columns : columns * columns
}

/** @param given as many numbers as `metricNeeds` says */
export function measureOf(name: string, given: Float64Array, p: number): Measure {
  return metricOf(name).measure(given, p)
}

function metricOf(name: string): Metric {
  const metric = METRICS.get(name)
  if (metric) return metric
  throw new RangeError(`its metric is ${name.slice(0, 40)}, which is not known`)
}

/** `V`: the variances. */
function standardized(variances: Float64Array): Measure {
  return (a, atA, b, atB, columns) => {
    let sum = 0
    for (let c = 0; c < columns; c++) sum += (a[atA + c]! - b[atB + c]!) ** 2 / variances[c]!
    return Math.sqrt(sum)
  }
}

/** `VI`: the inverse of the covariance. */
function mahalanobis(inverse: Float64Array): Measure {
  return (a, atA, b, atB, columns) => {
    let sum = 0
    for (let i = 0; i < columns; i++) {
      let inner = 0
      for (let j = 0; j < columns; j++) inner += inverse[i * columns + j]! * (a[atA + j]! - b[atB + j]!)
      sum += inner * (a[atA + i]! - b[atB + i]!)
    }
    return Math.sqrt(sum)
  }
}

const canberra: Measure = (a, atA, b, atB, columns) => {
  let sum = 0
  for (let c = 0; c < columns; c++) {
    const [x, y] = [a[atA + c]!, b[atB + c]!]
    sum += share(Math.abs(x - y), Math.abs(x) + Math.abs(y))
  }
  return sum
}

const brayCurtis: Measure = (a, atA, b, atB, columns) => {
  let [apart, all] = [0, 0]
  for (let c = 0; c < columns; c++) {
    const [x, y] = [a[atA + c]!, b[atB + c]!]
    apart += Math.abs(x - y)
    all += Math.abs(x) + Math.abs(y)
  }
  return share(apart, all)
}

const hamming: Measure = (a, atA, b, atB, columns) => {
  let differ = 0
  for (let c = 0; c < columns; c++) if (a[atA + c] !== b[atB + c]) differ++
  return differ / columns
}

/** A row of zeros is at 1 from every other. */
const cosine: Measure = (a, atA, b, atB, columns) => {
  let [product, lengthA, lengthB] = [0, 0, 0]
  for (let c = 0; c < columns; c++) {
    const [x, y] = [a[atA + c]!, b[atB + c]!]
    product += x * y
    lengthA += x * x
    lengthB += y * y
  }
  const similar = share(product, Math.sqrt(lengthA) * Math.sqrt(lengthB))
  return Math.min(2, Math.max(0, 1 - similar))
}

/** NaN for a row whose columns are all alike. */
const correlation: Measure = (a, atA, b, atB, columns) => {
  let [meanA, meanB] = [0, 0]
  for (let c = 0; c < columns; c++) {
    meanA += a[atA + c]! / columns
    meanB += b[atB + c]! / columns
  }
  let [product, lengthA, lengthB] = [0, 0, 0]
  for (let c = 0; c < columns; c++) {
    const [x, y] = [a[atA + c]! - meanA, b[atB + c]! - meanB]
    product += x * y
    lengthA += x * x
    lengthB += y * y
  }
  return 1 - product / (Math.sqrt(lengthA) * Math.sqrt(lengthB))
}

/** On a sphere of radius 1, of latitude and longitude in radians. */
const haversine: Measure = (a, atA, b, atB) => {
  const north = Math.sin((a[atA]! - b[atB]!) / 2)
  const east = Math.sin((a[atA + 1]! - b[atB + 1]!) / 2)
  return 2 * Math.asin(Math.sqrt(north * north + Math.cos(a[atA]!) * Math.cos(b[atB]!) * east * east))
}

/** Of columns that are 0 or not: `both` are not in both rows, `differ` in one of them. */
function yesNo(of: (both: number, differ: number, columns: number) => number): Metric {
  const measure: Measure = (a, atA, b, atB, columns) => {
    let [both, differ] = [0, 0]
    for (let c = 0; c < columns; c++) {
      const [x, y] = [a[atA + c] !== 0, b[atB + c] !== 0]
      if (x !== y) differ++
      else if (x) both++
    }
    return of(both, differ, columns)
  }
  return { measure: () => measure }
}

const yule: Measure = (a, atA, b, atB, columns) => {
  let [both, onlyA, onlyB] = [0, 0, 0]
  for (let c = 0; c < columns; c++) {
    const [x, y] = [a[atA + c] !== 0, b[atB + c] !== 0]
    if (x && y) both++
    else if (x) onlyA++
    else if (y) onlyB++
  }
  const half = onlyA * onlyB
  return share(2 * half, both * (columns - both - onlyA - onlyB) + half)
}

/** Nothing of nothing is nothing. */
const share = (part: number, whole: number): number => (part === 0 ? 0 : part / whole)

/**
 * Local outlier factor (Breunig, Kriegel, Ng, Sander, "LOF: identifying density-based local outliers", SIGMOD 2000), for
 * new rows: how many times less dense it is around a row than around the training rows nearest to it. Parameters and
 * formula are scikit-learn's (`sklearn.neighbors.LocalOutlierFactor(novelty=True)`).
 *
 * risk = mean over the k nearest training rows o of density(o) / density(row); about 1 inside a cluster, and
 * scikit-learn's `score_samples` with the sign turned.
 * density(row) = 1 / (mean over them of max(distance(row, o), distance of o to its own k-th neighbour) + 1e-10).
 *
 * The neighbours are exact; of two as near, the row that came first in training. Columns count as they are: scale them
 * first. A missing value counts as the mean of its column, and what is beyond ±1e150 as that.
 */
import { Failure } from '../errors.ts'
import { neighboursBytes } from '../kernels/neighbours.ts'
import { lazySchema } from '../lazy-schema.ts'
import { type Columns, numericColumns } from '../math/columns.ts'
import { centreOf } from '../math/dense.ts'
import { quantile } from '../math/statistics.ts'
import type { Model, Scorer, Training } from './model.ts'
import { checkNeighbours, type NeighbourState, neighbourFinder, packPlain, searchOf } from './neighbour-state.ts'
import { taughtRows } from './taught-rows.ts'

const params = lazySchema(Type =>
  Type.Object(
    {
      n_neighbors: Type.Integer({
        minimum: 1,
        maximum: 10_000,
        default: 20,
        description: 'Training rows that a row is compared with; one less than there are, if there are no more.',
      }),
      contamination: Type.Union([Type.Literal('auto'), Type.Number({ exclusiveMinimum: 0, maximum: 0.5 })], {
        default: 0.1,
        description:
          "Share of the training rows taken to be anomalies; it sets the model's own threshold and nothing else. auto: threshold 1.5, as in the original paper.",
      }),
      metric: Type.Union([Type.Literal('minkowski'), Type.Literal('euclidean'), Type.Literal('manhattan')], {
        default: 'minkowski',
        description:
          'How the distance of two rows is measured; euclidean, which is minkowski with p 2, is the fast one.',
      }),
      p: Type.Number({
        minimum: 1,
        maximum: 100,
        default: 2,
        description: 'The power of the minkowski distance: 1 is manhattan, 2 euclidean; other metrics ignore it.',
      }),
    },
    { additionalProperties: false },
  ),
)

export type LocalOutlierFactor = NeighbourState & {
  /** The model's own threshold: `risk > cut` is unusual. */
  cut: number
  /** Of each training row, to its k-th neighbour. */
  distance: Float64Array
  /** Local reachability density of each training row. */
  density: Float64Array
}

export const localOutlierFactor: Model<ReturnType<typeof params>, LocalOutlierFactor> = {
  kind: 'local-outlier-factor',
  about:
    'Flags rows in thinner surroundings than their nearest training rows; finds what is odd only for its own kind.',
  formula:
    'risk = mean of δ(o) / δ(x) over the k training rows o nearest to x: δ = 1 / (mean of max(distance to o, distance of o to its own k-th neighbour) + 1e-10) the density around a row; about 1 is usual',
  source:
    'M. M. Breunig, H.-P. Kriegel, R. T. Ng, J. Sander, "LOF: identifying density-based local outliers", SIGMOD, 2000',
  tasks: ['detect'],
  heavy: true,
  get params() {
    return params()
  },
  fit(training, given) {
    const rows = trainingRows(training, given.n_neighbors)
    const columns = training.x.columns.length
    const count = rows.length / columns
    const neighbours = Math.max(1, Math.min(given.n_neighbors, count - 1))
    if (count * neighbours > MOST_NEIGHBOURS)
      throw new Failure('RECIPE_INVALID', {
        report: `model: ${neighbours} neighbours of each of ${count} training rows, expected at most ${MOST_NEIGHBOURS} in all`,
        hint: 'Give a smaller n_neighbors, or learn from fewer rows: 20 neighbours are usual.',
      })
    const p = given.metric === 'manhattan' ? 1 : given.metric === 'euclidean' ? 2 : given.p
    const { distance, density, risks } = surroundings(rows, columns, neighbours, p)
    const cut = given.contamination === 'auto' ? 1.5 : -quantile(risks.map(risk => -risk).sort(), given.contamination)
    return { columns, neighbours, p, cut, rows, distance, density }
  },
  cut: state => state.cut,
  scorer,
}

/** A little less than WebAssembly can address. */
const MOST_BYTES = 0.99 * 2 ** 32

/** Neighbours of all training rows together: they take 12 bytes each while the model is fitted. */
const MOST_NEIGHBOURS = 200_000_000

/** The rows of positive weight, row after row. */
function trainingRows({ x, weight }: Training, neighbours: number): Float64Array {
  const taken = taughtRows('local-outlier-factor', x.rows, weight)
  const columns = x.columns.length
  const bytes = neighboursBytes(taken.length, columns, Math.min(neighbours, taken.length))
  if (bytes > MOST_BYTES)
    throw new Failure('RECIPE_INVALID', {
      report: `model: local-outlier-factor keeps every training row, and ${taken.length} rows of ${columns} columns take ${gib(bytes)} GiB, expected at most ${gib(MOST_BYTES)}`,
      hint: 'Learn from fewer rows (learn: or where: in the recipe; 100000 are plenty), or use isolation-forest.',
    })
  const packed: Columns =
    taken.length === x.rows
      ? x
      : { rows: taken.length, columns: numericColumns(x).map(column => Float64Array.from(taken, row => column[row]!)) }
  const rows = new Float64Array(taken.length * columns)
  packPlain(packed, 0, taken.length, centreOf(packed), rows)
  return rows
}

const gib = (bytes: number) => (bytes / 2 ** 30).toFixed(1)

/** Of each training row the distance to its k-th neighbour, its density and its own local outlier factor. */
function surroundings(rows: Float64Array, columns: number, k: number, p: number) {
  const count = rows.length / columns
  // A row without neighbours: as dense as can be, so that whatever is not on the spot stands out.
  if (count === 1)
    return { distance: new Float64Array(1), density: Float64Array.of(densityOf(0)), risks: Float64Array.of(1) }
  const distance = new Float64Array(count)
  const density = new Float64Array(count)
  const risks = new Float64Array(count)
  const distances = new Float64Array(count * k)
  const indices = new Int32Array(count * k)
  searchOf({ rows, columns, neighbours: k, p })(rows, count, distances, indices, 0)
  for (let row = 0; row < count; row++) distance[row] = distances[row * k + k - 1]!
  for (let row = 0; row < count; row++) density[row] = densityAt(row * k, k, distances, indices, distance)
  for (let row = 0; row < count; row++) risks[row] = factorAt(row * k, k, indices, density, density[row]!)
  return { distance, density, risks }
}

function densityAt(
  from: number,
  k: number,
  distances: Float64Array,
  indices: Int32Array,
  distance: Float64Array,
): number {
  let sum = 0
  for (let i = from; i < from + k; i++) sum += Math.max(distances[i]!, distance[indices[i]!]!)
  return densityOf(sum / k)
}

/** The 1e-10 is scikit-learn's: more than k copies of one row would have no end of density. */
function densityOf(reach: number): number {
  return 1 / (reach + 1e-10)
}

function factorAt(from: number, k: number, indices: Int32Array, density: Float64Array, own: number): number {
  let sum = 0
  for (let i = from; i < from + k; i++) sum += density[indices[i]!]! / own
  return sum / k
}

function scorer(state: LocalOutlierFactor): Scorer {
  check(state)
  const { neighbours: k, distance, density } = state
  const find = neighbourFinder(state)
  return {
    score(block, out) {
      find(block, (row, at, distances, indices) => {
        const own = densityAt(at, k, distances, indices, distance)
        out[row] = factorAt(at, k, indices, density, own)
      })
    },
  }
}

/** A state may come from a file that somebody else made. @throws RangeError */
function check(state: LocalOutlierFactor): void {
  const { cut, distance, density } = state
  const count = checkNeighbours(state, 1)
  if (!Number.isFinite(cut)) throw new RangeError('it has no cut')
  if (![distance, density].every(array => array instanceof Float64Array))
    throw new RangeError('its distances and densities are not arrays of float64')
  if (distance.length !== count || density.length !== count)
    throw new RangeError(`its ${count} training rows have ${distance.length} distances and ${density.length} densities`)
  if (!distance.every(value => value >= 0 && value < Number.POSITIVE_INFINITY))
    throw new RangeError('its distances are not all finite and at least 0')
  if (!density.every(value => value > 0 && value < Number.POSITIVE_INFINITY))
    throw new RangeError('its densities are not all finite and above 0')
}

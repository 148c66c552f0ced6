/**
 * Nearest neighbours (Cover, Hart, "Nearest neighbor pattern classification", 1967), as they come with models of other
 * libraries: scikit-learn's KNeighborsClassifier and KNeighborsRegressor.
 *
 * risk = the mean of the values of the k training rows nearest to a row, all alike or each by 1 / distance; of a
 * classifier a value is 1 for rows of the risk and 0 for others, so that the mean is its probability. Where distances
 * count and some are 0, only those rows count.
 *
 * The neighbours are exact; of two as near, the row that came first in training. A missing value counts as the mean of
 * its column, and what is beyond ±1e150 as that.
 */
import { noParameters } from '../lazy-schema.ts'
import type { Model, Scorer } from './model.ts'
import { checkNeighbours, type NeighbourState, neighbourFinder } from './neighbour-state.ts'

export type KNeighbours = NeighbourState & {
  /** What counts of each training row. */
  value: Float64Array
  /** 'uniform' or 'distance'. */
  weights: string
}

export const kNeighbours: Model<ReturnType<typeof noParameters>, KNeighbours> = {
  kind: 'k-neighbours',
  about: 'Says of a row what its nearest training rows say; comes with imported models.',
  formula: 'risk = Σ wᵢ vᵢ / Σ wᵢ over the k training rows nearest to x: vᵢ their values, wᵢ = 1 or 1 / distance',
  source: 'Cover, Hart: Nearest neighbor pattern classification. IEEE Transactions on Information Theory 1967.',
  tasks: ['classify', 'regress'],
  get params() {
    return noParameters()
  },
  heavy: true,
  scorer,
}

function scorer(state: KNeighbours): Scorer {
  check(state)
  const { neighbours: k, value } = state
  const find = neighbourFinder(state)
  const mean = state.weights === 'uniform' ? plainMean : weightedMean
  return {
    score(block, out) {
      find(block, (row, at, distances, indices) => {
        out[row] = mean(at, k, distances, indices, value)
      })
    },
  }
}

type Mean = (at: number, k: number, distances: Float64Array, indices: Int32Array, value: Float64Array) => number

const plainMean: Mean = (at, k, _, indices, value) => {
  let sum = 0
  for (let i = at; i < at + k; i++) sum += value[indices[i]!]!
  return sum / k
}

const weightedMean: Mean = (at, k, distances, indices, value) => {
  // The nearest comes first: where it is on the spot, only rows on the spot count. Weights in units of the nearest's.
  const nearest = distances[at]!
  let [sum, all] = [0, 0]
  for (let i = at; i < at + k; i++) {
    const weight = nearest === 0 ? Number(distances[i] === 0) : nearest / distances[i]!
    all += weight
    sum += (value[indices[i]!]! - sum) * (weight / all)
  }
  return sum
}

/** A state may come from a file that somebody else made. @throws RangeError */
function check(state: KNeighbours): void {
  const count = checkNeighbours(state)
  const { value, weights } = state
  if (!(value instanceof Float64Array) || value.length !== count || !value.every(Number.isFinite))
    throw new RangeError(`its ${count} training rows have no value each`)
  if (weights !== 'uniform' && weights !== 'distance')
    throw new RangeError(`its weights are ${String(weights).slice(0, 40)}, expected uniform or distance`)
}

/** IsolationForest: how few random cuts set a row apart. */
import { averagePathLength, pathLengths } from '../../models/isolation-forest.ts'
import type { Input, LowerPredictor } from '../lowering/lowering.ts'
import { numberOf } from '../numpy/array.ts'
import { Refusal } from '../refusal.ts'
import { packTrees } from '../trees.ts'
import { type Estimator, plainNumbers, since, wordFor } from './estimator.ts'
import { skeletonOf, treesOf } from './tree-structure.ts'

/** Depths and the lengths that leaves add are worked out again, never read: a file may say anything. */
export const isolationForest: LowerPredictor = (estimator, input) => {
  // Before 0.21, two rows counted 0 instead of 1, and the cut was kept elsewhere.
  if (!since(estimator, [0, 21]))
    throw new Refusal(
      'unsupported',
      `IsolationForest was saved by scikit-learn ${estimator.version?.join('.')}, whose formula was another`,
      'Fit and save it with scikit-learn 0.21 or newer.',
    )
  const offset = estimator.number('offset_')
  const state = { columns: input.count, drawn: drawnOf(estimator), cut: -offset, ...forestOf(estimator, input) }
  // Since 1.6 missing values go where the trees send them; before, they were an error.
  const risk = { use: 'isolation-forest', from: input.from, count: input.count, state }
  return {
    task: 'detect',
    risk: { ...risk, takesMissing: since(estimator, [1, 6]) },
    riskName: '−score_samples',
    cut: { risk: -offset, from: 'offset_ of the file' },
    scales: { score_samples: 0, decision_function: -offset },
    range: [leastRisk(state), 1],
  }
}

/** Of a row at the end of the longest path of every tree: a threshold below is none on this scale. */
function leastRisk(state: Parameters<typeof pathLengths>[0] & { readonly drawn: number }): number {
  const { start, left } = state
  const lengths = pathLengths(state).map((length, node) => ((left[node] as number) < 0 ? length : 0))
  const trees = start.length - 1
  const longest = Array.from({ length: trees }, (_, t) =>
    lengths.subarray(start[t], start[t + 1]).reduce((most, length) => Math.max(most, length), 0),
  )
  const scale = trees * averagePathLength(state.drawn)
  return scale > 0 ? 2 ** (-longest.reduce((sum, length) => sum + length, 0) / scale) : 0
}

function drawnOf(estimator: Estimator): number {
  const drawn = estimator.integer(estimator.has('_max_samples') ? '_max_samples' : 'max_samples_')
  if (drawn >= 1) return drawn
  throw new Refusal('damaged', `IsolationForest drew ${drawn} rows for a tree`)
}

function forestOf(estimator: Estimator, input: Input) {
  const members = treesOf(estimator)
  const columns = columnsOf(estimator, members.length, input)
  const packer = packTrees(input.count, estimator.name)
  for (const [t, member] of members.entries()) {
    const { samples, ...tree } = skeletonOf(member)
    const own = columns[t] as Float64Array
    // The rows of a node count for its path, and for the reasons.
    packer.add({
      ...tree,
      feature: tree.feature.map(column => (column < 0 ? column : (own[column] ?? Number.NaN))),
      cover: samples,
      value: new Float64Array(samples.length),
    })
  }
  const { start, left, right, feature, threshold, missingLeft, cover } = packer.finish()
  return { start, left, right, feature, threshold, missingLeft, samples: Int32Array.from(cover) }
}

/** The columns that each tree saw. */
function columnsOf(estimator: Estimator, trees: number, { count }: Input): readonly Float64Array[] {
  const lists = estimator.list('estimators_features_')
  if (lists.length !== trees)
    throw new Refusal('damaged', `IsolationForest has ${trees} trees and columns for ${lists.length} of them`)
  return lists.map(list => {
    const found = plainNumbers(list)?.values
    if (found?.every(column => Number.isInteger(column) && column >= 0 && column < count)) return found
    throw new Refusal(
      'damaged',
      `estimators_features_ of IsolationForest holds ${numberOf(list) ?? wordFor(list)}, expected columns 0 to ${count - 1}`,
    )
  })
}

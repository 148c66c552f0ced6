/** Exact Shapley values of forests, beside LightGBM's own (`pred_contrib`) and shap's TreeExplainer. */
import { Value } from 'typebox/value'
import { createRandom } from '../../src/math/random.ts'
import { gradientBoosting } from '../../src/models/gradient-boosting.ts'
import { isolationForest } from '../../src/models/isolation-forest.ts'
import type { Explainer } from '../../src/models/model.ts'
import { randomForest } from '../../src/models/random-forest.ts'
import { type Comparison, compare, openPeer, type Row } from './row.ts'

const ROWS = 10_000
const COLUMNS = 20

export async function rows(): Promise<Row[]> {
  const random = createRandom(42)
  const columns = Array.from({ length: COLUMNS }, () => Float64Array.from({ length: ROWS }, () => random.normal()))
  const value = Float64Array.from(
    { length: ROWS },
    (_, i) => columns[0]![i]! + columns[1]![i]! * columns[2]![i]! + random.normal(),
  )
  const y = { codes: Int32Array.from(value, v => Number(v > 1)), levels: ['fine', 'bad'], positive: 1 }
  const weight = new Float64Array(ROWS).fill(1)
  const names = columns.map((_, c) => `x${c}`)
  const training = { task: 'classify', x: { rows: ROWS, columns }, names, y, weight, random: createRandom(0) } as const
  const boosting = gradientBoosting.fit!(training, {
    ...Value.Create(gradientBoosting.params),
    max_iter: 100,
    max_leaf_nodes: 31,
    early_stopping: false,
  })
  const isolation = isolationForest.fit!({ ...training, task: 'detect' }, Value.Create(isolationForest.params))
  const forest = randomForest.fit!(training, { ...Value.Create(randomForest.params), n_estimators: 50, max_depth: 8 })
  const out = new Float64Array(ROWS * COLUMNS)
  const first = (explainer: Explainer, count: number) => () => explainer.explain({ rows: count, columns }, out)
  const ofBoosting = gradientBoosting.explain!(boosting)
  const oneByOne = Array.from({ length: 100 }, (_, i) => ({ rows: 1, columns: columns.map(c => c.subarray(i)) }))
  const cases: Comparison[] = [
    {
      name: 'boosting, 100 trees × 31 leaves',
      peerCase: 'boosting',
      rows: 2000,
      target: 3,
      ours: first(ofBoosting, 2000),
    },
    {
      name: 'boosting, one row at a time',
      peerCase: 'boosting, one row',
      rows: 100,
      ours: () => {
        for (const row of oneByOne) ofBoosting.explain(row, out)
      },
    },
    {
      name: 'isolation forest, 100 trees × 256',
      peerCase: 'isolation forest',
      rows: 500,
      target: 5,
      ours: first(isolationForest.explain!(isolation), 500),
    },
    {
      name: 'random forest, 50 trees of depth 8',
      peerCase: 'random forest',
      rows: 500,
      ours: first(randomForest.explain!(forest), 500),
    },
  ]
  const all = new Float64Array(ROWS * COLUMNS)
  for (const [c, column] of columns.entries()) all.set(column, c * ROWS)
  const peer = await openPeer('tree-shap.py', { columns: all, value })
  try {
    const found: Row[] = []
    for (const each of cases) found.push(await compare(peer, each))
    return found
  } finally {
    peer.close()
  }
}

/** Gradient boosting against LightGBM's: 100,000 rows of 20 columns, trees of 31 leaves, bins and all. */
import { Value } from 'typebox/value'
import { createRandom } from '../../src/math/random.ts'
import type { BoostingGiven } from '../../src/models/boosting-params.ts'
import { gradientBoosting } from '../../src/models/gradient-boosting.ts'
import { compare, openPeer, type Row } from './row.ts'

const ROWS = 100_000
const COLUMNS = 20
const BLOCK_ROWS = 2048

export async function rows(): Promise<Row[]> {
  const random = createRandom(11)
  const columns = Array.from({ length: COLUMNS }, () => Float64Array.from({ length: ROWS }, () => random.normal()))
  const label = Int32Array.from({ length: ROWS }, (_, row) => {
    const [a, b, c, d, e] = columns.map(column => column[row]!) as [number, number, number, number, number]
    return Number(random.next() < 1 / (1 + Math.exp(-(a + b * c + Math.sin(2 * d) + (e * e - 1) / 2))))
  })
  const learn = (trees: number) =>
    gradientBoosting.fit!(
      {
        task: 'classify',
        x: { rows: ROWS, columns },
        names: columns.map((_, c) => `x${c}`),
        y: { codes: label, levels: ['no', 'yes'], positive: 1 },
        weight: new Float64Array(ROWS).fill(1),
        random: createRandom(1),
      },
      { ...(Value.Create(gradientBoosting.params) as BoostingGiven), max_iter: trees, early_stopping: false },
    )
  const scorer = gradientBoosting.scorer(learn(100))
  const risks = new Float64Array(ROWS)
  const score = () => {
    for (let from = 0; from < ROWS; from += BLOCK_ROWS) {
      const block = { rows: Math.min(BLOCK_ROWS, ROWS - from), columns: columns.map(column => column.subarray(from)) }
      scorer.score(block, risks.subarray(from))
    }
  }
  const all = new Float64Array(ROWS * COLUMNS)
  for (const [c, column] of columns.entries()) all.set(column, c * ROWS)
  const peer = await openPeer('gradient-boosting.py', { columns: all, label: Float64Array.from(label) })
  try {
    return [
      await compare(peer, { name: 'score, 100 trees', peerCase: 'score', rows: ROWS, target: 3, ours: score }),
      await compare(peer, { name: 'fit, 50 trees', peerCase: 'fit', rows: ROWS, target: 1, ours: () => learn(50) }),
      {
        ...(await compare(peer, {
          name: 'fit, 50 trees, HistGradientBoosting',
          peerCase: 'fit, scikit-learn',
          rows: ROWS,
          ours: () => learn(50),
        })),
        peer: 'scikit-learn',
      },
    ]
  } finally {
    peer.close()
  }
}

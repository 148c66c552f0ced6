/** Ridge regression beside scikit-learn's at its defaults: fits, and predictions of new rows. */
import { createRandom } from '../../src/math/random.ts'
import { ridge } from '../../src/models/ridge.ts'
import { byRows, COLUMNS, sums, table } from '../linear-table.ts'
import { compare, openPeer, type Row } from './row.ts'

const ROWS = 100_000

export async function rows(): Promise<Row[]> {
  const columns = table(ROWS, true)
  const random = createRandom(9)
  const value = sums(columns, 2).map(sum => sum + random.normal() + 3)
  const peer = await openPeer('ridge.py', { x: byRows(columns), y: value })
  const weight = new Float64Array(ROWS).fill(1)
  const training = { task: 'regress', x: { rows: ROWS, columns }, names: [], y: { value }, weight, random } as const
  const learn = () => ridge.fit!(training, { alpha: 1, fit_intercept: true })
  const scorer = ridge.scorer(learn())
  const out = new Float64Array(ROWS)
  const size = `100,000 × ${COLUMNS}`
  try {
    return [
      await compare(peer, { name: `fit, ${size}`, rows: 1, ours: () => void learn() }),
      await compare(peer, {
        name: `score, ${size}`,
        rows: ROWS,
        ours: () => scorer.score({ rows: ROWS, columns }, out),
      }),
    ]
  } finally {
    peer.close()
  }
}

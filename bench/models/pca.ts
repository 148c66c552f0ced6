/** T², SPE and risk of 65,536 rows of 20 columns, and fits of as many, beside scikit-learn's scaler and PCA with numpy. */
import { Value } from 'typebox/value'
import { createRandom } from '../../src/math/random.ts'
import { pca } from '../../src/models/pca.ts'
import { compare, openPeer, type Row } from './row.ts'

const ROWS = 65_536
const COLUMNS = 20
const BLOCK = 2048

export async function rows(): Promise<Row[]> {
  const random = createRandom(42)
  const causes = Array.from({ length: 6 }, () => Float64Array.from({ length: ROWS }, () => random.normal()))
  const columns = Array.from({ length: COLUMNS }, () => {
    const share = causes.map(() => random.normal())
    return Float64Array.from({ length: ROWS }, (_, row) =>
      causes.reduce((sum, cause, i) => sum + share[i]! * cause[row]!, random.normal()),
    )
  })
  const learn = () =>
    pca.fit!(
      { task: 'detect', x: { rows: ROWS, columns }, names: [], weight: new Float64Array(ROWS).fill(1), random },
      Value.Create(pca.params),
    )
  const scorer = pca.scorer(learn())
  const out = new Float64Array(BLOCK)
  const score = () => {
    for (let from = 0; from < ROWS; from += BLOCK)
      scorer.score({ rows: BLOCK, columns: columns.map(column => column.subarray(from)) }, out)
  }
  const all = new Float64Array(ROWS * COLUMNS)
  for (const [c, column] of columns.entries()) all.set(column, c * ROWS)
  const peer = await openPeer('pca.py', { columns: all })
  try {
    const shape = '65,536 rows, 20 columns'
    return [
      await compare(peer, { name: `score, ${shape}`, peerCase: 'score', rows: ROWS, ours: score }),
      await compare(peer, { name: `fit, ${shape}`, peerCase: 'fit', rows: 1, ours: () => void learn() }),
    ]
  } finally {
    peer.close()
  }
}

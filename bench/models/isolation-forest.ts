/** Isolation forest: growing and scoring 100 trees of 256 rows, on 65,536 rows of 20 columns. */
import { Value } from 'typebox/value'
import { createRandom } from '../../src/math/random.ts'
import { isolationForest } from '../../src/models/isolation-forest.ts'
import { compare, openPeer, type Row } from './row.ts'

const ROWS = 65_536
const COLUMNS = 20
const BLOCK = 2048

export async function rows(): Promise<Row[]> {
  const random = createRandom(42)
  const all = Float64Array.from({ length: ROWS * COLUMNS }, () => random.normal())
  const columns = Array.from({ length: COLUMNS }, (_, c) => all.subarray(c * ROWS, (c + 1) * ROWS))
  const weight = new Float64Array(ROWS).fill(1)
  const params = Value.Create(isolationForest.params)
  const grow = () =>
    isolationForest.fit!(
      { task: 'detect', x: { rows: ROWS, columns }, names: [], weight, random: createRandom(0) },
      params,
    )
  const scorer = isolationForest.scorer(grow())
  const out = new Float64Array(BLOCK)
  const score = () => {
    for (let from = 0; from < ROWS; from += BLOCK)
      scorer.score({ rows: BLOCK, columns: columns.map(column => column.subarray(from)) }, out)
  }
  const peer = await openPeer('isolation-forest.py', { columns: all })
  try {
    const shape = '100 trees × 256, 65,536 rows, 20 columns'
    return [
      await compare(peer, { name: `score, ${shape}`, peerCase: 'score', rows: ROWS, target: 5, ours: score }),
      await compare(peer, { name: `fit, ${shape}`, peerCase: 'fit', rows: 1, target: 5, ours: grow }),
    ]
  } finally {
    peer.close()
  }
}

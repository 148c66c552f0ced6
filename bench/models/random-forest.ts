/** Random forest: growing and scoring 100 trees on 20,000 rows of 20 columns, both sides with trees of their own. */
import { Value } from 'typebox/value'
import { createRandom } from '../../src/math/random.ts'
import type { Target } from '../../src/models/model.ts'
import { randomForest } from '../../src/models/random-forest.ts'
import { compare, openPeer, type Row } from './row.ts'

const ROWS = 20_000
const COLUMNS = 20
const TREES = 100
/** Growing takes seconds: fewer trees, and fewer runs. */
const GROWN = 5
const BLOCK = 2048

export async function rows(): Promise<Row[]> {
  const random = createRandom(42)
  const columns = Array.from({ length: COLUMNS }, () => Float64Array.from({ length: ROWS }, () => random.normal()))
  const value = Float64Array.from(
    { length: ROWS },
    (_, i) => columns[0]![i]! + columns[1]![i]! * columns[2]![i]! + random.normal(),
  )
  const classes = { codes: Int32Array.from(value, v => Number(v > 1)), levels: ['fine', 'bad'], positive: 1 }
  const grow = (task: 'classify' | 'regress', y: Target, n_estimators: number) =>
    randomForest.fit!(
      {
        task,
        x: { rows: ROWS, columns },
        y,
        names: [],
        weight: new Float64Array(ROWS).fill(1),
        random: createRandom(0),
      },
      { ...Value.Create(randomForest.params), n_estimators },
    )
  const peer = await openPeer('random-forest.py', { columns: concatenated(columns), value })
  try {
    const scorer = randomForest.scorer(grow('classify', classes, TREES))
    const out = new Float64Array(BLOCK)
    const score = () => {
      for (let from = 0; from < ROWS; from += BLOCK)
        scorer.score({ rows: Math.min(BLOCK, ROWS - from), columns: columns.map(column => column.subarray(from)) }, out)
    }
    const grown = `${GROWN} trees, 20,000 rows, 20 columns`
    return [
      await compare(peer, {
        name: `score, ${TREES} trees grown on 20,000 rows, 20 columns`,
        peerCase: 'score',
        rows: ROWS,
        target: 3,
        ours: score,
      }),
      await compare(peer, {
        name: `fit classes, ${grown}`,
        peerCase: 'fit classes',
        rows: 1,
        pairs: 5,
        ours: () => grow('classify', classes, GROWN),
      }),
      await compare(peer, {
        name: `fit numbers, ${grown}`,
        peerCase: 'fit numbers',
        rows: 1,
        pairs: 5,
        ours: () => grow('regress', { value }, GROWN),
      }),
    ]
  } finally {
    peer.close()
  }
}

function concatenated(columns: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(ROWS * columns.length)
  for (const [c, column] of columns.entries()) all.set(column, c * ROWS)
  return all
}

/**
 * Logistic regression beside scikit-learn's: fits to columns in their own units, and chances of new rows. Theirs is a
 * pipeline with a StandardScaler, as its guide asks for, at its default tolerance; ours goes to eight digits in any case.
 */
import { Value } from 'typebox/value'
import { createRandom } from '../../src/math/random.ts'
import { logisticRegression } from '../../src/models/logistic-regression.ts'
import { byRows, COLUMNS, sums, table } from '../linear-table.ts'
import { compare, openPeer, type Row } from './row.ts'

const ROWS = 100_000
const SIZE = `100,000 × ${COLUMNS}`

export async function rows(): Promise<Row[]> {
  return [...(await rowsOf('columns in step', true)), ...(await rowsOf('independent columns', false))]
}

async function rowsOf(name: string, inStep: boolean): Promise<Row[]> {
  const columns = table(ROWS, inStep)
  const random = createRandom(9)
  const codes = Int32Array.from(sums(columns, 2), z => Number(random.next() < 1 / (1 + Math.exp(-z))))
  const peer = await openPeer('logistic-regression.py', { x: byRows(columns), y: Float64Array.from(codes) })
  const training = {
    task: 'classify',
    x: { rows: ROWS, columns },
    names: [],
    y: { codes, levels: ['fine', 'bad'], positive: 1 },
    weight: new Float64Array(ROWS).fill(1),
    random,
  } as const
  const learn = (given: object) =>
    logisticRegression.fit!(training, { ...(Value.Create(logisticRegression.params) as object), ...given } as never)
  const scorer = logisticRegression.scorer(learn({}))
  const out = new Float64Array(ROWS)
  const ours = () => void learn({})
  const score = () => scorer.score({ rows: ROWS, columns }, out)
  const lasso = () => void learn({ penalty: 'l1', C: 0.01 })
  // Columns that do not hang together at all are the easiest case for gradients alone; real tables are seldom so.
  const target = inStep ? { target: 3 } : {}
  try {
    const found = [
      await compare(peer, { name: `fit, ${SIZE}, ${name}`, peerCase: 'fit', rows: 1, ...target, ours }),
      await compare(peer, { name: 'the same, theirs to ten digits', peerCase: 'fit, tol 1e-10', rows: 1, ours }),
    ]
    if (!inStep) return found
    return [
      ...found,
      await compare(peer, { name: `fit, ${SIZE}, ${name}, l1`, peerCase: 'fit, l1', rows: 1, pairs: 3, ours: lasso }),
      await compare(peer, { name: `score, ${SIZE}`, peerCase: 'score', rows: ROWS, ours: score }),
    ]
  } finally {
    peer.close()
  }
}

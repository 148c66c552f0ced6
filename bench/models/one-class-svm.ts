/** The one-class support vector machine against scikit-learn's: about 540 support vectors, 12 and 20 features. */
import { Value } from 'typebox/value'
import { createRandom } from '../../src/math/random.ts'
import { oneClassSvm } from '../../src/models/one-class-svm.ts'
import { compare, openPeer, type Row } from './row.ts'

const TRAINING_ROWS = 10_000
const ROWS = 16_384
const BLOCK_ROWS = 2048

export async function rows(): Promise<Row[]> {
  const params = { ...Value.Create(oneClassSvm.params), nu: 0.05 }
  const tables = [12, 20].map(columns => {
    const training = normal(columns, TRAINING_ROWS, columns)
    const table = normal(columns, ROWS, 100 + columns)
    const weight = new Float64Array(TRAINING_ROWS).fill(1)
    const x = { rows: TRAINING_ROWS, columns: training }
    const learn = () => oneClassSvm.fit!({ task: 'detect', x, names: [], weight, random: createRandom(1) }, params)
    return { columns, training, table, learn, state: learn() }
  })
  const arrays = tables.flatMap(({ columns, training, table }) => [
    [`training${columns}`, rowMajor(training)] as const,
    [`rows${columns}`, rowMajor(table)] as const,
  ])
  const peer = await openPeer('one-class-svm.py', Object.fromEntries(arrays))
  const out: Row[] = []
  try {
    for (const { columns, table, learn, state } of tables) {
      const scorer = oneClassSvm.scorer(state)
      const risks = new Float64Array(ROWS)
      const ours = () => {
        for (let from = 0; from < ROWS; from += BLOCK_ROWS)
          scorer.score({ rows: BLOCK_ROWS, columns: table.map(column => column.subarray(from)) }, risks.subarray(from))
      }
      out.push(
        await compare(peer, {
          name: `score, ${state.dualCoef.length} support vectors, ${columns} features`,
          peerCase: `score, ${columns} features`,
          rows: ROWS,
          target: 4,
          ours,
        }),
      )
      const name = `fit, 10,000 rows, ${columns} features`
      out.push(await compare(peer, { name, rows: TRAINING_ROWS, target: 2, ours: learn }))
    }
  } finally {
    peer.close()
  }
  return out
}

function normal(columns: number, rows: number, seed: number): Float64Array[] {
  const random = createRandom(seed)
  return Array.from({ length: columns }, () => Float64Array.from({ length: rows }, () => random.normal()))
}

function rowMajor(columns: readonly Float64Array[]): Float64Array {
  const out = new Float64Array(columns.length * columns[0]!.length)
  for (const [c, column] of columns.entries())
    for (let i = 0; i < column.length; i++) out[i * columns.length + c] = column[i]!
  return out
}

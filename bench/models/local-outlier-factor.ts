/** The local outlier factor against scikit-learn's: 10,000 training rows, 20 neighbours. */
import { Value } from 'typebox/value'
import { createRandom } from '../../src/math/random.ts'
import { localOutlierFactor } from '../../src/models/local-outlier-factor.ts'
import { compare, openPeer, type Row } from './row.ts'

const TRAINING_ROWS = 10_000
const ROWS = 8192
const BLOCK_ROWS = 2048

/** With 2 features, where a tree of scikit-learn's prunes nearly everything, there is no target: it is reported. */
const CASES: readonly { features: number; score?: number; fit?: number }[] = [
  { features: 12, score: 6, fit: 5 },
  { features: 20, score: 1.5 },
  { features: 2 },
]

export async function rows(): Promise<Row[]> {
  const tables = CASES.map(wanted => ({
    ...wanted,
    training: normal(wanted.features, TRAINING_ROWS, wanted.features),
    table: normal(wanted.features, ROWS, 100 + wanted.features),
  }))
  const arrays = tables.flatMap(({ features, training, table }) => [
    [`training${features}`, rowMajor(training)] as const,
    [`rows${features}`, rowMajor(table)] as const,
  ])
  const peer = await openPeer('local-outlier-factor.py', Object.fromEntries(arrays))
  const out: Row[] = []
  try {
    for (const { features, score, fit, training, table } of tables) {
      const learn = () => fitted(training)
      const scorer = localOutlierFactor.scorer(learn())
      const risks = new Float64Array(ROWS)
      const ours = () => {
        for (let from = 0; from < ROWS; from += BLOCK_ROWS)
          scorer.score({ rows: BLOCK_ROWS, columns: table.map(column => column.subarray(from)) }, risks.subarray(from))
      }
      const target = (ratio: number | undefined) => (ratio === undefined ? {} : { target: ratio })
      out.push(await compare(peer, { name: `score, ${features} features`, rows: ROWS, ...target(score), ours }))
      out.push(
        await compare(peer, { name: `fit, ${features} features`, rows: TRAINING_ROWS, ...target(fit), ours: learn }),
      )
    }
  } finally {
    peer.close()
  }
  return out
}

function fitted(columns: Float64Array[]) {
  const x = { rows: TRAINING_ROWS, columns }
  const weight = new Float64Array(TRAINING_ROWS).fill(1)
  const params = Value.Create(localOutlierFactor.params) as Parameters<NonNullable<typeof localOutlierFactor.fit>>[1]
  return localOutlierFactor.fit!({ task: 'detect', x, names: [], weight, random: createRandom(1) }, params)
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

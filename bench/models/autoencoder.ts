/** The autoencoder beside scikit-learn's MLPRegressor: reconstruction errors of new rows, and learning, both float64. */
import { Value } from 'typebox/value'
import { createRandom } from '../../src/math/random.ts'
import { autoencoder } from '../../src/models/autoencoder.ts'
import { compare, openPeer, type Row } from './row.ts'

const ROWS = 65_536
const FEW = 10_000
const FEATURES = 12
const NETS = [
  { name: '12-16-8-16-12', encoder_dims: [16], bottleneck_dim: 8, target: 1.3 },
  { name: '12-64-32-16-8-16-32-64-12', encoder_dims: [64, 32, 16], bottleneck_dim: 8 },
]

export async function rows(): Promise<Row[]> {
  const columns = table(ROWS)
  const few = columns.map(column => column.slice(0, FEW))
  const peer = await openPeer('autoencoder.py', { x: byRows(columns), few: byRows(few) })
  const out = new Float64Array(ROWS)
  const found: Row[] = []
  try {
    for (const { name, target, ...dims } of NETS) {
      const learn = (activation: 'relu' | 'tanh', epochs: number) =>
        autoencoder.fit!(
          {
            task: 'detect',
            x: { rows: FEW, columns: few },
            names: [],
            weight: new Float64Array(FEW).fill(1),
            random: createRandom(1),
          },
          { ...Value.Create(autoencoder.params), ...dims, activation, epochs, patience: epochs, dropout: 0 },
        )
      for (const activation of ['relu', 'tanh'] as const) {
        const scorer = autoencoder.scorer(learn(activation, 1))
        const given = { rows: ROWS, ...(target === undefined || activation !== 'relu' ? {} : { target }) }
        const whole = `score, ${name}, ${activation}`
        found.push(
          await compare(peer, { ...given, name: whole, ours: () => scorer.score({ rows: ROWS, columns }, out) }),
        )
        const ours = () => {
          for (let from = 0; from < ROWS; from += 2048)
            scorer.score({ rows: 2048, columns: columns.map(column => column.subarray(from)) }, out.subarray(from))
        }
        found.push(await compare(peer, { ...given, name: `${whole}, chunks of 2048`, ours }))
      }
      const fit = `fit, ${name}, 10 epochs of 10,000 rows`
      found.push(await compare(peer, { name: fit, rows: 1, pairs: 3, ours: () => void learn('relu', 10) }))
    }
  } finally {
    peer.close()
  }
  return found
}

function table(rows: number): Float64Array[] {
  const random = createRandom(7)
  const cause = Array.from({ length: 4 }, () => Float64Array.from({ length: rows }, () => random.normal()))
  return Array.from({ length: FEATURES }, (_, c) =>
    Float64Array.from(
      { length: rows },
      (_, i) => cause[c % 4]![i]! + Math.sin(cause[(c + 1) % 4]![i]!) + 0.2 * random.normal(),
    ),
  )
}

function byRows(columns: readonly Float64Array[]): Float64Array {
  const rows = columns[0]!.length
  return Float64Array.from(
    { length: rows * columns.length },
    (_, i) => columns[i % columns.length]![(i / columns.length) | 0]!,
  )
}

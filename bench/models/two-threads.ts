/** Every heavy model with its blocks shared between two threads, against itself on one. */
import { setTimeout as sleep } from 'node:timers/promises'
import { Value } from 'typebox/value'
import { createRandom } from '../../src/math/random.ts'
import { models } from '../../src/models/index.ts'
import type { Model, Scorer, Target, Task } from '../../src/models/model.ts'
import { shareScoring } from '../../src/verbs/share-scoring.ts'
import { compare, type Peer, type Row } from './row.ts'

const TRAINING_ROWS = 5000
const COLUMNS = 12
const ROWS = 16_384
const BLOCK_ROWS = 2048

export async function rows(): Promise<Row[]> {
  const out: Row[] = []
  for (const model of models) if (model.heavy && model.fit) out.push(await oneAgainstTwo(model))
  return out
}

async function oneAgainstTwo(model: Model): Promise<Row> {
  const state = fitted(model)
  const table = normal(ROWS, 2)
  const risks = new Float64Array(ROWS)
  const run = (scorer: Scorer) => {
    for (let from = 0; from < ROWS; from += BLOCK_ROWS)
      scorer.score({ rows: BLOCK_ROWS, columns: table.map(column => column.subarray(from)) }, risks.subarray(from))
  }
  const alone = model.scorer(state)
  const peer: Peer = {
    name: 'one thread',
    async run() {
      const before = process.hrtime.bigint()
      run(alone)
      return Number(process.hrtime.bigint() - before) / 1e9
    },
    close() {},
  }
  const both = shareScoring({ use: model.kind }, state, 2)
  try {
    run(both)
    for (let i = 0; both.helping === 0 && i < 1000; i++) await sleep(10)
    const name = `${model.kind}, two threads, ${COLUMNS} features`
    return await compare(peer, { name, rows: ROWS, target: 1.7, pairs: 15, ours: () => run(both) })
  } finally {
    await both.close()
  }
}

function fitted(model: Model) {
  const columns = normal(TRAINING_ROWS, 1)
  const value = columns[0]!
  const answers: Record<Task, { y?: Target }> = {
    detect: {},
    classify: { y: { codes: Int32Array.from(value, v => Number(v > 0)), levels: ['good', 'bad'], positive: 1 } },
    regress: { y: { value } },
    survive: { y: { time: value.map(Math.exp), event: new Uint8Array(TRAINING_ROWS).fill(1) } },
  }
  const [task] = model.tasks as [Task]
  const weight = new Float64Array(TRAINING_ROWS).fill(1)
  const names = columns.map((_, i) => `x${i}`)
  const x = { rows: TRAINING_ROWS, columns }
  const params = Value.Create(model.params) as never
  return model.fit!({ task, x, names, ...answers[task], weight, random: createRandom(3) }, params)
}

function normal(rows: number, seed: number): Float64Array[] {
  const random = createRandom(seed)
  return Array.from({ length: COLUMNS }, () => Float64Array.from({ length: rows }, () => random.normal()))
}

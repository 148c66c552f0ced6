/** Our random forest beside scikit-learn's, live. */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Value } from 'typebox/value'
import { beforeAll, describe, expect, test } from 'vitest'
import { python } from '../../bench/python.ts'
import { rocAuc } from '../../src/math/metrics.ts'
import { createRandom } from '../../src/math/random.ts'
import { max, mean, standardDeviation } from '../../src/math/statistics.ts'
import { randomForest } from '../../src/models/random-forest.ts'
import { columnsOf, type ForestDump, stateOf } from '../golden/random-forest.ts'

const root = join(import.meta.dirname, '../..')
const run = (...args: string[]): unknown =>
  JSON.parse(execFileSync(python(), ['-W', 'ignore', ...args], { encoding: 'utf8', maxBuffer: 2 ** 30, cwd: root }))

describe('forests fitted by scikit-learn score here to the same numbers', () => {
  let live: { made: string; cases: ForestDump[] }
  beforeAll(() => {
    live = run('test/golden/random_forest.py', '--live') as typeof live
  })
  test('all cases, to 1e-10', () => {
    expect(live.cases.length).toBe(6)
    for (const dump of live.cases) {
      const columns = columnsOf(dump.rows)
      const found = new Float64Array(dump.risk.length)
      randomForest.scorer(stateOf(dump)).score({ rows: found.length, columns }, found)
      const difference = max(
        found.map((risk, i) => Math.abs(risk - dump.risk[i]!) / Math.max(1, Math.abs(dump.risk[i]!))),
      )
      console.log(`${live.made}, ${dump.name}: largest difference ${difference} over ${found.length} rows`)
      expect(difference).toBeLessThanOrEqual(1e-10)
    }
  })
})

interface Folds {
  columns: (number | null)[][]
  y: number[]
  folds: { test: number[]; auc: number }[]
}

describe('a forest grown here is as good as one grown there: five repeats of five folds', () => {
  const shared = join(root, '../shared/data')
  if (!existsSync(join(shared, 'qc'))) {
    console.warn(`SKIPPED: no data sets in ${shared}`)
    test.skip('the data sets are absent')
    return
  }
  for (const name of ['AI4I', 'SECOM', 'ACTG175'])
    test(name, () => {
      const { columns, y, folds } = run('test/interop/random-forest.py', shared, name) as Folds
      const x = columns.map(column => Float64Array.from(column, value => value ?? Number.NaN))
      const ours = folds.map(({ test }, i) => aucOf(x, y, test, i))
      const difference = ours.map((auc, i) => auc - folds[i]!.auc)
      const error = standardDeviation(difference, 1) / Math.sqrt(difference.length)
      const theirs = folds.map(({ auc }) => auc)
      console.log(
        `${name}: AUC ${mean(ours).toFixed(4)} ours, ${mean(theirs).toFixed(4)} scikit-learn's; difference ${mean(difference).toFixed(4)}, paired standard error ${error.toFixed(4)}`,
      )
      expect(mean(difference)).toBeGreaterThanOrEqual(-2 * error)
    })
})

function aucOf(x: readonly Float64Array[], y: readonly number[], test: readonly number[], seed: number): number {
  const judged = new Set(test)
  const train = y.map((_, row) => row).filter(row => !judged.has(row))
  const pick = (rows: readonly number[]) => ({
    rows: rows.length,
    columns: x.map(column => Float64Array.from(rows, row => column[row]!)),
  })
  const state = randomForest.fit!(
    {
      task: 'classify',
      x: pick(train),
      names: x.map((_, c) => `x${c}`),
      y: { codes: Int32Array.from(train, row => y[row]!), levels: ['no', 'yes'], positive: 1 },
      weight: new Float64Array(train.length).fill(1),
      random: createRandom(seed),
    },
    Value.Create(randomForest.params),
  )
  const out = new Float64Array(test.length)
  randomForest.scorer(state).score(pick(test), out)
  return rocAuc(
    out,
    Uint8Array.from(test, row => y[row]!),
  ).auc
}

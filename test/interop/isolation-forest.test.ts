/** Our isolation forest beside scikit-learn's, live. */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Value } from 'typebox/value'
import { beforeAll, describe, expect, test } from 'vitest'
import { python } from '../../bench/python.ts'
import { createRandom } from '../../src/math/random.ts'
import { max, mean, spearman, standardDeviation } from '../../src/math/statistics.ts'
import { isolationForest } from '../../src/models/isolation-forest.ts'
import { columnsOf, type Dump, stateOf } from '../golden/isolation-forest.ts'

const root = join(import.meta.dirname, '../..')
const run = (...args: string[]): unknown =>
  JSON.parse(execFileSync(python(), args, { encoding: 'utf8', maxBuffer: 2 ** 30, cwd: root }))

describe('forests fitted by scikit-learn score here to the same numbers', () => {
  let live: { made: string; cases: Dump[] }
  beforeAll(() => {
    live = run('test/golden/isolation-forest.py', '--live') as typeof live
  })

  const names = [
    'defaults',
    'max_features 0.5',
    'bootstrap',
    'max_samples 1000',
    'max_samples 1.0',
    'constant columns',
    'contamination 0.1',
    'missing',
    'on the thresholds',
  ]
  test('all cases came', () => expect(live.cases.map(dump => dump.name)).toEqual(names))

  for (const name of names)
    test(name, () => {
      const dump = live.cases.find(dump => dump.name === name)!
      const found = new Float64Array(dump.risk.length)
      isolationForest.scorer(stateOf(dump)).score(columnsOf(dump), found)
      const difference = max(found.map((risk, i) => Math.abs(risk - dump.risk[i]!)))
      console.log(`${live.made}, ${name}: largest difference ${difference} over ${found.length} rows`)
      expect(difference).toBeLessThanOrEqual(1e-12)
    })
})

/** Both sides grow the same number of forests; all pairs are compared. */
const SEEDS = 6

describe('our forest agrees with scikit-learn as well as scikit-learn with itself under another seed', () => {
  const folder = join(root, '../shared/data/adbench/classical')
  if (!existsSync(folder)) {
    console.warn(`SKIPPED: no data sets in ${folder}`)
    test.skip('the data sets are absent')
    return
  }
  for (const name of ['4_breastw', '6_cardio', '28_pendigits', '37_Stamps', '43_WDBC'])
    test(name, () => {
      const file = join(folder, `${name}.npz`)
      const theirs = run('test/interop/isolation-forest.py', file, String(SEEDS)) as {
        columns: number[][]
        risks: number[][]
      }
      const columns = theirs.columns.map(column => Float64Array.from(column))
      const rows = columns[0]!.length
      const ours = Array.from({ length: SEEDS }, (_, seed) => {
        const weight = new Float64Array(rows).fill(1)
        const training = {
          task: 'detect',
          x: { rows, columns },
          names: [],
          weight,
          random: createRandom(seed),
        } as const
        const state = isolationForest.fit!(training, Value.Create(isolationForest.params))
        const out = new Float64Array(rows)
        isolationForest.scorer(state).score({ rows, columns }, out)
        return out
      })
      const among = theirs.risks.flatMap((a, i) => theirs.risks.slice(i + 1).map(b => spearman(a, b)))
      const between = ours.flatMap(a => theirs.risks.map(b => spearman(a, b)))
      console.log(
        `${name}: Spearman ${mean(between).toFixed(4)} ours and theirs, ${mean(among).toFixed(4)} ± ${standardDeviation(among, 1).toFixed(4)} theirs between seeds`,
      )
      expect(mean(between)).toBeGreaterThanOrEqual(mean(among) - standardDeviation(among, 1))
    })
})

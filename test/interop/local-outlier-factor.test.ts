/** Our local outlier factor beside scikit-learn's, live. */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { Value } from 'typebox/value'
import { beforeAll, describe, expect, test } from 'vitest'
import { python } from '../../bench/python.ts'
import { createRandom } from '../../src/math/random.ts'
import { max } from '../../src/math/statistics.ts'
import { localOutlierFactor } from '../../src/models/local-outlier-factor.ts'

interface Dump {
  name: string
  params: object
  training: number[][]
  rows: number[][]
  cut: number
  density: number[]
  risk: number[]
}

const columnsOf = (rows: number[][]) => Array.from(rows[0]!, (_, c) => Float64Array.from(rows, row => row[c]!))

describe('thousands of rows score here as in scikit-learn, by its trees and by its brute force', () => {
  let live: { made: string; cases: Dump[] }
  beforeAll(() => {
    const root = join(import.meta.dirname, '../..')
    const args = ['test/golden/local_outlier_factor.py', '--live']
    live = JSON.parse(execFileSync(python(), args, { encoding: 'utf8', maxBuffer: 2 ** 30, cwd: root }))
  }, 120_000)

  const names = [
    ...[2, 12, 15, 20, 60].map(columns => `${columns} columns`),
    '50 neighbours',
    'manhattan',
    'minkowski, p 4',
  ]
  test('all cases came', () => expect(live.cases.map(dump => dump.name)).toEqual(names))

  for (const name of names)
    test(name, () => {
      const dump = live.cases.find(dump => dump.name === name)!
      const x = { rows: dump.training.length, columns: columnsOf(dump.training) }
      const state = localOutlierFactor.fit!(
        { task: 'detect', x, names: [], weight: new Float64Array(x.rows).fill(1), random: createRandom(1) },
        { ...(Value.Create(localOutlierFactor.params) as object), ...dump.params } as never,
      )
      const risk = new Float64Array(dump.rows.length)
      localOutlierFactor.scorer(state).score({ rows: risk.length, columns: columnsOf(dump.rows) }, risk)
      const relative = (found: Float64Array, wanted: number[]) =>
        max(found.map((value, i) => Math.abs(value - wanted[i]!) / Math.max(1, Math.abs(wanted[i]!))))
      const difference = relative(risk, dump.risk)
      console.log(`${live.made}, ${name}: largest difference ${difference} over ${risk.length} rows`)
      expect(difference).toBeLessThanOrEqual(1e-10)
      expect(relative(state.density, dump.density)).toBeLessThanOrEqual(1e-10)
      expect(Math.abs(state.cut - dump.cut)).toBeLessThanOrEqual(1e-10)
    })
})

/** Our one-class support vector machine beside scikit-learn's, live. */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { python } from '../../bench/python.ts'
import { oneClassSvm } from '../../src/models/one-class-svm.ts'
import { columnsOf, type Dump, decisions, largestDifference, stateOf, trainingOf } from '../golden/one_class_svm.ts'

const root = join(import.meta.dirname, '../..')
const run = (...args: string[]): unknown =>
  JSON.parse(execFileSync(python(), args, { encoding: 'utf8', maxBuffer: 2 ** 30, cwd: root }))

/** Decisions of the kernels without bounds grow with the data, and so does their rounding. */
const sizeOf = (decision: readonly number[]) => Math.max(1, ...decision.map(Math.abs))

describe('1,500 rows of 9 columns', () => {
  const live = run('test/golden/one_class_svm.py', '--live') as { made: string; cases: Dump[] }

  test('all cases came', () => expect(live.cases.length).toBe(11))

  for (const dump of live.cases)
    test(dump.name, () => {
      const x = columnsOf(dump.rows)
      const size = sizeOf(dump.decision)
      const learned = (tol: number) => decisions(oneClassSvm.fit!(trainingOf(dump), { ...dump.params, tol }), x)
      const dumped = largestDifference(decisions(stateOf(dump), x), dump.decision)
      const fitted = largestDifference(learned(dump.params.tol), dump.fitted)
      const exact = largestDifference(learned(dump.exactTol), dump.exactFitted)
      const theirs = largestDifference(dump.fitted, dump.exactFitted)
      console.log(
        `${live.made}, ${dump.name}: largest difference ${dumped} with its parameters, ${fitted} fitted with tol ${dump.params.tol}, ${exact} with ${dump.exactTol} (its own between the two: ${theirs}); decisions up to ${size}`,
      )
      expect(dumped).toBeLessThanOrEqual(1e-10 * size)
      expect(fitted).toBeLessThanOrEqual(1e-4)
      expect(exact).toBeLessThanOrEqual(1e-4)
    })
})

describe('machines from files that several versions wrote', () => {
  const folder = join(root, '../shared/golden/joblib')
  if (!existsSync(folder)) {
    console.warn(`SKIPPED: no model files in ${folder}`)
    test.skip('the model files are absent')
    return
  }
  const found = run('test/interop/one-class-svm.py', folder) as Dump[]

  test('all machines came', () => expect(found.length).toBeGreaterThanOrEqual(9))

  for (const dump of found)
    test(dump.name, () => {
      const difference = largestDifference(decisions(stateOf(dump), columnsOf(dump.rows)), dump.decision)
      console.log(`${dump.name}: largest difference ${difference} over ${dump.rows.length} rows`)
      expect(difference).toBeLessThanOrEqual(1e-10)
    })
})

/** Shapley values of larger forests beside shap's, live. */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { python } from '../../bench/python.ts'
import type { ShapDump } from '../golden/tree-shap.ts'
import { CASES, differenceOf } from '../golden/tree-shap-cases.ts'

const root = join(import.meta.dirname, '../..')

describe('50 trees, 12 columns, 300 rows', () => {
  let live: ShapDump[]
  beforeAll(() => {
    const options = { encoding: 'utf8', maxBuffer: 2 ** 30, cwd: root } as const
    live = JSON.parse(execFileSync(python(), ['-W', 'ignore', 'test/golden/tree_shap.py', '--live'], options))
  })
  test('all cases came', () => expect(live.map(dump => dump.name)).toEqual(CASES))
  for (const name of CASES)
    test(name, () => {
      const dump = live.find(dump => dump.name === name)!
      const difference = differenceOf(dump)
      console.log(`${dump.made}, ${name}: largest difference ${difference}`)
      expect(difference).toBeLessThan(1e-8)
    })
})

import { describe, expect, test } from 'vitest'
import cases from '../golden/tree_shap.json' with { type: 'json' }
import type { ShapDump } from '../golden/tree-shap.ts'
import { CASES, differenceOf } from '../golden/tree-shap-cases.ts'

describe('shares and base are those of shap', () => {
  test('all cases are here', () => expect(cases.map(dump => dump.name)).toEqual(CASES))
  for (const dump of cases as ShapDump[])
    test(`${dump.name}, ${dump.made}`, () => {
      expect(differenceOf(dump)).toBeLessThan(1e-8)
      expect(differenceOf(dump, true)).toBeLessThan(1e-8)
      expect(Math.max(...dump.shares.flat().map(Math.abs))).toBeGreaterThan(0.05)
    })
})

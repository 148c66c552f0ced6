/** Neighbours by metrics that are not euclidean: test/golden/distances.py, scikit-learn 1.9.1. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { importModel } from '../../../src/importers/import-model.ts'
import { riskOf } from '../../../src/verbs/pipeline.ts'

const FOLDER = 'test/golden/neighbours'
const { cases } = JSON.parse(readFileSync(`${FOLDER}/expected.json`, 'utf8')) as {
  cases: Record<string, { rows: number[][]; risk: number[] }>
}

test.each(Object.entries(cases))('%s', async (name, { rows, risk }) => {
  const bytes = readFileSync(`${FOLDER}/${name}.joblib`)
  const { artifact, refusal } = await importModel({ name, bytes, features: ['a', 'b', 'c'] }, '0')
  expect(refusal).toBeUndefined()
  const out = new Float64Array(rows.length)
  const columns = [0, 1, 2].map(c => Float64Array.from(rows, row => row[c] as number))
  riskOf(artifact!)({ rows: rows.length, columns }, out)
  for (const [i, expected] of risk.entries()) expect(Math.abs(out[i]! - expected)).toBeLessThan(1e-10)
})

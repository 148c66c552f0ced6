/** Every objective of LightGBM and XGBoost, fitted and saved by the libraries themselves, against what they say. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { python } from '../../bench/python.ts'
import { importModel } from '../../src/importers/import-model.ts'
import { riskOf } from '../../src/verbs/pipeline.ts'

interface Case {
  readonly name: string
  readonly file: string
  /** Of a model of two classes or more its class, of a number which end. */
  readonly risk: string
  readonly x: readonly (readonly (number | null)[])[]
  readonly expected: readonly number[]
}

/** XGBoost adds up in float32. */
const BOUNDS = { lightgbm: 1e-12, xgboost: 1e-6 }

describe.each(['lightgbm', 'xgboost'] as const)('%s', library => {
  const folder = mkdtempSync(join(tmpdir(), 'tocsin-test-'))
  const program = join(import.meta.dirname, 'boosters.py')
  const said = execFileSync(python(), ['-W', 'ignore', program, folder, library], { encoding: 'utf8' })
  const { names, cases } = JSON.parse(readFileSync(join(folder, 'cases.json'), 'utf8')) as {
    names: readonly string[]
    cases: readonly Case[]
  }
  const files = new Map(cases.map(({ file }) => [file, readFileSync(join(folder, file))]))
  rmSync(folder, { recursive: true, force: true })
  let largest = 0

  test.each(cases)('$name', async ({ file, risk, x, expected }) => {
    const bytes = files.get(file) as Uint8Array
    const { artifact, refusal } = await importModel({ name: file, bytes, risk, features: names }, '0')
    if (!artifact) throw new Error(refusal?.message)
    const columns = names.map((_, c) => Float64Array.from(x, row => row[c] ?? Number.NaN))
    const found = new Float64Array(x.length)
    riskOf(artifact)({ rows: x.length, columns }, found)
    const apart = found.reduce((most, value, i) => {
      const right = expected[i] as number
      return Math.max(most, Math.abs(value - right) / Math.max(1, Math.abs(right)))
    }, 0)
    largest = Math.max(largest, apart)
    expect(apart).toBeLessThan(BOUNDS[library])
  })

  test('all came', () => {
    console.log(`${said.trim()}: largest difference ${largest.toExponential(1)} over ${cases.length} models`)
    expect(cases.length).toBeGreaterThan(50)
  })
})

/** The exported statement, run by DuckDB, beside our own risks of the same rows. */
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Artifact } from '../../src/artifact/artifact.ts'
import { PROBABILITY, under } from '../../src/artifact/risk.ts'
import { exportOnnx } from '../../src/exporters/onnx/export-onnx.ts'
import { exportSql } from '../../src/exporters/sql/export-sql.ts'
import type { Columns } from '../../src/math/columns.ts'
import { createRandom } from '../../src/math/random.ts'
import { quoteName, quoteText } from '../../src/sql.ts'
import { riskOf } from '../../src/verbs/pipeline.ts'
import { FEATURES, fitted, rowsOf } from './artifacts.ts'
import { SQL_CASES } from './sql-cases.ts'

const ROWS = 300
let instance: DuckDBInstance

beforeAll(async () => {
  instance = await DuckDBInstance.create(':memory:')
})
afterAll(() => instance.closeSync())

describe('exported to SQL for DuckDB', () => {
  for (const [name, given] of Object.entries(SQL_CASES))
    test(name, async () => {
      const artifact = fitted(given)
      const x = rowsOf(given, createRandom(11), ROWS)
      const risk = new Float64Array(ROWS)
      riskOf(artifact)(x, risk)
      const sql = exportSql(artifact, { dialect: 'duckdb', table: 'my rows', layer: from => from })
      const connection = await instance.connect()
      await connection.run(`CREATE OR REPLACE TABLE "my rows" AS ${valuesOf(x)}`)
      const rows = (await connection.runAndReadAll(sql)).getRowObjects()
      connection.closeSync()
      expect(rows.map(row => row.id)).toEqual(Array.from(risk, (_, i) => i))
      const cuts = artifact.levels.map(({ cut }) => cut)
      let known = 0
      for (const [i, { score, level, ...came }] of rows.entries()) {
        expect(Object.keys(came)).toEqual(['id', 't', ...FEATURES])
        if (!Number.isFinite(risk[i])) {
          expect([score, level]).toEqual([null, null])
          continue
        }
        known++
        const apart = Math.abs((score as number) - risk[i]!) / Math.max(1, Math.abs(risk[i]!))
        expect(apart, `row ${i}: ${score} for ${risk[i]}`).toBeLessThanOrEqual(1e-12)
        expect(level).toBe(cuts.filter(cut => (score as number) > cut).length)
      }
      expect(known).toBeGreaterThan(ROWS / 2)
    })
})

test.each([
  ['sql', (artifact: Artifact) => exportSql(artifact, { dialect: 'duckdb', table: 't', layer: from => from })],
  ['onnx', exportOnnx],
])('a model that brings a probability of its own is not written as %s without it', (_, write) => {
  const own = under(PROBABILITY, { method: 'sigmoid', slope: -1, intercept: 0 })
  expect(() => write(fitted({ use: 'logistic-regression', task: 'classify', state: own }))).toThrow(
    /says a probability in a way that cannot be exported/,
  )
})

/** A SELECT of the rows, with an id, and a column that has the name of the statement's own table. */
function valuesOf({ rows, columns }: Columns): string {
  const cell = (c: number, i: number) => {
    const column = columns[c]!
    if (!(column instanceof Float64Array))
      return column.codes[i]! < 0 ? 'NULL' : quoteText(column.levels[column.codes[i]!]!)
    return Number.isNaN(column[i]!) ? 'NULL' : `${column[i]!.toExponential()}::DOUBLE`
  }
  const lines = Array.from(
    { length: rows },
    (_, i) => `(${[i, `'t'`, ...columns.map((_, c) => cell(c, i))].join(', ')})`,
  )
  return `SELECT * FROM (VALUES ${lines.join(', ')}) AS v(id, t, ${FEATURES.map(quoteName).join(', ')})`
}

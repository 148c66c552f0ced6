import { DuckDBInstance } from '@duckdb/node-api'
import { expect, test } from 'vitest'
import { asNumber } from '../../src/plan/features.ts'

const feature = {
  name: 'kind',
  text: '"kind"',
  sql: '"kind"',
  kind: 'row',
  columns: ['kind'],
  levels: ['red', "o'k"],
} as const

async function codes(sql: string): Promise<unknown[]> {
  const connection = await (await DuckDBInstance.create()).connect()
  const reader = await connection.runAndReadAll(
    `SELECT ${sql} AS code FROM (VALUES ('red'), ('o''k'), ('blue'), (NULL)) AS t(kind)`,
  )
  return reader.getRows().map(([code]) => (code === null ? null : Number(code)))
}

test('a text becomes its code; one that nobody knows is missing, or told apart where the model does', async () => {
  expect(await codes(asNumber(feature))).toEqual([0, 1, null, null])
  expect(await codes(asNumber({ ...feature, tellsUnknown: true }))).toEqual([0, 1, 2, null])
})

/** The exported statement, run by a real PostgreSQL, beside our own risks of the same rows. */
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, globSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { exportSql } from '../../src/exporters/sql/export-sql.ts'
import type { Columns } from '../../src/math/columns.ts'
import { createRandom } from '../../src/math/random.ts'
import { quoteName, quoteText } from '../../src/sql.ts'
import { riskOf } from '../../src/verbs/pipeline.ts'
import { FEATURES, fitted, rowsOf } from '../exporters/artifacts.ts'
import { SQL_CASES } from '../exporters/sql-cases.ts'

const ROWS = 300
/** Debian's place; the newest of several. */
const programs = globSync('/usr/lib/postgresql/*/bin').sort().at(-1)
if (programs === undefined) console.warn('SKIPPED: no PostgreSQL in /usr/lib/postgresql (apt-get install postgresql)')

let folder: string

/** Its server will not run as root, so everything runs as the user that its package made. */
function run(program: string, args: readonly string[], input?: string): string {
  const path = join(programs!, program)
  const root = process.getuid?.() === 0
  const [command, ...all] = root ? ['runuser', '-u', 'postgres', '--', path, ...args] : [path, ...args]
  const { status, stdout, stderr, error } = spawnSync(command!, all, {
    encoding: 'utf8',
    cwd: folder,
    maxBuffer: 2 ** 28,
    ...(input === undefined ? { stdio: ['ignore', 'pipe', 'pipe'] } : { input }),
  })
  if (status !== 0) throw new Error(`${program} ended with ${status}: ${error?.message ?? stderr.slice(0, 2000)}`)
  return stdout
}

const ask = (sql: string): string => {
  writeFileSync(join(folder, 'ask.sql'), sql)
  return run('psql', ['-X', '-q', '-h', folder, '-d', 'postgres', '--csv', '-v', 'ON_ERROR_STOP=1', '-f', 'ask.sql'])
}

describe.skipIf(programs === undefined)('exported to SQL for PostgreSQL', () => {
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tocsin-postgres-'))
    chmodSync(folder, 0o777)
    const data = join(folder, 'data')
    run('initdb', ['-D', data, '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-sync'])
    const options = `-c listen_addresses='' -c unix_socket_directories='${folder}' -c fsync=off`
    run('pg_ctl', ['-D', data, '-w', '-l', join(folder, 'log'), '-o', options, 'start'])
  })
  afterAll(() => {
    if (existsSync(join(folder, 'data', 'postmaster.pid')))
      run('pg_ctl', ['-D', join(folder, 'data'), '-w', '-m', 'immediate', 'stop'])
    rmSync(folder, { recursive: true, force: true })
  })

  for (const [name, given] of Object.entries(SQL_CASES))
    test(name, () => {
      const artifact = fitted(given)
      const x = rowsOf(given, createRandom(11), ROWS)
      const risk = new Float64Array(ROWS)
      riskOf(artifact)(x, risk)
      const sql = exportSql(artifact, { dialect: 'postgres', table: 'public.my rows', layer: from => from })
      ask(`DROP TABLE IF EXISTS "my rows"; CREATE TABLE "my rows" AS ${valuesOf(x)}`)
      const [, ...lines] = ask(sql).trim().split('\n')
      const cuts = artifact.levels.map(({ cut }) => cut)
      let largest = 0
      expect(lines).toHaveLength(ROWS)
      for (const line of lines) {
        const cells = line.split(',')
        const expected = risk[Number(cells[0])]!
        const [score = '', level = ''] = cells.slice(-2)
        if (!Number.isFinite(expected)) {
          expect([score, level]).toEqual(['', ''])
          continue
        }
        const apart = Math.abs(Number(score) - expected) / Math.max(1, Math.abs(expected))
        largest = Math.max(largest, apart)
        expect(apart, line).toBeLessThanOrEqual(1e-12)
        expect(Number(level)).toBe(cuts.filter(cut => Number(score) > cut).length)
      }
      console.log(`${name}: largest difference ${largest} over ${lines.length} rows`)
    })

  test('features of sums and products, whatever case their names are written in', () => {
    const artifact = fitted({ use: 'ridge', task: 'regress' })
    const load = { name: 'O₂', text: 'PH * (7 - "Temp") + 0.5', sql: '', kind: 'row', columns: ['ph', 'temp'] } as const
    const features = artifact.features.with(3, load)
    const x = rowsOf({ use: 'ridge', task: 'regress' }, createRandom(3), 50)
    const [ph, temp] = [x.columns[0] as Float64Array, x.columns[2] as Float64Array]
    const columns = x.columns.with(
      3,
      ph.map((value, i) => value * (7 - temp[i]!) + 0.5),
    )
    const risk = new Float64Array(50)
    riskOf(artifact)({ rows: 50, columns }, risk)
    const sql = exportSql({ ...artifact, features }, { dialect: 'postgres', table: 'my rows', layer: from => from })
    ask(`DROP TABLE IF EXISTS "my rows"; CREATE TABLE "my rows" AS ${valuesOf(x)}`)
    const [, ...lines] = ask(sql).trim().split('\n')
    for (const [i, line] of lines.entries()) expect(Number(line.split(',').at(-2))).toBeCloseTo(risk[i]!, 9)
    expect(lines).toHaveLength(50)
  })
})

function valuesOf({ rows, columns }: Columns): string {
  const cell = (c: number, i: number) => {
    const column = columns[c]!
    if (!(column instanceof Float64Array))
      return column.codes[i]! < 0 ? 'NULL' : quoteText(column.levels[column.codes[i]!]!)
    return Number.isNaN(column[i]!) ? 'NULL::float8' : `${column[i]!.toExponential()}::float8`
  }
  const lines = Array.from({ length: rows }, (_, i) => `(${[i, ...columns.map((_, c) => cell(c, i))].join(', ')})`)
  return `SELECT * FROM (VALUES ${lines.join(', ')}) AS v(id, ${FEATURES.map(quoteName).join(', ')})`
}

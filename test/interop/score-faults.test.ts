/** The same faults under the whole program: `tocsin score`, with DuckDB writing the files. */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sensorTable } from '../../bench/sensor-table.ts'
import { buildInjector, canInject, everyPoint, type Subject } from './faults.ts'
import { sha256 } from './publish-set.ts'

const tocsin = join(import.meta.dirname, '..', '..', 'bin', 'tocsin.js')
const ROWS = 20_000
const RECIPE = `tocsin: 1
name: faults
rows: {file: rows.csv}
columns: {time: {name: timestamp, format: 'YYYY-MM-DDTHH:mm:ssZ'}, group: unit_id}
model: isolation-forest
levels: {ALARM: {quantile: 99%}}
`

describe.skipIf(!canInject)('a fault at the n-th call while scoring', () => {
  let root: string
  let subject: Subject
  let library: string | undefined
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'score-faults-'))
    cpSync(sensorTable(ROWS, 1), join(root, 'rows.csv'))
    writeFileSync(join(root, 'recipe.yaml'), RECIPE)
    const model = join(root, 'faults.tocsin')
    tell(['fit', join(root, 'recipe.yaml'), '-o', model])
    const score = (folder: string, scoredAt: string) =>
      ['score', '--model', model, '--input', join(root, 'rows.csv')].concat(
        '--output',
        join(folder, 'out'),
        '--scored-at',
        scoredAt,
      )
    const [before, after, dir] = ['before', 'after', 'target'].map(name => join(root, name)) as [string, string, string]
    for (const folder of [before, after, dir]) mkdirSync(folder)
    tell(score(before, '2026-01-01T00:00:00Z'))
    tell(score(after, '2026-02-02T00:00:00Z'))
    const old = hashesOf(before)
    const fresh = hashesOf(after)
    const either = new Map([...old].map(([name, hashes]) => [name, [...hashes, ...fresh.get(name)!]]))
    subject = { dir, before, old, fresh, either, args: [tocsin, ...score(dir, '2026-02-02T00:00:00Z')] }
    const bytes = [...old.keys()].reduce((sum, name) => sum + statSync(join(before, name)).size, 0)
    expect(bytes).toBeGreaterThan(5e6)
    library = buildInjector(root)
  })
  afterAll(() => rmSync(root, { recursive: true, force: true }))

  test.for(['write', 'fsync', 'rename'].flatMap(op => ['EIO', 'ENOSPC', 'KILL'].map(error => [op, error] as const)))(
    '%s: %s',
    ([operation, error]) => {
      const { points, exits, problems } = everyPoint(subject, library!, operation, error)
      expect(problems).toEqual([])
      expect(points).toBeGreaterThanOrEqual(3)
      if (operation === 'fsync' && error !== 'KILL') expect(exits.get(5)).toBe(1)
    },
  )
})

function tell(args: readonly string[]): void {
  const { status, stderr } = spawnSync(process.execPath, [tocsin, ...args], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`tocsin ${args[0]} ended with ${status}: ${stderr}`)
}

function hashesOf(folder: string): Map<string, string[]> {
  const data = readdirSync(folder).filter(name => !name.endsWith('.json'))
  return new Map(data.map(name => [name, [sha256(readFileSync(join(folder, name)))]]))
}

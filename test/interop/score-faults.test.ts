/**
 * The same faults under the whole program: `tocsin score` from a CSV to CSV, Parquet and metadata, with DuckDB writing.
 * After each, every path is absent, the old file whole or the new file whole; the metadata is there exactly when the
 * set is complete; the exit code is right; and the next run leaves its own set and nothing else.
 */
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sensorTable } from '../../bench/sensor-table.ts'
import { openDoor } from '../../src/data/door.ts'
import { buildInjector, canInject, type End, everyPoint, restore, run, type Subject } from './faults.ts'
import type { Job, Report } from './full-disk.ts'
import { isExactly, sha256, violations } from './publish-set.ts'
import { atRandomMoments } from './random-moments.ts'

const tocsin = join(import.meta.dirname, '..', '..', 'bin', 'tocsin.js')
const ROWS = 20_000
const BIG_ROWS = 200_000
const OLD_TIME = '2026-01-01T00:00:00Z'
const NEW_TIME = '2026-02-02T00:00:00Z'
const RECIPE = `tocsin: 1
name: faults
rows: {file: rows.csv}
columns: {time: {name: timestamp, format: 'YYYY-MM-DDTHH:mm:ssZ'}, group: unit_id}
model: isolation-forest
levels: {ALARM: {quantile: 99%}}
`
const WINDOWS = `features:
  sudden: ch1_rms - avg(ch1_rms) over (group rows between 19 preceding and current row)
  share: ch2_rms / avg(ch2_rms) over group
  plain: ch3_rms
`

const canMount = spawnSync('unshare', ['-Urm', 'true']).status === 0
if (!canMount) console.warn('SKIPPED: no user namespaces here (unshare -Urm), so a full disk is not tested')
/** Root may write everywhere; as nobody, permissions count. */
const nobody = process.getuid?.() === 0 ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] : []
const hasPermissions = nobody.length === 0 || spawnSync('setpriv', [...nobody.slice(1), 'true']).status === 0
if (!hasPermissions) console.warn('SKIPPED: root, and no setpriv, so folders without permission are not tested')

// One seed by default, so that a failure can be had again; another one by the environment.
const seed = Number(process.env.TOCSIN_FAULT_SEED ?? 42)
const table: { what: string; points: number; problems: number; notes: string }[] = []

let root: string
let base: Omit<Subject, 'dir' | 'args'>
let model: string
let library: string | undefined
let fullMs: number

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'score-faults-'))
  chmodSync(root, 0o755)
  model = join(root, 'faults.tocsin')
  cpSync(sensorTable(ROWS, 1), join(root, 'rows.csv'))
  writeFileSync(join(root, 'recipe.yaml'), RECIPE)
  await succeed(['fit', join(root, 'recipe.yaml'), '-o', model])
  const [before, after] = [join(root, 'before'), join(root, 'after')]
  await succeed(score(before, { scoredAt: OLD_TIME }))
  const startedMs = performance.now()
  await succeed(score(after))
  fullMs = performance.now() - startedMs
  const [old, fresh] = [hashesOf(before), hashesOf(after)]
  base = { before, old, fresh, either: new Map([...old].map(([name, own]) => [name, [...own, ...fresh.get(name)!]])) }
  expect([...old.keys()]).toEqual(['out.csv', 'out.parquet'])
  expect([...old.keys()].reduce((sum, name) => sum + statSync(join(before, name)).size, 0)).toBeGreaterThan(5e6)
  expect(isExactly(before, old) && isExactly(after, fresh)).toBe(true)
  expect(await parquetRows(join(after, 'out.parquet'))).toBe(ROWS)
  library = buildInjector(root)
})

afterAll(() => {
  rmSync(root, { recursive: true, force: true })
  console.table(table)
})

describe.concurrent('tocsin score', () => {
  test('kill -9 at 200 random moments, and 50 more while the set is put in place', async ({ expect }) => {
    const plan = { signal: 'SIGKILL', anywhere: 200, working: 0, publishing: 50, seed, each: 5 } as const
    const judge = ({ dir, fresh, either }: Subject, end: End) => {
      const ok = end.signal === 'SIGKILL' || (end.status === 0 && isExactly(dir, fresh))
      return [...(ok ? [] : [`ended with ${end.status ?? end.signal}: ${end.stderr}`]), ...violations(dir, either)]
    }
    const { problems, ends } = await atRandomMoments(subjectOf('kill'), { ...plan, judge })
    note(`kill -9 at random moments, seed ${seed}`, 250, problems, ends)
    expect(problems).toEqual([])
    expect(ends.get('SIGKILL')).toBeGreaterThan(150)
  })

  test.for([
    ['SIGINT', 130, 10],
    ['SIGTERM', 143, 4],
  ] as const)('%s at random moments: exit %d, nothing left', async ([signal, exit, times], { expect }) => {
    const plan = { signal, anywhere: times, working: times, publishing: times, seed, each: 1 }
    const judge = ({ dir, old, fresh, either }: Subject, end: End) => {
      const found = violations(dir, either)
      if (readdirSync(dir).some(name => name.startsWith('.'))) found.push(`left ${readdirSync(dir)}`)
      // One that comes before the program listens is the system's to obey; one that comes too late changes nothing.
      if (end.signal === signal ? !isExactly(dir, old) && !isExactly(dir, fresh) : ![0, exit].includes(end.status!)) {
        found.push(`ended with ${end.status ?? end.signal}: ${end.stderr}`)
      }
      if (end.status === 0 && !isExactly(dir, fresh)) found.push('exit 0 without the set')
      if (end.status === exit && isExactly(dir, fresh)) found.push(`exit ${exit} with the new set in place`)
      if (end.stderr.includes('ERROR')) found.push(`says ${end.stderr}`)
      return found
    }
    const { problems, ends } = await atRandomMoments(subjectOf(signal), { ...plan, judge })
    note(`${signal} at random moments, seed ${seed}`, 3 * times, problems, ends)
    expect(problems).toEqual([])
    expect(ends.get(exit)).toBeGreaterThan(times / 2)
  })

  const errors = ['EIO', 'ENOSPC', 'KILL']
  const least: Record<string, number> = { write: 30, fsync: 5, rename: 3 }
  const calls = ['write', 'fsync', 'rename'].flatMap(op => errors.map(error => [op, error] as const))
  test.skipIf(!canInject).for(calls)('the n-th %s: %s', async ([operation, error], { expect }) => {
    const { points, exits, problems } = await everyPoint(subjectOf(`${operation}-${error}`), library!, operation, error)
    note(`n-th ${operation}: ${error}`, points, problems, exits)
    expect(problems).toEqual([])
    expect(points).toBeGreaterThanOrEqual(least[operation]!)
    if (operation === 'fsync' && error !== 'KILL') expect(exits.get(5)).toBe(1)
  })

  test.skipIf(!canMount || !canInject).for([
    ['bytes', 'refused before the work', {}],
    ['bytes', 'full in the midst of it', { ROOMY: '1' }],
    ['inodes', 'no more files', {}],
  ] as const)('disk full at each step: %s, %s', async ([what, how, env], { expect }) => {
    const subject = subjectOf(`disk-${what}-${Object.keys(env)}`)
    mkdirSync(subject.dir)
    const preload = 'ROOMY' in env ? { ...env, LD_PRELOAD: library as string } : {}
    const { dir, before, args, old, fresh } = subject
    const job: Job = { subject: { dir, before, args }, old: [...old], fresh: [...fresh], what, env: preload }
    const { points, early, problems } = await fullDisk(job)
    note(`full disk, ${what}: ${how}`, points, problems, new Map([['refused early', early]]))
    expect(problems).toEqual([])
    if (what === 'bytes') expect(early).toBe('ROOMY' in env ? 0 : points)
    // The outputs alone are 8.6 MB.
    expect(points).toBeGreaterThan(what === 'bytes' ? 130 : 4)
  })

  test('a file size limit, a folder that vanishes, folders without permission', async () => {
    const problems: string[] = []
    const ends = new Map<number | string, number>()
    const check = (what: string, subject: Subject, end: End, exit: number) => {
      count(ends, end)
      const { dir } = subject
      if (end.status !== exit) problems.push(`${what}: ended with ${end.status ?? end.signal}: ${end.stderr}`)
      if (exit === 4 && !end.stderr.includes(dir)) problems.push(`${what}: names no path: ${end.stderr}`)
      const wanted = exit === 0 ? subject.fresh : subject.old
      if (existsSync(dir) && !isExactly(dir, wanted)) problems.push(`${what}: left ${readdirSync(dir)}`)
    }
    for (const blocks of [0, 1, 100, 2_000, 4_000, 8_000, 12_000]) {
      const subject = subjectOf('limited')
      restore(subject)
      check(`ulimit -f ${blocks}`, subject, await shell(`ulimit -f ${blocks}`, subject), 4)
    }
    for (let i = 0; i < 12; i++) {
      const subject = subjectOf('vanishing')
      restore(subject)
      const end = await run(subject, {}, () => {
        void sleep((fullMs * (i + 2)) / 14).then(() =>
          rmSync(subject.dir, { recursive: true, force: true, maxRetries: 9 }),
        )
      })
      check(`vanished at ${i + 2}/14`, subject, end, end.status === 0 ? 0 : 4)
    }
    if (hasPermissions) {
      const input = join(root, 'read-only')
      mkdirSync(input)
      cpSync(join(root, 'rows.csv'), join(input, 'rows.csv'))
      chmodSync(input, 0o555)
      const subject = subjectOf('permitted', { input: join(input, 'rows.csv') })
      restore(subject)
      chmodSync(subject.dir, 0o777)
      for (const name of readdirSync(subject.dir)) chmodSync(join(subject.dir, name), 0o644)
      const end = await shell('true', subject, nobody)
      // The metadata names another input, so only the data files are the same.
      check('input folder read-only', subject, end, 0)
      const closed = subjectOf('closed')
      restore(closed)
      chmodSync(closed.dir, 0o555)
      check('output folder read-only', closed, await shell('true', closed, nobody), 4)
      for (const folder of [input, closed.dir]) chmodSync(folder, 0o755)
    }
    note(
      'ulimit -f, vanished folder, permissions',
      [...ends.values()].reduce((a, b) => a + b),
      problems,
      ends,
    )
    expect(problems).toEqual([])
  })

  test('little memory, few open files: done, or refused with what to do', async ({ expect }) => {
    const problems: string[] = []
    const ends = new Map<number | string, number>()
    const big = sensorTable(BIG_ROWS, 1)
    const limits: [name: string, before: string, flags: string[], exits: number[], says: RegExp][] = [
      ['--memory 20MB', 'true', ['--memory', '20MB'], [8], /--batch-size/],
      ['--memory 100MB', 'true', ['--memory', '100MB'], [0, 8], /--batch-size/],
      ['ulimit -n 64', 'ulimit -n 64', [], [0, 3, 4], /open files/],
    ]
    for (const [what, before, flags, exits, says] of limits) {
      const subject = subjectOf('limits', { input: big, flags })
      restore(subject)
      const end = await shell(before, subject)
      count(ends, end)
      if (!exits.includes(end.status ?? -1)) problems.push(`${what}: ended with ${end.status}: ${end.stderr}`)
      if (end.status !== 0 && !says.test(end.stderr)) problems.push(`${what}: says ${end.stderr}`)
      const wanted = end.status === 0 ? hashesOf(subject.dir) : subject.old
      if (!isExactly(subject.dir, wanted)) problems.push(`${what}: left ${readdirSync(subject.dir)}`)
    }
    note('--memory, ulimit -n, 200,000 rows', limits.length, problems, ends)
    expect(problems).toEqual([])
  })

  test.skipIf(!canInject)(
    'windows that do not fit into memory: a fault at a write of the spill',
    async ({ expect }) => {
      const problems: string[] = []
      const ends = new Map<number | string, number>()
      const recipe = join(root, 'windows.yaml')
      const windows = join(root, 'windows.tocsin')
      writeFileSync(recipe, RECIPE.replace('model:', `${WINDOWS}model:`))
      await succeed(['fit', recipe, '-o', windows])
      const options = { input: sensorTable(BIG_ROWS, 1), flags: ['--memory', '140MB'], by: windows }
      const subject = subjectOf('spill', options)
      const points = ['EIO', 'ENOSPC', 'KILL'].flatMap(error => [1, 10, 100].map(n => `write:${error}:${n}`))
      for (const fault of points) {
        restore(subject)
        const end = await run(subject, { LD_PRELOAD: library as string, FAULT: fault, FAULT_PATH: 'duckdb_temp' })
        count(ends, end)
        const killed = fault.includes('KILL')
        // Anything else would mean that nothing was spilled.
        if (killed ? end.signal !== 'SIGKILL' : end.status !== 4)
          problems.push(`${fault}: ${end.status}: ${end.stderr}`)
        if (!killed && !isExactly(subject.dir, subject.old)) problems.push(`${fault}: left ${readdirSync(subject.dir)}`)
        problems.push(...violations(subject.dir, subject.old))
      }
      const { status, stderr } = await run(subject)
      if (status !== 0) problems.push(`the next run ended with ${status}: ${stderr}`)
      if (!isExactly(subject.dir, hashesOf(subject.dir))) problems.push(`the next run left ${readdirSync(subject.dir)}`)
      note('n-th write of the spill, 200,000 rows', points.length, problems, ends)
      expect(problems).toEqual([])
    },
  )
})

function count(ends: Map<number | string, number>, { status, signal }: End): void {
  const end = status ?? String(signal)
  ends.set(end, (ends.get(end) ?? 0) + 1)
}

function note(what: string, points: number, problems: readonly string[], ends: Map<number | string, number>): void {
  const notes = [...ends].map(([end, n]) => `${end}: ${n}`).join(', ')
  table.push({ what, points, problems: problems.length, notes })
  console.log(`${what}: ${points} points, problems ${problems.length} (${notes})`)
}

interface Options {
  readonly input?: string
  readonly scoredAt?: string
  readonly flags?: readonly string[]
  /** The model file. */
  readonly by?: string
}

function score(
  dir: string,
  { input = join(root, 'rows.csv'), scoredAt = NEW_TIME, flags = [], by = model }: Options = {},
) {
  return ['score', '--model', by, '--input', input, '--output', join(dir, 'out'), '--scored-at', scoredAt, ...flags]
}

/** The program with a folder of its own. */
function subjectOf(name: string, options: Options = {}): Subject {
  const dir = join(root, `to-${name}`)
  return { ...base, dir, args: [tocsin, ...score(dir, options)] }
}

async function succeed(args: readonly string[]): Promise<void> {
  const { status, stderr } = await run({ args: [tocsin, ...args] })
  if (status !== 0) throw new Error(`tocsin ${args[0]} ended with ${status}: ${stderr}`)
}

/** Under limits of the shell, as another user when `as` says so. */
function shell(before: string, { args }: Subject, as: readonly string[] = []): Promise<End> {
  const script = `${before}; exec "$@"`
  return run({ args, through: [...as, 'sh', '-c', script, 'sh'] })
}

async function fullDisk(job: Job): Promise<Report> {
  const args = [join(import.meta.dirname, 'full-disk.ts'), JSON.stringify(job)]
  const { status, stdout, stderr } = await run({ args, through: ['unshare', '-Urm'] })
  if (status !== 0) throw new Error(`full-disk.ts ended with ${status}: ${stderr}`)
  return JSON.parse(stdout) as Report
}

async function parquetRows(path: string): Promise<number> {
  const spill = mkdtempSync(join(root, 'spill-'))
  const door = await openDoor({ paths: [path], spill })
  const [row] = await door.rows(`SELECT count(*) AS n FROM read_parquet('${path}')`)
  await door.close()
  return Number(row?.n)
}

function hashesOf(folder: string): Map<string, string[]> {
  const data = readdirSync(folder).filter(name => name === 'out.csv' || name === 'out.parquet')
  return new Map(data.map(name => [name, [sha256(readFileSync(join(folder, name)))]]))
}

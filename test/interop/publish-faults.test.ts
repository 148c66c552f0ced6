/**
 * Faults at every point where publishing touches the disk, by real processes on a real file system: the n-th write,
 * fsync or rename fails, or the process is killed there; kill -9 at random moments; a disk that fills up at each
 * 64 KiB; many runs at once. After each, every file is absent, the old one or the new one whole, the metadata is there
 * only beside the set that it lists, and the next run leaves its own set and nothing else.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildInjector, canInject, everyPoint, restore, type Subject, wrong } from './faults.ts'
import { isExactly, legalOf, violations } from './publish-set.ts'

const BYTES = 5 * 1024 * 1024
const OLD = legalOf([1], BYTES)
const NEW = legalOf([2], BYTES)
const EITHER = legalOf([1, 2], BYTES)
const driver = join(import.meta.dirname, 'publish-driver.ts')

let root: string
let dir: string
let subject: Subject
let library: string | undefined
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'faults-'))
  dir = join(root, 'target')
  const before = join(root, 'before')
  const args = (folder: string, seed: number) => [driver, folder, String(seed), String(BYTES)]
  expect(spawnSync(process.execPath, args(before, 1)).status).toBe(0)
  subject = { dir, before, old: OLD, fresh: NEW, either: EITHER, args: args(dir, 2) }
  library = buildInjector(root)
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

describe.skipIf(!canInject)('a fault at the n-th call', () => {
  const operations = ['write', 'fsync', 'rename']
  const errors = ['EIO', 'ENOSPC', 'EDQUOT', 'EROFS', 'KILL']
  const least: Record<string, number> = { write: 80, fsync: 5, rename: 3 }

  test.for(operations.flatMap(op => errors.map(error => [op, error] as const)))(
    '%s: %s',
    async ([operation, error]) => {
      const { points, exits, problems } = await everyPoint(subject, library!, operation, error)
      console.log(`${operation} ${error}: ${points} points, problems ${problems.length}`)
      expect(problems).toEqual([])
      expect(points).toBeGreaterThanOrEqual(least[operation]!)
      if (operation === 'fsync' && error !== 'KILL') expect(exits.get(5)).toBe(1)
    },
  )
})

const reset = () => restore(subject)
const ended = (child: ChildProcess) =>
  new Promise<{ status: number | null; signal: string | null }>(resolve =>
    child.on('exit', (status, signal) => resolve({ status, signal })),
  )

const start = (seed: number, hold = 0) =>
  spawn(process.execPath, [driver, dir, String(seed), String(BYTES), String(hold)], { stdio: 'ignore' })

test('kill -9 at 200 random moments', async () => {
  const problems: string[] = []
  const startedMs = performance.now()
  reset()
  await ended(start(2))
  const fullMs = performance.now() - startedMs
  let killed = 0
  for (let i = 0; i < 200; i++) {
    reset()
    const child = start(2)
    const end = ended(child)
    // Evenly over the run's length, in a shuffled order: 83 and 200 have no common factor.
    const timer = setTimeout(() => child.kill('SIGKILL'), (((i * 83) % 200) / 200) * fullMs * 1.1)
    if ((await end).signal === 'SIGKILL') killed++
    clearTimeout(timer)
    problems.push(...violations(dir, EITHER).map(text => `${i}: ${text}`))
    if (i % 4 === 0) problems.push(...(await wrong(subject)).map(text => `${i}: ${text}`))
  }
  console.log(`killed ${killed} of 200 in runs of ${Math.round(fullMs)} ms, problems ${problems.length}`)
  expect(problems).toEqual([])
  expect(killed).toBeGreaterThan(100)
})

test.for([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('%s: exit %d, nothing left of the run, and the previous set stands', async ([signal, exit]) => {
  for (let i = 0; i < 5; i++) {
    reset()
    const child = start(2, 60_000)
    const end = ended(child)
    while (!readdirSync(dir).some(name => name.endsWith('.tocsin-lock'))) await new Promise(r => setTimeout(r, 5))
    await new Promise(resolve => setTimeout(resolve, i * 20))
    child.kill(signal)
    expect((await end).status).toBe(exit)
    expect(isExactly(dir, OLD)).toBe(true)
  }
})

test('two runs at once to one output: one wins, the other ends with 6', async () => {
  for (let round = 0; round < 5; round++) {
    reset()
    const statuses = (await Promise.all([start(2, 1_500), start(2, 1_500)].map(ended))).map(end => end.status)
    expect(statuses.sort()).toEqual([0, 6])
    expect(isExactly(dir, NEW)).toBe(true)
  }
})

test('eight runs at once that find the lock of a dead run: exactly one takes over', async () => {
  for (let round = 0; round < 5; round++) {
    reset()
    const first = start(1, 60_000)
    const end = ended(first)
    while (!readdirSync(dir).some(name => name.endsWith('.tocsin-lock'))) await new Promise(r => setTimeout(r, 5))
    first.kill('SIGKILL')
    await end
    const all = Array.from({ length: 8 }, () => start(2, 4_000))
    const statuses = (await Promise.all(all.map(ended))).map(end => end.status)
    expect(statuses.sort()).toEqual([0, 6, 6, 6, 6, 6, 6, 6])
    expect(isExactly(dir, NEW)).toBe(true)
  }
})

const mounts = spawnSync('unshare', ['-Urm', 'true']).status === 0
if (!mounts) console.warn('SKIPPED: no user namespaces here (unshare -Urm), so a full disk is not tested')

test.skipIf(!mounts)('a disk that is full after each 64 KiB', () => {
  const disk = join(root, 'disk')
  const script = join(root, 'full.sh')
  mkdirSync(disk)
  // A node process judges each step: what it prints besides the last line is a violation.
  writeFileSync(
    script,
    `cd "$1"
size=0
while :; do
  size=$((size + 64))
  mount -t tmpfs -o size=\${size}k tmpfs "$1"
  "$2" "$3" "$1" 2 ${BYTES} 2>"$1.err"; status=$?
  [ $status = 0 ] && break
  [ $status = 4 ] || echo "size $size: exit $status"
  grep -q "^DISK_FULL: .*$1" "$1.err" || cat "$1.err"
  [ -z "$(ls -A "$1")" ] || ls -A "$1"
  umount "$1"
done
echo "full at every step below $size KiB"
`,
  )
  const { stdout, stderr } = spawnSync('unshare', ['-Urm', 'sh', script, disk, process.execPath, driver], {
    encoding: 'utf8',
    cwd: root,
  })
  console.log(stdout.trim())
  expect(stderr).toBe('')
  expect(stdout).toMatch(/^full at every step below 5[12]\d\d KiB\n$/)
})

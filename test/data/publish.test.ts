import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { outputFailure } from '../../src/data/output-failure.ts'
import { describeOwner } from '../../src/data/owner.ts'
import { beginRun, type Run, type RunOptions, writeFileAtomic } from '../../src/data/publish.ts'
import type { Failure } from '../../src/errors.ts'
import { isAlive } from '../../src/verbs/alive.ts'

let dir: string
let tokens = 0
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'publish-'))
})
afterEach(() => {
  chmodSync(dir, 0o700)
  rmSync(dir, { recursive: true, force: true })
})

const who = () => ({ pid: process.pid, token: `t${tokens++}`, isAlive })
const begin = (options: Partial<RunOptions> = {}) => beginRun({ directory: dir, name: 'out', ...who(), ...options })
const sha = (text: string) => createHash('sha256').update(text).digest('hex')
const list = () => readdirSync(dir).sort()
const text = (name: string) => readFileSync(join(dir, name), 'utf8')
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: Failure) => error,
  )
const metadata = { name: 'out_metadata.json', text: (files: readonly unknown[]) => JSON.stringify(files) }

async function publish(run: Run, content: string) {
  await run.write('out.csv', content)
  await run.write('out.parquet', content + content)
  return run.publish({ files: ['out.csv', 'out.parquet'], metadata, remove: ['out_rejected.csv'] })
}

/** The id of a process that has ended. */
const deadPid = () => spawnSync('true').pid

/** What a run killed with SIGKILL leaves: its folder with temps and spill, and its lock. */
function leaveBehind(name: string, pid: number, token: string, owner = describeOwner(pid, token, name)) {
  const folder = join(dir, `.${name}.tocsin-${pid}-${token}`)
  mkdirSync(join(folder, 'spill'), { recursive: true })
  writeFileSync(join(folder, 'spill', 'block'), 'x')
  writeFileSync(join(folder, '.tocsin-owner'), JSON.stringify(owner))
  linkSync(join(folder, '.tocsin-owner'), join(dir, `.${name}.tocsin-lock`))
  return folder
}

describe('a set', () => {
  test('appears with its hashes and sizes in the metadata, and nothing else is left', async () => {
    const run = await begin()
    expect(statSync(run.folder).mode & 0o777).toBe(0o700)
    const files = await publish(run, 'a,b\n1,2\n')
    expect(list()).toEqual(['out.csv', 'out.parquet', 'out_metadata.json'])
    expect(JSON.parse(text('out_metadata.json'))).toEqual([
      { name: 'out.csv', bytes: 8, sha256: sha('a,b\n1,2\n') },
      { name: 'out.parquet', bytes: 16, sha256: sha('a,b\n1,2\na,b\n1,2\n') },
    ])
    expect(files[2]).toEqual({
      name: 'out_metadata.json',
      bytes: text('out_metadata.json').length,
      sha256: sha(text('out_metadata.json')),
    })
  })

  test('replaces the previous one, and removes a member that was not written this time', async () => {
    await publish(await begin(), 'old')
    writeFileSync(join(dir, 'out_rejected.csv'), 'old')
    writeFileSync(join(dir, 'notes.txt'), 'mine')
    await publish(await begin(), 'new')
    expect(list()).toEqual(['notes.txt', 'out.csv', 'out.parquet', 'out_metadata.json'])
    expect(text('out.parquet')).toBe('newnew')
  })

  test('has the mode that the umask asks for, whatever wrote the temporary file', async () => {
    const before = process.umask(0o027)
    try {
      const run = await begin()
      writeFileSync(run.temp('out.csv'), 'x', { mode: 0o600 })
      await run.publish({ files: ['out.csv'], metadata: undefined })
      expect(statSync(join(dir, 'out.csv')).mode & 0o777).toBe(0o640)
    } finally {
      process.umask(before)
    }
  })

  test('takes a hash made while writing, and a seal begun early', async () => {
    const run = await begin()
    await run.write('out.csv', 'x')
    await run.write('out.parquet', 'y')
    run.seal('out.parquet')
    const set = { files: [{ name: 'out.csv', sha256: sha('x') }, 'out.parquet'], metadata }
    expect((await run.publish(set)).slice(0, 2).map(f => f.sha256)).toEqual([sha('x'), sha('y')])
  })

  test('that fails before the renames leaves the previous set whole', async () => {
    await publish(await begin(), 'old')
    const run = await begin()
    await run.write('out.csv', 'new')
    const error = await failure(run.publish({ files: ['out.csv', 'out.parquet'], metadata }))
    expect(error).toMatchObject({ code: 'OUTPUT_NOT_WRITABLE', exit: 4 })
    expect(error?.message).toContain(join(dir, 'out.parquet'))
    expect(list()).toEqual(['out.csv', 'out.parquet', 'out_metadata.json'])
    expect(text('out.csv')).toBe('old')
  })

  test('given up by a signal leaves nothing, not even the folder it made', async () => {
    const run = await begin({ directory: join(dir, 'new', 'deep') })
    await run.write('out.csv', 'x')
    run.discard()
    run.discard()
    expect(list()).toEqual([])
    expect(await failure(run.publish({ files: ['out.csv'], metadata }))).toMatchObject({ exit: 130 })
  })

  test('interrupted between the renames takes back what it put in place', async () => {
    await publish(await begin(), 'old')
    const run = await begin()
    await run.write('out.csv', 'new')
    await run.write('out.parquet', 'new')
    const publishing = failure(run.publish({ files: ['out.csv', 'out.parquet'], metadata }))
    while (text('out.csv') === 'old') await new Promise(setImmediate)
    run.discard()
    expect(await publishing).toMatchObject({ exit: 130 })
    expect(list()).toEqual([])
  })

  test("may have any name, that of the run folder's own files too", async () => {
    const run = await begin({ name: '.tocsin-owner' })
    writeFileSync(join(run.folder, 'added.csv'), 'work')
    for (const name of ['.tocsin-owner', 'added.csv']) await run.write(name, 'x')
    await run.publish({ files: ['.tocsin-owner', 'added.csv'], metadata: undefined })
    expect(list().map(text)).toEqual(['x', 'x'])
  })

  test('a message names the output, not the temporary file', async () => {
    const run = await begin()
    const failure = outputFailure(Object.assign(new Error(), { code: 'ENOSPC' }), run.temp('out.csv')) as Failure
    run.discard()
    expect(failure.message).toBe(`No space left while writing ${join(dir, 'out.csv')}`)
  })

  test('one file alone goes the same way', async () => {
    const path = join(dir, 'model.tocsin')
    const done = await writeFileAtomic(path, Uint8Array.of(1, 2, 3), who())
    expect(done).toEqual({ name: 'model.tocsin', bytes: 3, sha256: sha('\x01\x02\x03') })
    await writeFileAtomic(path, 'again', who())
    expect(list()).toEqual(['model.tocsin'])
    expect(text('model.tocsin')).toBe('again')
  })
})

describe('a path that cannot be written is refused before any work', () => {
  const cases: [string, (() => void) | undefined, Partial<RunOptions>, RegExp][] = [
    ['a folder in the way', () => mkdirSync(join(dir, 'out.csv')), { files: ['out.csv'] }, /out\.csv: it is a folder/],
    ['a pipe in the way', () => execFileSync('mkfifo', [join(dir, 'out.csv')]), { files: ['out.csv'] }, /it is a pipe/],
    ['a link in the way', () => symlinkSync('/x/y', join(dir, 'out.csv')), { files: ['out.csv'] }, /link to \/x\/y/],
    ['a name too long', undefined, { name: 'ü'.repeat(120) }, /has 240 bytes, at most \d+ fit/],
    ['a final name too long', undefined, { files: ['x'.repeat(256)] }, /has 256 bytes, at most 255 fit/],
    ['a line feed in the name', undefined, { name: 'a\nb' }, /a\\nb.*line break/],
    ['no name', undefined, { name: '' }, /a file name was expected/],
    ['a file as the folder', () => writeFileSync(join(dir, 'f'), ''), { directory: 'f' }, /is a file, not a folder/],
    ['a file as a parent', () => writeFileSync(join(dir, 'f'), ''), { directory: 'f/g' }, /is a file, not a folder/],
  ]
  test.for(cases)('%s', async ([, prepare, options, message]) => {
    prepare?.()
    const before = list()
    const error = await failure(begin({ ...options, directory: join(dir, options.directory ?? '') }))
    expect(error).toMatchObject({ code: 'OUTPUT_NOT_WRITABLE', exit: 4 })
    expect(error?.message).toMatch(message)
    expect(list()).toEqual(before)
  })

  test('too little space for the estimate', async () => {
    const error = await failure(begin({ needBytes: 1e18 }))
    expect(error).toMatchObject({ code: 'DISK_FULL', exit: 4 })
    expect(error?.message).toMatch(/out: about 1200000000000 MB needed, \d+ MB free/)
    expect(list()).toEqual([])
  })

  test('a name of any script is no trouble', async () => {
    const run = await begin({ name: 'Prüfung 測定 🔔' })
    await run.write('Prüfung 測定 🔔.csv', 'x')
    await run.publish({ files: ['Prüfung 測定 🔔.csv'], metadata: undefined })
    expect(list()).toEqual(['Prüfung 測定 🔔.csv'])
  })

  test('the folder vanishes while the run works', async () => {
    const directory = join(dir, 'sub')
    const run = await begin({ directory })
    await run.write('out.csv', 'x')
    rmSync(directory, { recursive: true })
    const error = await failure(run.publish({ files: ['out.csv'], metadata }))
    expect(error).toMatchObject({ code: 'OUTPUT_NOT_WRITABLE' })
    expect(error?.message).toContain(join(directory, 'out.csv'))
  })
})

describe('one run at a time', () => {
  test('a second live run is refused, and leaves the first alone', async () => {
    const first = await begin()
    const error = await failure(begin())
    expect(error).toMatchObject({ code: 'OUTPUT_LOCKED', exit: 6 })
    expect(error?.message).toBe(`Another run (pid ${process.pid}) is writing ${join(dir, 'out')}`)
    await publish(first, 'x')
    expect(list()).toEqual(['out.csv', 'out.parquet', 'out_metadata.json'])
  })

  test('other outputs in the same folder are free', async () => {
    const [a, b] = [await begin({ name: 'a' }), await begin({ name: 'b' })]
    for (const run of [a, b]) run.discard()
    expect(list()).toEqual([])
  })

  test('what a dead run left is removed, for every name; what is not ours stays', async () => {
    leaveBehind('out', deadPid(), 'dead1')
    leaveBehind('other', deadPid(), 'dead2')
    writeFileSync(join(dir, '.out.tocsin-lock-dead1'), JSON.stringify(describeOwner(deadPid(), 'dead3', 'out')))
    mkdirSync(join(dir, `.empty.tocsin-${deadPid()}-dead4`))
    mkdirSync(join(dir, `.full.tocsin-${deadPid()}-dead5`))
    writeFileSync(join(dir, `.full.tocsin-${deadPid()}-dead5x`), '')
    writeFileSync(join(dir, '.git'), '')
    const kept = list().filter(name => /full|git/.test(name))
    writeFileSync(join(dir, kept.find(name => name.endsWith('dead5'))!, 'thesis.txt'), 'x')
    const live = await begin({ name: 'live' })
    await publish(await begin(), 'x')
    expect(existsSync(live.folder)).toBe(true)
    live.discard()
    expect(list()).toEqual([...kept, 'out.csv', 'out.parquet', 'out_metadata.json'].sort())
  })

  test('a process id used again by another process does not keep a dead run alive', async () => {
    const owner = { ...describeOwner(process.pid, 'old', 'out'), started: '1' }
    const folder = leaveBehind('out', process.pid, 'old', owner)
    await publish(await begin(), 'x')
    expect(existsSync(folder)).toBe(false)
    expect(list()).toEqual(['out.csv', 'out.parquet', 'out_metadata.json'])
  })

  test('a run on another machine counts as live while its heart beats, and is succeeded when it stops', async () => {
    const owner = { ...describeOwner(1, 'far', 'out'), place: 'another machine' }
    const folder = leaveBehind('out', 1, 'far', owner)
    expect(await failure(begin())).toMatchObject({ code: 'OUTPUT_LOCKED' })
    const silent = Date.now() / 1000 - 61
    utimesSync(join(folder, '.tocsin-owner'), silent, silent)
    await publish(await begin(), 'x')
    expect(existsSync(folder)).toBe(false)
  })

  test('a lock that a power loss emptied is succeeded once it has gone cold', async () => {
    const lock = join(dir, '.out.tocsin-lock')
    writeFileSync(lock, '')
    expect(await failure(begin())).toMatchObject({ code: 'OUTPUT_LOCKED' })
    utimesSync(lock, 0, 0)
    await publish(await begin(), 'x')
    expect(list()).toEqual(['out.csv', 'out.parquet', 'out_metadata.json'])
  })

  test('a run that lost its lock does not publish', async () => {
    const run = await begin()
    await run.write('out.csv', 'x')
    rmSync(join(dir, '.out.tocsin-lock'))
    expect(await failure(run.publish({ files: ['out.csv'], metadata }))).toMatchObject({ code: 'OUTPUT_LOCKED' })
    expect(list()).toEqual([])
  })

  test('of many that find the same dead lock, exactly one takes over', async () => {
    for (let round = 0; round < 20; round++) {
      leaveBehind('out', deadPid(), `dead${round}`)
      const ended = await Promise.allSettled(Array.from({ length: 8 }, () => begin()))
      const won = ended.filter(end => end.status === 'fulfilled')
      expect(won.length).toBe(1)
      for (const end of ended)
        if (end.status === 'rejected') expect(end.reason).toMatchObject({ code: 'OUTPUT_LOCKED' })
      won[0]?.value.discard()
      expect(list()).toEqual([])
    }
  })
})

/** Runs a shell script as root of a private mount namespace, with a small file system at $dir. */
const mounts = spawnSync('unshare', ['-Urm', 'true']).status === 0
if (!mounts) console.warn('SKIPPED: no user namespaces here (unshare -Urm), so full and read-only disks are not tested')

describe.skipIf(!mounts)('a small file system', () => {
  const driver = join(import.meta.dirname, '..', 'interop', 'publish-driver.ts')
  const inside = (mount: string, after = 'true') =>
    spawnSync(
      'unshare',
      [
        '-Urm',
        'sh',
        '-c',
        `mount -t tmpfs ${mount} tmpfs "$1" && ${after}; "$2" "$3" "$1" 1 200000; echo "exit $?"; ls -A "$1"`,
        'sh',
        dir,
        process.execPath,
        driver,
      ],
      { encoding: 'utf8' },
    )

  test.for<[string, string, string, RegExp]>([
    ['full', '-o size=100k', 'true', /^DISK_FULL: No space left while writing .*out\.csv/],
    ['without room for the lock', '-o nr_inodes=2', 'true', /^DISK_FULL: No space left while writing .*out/],
    ['read-only', '-o size=1m', 'mount -o remount,ro "$1"', /^OUTPUT_NOT_WRITABLE: .*the file system is read-only/],
  ])('%s: exit 4 and an empty folder', ([, mount, after, message]) => {
    const { stdout, stderr } = inside(mount, after)
    expect(stderr).toMatch(message)
    expect(stdout).toBe('exit 4\n')
  })

  test('large enough: the set', () => {
    expect(inside('-o size=8m').stdout).toBe('exit 0\nout.csv\nout.parquet\nout_metadata.json\n')
  })
})

/** A user who may not write: root passes every permission check, so step down where we are root. */
const asNobody = process.getuid?.() === 0 ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] : ['env']
test.skipIf(spawnSync(asNobody[0]!, [...asNobody.slice(1), 'true']).status !== 0)('a folder without permission', () => {
  const driver = join(import.meta.dirname, '..', 'interop', 'publish-driver.ts')
  chmodSync(dir, 0o555)
  const { status, stderr } = spawnSync(asNobody[0]!, [...asNobody.slice(1), process.execPath, driver, dir, '1', '10'], {
    encoding: 'utf8',
    cwd: dirname(driver),
  })
  expect(stderr).toMatch(/^OUTPUT_NOT_WRITABLE: Cannot write .*: permission denied/)
  expect(status).toBe(4)
})

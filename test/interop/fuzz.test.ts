/** Model files from strangers: changed ones by the million are refused or opened, and do nothing else. */
import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')
const shared = join(root, '../shared')
const INPUTS = Number(process.env.TOCSIN_FUZZ_INPUTS ?? 1_000_000)
const SEED = Number(process.env.TOCSIN_FUZZ_SEED ?? 20_261_121)
/** Larger files take longer and have nothing in them that a small one has not. */
const LARGEST_SEED = 30_000

const sources = [
  ...['1.2.1', '1.6.1', '1.9.1'].map(version => join(shared, 'golden/joblib', version)),
  ...['lightgbm', 'leaves', 'onnx'].map(kind => join(shared, 'data/models', kind)),
  ...['estimators', 'boosters', 'torch', 'mlflow/skops'].map(kind => join(root, 'test/golden', kind)),
].filter(existsSync)
const here = sources.length > 0
if (!here) console.warn(`SKIPPED: no model files in ${shared}`)
const traced = spawnSync('strace', ['-V']).status === 0
if (!traced) console.warn('SKIPPED: no strace here, so system calls are not looked at')

let seeds: string
beforeAll(() => {
  seeds = mkdtempSync(join(tmpdir(), 'tocsin-fuzz-'))
  for (const folder of sources)
    for (const file of readdirSync(folder)) {
      if (
        !/\.(joblib|pkl|txt|model|json|ubj|onnx|pth|skops)$/.test(file) ||
        /expected|predictions|pred_|test|_data|LICENSE|input_example/.test(file)
      )
        continue
      const path = join(folder, file)
      if (statSync(path).size <= LARGEST_SEED) copyFileSync(path, join(seeds, `${basename(folder)}-${file}`))
    }
})
afterAll(() => rmSync(seeds, { recursive: true, force: true }))

/** One process for all, which may read the program and the seeds, and may do nothing else. */
function loop(inputs: number, before: readonly string[] = []) {
  const limits = ['--permission', `--allow-fs-read=${root}`, `--allow-fs-read=${seeds}`, '--max-old-space-size=256']
  const args = [...limits, join(root, 'test/interop/fuzz/loop.ts'), seeds, String(inputs), String(SEED)]
  const [command, ...rest] = [...before, process.execPath, ...args] as [string, ...string[]]
  const { status, signal, stdout, stderr } = spawnSync(command, rest, { encoding: 'utf8', maxBuffer: 2 ** 26 })
  if (status !== 0) throw new Error(`the process ended with ${signal ?? status}: ${stderr.slice(-2000)}`)
  return JSON.parse(stdout) as Record<'opened' | 'refused' | 'scored' | 'crashed' | 'slowestMs' | 'peakMb', number> & {
    kinds: Record<string, number>
    crashes: string[]
  }
}

describe.skipIf(!here)('changed model files', () => {
  test(`${INPUTS} of them: no crash, no hang, little memory`, () => {
    const { kinds, crashes, ...totals } = loop(INPUTS)
    const { opened, refused, scored, slowestMs, peakMb } = totals
    console.log(
      `seed ${SEED}: ${INPUTS} inputs, ${opened} opened (${scored} scored), ${refused} refused ${JSON.stringify(kinds)}, slowest ${slowestMs.toFixed(0)} ms, peak ${peakMb.toFixed(0)} MB`,
    )
    expect(crashes).toEqual([])
    expect(totals.crashed).toBe(0)
    expect(opened + refused).toBe(INPUTS)
    expect(opened).toBeGreaterThan(INPUTS / 100)
    expect(slowestMs).toBeLessThan(1000)
    expect(peakMb).toBeLessThan(512)
  })

  test.skipIf(!traced)('10,000 of them open no file, no socket and no process', () => {
    const log = join(seeds, '../tocsin-fuzz-strace.log')
    const calls = 'trace=openat,open,creat,socket,connect,execve,fork,vfork,unlink,rename,write'
    loop(10_000, ['strace', '-f', '-qq', '-e', calls, '-o', log])
    const lines = readFileSync(log, 'utf8').split('\n')
    rmSync(log)
    const [begin, end] = ['BEGIN', 'END'].map(mark => lines.findIndex(line => line.includes(`write(2, "${mark}`)))
    expect(begin).toBeGreaterThan(0)
    expect(end).toBeGreaterThan(begin as number)
    // Threads of the machine under the program wake each other through descriptors that it opened at its start.
    const between = lines.slice((begin as number) + 1, end).filter(line => !/ write\(\d+, "(\\1|\*)/.test(line))
    expect(between).toEqual([])
  })
})

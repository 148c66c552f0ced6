/** Ctrl-C and its kin, at any moment: the right exit code, and nothing left behind. */
import type { ChildProcess } from 'node:child_process'
import { existsSync, rmSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createRandom } from '../../src/math/random.ts'
import { createFolder, type Folder } from '../cli/program.ts'
import { plantRecipe, plantTable } from '../cli/tables.ts'

let folder: Folder
let before: string[]
const random = createRandom(7)
const tookMs: Record<string, number> = {}
const SCORE = ['score', 'plant.tocsin', 'many.csv', '--output', 'out', '--quiet']
const FIT = ['fit', 'many.yaml', '--no-report', '-o', 'many.tocsin', '--quiet']

beforeAll(async () => {
  folder = createFolder()
  folder.write('train.csv', plantTable({ rows: 300 }))
  folder.write('many.csv', plantTable({ rows: 300_000 }))
  folder.write('plant.yaml', plantRecipe())
  folder.write('many.yaml', plantRecipe().replace('train.csv', 'many.csv'))
  await folder.must(['fit', 'plant.yaml', '--no-report'])
  for (const args of [SCORE, FIT]) {
    const startMs = performance.now()
    await folder.must(args)
    tookMs[args[0] as string] = performance.now() - startMs
  }
  for (const name of folder.files().filter(f => f.startsWith('out') || f === 'many.tocsin')) rmSync(folder.at(name))
  before = folder.files()
}, 120_000)
afterAll(() => folder.remove())

async function stopped(args: readonly string[], signal: NodeJS.Signals, afterMs: number) {
  const startMs = performance.now()
  let sentMs = 0
  const outcome = await folder.run(args, {
    started: (child: ChildProcess) =>
      setTimeout(() => {
        sentMs = performance.now()
        child.kill(signal)
      }, afterMs),
  })
  return { ...outcome, delayMs: performance.now() - Math.max(sentMs, startMs) }
}

const outputs = (files: readonly string[]) => files.filter(f => !before.includes(f))

async function interrupt(args: readonly string[], complete: readonly string[]): Promise<string> {
  const { code, signal, files, delayMs } = await stopped(
    args,
    'SIGINT',
    random.next() * (tookMs[args[0] as string] as number),
  )
  const left = outputs(files)
  for (const name of left) rmSync(folder.at(name), { recursive: true })
  // It was faster than the signal: then the set is there, whole.
  if (code === 0) {
    expect(left).toEqual(complete)
    return 'done'
  }
  // Before the program has begun, the system ends it; a shell calls that 130, too.
  expect(code === 130 || (code === null && signal === 'SIGINT'), `ended with ${code}, ${signal}`).toBe(true)
  expect(left).toEqual([])
  expect(delayMs).toBeLessThan(5000)
  return code === 130 ? 'stopped' : 'before'
}

const MOMENTS = 10

describe(`Ctrl-C at ${MOMENTS} random moments`, () => {
  test('of scoring 300,000 rows', { timeout: 280_000 }, async () => {
    const seen: string[] = []
    for (let i = 0; i < MOMENTS; i++) seen.push(await interrupt(SCORE, ['out.csv', 'out.parquet', 'out_metadata.json']))
    expect(seen).toContain('stopped')
  })

  test('of fitting on 300,000 rows', { timeout: 280_000 }, async () => {
    const seen: string[] = []
    for (let i = 0; i < MOMENTS; i++) seen.push(await interrupt(FIT, ['many.tocsin']))
    expect(seen).toContain('stopped')
  })
})

test.each([
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)('%s ends with %i', async (signal, expected) => {
  // As soon as the work has begun: its lock is there.
  const { code, files } = await folder.run(SCORE, {
    started: child => {
      const look = setInterval(() => {
        if (!existsSync(folder.at('.out.tocsin-lock'))) return
        clearInterval(look)
        child.kill(signal)
      }, 2)
      child.on('close', () => clearInterval(look))
    },
  })
  expect([code, outputs(files)]).toEqual([expected, []])
})

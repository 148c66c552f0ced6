/**
 * npm run bench:import [-- FILE] [--rows N] [--rounds N]
 *
 * A model file of another program against the same model as a file of ours: the time to open it, in this process, in the
 * confined one of the package (built first), in that of a checkout (which strips the types of its files at each start), and
 * to score a CSV to CSV + Parquet + metadata with each, as whole processes in pairs. FILE is a model
 * of scikit-learn or another library (default: the isolation forest of 100 trees that scikit-learn fits to the bench's
 * sensor table). The table has its features, seeded normal numbers.
 */
import { execFileSync } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs'
import { basename, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { importModel } from '../src/importers/import-model.ts'
import type { ImportRequest } from '../src/importers/request.ts'
import { createRandom } from '../src/math/random.ts'
import { readForeign } from '../src/verbs/foreign-model.ts'
import { version } from '../src/verbs/version.ts'
import { type Measured, measure, median, printTable } from './measure.ts'
import { python } from './python.ts'
import { CACHE, sensorTable } from './sensor-table.ts'

const ROOT = join(import.meta.dirname, '..')
const TRAINER = join(ROOT, '..', 'shared', 'peers', 'peer_train.py')
const WORK = join(CACHE, 'import')
const OUTPUT = join(WORK, 'scored')
const OPENINGS = 15
const BLOCK_ROWS = 4_000

const { values, positionals } = parseArgs({
  options: { rows: { type: 'string', default: '1000000' }, rounds: { type: 'string', default: '5' } },
  allowPositionals: true,
})
const rows = Number(values.rows)
const rounds = Number(values.rounds)
if (!Number.isSafeInteger(rows) || rows < 1 || !Number.isSafeInteger(rounds) || rounds < 1)
  throw new Error('usage: npm run bench:import [-- FILE] [--rows N] [--rounds N]')

mkdirSync(WORK, { recursive: true })
const file = positionals[0] ?? (await fitForest())
const bytes = readFileSync(file)
const request = named({ name: basename(file), bytes })
const features = readForeign(request).artifact?.features.map(({ name }) => name)
if (!features) throw new Error(`${file} does not open: ${readForeign(request).refusal?.message}`)
await opening()
await scoring(features)
rmSync(WORK, { recursive: true })

async function fitForest(): Promise<string> {
  if (!existsSync(TRAINER)) throw new Error(`there is no ${TRAINER} to fit a forest: give a model file`)
  await measure(python(), [TRAINER, sensorTable(10_000, 7), WORK])
  return join(WORK, 'isolation_forest.joblib')
}

/** With names for its features where the file has none. */
function named(plain: ImportRequest): ImportRequest {
  const { about, refusal } = readForeign(plain)
  if (refusal?.kind !== 'unsaid') return plain
  return { ...plain, features: Array.from({ length: about.featureCount ?? 0 }, (_, i) => `x${i}`) }
}

async function opening(): Promise<void> {
  const times = async (open: () => unknown) => {
    const took: number[] = []
    for (let i = 0; i < OPENINGS; i++) {
      const fromMs = performance.now()
      await open()
      took.push(performance.now() - fromMs)
    }
    return took
  }
  execFileSync(process.execPath, [join(ROOT, 'build', 'package.ts')], { cwd: ROOT, stdio: 'inherit' })
  const packed: { readForeign: typeof readForeign } = await import(
    pathToFileURL(join(ROOT, 'dist', 'src', 'verbs', 'foreign-model.js')).href
  )
  const timed = {
    'in this process': await times(() => importModel(request, version())),
    'confined, package': await times(() => packed.readForeign(request)),
    'confined, checkout': await times(() => readForeign(request)),
  }
  console.log(`\n${basename(file)}, ${bytes.length} bytes, ${OPENINGS} openings`)
  printTable([
    ['', 'first ms', 'median ms', 'max ms'],
    ...Object.entries(timed).map(([name, ms]) => [
      name,
      ...[ms[0]!, median(ms), Math.max(...ms)].map(each => each.toFixed(0)),
    ]),
  ])
}

async function scoring(names: readonly string[]): Promise<void> {
  const input = tableOf(names)
  const tocsin = join(ROOT, 'bin', 'tocsin.js')
  const imported = join(WORK, 'own.tocsin')
  const asked = request.features ? ['--features', request.features.join()] : []
  await measure(process.execPath, [tocsin, 'import', file, '-o', imported, ...asked])
  const score = (model: string, flags: readonly string[]) =>
    measure(process.execPath, [tocsin, 'score', model, input, '--output', OUTPUT, '--replace', '--quiet', ...flags])
  const runs: Measured[][] = [[], []]
  await score(imported, []) // so that the input is in the page cache for both
  for (let round = 0; round < rounds; round++) {
    runs[0]!.push(await score(imported, []))
    runs[1]!.push(await score(file, asked))
  }
  const ratios = runs[1]!.map(({ wallS }, i) => wallS / runs[0]![i]!.wallS)
  const line = (name: string, all: readonly Measured[], ratio: number) => {
    const wall = all.map(run => run.wallS)
    const peak = Math.max(...all.map(run => run.peakMb))
    return [name, median(wall).toFixed(2), Math.min(...wall).toFixed(2), peak.toFixed(0), `${ratio.toFixed(3)} ×`]
  }
  console.log(`\n${rows.toLocaleString('en-US')} rows × ${names.length} features, ${rounds} pairs`)
  printTable([
    ['', 'median s', 'min s', 'peak MB', 'of our own file'],
    line('our own file', runs[0]!, 1),
    line('the original', runs[1]!, median(ratios)),
  ])
}

function tableOf(names: readonly string[]): string {
  const path = join(WORK, 'rows.csv')
  const random = createRandom(42)
  const out = openSync(`${path}.part`, 'w')
  writeSync(out, `id,${names.join()}\n`)
  for (let from = 0; from < rows; from += BLOCK_ROWS) {
    let text = ''
    for (let row = from; row < Math.min(rows, from + BLOCK_ROWS); row++)
      text += `R${row},${names.map(() => random.normal()).join()}\n`
    const block = Buffer.from(text)
    for (let at = 0; at < block.length; ) at += writeSync(out, block, at)
  }
  closeSync(out)
  renameSync(`${path}.part`, path)
  return path
}

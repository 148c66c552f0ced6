/**
 * Opens changed model files one after another in this one process: node loop.ts FOLDER COUNT SEED. Prints one JSON line.
 * What an import may answer is a model or a refusal; anything else that is thrown is a crash, and named by its number:
 * the same seed and number give the same bytes.
 */
import { readdirSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { importModel } from '../../../src/importers/import-model.ts'
import { createRandom } from '../../../src/math/random.ts'
import { riskOf } from '../../../src/verbs/pipeline.ts'
import { mutant, seedOf } from './mutate.ts'

const [folder = '.', count = '1000', seed = '1', only] = process.argv.slice(2)
const seeds = readdirSync(folder).map(name => seedOf(name, readFileSync(join(folder, name))))
const random = createRandom(Number(seed))
const features = Array.from({ length: 4 }, (_, i) => `f${i}`)

const totals = { opened: 0, refused: 0, scored: 0, crashed: 0, slowestMs: 0, slowest: -1 }
const crashes: string[] = []
const kinds: Record<string, number> = {}
const first = only === undefined ? 0 : Number(only)
const end = only === undefined ? Number(count) : first + 1
// What a format or a model needs is loaded by its first file; from the mark on, nothing has to be opened any more.
for (const { bytes } of seeds) for (let i = 0; i < 4; i++) await open(bytes, i).catch(() => undefined)
Object.assign(totals, { opened: 0, refused: 0, scored: 0 })
for (const kind of Object.keys(kinds)) delete kinds[kind]
writeSync(2, 'BEGIN\n')
for (let i = first; i < end; i++) {
  // What was thrown away is freed between tasks; a program that opens one file has such a pause, too.
  if (i % 100 === 0) await new Promise(resolve => setImmediate(resolve))
  const bytes = mutant(seeds, random.fork(i))
  const startMs = performance.now()
  try {
    await open(bytes, i)
  } catch (error) {
    totals.crashed++
    if (crashes.length < 20) crashes.push(`${i}: ${(error as Error).stack?.split('\n').slice(0, 3).join(' | ')}`)
  }
  const tookMs = performance.now() - startMs
  if (tookMs > totals.slowestMs) Object.assign(totals, { slowestMs: tookMs, slowest: i })
}
writeSync(2, 'END\n')
const peakMb = process.resourceUsage().maxRSS / 1024
console.log(JSON.stringify({ ...totals, peakMb, kinds, crashes }))

async function open(bytes: Uint8Array, i: number): Promise<void> {
  // Most are told what they may not say themselves, so that more of them come to an end.
  const said = [{}, { features }, { features, risk: '1' }, { features, threshold: 0.5, thresholdOf: 'risk' as const }][
    i % 4
  ]
  const { artifact, refusal } = await importModel({ name: 'changed', bytes, ...said }, 'fuzz')
  if (refusal) {
    totals.refused++
    kinds[refusal.kind] = (kinds[refusal.kind] ?? 0) + 1
  }
  if (!artifact) return
  totals.opened++
  const columns = artifact.features.map(() => Float64Array.of(0.5, Number.NaN))
  const risk = new Float64Array(2)
  try {
    riskOf(artifact)({ rows: 2, columns }, risk)
    totals.scored++
  } catch {
    // A state that its model finds unsound is said when the file is opened, before any row.
  }
}

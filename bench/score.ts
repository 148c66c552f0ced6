/**
 * npm run bench:score [-- ROWS] [--rounds N] [--model KIND] [--memory]
 *
 * Scores one CSV to CSV + Parquet + metadata, as whole processes: tocsin against the pandas and polars pipelines around
 * scikit-learn's isolation forest, and against DuckDB merely copying the file. Each peer is run in a pair with
 * tocsin, one after the other, so that a busy machine slows both; the ratio is the median of the pairs. tocsin's time
 * includes bringing its files to the disk (fsync), the others' does not.
 *
 * --model: another model than the isolation forest: local-outlier-factor, one-class-svm or autoencoder, against the pandas
 * pipeline around the same of scikit-learn; it may be given several times.
 *
 * --memory: peak memory of tocsin alone at 1, 10 and 20 million rows (8 GB of disk while it runs).
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Measured, measure, median, printTable } from './measure.ts'
import { python } from './python.ts'
import { CACHE, sensorTable } from './sensor-table.ts'

const ROOT = join(import.meta.dirname, '..')
const PEERS = join(ROOT, '..', 'shared', 'peers')
const WORK = join(CACHE, 'score')
const OUTPUT = join(WORK, 'scored')
const TRAIN_ROWS = 10_000
const SMALL_ROWS = 10_000
const TRAIN_SEED = 7
const SEED = 42

const FOREST = 'isolation-forest'

/** Our kind, its parameters, what the peers' file is called. The peers scale; a forest need not. */
const KINDS: Readonly<Record<string, { model: string; peer: string; scaled: boolean }>> = {
  [FOREST]: { model: `{use: ${FOREST}, n_estimators: 100}`, peer: 'isolation_forest', scaled: false },
  'local-outlier-factor': { model: '{use: local-outlier-factor, n_neighbors: 20}', peer: 'lof', scaled: true },
  'one-class-svm': { model: '{use: one-class-svm, nu: 0.05}', peer: 'one_class_svm', scaled: true },
  autoencoder: {
    model: '{use: autoencoder, encoder_dims: [16], bottleneck_dim: 8, dropout: 0, epochs: 30}',
    peer: 'autoencoder',
    scaled: true,
  },
}

// All rows teach, as they do for the peers: calibrate is 0, and the threshold is said.
const recipe = (kind: string) => `tocsin: 1
name: bench
rows: {file: train.csv}
columns:
  time: {name: timestamp, format: 'YYYY-MM-DDTHH:mm:ssZ'}
  group: unit_id
${KINDS[kind]?.scaled ? 'transforms: [scale]' : ''}
split: {calibrate: 0}
model: ${KINDS[kind]?.model}
levels:
  ALARM: {contamination: 1%}
seed: 42
`

type Contender = (input: string) => readonly [string, ...string[]]

const node = process.execPath
const tocsin = join(ROOT, 'bin', 'tocsin.js')
const model = join(WORK, 'bench.tocsin')
const ours: Contender = input => [node, tocsin, 'score', '--model', model, '--input', input, '--output', OUTPUT]

const { values, positionals } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    model: { type: 'string', multiple: true, default: [FOREST] },
    memory: { type: 'boolean', default: false },
  },
  allowPositionals: true,
})
const rows = Number(positionals[0] ?? 1_000_000)
const rounds = Number(values.rounds)
const known = values.model.every(kind => kind in KINDS)
if (!Number.isSafeInteger(rows) || rows < 1 || !Number.isSafeInteger(rounds) || rounds < 1 || !known) {
  throw new Error('usage: npm run bench:score [-- ROWS] [--rounds N] [--model KIND] [--memory]')
}

mkdirSync(WORK, { recursive: true })
for (const kind of values.model) {
  await fitModel(kind)
  if (values.memory) await memory()
  else {
    const peers = await trainPeers(kind)
    if (peers.size === 0) continue
    await race(peers)
    if (kind === FOREST) await small(peers)
  }
}
rmSync(WORK, { recursive: true })

async function fitModel(kind: string): Promise<void> {
  writeFileSync(join(WORK, 'train.csv'), readFileSync(sensorTable(TRAIN_ROWS, TRAIN_SEED)))
  writeFileSync(join(WORK, 'bench.yaml'), recipe(kind))
  const { wallS } = await measure(node, [tocsin, 'fit', join(WORK, 'bench.yaml'), '-o', model])
  console.log(`\n${kind}: tocsin fitted on ${count(TRAIN_ROWS)} rows in ${wallS.toFixed(2)} s`)
}

/** The peers by name; without their scripts only DuckDB is left. */
async function trainPeers(kind: string): Promise<Map<string, Contender>> {
  const peers = new Map<string, Contender>()
  if (existsSync(PEERS)) {
    const interpreter = python()
    await measure(interpreter, [join(PEERS, 'peer_train.py'), join(WORK, 'train.csv'), WORK])
    const script = (file: string): Contender => {
      const fitted = join(WORK, `${KINDS[kind]?.peer}.joblib`)
      return input => [interpreter, join(PEERS, file), '--model', fitted, '--input', input, '--output', OUTPUT]
    }
    peers.set('pandas + scikit-learn', script('peer_score.py'))
    if (kind === FOREST) peers.set('polars + scikit-learn', script('peer_score_fast.py'))
  } else console.warn(`SKIPPED: no ${PEERS}, so there is no Python pipeline to run against`)
  if (kind !== FOREST) return peers
  const floor = join(import.meta.dirname, 'floor.ts')
  peers.set('DuckDB copy, as text', input => [node, floor, 'text', input, OUTPUT])
  peers.set('DuckDB copy, typed', input => [node, floor, 'typed', input, OUTPUT])
  return peers
}

async function race(peers: Map<string, Contender>): Promise<void> {
  const input = sensorTable(rows, SEED)
  console.log(`\n${count(rows)} rows × 12 features, ${cpus().length} cores, ${rounds} rounds of pairs`)
  await once(ours, input) // so that the input is in the page cache for all
  await pairs(peers, input, rounds)
}

async function small(peers: Map<string, Contender>): Promise<void> {
  console.log(`\n${count(SMALL_ROWS)} rows, from process start to files on disk`)
  await pairs(peers, sensorTable(SMALL_ROWS, SEED), 5)
  const version: Measured[] = []
  for (let i = 0; i < 9; i++) version.push(await measure(node, [tocsin, '--version']))
  console.log(`tocsin --version  ${median(version.map(run => run.wallS)).toFixed(3)} s`)
}

async function pairs(peers: Map<string, Contender>, input: string, times: number): Promise<void> {
  const own: Measured[] = []
  const runs = new Map<string, Measured[]>()
  const ratios = new Map<string, number[]>()
  for (let round = 0; round < times; round++) {
    for (const [name, peer] of peers) {
      const mine = await once(ours, input)
      const theirs = await once(peer, input)
      own.push(mine)
      runs.set(name, [...(runs.get(name) ?? []), theirs])
      ratios.set(name, [...(ratios.get(name) ?? []), theirs.wallS / mine.wallS])
    }
  }
  const line = (name: string, all: readonly Measured[], ratio: number) => {
    const wall = all.map(run => run.wallS)
    const peak = Math.max(...all.map(run => run.peakMb))
    return [name, median(wall).toFixed(2), Math.min(...wall).toFixed(2), peak.toFixed(0), `${ratio.toFixed(2)} ×`]
  }
  printTable([
    ['', 'median s', 'min s', 'peak MB', 'of tocsin'],
    line('tocsin', own, 1),
    ...[...runs].map(([name, all]) => line(name, all, median(ratios.get(name)!))),
  ])
}

async function memory(): Promise<void> {
  const lines: string[][] = []
  for (const size of [1_000_000, 10_000_000, 20_000_000]) {
    const input = sensorTable(size, SEED)
    const { wallS, peakMb } = await once(ours, input)
    lines.push([`${count(size)} rows`, wallS.toFixed(1), peakMb.toFixed(0)])
    if (size > 1_000_000) rmSync(input)
  }
  printTable([['tocsin', 'wall s', 'peak MB'], ...lines])
}

/** One run; its outputs are looked for and removed. */
async function once(contender: Contender, input: string): Promise<Measured> {
  const [command, ...args] = contender(input)
  const measured = await measure(command, args)
  for (const end of ['.csv', '.parquet', ...(args.includes('--model') ? ['_metadata.json'] : [])]) {
    if (!existsSync(OUTPUT + end)) throw new Error(`${args.join(' ')} wrote no ${OUTPUT + end}`)
  }
  for (const end of ['.csv', '.parquet', '_metadata.json', '_rejected.csv']) rmSync(OUTPUT + end, { force: true })
  return measured
}

function count(number: number): string {
  return number.toLocaleString('en-US')
}

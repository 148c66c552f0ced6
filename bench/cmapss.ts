/**
 * C-MAPSS, NASA's run-to-failure turbofans: engines that the model never saw, ours beside scikit-learn's forest.
 *
 * Choices (features, the young flights, hold) are those of `examples/predictive-maintenance/cmapss.yaml`, made by
 * cross-validation among the 80 training engines of FD001. FD003 changes the input path and nothing else.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseCsv } from '../examples/csv.ts'
import { createRandom } from '../src/math/random.ts'
import { python } from './python.ts'
import { type Judgement, judge, judgeAt, type Watched } from './run-to-failure.ts'

export type DataSet = 'FD001' | 'FD003'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const DATA = join(ROOT, '../shared/data/cmapss')
/** As in the recipe, where a flight is a day. */
const BUDGET_A_YEAR = 2
const HELD_OUT = 20
const HELD_OUT_SEED = 42

export interface Comparison {
  readonly dataSet: DataSet
  readonly engines: number
  readonly flights: number
  /** False alarms that the recipe's budget allows in the early flights of all engines. */
  readonly budget: number
  /** One a seed, at the cut that the recipe's budget set on engines of the 80. */
  readonly atOurCut: readonly Judgement[]
  /** For each allowed number of false alarms, both at their lowest cut that keeps to it; one judgement a seed. */
  readonly atEqualFalseAlarms: readonly {
    readonly allowed: number
    readonly ours: readonly Judgement[]
    readonly theirs: readonly Judgement[]
  }[]
}

/** Where the public data must lie; undefined when it is there. */
export function missing(dataSet: DataSet): string | undefined {
  const path = join(DATA, `train_${dataSet}.txt`)
  return existsSync(path) ? undefined : `C-MAPSS ${dataSet} is not at ${path}: nothing was measured`
}

export function compare(dataSet: DataSet, seeds: readonly number[], allowed: readonly number[]): Comparison {
  const { folder, rows } = prepare(dataSet)
  const watched: Watched = {
    machine: Int32Array.from(rows, ({ unit }) => unit),
    hold: { count: 3, of: 5 },
    early: 0.3,
    late: 20,
  }
  const ours = seeds.map(seed => scoreOurs(folder, dataSet, seed))
  const theirs = scoreTheirs(folder, dataSet, seeds)
  const each = (risks: readonly Float64Array[], n: number) => risks.map(risk => judgeAt(n, risk, watched))
  return {
    dataSet,
    engines: new Set(watched.machine).size,
    flights: rows.length,
    budget: (BUDGET_A_YEAR * watched.early * rows.length) / 365,
    atOurCut: ours.map(({ risk, cut }) => judge(risk, cut, watched)),
    atEqualFalseAlarms: allowed.map(n => ({
      allowed: n,
      ours: each(
        ours.map(({ risk }) => risk),
        n,
      ),
      theirs: each(theirs, n),
    })),
  }
}

interface Prepared {
  readonly folder: string
  /** The rows of the held-out engines, in the order of their file. */
  readonly rows: readonly { unit: number }[]
}

/** Two files, line by line as NASA wrote them: 80 engines to learn from under the name that the recipe reads, 20 to watch. */
function prepare(dataSet: DataSet): Prepared {
  const folder = join(ROOT, 'bench/.cache/cmapss', dataSet)
  mkdirSync(folder, { recursive: true })
  const lines = readFileSync(join(DATA, `train_${dataSet}.txt`), 'utf8')
    .split('\n')
    .filter(Boolean)
  const unitOf = (line: string) => Number(line.slice(0, line.indexOf(' ')))
  const units = [...new Set(lines.map(unitOf))]
  const drawn = createRandom(HELD_OUT_SEED).sample(units.length, HELD_OUT)
  const heldOut = new Set(Array.from(drawn, i => units[i]))
  const write = (name: string, chosen: readonly string[]) =>
    writeFileSync(join(folder, name), chosen.map(line => `${line}\n`).join(''))
  const watched = lines.filter(line => heldOut.has(unitOf(line)))
  write(
    `train_${dataSet}.txt`,
    lines.filter(line => !heldOut.has(unitOf(line))),
  )
  write(`watched_${dataSet}.txt`, watched)
  return { folder, rows: watched.map(line => ({ unit: unitOf(line) })) }
}

function scoreOurs(folder: string, dataSet: DataSet, seed: number): { risk: Float64Array; cut: number } {
  const at = (name: string) => join(folder, name)
  const recipe = readFileSync(join(ROOT, 'examples/predictive-maintenance/cmapss.yaml'), 'utf8')
  const changed = recipe
    .replace('file: train_FD001.txt', `file: train_${dataSet}.txt`)
    .replace('seed: 42', `seed: ${seed}`)
  writeFileSync(at(`cmapss-${seed}.yaml`), changed)
  const model = at(`cmapss-${seed}.tocsin`)
  tocsin('fit', at(`cmapss-${seed}.yaml`), '-o', model)
  tocsin('score', '--model', model, '--input', at(`watched_${dataSet}.txt`), '--output', at(`scores-${seed}`))
  const scores = parseCsv(readFileSync(at(`scores-${seed}.csv`), 'utf8'), ' ')
  if (scores.some(row => !row.anomaly_score)) throw new Error(`${dataSet}: some rows were not scored`)
  return {
    risk: Float64Array.from(scores, row => Number(row.anomaly_score)),
    cut: Number(scores[0]?.threshold_used),
  }
}

function tocsin(...args: string[]): void {
  execFileSync(process.execPath, [join(ROOT, 'bin/tocsin.js'), ...args, '--quiet'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
}

function scoreTheirs(folder: string, dataSet: DataSet, seeds: readonly number[]): Float64Array[] {
  const files = [`train_${dataSet}.txt`, `watched_${dataSet}.txt`].map(name => join(folder, name))
  const args = [join(ROOT, 'bench/cmapss_peer.py'), ...files, ...seeds.map(String)]
  const printed = execFileSync(python(), args, { encoding: 'utf8', maxBuffer: 2 ** 28 })
  const risks = JSON.parse(printed) as Record<string, number[]>
  return seeds.map(seed => Float64Array.from(risks[seed] ?? []))
}

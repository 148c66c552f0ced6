/**
 * `node bench/adbench.ts`: the detectors beside scikit-learn's on the tabular sets of ADBench (Han and others, NeurIPS
 * 2022), by its protocol: sets above 10,000 rows are drawn down to that, sets below 1,000 rows drawn up to that with
 * replacement; 70 % of the rows teach, labels unseen, 30 % are judged, stratified; columns scaled to 0 … 1 by the rows
 * that teach; three seeds. Both sides get the same rows and parameters.
 */
import { spawn } from 'node:child_process'
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { createInterface } from 'node:readline'
import { Value } from 'typebox/value'
import type { Columns } from '../src/math/columns.ts'
import { rocAuc } from '../src/math/metrics.ts'
import { createRandom, type Random } from '../src/math/random.ts'
import { findModel } from '../src/models/index.ts'
import type { Step } from '../src/recipe/schema.ts'
import { findLearned } from '../src/transforms/index.ts'
import { riskOf } from '../src/verbs/pipeline.ts'
import { train } from '../src/verbs/train.ts'
import { readNpz } from '../test/interop/npz.ts'
import { python } from './python.ts'

export const ADBENCH = join(import.meta.dirname, '..', '..', 'shared', 'data', 'adbench')
const SEEDS = [1, 2, 3]
const MOST = 10_000
const LEAST = 1000

/** The four that scikit-learn has, then ours alone. */
export const SHARED = ['isolation-forest', 'local-outlier-factor', 'one-class-svm', 'gaussian-mixture'] as const
const step = (use: string, own: object = {}): Step => ({
  use,
  ...(Value.Create(findModel(use)!.params) as object),
  ...own,
})
const members = () => [
  step('isolation-forest'),
  step('local-outlier-factor'),
  step('one-class-svm', { nu: 0.5, gamma: 'auto' }),
  step('gaussian-mixture'),
]
const contenders = (): Record<string, Step> => ({
  ...Object.fromEntries(members().map(member => [member.use, member])),
  pca: step('pca'),
  'ensemble, mean-rank': { use: 'ensemble', of: members(), combine: 'mean-rank' },
  'ensemble, maximum': { use: 'ensemble', of: members(), combine: 'maximum' },
})

export interface SetResult {
  readonly name: string
  readonly rows: number
  readonly columns: number
  /** AUC of each seed, by contender. */
  readonly ours: Readonly<Record<string, readonly number[]>>
  readonly theirs: Readonly<Record<string, readonly number[]>>
}

export interface AdbenchResult {
  readonly peer: string
  readonly sets: readonly SetResult[]
}

export async function runAdbench(progress: (set: string) => void = () => {}): Promise<AdbenchResult> {
  const folder = mkdtempSync(join(tmpdir(), 'tocsin-adbench-'))
  const child = spawn(python(), [join(import.meta.dirname, 'adbench.py')], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const read = async () => {
    const { value, done } = await lines.next()
    if (done) throw new Error('adbench.py ended early')
    return value as string
  }
  try {
    const peer = `scikit-learn ${await read()}`
    const sets: SetResult[] = []
    for (const path of globSync(join(ADBENCH, 'classical', '*.npz')).sort()) {
      progress(basename(path, '.npz'))
      const { X, y } = readNpz(path)
      const ours: Record<string, number[]> = {}
      const theirs: Record<string, number[]> = {}
      for (const seed of SEEDS) {
        const split = splitOf(X, y, createRandom(seed))
        writeFileSync(join(folder, 'train.f64'), rowMajor(split.train))
        writeFileSync(join(folder, 'test.f64'), rowMajor(split.test))
        writeFileSync(join(folder, 'label.f64'), split.label)
        child.stdin.write(`${JSON.stringify({ folder, columns: X.columns.length, seed })}\n`)
        for (const [name, model] of Object.entries(contenders())) (ours[name] ??= []).push(aucOf(model, split, seed))
        for (const [name, auc] of Object.entries(JSON.parse(await read()) as Record<string, number>))
          (theirs[name] ??= []).push(auc)
      }
      sets.push({
        name: basename(path, '.npz').replace(/^\d+_/, ''),
        rows: X.rows,
        columns: X.columns.length,
        ours,
        theirs,
      })
    }
    return { peer, sets }
  } finally {
    child.stdin.end()
    rmSync(folder, { recursive: true, force: true })
  }
}

interface SplitSet {
  readonly train: Columns
  readonly test: Columns
  readonly label: Float64Array
}

function splitOf(X: Columns, y: Uint8Array, random: Random): SplitSet {
  const rows = sized(X.rows, random)
  const taught: number[] = []
  const judged: number[] = []
  for (const kind of [0, 1]) {
    const own = rows.filter(row => y[row] === kind)
    random.shuffle(own)
    const cut = Math.round(own.length * 0.7)
    taught.push(...own.subarray(0, cut))
    judged.push(...own.subarray(cut))
  }
  const pick = (chosen: readonly number[]): Columns => ({
    rows: chosen.length,
    columns: X.columns.map(column => Float64Array.from(chosen, row => (column as Float64Array)[row]!)),
  })
  const scale = findLearned('scale')!
  const apply = scale.apply(scale.fit(pick(taught), { method: 'minmax' } as never))
  const copy = (x: Columns): Columns => ({
    rows: x.rows,
    columns: x.columns.map(c => (c as Float64Array).slice(0, x.rows)),
  })
  return {
    train: copy(apply(pick(taught))),
    test: copy(apply(pick(judged))),
    label: Float64Array.from(judged, row => y[row]!),
  }
}

function sized(rows: number, random: Random): Int32Array {
  if (rows > MOST) return random.sample(rows, MOST)
  if (rows >= LEAST) return Int32Array.from({ length: rows }, (_, i) => i)
  return Int32Array.from({ length: LEAST }, () => random.integer(rows))
}

function rowMajor({ rows, columns }: Columns): Float64Array {
  const out = new Float64Array(rows * columns.length)
  for (const [c, column] of columns.entries())
    for (let i = 0; i < rows; i++) out[i * columns.length + c] = (column as Float64Array)[i]!
  return out
}

function aucOf(model: Step, { train: x, test, label }: SplitSet, seed: number): number {
  const recipe = { transforms: [], model, seed, columns: { later: [], private: [], blinded: [], ignore: [] } }
  const lesson = {
    task: 'detect',
    x,
    y: undefined,
    names: x.columns.map((_, c) => `x${c}`),
    weight: new Float64Array(x.rows).fill(1),
  } as const
  const risk = new Float64Array(test.rows)
  riskOf({ recipe, ...train(lesson, recipe) })(test, risk)
  return rocAuc(risk, label).auc
}

/** The table of the docs, as Markdown. Percent. */
export function markdown({ peer, sets }: AdbenchResult): string {
  const paper = readPaper()
  const names = Object.keys(sets[0]!.ours)
  const percent = (values: readonly number[]) => (100 * values.reduce((a, b) => a + b, 0)) / values.length
  const short: Record<string, string> = {
    'isolation-forest': 'forest',
    'local-outlier-factor': 'LOF',
    'one-class-svm': 'SVM',
    'gaussian-mixture': 'mixture',
  }
  const head = [
    'set',
    ...SHARED.map(kind => `${short[kind]} (${peer})`),
    ...names.slice(SHARED.length),
    'paper: IForest, LOF, OCSVM',
  ]
  const line = (of: (set: SetResult) => readonly string[]) => sets.map(set => `| ${of(set).join(' | ')} |`)
  const rows = line(set => [
    set.name,
    ...SHARED.map(kind => `${percent(set.ours[kind]!).toFixed(1)} (${percent(set.theirs[kind]!).toFixed(1)})`),
    ...names.slice(SHARED.length).map(kind => percent(set.ours[kind]!).toFixed(1)),
    paper.get(set.name.toLowerCase().replace(/\W/g, '')) ?? '–',
  ])
  const mean = (of: (set: SetResult) => number) => sets.reduce((sum, set) => sum + of(set), 0) / sets.length
  const last = [
    '**mean**',
    ...SHARED.map(
      k => `**${mean(s => percent(s.ours[k]!)).toFixed(2)}** (${mean(s => percent(s.theirs[k]!)).toFixed(2)})`,
    ),
    ...names.slice(SHARED.length).map(k => `**${mean(s => percent(s.ours[k]!)).toFixed(2)}**`),
    '',
  ]
  return [`| ${head.join(' | ')} |`, `|${head.map(() => '---').join('|')}|`, ...rows, `| ${last.join(' | ')} |`].join(
    '\n',
  )
}

function readPaper(): Map<string, string> {
  const [head = '', ...lines] = readFileSync(join(ADBENCH, 'paper_table_D4_AUCROC_unsupervised.csv'), 'utf8')
    .trim()
    .split(/\r?\n/)
  const at = ['IForest', 'LOF', 'OCSVM'].map(name => head.split(',').indexOf(name))
  return new Map(
    lines.map(line => {
      const cells = line.split(',')
      return [cells[0]!.toLowerCase().replace(/\W/g, ''), at.map(i => cells[i]).join(', ')]
    }),
  )
}

if (import.meta.main) {
  if (!existsSync(ADBENCH)) throw new Error(`${ADBENCH} is not there: nothing to run on`)
  console.log(markdown(await runAdbench(set => process.stderr.write(`${set}\n`))))
}

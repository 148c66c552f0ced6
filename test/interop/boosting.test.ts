/** Our gradient boosting beside LightGBM's, live. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Value } from 'typebox/value'
import { describe, expect, test } from 'vitest'
import { python } from '../../bench/python.ts'
import { rocAuc } from '../../src/math/metrics.ts'
import { createRandom } from '../../src/math/random.ts'
import { mean, standardDeviation } from '../../src/math/statistics.ts'
import type { BoostingGiven } from '../../src/models/boosting-params.ts'
import { gradientBoosting } from '../../src/models/gradient-boosting.ts'

const run = (...args: string[]): unknown =>
  JSON.parse(
    execFileSync(python(), ['-W', 'ignore', join(import.meta.dirname, 'boosting.py'), ...args], {
      encoding: 'utf8',
      maxBuffer: 2 ** 30,
    }),
  )

interface Table {
  readonly columns: readonly Float64Array[]
  readonly y: ArrayLike<number>
}

function aucOf(train: Table, test: Table, given: Partial<BoostingGiven>): number {
  const rows = train.y.length
  const state = gradientBoosting.fit!(
    {
      task: 'classify',
      x: { rows, columns: train.columns },
      names: train.columns.map((_, c) => `x${c}`),
      y: { codes: Int32Array.from(train.y), levels: ['no', 'yes'], positive: 1 },
      weight: new Float64Array(rows).fill(1),
      random: createRandom(1),
    },
    {
      ...(Value.Create(gradientBoosting.params) as BoostingGiven),
      early_stopping: false,
      min_samples_leaf: 20,
      ...given,
    },
  )
  const out = new Float64Array(test.y.length)
  gradientBoosting.scorer(state).score({ rows: out.length, columns: test.columns }, out)
  return rocAuc(out, Uint8Array.from(test.y)).auc
}

function report(
  name: string,
  ours: readonly number[],
  theirs: readonly number[],
): { difference: number; error: number } {
  const differences = ours.map((auc, i) => auc - theirs[i]!)
  const difference = mean(differences)
  const error = standardDeviation(differences, 1) / Math.sqrt(differences.length)
  console.log(
    `${name}: AUC ${mean(ours).toFixed(4)} ours, ${mean(theirs).toFixed(4)} LightGBM's; difference ${difference.toFixed(4)}, paired standard error ${error.toFixed(4)}`,
  )
  return { difference, error }
}

interface Folds {
  columns: (number | null)[][]
  named: number[]
  y: number[]
  folds: { test: number[]; auc: number }[]
}

describe('as good as LightGBM with the same parameters: five repeats of five folds', () => {
  const shared = join(import.meta.dirname, '../../../shared/data')
  if (!existsSync(join(shared, 'qc'))) {
    console.warn(`SKIPPED: no data sets in ${shared}`)
    test.skip('the data sets are absent')
    return
  }
  for (const name of ['AI4I', 'SECOM', 'ACTG175'])
    test(name, () => {
      const { columns, named, y, folds } = run('folds', shared, name) as Folds
      const x = columns.map(column => Float64Array.from(column, value => value ?? Number.NaN))
      const pick = (rows: readonly number[]): Table => ({
        columns: x.map(column => Float64Array.from(rows, row => column[row]!)),
        y: rows.map(row => y[row]!),
      })
      const ours = folds.map(({ test }) => {
        const judged = new Set(test)
        const train = [...y.keys()].filter(row => !judged.has(row))
        return aucOf(pick(train), pick(test), { categorical_features: named.map(c => `x${c}`) })
      })
      const { difference, error } = report(
        name,
        ours,
        folds.map(({ auc }) => auc),
      )
      expect(difference).toBeGreaterThanOrEqual(-2 * error)
    })
})

test('as good as LightGBM on 100,000 rows of 20 columns, 50 trees', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tocsin-boosting-'))
  try {
    const [ours, theirs]: [number[], number[]] = [[], []]
    for (let seed = 1; seed <= 6; seed++) {
      theirs.push((run('large', folder, String(seed)) as { auc: number }).auc)
      const read = (name: string) => new Float64Array(readFileSync(join(folder, name)).buffer as ArrayBuffer)
      const [x, y] = [read('columns.f64'), read('label.f64')]
      const part = (from: number, to: number): Table => ({
        columns: Array.from({ length: 20 }, (_, c) => x.slice(c * y.length + from, c * y.length + to)),
        y: y.slice(from, to),
      })
      ours.push(aucOf(part(0, 100_000), part(100_000, y.length), { max_iter: 50 }))
    }
    const { difference, error } = report('made up', ours, theirs)
    expect(difference).toBeGreaterThanOrEqual(-2 * error)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

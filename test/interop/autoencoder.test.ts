/** Our autoencoder on public data sets, beside the AUCs that PyOD publishes for its own. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Value } from 'typebox/value'
import { describe, expect, test } from 'vitest'
import { rocAuc } from '../../src/math/metrics.ts'
import { createRandom } from '../../src/math/random.ts'
import { mean } from '../../src/math/statistics.ts'
import { autoencoder } from '../../src/models/autoencoder.ts'
import { type Labelled, readNpz } from './npz.ts'

const folder = join(import.meta.dirname, '../../../shared/data/adbench')

/** Data sets that both have; what PyOD calls wbc is another extract than ADBench's WDBC. */
const SHARED = [
  '14_glass',
  '18_Ionosphere',
  '20_letter',
  '24_mnist',
  '26_optdigits',
  '28_pendigits',
  '30_satellite',
  '32_shuttle',
  '39_vertebral',
  '6_cardio',
]
const SEEDS = 3

describe('reconstruction errors tell anomalies at least as well as PyOD', () => {
  if (!existsSync(folder)) {
    console.warn(`SKIPPED: no data sets in ${folder}`)
    test.skip('the data sets are absent')
    return
  }
  for (const scaler of ['minmax', 'standard'] as const)
    test(`all defaults, ${scaler}: the mean over ${SHARED.length} sets`, () => {
      const theirs = published()
      const ours = SHARED.map(name => {
        const data = readNpz(join(folder, 'classical', `${name}.npz`))
        const areas = Array.from({ length: SEEDS }, (_, seed) => areaOf(data, scaler, seed))
        return mean(areas)
      })
      for (const [i, name] of SHARED.entries())
        console.log(`${name.padEnd(16)} ours ${ours[i]!.toFixed(3)}  PyOD ${theirs.get(name)!.toFixed(3)}`)
      const wanted = mean(SHARED.map(name => theirs.get(name)!))
      console.log(`mean, ${scaler.padEnd(10)} ours ${mean(ours).toFixed(4)}  PyOD ${wanted.toFixed(4)}`)
      expect(mean(ours)).toBeGreaterThanOrEqual(wanted)
    })
})

/** Column AutoEncoder by our names of the sets; theirs are means over ten splits of 60/40. */
function published(): Map<string, number> {
  const [head, ...lines] = readFileSync(join(folder, 'pyod_bench_roc_full.csv'), 'utf8').trim().split(/\r?\n/)
  const column = head!.split(',').indexOf('AutoEncoder')
  const areas = new Map(lines.map(line => [line.split(',')[0]!, Number(line.split(',')[column])]))
  return new Map(SHARED.map(name => [name, areas.get(name.replace(/^\d+_/, '').toLowerCase())!]))
}

/** The area under the ROC curve on 30 % of the rows, after learning from the other 70 % without their labels. */
function areaOf({ X, y }: Labelled, scaler: 'minmax' | 'standard', seed: number): number {
  const random = createRandom(seed)
  const order = random.sample(X.rows, X.rows)
  const [learned, tested] = [0, 1].reduce<[number[], number[]]>(
    ([a, b], label) => {
      const rows = [...order].filter(row => y[row] === label)
      const cut = Math.round(rows.length * 0.7)
      return [
        [...a, ...rows.slice(0, cut)],
        [...b, ...rows.slice(cut)],
      ]
    },
    [[], []],
  )
  const take = (rows: number[]) => ({
    rows: rows.length,
    columns: X.columns.map(column => Float64Array.from(rows, row => column[row]!)),
  })
  const weight = new Float64Array(learned.length).fill(1)
  const state = autoencoder.fit!(
    { task: 'detect', x: take(learned), names: [], weight, random },
    { ...Value.Create(autoencoder.params), scaler },
  )
  const risk = new Float64Array(tested.length)
  autoencoder.scorer(state).score(take(tested), risk)
  return rocAuc(
    risk,
    Uint8Array.from(tested, row => y[row]!),
  ).auc
}

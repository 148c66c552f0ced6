/**
 * `node bench/auc-intervals.ts [rows] [bad rows] [tables]`: which interval of an out-of-fold area under the ROC curve
 * holds what it promises. Tables of five normal columns, the first one shifted for bad rows; the model is the line
 * between the means of both classes, so the area that it truly has on new rows is known in closed form.
 */
import { normalCdf } from '../src/math/distributions.ts'
import { foldsOf } from '../src/math/folds.ts'
import { rocAuc } from '../src/math/metrics.ts'
import { createRandom, type Random } from '../src/math/random.ts'
import { meanOverFolds } from '../src/math/resampled.ts'

const [ROWS = 60, BAD = 7, TABLES = 400] = process.argv.slice(2).map(Number)
const COLUMNS = 5
const FOLDS = 5
const REPEATS = 10

interface Found {
  readonly value: number
  readonly low: number
  readonly high: number
}

const label = Uint8Array.from({ length: ROWS }, (_, i) => Number(i < BAD))

/** Both classes' means apart, and the score at which they meet. */
function learn(rows: readonly Float64Array[], chosen: Iterable<number>): (row: Float64Array) => number {
  const means = [new Float64Array(COLUMNS), new Float64Array(COLUMNS)]
  const counts = [0, 0]
  for (const i of chosen) {
    counts[label[i]!]!++
    for (let c = 0; c < COLUMNS; c++) means[label[i]!]![c]! += rows[i]![c]!
  }
  const [good, bad] = means.map((sum, is) => sum.map(value => value / counts[is]!)) as [Float64Array, Float64Array]
  return row => row.reduce((sum, value, c) => sum + (bad[c]! - good[c]!) * (value - (bad[c]! + good[c]!) / 2), 0)
}

function trueArea(score: (row: Float64Array) => number, effect: number): number {
  const zero = score(new Float64Array(COLUMNS))
  const slope = Float64Array.from(
    { length: COLUMNS },
    (_, c) => score(new Float64Array(COLUMNS).fill(1, c, c + 1)) - zero,
  )
  return normalCdf((slope[0]! * effect) / Math.sqrt(2 * slope.reduce((sum, w) => sum + w * w, 0)))
}

function oneTable(random: Random, effect: number, seed: number): { truth: number; found: Record<string, Found> } {
  const rows = Array.from(label, bad =>
    Float64Array.from({ length: COLUMNS }, (_, c) => random.normal() + (c === 0 ? effect * bad : 0)),
  )
  const risk = new Float64Array(ROWS)
  const dealings = Array.from({ length: REPEATS }, () => new Float64Array(ROWS))
  const areas = foldsOf({ rows: ROWS, folds: FOLDS, repeats: REPEATS, seed, by: 'random', positive: label }).map(
    fold => {
      const score = learn(rows, fold.train)
      const own = Float64Array.from(fold.test, i => score(rows[i]!))
      fold.test.forEach((row, i) => {
        risk[row]! += own[i]! / REPEATS
        dealings[fold.repeat]![row] = own[i]!
      })
      return rocAuc(
        own,
        Uint8Array.from(fold.test, i => label[i]!),
      ).auc
    },
  )
  const { auc, low, high } = rocAuc(risk, label)
  const each = dealings.map(own => rocAuc(own, label))
  const meanOf = (of: (found: (typeof each)[number]) => number) =>
    each.reduce((sum, found) => sum + of(found), 0) / REPEATS
  const dealt = { value: meanOf(f => f.auc), low: meanOf(f => f.low), high: meanOf(f => f.high) }
  const overFolds = meanOverFolds(Float64Array.from(areas), 1 / (FOLDS - 1))
  return {
    truth: trueArea(learn(rows, label.keys()), effect),
    found: {
      'over rows, mean risks (DeLong)': { value: auc, low, high },
      'over rows, each dealing (DeLong)': dealt,
      'over folds (Nadeau, Bengio)': overFolds,
    },
  }
}

console.log(`${TABLES} tables of ${ROWS} rows, ${BAD} bad; ${FOLDS} folds dealt ${REPEATS} times; 95 % intervals`)
for (const effect of [0, 0.5, 1, 2]) {
  const random = createRandom(17)
  const tables = Array.from({ length: TABLES }, (_, seed) => oneTable(random, effect, seed))
  for (const name of Object.keys(tables[0]!.found)) {
    const share = (is: (found: Found, truth: number) => number) =>
      tables.reduce((sum, { truth, found }) => sum + is(found[name]!, truth), 0) / TABLES
    const holds = share(({ low, high }, truth) => Number(low <= truth && truth <= high))
    const better = share(({ low }) => Number(low > 0.5))
    const off = share(({ value }, truth) => value - truth)
    console.log(
      `effect ${effect.toFixed(1)}  ${name.padEnd(28)} holds the truth ${(100 * holds).toFixed(1)} %  called better than chance ${(100 * better).toFixed(1)} %  off by ${off.toFixed(3)}`,
    )
  }
}

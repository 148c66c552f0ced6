/** What is said of answers other than labels: numbers, times until an event, probabilities. */
import { describe, expect, test } from 'vitest'
import { htmlReport } from '../../src/charts/report.ts'
import { createRandom } from '../../src/math/random.ts'
import { brier } from '../../src/math/reliability.ts'
import { type Assessed, assess } from '../../src/verbs/assess.ts'
import { chartsOf, reportOf } from '../../src/verbs/illustrate.ts'

const words = { name: 'yield', unit: '%', risk: null, event: null }
const level = (cut: number) => [{ name: 'LOW', cut }]

describe('a number of which low is the risk', () => {
  const predicted = Float64Array.of(80, 85, 70, 90, Number.NaN, 75)
  const measured = Float64Array.of(82, 84, 72, 88, 60, Number.NaN)
  const input: Assessed = {
    risk: predicted.map(p => -p),
    answer: { predicted, measured, turned: true },
    answerWords: { ...words, risk: 'low' },
    task: 'regress',
    levels: level(-82),
  }

  test('errors in its own unit, by hand: residuals 2, −1, 2, −2', () => {
    const { regression, figures } = assess(input)
    expect(regression).toMatchObject({ n: 4, mae: 1.75, bias: 0.25 })
    expect(regression?.rmse).toBeCloseTo(Math.sqrt(13 / 4), 14)
    expect(regression?.residual_quantiles[1]).toBe(0.5)
    expect(figures.rmse?.value).toBeCloseTo(Math.sqrt(13 / 4), 14)
    expect(figures.rmse!.low).toBeLessThan(figures.rmse!.value)
    expect(Object.keys(figures).sort()).toEqual(['mae', 'r2', 'rmse'])
  })

  test('an alarm is right where the measured value is beyond the cut too', () => {
    // Below 82: predicted 80 and 70 (and 75, whose value nobody knows); measured 72 alone, 82 is not below.
    const [low] = assess(input).levels
    expect(low).toMatchObject({ alarms: 3, confusion_matrix: { TP: 1, FP: 1, TN: 2, FN: 0 } })
    expect(low?.precision?.value).toBe(0.5)
  })

  test('is drawn and told in its own unit and sign, and is no label', async () => {
    const evaluation = assess(input)
    expect(evaluation).toMatchObject({ supervised: false, roc_auc: null, concordance: null, brier: null })
    expect(chartsOf(evaluation).map(({ name }) => name)).toEqual([
      'predicted-measured',
      'residuals',
      'timeline',
      'score-histogram',
    ])
    const html = htmlReport(await reportOf(evaluation, { title: 'plant', card: [] }))
    for (const text of ['predicted below', '82 %', 'RMSE', 'rows below the cut', 'predicted yield (%)'])
      expect(html, text).toContain(text)
    expect(html).not.toMatch(/−82|-82|NaN|Infinity|undefined/)
  })

  test('a private answer gives figures, and no picture of each row', () => {
    const hidden = assess({ ...input, hidesAnswers: true })
    expect(hidden.regression).toMatchObject({ n: 4, points: { predicted: [], measured: [] } })
    expect(chartsOf(hidden).map(({ name }) => name)).toEqual(['timeline', 'score-histogram'])
  })

  test('predictions that know nothing are called that', () => {
    const random = createRandom(1)
    const noise = Float64Array.from({ length: 60 }, () => random.normal())
    const guess = Float64Array.from(noise, () => random.normal())
    const got = assess({ ...input, risk: guess, answer: { predicted: guess, measured: noise, turned: false } })
    expect(got.better_than_chance).toBe(false)
    const good = assess({ ...input, risk: noise, answer: { predicted: noise, measured: noise, turned: false } })
    expect(good.better_than_chance).toBe(true)
  })
})

test('of many rows the picture keeps some, and the largest errors', () => {
  const predicted = new Float64Array(5000)
  const measured = predicted.map((_, i) => (i === 4321 ? 50 : Math.sin(i)))
  const answer = { predicted, measured, turned: false }
  const { points } = assess({ risk: predicted, answer, levels: level(1) }).regression!
  expect(points.measured.length).toBeLessThanOrEqual(800)
  expect(points.measured).toContain(50)
})

describe('the time until an event', () => {
  // The higher the risk, the sooner; the last third is never seen to have it.
  const time = Float64Array.of(9, 9, 9, 5, 6, 7, 1, 2, 3, Number.NaN)
  const event = Float64Array.of(0, 0, 0, 1, 1, 0, 1, 1, 1, 1)
  const input: Assessed = {
    risk: Float64Array.of(1, 2, 3, 4, 5, 4, 9, 8, 7, 6),
    answer: { time, event },
    answerWords: { ...words, name: 'week', event: 'arrest = 1' },
    task: 'survive',
    levels: level(6.5),
  }

  test('thirds of risk: rows, events, medians, who is still watched', () => {
    const { survival } = assess(input)
    expect(survival).toMatchObject({ n: 9, events: 5 })
    expect(survival?.groups.map(({ name, rows, events, median }) => [name, rows, events, median])).toEqual([
      ['lowest third of risk', 3, 0, null],
      ['middle third', 3, 2, 6],
      ['highest third of risk', 3, 3, 2],
    ])
    const at = survival!.ticks.indexOf(2)
    expect(survival?.groups.map(({ at_risk }) => at_risk[at])).toEqual([3, 3, 2])
    expect(survival?.groups[2]?.survival.map(s => Math.round(3 * s))).toEqual([3, 2, 1, 0])
    expect(survival!.log_rank_p!).toBeLessThan(0.05)
  })

  test('concordance with its interval; no curve of events as if they were labels', async () => {
    const evaluation = assess(input)
    // Of 30 comparable pairs 28 are the right way round and one is tied.
    expect(evaluation.concordance).toBeCloseTo(28.5 / 30, 14)
    // Five events are too few to be sure.
    expect(evaluation.figures.concordance?.low).toBeLessThan(0.5)
    expect(evaluation.better_than_chance).toBe(false)
    expect(evaluation).toMatchObject({ supervised: false, roc: null, pr: null, confusion_matrix: null })
    expect(chartsOf(evaluation).map(({ name }) => name)).toEqual(['kaplan-meier', 'timeline', 'score-histogram'])
    const html = htmlReport(await reportOf(evaluation, { title: 'trial', card: [] }))
    for (const text of ['concordance', 'Thirds of risk', 'not reached', 'Log-rank']) expect(html).toContain(text)
    expect(html).not.toMatch(/AUC|NaN|Infinity|undefined/)
  })

  test('equal risks are one group, unknown events none', () => {
    const one = assess({ ...input, risk: new Float64Array(10).fill(2) }).survival
    expect(one?.groups.map(({ name, rows }) => [name, rows])).toEqual([['all rows', 9]])
    expect(one?.log_rank_p).toBeNull()
    const none = new Float64Array(10).fill(Number.NaN)
    expect(assess({ ...input, answer: { time, event: none } })).toMatchObject({ survival: null, concordance: null })
  })
})

describe('a probability', () => {
  const random = createRandom(4)
  const risk = Float64Array.from({ length: 400 }, () => random.next())
  const label = Float64Array.from(risk, p => Number(random.next() < p))
  const input: Assessed = { risk, label, task: 'classify', levels: level(0.5) }

  test('Brier score and calibration that hold', async () => {
    const evaluation = assess(input)
    expect(evaluation.brier).toBe(brier(risk, label))
    expect(evaluation.calibration).toHaveLength(10)
    for (const { told, low, high } of evaluation.calibration!) {
      expect(told).toBeGreaterThan(low - 0.1)
      expect(told).toBeLessThan(high + 0.1)
    }
    expect(chartsOf(evaluation).map(({ name }) => name)).toEqual([
      'roc',
      'precision-recall',
      'confusion',
      'calibration',
      'timeline',
      'score-histogram',
    ])
    const { quality = [] } = await reportOf(evaluation, {
      title: 'trial',
      card: [],
      where: 'the 400 test rows',
      quality: {
        method: 'out of fold, 5 folds',
        rows: 900,
        bad: 450,
        figures: { brier: { value: 0.3, low: 0.2, high: 0.4 }, auc: { value: 0.55, low: 0.45, high: 0.65 } },
        betterThanChance: false,
      },
    })
    expect(quality[0]?.head).toEqual(['figure', 'out of fold', 'the 400 test rows', 'knowing nothing'])
    expect(quality[0]?.rows.map(([name]) => name)).toEqual(['AUC', 'average precision', 'Brier score'])
    expect(quality[0]?.rows[0]?.[1]).toBe('0.55 (0.45–0.65)')
    expect(quality[0]?.rows.map(row => row[3])).toEqual(['0.5', '0.50', '0.25'])
  })

  test('a risk beyond 0 … 1, or of a detector, is none', () => {
    expect(assess({ ...input, risk: risk.map(r => 2 * r) })).toMatchObject({ brier: null, calibration: null })
    expect(assess({ ...input, task: 'detect' })).toMatchObject({ brier: null, calibration: null })
  })
})

test('out of fold comes first, and both say when they are not better than chance', async () => {
  const random = createRandom(8)
  const risk = Float64Array.from({ length: 50 }, () => random.next())
  const label = Float64Array.from(risk, () => Number(random.next() < 0.3))
  const evaluation = assess({ risk, label, task: 'classify', levels: level(0.5) })
  const report = await reportOf(evaluation, {
    title: 'noise',
    card: [],
    where: 'the 50 test rows',
    quality: {
      method: 'out of fold, 5 folds × 10, whole groups',
      rows: 60,
      bad: 7,
      figures: { auc: { value: 0.5, low: 0.21, high: 0.75 } },
      betterThanChance: false,
    },
  })
  expect(report.headline.slice(0, 2).map(({ name }) => name)).toEqual(['AUC, out of fold', 'AUC, the 50 test rows'])
  expect(report.headline[0]).toMatchObject({ value: '0.50', detail: '95 %: 0.21–0.75: not better than chance' })
  expect(report.warnings).toEqual([
    'Not better than chance, out of fold: the interval of the AUC covers what guessing gets.',
    'Not better than chance, on the 50 test rows: the interval of the AUC covers what guessing gets.',
  ])
  expect(report.quality?.[0]?.foot).toContain('Out of fold, 5 folds × 10, whole groups, 60 rows, 7 of them bad')
})

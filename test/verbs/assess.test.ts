import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { htmlReport } from '../../src/charts/report.ts'
import { type Assessed, assess } from '../../src/verbs/assess.ts'
import { chartsOf, reportOf } from '../../src/verbs/illustrate.ts'

const golden = JSON.parse(readFileSync(new URL('../golden/metrics.json', import.meta.url), 'utf8')) as {
  cases: { risk: number[]; label: number[]; cut: number; [name: string]: unknown }[]
}
const levels = [
  { name: 'WARNING', cut: 0.5 },
  { name: 'CRITICAL', cut: 0.8, hold: { count: 2, of: 3 } },
]
const hour = 3600
const rows: Assessed = {
  risk: Float64Array.of(0.1, 0.6, 0.9, 0.9, Number.NaN, 0.2, 0.3, 0.9, 0.85, 0.95),
  label: Uint8Array.of(0, 0, 1, 1, 1, 0, 1, 1, 0, 1),
  seconds: Float64Array.from({ length: 10 }, (_, i) => 1.7e9 + (i % 5) * hour),
  group: Int32Array.of(0, 0, 0, 0, 0, 1, 1, 1, 1, 1),
  groups: ['b', 'a'],
  levels,
}

describe('figures', () => {
  test('under the names of metrics.json, by hand', () => {
    expect(assess({ ...rows, targetFar: '1/week' })).toMatchObject({
      n_samples: 9,
      n_not_scored: 1,
      n_anomalies: 6,
      anomaly_rate: 6 / 9,
      score_min: 0.1,
      score_max: 0.95,
      score_median: 0.85,
      threshold: 0.5,
      target_far: '1/week',
      supervised: true,
      confusion_matrix: { TP: 4, TN: 2, FP: 2, FN: 1 },
      precision: 4 / 6,
      recall: 4 / 5,
      accuracy: 6 / 9,
      n_labelled: 9,
      n_bad: 5,
    })
  })

  test('each has its line in the documentation', () => {
    const page = readFileSync(new URL('../../docs/evaluate.md', import.meta.url), 'utf8')
    const keys = [...Object.keys(assess(rows)), ...Object.keys(assess(rows).levels[0]!)]
    expect(keys.filter(key => !['name', 'hold'].includes(key) && !page.includes(`\`${key}\``))).toEqual([])
  })

  test('agree with scikit-learn 1.9.1', () => {
    for (const want of golden.cases) {
      const risk = Float64Array.from(want.risk)
      const label = Uint8Array.from(want.label)
      const got = assess({ risk, label, levels: [{ name: 'A', cut: want.cut }] })
      expect(got.confusion_matrix).toEqual(want.confusion)
      expect(got.roc_auc).toBeCloseTo(want.auc as number, 13)
      expect(got.pr_auc).toBeCloseTo(want.averagePrecision as number, 13)
      for (const name of ['precision', 'recall', 'f1', 'accuracy'] as const) {
        expect(got[name]).toBeCloseTo(want[name] as number, 13)
      }
    }
  })

  test('levels: rows at and above, episodes on each group, held, a week of both groups together', () => {
    const [warning, critical] = assess(rows).levels
    expect(warning).toMatchObject({ rows: 3, alarms: 6, episodes: 2, hold: null })
    expect(critical).toMatchObject({ rows: 3, alarms: 5, episodes: 2, hold: { count: 2, of: 3 } })
    expect(assess(rows).weeks).toBeCloseTo((2 * 5 * hour) / (7 * 24 * hour), 12)
    expect(warning!.episodes_per_week).toBeCloseTo(2 / ((2 * 5) / 168), 10)
    expect(warning!.precision).toMatchObject({ value: 4 / 6 })
    expect(warning!.precision!.low).toBeLessThan(4 / 6)
  })

  test('a week is counted by the times, by what was given, or is an assumption that is said', () => {
    const { seconds: _, ...timeless } = rows
    expect(assess(rows).weeks_from).toBe('times')
    expect(assess({ ...timeless, samplesPerWeek: 24 })).toMatchObject({
      weeks: 10 / 24,
      weeks_from: 'samples_per_week',
    })
    expect(assess(timeless)).toMatchObject({ weeks: 10 / 168, weeks_from: 'assumed 168 rows a week' })
  })

  test('groups, worst first', () => {
    expect(assess(rows).by_group).toEqual([
      { name: 'a', rows: 5, counts: [1, 2] },
      { name: 'b', rows: 5, counts: [2, 1] },
    ])
  })

  test('lead times of units that run to failure', () => {
    const { lead_times, lead_median_rows } = assess({ ...rows, runToFailure: true })
    expect(lead_times).toEqual([
      { group: 'b', rows: 5, lead_rows: 2, lead_hours: 1 },
      { group: 'a', rows: 5, lead_rows: 2, lead_hours: 1 },
    ])
    expect(lead_median_rows).toBe(2)
    expect(assess(rows).lead_times).toBeNull()
  })

  test('without labels the figures that need them are null, the others stand', () => {
    const { label: _, ...unlabelled } = rows
    const got = assess(unlabelled)
    expect(got).toMatchObject({
      supervised: false,
      precision: null,
      roc_auc: null,
      pr_auc: null,
      confusion_matrix: null,
      roc: null,
    })
    expect(got.distribution.counts.reduce((sum, n) => sum + n, 0)).toBe(9)
    expect(got.timeline).toMatchObject({ time: true, bad: [] })
  })

  test('labels of one class have no area', () => {
    const got = assess({ ...rows, label: new Uint8Array(10) })
    expect(got).toMatchObject({ supervised: true, roc_auc: null, pr_auc: null, better_than_chance: null, n_bad: 0 })
  })

  test('no row scored is legal', () => {
    const got = assess({ risk: new Float64Array(3).fill(Number.NaN), levels })
    expect(got).toMatchObject({ n_samples: 0, n_not_scored: 3, n_anomalies: 0, anomaly_rate: 0, score_min: null })
  })

  test('JSON loses nothing, and the same rows give the same text', () => {
    const text = JSON.stringify(assess(rows))
    expect(JSON.parse(text)).toEqual(assess(rows))
    expect(JSON.stringify(assess(rows))).toBe(text)
  })
})

describe('pictures and the report', () => {
  test('each chart that there is data for, and no other', () => {
    const names = (input: Assessed) => chartsOf(assess(input)).map(({ name }) => name)
    expect(names(rows)).toEqual([
      'timeline',
      'score-histogram',
      'roc',
      'precision-recall',
      'confusion',
      'alerts-by-group',
    ])
    expect(names({ risk: rows.risk, levels })).toEqual(['timeline', 'score-histogram'])
  })

  test('the page says the figures, the doubt and the model', async () => {
    const extras = {
      title: 'lims-quality',
      card: [{ name: 'seed', value: '42' }],
      unsupported: ['supports at most 20 a week'],
    }
    const doubtful = assess({ ...rows, label: Uint8Array.of(0, 1, 0, 1, 1, 1, 0, 1, 0, 0) })
    const html = htmlReport(await reportOf(doubtful, extras))
    for (const text of [
      'NOT SUPPORTED',
      'supports at most 20 a week',
      'Not better than chance',
      'AUC',
      '<dt>seed</dt>',
      'held 2 of 3',
    ]) {
      expect(html).toContain(text)
    }
    expect(html.match(/<svg /g)).toHaveLength(6)
    expect(html).not.toMatch(/NaN|undefined|Infinity/)
    expect(html).toBe(htmlReport(await reportOf(doubtful, extras)))
  })

  test('a page about nothing scored still opens', async () => {
    const empty = assess({ risk: new Float64Array(), levels })
    expect(htmlReport(await reportOf(empty, { title: 'empty', card: [] }))).not.toMatch(/NaN|undefined|Infinity/)
  })
})

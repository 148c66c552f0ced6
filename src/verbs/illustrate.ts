/** From an evaluation to its charts and its report. */
import { alertsByGroup } from '../charts/alerts-by-group.ts'
import { confusionChart } from '../charts/confusion.ts'
import { type Chart, figure, grouped } from '../charts/frame.ts'
import { precisionRecall } from '../charts/precision-recall.ts'
import { renderSvg } from '../charts/render.ts'
import type { Fact, Report, Table } from '../charts/report.ts'
import { roc } from '../charts/roc.ts'
import { scoreHistogram } from '../charts/score-histogram.ts'
import { timeline } from '../charts/timeline.ts'
import type { Evaluation, Measured } from './assess.ts'

/** The charts that this evaluation has data for, in the order of the report. */
export function chartsOf(evaluation: Evaluation, groupColumn = 'group'): Chart[] {
  const { levels, distribution, roc: rocData, pr, confusion_matrix: matrix, by_group: groups } = evaluation
  const cuts = levels.map(({ name, cut }) => ({ name, cut }))
  const points = levels.flatMap(({ name, recall, precision, false_alarm_share: wrong }) =>
    recall && wrong ? [{ name, recall: recall.value, precision: precision?.value, wrong: wrong.value }] : [],
  )
  const charts = [
    timeline({ slices: evaluation.timeline, time: evaluation.timeline.time, cuts, bad: evaluation.timeline.bad }),
    scoreHistogram({ ...distribution, bad: distribution.bad ?? undefined, cuts }),
  ]
  if (rocData && evaluation.roc_auc !== null) {
    const [low, high] = evaluation.roc_auc_interval ?? [0, 1]
    const at = points.map(({ name, wrong, recall }) => ({ name, x: wrong, y: recall }))
    const { false_positive_rate: falsePositiveRate, true_positive_rate: truePositiveRate } = rocData
    charts.push(roc({ falsePositiveRate, truePositiveRate, auc: evaluation.roc_auc, low, high, points: at }))
  }
  if (pr && evaluation.pr_auc !== null) {
    // A level that never alarmed has no precision, so no place on this curve.
    const at = points.flatMap(({ name, recall, precision }) =>
      precision === undefined ? [] : [{ name, x: recall, y: precision }],
    )
    charts.push(
      precisionRecall({
        ...pr,
        average: evaluation.pr_auc,
        prevalence: evaluation.n_bad / evaluation.n_labelled,
        points: at,
      }),
    )
  }
  if (matrix) charts.push(confusionChart(matrix, levels[0]!.name))
  if (groups.length > 1)
    charts.push(alertsByGroup({ column: groupColumn, levels: cuts.map(({ name }) => name), groups }))
  return charts
}

export interface ReportExtras {
  readonly title: string
  readonly subtitle?: string | undefined
  readonly groupColumn?: string | undefined
  /** Model card: model, features, rows that taught, seed, artifact id … */
  readonly card: readonly Fact[]
  /** One sentence for each level whose budget the data cannot support; shown as a banner. */
  readonly unsupported?: readonly string[] | undefined
  readonly notes?: readonly string[] | undefined
  readonly alarms?: Table | undefined
  /** More charts, such as sensor trends, after the evaluation's own. */
  readonly charts?: readonly Chart[] | undefined
}

/** Everything that `htmlReport` prints, with the charts drawn. */
export async function reportOf(evaluation: Evaluation, extras: ReportExtras): Promise<Report> {
  const charts = []
  for (const chart of [...chartsOf(evaluation, extras.groupColumn), ...(extras.charts ?? [])]) {
    charts.push({ svg: await renderSvg(chart), about: chart.about, wide: chart.width > 500 })
  }
  const { title, subtitle, card, unsupported = [], notes = [], alarms } = extras
  const warnings =
    evaluation.better_than_chance === false ? ['Not better than chance: the interval of the AUC covers 0.5.'] : []
  return {
    title,
    subtitle,
    headline: headline(evaluation),
    charts,
    tables: tables(evaluation),
    card,
    unsupported,
    warnings,
    notes,
    alarms,
  }
}

function headline(evaluation: Evaluation): Fact[] {
  const { n_samples, n_not_scored, levels, roc_auc, roc_auc_interval, lead_median_rows } = evaluation
  const facts: Fact[] = [
    {
      name: 'rows scored',
      value: grouped(n_samples),
      detail: n_not_scored ? `${grouped(n_not_scored)} not scored` : undefined,
    },
    ...levels.map(({ name, rows }) => ({
      name,
      value: grouped(rows),
      detail: n_samples ? `${percent(rows / n_samples)} of rows` : undefined,
    })),
  ]
  if (roc_auc !== null && roc_auc_interval) {
    facts.push({
      name: 'AUC',
      value: roc_auc.toFixed(2),
      detail: `95 %: ${roc_auc_interval.map(end => end.toFixed(2)).join('–')}`,
    })
  }
  if (lead_median_rows !== null)
    facts.push({ name: 'median lead', value: figure(lead_median_rows), detail: 'rows before the end' })
  return facts
}

function tables(evaluation: Evaluation): Table[] {
  const share = (measured: Measured | null) =>
    measured ? `${percent(measured.value)} (${percent(measured.low, '')}–${percent(measured.high, '')})` : '–'
  const labelled = evaluation.supervised
  const levels: Table = {
    title: labelled ? 'Levels, with 95 % intervals' : 'Levels',
    head: [
      'level',
      'risk above',
      'rows at it',
      'rows above the cut',
      'episodes',
      evaluation.weeks_from === 'assumed 168 rows a week' ? 'a week, assuming 168 rows a week' : 'a week',
      ...(labelled ? ['precision', 'recall', 'false alarms'] : []),
    ],
    rows: evaluation.levels.map(level => [
      level.name,
      figure(level.cut) + (level.hold ? `, held ${level.hold.count} of ${level.hold.of}` : ''),
      grouped(level.rows),
      grouped(level.alarms),
      grouped(level.episodes),
      figure(level.episodes_per_week),
      ...(labelled ? [share(level.precision), share(level.recall), share(level.false_alarm_share)] : []),
    ]),
  }
  const names = ['score_min', 'score_median', 'score_mean', 'score_max', 'score_std'] as const
  const scores: Table = {
    title: 'Risk of all rows',
    head: ['least', 'median', 'mean', 'most', 'standard deviation'],
    rows: [names.map(name => number(evaluation[name]))],
  }
  if (!labelled) return [levels, scores]
  const quality: Table = {
    title: `Against the labels (${grouped(evaluation.n_bad)} bad of ${grouped(evaluation.n_labelled)})`,
    head: ['precision', 'recall', 'F1', 'accuracy', 'Matthews', 'AUC (ROC)', 'average precision'],
    rows: [
      (['precision', 'recall', 'f1', 'accuracy', 'matthews', 'roc_auc', 'pr_auc'] as const).map(name =>
        number(evaluation[name]),
      ),
    ],
  }
  return [levels, quality, scores]
}

function number(value: number | null): string {
  return value === null ? '–' : figure(value)
}

function percent(share: number, sign = ' %'): string {
  return `${Number((100 * share).toPrecision(3))}${sign}`
}

/** From an evaluation to its charts and its report. */
import type { Quality } from '../artifact/artifact.ts'
import { alertsByGroup } from '../charts/alerts-by-group.ts'
import { calibrationChart } from '../charts/calibration.ts'
import { confusionChart } from '../charts/confusion.ts'
import { controlCharts } from '../charts/control-chart.ts'
import { type Chart, type Cut, figure, grouped } from '../charts/frame.ts'
import { kaplanMeierChart, pText } from '../charts/kaplan-meier.ts'
import { precisionRecall } from '../charts/precision-recall.ts'
import { predictedMeasured, residuals } from '../charts/predicted-measured.ts'
import { renderSvg } from '../charts/render.ts'
import type { Fact, Report, Table } from '../charts/report.ts'
import { roc } from '../charts/roc.ts'
import { scoreHistogram } from '../charts/score-histogram.ts'
import { timeline } from '../charts/timeline.ts'
import { withUnit } from '../recipe/answer-text.ts'
import type { Evaluation, Measured } from './assess.ts'
import { qualityFacts, qualityTable, qualityWarnings } from './quality-text.ts'

/** The charts that this evaluation has data for, in the order of the report: a model that learned from answers is first
 * held against these. */
export function chartsOf(evaluation: Evaluation, groupColumn = 'group'): Chart[] {
  const { levels, by_group: groups, task } = evaluation
  const answers = [...labelCharts(evaluation), ...regressionCharts(evaluation), ...survivalCharts(evaluation)]
  const scores = [...timelines(evaluation), histogramOf(evaluation)]
  const charts = task === null || task === 'detect' ? [...scores, ...answers] : [...answers, ...scores]
  if (groups.length > 1)
    charts.push(alertsByGroup({ column: groupColumn, levels: levels.map(({ name }) => name), groups }))
  return charts
}

/** Of a number, people read the number in its own unit, and cuts on its own side. */
function facing({ levels, answer }: Evaluation): {
  cuts: readonly Cut[]
  turned: boolean
  quantity: string | undefined
} {
  const turned = answer?.risk === 'low'
  return {
    turned,
    cuts: levels.map(({ name, cut }) => (turned ? { name, cut: -cut, below: true } : { name, cut })),
    quantity: answer && answer.risk !== null ? `predicted ${answer.name}${inUnit(answer.unit)}` : undefined,
  }
}

const inUnit = (unit: string | null) => (unit ? ` (${unit})` : '')

function timelines(evaluation: Evaluation): Chart[] {
  const { timeline: along, control } = evaluation
  const { cuts, turned, quantity } = facing(evaluation)
  const { low, high } = along
  const slices = turned ? { ...along, low: high.map(y => -y), high: low.map(y => -y) } : along
  const of = quantity
    ? { name: 'timeline', title: 'Predictions over time', axis: quantity, about: 'Predictions' }
    : undefined
  const line = timeline({ slices, time: along.time, cuts, bad: along.bad, turned, ...(of ? { of } : {}) })
  if (!control) return [line]
  const { n: rows, ...rest } = control
  return [line, controlCharts({ ...rest, rows, time: along.time })]
}

function histogramOf(evaluation: Evaluation): Chart {
  const { edges, counts, bad } = evaluation.distribution
  const { cuts, turned, quantity } = facing(evaluation)
  const bars = turned ? { edges: edges.map(x => -x).reverse(), counts: counts.toReversed() } : { edges, counts }
  return scoreHistogram({ ...bars, bad: bad ?? undefined, cuts, ...(quantity ? { quantity } : {}) })
}

function labelCharts(evaluation: Evaluation): Chart[] {
  const { levels, roc: rocData, pr, confusion_matrix: matrix, calibration, brier, supervised } = evaluation
  if (!supervised) return []
  const points = levels.flatMap(({ name, recall, precision, false_alarm_share: wrong }) =>
    recall && wrong ? [{ name, recall: recall.value, precision: precision?.value, wrong: wrong.value }] : [],
  )
  const charts: Chart[] = []
  const prevalence = evaluation.n_bad / evaluation.n_labelled
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
    charts.push(precisionRecall({ ...pr, average: evaluation.pr_auc, prevalence, points: at }))
  }
  if (matrix) charts.push(confusionChart(matrix, levels[0]!.name))
  if (calibration && brier !== null)
    charts.push(calibrationChart({ bins: calibration, brier, chance: prevalence * (1 - prevalence) }))
  return charts
}

function regressionCharts({ regression, answer }: Evaluation): Chart[] {
  if (!regression?.points.measured.length || !answer) return []
  const { points, residual_quantiles: residualQuantiles, rmse, r2, bias, n: rows } = regression
  const quantity = `${answer.name}${inUnit(answer.unit)}`
  const data = { ...points, quantity, unit: answer.unit, rmse, r2, bias, residualQuantiles, rows }
  return [predictedMeasured(data), residuals(data)]
}

function survivalCharts({ survival, answer }: Evaluation): Chart[] {
  if (!survival || !answer) return []
  const { groups, ticks, events, n, log_rank_p: p } = survival
  const test = p === null ? '' : `; log-rank ${pText(p)}`
  const subtitle = `${grouped(events)} events in ${grouped(n)} rows${test}`
  const time = `${answer.name}${inUnit(answer.unit)}`
  return [kaplanMeierChart({ groups, ticks, time, event: answer.event ?? '', subtitle })]
}

export interface ReportExtras {
  readonly title: string
  readonly subtitle?: string | undefined
  readonly groupColumn?: string | undefined
  /** Of the model, out of fold. */
  readonly quality?: Quality | undefined
  /** Which rows these are: "the 99 test rows". */
  readonly where?: string | undefined
  /** Model card: model, features, rows that taught, seed, artifact id … */
  readonly card: readonly Fact[]
  /** One sentence for each level whose budget the data cannot support; shown as a banner. */
  readonly unsupported?: readonly string[] | undefined
  readonly warnings?: readonly string[] | undefined
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
  const { title, subtitle, card, unsupported = [], warnings = [], notes = [], alarms } = extras
  const judged = { quality: extras.quality, evaluation, where: extras.where ?? 'these rows' }
  const quality = qualityTable(judged)
  return {
    title,
    subtitle,
    headline: [...qualityFacts(judged), ...headline(evaluation)],
    quality: quality ? [quality] : [],
    charts,
    tables: tables(evaluation, judged.where),
    card,
    unsupported,
    warnings: [...warnings, ...qualityWarnings(judged)],
    notes,
    alarms,
  }
}

function headline(evaluation: Evaluation): Fact[] {
  const { n_samples, n_not_scored, levels, lead_median_rows } = evaluation
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
  if (lead_median_rows !== null)
    facts.push({ name: 'median lead', value: figure(lead_median_rows), detail: 'rows before the end' })
  return facts
}

function tables(evaluation: Evaluation, where: string): Table[] {
  const { regression, survival } = evaluation
  return [
    levelTable(evaluation),
    ...(evaluation.supervised ? [labelTable(evaluation, where)] : []),
    ...(regression ? [errorTable(evaluation, regression)] : []),
    ...(survival ? [groupTable(evaluation, survival)] : []),
    scoreTable(evaluation),
  ]
}

function levelTable(evaluation: Evaluation): Table {
  const share = (measured: Measured | null) =>
    measured ? `${percent(measured.value)} (${percent(measured.low, '')}–${percent(measured.high, '')})` : '–'
  const { answer } = evaluation
  const judged = evaluation.levels.some(level => level.confusion_matrix !== null)
  const turned = answer?.risk === 'low'
  const cutHead = answer && answer.risk !== null ? `predicted ${turned ? 'below' : 'above'}` : 'risk above'
  return {
    title: judged ? 'Levels, with 95 % intervals' : 'Levels',
    head: [
      'level',
      cutHead,
      'rows at it',
      turned ? 'rows below the cut' : 'rows above the cut',
      'episodes',
      evaluation.weeks_from === 'assumed 168 rows a week' ? 'a week, assuming 168 rows a week' : 'a week',
      ...(judged ? ['precision', 'recall', 'false alarms'] : []),
    ],
    rows: evaluation.levels.map(level => [
      level.name,
      withUnit(figure(turned ? -level.cut : level.cut), answer?.unit) +
        (level.hold ? `, held ${level.hold.count} of ${level.hold.of}` : ''),
      grouped(level.rows),
      grouped(level.alarms),
      grouped(level.episodes),
      figure(level.episodes_per_week),
      ...(judged ? [share(level.precision), share(level.recall), share(level.false_alarm_share)] : []),
    ]),
    foot:
      judged && evaluation.regression
        ? `Right is an alarm where the measured ${answer?.name ?? 'value'} is itself ${turned ? 'below' : 'above'} the cut.`
        : undefined,
  }
}

function labelTable(evaluation: Evaluation, where: string): Table {
  return {
    title: `Against the labels of ${where}, at the mildest cut (${grouped(evaluation.n_bad)} bad of ${grouped(evaluation.n_labelled)})`,
    head: ['precision', 'recall', 'F1', 'accuracy', 'Matthews', 'AUC (ROC)', 'average precision'],
    rows: [
      (['precision', 'recall', 'f1', 'accuracy', 'matthews', 'roc_auc', 'pr_auc'] as const).map(name =>
        number(evaluation[name]),
      ),
    ],
  }
}

function errorTable(
  { answer }: Evaluation,
  { n, bias, residual_quantiles: of }: NonNullable<Evaluation['regression']>,
): Table {
  return {
    title: `Measured − predicted${answer?.unit ? ` (${answer.unit})` : ''}`,
    head: ['rows', 'mean', '5 %', 'median', '95 %'],
    rows: [[grouped(n), figure(bias), ...of.map(figure)]],
  }
}

function groupTable({ answer }: Evaluation, { groups, log_rank_p: p }: NonNullable<Evaluation['survival']>): Table {
  return {
    title: 'Thirds of risk',
    head: ['third', 'rows', 'events', `median ${answer?.name ?? 'time'} until the event`],
    rows: groups.map(({ name, rows, events, median }) => [
      name,
      grouped(rows),
      grouped(events),
      median === null ? 'not reached: more than half stay free of it' : withUnit(figure(median), answer?.unit),
    ]),
    foot: p === null ? undefined : `Log-rank test that the thirds do not differ: ${pText(p)}.`,
  }
}

function scoreTable(evaluation: Evaluation): Table {
  const { answer } = evaluation
  const [least, median, mean, most, spread] = (
    ['score_min', 'score_median', 'score_mean', 'score_max', 'score_std'] as const
  ).map(name => evaluation[name])
  const turned = answer?.risk === 'low'
  const own = turned ? [most, median, mean, least].map(value => value && -value) : [least, median, mean, most]
  return {
    title: answer && answer.risk !== null ? `Predicted ${answer.name}${inUnit(answer.unit)}` : 'Risk of all rows',
    head: ['least', 'median', 'mean', 'most', 'standard deviation'],
    rows: [[...own, spread].map(value => number(value ?? null))],
  }
}

function number(value: number | null): string {
  return value === null ? '–' : figure(value)
}

function percent(share: number, sign = ' %'): string {
  return `${Number((100 * share).toPrecision(3))}${sign}`
}

/** A comparison as files: a table, figures as JSON, a page, pictures. */
import { comparisonChart, curvesChart, type ModelCurve } from '../charts/comparison.ts'
import type { Chart } from '../charts/frame.ts'
import { renderPng, renderSvg } from '../charts/render.ts'
import { htmlReport, type Table } from '../charts/report.ts'
import type { Run } from '../data/publish.ts'
import { thin } from '../math/bins.ts'
import { prCurve, rocCurve } from '../math/metrics.ts'
import { short } from '../plan/reasons.ts'
import { stepText } from '../recipe/members.ts'
import { calibrationOf } from './assess-answers.ts'
import type { Comparison, Contender } from './compare.ts'
import type { CrossFigure } from './fold-figures.ts'
import { FIGURE_NAMES, figureText, type Judging } from './judge.ts'

/** Writes everything into the run; returns the names. */
export async function drawComparison(run: Run, comparison: Comparison, judging: Judging): Promise<string[]> {
  const charts = chartsOf(comparison, judging)
  const names: string[] = []
  for (const chart of charts) {
    const name = `${chart.name.replaceAll('-', '_')}.png`
    await run.write(name, await renderPng(chart))
    names.push(name)
  }
  await run.write('comparison.csv', csvOf(comparison))
  await run.write('comparison.json', `${JSON.stringify(jsonOf(comparison), null, 2)}\n`)
  await run.write('comparison.html', await pageOf(comparison, charts))
  return [...names, 'comparison.csv', 'comparison.html', 'comparison.json']
}

/** The winner by the stated rule, in words. */
export function verdictOf({ contenders, tied, figure }: Comparison): string {
  const [winner] = contenders
  const first = winner?.validation?.figures[0]
  if (!winner || !first || !figure) return 'no model could be judged'
  const chance = first.notBetterThanChance ? '; not better than chance' : ''
  const among = tied.length ? `; not distinguishable from it: ${tied.join(', ')}` : ''
  return `${winner.name}, by the best ${FIGURE_NAMES[figure]} out of fold${among}${chance}`
}

export function jsonOf(comparison: Comparison) {
  const { contenders, ...rest } = comparison
  const known = (value: number) => (Number.isFinite(value) ? value : null)
  return {
    ...rest,
    bad: rest.bad ?? null,
    figure: rest.figure ?? null,
    verdict: verdictOf(comparison),
    models: contenders.map(c => ({
      name: c.name,
      model: c.model,
      failed: c.failed ?? null,
      figures: (c.validation?.figures ?? []).map(({ name, value, low, high, over }) => ({
        name,
        value: known(value),
        low: known(low),
        high: known(high),
        over,
      })),
      p_against_winner: c.p ?? null,
      fit_ms: known(c.fitMs),
      rows_per_second: known(c.rowsPerSecond),
    })),
  }
}

/** Figures of the task, each once: over rows where there is one. */
export function shownFigures({ validation }: Contender): readonly CrossFigure[] {
  const all = validation?.figures ?? []
  return all.filter((f, i) => all.findIndex(g => g.name === f.name) === i)
}

function csvOf({ contenders }: Comparison): string {
  const names = shownFigures(contenders.find(c => c.validation) ?? (contenders[0] as Contender)).map(f => f.name)
  const head = [
    'model',
    ...names.flatMap(n => [n, `${n}_low`, `${n}_high`]),
    'p_against_winner',
    'fit_ms',
    'rows_per_second',
  ]
  const lines = contenders.map(contender => {
    const figures = shownFigures(contender)
    const cells = names.flatMap(name => {
      const f = figures.find(each => each.name === name)
      return f ? [f.value, f.low, f.high].map(String) : ['', '', '']
    })
    return [contender.name, ...cells, contender.p ?? '', contender.fitMs, contender.rowsPerSecond].join(',')
  })
  return `${[head.join(','), ...lines].join('\n').replaceAll('NaN', '')}\n`
}

function chartsOf(comparison: Comparison, { request }: Judging): Chart[] {
  const { contenders, figure, tied } = comparison
  const known = contenders.filter(c => c.validation?.figures[0] !== undefined)
  const first = known[0]?.validation?.figures[0]
  if (!first || !figure) return []
  const rows = contenders.map((c, i) => {
    const own = c.validation?.figures[0]
    const [value, low, high] = own ? [own.value, own.low, own.high] : [Number.NaN, Number.NaN, Number.NaN]
    const remark = i === 0 ? 'wins' : tied.includes(c.name) ? 'not distinguishable' : undefined
    return { name: c.name, value, low, high, remark }
  })
  const charts = [
    comparisonChart(`Models for ${comparison.name}: ${FIGURE_NAMES[figure]}`, FIGURE_NAMES[figure], rows, first.chance),
  ]
  const { label } = request
  if (label && figure === 'auc') charts.push(...labelCharts(known, label))
  return charts
}

const POINTS = 300

function labelCharts(known: readonly Contender[], label: ArrayLike<number>): Chart[] {
  // The mean over the dealings would be the risk of a model that is larger than the one that is fitted.
  const risks = known.map(({ name, validation }) => ({ name, risk: validation?.repeats[0] as Float64Array }))
  const answers = Float64Array.from(label, (is, row) => (Number.isFinite(risks[0]?.risk[row]) ? is : Number.NaN))
  const bad = answers.filter(value => value === 1).length
  const base = (100 * bad) / answers.filter(value => value === 0 || value === 1).length
  const thinned = (x: Float64Array, y: Float64Array): ModelCurve['points'] =>
    thin(x, y, POINTS).map(i => [100 * x[i]!, 100 * y[i]!] as const)
  const charts = [
    curvesChart({
      name: 'roc',
      title: 'True against false alarms (ROC)',
      subtitle: 'the out-of-fold risks of the first dealing together',
      x: 'false alarms: share of good rows (%)',
      y: 'found: share of bad rows (%)',
      chance: [
        [0, 0],
        [100, 100],
      ],
      curves: risks.map(({ name, risk }) => {
        const { falsePositiveRate, truePositiveRate } = rocCurve(risk, answers)
        return { name, points: thinned(falsePositiveRate, truePositiveRate) }
      }),
    }),
    curvesChart({
      name: 'precision-recall',
      title: 'Precision against recall',
      subtitle: 'the out-of-fold risks of the first dealing together',
      x: 'recall: bad rows found (%)',
      y: 'precision: alarms that are right (%)',
      chance: [
        [0, base],
        [100, base],
      ],
      curves: risks.map(({ name, risk }) => {
        const { precision, recall } = prCurve(risk, answers)
        return { name, points: thinned(recall, precision) }
      }),
    }),
  ]
  const told = risks.filter((_, i) => known[i]?.validation?.figures.some(({ name }) => name === 'brier'))
  if (told.length === 0) return charts
  const curves = told.map(({ name, risk }) => ({
    name,
    points: (calibrationOf(risk, answers, bad) ?? []).map(({ told, seen }) => [100 * told, 100 * seen] as const),
  }))
  charts.push(
    curvesChart({
      name: 'calibration',
      title: 'Do the probabilities hold?',
      subtitle: 'on the dashed line they do; below it they are too high',
      x: 'told: mean probability of the rows (%)',
      y: 'seen: share of bad rows (%)',
      chance: [
        [0, 0],
        [100, 100],
      ],
      curves,
      dotted: true,
    }),
  )
  return charts
}

async function pageOf(comparison: Comparison, charts: readonly Chart[]): Promise<string> {
  const { name, method, rows, bad, contenders, shared } = comparison
  const drawn = []
  for (const chart of charts) drawn.push({ svg: await renderSvg(chart), about: chart.about, wide: chart.width > 600 })
  const [winner] = contenders
  const first = winner?.validation?.figures[0]
  return htmlReport({
    title: `${name}: models compared`,
    subtitle: `out of fold, ${method}; ${rows} rows${bad === undefined ? '' : `, ${bad} bad`}`,
    headline: [
      { name: 'best', value: winner?.name ?? '–', detail: first && figureText(first) },
      { name: 'models', value: String(contenders.length) },
    ],
    charts: drawn,
    tables: [tableOf(comparison)],
    card: contenders.map(({ name: model, model: step }) => ({
      name: model,
      value: stepText(step).slice(`${step.use}, `.length),
    })),
    unsupported: [],
    warnings: [
      verdictOf(comparison),
      ...(shared
        ? [`${shared} rows were judged by a model that an equal row taught: their figures are too good.`]
        : []),
    ],
    notes: contenders.flatMap(c => (c.failed ? [`${c.name} could not be judged: ${c.failed}`] : [])),
  })
}

function tableOf({ contenders }: Comparison): Table {
  const names = shownFigures(contenders.find(c => c.validation) ?? (contenders[0] as Contender)).map(f => f.name)
  return {
    title: 'Figures with 95 % intervals',
    head: ['model', ...names.map(n => FIGURE_NAMES[n]), 'p against the best', 'fit', 'rows a second'],
    rows: contenders.map(contender => {
      const figures = shownFigures(contender)
      const cell = (name: CrossFigure['name']) => {
        const found = figures.find(f => f.name === name)
        return found ? figureText(found).replace(`${FIGURE_NAMES[name]} `, '') : '–'
      }
      return [
        contender.name,
        ...names.map(cell),
        contender.p === undefined ? '' : contender.p.toPrecision(2),
        contender.failed ? 'failed' : `${short(contender.fitMs)} ms`,
        contender.failed ? '–' : short(contender.rowsPerSecond),
      ]
    }),
    foot: 'The best has the best first figure. p: how often a difference this large would be seen by luck (corrected resampled t-test, Nadeau and Bengio 2003); from 0.05 on the two are not distinguishable.',
  }
}

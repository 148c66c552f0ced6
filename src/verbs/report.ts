/** The evaluation of an artifact as files: metrics, a page that opens offline, pictures. */
import type { Artifact } from '../artifact/artifact.ts'
import { renderPng } from '../charts/render.ts'
import { htmlReport, type Table } from '../charts/report.ts'
import type { Run } from '../data/publish.ts'
import { stepText } from '../recipe/members.ts'
import type { Target } from '../recipe/schema.ts'
import { type Answer, type Assessed, assess, type Evaluation } from './assess.ts'
import { percent, supportText } from './calibrate.ts'
import { type Rows, take } from './gather.ts'
import { chartsOf, reportOf } from './illustrate.ts'
import { hiddenFeatures, hiddenText } from './reasons.ts'
import { inTimeOrder } from './split.ts'

export interface Subject {
  readonly artifact: Artifact
  /** SHA-256 of the model file. */
  readonly id: string
  readonly rows: Rows
  /** The risk of each row; NaN for rows without one. */
  readonly risk: Float64Array
  /** The rows to judge by. */
  readonly chosen: Int32Array
  readonly cuts: Assessed['levels']
  readonly samplesPerWeek?: number | undefined
  readonly runToFailure?: boolean
  readonly subtitle: string
  readonly notes: readonly string[]
}

export function evaluationOf(subject: Subject): Evaluation {
  const { rows, risk, artifact } = subject
  const chosen = inTimeOrder(subject.chosen, rows)
  const seconds = take(rows.seconds, chosen)
  const label = take(rows.label, chosen)
  const { group, private: hidden, target } = artifact.recipe.columns
  // Groups that nobody may see are told apart by a number.
  const groups =
    group !== undefined && hidden.includes(group) ? rows.groups.map((_, i) => `group ${i + 1}`) : rows.groups
  return assess({
    risk: take(risk, chosen),
    levels: subject.cuts,
    ...(target === undefined && label.some(l => l === 0 || l === 1) ? { label } : {}),
    answer: target && answerOf(subject, chosen, target),
    ...(seconds.some(Number.isFinite) ? { seconds } : {}),
    ...(group === undefined ? {} : { group: Int32Array.from(chosen, row => rows.group[row] as number), groups }),
    samplesPerWeek: subject.samplesPerWeek,
    targetFar: artifact.levels[0]?.rule,
    runToFailure: subject.runToFailure,
  })
}

/** A risk that was turned because low is bad is turned back: people compare it with what was measured. */
function answerOf({ rows, risk }: Subject, chosen: Int32Array, target: Target): Answer {
  const wanted = take(rows.target, chosen)
  if (target.kind === 'time') return { time: wanted, event: take(rows.label, chosen) }
  const predicted = take(risk, chosen)
  return { predicted: target.risk === 'low' ? predicted.map(value => -value) : predicted, measured: wanted }
}

/** The page as one text. */
export async function pageOf(subject: Subject, evaluation: Evaluation): Promise<string> {
  const { artifact, rows } = subject
  const unsupported = artifact.levels.flatMap(({ name, rule, support }) =>
    support && !support.supported ? [`${name}: ${supportText(rule, support)}.`] : [],
  )
  const report = await reportOf(evaluation, {
    title: artifact.name,
    subtitle: subject.subtitle,
    groupColumn: artifact.recipe.columns.group,
    card: cardOf(artifact, subject.id),
    unsupported,
    notes: subject.notes,
    ...(rows.ids ? { alarms: alarmTable(subject) } : {}),
  })
  return htmlReport(report)
}

/** Writes the pictures into the run; returns their names. */
export async function drawPictures(
  run: Run,
  evaluation: Evaluation,
  groupColumn: string | undefined,
): Promise<string[]> {
  const names: string[] = []
  for (const chart of chartsOf(evaluation, groupColumn)) {
    const name = `${chart.name.replaceAll('-', '_')}.png`
    await run.write(name, await renderPng(chart))
    names.push(name)
  }
  return names
}

const TOP = 50

function alarmTable({ rows, risk, chosen, cuts, artifact }: Subject): Table {
  const first = cuts[0]?.cut ?? Number.POSITIVE_INFINITY
  const alarms = chosen.filter(row => (risk[row] as number) > first)
  const top = alarms.toSorted((a, b) => (risk[b] as number) - (risk[a] as number) || a - b).slice(0, TOP)
  const { id, group, private: hidden } = artifact.recipe.columns
  const shows = (name: string | undefined) => name !== undefined && !hidden.includes(name)
  const timed = artifact.types[artifact.recipe.columns.time?.name ?? ''] === 'time'
  const head = [
    shows(id) ? (id as string) : 'row',
    ...(shows(group) ? [group as string] : []),
    ...(timed ? ['time (UTC)'] : []),
    'risk',
    'above the cut of',
  ]
  const body = Array.from(top, row => [
    shows(id) ? (rows.ids?.[row] ?? '') : String(row + 1),
    ...(shows(group) ? [rows.groups[rows.group[row] as number] ?? ''] : []),
    ...(timed ? [timeText(rows.seconds[row] as number)] : []),
    (risk[row] as number).toPrecision(4),
    cuts.findLast(c => (risk[row] as number) > c.cut)?.name ?? '',
  ])
  const foot = alarms.length > TOP ? `The ${TOP} highest of ${alarms.length} alarms.` : undefined
  return { title: `Rows above ${first.toPrecision(4)}, highest risk first`, head, rows: body, foot }
}

export function timeText(seconds: number): string {
  return Number.isFinite(seconds) ? new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ') : ''
}

export function cardOf(artifact: Artifact, id: string) {
  const { lineage, recipe, features, levels } = artifact
  const { use } = recipe.model
  const hidden = hiddenFeatures(artifact)
  const shown = features.filter((_, i) => !hidden.has(i)).map(f => f.name)
  return [
    { name: 'model', value: use, detail: stepText(recipe.model).slice(`${use}, `.length) },
    { name: 'id', value: id.slice(0, 16), detail: 'SHA-256 of the model file' },
    {
      name: 'features',
      value: String(features.length),
      detail: [...shown, ...(hidden.size ? [hiddenText(hidden.size)] : [])].join(', '),
    },
    {
      name: 'rows that taught',
      value: `${lineage.learned} and ${lineage.heldOut} held out`,
      detail: lineage.from ? `${lineage.from} to ${lineage.to}` : `of ${lineage.rows}`,
    },
    { name: 'data', value: lineage.files.join(', '), detail: `SHA-256 ${lineage.sha256.slice(0, 16)}` },
    ...levels.map(({ name, cut, rule, hold, support }) => ({
      name,
      value: `risk above ${cut.toPrecision(4)}${hold ? `, held ${hold.count} of ${hold.of}` : ''}`,
      detail: support ? `${rule}; ${support.events} on held-out rows, 95 %: ${intervalText(support)}` : rule,
    })),
    { name: 'seed', value: String(recipe.seed) },
  ]
}

export function intervalText({ unit, low, high }: { unit: 'week' | 'share'; low: number; high: number }): string {
  const text = (x: number) => (unit === 'share' ? percent(Number(x.toPrecision(2))) : String(Number(x.toPrecision(2))))
  return `${text(low)}–${text(high)}${unit === 'week' ? ' a week' : ''}`
}

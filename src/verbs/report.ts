/** The evaluation of an artifact as files: metrics, a page that opens offline, pictures. */
import type { Artifact } from '../artifact/artifact.ts'
import { figure } from '../charts/frame.ts'
import { renderPng } from '../charts/render.ts'
import { htmlReport, type Table } from '../charts/report.ts'
import type { Run } from '../data/publish.ts'
import { type AnswerWords, answerWords, cutText, taskText, withUnit } from '../recipe/answer-text.ts'
import { stepText } from '../recipe/members.ts'
import type { Target } from '../recipe/schema.ts'
import { type Assessed, assess, type Evaluation } from './assess.ts'
import type { Answer } from './assess-answers.ts'
import { percent, ruleWords, supportText } from './calibrate.ts'
import { controlStatistics } from './control.ts'
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
  /** A label asked for in place of the recipe's own answer. */
  readonly label?: string | undefined
  readonly subtitle: string
  /** Which rows these are: "the 99 test rows". */
  readonly where: string
  readonly warnings?: readonly string[]
  readonly notes: readonly string[]
}

/** What the risk is held against. */
function wordsOf({ artifact: { recipe }, label }: Subject): AnswerWords | undefined {
  return label === undefined ? answerWords(recipe) : { name: label, unit: null, risk: null, event: null }
}

function isPrivate({ artifact: { recipe } }: Subject, name: string | undefined): boolean {
  return recipe.columns.private.some(hidden => hidden.toLowerCase() === name?.toLowerCase())
}

export function evaluationOf(subject: Subject): Evaluation {
  const { rows, risk, artifact } = subject
  const chosen = inTimeOrder(subject.chosen, rows)
  const seconds = take(rows.seconds, chosen)
  const label = take(rows.label, chosen)
  const { group, private: hidden } = artifact.recipe.columns
  const target = subject.label === undefined ? artifact.recipe.columns.target : undefined
  const words = wordsOf(subject)
  const control = controlStatistics(artifact, rows, risk)
  // Groups that nobody may see are told apart by a number.
  const groups =
    group !== undefined && hidden.includes(group) ? rows.groups.map((_, i) => `group ${i + 1}`) : rows.groups
  return assess({
    risk: take(risk, chosen),
    levels: subject.cuts,
    ...(target === undefined && label.some(l => l === 0 || l === 1) ? { label } : {}),
    task: artifact.task,
    answer: target && answerOf(subject, chosen, target),
    answerWords: words,
    hidesAnswers: isPrivate(subject, words?.name),
    ...(control ? { control: { ...control, t2: take(control.t2, chosen), spe: take(control.spe, chosen) } } : {}),
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
  const turned = target.risk === 'low'
  return { predicted: turned ? predicted.map(value => -value) : predicted, measured: wanted, turned }
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
    quality: artifact.quality,
    where: subject.where,
    card: cardOf(artifact, subject.id),
    unsupported,
    warnings: subject.warnings,
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

function alarmTable(subject: Subject): Table {
  const { rows, risk, chosen, cuts, artifact } = subject
  const first = cuts[0]?.cut ?? Number.POSITIVE_INFINITY
  const alarms = chosen.filter(row => (risk[row] as number) > first)
  const top = alarms.toSorted((a, b) => (risk[b] as number) - (risk[a] as number) || a - b).slice(0, TOP)
  const { id, group, private: hidden } = artifact.recipe.columns
  const shows = (name: string | undefined) => name !== undefined && !hidden.includes(name)
  const timed = artifact.types[artifact.recipe.columns.time?.name ?? ''] === 'time'
  const words = wordsOf(subject)
  const truth = isPrivate(subject, words?.name) ? undefined : truthOf(subject, words)
  const turned = words?.risk === 'low'
  const quantity = words && words.risk !== null ? `predicted ${words.name}` : 'risk'
  const risks = (value: number) =>
    quantity === 'risk' ? value.toPrecision(4) : withUnit((turned ? -value : value).toPrecision(4), words?.unit)
  const head = [
    shows(id) ? (id as string) : 'row',
    ...(shows(group) ? [group as string] : []),
    ...(timed ? ['time (UTC)'] : []),
    quantity,
    ...(truth ? [truth.head] : []),
    'beyond the cut of',
  ]
  const body = Array.from(top, row => [
    shows(id) ? (rows.ids?.[row] ?? '') : String(row + 1),
    ...(shows(group) ? [rows.groups[rows.group[row] as number] ?? ''] : []),
    ...(timed ? [timeText(rows.seconds[row] as number)] : []),
    risks(risk[row] as number),
    ...(truth ? [truth.cell(row)] : []),
    cuts.findLast(c => (risk[row] as number) > c.cut)?.name ?? '',
  ])
  const foot = alarms.length > TOP ? `The ${TOP} first of ${alarms.length} alarms.` : undefined
  const title = `Rows with ${cutText(first, words)}, ${turned ? 'lowest' : 'highest'} first`
  return { title, head, rows: body, foot }
}

/** What each row turned out to be, where that is known of any. */
function truthOf({ rows, chosen }: Subject, words: AnswerWords | undefined) {
  if (!words) return undefined
  const known = (value: number | undefined) => value !== undefined && Number.isFinite(value)
  const [label, target] = [rows.label, rows.target]
  if (words.event !== null)
    return {
      head: `${words.name}: ${words.event}`,
      cell: (row: number) =>
        known(target[row])
          ? `${withUnit(figure(target[row]!), words.unit)}: ${label[row] === 1 ? 'event' : 'free of it'}`
          : '–',
    }
  if (words.risk !== null) {
    if (!chosen.some(row => known(target[row]))) return undefined
    return {
      head: 'measured',
      cell: (row: number) => (known(target[row]) ? withUnit(figure(target[row]!), words.unit) : '–'),
    }
  }
  if (!chosen.some(row => known(label[row]))) return undefined
  return { head: 'label', cell: (row: number) => ({ 0: 'good', 1: 'bad' })[label[row] as 0 | 1] ?? '–' }
}

export function timeText(seconds: number): string {
  return Number.isFinite(seconds) ? new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ') : ''
}

export function cardOf(artifact: Artifact, id: string) {
  const { lineage, recipe, features, levels } = artifact
  const { use } = recipe.model
  const hidden = hiddenFeatures(artifact)
  const shown = features.filter((_, i) => !hidden.has(i)).map(f => f.name)
  const { target } = recipe.columns
  const answer = target && answerWords(recipe)
  return [
    { name: 'task', value: taskText(recipe) },
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
      value: `${cutText(cut, answer)}${hold ? `, held ${hold.count} of ${hold.of}` : ''}`,
      detail: support
        ? `${rule}; ${support.events} on held-out rows, 95 %: ${intervalText(support)}`
        : ruleWords(rule, recipe),
    })),
    { name: 'seed', value: String(recipe.seed) },
  ]
}

export function intervalText({ unit, low, high }: { unit: 'week' | 'share'; low: number; high: number }): string {
  const text = (x: number) => (unit === 'share' ? percent(Number(x.toPrecision(2))) : String(Number(x.toPrecision(2))))
  return `${text(low)}–${text(high)}${unit === 'week' ? ' a week' : ''}`
}

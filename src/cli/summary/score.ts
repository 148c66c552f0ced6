/** What a person reads after scoring: how many rows, which levels, what found them, and the rows themselves in few lines. */
import { supportText } from '../../verbs/calibrate.ts'
import { type ListedRow, type ModelOutcome, NOT_SCORED, OK } from '../../verbs/outcome.ts'
import type { ScoreResult } from '../../verbs/score.ts'
import type { Terminal } from '../terminal.ts'

/** Lines of rows before "and N more". */
const SHOWN = 12

export function describeScore(terminal: Terminal, result: ScoreResult): void {
  const { outcome, models, files } = result
  for (const [i, model] of outcome.models.entries()) {
    if (outcome.models.length > 1) terminal.say('', `— ${model.name} —`)
    terminal.say('rows', rowsText(outcome.rows, model))
    terminal.say('level', levelsText(model))
    terminal.say('found by', foundText(model))
    if (i === 0) for (const line of rowLines(outcome.listed)) terminal.say(`  ${line}`, '')
    const file = models[i]
    if (!file) continue
    const claims = file.artifact.levels.map(l => `${l.name} ${l.rule.replace(/^false alarms /, '')}`).join(', ')
    terminal.say('model', `${model.name} ${file.id.slice(0, 8)}, claims ${claims}`)
    for (const level of file.artifact.levels) {
      if (level.support && !level.support.supported) terminal.say('       !', `${level.name}: ${supportText(level.rule, level.support)}. NOT SUPPORTED`)
    }
  }
  if (files.length) terminal.say('wrote', filesText(files.map(f => f.name), result.directory))
}

function rowsText(rows: number, model: ModelOutcome): string {
  if (model.rejected === 0) return `${number(rows)}, all scored`
  const why = Object.entries(model.rejectedBy).map(([reason, n]) => (Object.keys(model.rejectedBy).length > 1 ? `${reason} ${number(n)}` : reason))
  return `${number(rows)} = ${number(model.scored)} scored + ${number(model.rejected)} not scored (${why.join(', ')})`
}

function levelsText(model: ModelOutcome): string {
  const shown = Object.entries(model.levels).filter(([name, n]) => n > 0 || (name !== NOT_SCORED && name !== OK))
  return shown.map(([name, n]) => `${name} ${number(n)}`).join('   ')
}

function foundText({ found, anomalies, threshold }: ModelOutcome): string {
  const above = `model: ${number(anomalies)} above ${threshold.toPrecision(4)}`
  if (found.limits + found.both + found.faults === 0) return above
  return `limits only ${number(found.limits)}, model only ${number(found.model)}, both ${number(found.both)}, fault code ${number(found.faults)}`
}

interface Line {
  ids: string[]
  level: string
  reason: string
}

/** Rows next to each other with the same trouble become one line. */
function rowLines(listed: readonly ListedRow[]): string[] {
  const alarms = listed.filter(row => row.level !== NOT_SCORED)
  const lines = group(alarms)
  const shown = lines.slice(0, SHOWN)
  const names = shown.map(l => idsText(l.ids))
  const width = Math.max(0, ...names.map(n => n.length))
  const level = Math.max(0, ...shown.map(l => l.level.length))
  const texts = shown.map((l, i) => `${(names[i] ?? '').padEnd(width)}  ${l.level.padEnd(level)}  ${l.reason}`)
  const rest = lines.slice(SHOWN).reduce((n, l) => n + l.ids.length, 0)
  return rest > 0 ? [...texts, `and ${number(rest)} more`] : texts
}

function group(rows: readonly ListedRow[]): Line[] {
  const lines: (Line & { rows: ListedRow[] })[] = []
  for (const row of rows) {
    const last = lines.at(-1)
    const before = last?.rows.at(-1)
    if (last && before && row.row === before.row + 1 && row.level === before.level && sameTrouble(row, before)) {
      last.rows.push(row)
      last.ids.push(row.id)
    } else lines.push({ ids: [row.id], level: row.level, reason: row.reason, rows: [row] })
  }
  return lines.map(line => ({ ...line, reason: line.rows.length > 1 ? together(line.rows) : line.reason }))
}

function sameTrouble({ breach: a }: ListedRow, { breach: b }: ListedRow): boolean {
  return a !== undefined && b !== undefined && a.column === b.column && a.side === b.side
}

/** "turbidity_ntu 15.9–22.8 above limit 5 NTU"; a run on one side of a limit looks like a drifting sensor. */
function together(rows: readonly ListedRow[]): string {
  const breaches = rows.map(row => row.breach).filter(b => b !== undefined)
  const [first] = breaches
  if (!first) return ''
  const values = breaches.map(b => b.value).sort((a, b) => Number(a.replace(',', '.')) - Number(b.replace(',', '.')))
  const range = values[0] === values.at(-1) ? values[0] : `${values[0]}–${values.at(-1)}`
  const run = rows.length >= 5 ? `; ${rows.length} in a row, all ${first.side === 'above' ? 'high' : 'low'}: calibration?` : ''
  return `${first.column} ${range} ${first.side} limit ${first.limit}${run}`
}

function idsText(ids: readonly string[]): string {
  if (ids.length === 1) return ids[0] ?? ''
  return `${ids[0]}–${ids.at(-1)} ×${ids.length}`
}

function filesText(names: readonly string[], directory: string): string {
  const [first = '', ...rest] = names
  const stem = first.replace(/\.(csv|parquet)$/, '')
  const short = rest.map(name => (name.startsWith(stem) ? name.slice(stem.length) : name))
  return [directory === '.' ? first : `${directory}/${first}`, ...short].join(', ')
}

export function number(n: number): string {
  return n.toLocaleString('en')
}

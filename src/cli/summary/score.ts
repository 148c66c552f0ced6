/** What a person reads after scoring: how many rows, which levels, what found them, and the rows themselves in few lines. */
import { supportText } from '../../verbs/calibrate.ts'
import {
  type Episode,
  type ModelOutcome,
  NOT_SCORED,
  OK,
  type Outcome,
  parseBreach,
  short,
} from '../../verbs/outcome.ts'
import type { ScoreResult } from '../../verbs/score.ts'
import type { Terminal } from '../terminal.ts'
import { number } from '../words.ts'

/** What a person must not miss, also where nothing else is printed. */
export function warnOfScore(terminal: Terminal, { outcome, warnings }: ScoreResult): void {
  for (const warning of warnings) terminal.host.warn(warning)
  for (const { name, scored, rejectedBy } of outcome.models) {
    if (scored > 0 || outcome.rows === 0) continue
    const why = Object.keys(rejectedBy).join(', ')
    terminal.host.warn(`no row was scored by ${name}: ${why}. This table is probably not like the one it learned from`)
  }
}

/** Lines of rows before "and N more". */
const SHOWN = 12

export function describeScore(terminal: Terminal, result: ScoreResult): void {
  const { outcome, models, files } = result
  for (const [i, model] of outcome.models.entries()) {
    if (outcome.models.length > 1) terminal.say('', `— ${model.name} —`)
    terminal.say('rows', rowsText(outcome.rows, model))
    terminal.say('level', levelsText(model))
    terminal.say('found by', foundText(model))
    if (i === 0) for (const line of episodeLines(outcome)) terminal.say(`  ${line}`, '')
    const file = models[i]
    if (!file) continue
    const claims = file.artifact.levels.map(l => `${l.name} ${l.rule.replace(/^false alarms /, '')}`).join(', ')
    terminal.say('model', `${model.name} ${file.id.slice(0, 8)}, claims ${claims}`)
    for (const level of file.artifact.levels) {
      if (level.support && !level.support.supported)
        terminal.say('       !', `${level.name}: ${supportText(level.rule, level.support)}. NOT SUPPORTED`)
    }
  }
  for (const note of result.notes) terminal.note(note)
  for (const { artifact, path } of models) terminal.note(`${path}: ${artifact.features.map(f => f.name).join(', ')}`)
  const seconds = result.tookMs / 1000
  terminal.note(`${seconds.toFixed(2)} seconds, ${number(Math.round(outcome.rows / seconds))} rows a second`)
  if (files.length)
    terminal.say(
      'wrote',
      filesText(
        files.map(f => f.name),
        result.directory,
      ),
    )
}

function rowsText(rows: number, model: ModelOutcome): string {
  if (model.rejected === 0) return `${number(rows)}, all scored`
  const why = Object.entries(model.rejectedBy).map(([reason, n]) =>
    Object.keys(model.rejectedBy).length > 1 ? `${reason} ${number(n)}` : reason,
  )
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

function episodeLines({ episodes, episodeCount }: Outcome): string[] {
  const shown = episodes.slice(0, SHOWN)
  const names = shown.map(nameOf)
  const width = Math.max(0, ...names.map(n => n.length))
  const level = Math.max(0, ...shown.map(e => e.level.length))
  const lines = shown.map((e, i) => `${(names[i] ?? '').padEnd(width)}  ${e.level.padEnd(level)}  ${troubleOf(e)}`)
  const rest = episodeCount - shown.length
  return rest > 0 ? [...lines, `and ${number(rest)} more`] : lines
}

/** "S0042–S0045 ×4", or "P13, row 1121–1126 ×6". */
function nameOf({ names, rows, group }: Episode): string {
  const [first, last] = names
  const own = first.startsWith('row ') && group !== undefined ? `${group}, ${first}` : first
  return rows === 1 ? own : `${own}–${last.replace(/^row /, '')} ×${number(rows)}`
}

/** A long run on one side of a limit looks like a drifting sensor. */
const DRIFT_ROWS = 5

function troubleOf({ rows, reason, risk, readings }: Episode): string {
  const breach = parseBreach(reason)
  if (rows === 1) return reason
  if (!breach || !readings) {
    return risk === undefined || reason.startsWith('not scored')
      ? reason
      : `risk up to ${short(risk)}; first: ${reason}`
  }
  const [low, high] = readings
  const run =
    rows >= DRIFT_ROWS ? `; ${rows} in a row, all ${breach.side === 'above' ? 'high' : 'low'}: calibration?` : ''
  return `${breach.column} ${low === high ? low : `${low}–${high}`} ${breach.side} limit ${breach.limit}${run}`
}

function filesText(names: readonly string[], directory: string): string {
  const [first = '', ...rest] = names
  const stem = first.replace(/\.(csv|parquet)$/, '')
  const short = rest.map(name => (name.startsWith(stem) ? name.slice(stem.length) : name))
  return [directory === '.' ? first : `${directory}/${first}`, ...short].join(', ')
}

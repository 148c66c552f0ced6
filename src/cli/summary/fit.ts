/** What a person reads after fitting. */
import { evaluationOf } from '../../verbs/report.ts'
import type { FitResult } from '../../verbs/fit.ts'
import { FIGURE_NAMES, figureText } from '../../verbs/judge.ts'
import type { FigureName } from '../../verbs/fold-figures.ts'
import { membersOf } from '../../recipe/members.ts'
import { isUsable } from '../../verbs/learning-rows.ts'
import { subjectOf } from '../../verbs/fit-report.ts'
import type { Terminal } from '../terminal.ts'
import { describeLevels } from './levels.ts'
import { counted, instant, number, typed } from '../words.ts'

export function describeFit(terminal: Terminal, result: FitResult): void {
  const { artifact, source, split } = result
  const { lineage } = artifact
  const from = lineage.files.length > 3 ? `${lineage.files.length} files` : lineage.files.join(', ')
  terminal.say(
    'rows',
    `${number(lineage.rows)} from ${from}${lineage.from ? `, ${span(lineage, artifact.recipe.columns.time?.zone)}` : ''}`,
  )
  for (const note of [...source.notes, ...result.notes]) terminal.say('', note)
  const rejected = leftOut(result)
  if (rejected.length) terminal.say('left out', rejected.map(([why, n]) => `${why} ${number(n)}`).join(', '))
  const tested = split.test.length ? ` + ${number(split.test.length)} kept for the test` : ''
  terminal.say(
    'learn',
    `${number(split.train.length)} rows + ${number(split.heldOut.length)} held out${tested}; ${number(result.shared)} rows in both`,
  )
  if (result.shared > 0)
    terminal.host.warn(
      `${number(result.shared)} held-out rows are copies of rows that teach: the threshold may be too low`,
    )
  const { use, ...parameters } = artifact.recipe.model
  const trees = typeof parameters.n_estimators === 'number' ? `, ${parameters.n_estimators} trees` : ''
  const members = membersOf(artifact.recipe.model).map(member => member.use)
  terminal.say(
    'model',
    `${use}${members.length > 1 ? ` of ${members.join(', ')}` : trees}, ${counted(artifact.features.length, 'feature')}, seed ${artifact.recipe.seed}`,
  )
  if (result.found) terminal.say('found', result.found)
  describeJudged(terminal, artifact)
  if (artifact.recipe.columns.label !== undefined) describeQuality(terminal, result)
  describeLevels(terminal, artifact)
  terminal.say(
    'saved',
    `${result.path} (${result.id.slice(0, 8)})${result.page === undefined ? '' : `, ${result.page}`}`,
  )
  terminal.say('next', `tocsin score ${typed(result.path)} new.csv`)
}

/** Out of fold first: of few rows the held-out ones say little. */
export function describeJudged(terminal: Terminal, { quality }: FitResult['artifact']): void {
  // A model file keeps its words in the order of the alphabet.
  const names = (Object.keys(FIGURE_NAMES) as FigureName[]).filter(name => quality?.figures[name])
  const [first, ...others] = names
  if (!quality || !first) return
  const text = (name: FigureName) => figureText({ name, ...quality.figures[name]! })
  const bad = quality.bad === undefined ? '' : `, ${number(quality.bad)} bad`
  const chance = quality.betterThanChance === false ? ': not better than chance' : ''
  terminal.say('quality', `${text(first)} ${quality.method}; ${number(quality.rows)} rows${bad}${chance}`)
  if (others.length) terminal.say('', others.map(text).join(', '))
}

function describeQuality(terminal: Terminal, result: FitResult): void {
  const evaluation = evaluationOf(subjectOf(result))
  const { roc_auc: auc, roc_auc_interval: interval, n_bad: bad } = evaluation
  if (auc === null || interval === null) {
    terminal.say('quality', 'unknown: the rows that did not teach are all good, or all bad')
    return
  }
  const chance = evaluation.better_than_chance ? '' : ': not better than chance'
  const range = interval.map(x => x.toFixed(2)).join('–')
  const label = result.artifact.quality ? '' : 'quality'
  terminal.say(label, `AUC ${auc.toFixed(2)} (${range}) on rows that did not teach, ${number(bad)} bad${chance}`)
}

function span({ from = '', to }: FitResult['artifact']['lineage'], zone: string | undefined): string {
  return to === undefined || to === from ? instant(from, zone) : `${instant(from, undefined)} to ${instant(to, zone)}`
}

function restText({ learn, task }: FitResult['artifact']['recipe']): string {
  if (task !== 'detect') return learn === undefined ? 'without an answer' : 'not in learn, or without an answer'
  return learn === undefined ? 'labelled bad' : 'not in learn'
}

/** Rows that neither teach, nor are held out, nor kept for the test: with these the rows add up. */
function leftOut({ artifact, rows, split }: FitResult): [string, number][] {
  const { recipe } = artifact
  const classes = new Map<string, number>()
  let rest = rows.rows - split.train.length - split.heldOut.length - split.test.length
  for (const [row, why] of rows.rejection) {
    if (isUsable(rows, recipe, row)) continue
    classes.set(why, (classes.get(why) ?? 0) + 1)
    rest--
  }
  if (rest > 0) classes.set(restText(recipe), rest)
  return [...classes]
}

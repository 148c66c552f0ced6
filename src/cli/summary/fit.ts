/** What a person reads after fitting. */
import { membersOf } from '../../recipe/members.ts'
import type { Step } from '../../recipe/schema.ts'
import { chosenParameters } from '../../verbs/describe-models.ts'
import type { FitResult } from '../../verbs/fit.ts'
import { subjectOf } from '../../verbs/fit-report.ts'
import type { FigureName } from '../../verbs/fold-figures.ts'
import { FIGURE_NAMES, figureText } from '../../verbs/judge.ts'
import { isUsable } from '../../verbs/learning-rows.ts'
import { evaluationOf } from '../../verbs/report.ts'
import type { Terminal } from '../terminal.ts'
import { counted, instant, number, typed } from '../words.ts'
import { describeLevels } from './levels.ts'

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
  const { use } = artifact.recipe.model
  const members = membersOf(artifact.recipe.model)
  const names = members.map(member => member.use)
  terminal.say(
    'model',
    `${members.length > 1 ? `${use} of ${names.join(', ')}` : modelText(artifact.recipe.model)}, ${counted(artifact.features.length, 'feature')}, seed ${artifact.recipe.seed}`,
  )
  if (result.found) terminal.say('found', result.found)
  describeJudged(terminal, artifact)
  const { label, target } = artifact.recipe.columns
  if (label !== undefined || target) describeQuality(terminal, result)
  describeLevels(terminal, artifact)
  terminal.say(
    'saved',
    `${result.path} (${result.id.slice(0, 8)})${result.page === undefined ? '' : `, ${result.page}`}`,
  )
  terminal.say('next', `tocsin score ${typed(result.path)} new.csv`)
}

/** "isolation-forest, 100 trees, max_features 0.5" */
function modelText(model: Step): string {
  const { n_estimators: trees, ...rest } = model
  const counted = typeof trees === 'number' ? [`${trees} trees`] : []
  return [model.use, ...counted, ...chosenParameters(counted.length ? (rest as Step) : model)].join(', ')
}

const FIGURE_ORDER = Object.keys(FIGURE_NAMES) as FigureName[]

/** Out of fold first: of few rows the held-out ones say little. */
export function describeJudged(terminal: Terminal, { quality }: FitResult['artifact']): void {
  const names = FIGURE_ORDER.filter(name => quality?.figures[name])
  const [first, ...others] = names
  if (!quality || !first) return
  const text = (name: FigureName) => figureText({ name, ...quality.figures[name]! })
  const bad = quality.bad === undefined ? '' : `, ${number(quality.bad)} bad`
  const chance = quality.betterThanChance === false ? ': not better than chance' : ''
  terminal.say('quality', `${text(first)} ${quality.method}; ${number(quality.rows)} rows${bad}${chance}`)
  if (others.length) terminal.say('', others.map(text).join(', '))
}

function describeQuality(terminal: Terminal, result: FitResult): void {
  const subject = subjectOf(result)
  const evaluation = evaluationOf(subject)
  const { figures, n_bad: bad, supervised, roc_auc: auc } = evaluation
  const label = result.artifact.quality ? '' : 'quality'
  const name = FIGURE_ORDER.find(each => figures[each])
  if (!name || (supervised && auc === null)) {
    if (supervised) terminal.say(label, `unknown: ${subject.where} are all good, or all bad`)
    return
  }
  const chance = evaluation.better_than_chance === false ? ': not better than chance' : ''
  const which = supervised ? `, ${number(bad)} bad` : ''
  terminal.say(label, `${figureText({ name, ...figures[name]! })} on ${subject.where}${which}${chance}`)
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

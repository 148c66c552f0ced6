/** What a person reads after fitting. */
import { evaluationOf } from '../../verbs/report.ts'
import type { FitResult } from '../../verbs/fit.ts'
import { subjectOf } from '../../verbs/fit-report.ts'
import type { Terminal } from '../terminal.ts'
import { describeLevels } from './levels.ts'
import { number } from './score.ts'

export function describeFit(terminal: Terminal, result: FitResult): void {
  const { artifact, source, split } = result
  const { lineage } = artifact
  const from = lineage.files.length > 3 ? `${lineage.files.length} files` : lineage.files.join(', ')
  terminal.say(
    'rows',
    `${number(lineage.rows)} from ${from}${lineage.from ? `, ${span(lineage.from, lineage.to)}` : ''}`,
  )
  for (const note of [...source.notes, ...result.notes]) terminal.say('', note)
  const rejected = Object.entries(lineage.rejected)
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
  terminal.say('model', `${use}${trees}, ${artifact.features.length} features, seed ${artifact.recipe.seed}`)
  if (artifact.recipe.columns.label !== undefined) describeQuality(terminal, result)
  describeLevels(terminal, artifact)
  terminal.say('saved', `${result.path} (${result.id.slice(0, 8)})${result.page === undefined ? '' : `, ${result.page}`}`)
  terminal.say('next', `tocsin score ${result.path} new.csv`)
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
  terminal.say('quality', `AUC ${auc.toFixed(2)} (${range}) on rows that did not teach, ${number(bad)} bad${chance}`)
}

function span(from: string, to: string | undefined): string {
  const text = (iso: string) => iso.slice(0, 16).replace('T', ' ')
  return to === undefined || to === from ? text(from) : `${text(from)} to ${text(to)}`
}

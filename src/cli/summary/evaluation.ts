/** What a person reads after an evaluation. */
import type { EvaluateResult } from '../../verbs/evaluate.ts'
import type { Terminal } from '../terminal.ts'
import { counted, number } from '../words.ts'

export function describeEvaluation(
  terminal: Terminal,
  { evaluation: e, directory, files, model }: EvaluateResult,
): void {
  const missing = e.n_not_scored ? ` + ${number(e.n_not_scored)} not scored` : ''
  terminal.say(
    'rows',
    `${number(e.n_samples)} scored${missing}${e.supervised ? `, ${number(e.n_bad)} of ${number(e.n_labelled)} bad` : ''}`,
  )
  const [least, median, most] = [e.score_min, e.score_median, e.score_max].map(x => x?.toPrecision(4) ?? '–')
  terminal.say('risk', `${least} to ${most}, median ${median}`)
  for (const level of e.levels) {
    const share = (x: { value: number } | null) => (x ? `${Number((100 * x.value).toPrecision(3))} %` : '–')
    const truth = e.supervised ? `, precision ${share(level.precision)}, recall ${share(level.recall)}` : ''
    // Less than a week says little about a week.
    const assumed = e.weeks_from === 'assumed 168 rows a week' ? ', assuming 168 rows a week' : ''
    const weekly =
      e.weeks >= 1 && Number.isFinite(level.episodes_per_week)
        ? ` (${Number(level.episodes_per_week.toPrecision(2))} a week${assumed})`
        : ''
    const held = level.hold ? `, held ${level.hold.count} of ${level.hold.of}` : ''
    terminal.say(
      level.name,
      `${level.name.length > 8 ? '\n         ' : ''}risk > ${level.cut.toPrecision(4)}${held}: ${counted(level.rows, 'row')} at this level, ${counted(level.alarms, 'row')} above the cut, ${counted(level.episodes, 'episode')}${weekly}${truth}`,
    )
  }
  if (e.roc_auc !== null && e.roc_auc_interval) {
    const chance = e.better_than_chance ? '' : ': not better than chance'
    terminal.say(
      'quality',
      `AUC ${e.roc_auc.toFixed(3)} (95 %: ${e.roc_auc_interval.map(x => x.toFixed(3)).join('–')})${chance}`,
    )
  }
  if (e.regression) {
    const { n, rmse, mae, r2 } = e.regression
    const [root, absolute] = [rmse, mae].map(x => x.toPrecision(4))
    terminal.say(
      'quality',
      `RMSE ${root}, MAE ${absolute}, R² ${r2.toFixed(3)} on ${number(n)} rows whose value is known`,
    )
  }
  if (e.concordance !== null)
    terminal.say('quality', `concordance ${e.concordance.toFixed(3)} (0.5 is chance, 1 the right order of all events)`)
  if (e.lead_times) {
    const found = e.lead_times.filter(l => l.lead_rows !== null).length
    terminal.say(
      'lead',
      `${found} of ${e.lead_times.length} groups alarmed to their end, median ${e.lead_median_rows ?? '–'} rows before it`,
    )
  }
  terminal.say('model', `${model.artifact.name} ${model.id.slice(0, 8)}`)
  terminal.say('wrote', `${directory}/: ${files.map(f => f.name).join(', ')}`)
}

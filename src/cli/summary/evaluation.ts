/** What a person reads after an evaluation. */
import { cutText, withUnit } from '../../recipe/answer-text.ts'
import type { Evaluation } from '../../verbs/assess.ts'
import type { EvaluateResult } from '../../verbs/evaluate.ts'
import type { Terminal } from '../terminal.ts'
import { counted, number } from '../words.ts'
import { describeJudged } from './fit.ts'

export function describeEvaluation(
  terminal: Terminal,
  { evaluation: e, directory, files, model }: EvaluateResult,
): void {
  const missing = e.n_not_scored ? ` + ${number(e.n_not_scored)} not scored` : ''
  terminal.say(
    'rows',
    `${number(e.n_samples)} scored${missing}${e.supervised ? `, ${number(e.n_bad)} of ${number(e.n_labelled)} bad` : ''}`,
  )
  terminal.say(...rangeText(e))
  for (const level of e.levels) {
    const share = (x: { value: number } | null) => (x ? `${Number((100 * x.value).toPrecision(3))} %` : '–')
    const truth = level.confusion_matrix ? `, precision ${share(level.precision)}, recall ${share(level.recall)}` : ''
    // Less than a week says little about a week.
    const assumed = e.weeks_from === 'assumed 168 rows a week' ? ', assuming 168 rows a week' : ''
    const weekly =
      e.weeks >= 1 && Number.isFinite(level.episodes_per_week)
        ? ` (${Number(level.episodes_per_week.toPrecision(2))} a week${assumed})`
        : ''
    const held = level.hold ? `, held ${level.hold.count} of ${level.hold.of}` : ''
    terminal.say(
      level.name,
      `${level.name.length > 8 ? '\n         ' : ''}${cutText(level.cut, e.answer)}${held}: ${counted(level.rows, 'row')} at this level, ${counted(level.alarms, 'row')} ${e.answer?.risk === 'low' ? 'below' : 'above'} the cut, ${counted(level.episodes, 'episode')}${weekly}${truth}`,
    )
  }
  describeJudged(terminal, model.artifact)
  const quality = model.artifact.quality ? '' : 'quality'
  const where = model.artifact.quality ? ' on these rows' : ''
  const chance = e.better_than_chance === false ? ': not better than chance' : ''
  if (e.roc_auc !== null && e.roc_auc_interval) {
    const brier = e.brier === null ? '' : `, Brier score ${e.brier.toFixed(3)}`
    terminal.say(
      quality,
      `AUC ${e.roc_auc.toFixed(3)} (95 %: ${e.roc_auc_interval.map(x => x.toFixed(3)).join('–')})${brier}${where}${chance}`,
    )
  }
  if (e.regression) {
    const { n, rmse, mae, r2 } = e.regression
    const [root, absolute] = [rmse, mae].map(x => x.toPrecision(4))
    terminal.say(
      quality,
      `RMSE ${root}, MAE ${absolute}, R² ${r2.toFixed(3)} on ${number(n)} rows whose value is known${chance}`,
    )
  }
  if (e.concordance !== null) {
    const { low, high } = e.figures.concordance ?? { low: 0, high: 1 }
    const interval = `95 %: ${low.toFixed(3)}–${high.toFixed(3)}`
    terminal.say(
      quality,
      `concordance ${e.concordance.toFixed(3)} (${interval}; 0.5 is chance, 1 the right order of all events)${where}${chance}`,
    )
  }
  if (e.control)
    terminal.say(
      'control',
      `T² above its limit of ${figure(e.control.t2.limit)} on ${counted(e.control.t2.above, 'row')}, SPE above ${figure(e.control.spe.limit)} on ${counted(e.control.spe.above, 'row')}`,
    )
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

/** Of a number, what was predicted, in its own unit. */
function rangeText({ answer, score_min, score_median, score_max }: Evaluation): readonly [string, string] {
  const turned = answer?.risk === 'low'
  const own = turned ? [score_max, score_median, score_min] : [score_min, score_median, score_max]
  const unit = answer && answer.risk !== null ? answer.unit : null
  const [least, median, most] = own.map(x => (x === null ? '–' : figure(turned ? -x : x)))
  const range = `${least} to ${withUnit(most ?? '–', unit)}, median ${withUnit(median ?? '–', unit)}`
  return answer && answer.risk !== null ? ['predict', `${answer.name} ${range}`] : ['risk', range]
}

function figure(value: number): string {
  return value.toPrecision(4)
}

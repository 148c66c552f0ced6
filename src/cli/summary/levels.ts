/** The levels of a model in words: where they start, what the held-out data says, what it cannot support. */
import { answerWords, cutText } from '../../recipe/answer-text.ts'
import { supportText } from '../../verbs/calibrate.ts'
import type { ModelFile } from '../../verbs/model-file.ts'
import { intervalText } from '../../verbs/report.ts'
import type { Terminal } from '../terminal.ts'

export function describeLevels(terminal: Terminal, { levels, recipe }: ModelFile['artifact']): void {
  const answer = answerWords(recipe)
  for (const { name, cut, rule, hold, support } of levels) {
    const held = hold ? `, held ${hold.count} of ${hold.of}` : ''
    const seen = support
      ? `; ${support.events === 0 ? 'none' : support.events} on the held-out rows (95 %: ${intervalText(support)}), asked ${rule.replace(/^false alarms /, '')}`
      : `; ${rule}`
    terminal.say(name, `${name.length > 8 ? '\n         ' : ''}${cutText(cut, answer)}${held}${seen}`)
    if (support && !support.supported) terminal.say('       !', `${supportText(rule, support)}. Marked NOT SUPPORTED.`)
  }
}

import type { Command } from 'commander'
import { importance } from '../../verbs/importance.ts'
import { modelName } from '../../verbs/model-file.ts'
import { short } from '../../verbs/outcome.ts'
import { hiddenText } from '../../verbs/reasons.ts'
import * as options from '../options.ts'
import type { Terminal } from '../terminal.ts'
import { number } from '../words.ts'

interface Flags {
  model?: string
  input?: string[]
  output?: string
  sample?: number
  threads?: number
  memory?: string
}

const EXAMPLES = `Examples:
  tocsin importance pump.tocsin may.csv                 what the model goes by, over the rows of a table
  tocsin importance pump.tocsin may.csv --sample 500
`

const SHOWN = 15

export function addImportance(program: Command, terminal: Terminal): Command {
  return program
    .command('importance')
    .description('Say what a model goes by: the mean share of each feature, and what the quality loses without it.')
    .argument('[model]', 'the model file')
    .argument('[input]', 'the table')
    .option('-m, --model <file>', 'the model file')
    .option('-i, --input <path...>', 'the table')
    .option('-o, --output <name>', 'the outputs, without an ending (default: <model>_importance)')
    .option('--sample <rows>', 'how many rows to look at', options.asCount('sample'))
    .option('--threads <n>', 'threads for reading tables', options.asCount('threads'))
    .option('--memory <size>', 'memory for tables, such as 600MB', options.asMemory)
    .addHelpText('before', EXAMPLES)
    .action(async (first: string | undefined, second: string | undefined, flags: Flags) => {
      const { model, input } = options.modelAndInput([first, second], flags, 'tocsin importance pump.tocsin may.csv')
      const output = flags.output ?? `${modelName(model)}_importance`
      const result = await importance(terminal.host, { ...flags, model, input, output })
      for (const warning of result.warnings) terminal.host.warn(warning)
      terminal.result(result.importance)
      const { rows, features, quality, method, hidden } = result.importance
      terminal.say('rows', `${number(rows)} looked at${quality ? `, ${quality.figure} ${short(quality.value)}` : ''}`)
      const shown = features.slice(0, SHOWN)
      const wide = Math.max(...shown.map(({ feature }) => feature.length))
      shown.forEach(({ feature, part, direction, loss }, i) => {
        const way = direction > 0.3 ? 'high is risky' : direction < -0.3 ? 'low is risky' : 'both ways'
        const lost =
          loss === null
            ? ''
            : `, without it ${quality?.figure} ${quality?.figure === 'RMSE' ? 'grows by' : 'loses'} ${short(loss)}`
        terminal.say(
          i === 0 ? 'goes by' : '',
          `${feature.padEnd(wide)}  ${(100 * part).toFixed(1).padStart(5)} %  ${way}${lost}`,
        )
      })
      if (features.length > SHOWN) terminal.say('', `and ${features.length - SHOWN} more`)
      if (hidden) terminal.say('', hiddenText(hidden))
      terminal.say('method', method)
      terminal.say('wrote', `${result.directory}/: ${result.files.map(f => f.name).join(', ')}`)
    })
}

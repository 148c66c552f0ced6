import type { Command } from 'commander'
import { alarmText, explain, ordinaryText, quietText, valueText } from '../../verbs/explain.ts'
import { modelName } from '../../verbs/model-file.ts'
import { short } from '../../verbs/outcome.ts'
import { hiddenText } from '../../verbs/reasons.ts'
import * as options from '../options.ts'
import type { Terminal } from '../terminal.ts'

interface Flags {
  model?: string
  input?: string[]
  output?: string
  row?: number
  id?: string
  top?: number
  threads?: number
  memory?: string
}

const EXAMPLES = `Examples:
  tocsin explain pump.tocsin today.csv                 why the riskiest row of the table is risky
  tocsin explain pump.tocsin today.csv --id S0035      one row, by its name
  tocsin explain pump.tocsin today.csv --row 288 -o why
`

const SHOWN = 8

export function addExplain(program: Command, terminal: Terminal): Command {
  return program
    .command('explain')
    .description('Say why one row has its risk: the share of each feature, and what would have been quiet.')
    .argument('[model]', 'the model file')
    .argument('[input]', 'the table')
    .option('-m, --model <file>', 'the model file')
    .option('-i, --input <path...>', 'the table')
    .option('-o, --output <name>', 'the outputs, without an ending (default: <model>_why)')
    .option('--row <n>', 'number of the row, from 1', options.asCount('row'))
    .option('--id <name>', 'the row by its name in the id column')
    .option('--top <n>', `features to list (default: ${SHOWN})`, options.asCount('top'))
    .option('--threads <n>', 'threads for reading tables', options.asCount('threads'))
    .option('--memory <size>', 'memory for tables, such as 600MB', options.asMemory)
    .addHelpText('before', EXAMPLES)
    .action(async (first: string | undefined, second: string | undefined, flags: Flags) => {
      const { model, input } = options.modelAndInput([first, second], flags, 'tocsin explain pump.tocsin today.csv')
      const output = flags.output ?? `${modelName(model)}_why`
      const result = await explain(terminal.host, { ...flags, model, input, output })
      for (const warning of result.warnings) terminal.host.warn(warning)
      terminal.result(result.explanation)
      describe(terminal, result, flags.top ?? SHOWN)
    })
}

function describe(
  terminal: Terminal,
  { explanation, directory, files }: Awaited<ReturnType<typeof explain>>,
  top: number,
) {
  const { row, name, risk, cut, level, reasons, method, hidden } = explanation
  const named = name === `row ${row}` ? name : `${name} (row ${row})`
  terminal.say('row', `${named}: risk ${short(risk)}, ${level ?? 'OK'}; ${alarmText(cut)}`)
  const shown = reasons.slice(0, top)
  const wide = Math.max(...shown.map(({ feature }) => feature.length))
  shown.forEach((reason, i) => {
    const { feature, share } = reason
    const usual = ordinaryText(reason)
    terminal.say(
      i === 0 ? 'because' : '',
      `${feature.padEnd(wide)}  ${share > 0 ? '+' : ''}${short(share)}  ${valueText(reason)}${usual ? `, ${usual}` : ''}`,
    )
  })
  for (const reason of shown) {
    const text = quietText(reason)
    if (text) terminal.say('', text)
  }
  if (hidden) terminal.say('', hiddenText(hidden))
  terminal.say('method', method)
  terminal.say('wrote', `${directory}/: ${files.map(f => f.name).join(', ')}`)
}

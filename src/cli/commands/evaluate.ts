import type { Command } from 'commander'
import { Failure } from '../../errors.ts'
import { evaluate } from '../../verbs/evaluate.ts'
import { modelName } from '../../verbs/model-file.ts'
import * as options from '../options.ts'
import { describeEvaluation } from '../summary/evaluation.ts'
import type { Terminal } from '../terminal.ts'

interface Flags {
  model?: string
  input?: string[]
  output?: string
  reportDir?: string
  label?: string
  threshold?: number
  samplesPerWeek?: number
  runToFailure: boolean
}

const EXAMPLES = `Examples:
  tocsin evaluate pump.tocsin may.csv                        scores, alarms over time
  tocsin evaluate pump.tocsin may.csv --label "failed = 1"   against the truth: ROC, precision, recall
  tocsin evaluate pump.tocsin engines.csv --run-to-failure   lead time before each failure
`

export function addEvaluate(program: Command, terminal: Terminal): Command {
  return program
    .command('evaluate')
    .description('Say what a model is worth on a table: metrics.json, one HTML page, pictures.')
    .argument('[model]', 'the model file')
    .argument('[input]', 'the table')
    .option('-m, --model <file>', 'the model file')
    .option('-i, --input <path...>', 'the table')
    .option('-o, --output <folder>', 'the folder of the report (default: <model>_evaluation)')
    .option('--report-dir <folder>', 'the same')
    .option('--label <condition>', 'which rows are bad: a column, or a condition (default: the recipe’s label)')
    .option('-t, --threshold <number>', 'use this cut in place of the calibrated one', options.asNumber('threshold'))
    .option(
      '--samples-per-week <n>',
      'rows a week, where the rows have no times (default: 168)',
      options.asPositive('samples-per-week'),
    )
    .option('--run-to-failure', 'the last row of each group is its failure: report lead times', false)
    .addHelpText('before', EXAMPLES)
    .action(async (first: string | undefined, second: string | undefined, flags: Flags) => {
      const { model, input } = options.modelAndInput([first, second], flags, 'tocsin evaluate pump.tocsin may.csv')
      if (flags.output !== undefined && flags.reportDir !== undefined)
        throw new Failure('USAGE', { problem: '--output and --report-dir are the same', hint: 'Give one of them.' })
      const output = flags.output ?? flags.reportDir ?? `${modelName(model)}_evaluation`
      const result = await evaluate(terminal.host, { ...flags, model, input, output })
      for (const warning of result.warnings) terminal.host.warn(warning)
      terminal.result(result.evaluation)
      describeEvaluation(terminal, result)
    })
}

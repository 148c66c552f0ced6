import type { Command } from 'commander'
import { Failure } from '../../errors.ts'
import { parseBudget } from '../../recipe/measures.ts'
import type { Rule } from '../../recipe/schema.ts'
import { recalibrate } from '../../verbs/recalibrate.ts'
import * as options from '../options.ts'
import { describeLevels } from '../summary/levels.ts'
import type { Terminal } from '../terminal.ts'

interface Flags {
  model?: string
  input?: string[]
  output?: string
  targetFar?: string
  quantile?: number
  contamination?: number
  threshold?: number
  level?: string
  samplesPerWeek?: number
  reportDir?: string
  strict: boolean
}

const EXAMPLES = `Examples:
  tocsin threshold pump.tocsin normal.csv --target_far 0.1/week
  tocsin threshold --model pump.tocsin --input normal.csv --target_far 1/month --samples_per_week 168
  tocsin threshold pump.tocsin normal.csv --quantile 99.5%
  tocsin threshold pump.tocsin normal.csv --target_far 1%          a share of rows
`

export function addThreshold(program: Command, terminal: Terminal): Command {
  return program
    .command('threshold')
    .alias('calibrate')
    .description('Set a model’s alarm anew, from held-out rows that should be normal.')
    .argument('[model]', 'the model file')
    .argument('[input]', 'normal rows that the model has not learned from')
    .option('-m, --model <file>', 'the model file')
    .option('-i, --input <path...>', 'normal rows that the model has not learned from')
    .option('-o, --output <file>', 'the new model file (default: <model>_calibrated.tocsin)')
    .option('--target-far <budget>', 'false alarms allowed: 0.1/week, 1/month, 0.01/day, or a share of rows such as 1%')
    .option('--quantile <share>', 'the cut is this quantile of the risks', options.asShare('quantile'))
    .option(
      '--contamination <share>',
      'the cut calls this share of the rows anomalous',
      options.asShare('contamination'),
    )
    .option('-t, --threshold <number>', 'the cut itself', options.asNumber('threshold'))
    .option('--level <name>', 'which level (default: the mildest)')
    .option(
      '--samples-per-week <n>',
      'rows a week, where the rows have no times (default: 168)',
      options.asPositive('samples-per-week'),
    )
    .option('--report-dir <folder>', 'also write threshold_config.json and threshold.txt there')
    .option('--strict', 'fail when the data cannot support the budget', false)
    .addHelpText('before', EXAMPLES)
    .action(async (first: string | undefined, second: string | undefined, flags: Flags) => {
      const { model, input } = options.modelAndInput(
        [first, second],
        flags,
        'tocsin threshold pump.tocsin normal.csv --target_far 0.1/week',
      )
      const result = await recalibrate(terminal.host, {
        model,
        input,
        output: flags.output ?? model.replace(/(\.tocsin)?$/, '_calibrated.tocsin'),
        level: flags.level,
        rule: ruleOf(flags),
        samplesPerWeek: flags.samplesPerWeek,
        strict: flags.strict,
        reportDirectory: flags.reportDir,
      })
      terminal.result({ model: result.path, id: result.id, parent: result.parent.id, levels: result.artifact.levels })
      describeLevels(terminal, result.artifact)
      terminal.say(
        'saved',
        `${result.files.join(', ')} (${result.id.slice(0, 8)}), parent ${result.parent.id.slice(0, 8)}`,
      )
    })
}

/** The published flag counts four weeks to a month; a recipe counts calendar months. */
const FLAG_MONTH_WEEKS = 4

function ruleOf(flags: Flags): Rule | undefined {
  const given = (['targetFar', 'quantile', 'contamination', 'threshold'] as const).filter(f => flags[f] !== undefined)
  if (given.length > 1) {
    throw new Failure('USAGE', {
      problem: 'more than one rule for the threshold was given',
      hint: 'Give one of --target-far, --quantile, --contamination, --threshold.',
    })
  }
  if (flags.quantile !== undefined) return { kind: 'quantile', value: flags.quantile }
  if (flags.contamination !== undefined) return { kind: 'contamination', value: flags.contamination }
  if (flags.threshold !== undefined) return { kind: 'risk', value: flags.threshold }
  if (flags.targetFar === undefined) return undefined
  const budget = parseBudget(flags.targetFar, { monthWeeks: FLAG_MONTH_WEEKS })
  if (!budget) {
    throw new Failure('USAGE', {
      problem: `--target-far is ${JSON.stringify(flags.targetFar)}, expected a budget`,
      hint: 'Give for example 0.1/week, 1/month, 0.01/day or 1%.',
    })
  }
  return budget
}

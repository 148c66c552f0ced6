import type { Command } from 'commander'
import { compare } from '../../verbs/compare.ts'
import { jsonOf, shownFigures, verdictOf } from '../../verbs/compare-report.ts'
import { figureText } from '../../verbs/judge.ts'
import { short } from '../../verbs/outcome.ts'
import { readRecipe } from '../../verbs/recipe-file.ts'
import * as options from '../options.ts'
import type { Terminal } from '../terminal.ts'
import { number } from '../words.ts'

interface Flags {
  config?: string
  input?: string[]
  output?: string
  models?: string
  threads?: number
  memory?: string
}

const EXAMPLES = `Examples:
  tocsin compare batch.yaml                            the recipe's models; with one, all that can do its task
  tocsin compare batch.yaml --models logistic-regression,gradient-boosting
`

export function addCompare(program: Command, terminal: Terminal): Command {
  return program
    .command('compare')
    .description('Judge several models on one recipe, on the same folds: figures with intervals, curves, the winner.')
    .argument('[recipe]', 'the recipe')
    .option('-c, --config <file>', 'the recipe')
    .option('-i, --input <path...>', 'rows to use in place of the recipe’s')
    .option('-o, --output <folder>', 'the folder of the outputs (default: <name>_comparison)')
    .option('--models <kinds>', 'models to compare, with commas between them (default: the recipe’s)')
    .option('--threads <n>', 'threads for fitting and reading', options.asCount('threads'))
    .option('--memory <size>', 'memory for tables, such as 600MB', options.asMemory)
    .addHelpText('before', EXAMPLES)
    .action(async (position: string | undefined, flags: Flags) => {
      const given = options.given([position], { config: flags.config }).config
      const recipe = readRecipe(options.required(given, 'the recipe', 'tocsin compare batch.yaml'))
      const output = flags.output ?? `${recipe.recipe.name}_comparison`
      const models = flags.models?.split(',').map(kind => kind.trim())
      const { comparison, judging, files, directory, notes } = await compare(terminal.host, {
        ...flags,
        recipe,
        output,
        models,
      })
      terminal.result(jsonOf(comparison))
      const bad = comparison.bad === undefined ? '' : `, ${number(comparison.bad)} bad`
      terminal.say('rows', `${number(comparison.rows)}${bad}; out of fold, ${comparison.method}`)
      if (judging.folds.limit) terminal.say('', `no more folds: there are only ${judging.folds.limit}`)
      for (const note of notes) terminal.say('', note)
      if (comparison.shared > 0)
        terminal.host.warn(
          `${number(comparison.shared)} rows were judged by a model that an equal row taught: their figures are too good`,
        )
      const wide = Math.max(...comparison.contenders.map(({ name }) => name.length))
      comparison.contenders.forEach((contender, i) => {
        const p = contender.p === undefined ? '' : `  p ${contender.p.toPrecision(2)}`
        const text = contender.failed
          ? `failed: ${contender.failed.split('\n')[0]}`
          : `${shownFigures(contender).slice(0, 2).map(figureText).join('  ')}${p}  fit ${short(contender.fitMs)} ms`
        terminal.say(i === 0 ? 'models' : '', `${contender.name.padEnd(wide)}  ${text}`)
      })
      terminal.say('winner', verdictOf(comparison))
      terminal.say('wrote', `${directory}/: ${files.map(f => f.name).join(', ')}`)
    })
}

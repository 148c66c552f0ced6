import type { Command } from 'commander'
import { writeFeatures } from '../../verbs/features.ts'
import { readRecipe } from '../../verbs/recipe-file.ts'
import * as options from '../options.ts'
import type { Terminal } from '../terminal.ts'
import { number } from '../words.ts'

const EXAMPLES = `Examples:
  tocsin features pump.yaml                     write pump_features.csv and .parquet
  tocsin features pump.yaml --input may.csv     the same of other rows
`

export function addFeatures(program: Command, terminal: Terminal): Command {
  return program
    .command('features')
    .alias('make-features')
    .description('Write the table with its features beside its columns, to look at before fitting.')
    .argument('[recipe]', 'the recipe')
    .option('-c, --config <file>', 'the recipe')
    .option('-i, --input <path...>', 'rows to use in place of the recipe’s')
    .option('-o, --output <name>', 'the outputs, without an ending (default: <name>_features)')
    .addHelpText('before', EXAMPLES)
    .action(async (position: string | undefined, flags: { config?: string; input?: string[]; output?: string }) => {
      const path = options.required(
        options.given([position], { config: flags.config }).config,
        'the recipe',
        'tocsin features pump.yaml',
      )
      const recipe = readRecipe(path)
      const output = flags.output ?? `${recipe.recipe.name}_features`
      const result = await writeFeatures(terminal.host, { recipe, input: flags.input, output })
      terminal.result({ rows: result.rows, features: result.features, files: result.files })
      terminal.say('rows', number(result.rows))
      terminal.say('features', `${result.features.length}: ${result.features.join(', ')}`)
      for (const note of result.notes) terminal.note(note)
      terminal.say('wrote', result.files.map(f => f.name).join(', '))
    })
}

import { existsSync } from 'node:fs'
import { basename, extname } from 'node:path'
import type { Command } from 'commander'
import { type FitResult, fit } from '../../verbs/fit.ts'
import { type LoadedRecipe, readRecipe } from '../../verbs/recipe-file.ts'
import { version } from '../../verbs/version.ts'
import * as options from '../options.ts'
import { describeFit } from '../summary/fit.ts'
import type { Terminal } from '../terminal.ts'

interface Flags {
  config?: string
  input?: string[]
  output?: string
  report: boolean
  strict: boolean
  samplesPerWeek?: number
  threads?: number
  memory?: string
}

const EXAMPLES = `Examples:
  tocsin fit pump.yaml                     learn from the recipe's rows, save pump.tocsin and pump.html
  tocsin fit data.csv                      the same without a recipe: a first one is written beside it
  tocsin fit pump.yaml --input may/*.csv -o models/may.tocsin --strict
`

export function addFit(program: Command, terminal: Terminal): Command {
  return program
    .command('fit')
    .alias('train')
    .description('Learn what is normal, set the alarm on held-out rows, save one model file.')
    .argument('[recipe]', 'the recipe, or a table to write a first recipe for')
    .option('-c, --config <file>', 'the recipe')
    .option('-i, --input <path...>', 'rows to use in place of the recipe’s')
    .option('-o, --output <file>', 'the model file (default: <name>.tocsin)')
    .option('--no-report', 'do not write the HTML report')
    .option('--strict', 'fail when the data cannot support a budget', false)
    .option(
      '--samples-per-week <n>',
      'rows a week, where the rows have no times (default: 168)',
      options.asPositive('samples-per-week'),
    )
    .option('--threads <n>', 'threads for reading tables and for judging the model', options.asCount('threads'))
    .option('--memory <size>', 'memory for tables, such as 600MB', options.asMemory)
    .addHelpText('before', EXAMPLES)
    .action(async (position: string | undefined, flags: Flags) => {
      const path = options.required(
        options.given([position], { config: flags.config }).config,
        'the recipe',
        'tocsin fit pump.yaml',
      )
      const recipe = isRecipe(path) ? readRecipe(path) : await firstRecipe(terminal, path)
      const output = flags.output ?? `${recipe.recipe.name}.tocsin`
      const result = await fit(terminal.host, { ...flags, recipe, output, version: version() })
      show(terminal, result)
    })
}

function isRecipe(path: string): boolean {
  return /\.(ya?ml)$/i.test(path) || (!existsSync(path) && !/\.(csv|parquet|xlsx|gz|tsv|txt)$/i.test(path))
}

/** `tocsin fit data.csv`: what `init` would write, once; then that file is the recipe. */
async function firstRecipe(terminal: Terminal, data: string): Promise<LoadedRecipe> {
  const { requireOwnRecipe, requireTable } = await import('../../verbs/first-recipe.ts')
  requireTable(data)
  const stem = basename(data)
    .replace(/\.gz$/i, '')
    .replace(/[*?[\]{}]/g, '')
  const path = `${stem.slice(0, stem.length - extname(stem).length) || 'recipe'}.yaml`
  if (existsSync(path)) {
    const recipe = readRecipe(path)
    requireOwnRecipe(recipe, data)
    terminal.say('recipe', `${path}, as it stands there`)
    return recipe
  }
  const { initRecipe } = await import('../../verbs/init.ts')
  await initRecipe(terminal.host, { input: data, output: path, replace: false })
  terminal.say('recipe', `${path}, written from what the data looks like; edit it and fit again`)
  return readRecipe(path)
}

function show(terminal: Terminal, result: FitResult): void {
  terminal.result({
    model: result.path,
    id: result.id,
    report: result.page ?? null,
    lineage: result.artifact.lineage,
    features: result.artifact.features.map(f => f.name),
    task: result.artifact.task,
    quality: result.artifact.quality ?? null,
    found: result.found ?? null,
    probability: result.artifact.recipe.probability ?? null,
    levels: result.artifact.levels,
    shared_rows: result.shared,
    notes: [...result.source.notes, ...result.notes],
  })
  describeFit(terminal, result)
}

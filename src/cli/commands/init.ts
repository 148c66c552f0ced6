import { basename } from 'node:path'
import type { Command } from 'commander'
import { initRecipe } from '../../verbs/init.ts'
import * as options from '../options.ts'
import type { Terminal } from '../terminal.ts'
import { counted, number, typed } from '../words.ts'

const EXAMPLES = `Examples:
  tocsin init data.csv                      look at the table, write data.yaml
  tocsin init book.xlsx --sheet Results -o lab.yaml
`

export function addInit(program: Command, terminal: Terminal): Command {
  return program
    .command('init')
    .description('Look at a table and write a first recipe, with comments on what was seen.')
    .argument('[input]', 'the table: CSV, Parquet or .xlsx; a file, a folder or a glob')
    .option('-i, --input <path>', 'the table')
    .option('-o, --output <file>', 'the recipe (default: <input>.yaml)')
    .option('--sheet <name>', 'the sheet of a workbook')
    .option('--replace', 'write over a recipe that is there', false)
    .addHelpText('before', EXAMPLES)
    .action(
      async (
        position: string | undefined,
        flags: { input?: string; output?: string; sheet?: string; replace: boolean },
      ) => {
        const input = options.required(
          options.given([position], { input: flags.input }).input,
          'the table',
          'tocsin init data.csv',
        )
        const stem = basename(input)
          .replace(/\.gz$/i, '')
          .replace(/\.[^.]+$/, '')
          .replace(/[*?[\]]/g, '')
        const result = await initRecipe(terminal.host, {
          input,
          output: flags.output ?? `${stem || 'recipe'}.yaml`,
          sheet: flags.sheet,
          replace: flags.replace,
        })
        terminal.result({ recipe: result.path, rows: result.rows, columns: result.columns, notes: result.notes })
        terminal.say('rows', `${number(result.rows)}, ${counted(result.columns, 'column')}`)
        for (const note of result.notes) terminal.say('', note)
        terminal.say('wrote', result.path)
        terminal.say('next', `look through ${result.path}, then: tocsin fit ${typed(result.path)}`)
      },
    )
}

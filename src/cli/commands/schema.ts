import type { Command } from 'commander'
import { jsonSchema } from '../../recipe/grammar.ts'
import { catalogue } from '../../verbs/recipe-file.ts'
import type { Terminal } from '../terminal.ts'

const EXAMPLES = `Examples:
  tocsin schema > recipe.schema.json      then tell your editor to check *.yaml with it
`

export function addSchema(program: Command, terminal: Terminal): Command {
  return program
    .command('schema')
    .description('Print the grammar of recipes as JSON Schema, for editors.')
    .addHelpText('before', EXAMPLES)
    .action(() => terminal.out(`${JSON.stringify(jsonSchema(catalogue), null, 2)}\n`))
}

import type { Command } from 'commander'
import { combine } from '../../verbs/combine.ts'
import { modelName } from '../../verbs/model-file.ts'
import { version } from '../../verbs/version.ts'
import * as options from '../options.ts'
import { describeLevels } from '../summary/levels.ts'
import type { Terminal } from '../terminal.ts'
import { number, typed } from '../words.ts'

interface Flags {
  input: string[]
  output?: string
  combine: 'mean-rank' | 'maximum'
  strict: boolean
  threads?: number
  memory?: string
}

const EXAMPLES = `Examples:
  tocsin ensemble forest.tocsin lof.tocsin --input normal.csv -o both.tocsin
  tocsin ensemble a.tocsin b.tocsin c.tocsin --input normal.csv --combine maximum
`

export function addEnsemble(program: Command, terminal: Terminal): Command {
  return program
    .command('ensemble')
    .description(
      'Make one model of several: each one’s risk becomes a rank among ordinary rows, and the ranks are combined.',
    )
    .argument('<models...>', 'two or more model files with the same features')
    .requiredOption('-i, --input <path...>', 'ordinary rows that none of them learned from')
    .option('-o, --output <file>', 'the new model file (default: ensemble.tocsin)')
    .option('--combine <how>', 'mean-rank or maximum', options.asCombine, 'mean-rank')
    .option('--strict', 'fail when the data cannot support a budget', false)
    .option('--threads <n>', 'threads for reading tables', options.asCount('threads'))
    .option('--memory <size>', 'memory for tables, such as 600MB', options.asMemory)
    .addHelpText('before', EXAMPLES)
    .action(async (models: string[], flags: Flags) => {
      const output = flags.output ?? 'ensemble.tocsin'
      const result = await combine(terminal.host, { ...flags, models, output, version: version() })
      for (const warning of result.warnings) terminal.host.warn(warning)
      const { artifact, id, path, members, rows } = result
      terminal.result({ model: path, id, members: members.map(m => m.path), rows, levels: artifact.levels })
      terminal.say('members', members.map(m => `${modelName(m.path)} (${m.artifact.recipe.model.use})`).join(', '))
      terminal.say('rows', `${number(rows)} ordinary rows to rank among; ${flags.combine}`)
      describeLevels(terminal, artifact)
      terminal.say('saved', `${path} (${id.slice(0, 8)})`)
      terminal.say('next', `tocsin score ${typed(path)} new.csv`)
    })
}

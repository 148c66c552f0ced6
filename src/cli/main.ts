/** The command line: parses, runs one command, prints a failure as what was found and what to do, and sets the exit code. */
import { Command, CommanderError } from 'commander'
import { EXIT, Failure } from '../errors.ts'
import { commands } from './commands/index.ts'
import { openTerminal, type Terminal } from './terminal.ts'

export async function main(argv: readonly string[]): Promise<void> {
  const terminal = openTerminal(argv)
  process.exitCode = await run(argv, terminal)
}

/** Runs one command line; returns the exit code. `demo` runs others through this, in the same process. */
export async function run(argv: readonly string[], terminal: Terminal): Promise<number> {
  try {
    const words = spellings(argv)
    const program = await programFor(words, terminal)
    await program.parseAsync(words, { from: 'user' })
    return EXIT.ok
  } catch (error) {
    return report(error, terminal)
  } finally {
    terminal.clear()
  }
}

async function programFor(words: readonly string[], terminal: Terminal): Promise<Command> {
  const program = new Command('tocsin')
    .description('Says now which batch, sample, machine or patient is at risk, before the final result is in.')
    .usage('<command> [options]')
    .option('-V, --version', 'print the version')
    .addHelpText('before', EXAMPLES)
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({ writeOut: text => terminal.out(text), writeErr: () => {} })
  const called = commands.filter(entry => entry.words.includes(words[0] ?? ''))
  for (const { load } of called.length ? called : commands) {
    const add = await load()
    const command = add(program, terminal)
    command
      .option('--json', 'print the result as JSON')
      .option('-q, --quiet', 'print nothing but failures')
      .option('-v, --verbose', 'also print notes, counts and timing')
      .exitOverride()
      .showSuggestionAfterError()
      .configureOutput({ writeOut: text => terminal.out(text), writeErr: () => {} })
    refuseTwice(command)
  }
  return program
}

/** Of a flag with one value that is given twice only the last would count, and nobody would notice. */
function refuseTwice(command: Command): void {
  for (const option of command.options) {
    if (!option.required || option.variadic || Array.isArray(option.defaultValue)) continue
    let seen = false
    command.on(`option:${option.name()}`, () => {
      if (seen)
        throw new Failure('USAGE', { problem: `${option.long} is given twice`, hint: `Give ${option.long} once.` })
      seen = true
    })
  }
}

const EXAMPLES = `Examples:
  tocsin init data.csv                    look at a table and write a first recipe
  tocsin fit data.yaml                    learn what is normal, set the alarm
  tocsin score data.tocsin today.csv      score new rows, say why
  tocsin demo                             see it all on two simulated plants
`

/**
 * Both spellings of every flag and command are the same: --target_far and --target-far, score_batch and score-batch.
 * Only the name is touched, never a value.
 */
function spellings(argv: readonly string[]): string[] {
  const end = argv.indexOf('--')
  return argv.map((word, i) => {
    if (end >= 0 && i >= end) return word
    if (i === 0 && /^[a-z]+_[a-z]+$/.test(word)) return word.replaceAll('_', '-')
    const [name = '', ...value] = word.split('=')
    return /^--[a-z]/.test(word) ? [name.replaceAll('_', '-'), ...value].join('=') : word
  })
}

function report(error: unknown, terminal: Terminal): number {
  if (error instanceof CommanderError) {
    // Help and version are exits, too; only what went wrong has a code.
    if (error.exitCode === 0) return EXIT.ok
    if (error.code === 'commander.help') return EXIT.usage
    const problem = error.message.replace(/^error: /, '')
    return report(new Failure('USAGE', { problem, hint: 'See tocsin --help, or tocsin <command> --help.' }), terminal)
  }
  if (error instanceof Failure) {
    terminal.fail(error)
    return error.exit
  }
  terminal.bug(error)
  return EXIT.usage
}

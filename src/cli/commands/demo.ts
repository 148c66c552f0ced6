import { existsSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { Command } from 'commander'
import { Failure } from '../../errors.ts'
import * as options from '../options.ts'
import type { Terminal } from '../terminal.ts'
import { typed } from '../words.ts'

const EXAMPLES = `Examples:
  tocsin demo                      both plants, into ./demo-output
  tocsin demo lims-quality -o lab
`

/** The plants, in the order in which the demo shows them. Each is a folder under examples/. */
const PLANTS = ['lims-quality', 'predictive-maintenance'] as const

interface Plant {
  run(options: {
    folder: string
    seed: number
    print: (line: string) => void
    tocsin: (args: string[]) => Promise<void>
  }): Promise<{ files: string[] }>
}

export function addDemo(program: Command, terminal: Terminal): Command {
  return program
    .command('demo')
    .description('See it all: simulate a plant, fit, evaluate, score, and say what was found.')
    .argument('[plant]', PLANTS.join(' or '))
    .option('-o, --output <folder>', 'where to write', 'demo-output')
    .option('--seed <n>', 'the seed of the simulation', options.asCount('seed'), 42)
    .addHelpText('before', EXAMPLES)
    .action(async (plant: string | undefined, flags: { output: string; seed: number }) => {
      for (const name of chosen(plant)) {
        terminal.say(`\n── ${name} ──`, '')
        const { run } = (await import(plantModule(name))) as Plant
        const folder = join(flags.output, name)
        const { files } = await run({
          folder,
          seed: flags.seed,
          print: line => terminal.say(line, ''),
          tocsin: args => runInside(args, terminal),
        })
        terminal.say('files', files.map(f => relative('.', f)).join('\n         '))
      }
    })
}

function chosen(plant: string | undefined): readonly string[] {
  if (plant === undefined) return PLANTS
  if (PLANTS.some(p => p === plant)) return [plant]
  throw new Failure('USAGE', {
    problem: `there is no plant called ${plant}`,
    hint: `The plants are ${PLANTS.join(' and ')}.`,
  })
}

/** In a checkout examples/ holds TypeScript; in a package dist/examples/ holds what it was compiled to. */
function plantModule(name: string): string {
  const source = new URL(`../../../examples/${name}/demo.ts`, import.meta.url)
  return existsSync(source) ? source.href : new URL(`../../../examples/${name}/demo.js`, import.meta.url).href
}

/** One command as the person would type it, shown and run in this process. Its failure ends the demo. */
async function runInside(args: string[], terminal: Terminal): Promise<void> {
  const { run } = await import('../main.ts')
  terminal.say(`\n$ tocsin ${args.map(typed).join(' ')}`, '')
  const exit = await run(args, terminal)
  if (exit !== 0)
    throw new Failure('USAGE', { problem: `tocsin ${args[0]} ended with code ${exit}`, hint: 'See the message above.' })
}

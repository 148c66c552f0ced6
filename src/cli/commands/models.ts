import type { Command } from 'commander'
import { defaultText, describeModels, findDescription, type ModelDescription } from '../../verbs/describe-models.ts'
import type { Terminal } from '../terminal.ts'

const EXAMPLES = `Examples:
  tocsin models                       every model, what it is asked, in one line each
  tocsin models gradient-boosting     one of them, with its parameters
  tocsin models --json
`

export function addModels(program: Command, terminal: Terminal): Command {
  return program
    .command('models')
    .description('List the models: what each is for, its tasks, its parameters with their defaults.')
    .argument('[model]', 'only this one, with its parameters')
    .addHelpText('before', EXAMPLES)
    .action((word: string | undefined) => {
      const one = word === undefined ? undefined : findDescription(word)
      if (terminal.json) return terminal.result(one ?? describeModels())
      terminal.out(one ? page(one) : list(describeModels()))
    })
}

function list(all: readonly ModelDescription[]): string {
  const wide = Math.max(...all.map(({ kind }) => kind.length))
  const tasks = Math.max(...all.map(model => model.tasks.join(', ').length))
  const lines = all.map(
    model => `${model.kind.padEnd(wide)}  ${model.tasks.join(', ').padEnd(tasks)}  ${model.about}\n`,
  )
  return `${lines.join('')}\nIts parameters: tocsin models ${all[0]?.kind ?? ''}\n`
}

function page({ kind, about, tasks, formula, source, takesMissing, parameters }: ModelDescription): string {
  const said = [
    ['tasks', tasks.join(', ')],
    ['missing', takesMissing ? 'taken as they are' : 'its rows are not scored; impute fills them'],
    ...(formula ? [['formula', formula]] : []),
    ...(source ? [['source', source]] : []),
  ]
  const facts = said.map(([label = '', text]) => `  ${label.padEnd(9)}${text}\n`).join('')
  const params = parameters.map(p => `  ${p.name}: ${defaultText(p)}\n      ${p.about}\n      ${p.allowed}\n`).join('')
  return `${kind}\n  ${about}\n\n${facts}\nParameters and their defaults\n${params}`
}

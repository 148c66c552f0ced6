/** `npm run docs:models`: a page for each model, from its definition. `--check` fails where a page is not what it says. */
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { defaultText, describeModels, type ModelDescription } from '../src/verbs/describe-models.ts'

const folder = join(import.meta.dirname, '..', 'docs', 'models')

/** Path under docs/models → text. */
export function modelPages(): Map<string, string> {
  const models = describeModels()
  return new Map([['README.md', index(models)], ...models.map(model => [`${model.kind}.md`, page(model)] as const)])
}

const TASKS: Readonly<Record<string, string>> = {
  detect: 'which rows are unusual',
  classify: 'which rows are bad',
  regress: 'how large a number will be',
  survive: 'how soon an event comes',
}

function index(models: readonly ModelDescription[]): string {
  const rows = models.map(({ kind, tasks, about }) => `| [${kind}](${kind}.md) | ${tasks.join(', ')} | ${about} |`)
  return `# Models

Made from the definitions by \`npm run docs:models\`; \`tocsin models\` says the same on the terminal.

| model | tasks | what it does |
|---|---|---|
${rows.join('\n')}

Tasks: ${Object.entries(TASKS)
    .map(([task, asks]) => `\`${task}\` asks ${asks}`)
    .join('; ')}. In every model a higher risk is riskier.
`
}

function page({ kind, about, tasks, formula, source, takesMissing, parameters }: ModelDescription): string {
  const missing = takesMissing
    ? 'A missing value is a value to it: rows with empty features are scored.'
    : 'A row with an empty feature is not scored, unless the recipe has `transforms: [impute]`.'
  const rows = parameters.map(
    p => `| \`${p.name}\` | ${cell(defaultText(p))} | ${cell(p.allowed)} | ${cell(p.about)} |`,
  )
  const table = rows.length
    ? `| parameter | default | allowed | meaning |\n|---|---|---|---|\n${rows.join('\n')}`
    : 'None.'
  return `# ${kind}

${about}

Asked: ${tasks.map(task => `${TASKS[task]} (\`${task}\`)`).join('; ')}. ${missing}

## Risk

${formula ?? ''}

${source ?? ''}

## Parameters

${table}

In a recipe: \`model: {use: ${kind}${example(parameters)}}\`.
`
}

function example(parameters: ModelDescription['parameters']): string {
  const [first] = parameters.filter(p => p.default !== undefined)
  return first ? `, ${first.name}: ${defaultText(first)}` : ''
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|')
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const pages = modelPages()
  const old = existsSync(folder) ? globSync('*.md', { cwd: folder }) : []
  const stale = [
    ...old.filter(name => !pages.has(name)),
    ...[...pages]
      .filter(([name, text]) => !old.includes(name) || readFileSync(join(folder, name), 'utf8') !== text)
      .map(([name]) => name),
  ]
  if (process.argv.includes('--check')) {
    if (stale.length)
      console.error(`docs/models is not what the definitions say: ${stale.join(', ')}; npm run docs:models`)
    process.exitCode = stale.length ? 1 : 0
  } else {
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder, { recursive: true })
    for (const [name, text] of pages) writeFileSync(join(folder, name), text)
  }
}

/** What a person reads of a model that another program fitted. */
import { stepText } from '../../recipe/members.ts'
import { ENSEMBLE, type Step } from '../../recipe/schema.ts'
import type { ModelFile } from '../../verbs/model-file.ts'
import type { Terminal } from '../terminal.ts'

type Artifact = ModelFile['artifact']
type Source = NonNullable<Artifact['source']>

const SHOWN = 12

export function describeSource(terminal: Terminal, artifact: Artifact): void {
  const { source, recipe } = artifact
  if (!source) return
  const from = [source.format, ...source.containers, ...versionTexts(source.versions)]
  terminal.say('from', `${source.file}: ${from.join(', ')}`)
  terminal.say('', `SHA-256 ${source.sha256}`)
  terminal.say('original', source.model)
  const set = settingTexts(source.parameters)
  if (set.length) terminal.say('', set.join(', '))
  if (source.classes) terminal.say('classes', shown(source.classes))
  for (const line of stepLines(artifact)) terminal.say('step', line)
  terminal.say('risk', `${source.risk}${recipe.columns.target ? ', a predicted number' : ''}`)
}

/** "scikit-learn 1.6.1" */
export const versionTexts = (versions: Source['versions']): string[] =>
  Object.entries(versions).map(([name, version]) => `${name} ${version}`)

/** "n_estimators 100"; without those that are None. */
export const settingTexts = (parameters: Source['parameters']): string[] =>
  Object.entries(parameters).flatMap(([name, value]) => (value === null ? [] : [`${name} ${value}`]))

/** What is done to a row, in order: each transform with the columns it reads, then the model. */
export function stepLines({ recipe }: Pick<Artifact, 'recipe'>): string[] {
  return [...recipe.transforms.map(onColumns), ...modelLines(recipe.model)]
}

const MOST_MODELS = 12

function modelLines(model: Step): string[] {
  if (model.use !== ENSEMBLE) return [onColumns(model)]
  const members = model.of as readonly Step[]
  const lines = members
    .slice(0, MOST_MODELS)
    .flatMap(modelLines)
    .map(line => `  ${line}`)
  const more = members.length > MOST_MODELS ? [`  and ${members.length - MOST_MODELS} more`] : []
  const weights = Array.isArray(model.weights) ? `, weights ${model.weights.slice(0, MOST_MODELS).join(', ')}` : ''
  return [`${String(model.combine)} of ${members.length} models${weights}`, ...lines, ...more]
}

/** "scale, columns 1 to 4" */
function onColumns({ from, count, ...step }: Step): string {
  if (typeof from !== 'number' || typeof count !== 'number') return stepText(step as Step)
  const where = count === 1 ? `column ${from + 1}` : `columns ${from + 1} to ${from + count}`
  return `${stepText(step as Step)}, ${where}`
}

export function shown(texts: readonly string[]): string {
  const rest = texts.length - SHOWN
  return `${texts.slice(0, SHOWN).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`
}

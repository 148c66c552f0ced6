/** What a person reads of a model file of our own. */
import { taskText } from '../../recipe/answer-text.ts'
import { membersOf, stepText } from '../../recipe/members.ts'
import type { Step } from '../../recipe/schema.ts'
import type { ModelFile } from '../../verbs/model-file.ts'
import type { Terminal } from '../terminal.ts'
import { instant, number } from '../words.ts'
import { describeJudged } from './fit.ts'
import { describeLevels } from './levels.ts'
import { describeSource, shown } from './source.ts'

export function describeModelFile(terminal: Terminal, { path, artifact, id, bytes }: ModelFile): void {
  const { model: state, transforms, profile, probability, ...description } = artifact
  const states = {
    model: shapes(state),
    transforms: transforms.map(shapes),
    ...(probability ? { probability: shapes(probability) } : {}),
  }
  terminal.result({ path, id, bytes, ...description, ...states })
  const { recipe, features } = artifact
  terminal.say(
    'file',
    `${path}, ${number(bytes)} bytes, tocsin format ${artifact.format}, written by ${artifact.version}`,
  )
  terminal.say('id', id)
  if (artifact.parent) terminal.say('parent', artifact.parent)
  terminal.say('name', artifact.name)
  terminal.say('task', taskText(recipe))
  if (artifact.source) describeSource(terminal, artifact)
  else {
    describeModel(terminal, recipe.model)
    for (const step of recipe.transforms) terminal.say('before', stepText(step))
  }
  if (recipe.balance) terminal.say('balance', stepText(recipe.balance))
  if (recipe.probability) terminal.say('risk', `a probability (${recipe.probability})`)
  if (!artifact.source) describeLineage(terminal, artifact)
  describeJudged(terminal, artifact)
  describeLevels(terminal, artifact)
  terminal.say('features', `${features.length}, with the range seen in training:`)
  const { min, max } = profile as Record<string, Float64Array>
  for (const [i, feature] of features.entries()) {
    const unit = feature.unit ? ` ${feature.unit}` : ''
    const formula = feature.text === `"${feature.name}"` ? '' : ` = ${feature.text}`
    const [low, high] = [min?.[i], max?.[i]].map(bound => Number((bound ?? Number.NaN).toPrecision(4)))
    const range = Number.isNaN(low) ? 'no value' : `${low} to ${high}${unit}`
    terminal.say('', `${feature.name}${formula}: ${feature.levels ? `one of ${shown(feature.levels)}` : range}`)
  }
  for (const { column, fault, range, limits, level, unit } of recipe.sensors) {
    const rules = [
      ...(fault.length ? [`fault codes ${fault.join(', ')}`] : []),
      ...(range ? [`possible ${range[0] ?? '−∞'} to ${range[1] ?? '∞'}`] : []),
      ...(limits ? [`limits ${limits[0] ?? '−∞'} to ${limits[1] ?? '∞'} raise ${level}`] : []),
    ]
    if (rules.length) terminal.say('sensor', `${column}${unit ? ` (${unit})` : ''}: ${rules.join('; ')}`)
  }
}

function describeLineage(terminal: Terminal, { lineage, recipe }: ModelFile['artifact']): void {
  terminal.say(
    'learned',
    `${number(lineage.learned)} rows of ${number(lineage.rows)} from ${lineage.files.join(', ')}; ${number(lineage.heldOut)} held out`,
  )
  if (lineage.from)
    terminal.say(
      '',
      `${instant(lineage.from, undefined)} to ${instant(lineage.to ?? lineage.from, recipe.columns.time?.zone)}`,
    )
  terminal.say('data', `SHA-256 ${lineage.sha256}`)
  terminal.say('seed', String(recipe.seed))
}

/** The models of an ensemble each on a line of its own. */
function describeModel(terminal: Terminal, model: Step): void {
  const members = membersOf(model)
  const one = members.length === 1
  terminal.say('model', one ? stepText(model) : `${model.use} of ${members.length} models, ${String(model.combine)}`)
  for (const member of one ? [] : members) terminal.say('', stepText(member))
}

function shapes(state: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(state).map(([key, value]) => [
      key,
      ArrayBuffer.isView(value) ? `${value.constructor.name}(${(value as Float64Array).length})` : value,
    ]),
  )
}

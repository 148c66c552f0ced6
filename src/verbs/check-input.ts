/** Whether a table has what a model needs, said the way the published interface says it. */
import type { Door } from '../data/door.ts'
import type { Source } from '../data/intake.ts'
import { Failure } from '../errors.ts'
import { nearest } from '../math/nearest.ts'
import { findColumn, ORDER } from '../plan/cells.ts'
import { readExpression } from '../plan/expressions.ts'
import { throughEarlier } from '../plan/features.ts'
import type { PlannedFeature } from '../recipe/feature.ts'
import { quoteName } from '../sql.ts'
import { findUnbound } from './bind.ts'
import type { ModelFile } from './model-file.ts'
import { tableOf } from './table.ts'

export interface Checked {
  /** The model's features, made anew from their text against this table. */
  readonly features: readonly PlannedFeature[]
  /** What the input lacks without stopping the work. */
  readonly warnings: readonly string[]
}

/**
 * A model file comes from outside: its expressions are held against the allow-list again, and only what that gives
 * reaches a statement.
 * @throws Failure MISSING_FEATURES, or MODEL_INVALID for an expression that is not acceptable.
 */
export async function checkInput(door: Door, source: Source, model: ModelFile): Promise<Checked> {
  const { levels, recipe, types } = model.artifact
  const features = await readFeatures(door, model)
  const needed = new Set(features.flatMap(f => f.columns))
  const windowed = features.some(f => f.kind === 'window') || levels.some(l => l.hold)
  if (windowed)
    for (const role of [recipe.columns.group, recipe.columns.time?.name]) if (role !== undefined) needed.add(role)
  const untyped = [...needed].find(name => !Object.hasOwn(types, name))
  if (untyped !== undefined)
    throw new Failure('MODEL_INVALID', { path: model.path, reason: `it does not say what its column ${untyped} holds` })
  requireColumns(
    [...needed],
    source,
    features.map(f => f.name),
  )
  const unbound = await findUnbound(door, tableOf(source), recipe, types, features, [])
  if (unbound) {
    const reason = `its feature ${unbound.feature?.text} cannot be computed: ${unbound.reason}`
    throw new Failure('MODEL_INVALID', { path: model.path, reason }, { cause: unbound.cause })
  }
  const unknown = Object.keys(types).filter(
    name => findColumn(source.names, name) < 0 && recipe.sensors.some(s => s.column === name),
  )
  return {
    features,
    warnings: unknown.map(name => `the input has no column ${name}: its limits and fault codes cannot be checked`),
  }
}

function requireColumns(needed: readonly string[], source: Source, features: readonly string[]): void {
  const missing = needed.filter(name => findColumn(source.names, name) < 0)
  if (!missing.length) return
  const hints = missing.slice(0, 3).flatMap(name => {
    const near = nearest(name, source.names)
    return near === undefined ? [] : [`${name} may be ${near} here`]
  })
  throw new Failure('MISSING_FEATURES', {
    missing: pythonList(missing),
    expected: pythonList(features),
    found: pythonList(source.names.filter(n => needed.includes(n))),
    nearest: hints.length ? `\n  ${hints.join('; ')}.` : '',
  })
}

/** A list as the published messages print it: ['a', 'b']. */
function pythonList(names: readonly string[]): string {
  return `[${names.map(n => `'${n}'`).join(', ')}]`
}

/** Of each feature only its name, text and unit are taken from the file; the rest follows from these. */
export async function readFeatures(door: Door, { path, artifact }: ModelFile): Promise<PlannedFeature[]> {
  const { group } = artifact.recipe.columns
  const known = Object.keys(artifact.types)
  const read: PlannedFeature[] = []
  for (const feature of artifact.features) {
    const { name, text } = feature
    if (text === quoteName(name)) {
      read.push({ ...feature, sql: text, kind: 'row', columns: [name] })
      continue
    }
    const columns = [...known, ...read.map(f => f.name)]
    try {
      const checked = await readExpression(text, door.parse, { path: `features.${name}`, columns, group, order: ORDER })
      read.push({ ...feature, ...throughEarlier(checked, read) })
    } catch (error) {
      const reason = `its feature ${text} is not acceptable: ${(error as Error).message}`
      throw new Failure('MODEL_INVALID', { path, reason }, { cause: error })
    }
  }
  return read
}

/** What the columns of a table mean under a recipe: types, features, time format. Settled once, at fit, and then kept. */
import type { Door } from '../data/door.ts'
import type { Source } from '../data/intake.ts'
import { Failure } from '../errors.ts'
import { asDouble, cellsOf, findColumn, ORDER, typedTable, UNTIMED } from '../plan/cells.ts'
import { readExpression } from '../plan/expressions.ts'
import { depthOf, throughEarlier } from '../plan/features.ts'
import type { Conditions } from '../plan/learn.ts'
import type { ColumnType, PlannedFeature, Types } from '../recipe/feature.ts'
import { type PathMistake, recipeFailure } from '../recipe/mistakes.ts'
import { checkColumns } from '../recipe/roles.ts'
import type { Recipe } from '../recipe/schema.ts'
import { isInternal, quoteName } from '../sql.ts'
import { findUnbound, unboundText } from './bind.ts'
import { type Condition, readAnswers, readCondition } from './conditions.ts'
import { findDateFormats, ISO } from './dates.ts'
import type { LoadedRecipe } from './recipe-file.ts'
import { tableOf } from './table.ts'
import { nameTexts } from './text-features.ts'

export interface Planned {
  /** With what the data settled written in: the time's format. */
  readonly recipe: Recipe
  readonly types: Types
  readonly features: readonly PlannedFeature[]
  readonly conditions: Conditions
  /** What was settled, for the person. */
  readonly notes: readonly string[]
}

/** A column is a number when at least this share of its non-empty cells are. */
export const NUMERIC_SHARE = 0.9
/** Computed features in one statement: three thousand take twenty seconds before the first row is read. */
const MAX_DERIVED = 1000
/** Each step is a query around a query, which DuckDB allows some hundreds of. */
const MAX_DEPTH = 100

export async function planColumns(door: Door, source: Source, given: LoadedRecipe): Promise<Planned> {
  checkColumns(given.recipe, source.names, given.source)
  const recipe = underTableNames(given.recipe, source.names)
  const loaded = { ...given, recipe }
  const notes: string[] = []
  const numeric = await numericColumns(door, source, recipe)
  const listed = recipe.features
    ? await listedFeatures(door, source, loaded)
    : numericFeatures(source, recipe, numeric, notes)
  const learn = await readCondition(door, source.names, recipe.learn, 'learn', loaded.source)
  const { label, target } = await readAnswers(door, source.names, recipe.columns, loaded.source)
  const used = [
    ...listed.flatMap(f => f.columns),
    ...(learn?.columns ?? []),
    ...(label?.columns ?? []),
    ...(target?.columns ?? []),
    ...recipe.sensors.map(s => s.column),
    ...roleColumns(recipe),
  ]
  const names = [...new Set(used.map(name => source.names[findColumn(source.names, name)] ?? name))]
  const entries = names.map(name => [name, typeOf(name, recipe, source, numeric)] as const)
  const types: Types = Object.fromEntries(entries)
  refuseMeasuredNames(loaded)
  const features = await nameTexts(door, source, listed, types, loaded)
  const time = await settleTime(door, source, loaded, types, notes)
  const settled = { ...recipe, columns: { ...recipe.columns, ...(time ? { time } : {}) } }
  await requireBound(door, source, { ...loaded, recipe: settled }, types, features, { learn, label, target })
  if (time) await noteUntimed(door, source, settled, types, notes)
  return {
    recipe: settled,
    types,
    features,
    conditions: {
      learn: learn?.sql,
      label: label?.sql,
      target: target?.sql,
      timed: time !== undefined && recipe.split.by === 'time',
    },
    notes,
  }
}

/** Case does not tell columns apart: from here on each has the name that it has in the table. */
export function underTableNames(recipe: Recipe, names: readonly string[]): Recipe {
  const own = (name: string) => names[findColumn(names, name)] ?? name
  const { id, time, group, later, private: hidden, blinded, ignore, types } = recipe.columns
  return {
    ...recipe,
    columns: {
      ...recipe.columns,
      ...(id === undefined ? {} : { id: own(id) }),
      ...(time === undefined ? {} : { time: { ...time, name: own(time.name) } }),
      ...(group === undefined ? {} : { group: own(group) }),
      ...(types === undefined
        ? {}
        : { types: Object.fromEntries(Object.entries(types).map(([name, type]) => [own(name), type])) }),
      later: later.map(own),
      private: hidden.map(own),
      blinded: blinded.map(own),
      ignore: ignore.map(own),
    },
    sensors: recipe.sensors.map(sensor => ({ ...sensor, column: own(sensor.column) })),
  }
}

function roleColumns({ columns }: Recipe): string[] {
  return [columns.id, columns.time?.name, columns.group].filter(name => name !== undefined)
}

/** How many cells of each column are numbers: names of those that count as numeric. Integer counts, so deterministic. */
export async function numericColumns(door: Door, source: Source, recipe: Recipe): Promise<ReadonlySet<string>> {
  if (source.kind === 'parquet') {
    return new Set(source.names.filter((_, i) => NUMERIC_TYPES.test(source.types[i] ?? '')))
  }
  const comma = source.dialect.decimal === ','
  const counts = source.names.flatMap((name, i) => {
    const missing = recipe.sensors.find(s => s.column === name)?.missing ?? []
    const cell = quoteName(name)
    const text = comma ? `replace(${cell}, ',', '.')` : cell
    const skip = missing.length
      ? ` AND ${cell} NOT IN (${missing.map(m => `'${m.replaceAll("'", "''")}'`).join(', ')})`
      : ''
    return [`count(*) FILTER (WHERE trim(${cell}) <> ''${skip}) AS f${i}`, `count(${asDouble(text)}) AS n${i}`]
  })
  const [row] = await door.rows(`SELECT ${counts.join(', ')} FROM ${source.sql}`)
  return new Set(
    source.names.filter(
      (_, i) => Number(row?.[`n${i}`]) > 0 && Number(row?.[`n${i}`]) >= NUMERIC_SHARE * Number(row?.[`f${i}`]),
    ),
  )
}

const NUMERIC_TYPES = /^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|DOUBLE|FLOAT|DECIMAL.*|BOOLEAN)$/

function numericFeatures(
  source: Source,
  recipe: Recipe,
  numeric: ReadonlySet<string>,
  notes: string[],
): PlannedFeature[] {
  if (recipe.columns.label !== undefined || recipe.columns.target !== undefined) {
    throw new Failure('NO_FEATURES', {
      path: source.files.join(', '),
      hint: 'With a label nothing is a feature by default, because columns known only later would leak in. List them under features:',
    })
  }
  const { columns } = recipe
  const roles = new Set([
    ...roleColumns(recipe),
    ...columns.later,
    ...columns.private,
    ...columns.blinded,
    ...columns.ignore,
  ])
  const free = source.names.filter(name => !roles.has(name))
  const used = free.filter(name => numeric.has(name) || recipe.sensors.some(s => s.column === name))
  const text = free.filter(name => !used.includes(name))
  if (text.length) notes.push(`not numeric, passed through: ${text.join(', ')}`)
  if (!used.length) {
    throw new Failure('NO_FEATURES', {
      path: source.files.join(', '),
      hint: 'List the features in the recipe, one a line, under features:',
    })
  }
  return used.map(name => columnFeature(name, recipe))
}

function columnFeature(name: string, recipe: Recipe): PlannedFeature {
  const unit = recipe.sensors.find(s => s.column === name)?.unit
  return {
    name,
    text: quoteName(name),
    sql: quoteName(name),
    kind: 'row',
    columns: [name],
    ...(unit === undefined ? {} : { unit }),
  }
}

/** Each expression is parsed by DuckDB and held against the allow-list; earlier features count as columns. */
async function listedFeatures(door: Door, source: Source, loaded: LoadedRecipe): Promise<PlannedFeature[]> {
  const planned: PlannedFeature[] = []
  const derived = (loaded.recipe.features ?? []).filter(f => findColumn(source.names, f.name) < 0).length
  if (derived > MAX_DERIVED) {
    const expected = `at most ${MAX_DERIVED}, besides columns: each is computed for every row`
    throw mistake(loaded, { path: 'features', at: 'key', found: `${derived} computed features`, expected })
  }
  for (const { name, sql } of loaded.recipe.features ?? []) {
    const at = findColumn(source.names, name)
    if (at >= 0 && (sql === name || sql === quoteName(name))) {
      planned.push(columnFeature(source.names[at] as string, loaded.recipe))
      continue
    }
    const path = `features.${name}`
    if (isInternal(name)) {
      throw mistake(loaded, { path, at: 'key', found: name, expected: 'another name: tocsin uses this one for itself' })
    }
    if (at >= 0) {
      const expected = 'a name of its own, so that the two cannot be mixed up'
      throw mistake(loaded, { path, at: 'key', found: `a feature named like the column ${name}`, expected })
    }
    const earlier = planned.map(f => f.name)
    const checked = await expression(door, sql, loaded, path, [...source.names, ...earlier])
    planned.push({ name, text: sql, ...throughEarlier(checked, planned) })
  }
  if (depthOf(planned) > MAX_DEPTH) {
    const found = `features upon features in more than ${MAX_DEPTH} steps`
    throw mistake(loaded, { path: 'features', found, expected: `at most ${MAX_DEPTH}: a window says the same in one` })
  }
  return planned
}

function expression(door: Door, sql: string, loaded: LoadedRecipe, path: string, columns: readonly string[]) {
  const { group } = loaded.recipe.columns
  return readExpression(sql, door.parse, { path, columns, group, order: ORDER, source: loaded.source })
}

function mistake(loaded: LoadedRecipe, what: PathMistake): Failure {
  return recipeFailure(loaded.source, [what])
}

/** A column that tells rows or machines apart. */
export function isName(name: string, { columns }: Recipe): boolean {
  return name === columns.id || name === columns.group
}

function typeOf(name: string, recipe: Recipe, source: Source, numeric: ReadonlySet<string>): ColumnType {
  // Names, whatever they look like: as numbers 1, 01 and 1.0 would be one machine, and A2 none.
  if (isName(name, recipe)) return 'text'
  const declared = recipe.columns.types?.[name]
  if (declared === 'text') return 'text'
  if (declared === 'number' || declared === 'integer') return 'number'
  const { time } = recipe.columns
  if (time && findColumn([time.name], name) >= 0)
    return time.unit !== undefined || (numeric.has(name) && !time.format) ? 'number' : 'time'
  if (recipe.sensors.some(s => s.column === name)) return 'number'
  if (source.types[findColumn(source.names, name)] === 'BOOLEAN') return 'boolean'
  return numeric.has(name) ? 'number' : 'text'
}

/** What is a name cannot be a reading as well: its limits and faults would need numbers. */
function refuseMeasuredNames(loaded: LoadedRecipe): void {
  const sensor = loaded.recipe.sensors.find(s => isName(s.column, loaded.recipe))
  if (!sensor) return
  throw mistake(loaded, {
    path: `sensors.${sensor.column}`,
    at: 'key',
    found: `${sensor.column}, which names rows or machines (columns.id, columns.group)`,
    expected: 'a column of readings: a name is a text, even where it looks like a number',
  })
}

/** A date without a declared format: the one format that fits all values, or an error that names the choices. */
async function settleTime(
  door: Door,
  source: Source,
  loaded: LoadedRecipe,
  types: Types,
  notes: string[],
): Promise<Recipe['columns']['time']> {
  const { time } = loaded.recipe.columns
  if (!time || source.kind === 'parquet' || time.format !== undefined || types[time.name] !== 'time') return time
  const formats = await findDateFormats(door, source, time.name)
  const [only, second] = formats
  if (only === undefined) {
    throw mistake(loaded, {
      path: 'columns.time',
      found: `${time.name}, whose values are no dates in any known way of writing`,
      expected: `the format: time: {name: ${time.name}, format: DD.MM.YYYY HH:mm}`,
    })
  }
  if (second !== undefined) {
    throw mistake(loaded, {
      path: 'columns.time',
      found: `${time.name}, whose dates can be read as ${formats.join(' or as ')}`,
      expected: `the one that is meant, for example time: {name: ${time.name}, format: ${only}}`,
    })
  }
  notes.push(`dates ${only} (only reading that fits)${time.zone ? `, zone ${time.zone}` : ''}`)
  return only === ISO ? time : { ...time, format: only }
}

/** @throws Failure RECIPE_INVALID naming the line whose expression does not fit what its columns hold. */
async function requireBound(
  door: Door,
  source: Source,
  loaded: LoadedRecipe,
  types: Types,
  features: readonly PlannedFeature[],
  { learn, label, target }: Readonly<Record<'learn' | 'label' | 'target', Condition | undefined>>,
): Promise<void> {
  const conditions = [
    ...(learn ? [{ path: 'learn', ...learn }] : []),
    ...(label ? [{ path: 'columns.label', ...label }] : []),
    ...(target ? [{ path: 'columns.label', ...target }] : []),
  ]
  const sqls = conditions.map(c => c.sql)
  const found = await findUnbound(door, tableOf(source), loaded.recipe, types, features, sqls)
  if (!found) return
  const path = found.feature ? `features.${found.feature.name}` : (conditions[found.condition]?.path ?? 'learn')
  const columns = found.feature?.columns ?? conditions[found.condition]?.columns ?? []
  throw recipeFailure(loaded.source, [{ path, ...unboundText(found.reason, columns, types) }], { cause: found.cause })
}

/** How many times cannot be read, and the first of them. */
async function noteUntimed(door: Door, source: Source, recipe: Recipe, types: Types, notes: string[]): Promise<void> {
  const name = recipe.columns.time?.name ?? ''
  const table = tableOf(source)
  const cells = cellsOf(table, recipe, { [name]: types[name] ?? 'time' }, [])
  const raw = cells[0]?.raw ?? 'NULL'
  const [row] = await door.rows(
    `SELECT count(*) AS n, min("~row") AS row, arg_min(coalesce(left(CAST(${raw} AS VARCHAR), 40), ''), "~row") AS text
      FROM (${typedTable(table, recipe, cells, true)}) WHERE ${UNTIMED}`,
  )
  if (!Number(row?.n)) return
  const hidden = recipe.columns.private.includes(name) || recipe.columns.blinded.includes(name)
  const text = hidden ? '' : `: ${String(row?.text).trim() || 'empty'}`
  notes.push(`${Number(row?.n)} of ${source.rows} times cannot be read, first row ${Number(row?.row)}${text}`)
}

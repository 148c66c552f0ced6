/**
 * A model as one SELECT that DuckDB or PostgreSQL runs: every column of the table as it is, then `score`, the risk, NULL
 * where there is none, and `level`, how many of the cuts it exceeds.
 *
 * Inside, the row itself goes through as one value, so that no column of the table is in the way of the names x0, x1 … of
 * the model's columns.
 */
import type { Artifact } from '../../artifact/artifact.ts'
import { stretchOf } from '../../artifact/risk.ts'
import { takesMissing } from '../../models/index.ts'
import type { PlannedFeature } from '../../recipe/feature.ts'
import type { Sensor } from '../../recipe/schema.ts'
import { sqlTokens } from '../../recipe/sql-names.ts'
import { isTurned } from '../../recipe/turned.ts'
import { quoteName } from '../../sql.ts'
import { refusal, refuseOwnProbability, SCORE_WITH_US } from '../refusal.ts'
import { constant } from './constants.ts'
import { KINDS, probability } from './models.ts'

export const DIALECTS = ['duckdb', 'postgres'] as const
export type Dialect = (typeof DIALECTS)[number]

export interface SqlOptions {
  readonly dialect: Dialect
  /** Its name, or that of a schema, a dot, and its name. */
  readonly table: string
  /** Wraps a SELECT of the table's columns in those that add the features. */
  layer(from: string): string
}

type Fitted = Omit<Artifact, 'lineage' | 'profile'>

/** Databases refuse an expression of a thousand operators. */
const TERMS = 200
const LARGEST = constant(Number.MAX_VALUE)
const SMALLEST = constant(-Number.MAX_VALUE)

/** @throws Failure EXPORT_REFUSED where the statement would not give the same risks */
export function exportSql(artifact: Fitted, { dialect, table, layer }: SqlOptions): string {
  const { recipe, levels } = artifact
  const features =
    dialect === 'postgres' ? artifact.features.map(feature => portable(feature, artifact)) : artifact.features
  for (const { name, kind } of features)
    if (kind === 'window') throw refusal('sql', `the feature ${name} depends on the rows around it`, SCORE_WITH_US)
  const write = Object.hasOwn(KINDS, recipe.model.use) ? KINDS[recipe.model.use] : undefined
  if (!write) {
    const hint = `These can: ${Object.keys(KINDS).join(', ')}. ONNX takes more: --to onnx.`
    throw refusal('sql', `${recipe.model.use} is not a model that can be written as one statement`, hint)
  }
  refuseOwnProbability('sql', artifact.model)
  const texts = features.map(({ levels }) => levels)
  const { terms, formulas: own } = write(artifact.model as never, texts)
  const formulas = [
    ...own,
    ...(artifact.probability ? [probability(artifact.probability)] : []),
    ...(isTurned(recipe.columns) ? [(z: string) => `-(${z})`] : []),
    finite,
  ]
  // Without it PostgreSQL would write the value of each column again wherever it is compared.
  const fence = dialect === 'postgres' ? ' OFFSET 0' : ''
  const wrap = (items: string, from: string) => `SELECT ${items}\nFROM (\n${from}\n) AS t${fence}`
  let sql = layered(artifact, features, tableName(table), layer, dialect)
  sql = wrap(modelColumns(artifact, features).join(', '), sql)
  const row = '"~row"'
  for (let at = 0; at < terms.length; at += TERMS) {
    const sum = [...(at > 0 ? ['z'] : []), ...terms.slice(at, at + TERMS)].join('\n+ ')
    const rest = at + TERMS < terms.length ? features.map((_, i) => `x${i}`).concat('complete') : ['complete']
    sql = wrap([row, ...rest, `${sum} AS z`].join(', '), sql)
  }
  for (const formula of formulas) sql = wrap(`${row}, complete, ${formula('z')} AS z`, sql)
  sql = wrap(`${row}, CASE WHEN complete THEN z END AS score`, sql)
  const above = levels.map(({ cut }) => `CASE WHEN score > ${constant(cut)} THEN 1 ELSE 0 END`)
  const level = `CASE WHEN score IS NULL THEN NULL ELSE ${above.length > 0 ? above.join(' + ') : '0'} END AS level`
  const came = dialect === 'postgres' ? '("~row").*' : 'unnest("~row")'
  return `${heading(artifact, dialect, table)}SELECT ${came}, score, ${level}\nFROM (\n${sql}\n) AS t;\n`
}

function heading({ name, recipe, levels }: Fitted, dialect: Dialect, table: string): string {
  const said = (text: string) => text.replace(/[\r\n]+/g, ' ')
  return [
    `-- ${said(name)}: ${recipe.model.use}, written by tocsin export for ${dialect}.`,
    `-- Scores the rows of ${said(table)}; score is NULL where a row has none. Higher is riskier.`,
    ...levels.map(({ name, cut }, i) => `-- level ${i + 1}, ${said(name)}: score > ${cut}`),
    '',
  ].join('\n')
}

function tableName(table: string): string {
  return table.split('.').map(quoteName).join('.')
}

/** The columns that features read, as numbers with what is no reading taken out, and the features. */
function layered(
  { recipe, types }: Fitted,
  features: readonly PlannedFeature[],
  table: string,
  layer: (from: string) => string,
  dialect: Dialect,
): string {
  const read = [...new Set(features.flatMap(({ columns }) => columns))]
  const other = read.find(name => types[name] !== 'number' && types[name] !== 'text')
  if (other !== undefined)
    throw refusal('sql', `the column ${other} is read as ${types[other]}, not as a number or a text`, SCORE_WITH_US)
  const numbers = read.filter(name => types[name] === 'number')
  const came = read.map((name, i) => {
    const own = `"~at".${quoteName(name)}`
    return types[name] === 'number' ? `CAST(${own} AS DOUBLE PRECISION) AS "~n${i}"` : `${own} AS "~n${i}"`
  })
  const sensorOf = (name: string) => recipe.sensors.find(({ column }) => column === name)
  const values = read.map((name, i) =>
    types[name] === 'number'
      ? `CASE WHEN ${soundness(`"~n${i}"`, sensorOf(name))} THEN "~n${i}" END AS ${quoteName(name)}`
      : `"~n${i}" AS ${quoteName(name)}`,
  )
  const broken = numbers.map(name => {
    const own = `"~n${read.indexOf(name)}"`
    return `(${own} IS NOT NULL AND NOT (${soundness(own, sensorOf(name))}))`
  })
  const inner = `SELECT ${['"~at" AS "~row"', ...came].join(', ')} FROM ${table} AS "~at"`
  const typed = `SELECT "~row", ${values.join(', ')}, ${broken.join(' OR ') || 'false'} AS "~line" FROM (${inner}) AS c`
  return dialect === 'duckdb' ? layer(typed) : sequence(typed, features)
}

/** PostgreSQL takes one feature after the other. */
function sequence(from: string, features: readonly PlannedFeature[]): string {
  return features
    .filter(({ name, sql }) => sql !== quoteName(name))
    .reduce((sql, { name, sql: own }, i) => `SELECT *, ${own} AS ${quoteName(name)} FROM (${sql}) AS f${i}`, from)
}

function soundness(own: string, sensor: Sensor | undefined): string {
  const { fault = [], range = [null, null] } = sensor ?? {}
  return [
    `${own} BETWEEN ${SMALLEST} AND ${LARGEST}`,
    ...(fault.length > 0 ? [`${own} NOT IN (${fault.map(constant).join(', ')})`] : []),
    ...(range[0] === null ? [] : [`${own} >= ${constant(range[0] as number)}`]),
    ...(range[1] === null ? [] : [`${own} <= ${constant(range[1] as number)}`]),
  ].join(' AND ')
}

/** x0, x1 … as the model takes them, and whether a row can be scored. */
function modelColumns({ recipe, transforms }: Fitted, features: readonly PlannedFeature[]): string[] {
  let columns = features.map(({ name, levels }) =>
    levels ? quoteName(name) : `CAST(${quoteName(name)} AS DOUBLE PRECISION)`,
  )
  const infinite = columns.flatMap((own, i) =>
    features[i]!.levels ? [] : [`coalesce(abs(${own}) = 'Infinity'::float8, false)`],
  )
  recipe.transforms.forEach((step, s) => {
    const write = Object.hasOwn(STEPS, step.use) ? STEPS[step.use] : undefined
    if (!write) throw refusal('sql', `its step ${step.use} is not one that can be exported`, SCORE_WITH_US)
    const { from, count } = stretchOf(step) ?? { from: 0, count: columns.length }
    columns = columns.map((own, i) =>
      i < from || i >= from + count || features[i]!.levels ? own : write(own, i - from, transforms[s] as never),
    )
  })
  const { count } = stretchOf(recipe.model) ?? { count: columns.length }
  if (count !== columns.length) throw refusal('sql', 'its model reads only some of the columns', SCORE_WITH_US)
  const absent = takesMissing(recipe.model) ? [] : columns.map(own => `(${own}) IS NULL`)
  const spoiled = ['"~line"', ...infinite, ...absent].join(' OR ')
  return ['"~row"', ...columns.map((own, i) => `${own} AS x${i}`), `NOT (${spoiled}) AS complete`]
}

type WriteStep = (own: string, column: number, state: never) => string

const STEPS: Readonly<Record<string, WriteStep>> = {
  impute: (own, column, { fill }: { fill: Float64Array }) => `coalesce(${own}, ${constant(fill[column]!)})`,
  scale: (own, column, { centre, size }: { centre: Float64Array; size: Float64Array }) =>
    `((${own} - ${constant(centre[column]!)}) / ${constant(size[column]!)})`,
}

/** NaN is above every number, to both databases. */
function finite(z: string): string {
  return `CASE WHEN ${z} BETWEEN ${SMALLEST} AND ${LARGEST} THEN ${z} END`
}

/** What both databases compute alike: sums, differences and products of columns and numbers. */
function portable(feature: PlannedFeature, { types, features }: Fitted): PlannedFeature {
  const { name, text, sql } = feature
  if (sql === quoteName(name)) return feature
  const tokens = sqlTokens(text)
  const strange = tokens.find(
    ({ kind, text }, i) =>
      !(kind === 'number' || kind === 'quoted' || (kind === 'name' && tokens[i + 1]?.text !== '(')) &&
      !(kind === 'sign' && '+-*()'.includes(text)),
  )
  if (strange)
    throw refusal(
      'sql',
      `the feature ${name} = ${text} has ${strange.text}, which PostgreSQL may compute differently`,
      'Export it for DuckDB, or compute the feature in a view and fit on that.',
    )
  const names = [...Object.keys(types), ...features.map(({ name }) => name)]
  const known = new Map(names.map(each => [each.toLowerCase(), each]))
  const parts = tokens.map(({ kind, text }) => {
    if (kind !== 'name' && kind !== 'quoted') return text
    const bare = kind === 'name' ? text : text.slice(1, -1).replaceAll('""', '"')
    return quoteName(known.get(bare.toLowerCase()) ?? bare)
  })
  return { ...feature, sql: `(${parts.join(' ')})` }
}

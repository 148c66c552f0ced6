/**
 * How the text of a table becomes values: numbers, times, faults. Text stays text; only columns with a role or used by
 * an expression are cast, and a cast that fails is an invalid cell with its reason, never an error of the query.
 *
 * Internal columns start with "~": `~oN` the cell as it came, `~nN` its number, `~time`, `~seconds`, `~row`. Columns under the
 * user's own names hold what expressions see: the number with faults, impossible and non-finite readings taken out.
 */
import type { ColumnType, PlannedFeature, Types } from '../recipe/feature.ts'
import type { Read, Recipe, Sensor } from '../recipe/schema.ts'
import { quoteName, quoteNumber, quoteText } from '../sql.ts'
import { fullTime, parsedTime } from './time-format.ts'

/** A table as the plan sees it: `sql` stands after FROM. */
export interface Table {
  readonly kind: 'csv' | 'parquet'
  readonly sql: string
  readonly names: readonly string[]
  /** DuckDB's type names; all VARCHAR for text tables. */
  readonly types: readonly string[]
  readonly decimal: NonNullable<Read['decimal']>
  /** A column that says what is wrong with a malformed line; empty elsewhere. */
  readonly faultColumn?: string
}

/** A column of the table that the plan reads as something other than text. */
export interface Cell {
  readonly name: string
  readonly index: number
  readonly type: ColumnType
  readonly sensor: Sensor | undefined
  /** The cell as it came, its number, its number with unusable readings taken out. */
  readonly raw: string
  readonly number: string
  readonly value: string
  /** Only a model reads it, and no rule of a sensor: what is not finite need not be taken out, the model has no score for it. */
  readonly direct: boolean
  /** The words true and false are 1 and 0. */
  readonly flags: boolean
}

/** The position of a column, by exact name or else by a name that differs only in case, as SQL sees it. −1: not there. */
export function findColumn(names: readonly string[], name: string): number {
  const exact = names.indexOf(name)
  if (exact >= 0) return exact
  const folded = name.toLowerCase()
  return names.findIndex(n => n.toLowerCase() === folded)
}

export function cellsOf(table: Table, recipe: Recipe, types: Types, features: readonly PlannedFeature[]): Cell[] {
  const derived = new Set(features.filter(f => f.sql !== quoteName(f.name)).flatMap(f => f.columns))
  const flagged = new Set(features.filter(f => f.takesFlags).flatMap(f => f.columns))
  const plain = new Set(features.map(f => f.name).filter(name => !derived.has(name)))
  const cells = Object.entries(types).flatMap(([name, type]) => {
    const index = findColumn(table.names, name)
    if (index < 0) return []
    const sensor = recipe.sensors.find(s => s.column === name)
    return {
      name,
      index,
      type,
      sensor,
      direct: plain.has(name) && !sensor,
      flags: flagged.has(name),
      raw: `"~o${index}"`,
      number: `"~n${index}"`,
      value: quoteName(name),
    }
  })
  // In the order of the table, in which people look for them: a model file keeps its types by name.
  return cells.sort((a, b) => a.index - b.index)
}

/**
 * SELECT of every column as it came (`~oN`), and of the cells as values under their own names. With `ordered`, a row
 * number `~row` from 1 in the order of the table.
 */
export function typedTable(table: Table, recipe: Recipe, cells: readonly Cell[], ordered: boolean): string {
  const came = table.names.map((name, i) => `${quoteName(name)} AS "~o${i}"`)
  if (ordered) came.push('row_number() OVER () AS "~row"')
  came.push(`${table.faultColumn ? `nullif(${quoteName(table.faultColumn)}, '')` : 'NULL::VARCHAR'} AS "~line"`)
  const numbers = cells.filter(c => c.type === 'number')
  const typed = numbers.map(c => `${numberOf(c, table)} AS ${c.number}`)
  const time = cells.find(c => c.name === recipe.columns.time?.name && c.type === 'time')
  if (time) typed.push(`${timeOf(time, table, recipe)} AS "~at"`)
  const values = cells.map(c => `${typedValue(c)} AS ${c.value}`)
  values.push(`CAST(${secondsOf(recipe, cells)} AS DOUBLE) AS "~seconds"`)
  const read = `SELECT *${list(typed)} FROM (SELECT ${came.join(', ')} FROM ${table.sql})`
  // A step of its own: in one expression the text would be read as a time again for each mention.
  const timed = `SELECT *, ${time ? fullTime('"~at"', time.raw) : 'NULL::TIMESTAMP'} AS "~time" FROM (${read})`
  return `SELECT *${list(values)} FROM (${timed})`
}

function list(items: readonly string[]): string {
  return items.length ? `, ${items.join(', ')}` : ''
}

/** The cell as DOUBLE, NULL where it is not one. */
function numberOf(cell: Cell, table: Table): string {
  const type = table.types[cell.index] ?? 'VARCHAR'
  if (type === 'BOOLEAN') return `CAST(CAST(${cell.raw} AS INTEGER) AS DOUBLE)`
  if (type !== 'VARCHAR') return `TRY_CAST(${cell.raw} AS DOUBLE)`
  const text = table.decimal === ',' ? `replace(${cell.raw}, ',', '.')` : cell.raw
  const number = cell.flags ? asDoubleOrFlag(text) : asDouble(text)
  const { sensor } = cell
  if (!sensor || (sensor.censored === undefined && sensor.missing.length === 0)) return number
  const cases = []
  if (sensor.missing.length) cases.push(`WHEN ${cell.raw} IN (${sensor.missing.map(quoteText).join(', ')}) THEN NULL`)
  // A laboratory writes "<0.5" below its limit of quantification.
  if (sensor.censored)
    cases.push(`WHEN starts_with(ltrim(${text}), '<') THEN ${asDouble(`substr(ltrim(${text}), 2)`)} / 2`)
  return `CASE ${cases.join(' ')} ELSE ${number} END`
}

/**
 * SQL: a text as DOUBLE, NULL where it is none. DuckDB would read 1_000, which a person may have meant as anything. The
 * cast stands outside the CASE: inside it would work on a selection, which costs a twentieth of reading the table.
 */
export function asDouble(text: string): string {
  return `TRY_CAST(${withoutGaps(text)} AS DOUBLE)`
}

const withoutGaps = (text: string) => `nullif(${text}, CASE WHEN contains(${text}, '_') THEN ${text} END)`

/** Whatever begins with a letter is looked at twice, so numbers cost no more than with {@link asDouble}. */
function asDoubleOrFlag(text: string): string {
  const word = `CASE lower(${text}) WHEN 'true' THEN '1' WHEN 'false' THEN '0' ELSE ${text} END`
  return `TRY_CAST(CASE WHEN ${text} < 'A' THEN ${withoutGaps(text)} ELSE ${word} END AS DOUBLE)`
}

/** What expressions see of a cell. */
function typedValue(cell: Cell): string {
  if (cell.type === 'time') return '"~time"'
  if (cell.type !== 'number') return `CAST(${cell.raw} AS VARCHAR)`
  if (cell.direct) return cell.number
  return `CASE WHEN ${usable(cell)} THEN ${cell.number} END`
}

function usable(cell: Cell): string {
  const tests = [`isfinite(${cell.number})`]
  const fault = isFault(cell)
  const outside = isOutside(cell.number, cell.sensor?.range)
  if (fault) tests.push(`NOT ${fault}`)
  if (outside) tests.push(`NOT ${outside}`)
  return tests.join(' AND ')
}

/** SQL condition: the reading is a code that means a broken sensor. Undefined where the sensor has no such codes. */
export function isFault({ sensor, number }: Cell): string | undefined {
  return sensor?.fault.length ? `(${number} IN (${sensor.fault.map(quoteNumber).join(', ')}))` : undefined
}

/** SQL condition: the number lies outside the bounds. Undefined where there are none. */
export function isOutside(number: string, bounds: Sensor['range']): string | undefined {
  if (!bounds) return undefined
  const [low, high] = bounds
  const tests = []
  if (low !== null) tests.push(`${number} < ${quoteNumber(low)}`)
  if (high !== null) tests.push(`${number} > ${quoteNumber(high)}`)
  return tests.length ? `(${tests.join(' OR ')})` : undefined
}

/** SQL condition: there is nothing in the cell. */
export function isMissing({ raw, sensor }: Cell): string {
  const text = `CAST(${raw} AS VARCHAR)`
  const words = sensor?.missing.length ? ` OR ${text} IN (${sensor.missing.map(quoteText).join(', ')})` : ''
  return `(${raw} IS NULL OR trim(${text}) = ''${words})`
}

function timeOf(cell: Cell, table: Table, recipe: Recipe): string {
  const isText = (table.types[cell.index] ?? 'VARCHAR') === 'VARCHAR'
  return parsedTime(cell.raw, isText ? recipe.columns.time?.format : undefined)
}

/** SQL condition: nobody knows when the row was, so it has no place among the rows of its group. */
export const UNTIMED = '("~seconds" IS NULL)'

/** What gives the rows of a group their order. */
export const ORDER = ['"~seconds"', '"~row"'] as const

const SECONDS: Readonly<Record<string, number>> = { ms: 0.001, s: 1, min: 60, h: 3600, d: 86400 }

/** SQL: the time of a row in seconds, as DOUBLE: UTC epoch for dates in a zone, the plain number times its unit otherwise. */
function secondsOf(recipe: Recipe, cells: readonly Cell[]): string {
  const { time } = recipe.columns
  const cell = time && cells.find(c => c.name === time.name)
  if (!time || !cell) return 'NULL::DOUBLE'
  if (cell.type === 'number') {
    const seconds = `${cell.number} * ${quoteNumber(SECONDS[time.unit ?? 's'] ?? 1)}`
    return `CASE WHEN isfinite(${cell.number}) THEN ${seconds} END`
  }
  return time.zone ? `epoch(timezone(${quoteText(time.zone)}, "~time"))` : 'epoch("~time")'
}

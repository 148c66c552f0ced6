/** The text of a first recipe, from what was seen in the data. Comments say what was seen; a person decides. */
import { quoteName } from '../sql.ts'
import { DEFAULTS, DELIMITERS } from './grammar.ts'
import type { Read } from './schema.ts'
import { quoted } from './source.ts'

/** A table as somebody looked at it. */
export interface DataDescription {
  /** As `rows.file` shall name it. */
  readonly file: string
  /** For the recipe and the model file; made fit for a file name. */
  readonly name: string
  readonly rows: number
  readonly sheet?: string
  /** What was settled about the text; only this is written down. */
  readonly read?: Read
  readonly columns: readonly SeenColumn[]
}

export interface SeenColumn {
  readonly name: string
  /** `id`: as good as every value differs. `constant`: one value. */
  readonly kind: 'numeric' | 'text' | 'time' | 'constant' | 'id'
  readonly missing: number
  readonly distinct: number
  readonly examples: readonly string[]
  /** Of the numbers that are no fault codes. */
  readonly min?: number
  readonly max?: number
  readonly unit?: string
  /** Numbers far outside the others that come again, such as -999. */
  readonly faults?: readonly { readonly value: number; readonly count: number }[]
  /** For a time: every format that fits all values. One is settled, several are the person's choice. */
  readonly formats?: readonly string[]
  /** For a time that is a plain number. */
  readonly timeUnit?: 'ms' | 's' | 'min' | 'h' | 'd'
  /** Values repeat in a way that rows seem to belong together. */
  readonly group?: boolean
  /** Two values, one of which looks like a bad end. */
  readonly label?: { readonly bad: string; readonly count: number }
}

/** An implicit YAML key may have 1024 characters; escapes make six of one. */
const MAX_KEY = 150

/** The recipe loads as it is written, whatever the columns are called. */
export function writeRecipe(description: DataDescription): string {
  const { columns } = description
  const id = columns.find(column => column.kind === 'id')
  const time = columns.find(column => column.kind === 'time')
  const apart = columns.filter(column => column.kind === 'constant' || (column.kind === 'id' && column !== id))
  const later = columns.filter(column => column.label && !apart.includes(column) && column !== id && column !== time)
  const sensors = columns.filter(
    column => column.kind === 'numeric' && !later.includes(column) && column.name.length <= MAX_KEY,
  )
  const lines = [
    ...heading(description),
    ...rowsOf(description),
    ...section('columns:', [
      ...(id ? [`  id: ${scalar(id.name)}${note(`${id.distinct} different values`)}`] : []),
      ...(time ? timeOf(time) : []),
      ...columns.filter(column => column.group).map(groupOf),
      ...later.map(labelOf),
      ...(later.length > 0
        ? [`  later: ${list(later)}${note('not a feature until you say so: it may be known only afterwards')}`]
        : []),
      ...(apart.length > 0 ? [`  ignore: ${list(apart)}${note(apart.map(why).join('; '))}`] : []),
    ]),
    ...section(
      'sensors:',
      sensors.map(sensor => sensorOf(sensor, codesElsewhere(sensor, sensors))),
    ),
    ...featuresOf(
      sensors,
      columns.map(column => column.name),
      columns.find(column => column.group),
    ),
    'levels:',
    `  ${DEFAULTS.level.name}: {false_alarms: ${DEFAULTS.level.budget}}${note(time ? 'or in time: {false_alarms: 1/month, hold: 3 of 5}' : 'of the rows')}`,
    `seed: ${DEFAULTS.seed}`,
  ]
  return `${lines.join('\n')}\n`
}

/** Lines that are right when their comment sign goes: columns that there are, and a name that no column has. */
function featuresOf(sensors: readonly SeenColumn[], names: readonly string[], group?: SeenColumn): string[] {
  const usual = '# Without features, every numeric column above that has no other role is one.'
  // A name that cannot stand in a comment as it is would stand there wrong.
  const [one, other] = sensors.filter(({ name }) => comment(name) === name)
  if (!one) return [usual, '']
  const free = (name: string): string =>
    names.some(taken => taken.toLowerCase() === name) ? free(`${name}_of_it`) : name
  const [a, b] = [column(one.name), column(other?.name ?? '')]
  const { min = 0, max = 0 } = one
  const middle = Number(((min + max) / 2).toPrecision(3))
  const said = (sql: string) => (sql.includes('"') ? quoted(sql) : sql)
  return [
    usual,
    '# A list of features turns that off: then only what it names is one. To choose, or to compute:',
    '# features:',
    ...(other
      ? [`#   ${free('ratio')}: ${said(`${a} / nullif(${b}, 0)`)}`]
      : [`#   ${free('distance')}: ${said(`abs(${a} - ${middle < 0 ? `(${middle})` : middle})`)}`]),
    ...(group
      ? [`#   ${free('rise')}: ${said(`${a} - lag(${a}) over group`)}  # with the line group: under columns`]
      : []),
    '',
  ]
}

/** Bare where it cannot be a word of SQL. */
function column(name: string): string {
  return /^(?!(current|session|local|pivot|try)_)[a-z]\w*[_\d]\w*$/i.test(name) ? name : quoteName(name)
}

function heading({ file, rows, columns }: DataDescription): string[] {
  const seen = `${rows} ${rows === 1 ? 'row' : 'rows'}, ${columns.length} ${columns.length === 1 ? 'column' : 'columns'}`
  return [
    `# A first recipe for ${comment(file)}: ${seen}.`,
    '# Comments say what was seen. Read it, change it, then run: tocsin fit',
    '',
  ]
}

function rowsOf({ file, name, sheet, read }: DataDescription): string[] {
  const settled = read ? flow(readOf(read)) : ''
  return [
    'tocsin: 1',
    `name: ${scalar(fileName(name))}`,
    'rows:',
    `  file: ${scalar(file)}`,
    ...(sheet === undefined ? [] : [`  sheet: ${scalar(sheet)}`]),
    ...(settled === '' ? [] : [`  read: ${settled}`]),
    '',
  ]
}

function readOf({ delimiter, names, ...rest }: Read): [string, string][] {
  const word = Object.entries(DELIMITERS).find(([, sign]) => sign === delimiter)?.[0] ?? delimiter
  return [
    ...(word === undefined ? [] : [['delimiter', scalar(word)] as [string, string]]),
    ...Object.entries(rest).flatMap(([key, value]): [string, string][] =>
      value === undefined ? [] : [[key, typeof value === 'string' ? scalar(value) : String(value)]],
    ),
    ...(names ? [['names', `[${names.map(scalar).join(', ')}]`] as [string, string]] : []),
  ]
}

function timeOf({ name, formats = [], timeUnit, examples }: SeenColumn): string[] {
  const said = (entries: [string, string][]) =>
    `time: ${entries.length === 0 ? scalar(name) : flow([['name', scalar(name)], ...entries])}`
  const [format] = formats
  if (timeUnit) return [`  ${said([['unit', timeUnit]])}`]
  if (formats.length > 1)
    return [
      `  # ${comment(name)} can be read in ${formats.length} ways (${comment(examples[0] ?? '')}). Keep the line that is right:`,
      ...formats.map(choice => `  # ${comment(said([['format', scalar(choice)]]))}`),
    ]
  const seen =
    format === undefined
      ? 'add its zone if it is not UTC: zone: Europe/Zurich'
      : 'the only reading that fits; add its zone: Europe/Zurich'
  return [`  ${said(format === undefined || format === 'ISO' ? [] : [['format', scalar(format)]])}${note(seen)}`]
}

function groupOf({ name, distinct }: SeenColumn): string {
  return `  # group: ${comment(scalar(name))}${note(`${distinct} values that repeat: rows that belong together?`)}`
}

function labelOf({ name, label }: SeenColumn): string {
  const bad = label?.bad ?? ''
  const test = `"${name.replaceAll('"', '""')}" = '${bad.replaceAll("'", "''")}'`
  return `  # label: ${comment(scalar(test))}${note(`${label?.count ?? 0} rows: the outcome? Then take it out of later, and list the features`)}`
}

function why({ name, kind, distinct, examples }: SeenColumn): string {
  return kind === 'constant'
    ? `${name} is always ${examples[0] ?? 'empty'}`
    : `${name} has ${distinct} different values`
}

/** How many spans of a sensor away from its readings a code must lie to be taken over from another sensor. */
const FAR_SPANS = 10

/** Codes of the other sensors, which one logger writes for all, far from what this one reads. */
function codesElsewhere({ faults = [], min, max }: SeenColumn, sensors: readonly SeenColumn[]): number[] {
  if (min === undefined || max === undefined) return []
  const far = FAR_SPANS * (max - min)
  const codes = new Set(sensors.flatMap(other => (other.faults ?? []).map(({ value }) => value)))
  return [...codes].filter(code => !faults.some(f => f.value === code) && (code < min - far || code > max + far))
}

function sensorOf({ name, unit, faults = [], min, max, missing }: SeenColumn, elsewhere: readonly number[]): string {
  const codes = [...faults.map(({ value }) => value), ...elsewhere]
  const known: [string, string][] = [
    ...(unit === undefined || unit.trim() === '' ? [] : [['unit', scalar(unit)] as [string, string]]),
    ...(codes.length > 0 ? [['fault', `[${codes.join(', ')}]`] as [string, string]] : []),
  ]
  const seen = [
    ...(min !== undefined && max !== undefined ? [`${min}–${max}`] : []),
    ...faults.map(({ value, count }) => `${value} ${times(count)}: looks like a fault code`),
    ...elsewhere.map(code => `${code} not here, but a fault code of another sensor`),
    ...(missing > 0 ? [`${missing} empty`] : []),
  ]
  return `  ${scalar(name)}: ${flow(known) || '{}'}${note(seen.join(', '))}`
}

function times(count: number): string {
  return count === 1 ? 'once' : count === 2 ? 'twice' : `${count} times`
}

function section(head: string, lines: readonly string[]): string[] {
  // A section of comments alone would be a word without a value.
  const filled = lines.some(line => !line.trimStart().startsWith('#'))
  return lines.length === 0 ? [] : [filled ? head : `# ${head}`, ...lines, '']
}

function list(columns: readonly SeenColumn[]): string {
  return `[${columns.map(({ name }) => scalar(name)).join(', ')}]`
}

function flow(entries: readonly (readonly [string, string])[]): string {
  return entries.length === 0 ? '' : `{${entries.map(([key, value]) => `${key}: ${value}`).join(', ')}}`
}

function note(text: string): string {
  return text === '' ? '' : `  # ${comment(text)}`
}

/** One printable line of at most 200 signs. */
function comment(text: string): string {
  const line = text.replace(/[\p{C}\p{Zl}\p{Zp}\s]+/gu, ' ').trim()
  return line.length > 200 ? `${line.slice(0, 199)}…` : line
}

/** A text as a YAML scalar that is a text again, in block and in flow. Words that YAML takes for values are quoted. */
export function scalar(text: string): string {
  const plain =
    /^[\p{L}_][\p{L}\p{N}_]*(?:[ ./:*%°-]?[\p{L}\p{N}_]+)*$/u.test(text) &&
    !/^(true|false|null|yes|no|on|off|y|n)$/i.test(text)
  if (plain) return text
  return JSON.stringify(text).replace(/[\u007f-\u00a0\u2028\u2029\ufeff\ufffe\uffff]|[\p{Cf}\p{Co}]/gu, sign =>
    [...Array(sign.length).keys()].map(i => `\\u${sign.charCodeAt(i).toString(16).padStart(4, '0')}`).join(''),
  )
}

function fileName(name: string): string {
  const plain = name.replace(/[^\p{L}\p{N}._-]+/gu, '-').replace(/^[^\p{L}\p{N}]+|[-.]+$/gu, '')
  return [...plain].slice(0, 60).join('') || 'recipe'
}

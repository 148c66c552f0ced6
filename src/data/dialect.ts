/** How a text table is written, found out by looking at its beginning. What somebody said always wins. */
import { Failure } from '../errors.ts'
import { createRecordReader, type Grammar, type RawRecord } from './records.ts'
import type { Read } from './source.ts'
import { unitsRow } from './units.ts'

export interface Layout extends Grammar {
  readonly decimal: '.' | ','
  readonly header: boolean
  readonly units: boolean
  /** Physical lines before the header (or before the first row when there is none). */
  readonly skip: number
  /** Physical lines before the first row of data. */
  readonly lead: number
  readonly names: readonly string[]
  readonly newline: '\n' | '\r\n'
  readonly notes: readonly string[]
}

const WORDS: Readonly<Record<string, string>> = {
  ',': 'commas',
  ';': 'semicolons',
  '\t': 'tabs',
  '|': 'pipes',
  ' ': 'blanks',
}
const CANDIDATES = [',', ';', '\t', '|']
/** Letters that are cut into fields once for each candidate. */
const RATED = 65_536
const SEP_LINE = /^"?sep=(.)"?(?:\r\n|\r|\n|$)/i

/**
 * `whole` says whether the sample is the whole file: else its last record is left out of the count.
 * @throws Failure INPUT_EMPTY, INPUT_HEADER, INPUT_UNREADABLE
 */
export function detectLayout(path: string, sample: string, whole: boolean, read: Read): Layout {
  const notes: string[] = []
  if (sample.trim() === '') throw new Failure('INPUT_EMPTY', { path, detail: 'the file is empty' })
  const sep = SEP_LINE.exec(sample)
  const skip = read.skip ?? (sep === null ? 0 : 1)
  const text = withoutLines(sample, skip)
  const quote = read.quote ?? '"'
  const delimiter = read.delimiter ?? sep?.[1] ?? detectDelimiter(text, quote, whole)
  if (read.delimiter === undefined && delimiter !== ',') notes.push(WORDS[delimiter] ?? `delimiter ${delimiter}`)
  const grammar = { delimiter, quote }
  const records = readAll(text, grammar, whole)
  const head = headOf(path, records, read)
  const decimal = read.decimal ?? detectDecimal(path, head.rows, head.names, delimiter, notes)
  if (head.units && read.units === undefined) notes.push('units row')
  const lead = skip + (head.rows[0]?.line ?? records.length + 1) - 1
  const newline = text.slice(0, 65_536).includes('\r\n') ? '\r\n' : '\n'
  return { delimiter, quote, decimal, skip, lead, newline, notes, ...head }
}

export interface Head {
  readonly header: boolean
  readonly units: boolean
  readonly names: readonly string[]
  /** The records below header and units. */
  readonly rows: readonly RawRecord[]
}

/** Which of the first records are names and units. @throws Failure INPUT_EMPTY, INPUT_HEADER */
export function headOf(path: string, records: readonly RawRecord[], read: Read): Head {
  const [first] = records
  if (first === undefined) throw new Failure('INPUT_EMPTY', { path, detail: 'there is nothing but blank lines' })
  const header = read.header ?? (read.names === undefined && looksLikeHeader(path, first))
  if (!header && read.names === undefined) throw nameless(path, first)
  const names = read.names ?? first.fields.map(name => name.trim())
  if (names.length !== first.fields.length && names.length !== withoutEmptyEnd(first.fields))
    throw wrongNames(path, names, first)
  const below = header ? records.slice(1) : records
  const units = read.units ?? (header && unitsRow(below))
  return { header, units, names, rows: units ? below.slice(1) : below }
}

/** Number of fields when empty ones at the end do not count. */
export function withoutEmptyEnd(fields: readonly string[]): number {
  let count = fields.length
  while (count > 1 && fields[count - 1]?.trim() === '') count -= 1
  return count
}

function withoutLines(text: string, count: number): string {
  let at = 0
  for (let i = 0; i < count; i += 1) {
    const found = /\r\n|\r|\n/.exec(text.slice(at))
    if (found === null) return ''
    at += found.index + found[0].length
  }
  return text.slice(at)
}

function readAll(text: string, grammar: Grammar, whole: boolean): RawRecord[] {
  const records: RawRecord[] = []
  const reader = createRecordReader(grammar, record => records.push(record))
  reader.push(text)
  const complete = records.length
  reader.end()
  return whole || complete === 0 ? records : records.slice(0, complete)
}

const NUMBER = /^\s*[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][+-]?\d+)?\s*$/

/** The delimiter that cuts the records into equally many fields; among equals, the one whose fields look like numbers. */
function detectDelimiter(text: string, quote: string, whole: boolean): string {
  const ranked = CANDIDATES.map(delimiter => rate(text.slice(0, RATED), { delimiter, quote }, whole))
    .filter(rating => rating.fields > 1)
    .sort((a, b) => b.steady - a.steady || b.numeric - a.numeric || b.fields - a.fields)
  const [best] = ranked
  if (best !== undefined) return best.delimiter
  const blanks = rate(text.slice(0, RATED), { delimiter: ' ', quote }, whole)
  return blanks.fields > 1 && blanks.steady === 1 && blanks.numeric > 0.5 ? ' ' : ','
}

interface Rating {
  readonly delimiter: string
  /** Fields of the first record. */
  readonly fields: number
  /** Share of records with as many, to whole percents. */
  readonly steady: number
  readonly numeric: number
}

function rate(text: string, grammar: Grammar, whole: boolean): Rating {
  const records = readAll(text, grammar, whole)
  const fields = records[0]?.fields.length ?? 0
  const body = records.slice(1)
  const cells = body.flatMap(record => record.fields)
  return {
    delimiter: grammar.delimiter,
    fields,
    steady: body.length === 0 ? 1 : share(body, record => record.fields.length === fields),
    numeric: share(cells, cell => NUMBER.test(cell)),
  }
}

const share = <T>(items: readonly T[], test: (item: T) => boolean): number =>
  items.length === 0 ? 0 : Math.round((100 * items.filter(test).length) / items.length) / 100

/** @throws Failure INPUT_HEADER when the first line holds only numbers: then nobody knows what the columns are. */
function looksLikeHeader(path: string, first: RawRecord): boolean {
  if (first.fields.every(field => NUMBER.test(field))) throw nameless(path, first)
  return true
}

function nameless(path: string, first: RawRecord): Failure {
  const names = first.fields.map((_, i) => `c${i + 1}`)
  const shown = names.length > 12 ? [...names.slice(0, 11), '…', names.at(-1)] : names
  return new Failure('INPUT_HEADER', {
    path,
    problem: `the first line holds numbers (${cut(first.text, 60)}), not names of columns`,
    hint: `Name the columns in the first line of the file, or under rows: in the recipe: read: {header: none, names: [${shown.join(', ')}]}. If these are the names, write: read: {header: true}`,
  })
}

function wrongNames(path: string, names: readonly string[], first: RawRecord): Failure {
  return new Failure('INPUT_HEADER', {
    path,
    problem: `${names.length} names were given, but line ${first.line} has ${first.fields.length} fields`,
    hint: 'Give one name for each field under rows: read: names.',
  })
}

export const cut = (text: string, length: number): string => (text.length > length ? `${text.slice(0, length)}…` : text)

const COMMA = /^[+-]?\d*,\d+(?:[eE][+-]?\d+)?$/
const POINT = /^[+-]?\d*\.\d+(?:[eE][+-]?\d+)?$/
const WHOLE = /^[+-]?\d+$/
const THOUSANDS = /^[+-]?\d{1,3}(?:([.,' \u00a0\u202f])\d{3})(?:\1\d{3})*(?:[.,]\d+)?$/

interface Seen {
  /** Lines of the first `1,5` and `1.5`. */
  comma?: { line: number; text: string }
  point?: { line: number; text: string }
  thousands?: { line: number; text: string }
  /** A quoted `1,5` between comma delimiters. */
  quoted?: { line: number; text: string }
  /** Something that is no number at all. */
  other: boolean
}

/** Words for "no value", and readings outside what a method can measure: they say nothing about the decimal sign. */
const BLANK = /^(?:NA|N\/A|#N\/A|nan|null|none|-|[+-]?inf(?:inity)?|[<>]\s*[\d.,]+)$/i

/** @throws Failure INPUT_UNREADABLE when some numbers have a decimal comma and others a decimal point. */
function detectDecimal(
  path: string,
  rows: readonly RawRecord[],
  names: readonly string[],
  delimiter: string,
  notes: string[],
) {
  const columns = names.map((_, i) => look(rows, i, delimiter))
  const numeric = columns.filter(seen => !seen.other)
  const comma = delimiter === ',' ? undefined : numeric.find(seen => seen.comma !== undefined)?.comma
  const mixed = numeric.find(seen => seen.comma !== undefined && seen.point !== undefined)
  const point = mixed?.point ?? numeric.find(seen => seen.point !== undefined)?.point
  if (delimiter !== ',' && comma !== undefined && point !== undefined) {
    const [a, b] = [mixed?.comma ?? comma, point]
    throw new Failure('INPUT_UNREADABLE', {
      path,
      reason: `line ${a.line} has a decimal comma (${a.text}), line ${b.line} a decimal point (${b.text})`,
      hint: "Say which one counts under rows: in the recipe: read: {decimal: ','}. Numbers written the other way are then invalid.",
    })
  }
  if (comma !== undefined) notes.push('decimal comma')
  for (const [i, { thousands, quoted }] of columns.entries()) {
    const odd = thousands ?? quoted
    if (odd === undefined) continue
    const mend = thousands === undefined ? "say read: {decimal: ','}" : 'write it without thousands separators'
    notes.push(`${names[i]}: ${odd.text} (line ${odd.line}) is not read as a number: ${mend}`)
  }
  return comma === undefined ? ('.' as const) : (',' as const)
}

function look(rows: readonly RawRecord[], column: number, delimiter: string): Seen {
  const seen: Seen = { other: false }
  for (const { fields, line } of rows) {
    const text = fields[column]?.trim() ?? ''
    if (text === '' || WHOLE.test(text)) continue
    const comma = COMMA.test(text)
    // Between comma delimiters a quoted 1,234 is a thousand, and a quoted 1,5 is no decimal unless somebody says so.
    if (comma && delimiter !== ',') seen.comma ??= { line, text }
    else if (POINT.test(text)) seen.point ??= { line, text }
    else if (THOUSANDS.test(text)) seen.thousands ??= { line, text }
    else if (comma) seen.quoted ??= { line, text }
    else if (!BLANK.test(text)) seen.other = true
  }
  return seen
}

/** Text tables and workbooks: plain ones are read where they are, all others through a canonical copy. */
import { Failure } from '../errors.ts'
import { nearest } from '../math/nearest.ts'
import { quoteName, quoteText } from '../sql.ts'
import { detectLayout, headOf, type Layout } from './dialect.ts'
import { hashFiles } from './digest.ts'
import { decoder, detectEncoding, type Encoding, notWrittenIn } from './encoding.ts'
import { type Kind, looksLikePattern } from './files.ts'
import { bytesOf, sampleOf } from './gzip.ts'
import { checkNames } from './header.ts'
import { createRecordReader, type RawRecord } from './records.ts'
import { readWorkbook } from './sheet.ts'
import { CANONICAL, type Dialect, MAX_RECORD, type Read, type Source } from './source.ts'
import { type Part, stage } from './stage.ts'
import { endless, type Survey, survey, unclosed } from './survey.ts'
import { readUnits } from './units.ts'

export interface SettleOptions {
  /** The run folder, for staged copies. */
  readonly run: string
  readonly sheet?: string
  /** False spares the hash. */
  readonly hash?: boolean
}

export interface InputFile {
  readonly path: string
  readonly kind: Kind
}

/** A part with what was found out about it. */
interface Table extends Part {
  readonly dialect: Dialect
  readonly units?: Record<string, string>
  readonly notes: readonly string[]
}

/** A quarter of a megabyte says how a table is written; reading more of it costs more than it tells. */
const SAMPLE = 1 << 18

/** @throws Failure INPUT_UNREADABLE, INPUT_EMPTY, INPUT_HEADER, DISK_FULL, OUTPUT_NOT_WRITABLE */
export async function settleText(files: readonly InputFile[], read: Read, options: SettleOptions): Promise<Source> {
  const [only] = files
  const tables: Table[] = []
  if (only !== undefined && files.length === 1 && only.kind === 'text') {
    const settled = await settleOne(only.path, read, options)
    if ('kind' in settled) return settled
    tables.push(settled)
  } else {
    for (const file of files) tables.push(await tableOf(file, read, options))
  }
  return staged(tables, options)
}

async function tableOf({ path, kind }: InputFile, read: Read, { sheet }: SettleOptions): Promise<Table> {
  if (kind === 'xlsx') return sheetTable(path, read, sheet)
  const sample = await firstLines(path, kind === 'gzip')
  const encoding = detectEncoding(path, sample.bytes, read.encoding)
  const table = textTable(path, kind === 'gzip', encoding, layoutOf(path, sample, encoding, read))
  return kind === 'gzip' ? { ...table, notes: ['gzip', ...table.notes] } : table
}

/** A sample that holds the header at least. */
async function firstLines(path: string, packed: boolean): Promise<Sample> {
  for (let size = SAMPLE; ; size *= 16) {
    const sample = await sampleOf(path, packed, size)
    if (sample.whole || size >= MAX_RECORD || sample.bytes.includes(10) || sample.bytes.includes(13)) return sample
  }
}

type Sample = Awaited<ReturnType<typeof sampleOf>>

function layoutOf(path: string, { bytes, whole }: Sample, encoding: Encoding, read: Read): Layout {
  // Only the real decoder knows whether the sample's end is a cut letter, so it is not asked to finish.
  const text = decoder(path, encoding)(bytes)
  const layout = detectLayout(path, text, whole, read)
  checkNames(path, layout.names)
  return layout
}

/** One text file: the source itself when it is plain, else the table that has to be staged. */
async function settleOne(path: string, read: Read, options: SettleOptions): Promise<Source | Table> {
  const sample = await firstLines(path, false)
  const encoding = detectEncoding(path, sample.bytes, read.encoding)
  const layout = layoutOf(path, sample, encoding, read)
  if (encoding.name !== 'utf-8' || !isAscii(layout.delimiter) || !isAscii(layout.quote) || layout.delimiter === ' ')
    return textTable(path, false, encoding, layout)
  const found = await survey(path, { ...layout, bom: encoding.bom, hash: options.hash !== false })
  if (!found.utf8) {
    if (read.encoding !== undefined || encoding.bom > 0) throw notWrittenIn(path, 'utf-8')
    const other = detectEncoding(path, sample.bytes, 'windows-1252')
    return textTable(path, false, other, layoutOf(path, sample, other, read))
  }
  if (found.openLine !== undefined) throw unclosed(path, found.openLine)
  if (!isPlain(path, found, layout, read)) return textTable(path, false, encoding, layout, found)
  return plainSource(path, found, layout, encoding)
}

const isAscii = (text: string): boolean => text === '' || (text.length === 1 && text.charCodeAt(0) < 128)

function isPlain(path: string, found: Survey, layout: Layout, read: Read): boolean {
  const asWritten = layout.header && read.names === undefined && !layout.units && layout.skip === 0
  const clean = found.wrong + found.blanks + found.loneCrs + found.strays === 0
  return asWritten && clean && (found.lfs === 0 || found.crlfs === 0) && !looksLikePattern(path)
}

function plainSource(path: string, found: Survey, layout: Layout, encoding: Encoding): Source {
  const rows = found.records - 1
  if (rows === 0) throw headerOnly(path)
  return {
    kind: 'csv',
    path: [path],
    files: [path],
    names: layout.names,
    types: layout.names.map(() => 'VARCHAR'),
    dialect: dialectOf(layout, encoding),
    plain: true,
    rows,
    malformed: [],
    malformedCount: 0,
    notes: layout.notes,
    sha256: found.sha256,
    sql: readCsv(path, layout.names, layout, found.longest),
  }
}

const headerOnly = (path: string): Failure =>
  new Failure('INPUT_EMPTY', { path, detail: 'there is a header line and nothing below it' })

function dialectOf(layout: Layout, encoding: Encoding): Dialect {
  const { delimiter, quote, decimal, header, lead, newline } = layout
  return { delimiter, quote, decimal, header, encoding: encoding.name, newline, bom: encoding.bom > 0, skip: lead }
}

function textTable(path: string, packed: boolean, encoding: Encoding, layout: Layout, found?: Survey): Table {
  const notes = [...layout.notes]
  if (encoding.name !== 'utf-8') notes.unshift(encoding.name)
  if (found !== undefined) notes.push(...oddities(found))
  const heading: { units?: Record<string, string> } = {}
  const head = (layout.header ? 1 : 0) + (layout.units ? 1 : 0)
  return {
    file: path,
    names: layout.names,
    dialect: dialectOf(layout, encoding),
    notes,
    get units() {
      return heading.units as Record<string, string>
    },
    async read(take) {
      let seen = 0
      await readText(path, packed, encoding, layout, record => {
        seen += 1
        if (seen > head) take(record)
        else if (layout.units && seen === head) heading.units = readUnits(layout.names, record.fields)
      })
    },
  }
}

function oddities(found: Survey): string[] {
  const count = (n: number, what: string) => (n === 0 ? [] : [`${what}: ${n}`])
  return [
    ...count(found.blanks, 'blank lines left out'),
    ...count(found.loneCrs, 'lines that end in CR alone'),
    ...(found.lfs > 0 && found.crlfs > 0 ? [`${found.crlfs} lines end in CRLF, ${found.lfs} in LF`] : []),
    ...count(found.strays, 'quotes inside unquoted fields, read as text'),
  ]
}

/** Streams the records of a text file, in constant memory. */
async function readText(
  path: string,
  packed: boolean,
  encoding: Encoding,
  layout: Layout,
  take: (record: RawRecord) => void,
): Promise<void> {
  const decode = decoder(path, encoding)
  const reader = createRecordReader(layout, record =>
    take(layout.skip === 0 ? record : { ...record, line: record.line + layout.skip }),
  )
  let left = layout.skip
  let held = ''
  const feed = (text: string) => {
    const { waiting, line } = reader.push(text)
    if (waiting > 2 * MAX_RECORD) throw endless(path, line + layout.skip)
  }
  const push = (text: string, last: boolean) => {
    if (left === 0) return feed(text)
    held += text
    for (let found = /\r\n|\r(?!$)|\n/.exec(held); found !== null && left > 0; found = /\r\n|\r(?!$)|\n/.exec(held)) {
      held = held.slice(found.index + found[0].length)
      left -= 1
    }
    if (left === 0 || last) feed(left === 0 ? held : '')
  }
  for await (const block of bytesOf(path, packed)) push(decode(block), false)
  push(decode(), true)
  const { openLine } = reader.end()
  if (openLine !== undefined) throw unclosed(path, openLine + layout.skip)
}

async function sheetTable(path: string, read: Read, sheet: string | undefined): Promise<Table> {
  const records = (await readWorkbook(path, sheet)).slice(read.skip ?? 0)
  const head = headOf(path, records, read)
  checkNames(path, head.names)
  const units = head.units ? readUnits(head.names, records[1]?.fields ?? []) : undefined
  return {
    file: path,
    names: head.names,
    dialect: { ...CANONICAL, header: head.header, decimal: read.decimal ?? '.', skip: (head.rows[0]?.line ?? 2) - 1 },
    notes: head.units && read.units === undefined ? ['units row'] : [],
    ...(units === undefined ? {} : { units }),
    async read(take) {
      for (const record of head.rows) take(record)
    },
  }
}

async function staged(tables: readonly Table[], options: SettleOptions): Promise<Source> {
  const [first, ...others] = tables as [Table, ...Table[]]
  for (const other of others) checkSame(first, other)
  const hashed = options.hash === false ? Promise.resolve('') : hashFiles(tables.map(({ file }) => file))
  hashed.catch(() => undefined)
  const copy = await stage(tables, options.run)
  if (copy.rows === 0) throw headerOnly(first.file)
  const { names } = first
  const all = readCsv(copy.path, [...names, copy.faultColumn], CANONICAL, copy.longest)
  const faulty = copy.malformedCount > 0
  const units = tables.find(table => table.units !== undefined)?.units
  return {
    kind: 'csv',
    path: [copy.path],
    files: tables.map(({ file }) => file),
    names,
    types: names.map(() => 'VARCHAR'),
    ...(units === undefined ? {} : { units }),
    dialect: first.dialect,
    plain: false,
    rows: copy.rows,
    malformed: copy.malformed,
    malformedCount: copy.malformedCount,
    ...(faulty ? { faultColumn: copy.faultColumn } : {}),
    notes: [...new Set(tables.flatMap(({ notes }) => notes))],
    sha256: await hashed,
    sql: faulty ? all : `(SELECT ${names.map(quoteName).join(', ')} FROM ${all})`,
  }
}

/** @throws Failure INPUT_HEADER when the files of one input are not one table. */
function checkSame(first: Table, other: Table): void {
  const missing = first.names.filter(name => !other.names.includes(name))
  const extra = other.names.filter(name => !first.names.includes(name))
  if (missing.length + extra.length > 0) {
    const near = missing.map(name => [name, nearest(name, extra)] as const).find(([, word]) => word !== undefined)
    const parts = [
      missing.length > 0 ? `it lacks ${missing.slice(0, 5).join(', ')}` : '',
      extra.length > 0 ? `it adds ${extra.slice(0, 5).join(', ')}` : '',
      near === undefined ? '' : `${near[1]} may be meant for ${near[0]}`,
    ]
    const problem = `its columns are not those of ${first.file}: ${parts.filter(part => part !== '').join('; ')}`
    throw new Failure('INPUT_HEADER', { path: other.file, problem, hint: SAME })
  }
  if (first.dialect.decimal === other.dialect.decimal) return
  const reason = `its decimal sign is ${other.dialect.decimal}, that of ${first.file} is ${first.dialect.decimal}`
  throw new Failure('INPUT_UNREADABLE', { path: other.file, reason, hint: SAME })
}

const SAME =
  'Files that are read together must be pieces of one table. Leave this one out, or give it the same columns.'

/** DuckDB's own limit, which it applies to each line. */
const LINE_LIMIT = 2_000_000

function readCsv(
  path: string,
  names: readonly string[],
  { delimiter, quote }: Pick<Dialect, 'delimiter' | 'quote'>,
  longest: number,
): string {
  const columns = names.map(name => `${quoteText(name)}: 'VARCHAR'`).join(', ')
  const options = [
    'auto_detect = false',
    'header = true',
    `delim = ${quoteText(delimiter)}`,
    `quote = ${quoteText(quote)}`,
    `escape = ${quoteText(quote)}`,
    "nullstr = ''",
    // Neither a name that ends in .gz nor a folder called year=2026 says anything about the table.
    "compression = 'none'",
    'hive_partitioning = false',
    `columns = {${columns}}`,
  ]
  if (longest > LINE_LIMIT / 2) options.push(`max_line_size = ${longest + LINE_LIMIT}`)
  return `read_csv(${quoteText(path)}, ${options.join(', ')})`
}

/** A table as somebody sees who looks at it for the first time: what each column seems to be, and why. */
import { quoteName, quoteText } from '../sql.ts'
import { possibleFormats } from './dates.ts'
import type { Door } from './door.ts'
import { faultsOf, isBadEnd, isFaultCode, rangeOf } from './fault-codes.ts'
import type { Source } from './source.ts'

export interface Description {
  readonly rows: number
  readonly columns: readonly SeenColumn[]
}

export interface SeenColumn {
  readonly name: string
  /** `id`: every value differs. `constant`: at most one value. */
  readonly kind: 'numeric' | 'text' | 'time' | 'constant' | 'id'
  /** Empty cells. */
  readonly missing: number
  /** Exact up to 1,000, and where every value differs; an estimate (within some percent) between. */
  readonly distinct: number
  /** The first three different values. */
  readonly examples: readonly string[]
  /** Share of the filled cells that are finite numbers. */
  readonly numericShare: number
  /** All numbers are whole. */
  readonly integer: boolean
  /** Of the numbers that are no fault codes. */
  readonly min?: number
  readonly max?: number
  /** Of the same numbers, summed in row order. */
  readonly mean?: number
  readonly unit?: string
  /** Codes such as −999 that lie far outside the other numbers. */
  readonly faults?: readonly { readonly value: number; readonly count: number }[]
  /** For a time: every format that fits all values. Several mean that a person has to choose. */
  readonly formats?: readonly string[]
  /** For a time that is a plain number. */
  readonly timeUnit?: 'ms' | 's' | 'min' | 'h' | 'd'
  /** Its values repeat, and its name says that rows belong together. */
  readonly group?: boolean
  /** Two values, one of which looks like a bad end. */
  readonly label?: { readonly bad: string; readonly count: number }
}

/** Columns per query: a wide table would make a statement that takes longer to plan than to run. */
const BATCH = 32
/** Each of them keeps a hash table: sixty-four at once take a gigabyte for three rows. */
const DISTINCT_BATCH = 8
const SAMPLE = 1000
const EXACT = 1000
/** Share of filled cells that must be numbers; the rest is then words such as N/A. */
const MOSTLY = 0.9

const NUMERIC = /^(?:U?(?:TINY|SMALL|BIG|HUGE)?INT(?:EGER)?|FLOAT|DOUBLE|DECIMAL.*)$/
const TIME = /^(?:DATE|TIMESTAMP.*)$/

/** What one pass of SQL counts in a column. */
interface Counts {
  readonly name: string
  readonly type: string
  readonly filled: number
  readonly numbers: number
  readonly whole: number
  readonly min: number | null
  readonly max: number | null
  readonly codes: Readonly<Record<string, number>>
  readonly distinct: number
}

export async function describe(door: Door, source: Source): Promise<Description> {
  const columns: SeenColumn[] = []
  for (let at = 0; at < source.names.length; at += BATCH) {
    const indices = source.names.slice(at, at + BATCH).map((_, i) => at + i)
    const counts = await countAll(door, source, indices)
    const samples = await sampleAll(door, source, indices)
    for (const [i, count] of counts.entries())
      columns.push(
        await look(
          door,
          source,
          count,
          samples[i] ?? [],
          columns.some(column => column.group),
        ),
      )
  }
  return { rows: source.rows, columns: await withMeans(door, source, columns) }
}

const textOf = (name: string): string => `trim(CAST(${quoteName(name)} AS VARCHAR))`

function numberOf(source: Source, name: string, type: string): string {
  if (NUMERIC.test(type)) return `CAST(${quoteName(name)} AS DOUBLE)`
  const text = source.dialect.decimal === ',' ? `replace(${textOf(name)}, ',', '.')` : textOf(name)
  return `TRY_CAST(${text} AS DOUBLE)`
}

async function countAll(door: Door, source: Source, indices: readonly number[]): Promise<Counts[]> {
  const texts: string[] = []
  const values: string[] = []
  const flags: string[] = []
  const outer: string[] = []
  for (const i of indices) {
    const [name, type] = [source.names[i] as string, source.types[i] as string]
    texts.push(`nullif(${textOf(name)}, '') AS t${i}`, `${numberOf(source, name, type)} AS v${i}`)
    values.push(`t${i}`, `CASE WHEN isfinite(v${i}) THEN v${i} END AS n${i}`)
    flags.push(`t${i}`, `n${i}`, `${isFaultCode(`n${i}`)} AS k${i}`)
    outer.push(
      `count(t${i})`,
      `count(n${i})`,
      `count(*) FILTER (n${i} = floor(n${i}))`,
      `min(n${i}) FILTER (NOT k${i})`,
      `max(n${i}) FILTER (NOT k${i})`,
      `histogram(n${i}) FILTER (k${i})`,
      `approx_count_distinct(t${i})`,
    )
  }
  // Step by step, so that no cast is written, and evaluated, twice.
  const [row] = await door.rows(
    `SELECT ${outer.map((sql, c) => `${sql} AS c${c}`).join(', ')} FROM (SELECT ${flags.join(', ')} FROM (
      SELECT ${values.join(', ')} FROM (SELECT ${texts.join(', ')} FROM ${source.sql})))`,
  )
  const counts = indices.map((column, i) => {
    const at = (c: number) => row?.[`c${i * 7 + c}`]
    return {
      name: source.names[column] as string,
      type: source.types[column] as string,
      filled: Number(at(0)),
      numbers: Number(at(1)),
      whole: Number(at(2)),
      min: at(3) as number | null,
      max: at(4) as number | null,
      codes: (at(5) ?? {}) as Record<string, number>,
      // An estimate can exceed what is there.
      distinct: Math.min(Number(at(6)), Number(at(0))),
    }
  })
  return withExactDistinct(door, source, counts)
}

/** Estimates become exact where that is cheap, and where it decides whether a column is an id. */
async function withExactDistinct(door: Door, source: Source, counts: readonly Counts[]): Promise<Counts[]> {
  const isOpen = ({ distinct, filled, numbers, whole }: Counts): boolean =>
    distinct <= EXACT * 1.2 || (distinct > filled * 0.8 && (numbers === 0 || numbers === whole))
  const exact = new Map<string, number>()
  const open = counts.filter(isOpen)
  for (let at = 0; at < open.length; at += DISTINCT_BATCH) {
    const batch = open.slice(at, at + DISTINCT_BATCH)
    const sql = batch.map(({ name }, i) => `count(DISTINCT nullif(${textOf(name)}, '')) AS d${i}`)
    const [row] = await door.rows(`SELECT ${sql.join(', ')} FROM ${source.sql}`)
    for (const [i, { name }] of batch.entries()) exact.set(name, Number(row?.[`d${i}`]))
  }
  return counts.map(count => ({ ...count, distinct: exact.get(count.name) ?? count.distinct }))
}

/** The filled cells among the first rows, column by column. */
async function sampleAll(door: Door, source: Source, indices: readonly number[]): Promise<string[][]> {
  const columns = indices.map((i, c) => `${textOf(source.names[i] as string)} AS s${c}`)
  const rows = await door.rows(`SELECT ${columns.join(', ')} FROM ${source.sql} LIMIT ${SAMPLE}`)
  return indices.map((_, c) => rows.flatMap(row => (row[`s${c}`] ? [String(row[`s${c}`])] : [])))
}

async function look(
  door: Door,
  source: Source,
  count: Counts,
  sample: readonly string[],
  grouped: boolean,
): Promise<SeenColumn> {
  const { name, type, filled, numbers, distinct } = count
  const faults = faultsOf(count.codes, count.min, count.max)
  const range = rangeOf(count.codes, faults, count.min, count.max)
  const numericShare = filled === 0 ? 0 : numbers / filled
  const numeric = NUMERIC.test(type) || (numericShare >= MOSTLY && type !== 'BOOLEAN')
  const integer = numbers > 0 && count.whole === numbers
  const formats = await formatsOf(door, source, count, sample, numeric && !(integer && /date|day|time/i.test(name)))
  const timeUnit = numeric && range !== undefined ? timeUnitOf(name, range.max) : undefined
  const isTime = TIME.test(type) || formats.length > 0 || timeUnit !== undefined
  const isId =
    distinct === source.rows &&
    source.rows > 2 &&
    (!numeric || (integer && (ID.test(name) || isCounter(range, source.rows))))
  const label = distinct === 2 ? await labelOf(door, source, name) : undefined
  const group =
    !grouped &&
    label === undefined &&
    distinct > 1 &&
    distinct <= source.rows / 2 &&
    (!numeric || integer) &&
    GROUP.test(name)
  const unit = source.units?.[name] ?? BRACKETS.exec(name)?.[1]
  const kind = distinct <= 1 ? 'constant' : isTime ? 'time' : isId ? 'id' : numeric ? 'numeric' : 'text'
  return {
    name,
    kind,
    missing: source.rows - filled,
    distinct,
    examples: [...new Set(sample)].slice(0, 3),
    numericShare,
    integer,
    ...(numeric ? range : {}),
    ...(unit === undefined ? {} : { unit }),
    ...(numeric && faults.length > 0 ? { faults } : {}),
    ...(formats.length > 0 ? { formats } : {}),
    ...(kind === 'time' && timeUnit !== undefined && formats.length === 0 ? { timeUnit } : {}),
    ...(group && kind !== 'time' && kind !== 'id' ? { group } : {}),
    ...(label === undefined ? {} : { label }),
  }
}

/** Whole numbers that all differ and leave none out. */
const isCounter = (range: { min: number; max: number } | undefined, rows: number): boolean =>
  range !== undefined && range.max - range.min === rows - 1

/** The unit in `temperature [K]` or `flow (L/h)`. */
const BRACKETS = /[[(]([^\])]{1,12})[\])]$/
const ID = /(^|[^a-z])(id|no|nr|num|number|key|index|sample|serial)$/i
const GROUP =
  /batch|unit|machine|engine|patient|subject|site|lot|group|facility|device|asset|rig|plant|station|reactor|well|run/i

async function formatsOf(
  door: Door,
  source: Source,
  count: Counts,
  sample: readonly string[],
  skip: boolean,
): Promise<string[]> {
  if (skip || TIME.test(count.type) || count.filled === 0) return []
  const candidates = possibleFormats(sample)
  if (candidates.length === 0) return []
  const text = textOf(count.name)
  const fits = candidates.map(
    ({ strptime, shape }, i) =>
      `count(*) FILTER (regexp_full_match(${text}, ${quoteText(shape)}) AND try_strptime(${text}, ${quoteText(strptime)}) IS NOT NULL) AS f${i}`,
  )
  const [row] = await door.rows(`SELECT ${fits.join(', ')} FROM ${source.sql}`)
  return candidates.filter((_, i) => row?.[`f${i}`] === count.filled).map(({ words }) => words)
}

const TIME_NAME =
  /^(?:time|timestamp|elapsed|epoch|datetime|unix)(?:[ _([]+(ms|s|sec|seconds?|min|minutes?|h|hours?|d|days?)[)\]]?)?$/i

/** A column of plain numbers called time: its unit by its name, else by its size. */
function timeUnitOf(name: string, max: number): SeenColumn['timeUnit'] {
  const found = TIME_NAME.exec(name)
  if (found === null) return undefined
  const word = found[1]?.toLowerCase()
  if (word === undefined) return max > 1e11 ? 'ms' : 's'
  if (word === 'ms') return 'ms'
  if (word.startsWith('min')) return 'min'
  return word[0] as 's' | 'h' | 'd'
}

async function labelOf(door: Door, source: Source, name: string): Promise<SeenColumn['label']> {
  const values = await door.rows(
    `SELECT ${textOf(name)} AS value, count(*) AS n FROM ${source.sql} WHERE ${textOf(name)} <> '' GROUP BY ALL ORDER BY ALL`,
  )
  const bad = isBadEnd(
    name,
    values.map(({ value }) => String(value)),
  )
  const found = values.find(({ value }) => value === bad)
  return found === undefined ? undefined : { bad: String(found.value), count: Number(found.n) }
}

/** DuckDB's sums over several threads differ from run to run in their last bits; these are in row order. */
async function withMeans(door: Door, source: Source, columns: readonly SeenColumn[]): Promise<SeenColumn[]> {
  const out = [...columns]
  const numeric = columns.flatMap((column, i) => (column.kind === 'numeric' && column.min !== undefined ? [i] : []))
  for (let at = 0; at < numeric.length; at += BATCH) {
    const batch = numeric.slice(at, at + BATCH)
    const sums = new Float64Array(batch.length)
    const counts = new Float64Array(batch.length)
    const values = batch.map(i => {
      const number = numberOf(source, columns[i]?.name ?? '', source.types[i] ?? '')
      const codes = columns[i]?.faults?.map(({ value }) => `CAST(${quoteText(String(value))} AS DOUBLE)`) ?? []
      return codes.length === 0 ? number : `CASE WHEN ${number} NOT IN (${codes.join(', ')}) THEN ${number} END`
    })
    await door.stream(`SELECT ${values.join(', ')} FROM ${source.sql}`, chunk => {
      for (let c = 0; c < batch.length; c += 1) {
        for (const value of chunk.doubles(c)) {
          if (!Number.isFinite(value)) continue
          sums[c] = (sums[c] as number) + value
          counts[c] = (counts[c] as number) + 1
        }
      }
    })
    for (const [c, i] of batch.entries())
      out[i] = { ...(columns[i] as SeenColumn), mean: (sums[c] as number) / (counts[c] as number) }
  }
  return out
}

/** Which ways of writing a date fit all values of a column. One: settled. Two: the person must say. None: no dates. */
import type { Door } from '../data/door.ts'
import type { Source } from '../data/intake.ts'
import { quoteName, quoteText } from '../sql.ts'
import { strptimeFormat } from '../plan/time-format.ts'

const DAYS = [
  'DD.MM.YYYY',
  'MM.DD.YYYY',
  'DD/MM/YYYY',
  'MM/DD/YYYY',
  'DD-MM-YYYY',
  'MM-DD-YYYY',
  'YYYY/MM/DD',
  'YYYY.MM.DD',
  'DD-MMM-YYYY',
  'DD MMM YYYY',
  'YYYYMMDD',
]
const CLOCKS = ['', ' HH:mm', ' HH:mm:ss']
/** In the order in which they are offered. ISO 8601 is tried first and is not ambiguous. */
const FORMATS = [...DAYS.flatMap(day => CLOCKS.map(clock => day + clock)), 'YYYY.MM.DD.HH.mm.ss', 'YYYY-MM-DD-HH-mm-ss']

export const ISO = 'ISO'

export async function findDateFormats(door: Door, source: Source, column: string): Promise<string[]> {
  const cell = quoteName(column)
  const filled = `trim(${cell}) <> ''`
  const fits = (sql: string) => `count(*) FILTER (WHERE ${filled} AND ${sql} IS NULL)`
  const counts = [
    fits(`TRY_CAST(${cell} AS TIMESTAMP)`),
    ...FORMATS.map(f => fits(`try_strptime(${cell}, ${quoteText(strptimeFormat(f))})`)),
  ]
  const [row] = await door.rows(
    `SELECT count(*) FILTER (WHERE ${filled}) AS n, ${counts.map((c, i) => `${c} AS c${i}`).join(', ')} FROM ${source.sql}`,
  )
  if (Number(row?.n) === 0) return []
  if (Number(row?.c0) === 0) return [ISO]
  return FORMATS.filter((_, i) => Number(row?.[`c${i + 1}`]) === 0)
}

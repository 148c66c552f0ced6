/** Which ways of writing a date fit all values of a column. One: settled. Two: the person must say. None: no dates. */
import type { Door } from '../data/door.ts'
import type { Source } from '../data/intake.ts'
import { fullTime, parsedTime } from '../plan/time-format.ts'
import { quoteName } from '../sql.ts'

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
  'DD.MM.YY',
  'DD/MM/YY',
  'MM/DD/YY',
]
const CLOCKS = ['', ' HH:mm', ' HH:mm:ss']
/** In the order in which they are offered. ISO 8601 is tried first and is not ambiguous. */
const FORMATS = [...DAYS.flatMap(day => CLOCKS.map(clock => day + clock)), 'YYYY.MM.DD.HH.mm.ss', 'YYYY-MM-DD-HH-mm-ss']

export const ISO = 'ISO'

/** A look at so many rows leaves one or two formats for all rows: trying dozens on each would take most of a fit. */
const LOOK_ROWS = 1000

export async function findDateFormats(door: Door, source: Source, column: string): Promise<string[]> {
  const cell = quoteName(column)
  const filled = `SELECT ${cell} AS text FROM ${source.sql} WHERE trim(${cell}) <> ''`
  const fitting = async (formats: readonly string[], from: string) => {
    const misses = formats.map(
      (f, i) =>
        `count(*) FILTER (WHERE (${fullTime(parsedTime('text', f === ISO ? undefined : f), 'text')}) IS NULL) AS c${i}`,
    )
    const [row] = await door.rows(`SELECT count(*) AS n, ${misses.join(', ')} FROM (${from})`)
    return Number(row?.n) === 0 ? [] : formats.filter((_, i) => Number(row?.[`c${i}`]) === 0)
  }
  const likely = await fitting([ISO, ...FORMATS], `${filled} LIMIT ${LOOK_ROWS}`)
  const found = likely.length ? await fitting(likely, filled) : []
  return found.includes(ISO) ? [ISO] : found
}

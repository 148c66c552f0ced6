/** Date formats as people write them (DD.MM.YYYY HH:mm) to DuckDB's strptime words. */
import { quoteText } from '../sql.ts'

const WORDS: readonly (readonly [string, string])[] = [
  ['YYYY', '%Y'],
  ['YY', '%y'],
  ['MMMM', '%B'],
  ['MMM', '%b'],
  ['MM', '%m'],
  ['M', '%-m'],
  ['DD', '%d'],
  ['D', '%-d'],
  ['HH', '%H'],
  ['H', '%-H'],
  ['hh', '%I'],
  ['h', '%-I'],
  ['mm', '%M'],
  ['ss', '%S'],
  ['SSSSSS', '%f'],
  ['SSS', '%g'],
  ['a', '%p'],
  ['A', '%p'],
]

export function strptimeFormat(format: string): string {
  // A format that already speaks strptime stays as it is.
  if (format.includes('%')) return format
  let result = ''
  for (let at = 0; at < format.length; ) {
    const word = WORDS.find(([from]) => format.startsWith(from, at))
    if (word) {
      result += word[1]
      at += word[0].length
    } else {
      const literal = format[at] as string
      if (literal !== "'") result += literal
      at++
    }
  }
  return result
}

/** SQL: a text as TIMESTAMP, as DuckDB reads it: see {@link fullTime}. */
export function parsedTime(text: string, format: string | undefined): string {
  return format ? `try_strptime(${text}, ${quoteText(strptimeFormat(format))})` : `TRY_CAST(${text} AS TIMESTAMP)`
}

/**
 * SQL: a parsed time, NULL where it is none. A year is written in full, unless the format says YY: DuckDB reads the year
 * of 01.01.26 as 26 when it expects four digits. Infinity is no time.
 */
export function fullTime(time: string, text: string): string {
  const short = `${time} < TIMESTAMP '1000-01-01' AND NOT regexp_matches(CAST(${text} AS VARCHAR), '(^|[^0-9.])[0-9]{4}')`
  return `CASE WHEN NOT isfinite(${time}) OR (${short}) THEN NULL ELSE ${time} END`
}

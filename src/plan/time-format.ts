/** Date formats as people write them (DD.MM.YYYY HH:mm) to DuckDB's strptime words. */

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

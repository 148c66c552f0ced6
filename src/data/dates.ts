/** Date formats in the words of the recipe, and which of them fit a column. */

export interface DateFormat {
  /** As a recipe has it: DD.MM.YYYY HH:mm. */
  readonly words: string
  /** For DuckDB's try_strptime. */
  readonly strptime: string
  /** DuckDB reads 24 for YYYY and 2024 for YY: the shape keeps them apart. */
  readonly shape: string
}

const DAYS = [
  'YYYY-MM-DD',
  'YYYY/MM/DD',
  'YYYY.MM.DD',
  'DD.MM.YYYY',
  'DD/MM/YYYY',
  'MM/DD/YYYY',
  'DD-MM-YYYY',
  'MM-DD-YYYY',
  'DD-MMM-YYYY',
  'DD MMM YYYY',
  'MMM DD YYYY',
  'DD.MM.YY',
  'DD/MM/YY',
  'MM/DD/YY',
  'DD-MMM-YY',
  'YYYYMMDD',
]
const TIMES = ['', ' HH:mm', ' HH:mm:ss', ' HH:mm:ss.SSS', ' HH:mm:ss.SSSSSS', ' hh:mm A', ' hh:mm:ss A']
const ISO_TIMES = ['THH:mm', 'THH:mm:ss', 'THH:mm:ss.SSS', 'THH:mm:ss.SSSSSS', 'THH:mm:ssZ', 'THH:mm:ss.SSSZ']

const PIECES: Readonly<Record<string, readonly [strptime: string, shape: string]>> = {
  YYYY: ['%Y', '\\d{4}'],
  YY: ['%y', '\\d{2}'],
  MMM: ['%b', '[A-Za-z]{3}'],
  MM: ['%m', '\\d{1,2}'],
  DD: ['%d', '\\d{1,2}'],
  HH: ['%H', '\\d{1,2}'],
  hh: ['%I', '\\d{1,2}'],
  mm: ['%M', '\\d{2}'],
  ss: ['%S', '\\d{2}'],
  SSSSSS: ['%f', '\\d{6}'],
  SSS: ['%g', '\\d{3}'],
  A: ['%p', '(?:AM|PM|am|pm)'],
}

function format(words: string): DateFormat {
  const compact = words.startsWith('YYYYMMDD')
  let [strptime, shape] = ['', '']
  for (const [piece] of words.matchAll(/YYYY|YY|MMM|MM|DD|HH|hh|mm|ss|SSSSSS|SSS|A|./g)) {
    const known = PIECES[piece]
    strptime += known?.[0] ?? piece
    shape +=
      known === undefined ? piece.replace(/[.]/, '\\.') : compact && /^(MM|DD)$/.test(piece) ? '\\d{2}' : known[1]
  }
  return { words, strptime, shape: `^${shape}$` }
}

const FORMATS: readonly DateFormat[] = DAYS.flatMap(day =>
  [...TIMES, ...(day === 'YYYY-MM-DD' ? ISO_TIMES : [])].map(time => format(day + time)),
)

/** The formats whose shape all texts have; whether each is a day that exists, DuckDB has to say. */
export function possibleFormats(texts: readonly string[]): DateFormat[] {
  if (texts.length === 0) return []
  return FORMATS.filter(({ shape }) => {
    const test = new RegExp(shape)
    return texts.every(text => test.test(text))
  })
}

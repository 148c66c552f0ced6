/** Reads records out of text as people wrote it: RFC 4180, and what spreadsheets and instruments make of it. */

export interface Grammar {
  /** A space stands for any run of blanks; blanks at both ends of a line then count for nothing. */
  readonly delimiter: string
  /** '' when nothing quotes. */
  readonly quote: string
}

export interface RawRecord {
  readonly fields: string[]
  /** The line on which it starts, from 1. */
  readonly line: number
  /** Why it is not well-formed; '' when it is. */
  readonly fault: string
  /** As it stands in the file, without its line break. */
  readonly text: string
  /** The file ends here, without a line break. */
  readonly cut: boolean
}

export interface RecordReader {
  /** Takes more text and hands over the records that are complete. Answers the letters and the line still waiting. */
  push(text: string): { waiting: number; line: number }
  /** Hands over the last record. `openLine` is the line of a quote that was never closed. */
  end(): { openLine?: number }
}

export const FAULTS = {
  tail: 'text after a closing quote',
  nul: 'a NUL byte',
} as const

/** Blank lines are left out. A quote inside an unquoted field is text, as in Python's csv module and in Excel. */
export function createRecordReader(asked: Grammar, take: (record: RawRecord) => void): RecordReader {
  const grammar = asked.delimiter === ' ' ? { ...asked, quote: '' } : asked
  let rest = ''
  let line = 1
  /** Text before this is known to hold no complete record: a long cell must not be walked again for each block. */
  let waiting = 0

  const emit = (text: string, cut = false) => {
    if (text !== '') take({ ...parse(text, line, grammar), cut })
  }
  const consume = (last: boolean): { openLine?: number } => {
    let at = 0
    // Looked for once, not once a record: a text without quotes would be searched to its end each time.
    let quote = findQuote(rest, 0, grammar)
    for (;;) {
      if (quote < at) quote = findQuote(rest, at, grammar)
      const end = recordEnd(rest, at, quote, grammar, last)
      if (end.at < 0) {
        const left = rest.slice(at)
        if (last) emit(left, true)
        rest = last ? '' : left
        return last && end.open >= 0 ? { openLine: line + breaks(left.slice(0, end.open - at)) } : {}
      }
      const text = rest.slice(at, end.at)
      emit(text)
      line += 1 + (text.includes('\n') ? breaks(text) : 0)
      at = end.next
    }
  }
  return {
    push(text) {
      rest += text
      // An unfinished record is read again only when it has doubled: a 10 MB cell costs twice its length, not its square.
      if (rest.length >= waiting) {
        consume(false)
        waiting = rest.length > 65_536 ? rest.length * 2 : 0
      }
      return { waiting: rest.length, line }
    },
    end: () => consume(true),
  }
}

interface End {
  /** Where the record's text ends, −1 when it does not. */
  readonly at: number
  readonly next: number
  /** Where a quote is still open, −1 when none is. */
  readonly open: number
}

const lineBreak = /[\r\n]/g

/** Infinity when there is none. */
function findQuote(text: string, from: number, { quote }: Grammar): number {
  const at = quote === '' ? -1 : text.indexOf(quote, from)
  return at < 0 ? Number.POSITIVE_INFINITY : at
}

/** `quote` is where the next quote stands. */
function recordEnd(text: string, from: number, quote: number, grammar: Grammar, last: boolean): End {
  lineBreak.lastIndex = from
  const found = lineBreak.exec(text)
  const first = found === null ? -1 : found.index
  if (quote < text.length && (first < 0 || quote < first)) return quotedEnd(text, from, grammar, last)
  return first < 0 ? { at: -1, next: -1, open: -1 } : ended(text, first, last)
}

function ended(text: string, at: number, last: boolean): End {
  if (text[at] === '\n') return { at, next: at + 1, open: -1 }
  // A CR at the end of a block may still get its LF.
  if (at + 1 === text.length && !last) return { at: -1, next: -1, open: -1 }
  return { at, next: text[at + 1] === '\n' ? at + 2 : at + 1, open: -1 }
}

function quotedEnd(text: string, from: number, { delimiter, quote }: Grammar, last: boolean): End {
  let start = true
  for (let at = from; at < text.length; at += 1) {
    const letter = text[at]
    if (start && letter === quote) {
      const close = closing(text, at, quote)
      if (close < 0) return { at: -1, next: -1, open: at }
      at = close
      start = false
    } else if (letter === '\n' || letter === '\r') {
      return ended(text, at, last)
    } else {
      start = letter === delimiter
    }
  }
  return { at: -1, next: -1, open: -1 }
}

/** The place of the quote that closes the one at `open`; −1 when there is none. */
function closing(text: string, open: number, quote: string): number {
  let at = text.indexOf(quote, open + 1)
  while (at >= 0 && text[at + 1] === quote) at = text.indexOf(quote, at + 2)
  return at
}

const breaks = (text: string): number => text.split('\n').length - 1

function parse(text: string, line: number, grammar: Grammar): Omit<RawRecord, 'cut'> {
  const nul = text.includes('\0')
  const clean = nul ? text.replaceAll('\0', '') : text
  let fault = nul ? FAULTS.nul : ''
  let fields: string[]
  if (grammar.delimiter === ' ') {
    fields = clean.trim().split(/[ \t]+/)
  } else if (grammar.quote === '' || !clean.includes(grammar.quote)) {
    fields = clean.split(grammar.delimiter)
  } else {
    const parsed = parseQuoted(clean, grammar)
    fields = parsed.fields
    if (parsed.tail) fault ||= FAULTS.tail
  }
  return { fields, line, fault, text }
}

function parseQuoted(text: string, { delimiter, quote }: Grammar): { fields: string[]; tail: boolean } {
  const fields: string[] = []
  let tail = false
  for (let at = 0; ; ) {
    let value = ''
    const quoted = text[at] === quote
    if (quoted) {
      const close = closing(text, at, quote)
      const end = close < 0 ? text.length : close
      value = text.slice(at + 1, end).replaceAll(quote + quote, quote)
      at = end + 1
    }
    const next = text.indexOf(delimiter, at)
    const end = next < 0 ? text.length : next
    const bare = text.slice(at, end)
    if (quoted && bare !== '') tail = true
    fields.push(value + bare)
    if (next < 0) return { fields, tail }
    at = next + 1
  }
}

/**
 * Walking CSV bytes (RFC 4180), the obvious way: the oracle of text.as.ts, which does the same 64 bytes at a time.
 * Both work on a memory that the caller lays out; every argument called `…At` is a byte offset into it.
 */

/** The state of a scan: 22 doubles, all 0 at the start but `quoteAt`, which is −1. */
export const SCAN = {
  /** Bytes seen. */
  offset: 0,
  /** Records ended, blank lines left out. */
  records: 1,
  /** Fields of the first record; may be set beforehand. */
  expected: 2,
  /** Records with another number of fields, or with a fault. */
  wrong: 3,
  /** How many of these are in the list. */
  listed: 4,
  nuls: 5,
  /** Records ended by a CR without LF. */
  loneCrs: 6,
  lfs: 7,
  crlfs: 8,
  blanks: 9,
  /** Quotes inside unquoted fields: literal text. */
  strays: 10,
  /** Fields with text after their closing quote. */
  tails: 11,
  /** Bytes of the longest record. */
  longest: 12,
  /** Line breaks of any kind. */
  lines: 13,
  recordAt: 14,
  /** The line (from 1) on which the current record starts; 0 stands for 1 before the first break. */
  recordLine: 15,
  /** Delimiters seen in the current record. */
  delimiters: 16,
  /** Where in a field the scan stands: FIELD below. */
  state: 17,
  afterCr: 18,
  /** Offset and line of the quote that is still open, else −1 and 0. */
  quoteAt: 19,
  quoteLine: 20,
  /** Bits of FAULT of the current record. */
  faults: 21,
} as const

export const SCAN_SLOTS = 22

/** One entry of the list of wrong records: record (from 0), byte offset, line, fields, bits of FAULT. */
export const ENTRY_SLOTS = 5

export const FIELD = { start: 0, bare: 1, quoted: 2, closed: 3 } as const
export const FAULT = { tail: 1, nul: 2 } as const

const LF = 10
const CR = 13

export interface TextKernel {
  /** Walks one block. `delimiter` and `quote` are bytes; quote 0 means that nothing quotes. */
  scan(
    at: number,
    length: number,
    delimiter: number,
    quote: number,
    stateAt: number,
    listAt: number,
    capacity: number,
  ): void
  /** Ends the last record when the file does not end in a line break. */
  finish(stateAt: number, listAt: number, capacity: number): void
  /**
   * Writes record + delimiter + suffix, with the record's own line break, for as long as both blocks have a whole line
   * and the output has room. Answers the number of records; the three u32 at `usedAt` become the bytes used of the
   * source, of the suffixes, and of the output. The source must be well-formed; room of 64 bytes beyond is needed.
   */
  paste(
    sourceAt: number,
    sourceLength: number,
    suffixAt: number,
    suffixLength: number,
    outAt: number,
    outLength: number,
    delimiter: number,
    quote: number,
    usedAt: number,
  ): number
}

export function plainText(memory: ArrayBuffer): TextKernel {
  const bytes = new Uint8Array(memory)
  return {
    scan(at, length, delimiter, quote, stateAt, listAt, capacity) {
      const s = new Float64Array(memory, stateAt, SCAN_SLOTS)
      const list = new Float64Array(memory, listAt, capacity * ENTRY_SLOTS)
      for (let i = 0; i < length; i += 1) {
        step(s, list, bytes[at + i] as number, delimiter, quote)
        s[SCAN.offset] = get(s, SCAN.offset) + 1
      }
      if (s[SCAN.state] === FIELD.quoted || s[SCAN.state] === FIELD.closed) return
      s[SCAN.quoteAt] = -1
      s[SCAN.quoteLine] = 0
    },
    finish(stateAt, listAt, capacity) {
      const s = new Float64Array(memory, stateAt, SCAN_SLOTS)
      const list = new Float64Array(memory, listAt, capacity * ENTRY_SLOTS)
      const here = get(s, SCAN.offset)
      if (s[SCAN.afterCr] === 1) endAtLoneCr(s, list, here)
      else if (here > get(s, SCAN.recordAt)) endRecord(s, list, here, here)
      s[SCAN.afterCr] = 0
    },
    paste: (...args) => paste(bytes, new DataView(memory), ...args),
  }
}

const get = (s: Float64Array, slot: number): number => s[slot] as number
const bump = (s: Float64Array, slot: number): void => {
  s[slot] = get(s, slot) + 1
}

function step(s: Float64Array, list: Float64Array, byte: number, delimiter: number, quote: number): void {
  const here = get(s, SCAN.offset)
  if (s[SCAN.afterCr] === 1 && byte !== LF) endAtLoneCr(s, list, here)
  const wasCr = s[SCAN.afterCr] === 1
  s[SCAN.afterCr] = 0
  if (byte === 0) {
    bump(s, SCAN.nuls)
    s[SCAN.faults] = get(s, SCAN.faults) | FAULT.nul
  }
  if (s[SCAN.state] === FIELD.quoted) {
    if (byte === quote) s[SCAN.state] = FIELD.closed
    else if (byte === LF) bump(s, SCAN.lines)
  } else if (byte === quote && quote !== 0) {
    stepQuote(s, here)
  } else if (byte === delimiter) {
    bump(s, SCAN.delimiters)
    s[SCAN.state] = FIELD.start
  } else if (byte === LF) {
    bump(s, SCAN.lines)
    bump(s, wasCr ? SCAN.crlfs : SCAN.lfs)
    endRecord(s, list, wasCr ? here - 1 : here, here + 1)
    s[SCAN.state] = FIELD.start
  } else if (byte === CR) {
    s[SCAN.afterCr] = 1
    s[SCAN.state] = FIELD.start
  } else {
    if (s[SCAN.state] === FIELD.closed) {
      bump(s, SCAN.tails)
      s[SCAN.faults] = get(s, SCAN.faults) | FAULT.tail
    }
    s[SCAN.state] = FIELD.bare
  }
}

function stepQuote(s: Float64Array, here: number): void {
  if (s[SCAN.state] === FIELD.start) {
    s[SCAN.state] = FIELD.quoted
    s[SCAN.quoteAt] = here
    s[SCAN.quoteLine] = get(s, SCAN.lines) + 1
  } else if (s[SCAN.state] === FIELD.closed) {
    s[SCAN.state] = FIELD.quoted
  } else {
    bump(s, SCAN.strays)
  }
}

function endAtLoneCr(s: Float64Array, list: Float64Array, here: number): void {
  bump(s, SCAN.loneCrs)
  bump(s, SCAN.lines)
  endRecord(s, list, here - 1, here)
}

function endRecord(s: Float64Array, list: Float64Array, end: number, next: number): void {
  const length = end - get(s, SCAN.recordAt)
  if (length === 0) {
    bump(s, SCAN.blanks)
  } else {
    const fields = get(s, SCAN.delimiters) + 1
    const expected = get(s, SCAN.expected)
    if (expected === 0) s[SCAN.expected] = fields
    if ((expected !== 0 && fields !== expected) || s[SCAN.faults] !== 0) {
      bump(s, SCAN.wrong)
      const listed = get(s, SCAN.listed)
      if (listed * ENTRY_SLOTS < list.length) {
        const entry = [SCAN.records, SCAN.recordAt, SCAN.recordLine].map(slot => get(s, slot))
        list.set([...entry, fields, get(s, SCAN.faults)], listed * ENTRY_SLOTS)
        bump(s, SCAN.listed)
      }
    }
    bump(s, SCAN.records)
    s[SCAN.longest] = Math.max(get(s, SCAN.longest), length)
  }
  s[SCAN.recordAt] = next
  s[SCAN.recordLine] = get(s, SCAN.lines) + 1
  s[SCAN.delimiters] = 0
  s[SCAN.faults] = 0
}

function recordLength(bytes: Uint8Array, from: number, end: number, quote: number): number {
  let inQuotes = false
  for (let at = from; at < end; at += 1) {
    const byte = bytes[at]
    if (quote !== 0 && byte === quote) inQuotes = !inQuotes
    else if (byte === LF && !inQuotes) return at + 1 - from
  }
  return 0
}

/** Room that a pasted line must leave, because the kernel copies 16 bytes at a time. */
const SLACK = { record: 32, suffix: 16 } as const

function paste(
  bytes: Uint8Array,
  view: DataView,
  sourceAt: number,
  sourceLength: number,
  suffixAt: number,
  suffixLength: number,
  outAt: number,
  outLength: number,
  delimiter: number,
  quote: number,
  usedAt: number,
): number {
  const limit = outAt + outLength
  let source = sourceAt
  let suffix = suffixAt
  let out = outAt
  let records = 0
  const breakOf = (at: number, length: number) => (length > 1 && bytes[at + length - 2] === CR ? 2 : 1)
  while (source < sourceAt + sourceLength && suffix < suffixAt + suffixLength) {
    const sourceEnd = Math.min(sourceAt + sourceLength, source + Math.max(0, limit - out - SLACK.record))
    const whole = recordLength(bytes, source, sourceEnd, quote)
    if (whole === 0) break
    const crlf = breakOf(source, whole)
    const to = out + whole - crlf
    const suffixEnd = Math.min(suffixAt + suffixLength, suffix + Math.max(0, limit - to - 1 - SLACK.suffix))
    const tail = recordLength(bytes, suffix, suffixEnd, quote)
    if (tail === 0) break
    const tailContent = tail - breakOf(suffix, tail)
    bytes.copyWithin(out, source, source + whole - crlf)
    bytes[to] = delimiter
    bytes.copyWithin(to + 1, suffix, suffix + tailContent)
    bytes.copyWithin(to + 1 + tailContent, source + whole - crlf, source + whole)
    out = to + 1 + tailContent + crlf
    source += whole
    suffix += tail
    records += 1
  }
  view.setUint32(usedAt, source - sourceAt, true)
  view.setUint32(usedAt + 4, suffix - suffixAt, true)
  view.setUint32(usedAt + 8, out - outAt, true)
  return records
}

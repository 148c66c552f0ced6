// Walks CSV bytes (RFC 4180) 64 at a time. The obvious form of the same functions, and what each slot means, is in
// text.ts. The caller owns the memory: every argument called `…At` is an offset into it.

const OFFSET: usize = 0
const RECORDS: usize = 8
const EXPECTED: usize = 16
const WRONG: usize = 24
const LISTED: usize = 32
const NULS: usize = 40
const LONE_CRS: usize = 48
const LFS: usize = 56
const CRLFS: usize = 64
const BLANKS: usize = 72
const STRAYS: usize = 80
const TAILS: usize = 88
const LONGEST: usize = 96
const LINES: usize = 104
const RECORD_AT: usize = 112
const RECORD_LINE: usize = 120
const DELIMITERS: usize = 128
const STATE: usize = 136
const AFTER_CR: usize = 144
const QUOTE_AT: usize = 152
const QUOTE_LINE: usize = 160
const FAULTS: usize = 168

const START: i32 = 0
const BARE: i32 = 1
const QUOTED: i32 = 2
const CLOSED: i32 = 3

const LF: u8 = 10
const CR: u8 = 13
const FAULT_TAIL: i32 = 1
const FAULT_NUL: i32 = 2
const ENTRY: usize = 40

// One scan at a time: these live from the first to the last line of `scan`.
let stateAt: usize = 0
let listAt: usize = 0
let capacity: i32 = 0
let base: f64 = 0
let recordAt: f64 = 0
let lines: i32 = 0
let delimiters: i32 = 0
let faults: i32 = 0
let state: i32 = 0
let afterCr: bool = false
let quoteAt: f64 = -1
let quoteLine: f64 = 0

// @ts-ignore: decorator
@inline
function add(slot: usize, value: f64): void {
  store<f64>(stateAt + slot, load<f64>(stateAt + slot) + value)
}

/** Ends the record whose last content byte is before `end`; `next` is where the following one starts. */
function endRecord(end: f64, next: f64, linesBefore: f64): void {
  const length = end - recordAt
  if (length == 0) {
    add(BLANKS, 1)
  } else {
    const fields = f64(delimiters + 1)
    const index = load<f64>(stateAt + RECORDS)
    const expected = load<f64>(stateAt + EXPECTED)
    store<f64>(stateAt + RECORDS, index + 1)
    if (expected == 0) store<f64>(stateAt + EXPECTED, fields)
    if ((expected != 0 && fields != expected) || faults != 0) {
      add(WRONG, 1)
      const listed = load<f64>(stateAt + LISTED)
      if (listed < f64(capacity)) {
        const at = listAt + usize(listed) * ENTRY
        store<f64>(at, index)
        store<f64>(at + 8, recordAt)
        store<f64>(at + 16, load<f64>(stateAt + RECORD_LINE))
        store<f64>(at + 24, fields)
        store<f64>(at + 32, f64(faults))
        store<f64>(stateAt + LISTED, listed + 1)
      }
    }
    if (length > load<f64>(stateAt + LONGEST)) store<f64>(stateAt + LONGEST, length)
  }
  recordAt = next
  store<f64>(stateAt + RECORD_LINE, linesBefore + 1)
  delimiters = 0
  faults = 0
}

/** The same walk byte by byte: for the last few bytes, and wherever quotes are not where RFC 4180 has them. */
function walk(at: usize, from: i32, to: i32, delimiter: u8, quote: u8): void {
  for (let i = from; i < to; i++) {
    const byte = load<u8>(at + i)
    if (afterCr && byte != LF) {
      add(LONE_CRS, 1)
      lines++
      const here = base + f64(i)
      endRecord(here - 1, here, load<f64>(stateAt + LINES) + f64(lines))
    }
    const wasCr = afterCr
    afterCr = false
    if (byte == 0) {
      add(NULS, 1)
      faults |= FAULT_NUL
    }
    if (state == QUOTED) {
      if (byte == quote) state = CLOSED
      else if (byte == LF) lines++
      continue
    }
    if (byte == quote && quote != 0) {
      if (state == START) {
        state = QUOTED
        quoteAt = base + f64(i)
        quoteLine = load<f64>(stateAt + LINES) + f64(lines + 1)
      } else if (state == CLOSED) {
        state = QUOTED
      } else {
        add(STRAYS, 1)
      }
      continue
    }
    if (byte == delimiter) {
      delimiters++
      state = START
    } else if (byte == LF) {
      lines++
      add(wasCr ? CRLFS : LFS, 1)
      const here = base + f64(i)
      endRecord(wasCr ? here - 1 : here, here + 1, load<f64>(stateAt + LINES) + f64(lines))
      state = START
    } else if (byte == CR) {
      afterCr = true
      state = START
    } else {
      if (state == CLOSED) {
        add(TAILS, 1)
        faults |= FAULT_TAIL
      }
      state = BARE
    }
  }
}

// @ts-ignore: decorator
@inline
function mask(a: v128, b: v128, c: v128, d: v128, byte: v128): u64 {
  const ab = u64(i8x16.bitmask(i8x16.eq(a, byte))) | (u64(i8x16.bitmask(i8x16.eq(b, byte))) << 16)
  const cd = u64(i8x16.bitmask(i8x16.eq(c, byte))) | (u64(i8x16.bitmask(i8x16.eq(d, byte))) << 16)
  return ab | (cd << 32)
}

/** Bit i of the answer: whether an odd number of the bits 0…i is set. */
// @ts-ignore: decorator
@inline
function parity(bits: u64): u64 {
  bits ^= bits << 1
  bits ^= bits << 2
  bits ^= bits << 4
  bits ^= bits << 8
  bits ^= bits << 16
  bits ^= bits << 32
  return bits
}

function resume(stateOffset: usize, listOffset: usize, listCapacity: i32): void {
  stateAt = stateOffset
  listAt = listOffset
  capacity = listCapacity
  base = load<f64>(stateAt + OFFSET)
  recordAt = load<f64>(stateAt + RECORD_AT)
  lines = 0
  delimiters = i32(load<f64>(stateAt + DELIMITERS))
  faults = i32(load<f64>(stateAt + FAULTS))
  state = i32(load<f64>(stateAt + STATE))
  afterCr = load<f64>(stateAt + AFTER_CR) != 0
  quoteAt = load<f64>(stateAt + QUOTE_AT)
  quoteLine = load<f64>(stateAt + QUOTE_LINE)
}

function suspend(length: i32): void {
  const open = state == QUOTED || state == CLOSED
  store<f64>(stateAt + OFFSET, base + f64(length))
  store<f64>(stateAt + RECORD_AT, recordAt)
  add(LINES, f64(lines))
  store<f64>(stateAt + DELIMITERS, f64(delimiters))
  store<f64>(stateAt + FAULTS, f64(faults))
  store<f64>(stateAt + STATE, f64(state))
  store<f64>(stateAt + AFTER_CR, afterCr ? 1 : 0)
  store<f64>(stateAt + QUOTE_AT, open ? quoteAt : -1)
  store<f64>(stateAt + QUOTE_LINE, open ? quoteLine : 0)
}

/** Ends the last record when the file does not end in a line break. */
export function finish(stateOffset: usize, listOffset: usize, listCapacity: i32): void {
  resume(stateOffset, listOffset, listCapacity)
  if (afterCr) {
    add(LONE_CRS, 1)
    lines++
    endRecord(base - 1, base, load<f64>(stateAt + LINES) + f64(lines))
  } else if (base > recordAt) {
    endRecord(base, base, load<f64>(stateAt + LINES))
  }
  afterCr = false
  suspend(0)
}

export function scan(
  at: usize, length: i32, delimiter: u8, quote: u8,
  stateOffset: usize, listOffset: usize, listCapacity: i32,
): void {
  resume(stateOffset, listOffset, listCapacity)
  const linesBase = load<f64>(stateAt + LINES)
  const delimiters16 = i8x16.splat(delimiter)
  // Without a quote character no byte may look like one: LF never does, because it is tested on its own.
  const quotes16 = i8x16.splat(quote)
  const lf16 = i8x16.splat(LF)
  const cr16 = i8x16.splat(CR)
  const zero16 = i8x16.splat(0)
  let loneCrs: i32 = 0
  let crlfs: i32 = 0
  let lfs: i32 = 0

  let i: i32 = 0
  for (; i + 64 <= length; i += 64) {
    const a = v128.load(at + i)
    const b = v128.load(at + i, 16)
    const c = v128.load(at + i, 32)
    const d = v128.load(at + i, 48)
    // The smallest byte of each lane is zero exactly where one of the four is.
    const least = i8x16.min_u(i8x16.min_u(a, b), i8x16.min_u(c, d))
    const someNul = v128.any_true(i8x16.eq(least, zero16))
    const delims = mask(a, b, c, d, delimiters16)
    const lf = mask(a, b, c, d, lf16)
    const cr = mask(a, b, c, d, cr16)
    const q = quote == 0 ? u64(0) : mask(a, b, c, d, quotes16)
    // A CR that waits for its LF across the boundary, or a NUL that has to be blamed on its record.
    if (someNul || (afterCr && (lf & 1) == 0)) {
      walk(at, i, i + 64, delimiter, quote)
      continue
    }
    let inside: u64 = state == QUOTED ? u64.MAX_VALUE : 0
    let closers: u64 = 0
    let outer = delims | lf | cr
    if (q != 0 || state == CLOSED) {
      inside ^= parity(q)
      closers = q & ~inside
      outer &= ~inside
      const openers = q & inside
      const starts = (outer << 1) | u64(state == START)
      const afterClose = (closers << 1) | u64(state == CLOSED)
      if ((openers & ~(starts | afterClose)) != 0 || (afterClose & ~(outer | q)) != 0) {
        walk(at, i, i + 64, delimiter, quote)
        continue
      }
      const opened = openers & ~afterClose
      if (opened != 0) {
        const bit = 63 - i32(clz(opened))
        quoteAt = base + f64(i + bit)
        const breaks = lf | (cr & ~inside & ~(lf >> 1))
        quoteLine = linesBase + f64(lines + i32(popcnt(breaks & ((u64(1) << bit) - 1))) + 1)
      }
    }
    const crs = cr & ~inside
    let fields = delims & ~inside
    // The last bit's CR is judged when the next byte is known.
    const lone = crs & ~(lf >> 1) & 0x7fffffffffffffff
    let ends = (lf & ~inside) | lone
    const afterCrs = (crs << 1) | u64(afterCr)
    afterCr = crs >> 63 != 0
    while (ends != 0) {
      const bit = ctz(ends)
      const upTo = (u64(2) << bit) - 1
      delimiters += i32(popcnt(fields & upTo))
      fields &= ~upTo
      const here = base + f64(i + i32(bit))
      const isLone = ((lone >> bit) & 1) != 0
      const isCrlf = !isLone && ((afterCrs >> bit) & 1) != 0
      if (isLone) loneCrs++
      else if (isCrlf) crlfs++
      else lfs++
      const seen = lines + i32(popcnt((lf | lone) & upTo))
      endRecord(isCrlf ? here - 1 : here, here + 1, linesBase + f64(seen))
      ends &= ends - 1
    }
    delimiters += i32(popcnt(fields))
    lines += i32(popcnt(lf | lone))
    if (inside >> 63 != 0) state = QUOTED
    else if (closers >> 63 != 0) state = CLOSED
    else state = outer >> 63 != 0 ? START : BARE
  }
  walk(at, i, length, delimiter, quote)

  add(LONE_CRS, f64(loneCrs))
  add(CRLFS, f64(crlfs))
  add(LFS, f64(lfs))
  suspend(length)
}

/** Copies one record with its terminator; answers its length, or 0 when its end is not in the block. */
// @ts-ignore: decorator
@inline
function copyRecord(from: usize, end: usize, to: usize, quote: u8): usize {
  const lf16 = i8x16.splat(LF)
  const quotes16 = i8x16.splat(quote)
  let inQuotes = false
  let at = from
  // Copying runs ahead of the record's end by up to 15 bytes; the next bytes written cover them.
  while (at + 16 <= end) {
    const bytes = v128.load(at)
    v128.store(to + (at - from), bytes)
    const lf = i8x16.bitmask(i8x16.eq(bytes, lf16))
    const q = quote == 0 ? 0 : i8x16.bitmask(i8x16.eq(bytes, quotes16))
    if (q == 0) {
      if (lf != 0 && !inQuotes) return at + ctz(lf) + 1 - from
      at += 16
      continue
    }
    let marks = lf | q
    while (marks != 0) {
      const bit = ctz(marks)
      if (((q >> bit) & 1) != 0) inQuotes = !inQuotes
      else if (!inQuotes) return at + bit + 1 - from
      marks &= marks - 1
    }
    at += 16
  }
  for (; at < end; at++) {
    const byte = load<u8>(at)
    store<u8>(to + (at - from), byte)
    if (byte == quote && quote != 0) inQuotes = !inQuotes
    else if (byte == LF && !inQuotes) return at + 1 - from
  }
  return 0
}

/**
 * Writes record + delimiter + suffix for as long as both blocks have a whole line and the output has room. Answers the
 * number of records; the three u32 at `usedAt` become the bytes used of the source, of the suffixes, and of the output.
 */
export function paste(
  sourceAt: usize, sourceLength: usize, suffixAt: usize, suffixLength: usize,
  outAt: usize, outLength: usize, delimiter: u8, quote: u8, usedAt: usize,
): i32 {
  const sourceEnd = sourceAt + sourceLength
  const suffixEnd = suffixAt + suffixLength
  let source = sourceAt
  let suffix = suffixAt
  let out = outAt
  let records = 0
  while (source < sourceEnd && suffix < suffixEnd) {
    // Room for what is left of either block is the simple bound; near the end of the output the exact one decides.
    const room = outAt + outLength - out
    const sourceRoom = min(sourceEnd - source, room > 32 ? room - 32 : 0)
    const whole = copyRecord(source, source + sourceRoom, out, quote)
    if (whole == 0) break
    const crlf = whole > 1 && load<u8>(source + whole - 2) == CR
    const content = whole - (crlf ? 2 : 1)
    const to = out + content
    store<u8>(to, delimiter)
    const left = outAt + outLength - to - 1
    const suffixRoom = min(suffixEnd - suffix, left > 16 ? left - 16 : 0)
    const tail = copyRecord(suffix, suffix + suffixRoom, to + 1, quote)
    if (tail == 0) break
    const tailContent = tail - (tail > 1 && load<u8>(suffix + tail - 2) == CR ? 2 : 1)
    out = to + 1 + tailContent
    if (crlf) store<u8>(out++, CR)
    store<u8>(out++, LF)
    source += whole
    suffix += tail
    records++
  }
  store<u32>(usedAt, u32(source - sourceAt))
  store<u32>(usedAt, u32(suffix - suffixAt), 4)
  store<u32>(usedAt, u32(out - outAt), 8)
  return records
}

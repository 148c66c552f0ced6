/** Operations that put one number, text or byte string on the stack. */
import type { Value } from './nodes.ts'
import { damaged, push, type Stream, take, takeBytes, takeLatin, takeLength8 } from './stream.ts'
import { quoted, rawUnicode, utf8 } from './text.ts'

export type Operation = (s: Stream) => void

/** Digits of an integer: making a number of them takes their square, and Python itself refuses more. */
const MOST_DIGITS = 4300
/** Bytes of a binary integer: as many as MOST_DIGITS decimal digits need. */
const MOST_BYTES = 1786

function integerText(s: Stream, text: string): Value {
  if (text.length > MOST_DIGITS) throw damaged(s, `An integer of ${text.length} digits`)
  if (!/^[+-]?\d+$/.test(text)) throw damaged(s, `${JSON.stringify(text.slice(0, 40))} is not an integer`)
  const value = Number(text)
  return Number.isSafeInteger(value) ? value + 0 : BigInt(text.replace('+', ''))
}

/** INT: a line; 00 and 01 are the flags of protocols 0 and 1. */
function int(s: Stream): void {
  const text = takeLatin(s).trim()
  push(s, text === '00' ? false : text === '01' ? true : integerText(s, text))
}

/** Two's complement, little endian, of any length; no bytes are 0. */
function long(s: Stream, count: number): void {
  if (count < 0 || count > MOST_BYTES) throw damaged(s, `An integer of ${count} bytes; at most ${MOST_BYTES} are read`)
  const from = take(s, count)
  const digits = Buffer.from(s.bytes.subarray(from, s.at).toReversed()).toString('hex')
  const value = BigInt.asIntN(8 * count, BigInt(`0x0${digits}`))
  const number = Number(value)
  push(s, Number.isSafeInteger(number) ? number : value)
}

const WORDS: ReadonlyMap<string, number> = new Map([
  ['nan', Number.NaN],
  ['inf', Infinity],
  ['infinity', Infinity],
])

function float(s: Stream): void {
  const text = takeLatin(s).trim().toLowerCase()
  const size = text.replace(/^[+-]/, '')
  const value = WORDS.get(size) ?? (/^(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/.test(size) ? Number(size) : undefined)
  if (value === undefined || text.length > 400) {
    throw damaged(s, `${JSON.stringify(text.slice(0, 40))} is not a number`)
  }
  push(s, text.startsWith('-') ? -value : value)
}

/** Bytes of a declared length, as a text in which each is a character: Python 2's 8-bit strings. */
function latin(s: Stream, count: number): void {
  const bytes = length(s, count)
  push(s, s.buffer.toString('latin1', s.at - bytes, s.at))
}

function unicode(s: Stream, count: number): void {
  const bytes = length(s, count)
  push(s, texted(s, utf8(s.buffer, s.at - bytes, s.at)))
}

/** Moves on by a text and returns how long it is. */
function length(s: Stream, count: number): number {
  if (count < 0 || count > s.budget.limits.text) {
    throw damaged(s, `A text of ${count} bytes; at most ${s.budget.limits.text} are read`)
  }
  take(s, count)
  return count
}

function texted(s: Stream, text: string | undefined): string {
  if (text === undefined) throw damaged(s, 'A text is not written as its kind of text must be')
  return text
}

const u4 = (s: Stream) => s.view.getUint32(take(s, 4), true)
const i4 = (s: Stream) => s.view.getInt32(take(s, 4), true)
const u1 = (s: Stream) => s.bytes[take(s, 1)]!

/** By their opcodes as characters. */
export const SCALARS: Readonly<Record<string, Operation>> = {
  N: s => push(s, null),
  '\x88': s => push(s, true),
  '\x89': s => push(s, false),
  I: int,
  J: s => push(s, i4(s)),
  K: s => push(s, u1(s)),
  M: s => push(s, s.view.getUint16(take(s, 2), true)),
  L: s => push(s, integerText(s, takeLatin(s).trim().replace(/L$/, ''))),
  '\x8a': s => long(s, u1(s)),
  '\x8b': s => long(s, i4(s)),
  F: float,
  G: s => push(s, s.view.getFloat64(take(s, 8), false)),
  S: s => push(s, texted(s, quoted(takeLatin(s)))),
  T: s => latin(s, i4(s)),
  U: s => latin(s, u1(s)),
  V: s => push(s, texted(s, rawUnicode(takeLatin(s)))),
  X: s => unicode(s, u4(s)),
  '\x8c': s => unicode(s, u1(s)),
  '\x8d': s => unicode(s, takeLength8(s)),
  B: s => push(s, takeBytes(s, u4(s))),
  C: s => push(s, takeBytes(s, u1(s))),
  '\x8e': s => push(s, takeBytes(s, takeLength8(s))),
  '\x96': s => push(s, takeBytes(s, takeLength8(s))),
}

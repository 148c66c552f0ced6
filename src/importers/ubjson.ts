/**
 * Universal Binary JSON, draft 12, as XGBoost writes it: https://ubjson.org. All numbers are big endian. Every length is
 * held against the bytes that are left before anything of that size is made.
 */
import type { Raw } from './document.ts'
import { Refusal } from './refusal.ts'

const DEEPEST = 200

interface Reader {
  readonly bytes: Uint8Array
  readonly view: DataView
  at: number
  /** What may still be made. */
  left: number
}

/** Of values that stand alone; of lists and objects each counts as many as it takes memory. */
const MOST_VALUES = 4_000_000
const CONTAINER = 8

/** @throws Refusal naming the byte that is wrong */
export function decodeUbjson(bytes: Uint8Array): Raw {
  const reader: Reader = {
    bytes,
    view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
    at: 0,
    left: MOST_VALUES,
  }
  const value = take(reader, marker(reader), 0)
  while (reader.at < bytes.length && bytes[reader.at] === NOTHING) reader.at++
  if (reader.at < bytes.length) throw wrong(reader, 'something behind its end')
  return value
}

const NOTHING = 0x4e

function wrong({ at }: Reader, found: string): Refusal {
  return new Refusal('damaged', `it is not sound UBJSON: ${found} at byte ${at}`, '', at)
}

/** Moves on by that many bytes and says where they begin. */
function need(reader: Reader, bytes: number): number {
  if (bytes > reader.bytes.length - reader.at)
    throw wrong(reader, `${bytes} bytes are needed where ${reader.bytes.length - reader.at} are left,`)
  const from = reader.at
  reader.at += bytes
  return from
}

/** The next marker of a type that is no padding. */
function marker(reader: Reader): string {
  let found = reader.bytes[need(reader, 1)]!
  while (found === NOTHING) found = reader.bytes[need(reader, 1)]!
  return String.fromCharCode(found)
}

function peek({ bytes, at }: Reader): string {
  return at < bytes.length ? String.fromCharCode(bytes[at]!) : ''
}

/** Numbers by their marker: bytes each, how one is read, and what holds many. */
const NUMBERS: ReadonlyMap<
  string,
  {
    readonly size: number
    readonly read: (view: DataView, at: number) => number
    readonly many: (count: number) => Float64Array | Float32Array | Int32Array | Int16Array | Int8Array | Uint8Array
  }
> = new Map([
  ['i', { size: 1, read: (view, at) => view.getInt8(at), many: count => new Int8Array(count) }],
  ['U', { size: 1, read: (view, at) => view.getUint8(at), many: count => new Uint8Array(count) }],
  ['I', { size: 2, read: (view, at) => view.getInt16(at), many: count => new Int16Array(count) }],
  ['l', { size: 4, read: (view, at) => view.getInt32(at), many: count => new Int32Array(count) }],
  ['L', { size: 8, read: (view, at) => Number(view.getBigInt64(at)), many: count => new Float64Array(count) }],
  ['d', { size: 4, read: (view, at) => view.getFloat32(at), many: count => new Float32Array(count) }],
  ['D', { size: 8, read: (view, at) => view.getFloat64(at), many: count => new Float64Array(count) }],
])

function take(reader: Reader, kind: string, depth: number): Raw {
  if (depth > DEEPEST) throw wrong(reader, `more than ${DEEPEST} levels`)
  reader.left -= kind === '[' || kind === '{' ? CONTAINER : 1
  if (reader.left < 0) throw wrong(reader, `more than ${MOST_VALUES} values`)
  const number = NUMBERS.get(kind)
  if (number) return number.read(reader.view, need(reader, number.size))
  switch (kind) {
    case 'Z':
      return null
    case 'T':
      return true
    case 'F':
      return false
    case 'C':
      return String.fromCharCode(reader.bytes[need(reader, 1)]!)
    case 'S':
    case 'H':
      return text(reader)
    case '[':
      return list(reader, depth)
    case '{':
      return object(reader, depth)
    default:
      throw wrong(reader, `the type ${JSON.stringify(kind)}`)
  }
}

function length(reader: Reader): number {
  const kind = marker(reader)
  const number = 'iUIlL'.includes(kind) ? NUMBERS.get(kind) : undefined
  if (!number) throw wrong(reader, `a length of the type ${JSON.stringify(kind)}`)
  const found = number.read(reader.view, need(reader, number.size))
  if (!(Number.isSafeInteger(found) && found >= 0)) throw wrong(reader, `the length ${found}`)
  return found
}

function text(reader: Reader): string {
  const size = length(reader)
  const from = need(reader, size)
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(reader.bytes.subarray(from, from + size))
  } catch {
    throw wrong(reader, 'a text that is not UTF-8')
  }
}

/** How a container begins: `$` the type of all, `#` how many there are; without it an end marker follows. */
function shapeOf(reader: Reader): { readonly kind?: string; readonly count?: number } {
  let kind: string | undefined
  if (peek(reader) === '$') {
    reader.at++
    kind = marker(reader)
    if (peek(reader) !== '#') throw wrong(reader, 'a type for all values without their number')
  }
  if (peek(reader) !== '#') return {}
  reader.at++
  const count = length(reader)
  // Each value has a byte of its own at least, but for types that are values already.
  if (kind !== undefined && 'ZTFN'.includes(kind)) throw wrong(reader, `values of the one type ${kind}`)
  if (count > reader.bytes.length - reader.at)
    throw wrong(reader, `${count} values where ${reader.bytes.length - reader.at} bytes are left,`)
  return kind === undefined ? { count } : { kind, count }
}

function list(reader: Reader, depth: number): Raw {
  const { kind, count } = shapeOf(reader)
  const number = kind === undefined ? undefined : NUMBERS.get(kind)
  if (number && count !== undefined) {
    const from = need(reader, count * number.size)
    const values = number.many(count)
    for (let i = 0; i < count; i++) values[i] = number.read(reader.view, from + i * number.size)
    return values
  }
  const items: Raw[] = []
  if (count !== undefined) {
    for (let i = 0; i < count; i++) items.push(take(reader, kind ?? marker(reader), depth + 1))
    return items
  }
  for (let next = marker(reader); next !== ']'; next = marker(reader)) items.push(take(reader, next, depth + 1))
  return items
}

function object(reader: Reader, depth: number): Raw {
  const { kind, count } = shapeOf(reader)
  const values = new Map<string, Raw>()
  const put = () => {
    const key = text(reader)
    if (values.has(key)) throw wrong(reader, `the name ${JSON.stringify(key.slice(0, 40))} a second time`)
    values.set(key, take(reader, kind ?? marker(reader), depth + 1))
  }
  if (count !== undefined) for (let i = 0; i < count; i++) put()
  else {
    while (peek(reader) !== '}') {
      if (peek(reader) === 'N') reader.at++
      else put()
    }
    reader.at++
  }
  return values
}

/** The items of an array, out of its bytes: numbers of every width and byte order, texts of S and U. */
import { Refusal } from '../refusal.ts'
import type { Dtype } from './dtype.ts'
import { floatText, shortFloatText } from './text.ts'

/** Where items lie: the first at `offset`, one every `stride` bytes. */
export interface Run {
  readonly bytes: Uint8Array
  readonly dtype: Dtype
  readonly count: number
  readonly offset: number
  readonly stride: number
}

/** @throws Refusal for kinds that are no numbers, and integers beyond ±2^53 */
export function numbersOf(run: Run): Float64Array {
  const { dtype, count, offset, stride, bytes } = run
  const out = new Float64Array(count)
  if (count === 0) return out
  if (dtype.kind === 'f' && dtype.itemsize === 8 && !dtype.bigEndian && stride === 8) {
    new Uint8Array(out.buffer).set(bytes.subarray(offset, offset + 8 * count))
    return out
  }
  const read = numberReader(dtype)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  for (let i = 0; i < count; i++) out[i] = read(view, offset + i * stride)
  return out
}

type Read = (view: DataView, at: number) => number

function numberReader({ kind, itemsize, bigEndian }: Dtype): Read {
  const little = !bigEndian
  switch (`${kind}${itemsize}`) {
    case 'b1':
      return (view, at) => (view.getUint8(at) === 0 ? 0 : 1)
    case 'i1':
      return (view, at) => view.getInt8(at)
    case 'u1':
      return (view, at) => view.getUint8(at)
    case 'i2':
      return (view, at) => view.getInt16(at, little)
    case 'u2':
      return (view, at) => view.getUint16(at, little)
    case 'i4':
      return (view, at) => view.getInt32(at, little)
    case 'u4':
      return (view, at) => view.getUint32(at, little)
    case 'i8':
      return (view, at) =>
        exact(view.getInt32(at + (little ? 4 : 0), little), view.getUint32(at + (little ? 0 : 4), little))
    case 'u8':
      return (view, at) =>
        exact(view.getUint32(at + (little ? 4 : 0), little), view.getUint32(at + (little ? 0 : 4), little))
    case 'f2':
      return (view, at) => half(view.getUint16(at, little))
    case 'f4':
      return (view, at) => view.getFloat32(at, little)
    case 'f8':
      return (view, at) => view.getFloat64(at, little)
    default:
      throw new Refusal('unsupported', `An array of ${KINDS[kind]} where numbers are needed`)
  }
}

const KINDS: Readonly<Record<Dtype['kind'], string>> = {
  b: 'flags',
  i: 'integers',
  u: 'integers',
  f: 'long doubles',
  c: 'complex numbers',
  S: 'byte strings',
  U: 'texts',
  V: 'records',
  O: 'objects',
  M: 'dates',
  m: 'durations',
}

function exact(high: number, low: number): number {
  const value = high * 2 ** 32 + low
  if (!Number.isSafeInteger(value))
    throw new Refusal('unsupported', `An integer beyond 2^53 (about ${value}) in an array`)
  return value
}

/** IEEE 754 binary16. */
export function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 0x1f
  const fraction = bits & 0x3ff
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 31) return fraction === 0 ? sign * Infinity : Number.NaN
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

/** Nearest binary16, ties to even. */
function toHalf(value: number): number {
  const size = Math.abs(value)
  if (!(size < 65520)) return value > 0 ? Infinity : -Infinity
  const step = 2 ** (Math.max(-14, Math.floor(Math.log2(size || 1))) - 10)
  const steps = size / step
  const below = Math.floor(steps)
  const up = steps - below > 0.5 || (steps - below === 0.5 && below % 2 === 1)
  return Math.sign(value) * (below + Number(up)) * step
}

/** As Python prints them. @throws Refusal for kinds that have no text */
export function textsOf(run: Run): string[] {
  const { dtype, count, offset, stride, bytes } = run
  const { kind, itemsize, bigEndian } = dtype
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const each = (text: (at: number) => string) => Array.from({ length: count }, (_, i) => text(offset + i * stride))
  if (kind === 'S') return each(at => latin(bytes, at, itemsize))
  if (kind === 'U') return each(at => wide(view, at, itemsize, !bigEndian))
  if (kind === 'b') return each(at => (bytes[at] === 0 ? 'False' : 'True'))
  if (kind === 'i' && itemsize === 8) return each(at => String(view.getBigInt64(at, !bigEndian)))
  if (kind === 'u' && itemsize === 8) return each(at => String(view.getBigUint64(at, !bigEndian)))
  const numbers = [...numbersOf(run)]
  if (kind !== 'f') return numbers.map(String)
  const round = itemsize === 4 ? Math.fround : toHalf
  return numbers.map(value => (itemsize === 8 ? floatText(value) : shortFloatText(value, round)))
}

/** Without the NULs that fill it up. */
function latin(bytes: Uint8Array, at: number, size: number): string {
  let end = at + size
  while (end > at && bytes[end - 1] === 0) end--
  return Buffer.from(bytes.buffer, bytes.byteOffset + at, end - at).toString('latin1')
}

/** UCS-4 without the NULs that fill it up. @throws Refusal beyond U+10FFFF */
function wide(view: DataView, at: number, size: number, little: boolean): string {
  let end = at + size
  while (end > at && view.getUint32(end - 4, little) === 0) end -= 4
  let text = ''
  for (let i = at; i < end; i += 4) {
    const code = view.getUint32(i, little)
    if (code > 0x10ffff) throw new Refusal('damaged', 'A text in an array holds a character that does not exist')
    text += String.fromCodePoint(code)
  }
  return text
}

/** Changes model files: single bytes as any fuzzer does; whole operations, numbers, names and arrays of a pickle, and
 * what stands inside an archive, a document or a message, which get past the first checks. */
import type { Random } from '../../../src/math/random.ts'
import { type Change, changeJson, changeLines, changeMessage, changeZip, filesOf, type ZipFile } from './formats.ts'
import { type Part, partsOf } from './pickle-parts.ts'

export interface Seed {
  readonly name: string
  readonly bytes: Uint8Array
  /** Of a plain pickle; empty for other files. */
  readonly parts: readonly Part[]
  /** Of a zip archive. */
  readonly files?: readonly ZipFile[]
  /** For a text or a message: a change that leaves it one. */
  readonly change?: Change
}

export function seedOf(name: string, read: Uint8Array): Seed {
  // A slice of a Buffer is no copy, and the next change would be one of the last.
  const bytes = new Uint8Array(read)
  const pickle = bytes[0] === 0x80 && (bytes[1] as number) <= 5
  if (!pickle) return { name, bytes, parts: [], ...withinOf(name, bytes) }
  // A change of length inside a frame is found at once; a pickle without frames is legal, and its changes go deeper.
  const kept = partsOf(bytes).filter(({ from }) => bytes[from] !== FRAME)
  const unframed = new Uint8Array(kept.reduce((sum, { from, to }) => sum + to - from, 0))
  let at = 0
  for (const { from, to } of kept) {
    unframed.set(bytes.subarray(from, to), at)
    at += to - from
  }
  return { name, bytes: unframed, parts: partsOf(unframed) }
}

const FRAME = 0x95

function withinOf(name: string, bytes: Uint8Array): Pick<Seed, 'files' | 'change'> {
  const files = filesOf(bytes)
  if (files) return { files }
  if (name.endsWith('.onnx')) return { change: changeMessage }
  if (bytes[0] === 0x7b && bytes[1] === 0x22) return { change: changeJson }
  return name.endsWith('.txt') ? { change: changeLines } : {}
}

/** A file of an archive, by what its name says that it is. */
const changeFile = ({ name, bytes }: ZipFile, seeds: readonly Seed[], random: Random): Uint8Array => {
  if (name.endsWith('.json')) return changeJson(bytes, random)
  const inner = name.endsWith('.pkl') ? seedOf(name, bytes) : undefined
  return inner && inner.parts.length > 0
    ? changePart(inner.bytes.slice(), inner, seeds, random)
    : changeBytes(bytes, seeds, random)
}

const TELLING_BYTES = [0, 1, 2, 0x28, 0x2e, 0x4e, 0x62, 0x7f, 0x80, 0x81, 0x93, 0x94, 0x95, 0xff]
const TELLING_NUMBERS = [
  0,
  -0,
  1,
  -1,
  2,
  255,
  256,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 53,
  -(2 ** 63),
  NaN,
  Infinity,
  1e308,
  5e-324,
]
const TELLING_TEXTS = [
  'os',
  'system',
  '__proto__',
  'constructor',
  '',
  'estimators_',
  'tree_',
  'nodes',
  'numpy',
  'ndarray',
]

/** One to eight changes of a random seed. Same random numbers, same bytes. */
export function mutant(seeds: readonly Seed[], random: Random): Uint8Array {
  // Many more of the seeds are pickles, and the others take longer to be read.
  const wanted = random.next() < 0.15
  const some = seeds.filter(({ parts }) => (parts.length === 0) === wanted)
  const seed = pick(some.length > 0 ? some : seeds, random)
  let bytes: Uint8Array = seed.bytes.slice()
  const within = random.next() < 0.9
  if (within && seed.files) return changeZip(seed.files, file => changeFile(file, seeds, random), random)
  const changes = random.next() < 0.6 ? 1 : 1 + random.integer(6)
  if (within && seed.change) {
    for (let i = 0; i < changes; i++) bytes = seed.change(bytes, random)
    return bytes
  }
  for (let i = 0; i < changes; i++) {
    // Only the first change knows where the operations are.
    const operations = i === 0 && seed.parts.length > 0 && random.next() < 0.9
    bytes = operations ? changePart(bytes, seed, seeds, random) : changeBytes(bytes, seeds, random)
  }
  return bytes
}

const pick = <T>(all: readonly T[], random: Random): T => all[random.integer(all.length)] as T

function changeBytes(bytes: Uint8Array, seeds: readonly Seed[], random: Random): Uint8Array {
  if (bytes.length === 0) return Uint8Array.of(0x80, 4, 0x2e)
  const at = random.integer(bytes.length)
  switch (random.integer(8)) {
    case 0:
      bytes[at]! ^= 1 << random.integer(8)
      return bytes
    case 1:
      bytes[at] = pick(TELLING_BYTES, random)
      return bytes
    case 2:
      return bytes.slice(0, at)
    case 3:
      return without(bytes, at, Math.min(bytes.length, at + 1 + random.integer(64)))
    case 4:
      return putIn(bytes, at, bytes.subarray(at, at + 1 + random.integer(64)))
    case 5: {
      const other = pick(seeds, random).bytes
      const from = random.integer(Math.max(1, other.length))
      return putIn(bytes, at, other.subarray(from, from + 1 + random.integer(256)))
    }
    case 6:
      return number(bytes, at, random)
    default:
      return digits(bytes, at, random)
  }
}

/** A number of a payload or an argument, as the widths that numpy writes. */
function number(bytes: Uint8Array, at: number, random: Random): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const value = pick(TELLING_NUMBERS, random)
  const integer = Number.isFinite(value) ? Math.max(-(2 ** 53), Math.min(2 ** 53, Math.trunc(value))) : -1
  const width = pick([4, 8, 8, 2], random)
  if (at + width > bytes.length) return bytes
  const little = random.next() < 0.8
  if (width === 8 && random.next() < 0.5) view.setFloat64(at, value, little)
  else if (width === 8) view.setBigInt64(at, BigInt(integer), little)
  else if (width === 4) view.setInt32(at, integer, little)
  else view.setInt16(at, integer, little)
  return bytes
}

/** Text formats: another number where one stands. */
function digits(bytes: Uint8Array, at: number, random: Random): Uint8Array {
  const isDigit = (i: number) => bytes[i]! >= 48 && bytes[i]! <= 57
  let from = at
  while (from < bytes.length && !isDigit(from)) from++
  let to = from
  while (to < bytes.length && isDigit(to)) to++
  return from === bytes.length
    ? bytes
    : splice(bytes, from, to, new TextEncoder().encode(String(pick(TELLING_NUMBERS, random))))
}

function changePart(bytes: Uint8Array, seed: Seed, seeds: readonly Seed[], random: Random): Uint8Array {
  const { parts } = seed
  const payloads = parts.filter(isPayload)
  const part = pick(payloads.length > 0 && random.next() < 0.2 ? payloads : parts, random)
  if (isPayload(part)) return number(bytes, part.from + random.integer(part.to - part.from), random)
  const other = pick(seeds, random)
  switch (random.integer(7)) {
    case 0:
      return without(bytes, part.from, (parts[parts.indexOf(part) + random.integer(5)] ?? part).to)
    case 1:
      return putIn(
        bytes,
        part.from,
        bytes.slice(part.from, (parts[parts.indexOf(part) + random.integer(5)] ?? part).to),
      )
    case 2: {
      if (other.parts.length === 0) return bytes
      const first = random.integer(other.parts.length)
      const last = Math.min(other.parts.length - 1, first + random.integer(12))
      return putIn(bytes, part.from, other.bytes.subarray(other.parts[first]!.from, other.parts[last]!.to))
    }
    case 3: {
      const replaced = other.parts.length > 0 ? pick(other.parts, random) : undefined
      return replaced ? splice(bytes, part.from, part.to, other.bytes.subarray(replaced.from, replaced.to)) : bytes
    }
    case 4:
      // The argument keeps its length, so the operations behind it stay where they are.
      for (let at = part.from + part.head; at < part.to && at < part.from + part.head + 64; at++)
        if (random.next() < 0.3) bytes[at] = pick(TELLING_BYTES, random)
      return bytes
    case 5:
      return shortText(bytes, seed, random)
    default:
      if (part.to - part.from > part.head) return number(bytes, part.from + part.head, random)
      return bytes.fill(pick(TELLING_BYTES, random), part.from, part.to)
  }
}

/** What is no operation: an array that joblib wrote into the stream. */
const isPayload = ({ head }: Part) => head === 0

/** Another text where one stands: the name of an attribute, a class or a module. */
function shortText(bytes: Uint8Array, { parts }: Seed, random: Random): Uint8Array {
  const texts = parts.filter(({ from }) => bytes[from] === 0x8c)
  if (texts.length === 0) return bytes
  const [part, from] = [pick(texts, random), pick(texts, random)]
  const encoded = new TextEncoder().encode(pick(TELLING_TEXTS, random))
  const text = random.next() < 0.6 ? bytes.slice(from.from, from.to) : Uint8Array.of(0x8c, encoded.length, ...encoded)
  return splice(bytes, part.from, part.to, text)
}

const without = (bytes: Uint8Array, from: number, to: number) => splice(bytes, from, to, new Uint8Array(0))
const putIn = (bytes: Uint8Array, at: number, more: Uint8Array) => splice(bytes, at, at, more)

function splice(bytes: Uint8Array, from: number, to: number, between: Uint8Array): Uint8Array {
  const out = new Uint8Array(bytes.length - (to - from) + between.length)
  out.set(bytes.subarray(0, from))
  out.set(between, from)
  out.set(bytes.subarray(to), from + between.length)
  return out
}

/**
 * A document of names, lists and values, as JSON and UBJSON have them, read key by key with checks. Keys come from the
 * file: `__proto__` is one like any other.
 */
import { parseBounded } from '../artifact/json.ts'
import { Refusal } from './refusal.ts'

/** Objects are Maps, or what JSON.parse makes; lists of numbers may be typed arrays. */
export type Raw =
  | null
  | boolean
  | number
  | string
  | readonly Raw[]
  | Int8Array
  | Uint8Array
  | Int16Array
  | Int32Array
  | Float32Array
  | Float64Array
  | ReadonlyMap<string, Raw>
  | { readonly [key: string]: Raw }

export interface Doc {
  /** "learner.gradient_booster": where it stands, for messages. */
  readonly where: string
  /** What stands under a key; undefined where nothing does, or null. */
  find(key: string): Doc | undefined
  /** @throws Refusal 'damaged' where it is absent or of another kind; so do all below */
  at(key: string): Doc
  text(): string
  /** Texts that are numbers count: XGBoost writes "5E-1". */
  number(): number
  /** A whole number from 0 on. */
  count(): number
  flag(): boolean
  /** Flags count as 0 and 1. */
  numbers(): ArrayLike<number>
  texts(): readonly string[]
  items(): readonly Doc[]
  entries(): readonly (readonly [string, Doc])[]
  isText(): boolean
  isFlag(): boolean
}

/** More than V8 makes one text of. */
const LONGEST = 500_000_000

/** @throws Refusal for bytes that are not JSON in UTF-8 */
export function parseJson(bytes: Uint8Array): Doc {
  return docOf(parsed(decodeText(bytes)))
}

function parsed(text: string): Raw {
  try {
    // Of the documents of boosters each list, object or name takes some 15 characters, of its numbers any.
    return parseBounded(text, LONGEST, 1_000_000 + Math.floor(text.length / 12)) as Raw
  } catch (error) {
    throw new Refusal('damaged', `it is not sound JSON: ${(error as Error).message.slice(0, 200)}`)
  }
}

/** @throws Refusal for bytes that are not UTF-8 */
export function decodeText(bytes: Uint8Array): string {
  if (bytes.length > LONGEST)
    throw new Refusal('unsupported', `it has ${bytes.length} bytes, at most ${LONGEST} are read`)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new Refusal('damaged', 'its text is not UTF-8')
  }
}

export function docOf(raw: Raw, where = ''): Doc {
  const wrong = (expected: string) =>
    new Refusal('damaged', `${where || 'the document'} is ${wordFor(raw)}, expected ${expected}`)
  const find = (key: string): Doc | undefined => {
    const found = memberOf(raw, key)
    return found === undefined || found === null ? undefined : docOf(found, under(where, key))
  }
  const number = () => {
    const found = numberOf(raw)
    if (found === undefined) throw wrong('a number')
    return found
  }
  const list = (): ArrayLike<Raw> => {
    if (Array.isArray(raw) || ArrayBuffer.isView(raw)) return raw as ArrayLike<Raw>
    throw wrong('a list')
  }
  return {
    where,
    find,
    at(key) {
      const found = find(key)
      if (found) return found
      throw new Refusal('damaged', `${where || 'the document'} has no ${key.slice(0, 40)}`)
    },
    text() {
      if (typeof raw === 'string') return raw
      throw wrong('a text')
    },
    number,
    count() {
      const found = number()
      if (Number.isSafeInteger(found) && found >= 0) return found
      throw wrong('a whole number from 0 on')
    },
    flag() {
      if (typeof raw === 'boolean') return raw
      const found = numberOf(raw)
      if (found === 0 || found === 1) return found === 1
      throw wrong('true or false')
    },
    numbers() {
      const items = list()
      if (ArrayBuffer.isView(items)) return items as ArrayLike<number>
      return Float64Array.from(items, (item, i) => {
        const found = typeof item === 'boolean' ? Number(item) : numberOf(item)
        if (found !== undefined) return found
        throw new Refusal('damaged', `${where}[${i}] is ${wordFor(item)}, expected a number`)
      })
    },
    texts: () => Array.from(list(), (item, i) => docOf(item, `${where}[${i}]`).text()),
    items: () => Array.from(list(), (item, i) => docOf(item, `${where}[${i}]`)),
    entries() {
      if (!isObject(raw)) throw wrong('names with values')
      const pairs = raw instanceof Map ? [...raw] : Object.entries(raw)
      return pairs.map(([key, value]) => [key, docOf(value as Raw, under(where, key))] as const)
    },
    isText: () => typeof raw === 'string',
    isFlag: () => typeof raw === 'boolean',
  }
}

const under = (where: string, key: string) => (where ? `${where}.${key.slice(0, 40)}` : key.slice(0, 40))

const isObject = (raw: Raw): raw is ReadonlyMap<string, Raw> | { readonly [key: string]: Raw } =>
  typeof raw === 'object' && raw !== null && !Array.isArray(raw) && !ArrayBuffer.isView(raw)

function memberOf(raw: Raw, key: string): Raw | undefined {
  if (!isObject(raw)) return undefined
  if (raw instanceof Map) return raw.get(key)
  return Object.hasOwn(raw, key) ? (raw as { readonly [key: string]: Raw })[key] : undefined
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i
const WORDS: ReadonlyMap<string, number> = new Map([
  ['inf', Infinity],
  ['+inf', Infinity],
  ['infinity', Infinity],
  ['-inf', -Infinity],
  ['-infinity', -Infinity],
  ['nan', Number.NaN],
  ['-nan', Number.NaN],
])

/** A number as C and C++ print it; undefined for any other text. */
export function parseNumber(text: string): number | undefined {
  if (NUMBER.test(text)) return Number(text)
  return WORDS.get(text.toLowerCase())
}

function numberOf(raw: Raw): number | undefined {
  if (typeof raw === 'number') return raw
  return typeof raw === 'string' ? parseNumber(raw) : undefined
}

function wordFor(raw: Raw): string {
  if (typeof raw === 'string') return `the text ${JSON.stringify(raw.slice(0, 40))}`
  if (isObject(raw)) return 'an object'
  return typeof raw === 'object' && raw !== null ? 'a list' : String(raw)
}

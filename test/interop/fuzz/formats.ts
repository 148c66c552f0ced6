/** Changes inside formats that notice every changed byte: what they hold is changed, and sums and lengths are made anew. */

import { openZip } from '../../../src/importers/zip.ts'
import type { Random } from '../../../src/math/random.ts'
import { decode, encode, type Field } from '../../../src/protobuf.ts'
import { zipOf } from '../../importers/zip-bytes.ts'

export type Change = (bytes: Uint8Array, random: Random) => Uint8Array

export interface ZipFile {
  readonly name: string
  readonly bytes: Uint8Array
}

/** The files of a sound archive; undefined for other bytes. */
export function filesOf(bytes: Uint8Array): readonly ZipFile[] | undefined {
  if (bytes[0] !== 0x50 || bytes[1] !== 0x4b) return undefined
  const zip = openZip(bytes)
  return zip.names.map(name => ({ name, bytes: new Uint8Array(zip.read(name)!) }))
}

/** @param change how the content of a file is changed */
export function changeZip(
  files: readonly ZipFile[],
  change: (file: ZipFile) => Uint8Array,
  random: Random,
): Uint8Array {
  const at = random.integer(files.length)
  const file = files[at]!
  const others = [...files]
  switch (random.integer(16)) {
    case 0:
      others.splice(at, 1)
      break
    case 1:
      others[at] = { ...file, name: pick(files, random).name }
      break
    case 2:
      others[at] = { ...file, bytes: pick(files, random).bytes }
      break
    default: {
      // What says how all is put together is looked at more often than one of many arrays.
      const [tree = at] =
        random.next() < 0.6 ? files.flatMap(({ name }, i) => (/\.(pkl|json)$/.test(name) ? [i] : [])) : []
      others[tree] = { name: files[tree]!.name, bytes: change({ ...files[tree]!, bytes: files[tree]!.bytes.slice() }) }
    }
  }
  return zipOf(others.map(each => ({ ...each, deflate: random.next() < 0.2 })))
}

const VALUES = [
  '0',
  '-1',
  '1',
  '2147483648',
  '9007199254740993',
  '1e999',
  '-1e308',
  '0.5',
  'null',
  'true',
  '[]',
  '{}',
  '""',
]
const TEXTS = [
  '"NaN"',
  '"-1"',
  '"1E400"',
  '"__proto__"',
  '"constructor"',
  '"9007199254740993"',
  '"\\u0000"',
  '"dart"',
  '[[]]',
]
const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|\[[^[\]{}]*\]/g

/** One value of a JSON text becomes another, of the text or a telling one; so do names. */
export const changeJson: Change = (bytes, random) => {
  const text = Buffer.from(bytes).toString('utf8')
  const tokens = [...text.matchAll(TOKEN)]
  if (tokens.length === 0) return bytes
  const { index, 0: whole } = pick(tokens, random)
  const kind = random.integer(4)
  const other = kind === 0 ? pick(tokens, random)[0] : kind === 1 ? pick(TEXTS, random) : pick(VALUES, random)
  const items = whole.startsWith('[') && whole.length > 2 && random.next() < 0.7 ? changeList(whole, random) : undefined
  return Buffer.from(text.slice(0, index) + (items ?? other) + text.slice(index + whole.length))
}

function changeList(list: string, random: Random): string {
  const items = list.slice(1, -1).split(',')
  const at = random.integer(items.length)
  if (random.next() < 0.4) items.splice(at, 1, ...(random.next() < 0.5 ? [] : [items[at]!, items[at]!]))
  else items[at] = pick(VALUES, random)
  return `[${items.join(',')}]`
}

/** Lines such as `num_leaves=4` and `left_child=1 -1 -2`: one is dropped, doubled or moved, or one of its values is another. */
export const changeLines: Change = (bytes, random) => {
  const lines = Buffer.from(bytes).toString('latin1').split('\n')
  const at = random.integer(lines.length)
  const line = lines[at]!
  switch (random.integer(6)) {
    case 0:
      lines.splice(at, 1)
      break
    case 1:
      lines.splice(random.integer(lines.length), 0, line)
      break
    default: {
      const [key, values = ''] = line.split(/=(.*)/s)
      const items = values.split(' ')
      const place = random.integer(items.length)
      if (random.next() < 0.3) items.splice(place, 1)
      else items[place] = pick([...VALUES.slice(0, 8), 'nan', '-inf', '2147483647', '-2147483648', items[0]!], random)
      lines[at] = `${key}=${items.join(' ')}`
    }
  }
  return Buffer.from(lines.join('\n'), 'latin1')
}

const NUMBERS = [0n, 1n, 2n, 127n, 128n, 2n ** 31n, 2n ** 32n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n]

/** A field of a message, or of one in it, is dropped, doubled, or given another value; lengths are made anew. */
export const changeMessage: Change = (bytes, random) => {
  // A change before may have left none.
  const fields = messageIn({ number: 1, wire: 2, bytes })
  return fields ? encode(changeFields(fields, random, 0)) : bytes
}

function changeFields(fields: readonly Field[], random: Random, depth: number): readonly Field[] {
  const at = random.integer(fields.length)
  const field = fields[at]
  if (!field) return fields
  const inner = depth < 6 && random.next() < 0.85 ? messageIn(field) : undefined
  const changed = inner
    ? [{ ...field, bytes: encode(changeFields(inner, random, depth + 1)) }]
    : otherwise(field, fields, random)
  return [...fields.slice(0, at), ...changed, ...fields.slice(at + 1)]
}

function messageIn({ wire, bytes }: Field): readonly Field[] | undefined {
  if (wire !== 2 || bytes.length < 2) return undefined
  try {
    return decode(bytes)
  } catch {
    return undefined
  }
}

function otherwise(field: Field, fields: readonly Field[], random: Random): readonly Field[] {
  switch (random.integer(7)) {
    case 0:
      return []
    case 1:
      return [field, field]
    case 2:
      return [{ ...field, bytes: pick(fields, random).bytes }]
    case 3:
      return [{ ...field, number: 1 + random.integer(30) }]
    case 4:
      return [pick(fields, random)]
    default:
      return [{ ...field, bytes: field.wire === 0 ? varint(pick(NUMBERS, random)) : broken(field.bytes, random) }]
  }
}

function varint(value: bigint): Uint8Array {
  const out: number[] = []
  let rest = value
  for (; rest >= 128n; rest >>= 7n) out.push(Number(rest & 127n) | 128)
  return Uint8Array.of(...out, Number(rest))
}

function broken(bytes: Uint8Array, random: Random): Uint8Array {
  if (random.next() < 0.2) return bytes.subarray(0, random.integer(bytes.length + 1))
  const own = bytes.slice()
  if (own.length > 0) own[random.integer(own.length)] = pick([0, 1, 0x7f, 0x80, 0xff], random)
  return own
}

const pick = <T>(all: readonly T[], random: Random): T => all[random.integer(all.length)] as T

/** numpy's dtypes as a pickle spells them: a code such as "f8", and a state with byte order, fields and sizes. */
import { entry, isNode, nameOf, type ObjectNode, type Value } from '../pickle/nodes.ts'
import { Refusal } from '../refusal.ts'

export interface Dtype {
  /** Kind: b bool, i int, u unsigned, f float, c complex, S bytes, U text, V struct or raw, O object, M m times. */
  readonly kind: 'b' | 'i' | 'u' | 'f' | 'c' | 'S' | 'U' | 'V' | 'O' | 'M' | 'm'
  /** Bytes of one item. */
  readonly itemsize: number
  readonly bigEndian: boolean
  /** Of a struct: where its fields lie. Never by position: packed and aligned layouts both occur. */
  readonly fields?: readonly { readonly name: string; readonly dtype: Dtype; readonly offset: number }[]
}

const DTYPE = new Set(['numpy.dtype', 'numpy.core.multiarray.dtype', 'numpy._core.multiarray.dtype'])
/** Bytes that each kind can have; of the others any. 16 is the long double, which has 10 bytes and 6 of junk. */
const SIZES: Readonly<Record<string, readonly number[]>> = {
  b: [1],
  i: [1, 2, 4, 8],
  u: [1, 2, 4, 8],
  f: [2, 4, 8, 12, 16],
  c: [8, 16, 24, 32],
  M: [8],
  m: [8],
  O: [4, 8],
}
const DEEPEST = 8
const MOST_FIELDS = 1000

/** By node, once its state is there: files share one dtype between all their arrays. */
const seen = new WeakMap<ObjectNode, Dtype>()

const damaged = (what: string) => new Refusal('damaged', `A numpy dtype is damaged: ${what}`)

/** @throws Refusal for anything but a dtype of plain kinds and structs of these */
export function dtypeOf(value: Value): Dtype {
  return parse(value, { depth: 0, fields: 0 })
}

/** Whether items hold Python objects, which lie outside the array's bytes. */
export function hasObjects(dtype: Dtype): boolean {
  return dtype.kind === 'O' || (dtype.fields?.some(field => hasObjects(field.dtype)) ?? false)
}

interface Effort {
  readonly depth: number
  fields: number
}

function parse(value: Value, effort: Effort): Dtype {
  if (!isNode(value, 'object') || !DTYPE.has(nameOf(value.callee))) {
    throw new Refusal('unsupported', 'An array of a kind of number that is not known here')
  }
  const known = value.state === undefined ? undefined : seen.get(value)
  if (known) return known
  const code = codeText(value.args[0])
  const found = /^([biufcSUVOMma?])(\d*)$/.exec(code)
  if (!found) throw damaged(`code ${JSON.stringify(code.slice(0, 20))}`)
  const dtype = withState(found[1] === 'a' ? 'S' : found[1]!, found[2]!, value.state ?? null, effort)
  if (value.state !== undefined) seen.set(value, dtype)
  return dtype
}

const codeText = (code: Value | undefined) =>
  typeof code === 'string'
    ? code
    : code instanceof Uint8Array
      ? Buffer.from(code.subarray(0, 99)).toString('latin1')
      : ''

/** state: (version, byte order, (base, shape) | None, names, fields, itemsize, alignment, flags[, unit]) */
function withState(letter: string, digits: string, state: Value, effort: Effort): Dtype {
  const kind = (letter === '?' ? 'b' : letter) as Dtype['kind']
  const items = state === null ? [] : isNode(state, 'tuple') ? state.items : undefined
  if (items === undefined || (items.length > 0 && items.length < 6)) throw damaged('its state')
  const order = items.length > 0 ? codeText(items[1]) : '|'
  if (!['<', '>', '|', '='].includes(order)) throw damaged(`byte order ${JSON.stringify(order.slice(0, 9))}`)
  const declared = items[5] ?? -1
  const itemsize = sizeOf(kind, digits === '' ? undefined : Number(digits), declared)
  const dtype = { kind, itemsize, bigEndian: order === '>' }
  const base = items[2] ?? null
  if (base !== null) {
    const [of] = isNode(base, 'tuple') ? base.items : []
    if (of === undefined || hasObjects(parse(of, deeper(effort)))) throw damaged('an array of objects within an item')
    return dtype
  }
  const names = items[3] ?? null
  if (names === null) return dtype
  if (kind !== 'V') throw damaged(`fields in a dtype of kind ${kind}`)
  return { ...dtype, fields: fieldsOf(names, items[4] ?? null, itemsize, deeper(effort)) }
}

function deeper(effort: Effort): Effort {
  if (effort.depth >= DEEPEST) throw damaged('it nests too deep, or holds itself')
  return { ...effort, depth: effort.depth + 1 }
}

function sizeOf(kind: Dtype['kind'], digits: number | undefined, declared: Value): number {
  if (typeof declared !== 'number' || !Number.isInteger(declared) || declared < -1) throw damaged('its item size')
  const coded = kind === 'b' ? 1 : digits === undefined ? undefined : kind === 'U' ? digits * 4 : digits
  const size = declared >= 0 ? declared : (coded ?? -1)
  const allowed = SIZES[kind]
  if (allowed && !allowed.includes(size)) throw damaged(`kind ${kind} of ${size} bytes`)
  if (size < 0 || size > 2 ** 31 || (kind === 'U' && size % 4 !== 0)) throw damaged(`an item size of ${size}`)
  if (coded !== undefined && coded !== size && kind !== 'O') throw damaged(`item sizes ${coded} and ${size}`)
  return size
}

function fieldsOf(names: Value, table: Value, itemsize: number, effort: Effort): NonNullable<Dtype['fields']> {
  if (!isNode(names, 'tuple') && !isNode(names, 'list')) throw damaged('the names of its fields')
  if (!isNode(table, 'dict') || names.items.length > MOST_FIELDS) throw damaged('its fields')
  const fields = names.items.map(name => {
    const found = typeof name === 'string' ? entry(table, name) : undefined
    const [of, offset] = isNode(found, 'tuple') ? found.items : []
    if (typeof name !== 'string' || of === undefined || typeof offset !== 'number') throw damaged('one of its fields')
    if (++effort.fields > MOST_FIELDS) throw damaged('too many fields')
    const inner = parse(of, effort)
    if (!Number.isInteger(offset) || offset < 0 || offset + inner.itemsize > itemsize) {
      throw damaged(`field ${JSON.stringify(name.slice(0, 40))} lies outside the item`)
    }
    return { name, dtype: inner, offset }
  })
  const sorted = fields.toSorted((a, b) => a.offset - b.offset)
  for (let i = 1; i < sorted.length; i++) {
    const before = sorted[i - 1]!
    if (before.offset + before.dtype.itemsize > sorted[i]!.offset) throw damaged('two fields overlap')
  }
  if (new Set(fields.map(field => field.name)).size !== fields.length) throw damaged('two fields of one name')
  return fields
}

/**
 * Models of skops: a zip archive with `schema.json`, a tree of what to build, and arrays as .npy files. The tree becomes
 * the nodes that a pickle would have given, so that scikit-learn's objects are read in one way.
 *
 * Source: skops.io of skops 0.16 (_general.py, _numpy.py, _sklearn.py), protocols 0 to 2.
 */
import { parseBounded } from '../artifact/json.ts'
import type { Open, Opened } from './format.ts'
import { npyOf } from './numpy/npy.ts'
import { refuseHostile } from './pickle/globals.ts'
import { type DictNode, type GlobalNode, isNode, type ObjectNode, textKey, type Value } from './pickle/nodes.ts'
import { openValue } from './pickle-model.ts'
import { Refusal } from './refusal.ts'
import { openZip, type Zip } from './zip.ts'

type Json = Readonly<Record<string, unknown>>

const PROTOCOL = 2
const SCHEMA_BYTES = 2 ** 27
/** A tree of a forest has some 200 of them. */
const SCHEMA_SIGNS = 3_000_000
const DEEPEST = 200
const RESAVE = 'Save it with joblib instead: joblib.dump(model, "model.joblib")'

const damaged = (what: string) => new Refusal('damaged', `The tree of a skops file is damaged: ${what}`, RESAVE)

export const openSkops: Open = (request, containers): Opened => {
  const zip = openZip(request.bytes)
  const schema = schemaOf(zip)
  const globals = new Set<string>()
  const value = nodeOf(schema, { zip, globals, depth: 0 })
  const named = [...globals].sort()
  const version = textIn(schema, '_skops_version')
  const opened = openValue(value, request, {
    format: 'skops',
    containers: [...containers, 'zip', `skops protocol ${String(schema.protocol)}`],
    versions: version === undefined ? {} : { skops: version },
    globals: named,
  })
  return {
    about: opened.about,
    program() {
      refuseHostile({ globals: named, value })
      return opened.program()
    },
  }
}

function schemaOf(zip: Zip): Json {
  const bytes = zip.read('schema.json')
  if (!bytes) throw new Refusal('unsupported', 'It is a zip archive without the schema.json of skops')
  let schema: unknown
  try {
    schema = parseBounded(
      Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8'),
      SCHEMA_BYTES,
      SCHEMA_SIGNS,
    )
  } catch (error) {
    throw damaged((error as Error).message.slice(0, 200))
  }
  const found = objectOf(schema)
  const { protocol = 0 } = found
  if (typeof protocol === 'number' && protocol <= PROTOCOL) return found
  throw new Refusal('unsupported', `It was written by protocol ${String(protocol)} of skops; 0 to 2 are read`, RESAVE)
}

function objectOf(value: unknown): Json {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Json
  throw damaged('a node is no object')
}

const textIn = (node: Json, key: string): string | undefined => {
  const found = Object.hasOwn(node, key) ? node[key] : undefined
  return typeof found === 'string' ? found : undefined
}

interface Place {
  readonly zip: Zip
  readonly globals: Set<string>
  readonly depth: number
}

type Read = (node: Json, at: Place) => Value

const READERS: ReadonlyMap<string, Read> = new Map<string, Read>([
  ['JsonNode', node => jsonValue(textIn(node, 'content'))],
  ['ListNode', (node, at) => ({ kind: 'list', items: listIn(node.content, at) })],
  ['TupleNode', (node, at) => ({ kind: 'tuple', items: listIn(node.content, at) })],
  ['SetNode', (node, at) => ({ kind: 'set', items: listIn(node.content, at) })],
  ['DictNode', dictOf],
  ['DefaultDictNode', (node, at) => nodeOf(objectOf(node.content).main, at)],
  ['ObjectNode', (node, at) => withState(node, [], node.content, at)],
  ['ConstructorFromReduceNode', (node, at) => withState(node, argumentsOf(node.content, at), undefined, at)],
  ['TreeNode', reduced],
  ['LossNode', reduced],
  ['NdArrayNode', arrayNode],
  ['FunctionNode', globalOf],
  ['TypeNode', globalOf],
  ['PartialNode', partial],
  ['SliceNode', slice],
  // What they hold is not asked for: states of generators, kinds of numbers.
  ['RandomStateNode', (node, at) => withState(node, [], undefined, at)],
  ['RandomGeneratorNode', (node, at) => withState(node, [], undefined, at)],
  ['DTypeNode', (node, at) => withState(node, [], undefined, at)],
  ['BytesNode', fileOf],
  ['BytearrayNode', fileOf],
])

function nodeOf(value: unknown, { zip, globals, depth }: Place): Value {
  if (depth > DEEPEST) throw damaged(`it nests more than ${DEEPEST} deep`)
  const node = objectOf(value)
  const loader = textIn(node, '__loader__') ?? ''
  const read = READERS.get(loader)
  if (read) return read(node, { zip, globals, depth: depth + 1 })
  throw new Refusal('unsupported', `It holds ${JSON.stringify(loader.slice(0, 60))}, which is not known here`, RESAVE)
}

function globalOf(node: Json, { globals }: Place): GlobalNode {
  const [module, name] = [textIn(node, '__module__'), textIn(node, '__class__')]
  if (module === undefined || name === undefined) throw damaged('an object has no class')
  globals.add(`${module}.${name}`)
  return { kind: 'global', module, name }
}

const listIn = (value: unknown, at: Place): Value[] => {
  if (!Array.isArray(value)) throw damaged('a list is none')
  return value.map(each => nodeOf(each, at))
}

function argumentsOf(value: unknown, at: Place): readonly Value[] {
  const found = nodeOf(value, at)
  if (!isNode(found, 'tuple')) throw damaged('the arguments of an object')
  return found.items
}

function withState(node: Json, args: readonly Value[], content: unknown, at: Place): ObjectNode {
  const state = content === undefined ? undefined : nodeOf(content, at)
  return {
    kind: 'object',
    callee: globalOf(node, at),
    args,
    items: [],
    entries: [],
    ...(state !== undefined && { state }),
  }
}

function reduced(node: Json, at: Place): Value {
  const { args } = objectOf(node.__reduce__)
  return withState(node, argumentsOf(args, at), node.content, at)
}

/** Python's json writes what JSON has no word for, and whole numbers of any length. */
function jsonValue(text: string | undefined): Value {
  if (text === undefined) throw damaged('a value is no text')
  if (text === 'NaN') return Number.NaN
  if (text === 'Infinity') return Number.POSITIVE_INFINITY
  if (text === '-Infinity') return Number.NEGATIVE_INFINITY
  if (/^-?\d{16,1000}$/.test(text)) {
    const whole = BigInt(text)
    return Number.isSafeInteger(Number(whole)) ? Number(whole) : whole
  }
  try {
    return plainValue(JSON.parse(text), 0)
  } catch (error) {
    if (error instanceof Refusal) throw error
    throw damaged(`the value ${JSON.stringify(text.slice(0, 40))}`)
  }
}

function plainValue(value: unknown, depth: number): Value {
  if (value === null || typeof value === 'boolean' || typeof value === 'number' || typeof value === 'string')
    return value
  if (Array.isArray(value) && depth < 10) return { kind: 'list', items: value.map(each => plainValue(each, depth + 1)) }
  throw damaged('a value that is neither text nor number')
}

/** Keys are texts in JSON; `key_types` says which of them were numbers. */
function dictOf(node: Json, at: Place): DictNode {
  const types = node.key_types === undefined ? [] : itemsOf(nodeOf(node.key_types, at))
  const entries: DictNode['entries'] = new Map()
  for (const [i, [name, value]] of Object.entries(objectOf(node.content)).entries()) {
    const type = types[i]
    const number = isNode(type, 'global') && type.name !== 'str' ? Number(name) : Number.NaN
    const key = Number.isNaN(number) ? name : number
    entries.set(typeof key === 'string' ? textKey(key) : `n${key}`, { key, value: nodeOf(value, at) })
  }
  return { kind: 'dict', entries }
}

const itemsOf = (value: Value): readonly Value[] => {
  if (isNode(value, 'list') || isNode(value, 'tuple')) return value.items
  throw damaged('a list is none')
}

/** A file of the archive, or the items of an array of objects, nested as its dimensions are. */
function arrayNode(node: Json, at: Place): Value {
  globalOf(node, at)
  if (node.type === 'numpy') return npyOf(fileOf(node, at))
  if (node.type !== 'json') throw damaged(`an array of the type ${JSON.stringify(node.type)?.slice(0, 20)}`)
  const shape = argumentsOf(node.shape, at)
  const items = listIn(node.content, at)
  const flat = shape.slice(1).reduce<readonly Value[]>(level => level.flatMap(itemsOf), items)
  return objectArray(shape, flat)
}

const global = (module: string, name: string): GlobalNode => ({ kind: 'global', module, name })

/** As numpy's own pickles spell an array of objects. */
function objectArray(shape: readonly Value[], items: readonly Value[]): ObjectNode {
  const dtype: ObjectNode = { kind: 'object', callee: global('numpy', 'dtype'), args: ['O8'], items: [], entries: [] }
  return {
    kind: 'object',
    callee: global('numpy.core.multiarray', '_reconstruct'),
    args: [],
    items: [],
    entries: [],
    state: {
      kind: 'tuple',
      items: [1, { kind: 'tuple', items: shape }, dtype, false, { kind: 'list', items: [...items] }],
    },
  }
}

function fileOf(node: Json, { zip }: Place): Uint8Array {
  const name = textIn(node, 'file')
  const bytes = name === undefined ? undefined : zip.read(name)
  if (!bytes) throw damaged(`there is no file ${JSON.stringify(name?.slice(0, 60))}`)
  return bytes
}

function partial(node: Json, at: Place): Value {
  const { func, args } = objectOf(node.content)
  return withState(node, [nodeOf(func, at), ...argumentsOf(args, at)], undefined, at)
}

function slice(node: Json, at: Place): Value {
  const { start, stop, step } = objectOf(node.content)
  const args = [start, stop, step].map(each => {
    if (each === null || each === undefined || typeof each === 'number') return each ?? null
    throw damaged('the ends of a slice')
  })
  return withState({ __module__: 'builtins', __class__: 'slice' }, args, undefined, at)
}

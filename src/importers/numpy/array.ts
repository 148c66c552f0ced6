/**
 * Arrays out of pickle nodes: what joblib wrote into the stream, numpy's `_reconstruct` and `_frombuffer`, scalars, and
 * scipy's sparse matrices made dense. Always copied, always in row-major order; a shape is held against the bytes.
 */
import { type ArrayNode, isNode, nameOf, type ObjectNode, type Value } from '../pickle/nodes.ts'
import { Refusal } from '../refusal.ts'
import { type Dtype, dtypeOf } from './dtype.ts'
import { numbersOf, textsOf } from './items.ts'
import { denseOf } from './sparse.ts'
import { floatText } from './text.ts'

export interface NumpyArray {
  readonly shape: readonly number[]
  readonly dtype: Dtype
  /** Row-major numbers (bool, int, float); an int beyond ±2^53 is a refusal. @throws Refusal for other kinds */
  numbers(): Float64Array
  /** Texts of S, U and object arrays; numbers and flags as Python prints them (3, 0.5, True). */
  texts(): string[]
  /** Items of an object array, row-major. */
  objects(): readonly Value[]
  /** A field of a struct array as numbers. */
  field(name: string): Float64Array | undefined
}

const MOST_DIMENSIONS = 32
const MOST_ITEMS = 2 ** 31

const NUMPY = ['numpy.core', 'numpy._core']
const under = (...names: string[]) => new Set(NUMPY.flatMap(root => names.map(name => `${root}.${name}`)))
const RECONSTRUCT = under('multiarray._reconstruct', '_multiarray_umath._reconstruct')
const FROM_BUFFER = under('numeric._frombuffer')
const SCALAR = under('multiarray.scalar', '_multiarray_umath.scalar')

const damaged = (what: string) => new Refusal('damaged', `An array is damaged: ${what}`)

/** @throws Refusal for a damaged array. Undefined for a value that is no array. */
export function arrayOf(value: Value): NumpyArray | undefined {
  if (isNode(value, 'array')) return value.objects === undefined ? fromBytes(value) : fromNested(value)
  if (!isNode(value, 'object')) return undefined
  const name = nameOf(value.callee)
  if (RECONSTRUCT.has(name)) return reconstructed(value)
  if (FROM_BUFFER.has(name)) return fromBuffer(value)
  if (SCALAR.has(name)) return scalarOf(value)
  return denseOf(value, arrayOf)
}

function fromNested(node: ArrayNode): NumpyArray {
  const inner = isNode(node.objects, 'object') ? arrayOf(node.objects) : undefined
  if (!inner) throw damaged('its objects are no array')
  if (inner.shape.join() !== node.shape.join()) throw damaged(`shapes ${node.shape} and ${inner.shape}`)
  return inner
}

/** State (version, shape, dtype, is it in Fortran's order, bytes or a list of objects). */
function reconstructed(node: ObjectNode): NumpyArray {
  if (!isNode(node.state, 'tuple') || node.state.items.length < 5) throw damaged('its state')
  const [, sizes, type, fortran, data] = node.state.items as [Value, Value, Value, Value, Value]
  const dtype = dtypeOf(type)
  const shape = shapeOf(sizes)
  const order = fortran === true || fortran === 1 ? 'F' : 'C'
  if (isNode(data, 'list')) return fromObjects(dtype, shape, data.items)
  return fromBytes({ kind: 'array', dtype, shape, order, bytes: bytesOf(data) })
}

/** Arguments (bytes, dtype, shape, order). */
function fromBuffer(node: ObjectNode): NumpyArray {
  const [data, type, sizes, order] = node.args
  if (data === undefined || type === undefined || sizes === undefined) throw damaged('too few arguments')
  if (order !== 'C' && order !== 'F') throw damaged('it is in neither C nor F order')
  return fromBytes({ kind: 'array', dtype: dtypeOf(type), shape: shapeOf(sizes), order, bytes: bytesOf(data) })
}

/** Arguments (dtype, bytes), or (dtype, object). */
function scalarOf(node: ObjectNode): NumpyArray {
  const [type, data] = node.args
  if (type === undefined || data === undefined) throw damaged('too few arguments')
  const dtype = dtypeOf(type)
  if (dtype.kind === 'O') return fromObjects(dtype, [], [data])
  return fromBytes({ kind: 'array', dtype, shape: [], order: 'C', bytes: bytesOf(data) })
}

/** Python 2 wrote bytes as texts of 8-bit characters. */
function bytesOf(value: Value): Uint8Array {
  if (value instanceof Uint8Array) return value
  if (typeof value === 'string' && !/[^\0-\xff]/.test(value)) return Buffer.from(value, 'latin1')
  throw damaged('its bytes are none')
}

function shapeOf(value: Value): number[] {
  const sizes = typeof value === 'number' ? [value] : isNode(value, 'tuple') ? value.items : undefined
  if (sizes === undefined || sizes.length > MOST_DIMENSIONS) throw damaged('its shape')
  const shape = sizes.map(size => {
    if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) throw damaged('its shape')
    return size
  })
  if (countOf(shape) > MOST_ITEMS) throw damaged(`${countOf(shape)} items`)
  return shape
}

const countOf = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1)

/** numpy lists objects in row-major order, in whichever order the array itself is. */
function fromObjects(dtype: Dtype, shape: number[], items: readonly Value[]): NumpyArray {
  if (dtype.kind !== 'O') throw damaged('a list of objects in an array of another kind')
  if (items.length !== countOf(shape)) throw damaged(`${items.length} objects in the shape (${shape})`)
  return {
    shape,
    dtype,
    numbers: () => Float64Array.from(items, item => numberOf(item) ?? refuse('objects where numbers are needed')),
    texts: () => items.map(item => textOf(item) ?? refuse('objects where texts are needed')),
    objects: () => items,
    field: () => undefined,
  }
}

function fromBytes({ dtype, shape, order, bytes }: ArrayNode): NumpyArray {
  const count = countOf(shape)
  const { itemsize } = dtype
  if (dtype.kind === 'O') throw damaged('its objects are missing')
  if (itemsize === 0 && count > 0) throw damaged('its items have no bytes')
  if (bytes.length !== count * itemsize) throw damaged(`${bytes.length} bytes in the shape (${shape})`)
  const run = { bytes, dtype, count, offset: 0, stride: itemsize }
  const places = order === 'F' ? fortranPlaces(shape) : undefined
  const numbers = (values: Float64Array) => (places ? values.map((_, i) => values[places[i]!]!) : values)
  return {
    shape,
    dtype,
    numbers: () => numbers(numbersOf(run)),
    texts() {
      const texts = textsOf(run)
      return places ? texts.map((_, i) => texts[places[i]!]!) : texts
    },
    objects: () => refuse('numbers where objects are needed'),
    field(name) {
      const found = dtype.fields?.find(field => field.name === name)
      return found && numbers(numbersOf({ ...run, dtype: found.dtype, offset: found.offset }))
    },
  }
}

function refuse(what: string): never {
  throw new Refusal('unsupported', `An array of ${what}`)
}

/** For each item in row-major order its place in column-major order; undefined where both are the same. */
function fortranPlaces(shape: readonly number[]): Uint32Array | undefined {
  if (shape.filter(size => size > 1).length < 2) return undefined
  const places = new Uint32Array(countOf(shape))
  let filled = 1
  let step = countOf(shape)
  // From the last dimension, which moves fastest in row-major order and slowest in column-major, to the first.
  if (places.length === 0) return undefined
  for (let d = shape.length - 1; d >= 0; d--) {
    const size = shape[d]!
    step /= size
    for (let i = 1; i < size; i++) {
      for (let k = 0; k < filled; k++) places[i * filled + k] = places[k]! + i * step
    }
    filled *= size
  }
  return places
}

/** A Python or numpy number or bool; undefined for anything else, and for an int beyond ±2^53. */
export function numberOf(value: Value): number | undefined {
  if (typeof value === 'number') return value
  if (typeof value === 'boolean') return Number(value)
  const array = single(value)
  if (!array) return undefined
  if (array.dtype.kind === 'O') return numberOf(array.objects()[0]!)
  return 'biuf'.includes(array.dtype.kind) ? array.numbers()[0] : undefined
}

/** As Python prints it: texts, numbers, bools, None; numpy's scalars too. A float without a fraction counts as an int, as
 * nothing in a node tells them apart. */
export function textOf(value: Value): string | undefined {
  if (typeof value === 'string') return value
  if (value === null) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (typeof value === 'bigint') return String(value)
  if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value) : floatText(value)
  const array = single(value)
  if (!array) return undefined
  if (array.dtype.kind === 'O') return textOf(array.objects()[0]!)
  return 'biufSU'.includes(array.dtype.kind) ? array.texts()[0] : undefined
}

/** A scalar of numpy's, or an array without dimensions. */
function single(value: Value): NumpyArray | undefined {
  if (!isNode(value, 'object') && !isNode(value, 'array')) return undefined
  if (isNode(value, 'object') && !value.callee.module.startsWith('numpy.')) return undefined
  const array = arrayOf(value)
  return array && array.shape.length === 0 ? array : undefined
}

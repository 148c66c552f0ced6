/**
 * Tensors of torch.save: a pickle names storages, which lie beside it in the archive, and a tensor is a view of one: where
 * it begins, its sizes, and how far apart the items of each dimension lie.
 *
 * Source: torch/_utils.py (_rebuild_tensor_v2, _rebuild_parameter) and torch/serialization.py of PyTorch 2.15.
 */
import type { Dtype } from '../numpy/dtype.ts'
import { numbersOf } from '../numpy/items.ts'
import { isNode, nameOf, type ObjectNode, type PersistentNode, type Value } from '../pickle/nodes.ts'
import { pairsOf } from '../pickle/walk.ts'
import { Refusal } from '../refusal.ts'

export interface Tensor {
  readonly shape: readonly number[]
  /** Row-major. @throws Refusal for kinds that are no numbers */
  numbers(): Float64Array
}

/** Storages of an archive by their key, the bytes of a file each. */
export interface Storages {
  read(key: string): Uint8Array | undefined
  readonly bigEndian: boolean
}

const KINDS: ReadonlyMap<string, Pick<Dtype, 'kind' | 'itemsize'>> = new Map([
  ['DoubleStorage', { kind: 'f', itemsize: 8 }],
  ['FloatStorage', { kind: 'f', itemsize: 4 }],
  ['HalfStorage', { kind: 'f', itemsize: 2 }],
  ['LongStorage', { kind: 'i', itemsize: 8 }],
  ['IntStorage', { kind: 'i', itemsize: 4 }],
  ['ShortStorage', { kind: 'i', itemsize: 2 }],
  ['CharStorage', { kind: 'i', itemsize: 1 }],
  ['ByteStorage', { kind: 'u', itemsize: 1 }],
  ['BoolStorage', { kind: 'b', itemsize: 1 }],
])
/** The upper half of a float32. */
const BRAIN = 'BFloat16Storage'

const PARAMETERS = new Set(['torch._utils._rebuild_parameter', 'torch._utils._rebuild_parameter_with_state'])
const TENSORS = new Set(['torch._utils._rebuild_tensor_v2', 'torch._utils._rebuild_tensor'])
const MOST_DIMENSIONS = 32

const damaged = (what: string) => new Refusal('damaged', `A tensor is damaged: ${what}`)

/** @throws Refusal for a damaged tensor. Undefined for a value that is none. */
export function tensorOf(value: Value | undefined, storages: Storages): Tensor | undefined {
  if (!isNode(value, 'object')) return undefined
  const name = nameOf(value.callee)
  if (PARAMETERS.has(name)) return tensorOf(value.args[0], storages)
  return TENSORS.has(name) ? viewOf(value, storages) : undefined
}

export function isTensor(value: Value | undefined): boolean {
  return isNode(value, 'object') && [PARAMETERS, TENSORS].some(names => names.has(nameOf(value.callee)))
}

/** Arguments (storage, offset, sizes, strides, …); what follows is of training. */
function viewOf({ args }: ObjectNode, storages: Storages): Tensor {
  const [storage, offset, sizes, strides] = args
  if (!isNode(storage, 'persistent')) throw damaged('it lies in no storage')
  const from = whole(offset)
  const shape = wholes(sizes)
  const steps = wholes(strides)
  if (shape.length !== steps.length) throw damaged(`${shape.length} dimensions and ${steps.length} strides`)
  const count = shape.reduce((a, b) => a * b, 1)
  // A stride of 0 repeats items: without this a few bytes would come to any number of them.
  const { items, length } = itemsOf(storage, storages)
  if (count > length) throw damaged(`${count} items in a storage of ${length}`)
  const last = count === 0 ? from : shape.reduce((at, size, d) => at + (size - 1) * steps[d]!, from)
  if (count > 0 && last >= length) throw damaged(`it reaches to item ${last} of a storage of ${length}`)
  return { shape, numbers: () => gathered(items(), from, shape, steps, count) }
}

const whole = (value: Value | undefined): number => {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw damaged('its sizes')
  return value
}

function wholes(value: Value | undefined): number[] {
  if (!isNode(value, 'tuple') || value.items.length > MOST_DIMENSIONS) throw damaged('its sizes')
  return value.items.map(whole)
}

/** The storage's id: ('storage', its kind, key, place, items). */
function itemsOf({ id }: PersistentNode, storages: Storages): { items: () => Float64Array; length: number } {
  const [word, kind, key, , size] = isNode(id, 'tuple') ? id.items : []
  if (word !== 'storage' || typeof key !== 'string' || !isNode(kind, 'global')) throw damaged('the id of its storage')
  const length = whole(size)
  const bytes = storages.read(key)
  if (!bytes) throw damaged(`the archive has no storage ${JSON.stringify(key.slice(0, 20))}`)
  const brain = kind.name === BRAIN
  const found = brain ? ({ kind: 'u', itemsize: 2 } as const) : KINDS.get(kind.name)
  if (!found || !/^torch(\.storage)?$/.test(kind.module))
    throw new Refusal('unsupported', `A tensor is kept in ${nameOf(kind)}, which is no kind of number known here`)
  const { itemsize } = found
  if (bytes.length !== length * itemsize) throw damaged(`${bytes.length} bytes in a storage of ${length} items`)
  const dtype: Dtype = { ...found, bigEndian: storages.bigEndian }
  const items = () => numbersOf({ bytes, dtype, count: length, offset: 0, stride: itemsize })
  return { items: brain ? () => items().map(floatOfUpperHalf) : items, length }
}

const word32 = new DataView(new ArrayBuffer(4))

function floatOfUpperHalf(half: number): number {
  word32.setUint16(0, half)
  return word32.getFloat32(0)
}

function gathered(
  items: Float64Array,
  from: number,
  shape: readonly number[],
  steps: readonly number[],
  count: number,
): Float64Array {
  const out = new Float64Array(count)
  const place = shape.map(() => 0)
  for (let i = 0, at = from; i < count; i++) {
    out[i] = items[at]!
    for (let d = shape.length - 1; d >= 0; d--) {
      at += steps[d]!
      if (++place[d]! < shape[d]!) break
      at -= shape[d]! * steps[d]!
      place[d] = 0
    }
  }
  return out
}

/** The pairs of a dict by their names. Undefined for a value that is none. */
export function namedIn(value: Value | undefined): ReadonlyMap<string, Value> | undefined {
  if (!isNode(value, 'dict')) return undefined
  return new Map([...pairsOf(value)].flatMap(([key, each]) => (typeof key === 'string' ? [[key, each]] : [])))
}

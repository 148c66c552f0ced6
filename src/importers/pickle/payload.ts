/** Arrays that joblib writes into the stream, right behind the BUILD of their wrapper. */
import { dtypeOf, hasObjects } from '../numpy/dtype.ts'
import { Refusal } from '../refusal.ts'
import { type ArrayNode, type DictNode, entry, isNode, nameOf, type ObjectNode, type Value } from './nodes.ts'
import { damaged, openStream, type Stream, take } from './stream.ts'

/** numpy's own names for the class of an array, old and new. */
const ARRAYS = new Set([
  'numpy.ndarray',
  'numpy.matrix',
  'numpy.matrixlib.defmatrix.matrix',
  'numpy.memmap',
  'numpy.core.memmap',
  'numpy.core.memmap.memmap',
])
const MOST_PADDING = 16
const PADDING = 0xff

/** Reads what `wrapper` announces; `run` reads a pickle nested in this one. */
export function readPayload(s: Stream, wrapper: ObjectNode, run: (nested: Stream) => Value): ArrayNode {
  const { budget } = s
  if (++budget.arrays > budget.limits.arrays) throw damaged(s, `More than ${budget.limits.arrays} arrays`)
  // In the middle of a frame joblib and a reader of frames would look for the array in different places.
  if (s.framed && s.at !== s.end) throw damaged(s, 'An array begins in the middle of a frame')
  s.framed = false
  s.end = s.bytes.length
  const { state } = wrapper
  if (!isNode(state, 'dict')) throw damaged(s, 'The wrapper of an array says nothing about it')
  const told = tell(s, state)
  if (hasObjects(told.dtype)) return { kind: 'array', ...told.is, bytes: new Uint8Array(), objects: nested(s, run) }
  if (told.padded) skipPadding(s)
  const size = told.count * told.dtype.itemsize
  if (size > s.end - s.at) throw damaged(s, `An array of ${size} bytes, of which ${s.end - s.at} are there`)
  const from = take(s, size)
  return { kind: 'array', ...told.is, bytes: s.bytes.subarray(from, from + size) }
}

function tell(s: Stream, state: DictNode) {
  const subclass = entry(state, 'subclass')
  const name = isNode(subclass, 'global') ? nameOf(subclass) : undefined
  if (name === undefined || !ARRAYS.has(name)) {
    throw new Refusal('unsupported', `An array of the class ${name ?? 'nothing'}, which is not numpy's`, '', s.begin)
  }
  const order = entry(state, 'order')
  if (order !== 'C' && order !== 'F') throw damaged(s, 'An array is in neither C nor F order')
  const dtype = dtypeAt(s, entry(state, 'dtype'))
  const shape = shapeOf(s, entry(state, 'shape'))
  const count = shape.reduce((a, b) => a * b, 1)
  if (count > s.budget.limits.items) throw damaged(s, `An array of ${count} items`)
  if (dtype.itemsize === 0 && count > 0) throw damaged(s, 'An array of items without bytes')
  const alignment = entry(state, 'numpy_array_alignment_bytes')
  if (alignment !== undefined) s.budget.joblib = '1.2 or newer'
  else if (s.budget.joblib === 'none') s.budget.joblib = 'before 1.2'
  return { is: { dtype, shape, order } as const, dtype, count, padded: alignment !== undefined && alignment !== null }
}

function dtypeAt(s: Stream, value: Value | undefined) {
  if (value === undefined) throw damaged(s, 'An array without a dtype')
  try {
    return dtypeOf(value)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    throw new Refusal(error.kind, error.message, error.hint, s.begin)
  }
}

function shapeOf(s: Stream, value: Value | undefined): number[] {
  if (!isNode(value, 'tuple')) throw damaged(s, 'An array without a shape')
  const { dimensions } = s.budget.limits
  if (value.items.length > dimensions) throw damaged(s, `An array of ${value.items.length} dimensions`)
  return value.items.map(size => {
    if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) {
      throw damaged(s, 'An array with a dimension that is no count')
    }
    return size
  })
}

/** One byte with a number, then as many bytes 0xFF, so that the array begins at a multiple of 16 of the stream. */
function skipPadding(s: Stream): void {
  const count = s.bytes[take(s, 1)]!
  if (count > MOST_PADDING) throw damaged(s, `${count} bytes of padding before an array; at most ${MOST_PADDING}`)
  const from = take(s, count)
  for (let i = from; i < s.at; i++) {
    if (s.bytes[i] !== PADDING) throw damaged(s, 'The padding before an array is not padding')
  }
}

function nested(s: Stream, run: (nested: Stream) => Value): Value {
  const { limits } = s.budget
  if (++s.budget.streams > limits.streams) throw damaged(s, `More than ${limits.streams} pickles within the pickle`)
  if (s.depth >= limits.streamDepth) throw damaged(s, `Pickles nest more than ${limits.streamDepth} deep`)
  const inner = openStream(s.bytes, s.at, s.budget, s.depth + 1, false)
  const value = run(inner)
  s.at = inner.at
  return value
}

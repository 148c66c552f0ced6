/**
 * The safetensors container: 8 bytes of header length, a JSON header, then the arrays. Any tensor tool opens it, loading
 * copies nothing, and nothing in it can run. Format: https://huggingface.co/docs/safetensors (header: tensor name →
 * {dtype, shape, data_offsets}; `__metadata__` maps text to text).
 *
 * Encoding is deterministic: tensors by element size, then by name (so every array is aligned without gaps), keys sorted.
 */
import type { TypedArray } from '../math/columns.ts'
import { parseBounded, quoteJson } from './json.ts'

export interface Container {
  readonly metadata: Readonly<Record<string, string>>
  readonly tensors: ReadonlyMap<string, TypedArray>
}

const ALIGNMENT = 8
/** A third of the format's own limit; a longer header is an attack or a mistake. */
const MAX_HEADER_BYTES = 2 ** 25

type Dtype = 'F64' | 'F32' | 'I32' | 'U32' | 'U8'

const DTYPES = {
  F64: Float64Array,
  F32: Float32Array,
  I32: Int32Array,
  U32: Uint32Array,
  U8: Uint8Array,
} as const

export function encode({ metadata, tensors }: Container): Uint8Array {
  const sorted = [...tensors].sort(
    ([a, x], [b, y]) => y.BYTES_PER_ELEMENT - x.BYTES_PER_ELEMENT || (a < b ? -1 : a > b ? 1 : 0),
  )
  let offset = 0
  const entries: Record<string, unknown> = { __metadata__: metadata }
  for (const [name, array] of sorted) {
    const end = offset + array.byteLength
    entries[name] = { data_offsets: [offset, end], dtype: dtypeOf(array), shape: [array.length] }
    offset = end
  }
  const json = new TextEncoder().encode(quoteJson(entries))
  const headerBytes = Math.ceil(json.length / ALIGNMENT) * ALIGNMENT
  const file = new Uint8Array(8 + headerBytes + offset).fill(0x20, 8, 8 + headerBytes)
  new DataView(file.buffer).setBigUint64(0, BigInt(headerBytes), true)
  file.set(json, 8)
  let at = 8 + headerBytes
  for (const [, array] of sorted) {
    file.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), at)
    at += array.byteLength
  }
  return file
}

/** @throws Error with the reason when the bytes are not a well-formed container. */
export function decode(file: Uint8Array): Container {
  if (file.length < 8) throw new Error(`it has ${file.length} bytes, too few for a model file`)
  const headerBytes = Number(new DataView(file.buffer, file.byteOffset, 8).getBigUint64(0, true))
  if (headerBytes > MAX_HEADER_BYTES || 8 + headerBytes > file.length) {
    throw new Error(
      'it does not start like a tocsin model (its first 8 bytes give no header length), or it was cut short',
    )
  }
  const header = parseHeader(file.subarray(8, 8 + headerBytes))
  // A typed array must start at a multiple of its element size; a file read into a pooled buffer may not.
  const data = align(file.subarray(8 + headerBytes))
  const tensors = new Map<string, TypedArray>()
  let covered = 0
  for (const [name, entry] of header.entries) {
    const { dtype, begin, end } = tensorEntry(name, entry, data.length)
    const Kind = DTYPES[dtype]
    if (begin % Kind.BYTES_PER_ELEMENT !== 0) throw new Error(`tensor ${name} is not aligned`)
    tensors.set(name, new Kind(data.buffer, data.byteOffset + begin, (end - begin) / Kind.BYTES_PER_ELEMENT))
    covered += end - begin
  }
  if (covered !== data.length)
    throw new Error(`its arrays cover ${covered} of ${data.length} bytes: cut short or damaged`)
  return { metadata: header.metadata, tensors }
}

function parseHeader(bytes: Uint8Array): { metadata: Record<string, string>; entries: [string, unknown][] } {
  let header: unknown
  try {
    header = parseBounded(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (error) {
    throw new Error(`its header cannot be read: ${(error as Error).message}`)
  }
  if (!isObject(header)) throw new Error('its header is not a JSON object')
  const metadata: Record<string, string> = {}
  const entries: [string, unknown][] = []
  for (const [key, value] of Object.entries(header)) {
    if (key !== '__metadata__') entries.push([key, value])
    else if (isObject(value)) for (const [k, v] of Object.entries(value)) if (typeof v === 'string') metadata[k] = v
  }
  return { metadata, entries }
}

function tensorEntry(name: string, entry: unknown, bytes: number): { dtype: Dtype; begin: number; end: number } {
  if (!isObject(entry)) throw new Error(`tensor ${name} has no description`)
  const { dtype, shape, data_offsets: offsets } = entry
  if (typeof dtype !== 'string' || !Object.hasOwn(DTYPES, dtype)) throw new Error(`tensor ${name} has type ${dtype}`)
  const kind = dtype as Dtype
  if (!Array.isArray(offsets) || !Array.isArray(shape)) throw new Error(`tensor ${name} has no offsets or shape`)
  const [begin, end] = offsets
  const items = shape.reduce((product: number, n) => product * (Number.isSafeInteger(n) && n >= 0 ? n : Number.NaN), 1)
  if (!Number.isSafeInteger(begin) || !Number.isSafeInteger(end) || begin < 0 || begin > end || end > bytes) {
    throw new Error(`tensor ${name} lies outside the file: cut short or damaged`)
  }
  if (items * DTYPES[kind].BYTES_PER_ELEMENT !== end - begin) throw new Error(`tensor ${name} has a wrong shape`)
  return { dtype: kind, begin, end }
}

function align(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const here = bytes.byteOffset % ALIGNMENT === 0 && bytes.buffer instanceof ArrayBuffer
  return here ? (bytes as Uint8Array<ArrayBuffer>) : Uint8Array.from(bytes)
}

function dtypeOf(array: TypedArray): Dtype {
  for (const [name, Kind] of Object.entries(DTYPES)) if (array instanceof Kind) return name as Dtype
  throw new TypeError('not a tensor')
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** DuckDB's vectors as typed arrays. A view lives as long as its chunk; only what must be changed is copied. */
import { type DataChunk, duckdb, TYPE, type Vector } from './duckdb.ts'

/** Rows of one result block. */
export interface Chunk {
  readonly rows: number
  /** Column `i` as numbers, NULL as NaN. A view that is valid until the callback returns; never write to it. */
  doubles(i: number): Float64Array
  /** Column `i` as text, NULL as null. The column must be VARCHAR. */
  texts(i: number): (string | null)[]
  /** Column `i`: one bit a row, least significant first, 0 for NULL; null when no row is NULL. */
  valid(i: number): Uint8Array | null
}

function validity(vector: Vector, rows: number): Uint8Array | null {
  // The bindings declare a Uint8Array, but answer null when DuckDB keeps no mask.
  return duckdb().vector_get_validity(vector, Math.ceil(rows / 64) * 8) as Uint8Array | null
}

/** Whether `row` of a validity mask is not NULL. */
export const isValid = (mask: Uint8Array, row: number): boolean => ((mask[row >> 3] as number) & (1 << (row & 7))) !== 0

/** The doubles of a vector; copied into `scratch` only when there are NULLs to turn into NaN. */
export function doubleView(vector: Vector, rows: number, scratch: (rows: number) => Float64Array): Float64Array {
  const data = duckdb().vector_get_data(vector, rows * 8)
  const view = new Float64Array(data.buffer, data.byteOffset, rows)
  const valid = validity(vector, rows)
  return valid === null ? view : withoutNulls(view, valid, scratch(rows))
}

function withoutNulls(view: ArrayLike<number>, valid: Uint8Array, out: Float64Array): Float64Array {
  const rows = view.length
  out.set(view)
  for (let row = 0; row < rows; row += 1) {
    if (!isValid(valid, row)) out[row] = Number.NaN
  }
  return out
}

const NUMBERS: Readonly<Record<number, readonly [bytes: number, read: (data: Uint8Array, rows: number) => Numbers]>> = {
  [TYPE.BOOLEAN]: [1, d => d],
  [TYPE.UTINYINT]: [1, d => d],
  [TYPE.TINYINT]: [1, (d, n) => new Int8Array(d.buffer, d.byteOffset, n)],
  [TYPE.SMALLINT]: [2, (d, n) => new Int16Array(d.buffer, d.byteOffset, n)],
  [TYPE.USMALLINT]: [2, (d, n) => new Uint16Array(d.buffer, d.byteOffset, n)],
  [TYPE.INTEGER]: [4, (d, n) => new Int32Array(d.buffer, d.byteOffset, n)],
  [TYPE.UINTEGER]: [4, (d, n) => new Uint32Array(d.buffer, d.byteOffset, n)],
  [TYPE.BIGINT]: [8, (d, n) => Float64Array.from(new BigInt64Array(d.buffer, d.byteOffset, n), Number)],
  [TYPE.UBIGINT]: [8, (d, n) => Float64Array.from(new BigUint64Array(d.buffer, d.byteOffset, n), Number)],
  [TYPE.FLOAT]: [4, (d, n) => new Float32Array(d.buffer, d.byteOffset, n)],
  [TYPE.DOUBLE]: [8, (d, n) => new Float64Array(d.buffer, d.byteOffset, n)],
}
type Numbers =
  | Float64Array
  | Float32Array
  | Int32Array
  | Uint32Array
  | Int16Array
  | Uint16Array
  | Int8Array
  | Uint8Array

/** Types whose vectors this file reads; anything else must be cast in SQL first. */
export const isReadable = (type: number): boolean => type in NUMBERS || type === TYPE.VARCHAR

/** A chunk whose columns are read only when asked for. `types` are DuckDB's type numbers. */
export function readChunk(chunk: DataChunk, types: readonly number[]): Chunk {
  const db = duckdb()
  const rows = db.data_chunk_get_size(chunk)
  return {
    rows,
    doubles(i) {
      const number = NUMBERS[types[i] ?? 0]
      if (number === undefined) throw new TypeError(`column ${i} is not numeric`)
      const vector = db.data_chunk_get_vector(chunk, i)
      const view = number[1](db.vector_get_data(vector, rows * number[0]), rows)
      const valid = validity(vector, rows)
      if (valid !== null) return withoutNulls(view, valid, new Float64Array(rows))
      return view instanceof Float64Array ? view : Float64Array.from(view)
    },
    texts(i) {
      if (types[i] !== TYPE.VARCHAR) throw new TypeError(`column ${i} is not text`)
      return texts(db.data_chunk_get_vector(chunk, i), rows)
    },
    valid: i => validity(db.data_chunk_get_vector(chunk, i), rows),
  }
}

// A string is 16 bytes: its length, then either up to 12 bytes of text, or 4 bytes of prefix and a pointer.
const INLINE = 12

function texts(vector: Vector, rows: number): (string | null)[] {
  const db = duckdb()
  const raw = db.vector_get_data(vector, rows * 16)
  const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength)
  const valid = validity(vector, rows)
  const out: (string | null)[] = new Array(rows)
  for (let row = 0; row < rows; row += 1) {
    if (valid !== null && !isValid(valid, row)) {
      out[row] = null
      continue
    }
    const at = row * 16
    const length = bytes.readUInt32LE(at)
    out[row] = length <= INLINE ? bytes.toString('utf8', at + 4, at + 4 + length) : far(bytes, at + 8, length)
  }
  return out
}

function far(bytes: Buffer, pointerAt: number, length: number): string {
  const data = duckdb().get_data_from_pointer(bytes.buffer as ArrayBuffer, bytes.byteOffset + pointerAt, length)
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('utf8')
}

/** Writes texts into a VARCHAR vector of DuckDB's, null as NULL. */
export function writeTexts(vector: Vector, values: readonly (string | null)[]): void {
  const db = duckdb()
  const mask = new Uint8Array(Math.ceil(values.length / 64) * 8).fill(255)
  values.forEach((value, row) => {
    if (value === null) mask[row >> 3] = (mask[row >> 3] as number) & ~(1 << (row & 7))
    else db.vector_assign_string_element(vector, row, value)
  })
  db.vector_ensure_validity_writable(vector)
  db.copy_data_to_vector_validity(vector, 0, mask.buffer, 0, mask.byteLength)
}

/** Writes numbers into a DOUBLE vector of DuckDB's, NaN as NULL. */
export function writeDoubles(vector: Vector, values: Float64Array): void {
  const db = duckdb()
  const rows = values.length
  // vector_get_data hands out a copy for vectors that are to be written, so the bytes go through this call.
  db.copy_data_to_vector(vector, 0, values.buffer as ArrayBuffer, values.byteOffset, rows * 8)
  let mask: Uint8Array | undefined
  for (let row = 0; row < rows; row += 1) {
    if (Number.isNaN(values[row])) {
      mask ??= new Uint8Array(Math.ceil(rows / 64) * 8).fill(255)
      mask[row >> 3] = (mask[row >> 3] as number) & ~(1 << (row & 7))
    }
  }
  if (mask !== undefined) {
    db.vector_ensure_validity_writable(vector)
    db.copy_data_to_vector_validity(vector, 0, mask.buffer as ArrayBuffer, 0, mask.byteLength)
  }
}

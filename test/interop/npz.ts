/**
 * Reads the data sets of ADBench: an .npz is a zip of .npy, here `X` (a row per sample) and `y` (1 for an anomaly).
 * Formats: PKWARE APPNOTE 6.3.10 (stored and deflated entries), NumPy's NEP 1 (.npy 1.0 to 3.0).
 */
import { readFileSync } from 'node:fs'
import { inflateRawSync } from 'node:zlib'

export interface Labelled {
  readonly X: { readonly rows: number; readonly columns: Float64Array[] }
  readonly y: Uint8Array
}

/** @throws Error that names what is missing or not understood. */
export function readNpz(path: string): Labelled {
  const arrays = new Map([...unzip(readFileSync(path))].map(([name, bytes]) => [name, readNpy(bytes)]))
  const [X, y] = ['X', 'y'].map(name => {
    const array = arrays.get(`${name}.npy`)
    if (array === undefined) throw new Error(`${path} has ${[...arrays.keys()].join(', ')}, expected X.npy and y.npy`)
    return array
  }) as [NumpyArray, NumpyArray]
  const [rows, width] = X.shape
  if (rows === undefined || width === undefined || X.shape.length !== 2 || y.values.length !== rows)
    throw new Error(
      `${path}: X is ${X.shape.join(' × ')}, y ${y.shape.join(' × ')}, expected a matrix and a label a row`,
    )
  const at = X.columnMajor ? (row: number, c: number) => c * rows + row : (row: number, c: number) => row * width + c
  const column = (c: number) => Float64Array.from({ length: rows }, (_, row) => X.values[at(row, c)]!)
  return { X: { rows, columns: Array.from({ length: width }, (_, c) => column(c)) }, y: Uint8Array.from(y.values) }
}

interface NumpyArray {
  readonly shape: readonly number[]
  readonly columnMajor: boolean
  /** As they lie in the file. */
  readonly values: Float64Array
}

/** From the central directory: the headers before the data may leave the sizes out. */
function* unzip(file: Buffer): Generator<[name: string, bytes: Buffer]> {
  const end = file.lastIndexOf('PK\x05\x06', undefined, 'latin1')
  if (end < 0) throw new Error('not a zip file: no end of a central directory')
  let at = file.readUInt32LE(end + 16)
  for (let left = file.readUInt16LE(end + 10); left > 0; left--) {
    if (file.readUInt32LE(at) !== 0x02014b50) throw new Error(`the zip's central directory breaks off at byte ${at}`)
    const method = file.readUInt16LE(at + 10)
    const size = file.readUInt32LE(at + 20)
    const [nameLength, extraLength, noteLength] = [28, 30, 32].map(field => file.readUInt16LE(at + field)) as number[]
    const name = file.toString('utf8', at + 46, at + 46 + nameLength!)
    const local = file.readUInt32LE(at + 42)
    const from = local + 30 + file.readUInt16LE(local + 26) + file.readUInt16LE(local + 28)
    const bytes = file.subarray(from, from + size)
    if (method !== 0 && method !== 8) throw new Error(`${name} is packed by method ${method}, expected 0 or 8`)
    yield [name, method === 0 ? bytes : inflateRawSync(bytes)]
    at += 46 + nameLength! + extraLength! + noteLength!
  }
}

/** Little-endian numbers by NumPy's name of their type. */
const READERS: Readonly<Record<string, [size: number, read: (view: DataView, at: number) => number]>> = {
  '<f8': [8, (view, at) => view.getFloat64(at, true)],
  '<f4': [4, (view, at) => view.getFloat32(at, true)],
  '<i8': [8, (view, at) => Number(view.getBigInt64(at, true))],
  '<i4': [4, (view, at) => view.getInt32(at, true)],
  '<i2': [2, (view, at) => view.getInt16(at, true)],
  '|i1': [1, (view, at) => view.getInt8(at)],
  '|u1': [1, (view, at) => view.getUint8(at)],
  '|b1': [1, (view, at) => view.getUint8(at)],
}

function readNpy(bytes: Buffer): NumpyArray {
  if (bytes.toString('latin1', 0, 6) !== '\x93NUMPY') throw new Error('not an .npy array: its first bytes are others')
  const long = bytes[6]! >= 2
  const from = long ? 12 : 10
  const length = long ? bytes.readUInt32LE(8) : bytes.readUInt16LE(8)
  const header = bytes.toString('latin1', from, from + length)
  const type = /'descr':\s*'([^']+)'/.exec(header)?.[1]
  const shape = /'shape':\s*\(([^)]*)\)/.exec(header)?.[1]
  const reader = READERS[type ?? '']
  if (reader === undefined || shape === undefined) throw new Error(`an .npy array is ${header.trim()}: not understood`)
  const [size, read] = reader
  const sizes = shape.split(',').flatMap(part => (part.trim() === '' ? [] : [Number(part)]))
  const data = bytes.subarray(from + length)
  const count = sizes.reduce((product, n) => product * n, 1)
  if (data.length !== count * size) throw new Error(`an .npy array of ${count} numbers has ${data.length} bytes`)
  const view = new DataView(data.buffer, data.byteOffset, data.length)
  const values = Float64Array.from({ length: count }, (_, i) => read(view, i * size))
  return { shape: sizes, columnMajor: /'fortran_order':\s*True/.test(header), values }
}

/** A .npy file: numpy's own form of one array. Source: numpy.lib.format, versions 1.0 to 3.0. */
import type { ArrayNode } from '../pickle/nodes.ts'
import { Refusal } from '../refusal.ts'
import type { Dtype } from './dtype.ts'

const MAGIC = '\x93NUMPY'
const HEADER = /^\{'descr': (.+), 'fortran_order': (True|False), 'shape': \(((?:\d{1,15}, ?)*(?:\d{1,15})?)\), \} *\n$/
const CODE = /^([<>|=]?)([biufcSUVMm])(\d{1,9})(?:\[\w+\])?$/
const FIELD = /^\('([^'\\]*)', '([^'\\]+)'\)(?:, )?/
const MOST_DIMENSIONS = 32
const MOST_FIELDS = 1000
const MOST_HEADER = 2 ** 20

const damaged = (what: string) => new Refusal('damaged', `An .npy array is damaged: ${what}`)

/** @throws Refusal for anything but one whole array of plain kinds or structs of these; arrays of objects are pickles */
export function npyOf(bytes: Uint8Array): ArrayNode {
  const latin = (from: number, to: number) =>
    Buffer.from(bytes.buffer, bytes.byteOffset + from, Math.max(0, Math.min(to, bytes.length) - from)).toString(
      'latin1',
    )
  const version = bytes[6] ?? 0
  if (latin(0, 6) !== MAGIC || version < 1 || version > 3 || bytes[7] !== 0) throw damaged('its first bytes')
  const wide = version > 1
  const start = wide ? 12 : 10
  if (bytes.length < start) throw damaged('it ends early')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const length = wide ? view.getUint32(8, true) : view.getUint16(8, true)
  if (length > MOST_HEADER || start + length > bytes.length) throw damaged('it ends early')
  const [, descr, fortran, sizes] = HEADER.exec(latin(start, start + length)) ?? []
  if (descr === undefined || sizes === undefined) throw damaged('its header')
  const shape = sizes.split(',').flatMap(size => (size.trim() === '' ? [] : [Number(size)]))
  if (shape.length > MOST_DIMENSIONS) throw damaged('its shape')
  const dtype = dtypeIn(descr)
  const data = bytes.subarray(start + length)
  if (shape.reduce((a, b) => a * b, dtype.itemsize) !== data.length)
    throw damaged(`${data.length} bytes in the shape (${shape.join(', ')})`)
  return { kind: 'array', dtype, shape, order: fortran === 'True' ? 'F' : 'C', bytes: data }
}

function dtypeIn(descr: string): Dtype {
  const plain = /^'([^'\\]+)'$/.exec(descr)?.[1]
  if (plain !== undefined) return plainDtype(plain)
  if (!descr.startsWith('[') || !descr.endsWith(']')) throw damaged('its kind of items')
  const fields: { name: string; dtype: Dtype; offset: number }[] = []
  let offset = 0
  for (let rest = descr.slice(1, -1); rest !== ''; ) {
    const [whole, name, code] = FIELD.exec(rest) ?? []
    if (whole === undefined || name === undefined || code === undefined || fields.length >= MOST_FIELDS)
      throw damaged('its kind of items')
    const dtype = plainDtype(code)
    // A field without a name is the room that an aligned struct leaves.
    if (name !== '') fields.push({ name, dtype, offset })
    offset += dtype.itemsize
    rest = rest.slice(whole.length)
  }
  if (new Set(fields.map(({ name }) => name)).size !== fields.length) throw damaged('two fields of one name')
  return { kind: 'V', itemsize: offset, bigEndian: false, fields }
}

function plainDtype(code: string): Dtype {
  const [, order, kind, digits] = CODE.exec(code) ?? []
  if (kind === undefined || digits === undefined)
    throw new Refusal(
      'unsupported',
      `An .npy array holds ${JSON.stringify(code.slice(0, 20))}, expected numbers or texts`,
    )
  const itemsize = kind === 'U' ? 4 * Number(digits) : Number(digits)
  return { kind: kind as Dtype['kind'], itemsize, bigEndian: order === '>' }
}

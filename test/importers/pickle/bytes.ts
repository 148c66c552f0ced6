/** Pickles put together by hand: operations by their names in Python's pickletools, and a small writer of values. */
import { readPickle } from '../../../src/importers/pickle/machine.ts'
import type { Value } from '../../../src/importers/pickle/nodes.ts'
import type { Refusal } from '../../../src/importers/refusal.ts'
import { refusalOf } from '../refusal.ts'

export type Part = number | string | Uint8Array

/** Texts as latin-1, numbers as bytes. */
export function bytes(...parts: readonly Part[]): Uint8Array {
  return Buffer.concat(
    parts.map(part =>
      typeof part === 'number' ? Buffer.of(part) : typeof part === 'string' ? Buffer.from(part, 'latin1') : part,
    ),
  )
}

export function u4(value: number): Uint8Array {
  const out = Buffer.alloc(4)
  out.writeUInt32LE(value)
  return out
}

export function u8(value: number | bigint): Uint8Array {
  const out = Buffer.alloc(8)
  out.writeBigUInt64LE(BigInt(value))
  return out
}

/** SHORT_BINUNICODE. */
export const text = (value: string) => bytes(0x8c, Buffer.byteLength(value), Buffer.from(value))
/** GLOBAL. */
export const global = (module: string, name: string) => `c${module}\n${name}\n`

export const STOP = '.'

/** The value of these operations, STOP added. */
export const read = (...parts: readonly Part[]): Value => readPickle(bytes(...parts, STOP)).value

/** The refusal of these bytes, as they are. */
export const refusal = (of: Uint8Array, options?: Parameters<typeof readPickle>[1]): Refusal =>
  refusalOf(() => readPickle(of, options))

/** What a dtype of plain numbers looks like in a pickle: numpy.dtype(code, False, True) and its state. */
export const dtype = (code: string, order = '<') =>
  bytes(
    global('numpy', 'dtype'),
    text(code),
    '\x89\x88\x87R',
    '(K\x03',
    text(order),
    'NNN',
    'J\xff\xff\xff\xff',
    'J\xff\xff\xff\xff',
    'K\x00tb',
  )

interface Wrapped {
  readonly module?: string
  readonly dtype?: Uint8Array
  readonly shape?: Uint8Array
  readonly order?: string
  readonly subclass?: string
  /** Bytes of padding with the count in front; absent: as joblib before 1.2, without. */
  readonly padding?: Uint8Array
  readonly data: Uint8Array
}

/** An array as joblib writes it: the wrapper, BUILD, and the payload behind. */
export function wrapped(array: Wrapped): Uint8Array {
  return bytes(
    global(array.module ?? 'joblib.numpy_pickle', 'NumpyArrayWrapper'),
    ')\x81}(',
    text('subclass'),
    array.subclass ?? global('numpy', 'ndarray'),
    text('shape'),
    array.shape ?? bytes('K', array.data.length / 8, '\x85'),
    text('order'),
    text(array.order ?? 'C'),
    text('dtype'),
    array.dtype ?? dtype('f8'),
    text('allow_mmap'),
    '\x88',
    ...(array.padding ? [text('numpy_array_alignment_bytes'), 'K\x10'] : []),
    'ub',
    array.padding ?? '',
    array.data,
  )
}

export const doubles = (...values: readonly number[]) => Buffer.from(Float64Array.from(values).buffer)

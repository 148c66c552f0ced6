import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { arrayOf, numberOf, textOf } from '../../../src/importers/numpy/array.ts'
import { dtypeOf, hasObjects } from '../../../src/importers/numpy/dtype.ts'
import { half } from '../../../src/importers/numpy/items.ts'
import { floatText } from '../../../src/importers/numpy/text.ts'
import { readPickle } from '../../../src/importers/pickle/machine.ts'
import type { Value } from '../../../src/importers/pickle/nodes.ts'
import { Refusal } from '../../../src/importers/refusal.ts'
import golden from '../../golden/numpy-pickles.json' with { type: 'json' }
import { bytes, doubles, dtype, global, read, text, u4, u8, wrapped } from '../pickle/bytes.ts'

const unpickled = (base64: string): Value => readPickle(Buffer.from(base64, 'base64')).value
const arrayIn = (value: Value) => arrayOf(value) ?? expect.fail('no array')

/** Each of several pickles of one thing, in the protocols 0, 2, 4 and 5. */
const cases = <T extends { readonly pickles: Readonly<Record<string, string>> }>(of: Readonly<Record<string, T>>) =>
  Object.entries(of).flatMap(([name, expected]) =>
    Object.entries(expected.pickles).map(([protocol, pickle]) => [name, protocol, pickle, expected] as const),
  )

describe(`arrays of numpy ${golden.numpy}`, () => {
  it.each(cases(golden.arrays))('%s, protocol %s', (name, _, pickle, expected) => {
    const value = unpickled(pickle)
    // A text of numpy's is a scalar here as any other.
    const array = arrayIn(value)
    expect(array.shape).toEqual(expected.shape)
    expect(array.texts()).toEqual(expected.texts)
    if (expected.numbers) expect([...array.numbers()]).toEqual(expected.numbers)
    else expect(() => array.numbers()).toThrow(Refusal)
    if (expected.shape.length === 0) {
      expect(textOf(value), name).toBe(expected.texts[0])
      expect(numberOf(value), name).toBe(expected.numbers?.[0])
    }
  })

  it.each(cases(golden.structs))('records, %s, protocol %s', (_, __, pickle, expected) => {
    const array = arrayIn(unpickled(pickle))
    expect(array.dtype.itemsize).toBe(expected.itemsize)
    for (const [field, offset] of Object.entries(expected.offsets)) {
      expect(array.dtype.fields?.find(({ name }) => name === field)?.offset).toBe(offset)
    }
    for (const [field, numbers] of Object.entries(expected.numbers)) {
      if (numbers) expect([...array.field(field)!]).toEqual(numbers)
      else expect(() => array.field(field)).toThrow('An array of records where numbers are needed')
    }
    expect(array.field('nothing')).toBeUndefined()
    expect(() => array.numbers()).toThrow(Refusal)
  })

  it.each(cases(golden.sparse))('scipy %s, protocol %s', (_, __, pickle, expected) => {
    const array = arrayIn(unpickled(pickle))
    expect(array.shape).toEqual(expected.shape)
    expect([...array.numbers()]).toEqual(expected.numbers)
  })
})

describe('arrays in the stream', () => {
  const array = (of: Partial<Parameters<typeof wrapped>[0]>) => arrayIn(read(wrapped({ data: doubles(), ...of })))

  it('in row-major and in column-major order', () => {
    const shape = bytes('K\x02K\x03\x86')
    const data = doubles(0, 1, 2, 3, 4, 5)
    expect([...array({ shape, data }).numbers()]).toEqual([0, 1, 2, 3, 4, 5])
    expect([...array({ shape, data, order: 'F' }).numbers()]).toEqual([0, 2, 4, 1, 3, 5])
  })

  it('where they begin at any byte', () => {
    for (let at = 1; at < 17; at++) {
      const padding = bytes(at, Buffer.alloc(at, 0xff))
      expect([...array({ padding, data: doubles(1, -2.5) }).numbers()]).toEqual([1, -2.5])
    }
  })

  it('numbers are copies: the file stays as it is', () => {
    const pickle = bytes(wrapped({ data: doubles(1) }), '.')
    arrayIn(readPickle(pickle).value).numbers()[0] = 9
    expect([...arrayIn(readPickle(pickle).value).numbers()]).toEqual([1])
  })

  it('of objects: their own shape must be that of the wrapper', () => {
    const inner = (shape: string) =>
      bytes(
        global('numpy.core.multiarray', '_reconstruct'),
        global('numpy', 'ndarray'),
        'K\x00\x85C\x01b\x87R(K\x01',
        shape,
        dtype('O8', '|'),
        '\x89]',
        text('a'),
        'atb.',
      )
    const objects = { dtype: dtype('O8', '|'), shape: bytes('K\x01\x85') }
    expect(array({ ...objects, data: inner('K\x01\x85') }).texts()).toEqual(['a'])
    expect(() => array({ ...objects, data: inner('K\x01K\x01\x86') })).toThrow('shapes 1 and 1,1')
    expect(() => array({ ...objects, data: bytes('K\x07.') })).toThrow('its objects are no array')
  })

  it.each([
    ['long doubles', 'f16', 16],
    ['complex numbers', 'c16', 16],
    ['dates', 'M8', 8],
    ['durations', 'm8', 8],
    ['records', 'V8', 8],
  ])('of %s are read past, and refused as numbers', (name, code, size) => {
    const data = Buffer.alloc(size)
    const found = array({ dtype: dtype(code), shape: bytes('K\x01\x85'), data })
    expect(() => found.numbers()).toThrow(`An array of ${name} where numbers are needed`)
  })

  it('an integer beyond 2^53 is refused as a number, and is a text', () => {
    const data = u8(2n ** 53n)
    const found = array({ dtype: dtype('i8'), shape: bytes('K\x01\x85'), data })
    expect(() => found.numbers()).toThrow('An integer beyond 2^53')
    expect(found.texts()).toEqual(['9007199254740992'])
  })

  it('a text of a character that does not exist', () => {
    const found = array({ dtype: dtype('U1'), shape: bytes('K\x01\x85'), data: u4(0x110000) })
    expect(() => found.texts()).toThrow('a character that does not exist')
  })
})

describe('sparse matrices that are damaged', () => {
  const csr = (data: number[], indices: number[], start: number[], shape = 'K\x02K\x02\x86') => {
    const list = (values: number[]) => wrapped({ data: doubles(...values) })
    return read(
      global('scipy.sparse._csr', 'csr_matrix'),
      ')\x81}(',
      ...[text('_shape'), shape, text('data'), list(data), text('indices'), list(indices)],
      ...[text('indptr'), list(start), 'ub'],
    )
  }

  it.each([
    ['an index that goes back', csr([1, 2], [0, 1], [0, 2, 1])],
    ['an index that does not begin at 0', csr([1, 2], [0, 1], [1, 2, 2])],
    ['an index that is too short', csr([1, 2], [0, 1], [0, 2])],
    ['an index beyond the entries', csr([1, 2], [0, 1], [0, 1, 3])],
    ['fewer places than entries', csr([1, 2], [0], [0, 1, 2])],
    ['a place outside', csr([1], [2], [0, 1, 1])],
    ['a negative place', csr([1], [-1], [0, 1, 1])],
    ['a place between two', csr([1], [0.5], [0, 1, 1])],
    ['an index that is no number', csr([1], [0], [0, Number.NaN, 1])],
    ['more than can be made dense', csr([], [], [0], 'J\0\0\0\x10K\x08\x86')],
    ['a negative shape', csr([], [], [0], 'J\xff\xff\xff\xffK\x02\x86')],
  ])('%s', (_, value) => {
    expect(() => arrayOf(value)).toThrow(Refusal)
  })

  it('a sound one, made the same way', () => {
    expect([...arrayIn(csr([1, 2], [0, 1], [0, 1, 2])).numbers()]).toEqual([1, 0, 0, 2])
  })
})

describe('values of Python', () => {
  it.each([
    [3, 3, '3'],
    [0.5, 0.5, '0.5'],
    [true, 1, 'True'],
    [null, undefined, 'None'],
    ['x', undefined, 'x'],
    [2n ** 64n, undefined, '18446744073709551616'],
    [new Uint8Array(), undefined, undefined],
    [{ kind: 'list', items: [] }, undefined, undefined],
    [{ kind: 'global', module: 'numpy', name: 'float64' }, undefined, undefined],
  ] as const)('%s', (value, number, name) => {
    expect(numberOf(value as Value)).toBe(number)
    expect(textOf(value as Value)).toBe(name)
    expect(arrayOf(value as Value)).toBeUndefined()
  })
})

it('half floats: every one that is finite, against the sum of its bits', () => {
  for (let bits = 0; bits < 0x7c00; bits++) {
    const fraction = bits % 1024
    const exponent = Math.floor(bits / 1024)
    const expected = exponent === 0 ? fraction / 2 ** 24 : (1024 + fraction) * 2 ** (exponent - 25)
    expect(half(bits)).toBe(expected)
    expect(half(bits + 0x8000)).toBe(-expected)
  }
  expect([half(0x7c00), half(0xfc00), half(0x7e00)]).toEqual([Infinity, -Infinity, Number.NaN])
})

it('floats as Python prints them read back as themselves, in its form', () => {
  expect(['nan', 'inf', '-inf', '-0.0']).toEqual([NaN, Infinity, -Infinity, -0].map(floatText))
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), value => {
      expect(Number(floatText(value))).toBe(value)
      expect(floatText(value)).toMatch(/^-?(\d{1,16}\.\d+|\d(\.\d+)?e[+-]\d{2,3})$/)
    }),
  )
})

it('dtypes with objects inside are told', () => {
  const plain = { kind: 'f', itemsize: 8, bigEndian: false } as const
  const object = { kind: 'O', itemsize: 8, bigEndian: false } as const
  const struct = (inner: typeof plain | typeof object) =>
    ({ kind: 'V', itemsize: 8, bigEndian: false, fields: [{ name: 'a', dtype: inner, offset: 0 }] }) as const
  expect([plain, object, struct(plain), struct(object)].map(hasObjects)).toEqual([false, true, false, true])
  expect(() => dtypeOf({ kind: 'global', module: 'numpy', name: 'float64' })).toThrow(Refusal)
})

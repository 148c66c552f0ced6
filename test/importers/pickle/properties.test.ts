import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { arrayOf } from '../../../src/importers/numpy/array.ts'
import { readPickle } from '../../../src/importers/pickle/machine.ts'
import { nodesOf } from '../../../src/importers/pickle/walk.ts'
import { Refusal } from '../../../src/importers/refusal.ts'
import { ascii } from './ascii.ts'
import { bytes, doubles, dtype, global, type Part, text, u4, u8, wrapped } from './bytes.ts'
import { OPERATIONS } from './operations.ts'

/** Reads as far as the importers go; anything but a value or a refusal fails, as does what takes long. */
function survives(pickle: Uint8Array): void {
  const start = performance.now()
  try {
    for (const node of nodesOf(readPickle(pickle).value)) {
      const array = arrayOf(node)
      if (array && array.shape.length < 4) array.texts()
    }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
  }
  expect(performance.now() - start).toBeLessThan(1000)
}

/** A sound file with every kind of thing in it. */
const SOUND = bytes(
  '\x80\x04\x95',
  u8(4),
  '}\x94]\x94',
  wrapped({ padding: bytes(3, 0xff, 0xff, 0xff), data: doubles(1, 2, 3) }),
  wrapped({ dtype: dtype('O8', '|'), shape: bytes('K\x01\x85'), data: bytes('\x80\x02]q\x00U\x01aa.') }),
  '\x86a',
  global('numpy.core.multiarray', '_reconstruct'),
  global('numpy', 'ndarray'),
  'K\x00\x85C\x01b\x87R(K\x01K\x02\x85',
  dtype('i4'),
  '\x89C\x08\x01\0\0\0\x02\0\0\0tb',
  '\x87',
  global('sklearn.svm', 'SVC'),
  ')\x81}(',
  text('a'),
  'K\x01',
  text('b'),
  '\x8a\x02\x01\x02ub\x86.',
)

describe('whatever the bytes, a value or a refusal', () => {
  it('random bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), survives), { numRuns: 5000 })
  })

  it('random operations', () => {
    const operation = fc.constantFrom(
      ...OPERATIONS.map(([, pickle]) => pickle.subarray(0, -1)),
      ...['R', '\x81', 'b', 'a', 's', '0', '(', 'e', 'u', '\x94', 'h\x00', 't', '\x85'].map(of => bytes(of)),
      bytes(global('a', 'b')),
    )
    const pickle = fc.array(operation, { maxLength: 60 }).map(of => bytes(...of, '.'))
    fc.assert(fc.property(pickle, survives), { numRuns: 5000 })
  })

  it('the sound file, cut off, with bytes changed, doubled and left out', () => {
    expect(readPickle(SOUND).arrays).toBe(2)
    const place = fc.nat(SOUND.length - 1)
    const change = fc.oneof(
      fc.tuple(place, fc.nat(255)).map(
        ([at, byte]) =>
          (of: Uint8Array) =>
            of.with(at % of.length, byte),
      ),
      place.map(at => (of: Uint8Array) => of.subarray(0, Math.max(1, at % of.length))),
      fc.tuple(place, place).map(
        ([a, b]) =>
          (of: Uint8Array) =>
            bytes(of.subarray(0, a + 1), of.subarray(b)),
      ),
      fc.tuple(place, fc.nat(7)).map(
        ([at, bit]) =>
          (of: Uint8Array) =>
            of.with(at % of.length, of[at % of.length]! ^ (1 << bit)),
      ),
    )
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), changes => {
        survives(changes.reduce<Uint8Array>((of, change) => change(of), new Uint8Array(SOUND)))
      }),
      { numRuns: 20_000 },
    )
  })
})

type Plain =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | readonly Plain[]
  | { readonly pairs: readonly (readonly [string, Plain])[] }

/** Writes what {@link python} prints, in the operations of a protocol. */
function write(value: Plain, protocol: number): Uint8Array {
  const inner = (of: Plain) => write(of, protocol)
  if (value === null) return bytes('N')
  if (typeof value === 'boolean') return bytes(protocol < 2 ? `I0${Number(value)}\n` : value ? '\x88' : '\x89')
  if (typeof value === 'bigint') return protocol < 2 ? bytes(`L${value}L\n`) : long(value)
  if (typeof value === 'number') return protocol < 1 ? bytes(`F${value}\n`) : bytes('G', doubles(value).reverse())
  if (typeof value === 'string')
    return protocol < 4
      ? bytes('X', u4(Buffer.byteLength(value)), Buffer.from(value))
      : bytes('\x8d', u8(Buffer.byteLength(value)), Buffer.from(value))
  if (value instanceof Uint8Array) return bytes('B', u4(value.length), value)
  if ('pairs' in value) {
    const pairs = value.pairs.flatMap(([key, of]): Part[] => [inner(key), inner(of)])
    return protocol < 1 ? bytes('(', ...pairs, 'd') : bytes('}(', ...pairs, 'u')
  }
  return protocol < 1 ? bytes('(', ...value.map(inner), 'l') : bytes('](', ...value.map(inner), 'e')
}

function long(value: bigint): Uint8Array {
  const digits: number[] = []
  let rest = value
  do {
    digits.push(Number(BigInt.asUintN(8, rest)))
    rest >>= 8n
  } while (!((rest === 0n && digits.at(-1)! < 128) || (rest === -1n && digits.at(-1)! >= 128)))
  return bytes('\x8a', digits.length, Uint8Array.from(digits))
}

/** The node's text, made from the plain value alone. */
function python(value: Plain): string {
  if (value === null || typeof value !== 'object' || value instanceof Uint8Array) return ascii(value as never)
  if ('pairs' in value) {
    const last = new Map(value.pairs)
    return `{${[...last].map(([key, of]) => `${ascii(key)}: ${python(of)}`).join(', ')}}`
  }
  return `[${value.map(python).join(', ')}]`
}

it('what a pickler writes is read back, in every protocol', () => {
  const plain = fc.letrec<{ value: Plain }>(tie => ({
    value: fc.oneof(
      { maxDepth: 5 },
      fc.constant(null),
      fc.boolean(),
      fc.double({ noNaN: true }),
      fc.bigInt({ min: -(2n ** 200n), max: 2n ** 200n }),
      fc.string({ unit: 'binary' }),
      fc.uint8Array({ maxLength: 20 }),
      fc.array(tie('value'), { maxLength: 5 }),
      fc.array(fc.tuple(fc.string({ unit: 'grapheme' }), tie('value')), { maxLength: 5 }).map(pairs => ({ pairs })),
    ),
  })).value
  fc.assert(
    fc.property(plain, fc.nat(5), (value, protocol) => {
      const found = readPickle(bytes(protocol < 2 ? '' : bytes('\x80', protocol), write(value, protocol), '.'))
      expect(ascii(found.value)).toBe(python(value))
    }),
    { numRuns: 2000 },
  )
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { arrayOf } from '../../../src/importers/numpy/array.ts'
import { npyOf } from '../../../src/importers/numpy/npy.ts'
import { Refusal } from '../../../src/importers/refusal.ts'

/** As numpy.lib.format writes it: the header padded with spaces to a multiple of 64. */
function npy(descr: string, shape: string, data: Uint8Array, fortran = false, version = 1): Buffer {
  const text = `{'descr': ${descr}, 'fortran_order': ${fortran ? 'True' : 'False'}, 'shape': (${shape}), }`
  const before = version === 1 ? 10 : 12
  const header = text.padEnd(Math.ceil((before + text.length + 1) / 64) * 64 - before - 1) + '\n'
  const head = Buffer.alloc(before)
  head.write('\x93NUMPY', 'latin1')
  head[6] = version
  if (version === 1) head.writeUInt16LE(header.length, 8)
  else head.writeUInt32LE(header.length, 8)
  return Buffer.concat([head, Buffer.from(header, 'latin1'), data])
}

const doubles = (...values: number[]) => new Uint8Array(Float64Array.from(values).buffer)

describe('an .npy array', () => {
  it('gives its numbers in row-major order, whatever order it is written in', () => {
    expect(arrayOf(npyOf(npy("'<f8'", '3,', doubles(1, 2, 3))))?.numbers()).toEqual(Float64Array.of(1, 2, 3))
    const turned = arrayOf(npyOf(npy("'<f8'", '2, 3', doubles(1, 4, 2, 5, 3, 6), true, 2)))
    expect(turned?.shape).toEqual([2, 3])
    expect(turned?.numbers()).toEqual(Float64Array.of(1, 2, 3, 4, 5, 6))
    expect(arrayOf(npyOf(npy("'>i2'", '', Uint8Array.of(1, 2))))?.numbers()).toEqual(Float64Array.of(258))
    expect(arrayOf(npyOf(npy("'<U2'", '1,', Uint8Array.of(97, 0, 0, 0, 0, 0, 0, 0))))?.texts()).toEqual(['a'])
  })

  it('gives the fields of a struct, with the room between them', () => {
    const data = new Uint8Array(16)
    data[0] = 7
    new DataView(data.buffer).setFloat64(8, 0.5, true)
    const array = arrayOf(npyOf(npy("[('leaf', '|u1'), ('', '|V7'), ('threshold', '<f8')]", '1,', data)))
    expect(array?.field('leaf')).toEqual(Float64Array.of(7))
    expect(array?.field('threshold')).toEqual(Float64Array.of(0.5))
  })

  it.each<[string, Buffer, string]>([
    ['objects', npy("'|O'", '1,', new Uint8Array(8)), '"|O", expected numbers or texts'],
    ['too few bytes', npy("'<f8'", '2,', doubles(1)), '8 bytes in the shape (2)'],
    ['too many bytes', npy("'<f8'", '1,', doubles(1, 2)), '16 bytes in the shape (1)'],
    ['a shape beyond all bytes', npy("'<f8'", '999999999999999, 999999999999999', doubles(1)), 'in the shape'],
    ['a size below 0', npy("'<f8'", '-1,', doubles(1)), 'its header'],
    ['two fields of one name', npy("[('a', '<f8'), ('a', '<f8')]", '1,', doubles(1, 2)), 'two fields of one name'],
    ['another header', npy("'<f8'}, 'x': __import__('os'", '1,', doubles(1)), 'its kind of items'],
    ['other first bytes', Buffer.from('PK\x03\x04'), 'its first bytes'],
  ])('with %s is refused', (_, bytes, message) => {
    expect(() => npyOf(bytes)).toThrow(Refusal)
    expect(() => npyOf(bytes)).toThrow(message)
  })

  it('whose bytes are changed anywhere is read or refused, and nothing else', () => {
    const sound = npy("[('a', '<f8'), ('b', '<i8')]", '2,', doubles(1, 2, 3, 4))
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(sound.length - 1), fc.nat(255)), { maxLength: 5 }),
        fc.nat(160),
        (changes, length) => {
          const bytes = Buffer.from(sound)
          for (const [at, value] of changes) bytes[at] = value
          for (const damaged of [bytes, bytes.subarray(0, length)]) {
            try {
              const array = arrayOf(npyOf(damaged))
              array?.field('a')
            } catch (error) {
              expect(error).toBeInstanceOf(Refusal)
            }
          }
        },
      ),
      { numRuns: 3000 },
    )
  })
})

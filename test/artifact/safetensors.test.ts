import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decode, encode } from '../../src/artifact/safetensors.ts'

const array = fc.oneof(fc.float64Array(), fc.float32Array(), fc.int32Array(), fc.uint32Array(), fc.uint8Array())
const container = fc.record({
  metadata: fc.dictionary(
    fc.string().filter(k => k !== '__proto__'),
    fc.string(),
  ),
  tensors: fc.dictionary(
    fc.string({ minLength: 1 }).filter(k => k !== '__metadata__' && k !== '__proto__'),
    array,
  ),
})

describe('safetensors', () => {
  test('the example of the format specification', () => {
    // One U8 tensor of three items: the header is padded with spaces to a multiple of eight.
    const bytes = encode({ metadata: { a: 'b' }, tensors: new Map([['t', Uint8Array.of(1, 2, 3)]]) })
    const json = '{"__metadata__":{"a":"b"},"t":{"data_offsets":[0,3],"dtype":"U8","shape":[3]}}'
    const length = Math.ceil(json.length / 8) * 8
    expect(new DataView(bytes.buffer).getBigUint64(0, true)).toBe(BigInt(length))
    expect(new TextDecoder().decode(bytes.subarray(8, 8 + length))).toBe(json.padEnd(length))
    expect([...bytes.subarray(8 + length)]).toEqual([1, 2, 3])
  })

  test('what goes in comes out, also from an unaligned buffer', () => {
    fc.assert(
      fc.property(container, fc.integer({ min: 0, max: 7 }), ({ metadata, tensors }, shift) => {
        const bytes = encode({ metadata, tensors: new Map(Object.entries(tensors)) })
        const moved = new Uint8Array(bytes.length + shift).subarray(shift)
        moved.set(bytes)
        const back = decode(moved)
        expect(Object.fromEntries(back.tensors)).toEqual(tensors)
        expect(back.metadata).toEqual(metadata)
      }),
    )
  })

  test('the order in which tensors were added does not show', () => {
    const a: [string, Float64Array | Uint8Array][] = [
      ['x', Float64Array.of(1)],
      ['y', Uint8Array.of(2)],
      ['a', Float64Array.of(3)],
    ]
    expect(encode({ metadata: {}, tensors: new Map(a) })).toEqual(
      encode({ metadata: {}, tensors: new Map(a.reverse()) }),
    )
  })

  test('a file cut at any byte is refused with a reason, never read wrongly', () => {
    const bytes = encode({ metadata: { k: 'v' }, tensors: new Map([['t', Float64Array.of(1, 2, 3)]]) })
    for (let n = 0; n < bytes.length; n++) expect(() => decode(bytes.subarray(0, n))).toThrow(Error)
  })

  test('any one damaged byte of the header is refused or changes nothing outside the file', () => {
    const bytes = encode({ metadata: { k: 'v' }, tensors: new Map([['t', Float64Array.of(1, 2, 3)]]) })
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const damaged = Uint8Array.from(bytes)
        damaged[at]! ^= flip
        try {
          for (const tensor of decode(damaged).tensors.values()) expect(tensor.byteLength).toBeLessThanOrEqual(24)
        } catch (error) {
          expect(error).toBeInstanceOf(Error)
          expect((error as Error).name).not.toBe('RangeError')
        }
      }),
      { numRuns: 500 },
    )
  })

  test('a header that would take many times its length of memory is refused before it is taken apart', () => {
    const file = (header: string) => {
      const bytes = new Uint8Array(8 + header.length)
      new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true)
      bytes.set(new TextEncoder().encode(header), 8)
      return bytes
    }
    expect(() => decode(file(`{"a":[${'{},'.repeat(1_000_000)}{}]}`))).toThrow('more than 1000000 lists')
    expect(() => decode(file(`{"a":"${'x'.repeat(2 ** 25)}"}`))).toThrow('no header length')
    // As many signs as are read: what is wrong is said of what they are.
    expect(() => decode(file(`{"a":[${'{},'.repeat(999_996)}{}]}`))).toThrow('tensor a has no description')
  })
})

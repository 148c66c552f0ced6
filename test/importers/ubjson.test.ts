import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Raw } from '../../src/importers/document.ts'
import { Refusal } from '../../src/importers/refusal.ts'
import { decodeUbjson } from '../../src/importers/ubjson.ts'

/** From hexadecimal words and 'texts'. */
const bytes = (said: string) =>
  Buffer.concat(
    said
      .match(/'[^']*'|\S+/g)
      ?.map(word => (word[0] === "'" ? Buffer.from(word.slice(1, -1)) : Buffer.from(word, 'hex'))) ?? [],
  )

/** The examples of the specification, draft 12, and what XGBoost adds: https://ubjson.org */
it.each<[string, Raw]>([
  ["'Z'", null],
  ["'T'", true],
  ["'F'", false],
  ["'i' f0", -16],
  ["'U' f0", 240],
  ["'I' 8000", -32768],
  ["'l' 7fffffff", 2147483647],
  ["'L' 0000000100000000", 4294967296],
  ["'d' 40490fdb", Math.fround(Math.PI)],
  ["'D' 400921fb54442d18", Math.PI],
  ["'Ca'", 'a'],
  ["'Si' 03 'abc'", 'abc'],
  ["'HU' 04 '1e99'", '1e99'],
  ["'N' 'N' 'i' 01 'N'", 1],
  ["'[' 'i' 01 'N' 'T' ']'", [1, true]],
  ["'[#i' 02 'i' 01 '[' ']'", [1, []]],
  ["'[$U#i' 03 01 02 ff", Uint8Array.of(1, 2, 255)],
  ["'[$d#L' 0000000000000001 3f800000", Float32Array.of(1)],
  ["'[$L#i' 01 ffffffffffffffff", Float64Array.of(-1)],
  ["'[$l#i' 00", new Int32Array(0)],
  ["'[$S#i' 01 'i' 01 'x'", ['x']],
  [
    "'{' 'i' 01 'a' 'i' 07 'N' 'i' 09 '__proto__' 'Z' '}'",
    new Map<string, Raw>([
      ['a', 7],
      ['__proto__', null],
    ]),
  ],
  ["'{#i' 01 'L' 0000000000000001 'a' '{' '}'", new Map([['a', new Map()]])],
  ["'{$i#i' 01 'i' 01 'a' 05", new Map([['a', 5]])],
])('%s', (said, value) => {
  expect(decodeUbjson(bytes(said))).toEqual(value)
})

describe('refused, with the byte:', () => {
  it.each([
    ['nothing', '', /1 bytes are needed where 0 are left/],
    ['a number cut off', "'D' 400921", /8 bytes are needed where 3 are left/],
    ['a type that is none', "'Q'", /the type "Q" at byte 1/],
    ['a text longer than the file', "'SL' 0000000100000000 'abc'", /4294967296 bytes are needed/],
    ['a length below 0', "'Si' ff", /the length -1/],
    ['a length beyond all numbers', "'SL' 7fffffffffffffff", /the length 9223372036854776000/],
    ['a length that is no number', "'SS'", /a length of the type "S"/],
    ['a text that is not UTF-8', "'Si' 02 c328", /UTF-8/],
    ['more values than bytes', "'[#l' 7fffffff", /2147483647 values where 0 bytes are left/],
    ['more numbers than bytes', "'[$D#i' 02 0000000000000000", /16 bytes are needed/],
    ['values without bytes', "'[$Z#l' 7fffffff", /values of the one type Z/],
    ['a type without a number', "'[$i' 01", /without their number/],
    ['a list without an end', "'[' 'i' 01", /1 bytes are needed/],
    ['a name without an end', "'{' 'i' 05 'a'", /5 bytes are needed/],
    ['a name a second time', "'{' 'i' 01 'a' 'Z' 'i' 01 'a' 'Z' '}'", /the name "a" a second time/],
    ['something behind', "'Z' 'Z'", /behind its end at byte 1/],
  ])('%s', (_, said, message) => {
    expect(() => decodeUbjson(bytes(said))).toThrow(message)
  })

  it('lists in lists without end', () => {
    expect(() => decodeUbjson(Buffer.alloc(1e6, '['))).toThrow(/more than 200 levels/)
    expect(() => decodeUbjson(Buffer.from('{i\x01a'.repeat(1e5), 'latin1'))).toThrow(/more than 200 levels/)
  })
})

it('any bytes are a value or a refusal', () => {
  const byte = fc.oneof(fc.integer({ min: 0, max: 255 }), fc.constantFrom(...Buffer.from('[]{}$#iUIlLdDSCZTFN')))
  fc.assert(
    fc.property(fc.array(byte, { maxLength: 60 }), list => {
      try {
        decodeUbjson(Uint8Array.from(list))
      } catch (error) {
        expect(error).toBeInstanceOf(Refusal)
      }
    }),
    { numRuns: 3000 },
  )
})

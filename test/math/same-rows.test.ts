import fc from 'fast-check'
import { expect, test } from 'vitest'
import { alsoTaught, sameRows } from '../../src/math/same-rows.ts'

const cell = fc.constantFrom(0, 1, 2.5, -7, 1e300, Number.NaN, Number.POSITIVE_INFINITY, 5e-324)

test('two rows share a code exactly when all their values are equal', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(cell, cell, cell), { maxLength: 60 }), rows => {
      const columns = [0, 1, 2].map(c => Float64Array.from(rows, row => row[c as 0]))
      const code = sameRows({ rows: rows.length, columns })
      for (const [i, a] of rows.entries())
        for (const [j, b] of rows.entries()) expect(code[i] === code[j]).toBe(a.every((v, c) => Object.is(v, b[c])))
    }),
  )
})

test('codes count up in the order of the rows; a part of a longer column is read where it lies', () => {
  const long = Float64Array.of(9, 4, 5, 4, 6, 9)
  expect([...sameRows({ rows: 4, columns: [long.subarray(1)] })]).toEqual([0, 1, 0, 2])
  expect([...sameRows({ rows: 100_000, columns: [Float64Array.from({ length: 100_000 }, (_, i) => i)] })].at(-1)).toBe(
    99_999,
  )
})

test('judged rows that taught as well', () => {
  const code = Int32Array.of(0, 1, 0, 2, 1)
  expect([...alsoTaught(code, Int32Array.of(0, 3), Int32Array.of(1, 2, 4))]).toEqual([2])
})

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { formatCsv, parseCsv } from '../../examples/csv.ts'

it('reads back what it writes', () => {
  const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', ' ', '°') })
  fc.assert(
    fc.property(fc.array(fc.tuple(cell, cell)), pairs => {
      const rows = pairs.map(([a, b]) => ({ a, b }))
      expect(parseCsv(formatCsv(['a', 'b'], rows))).toEqual(rows)
    }),
  )
})

it('reads the lines of another writer', () => {
  expect(parseCsv('id,reason\r\nS1,"limit 2, 8"\r\nS2,\r\n')).toEqual([
    { id: 'S1', reason: 'limit 2, 8' },
    { id: 'S2', reason: '' },
  ])
})

it('reads other delimiters', () => {
  expect(parseCsv('id reason\nS1 "risk 0.7, high"\nS2 \n', ' ')).toEqual([
    { id: 'S1', reason: 'risk 0.7, high' },
    { id: 'S2', reason: '' },
  ])
})

it('keeps the columns of a table without rows', () => {
  expect(formatCsv(['a', 'b'], [])).toBe('a,b\n')
  expect(parseCsv('a,b\n')).toEqual([])
})

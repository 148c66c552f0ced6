import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createArena } from '../../src/kernels/arena.ts'
import { type BinKernel, binPlainly, COUNT_BYTES, EDGE_BYTES, writeEdges } from '../../src/kernels/bins.ts'

const MOST = 4000

function open() {
  const arena = createArena({
    values: MOST * 8,
    scratch: MOST * 8,
    counts: COUNT_BYTES,
    edges: EDGE_BYTES,
    bins: MOST * 3,
  })
  return { ...arena, kernel: arena.link<BinKernel>('bins') }
}

test('a bin is the number of edges below: any numbers, any edges, values on edges and infinities', () => {
  const { at, f64, u8, kernel } = open()
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.double({ noNaN: true }), { maxLength: 255 }),
      fc.array(fc.double(), { maxLength: 30 }),
      fc.constantFrom(1, 3),
      fc.constantFrom(0, 0x80),
      (edgeList, more, stride, flip) => {
        const edges = Float64Array.from(new Set(edgeList.map(v => v + 0))).sort()
        const values = Float64Array.of(...more, ...edges, Infinity, -Infinity, -0, 0)
        f64.set(values, at.values / 8)
        const half = writeEdges(f64, at.edges, edges)
        const missing = kernel.binNumbers(at.values, values.length, at.edges, half, at.bins, stride, 77, flip)
        expect(missing).toBe(values.filter(Number.isNaN).length)
        values.forEach((value, row) => {
          const plain = binPlainly(value, edges, -1)
          expect(u8[at.bins + row * stride]).toBe(plain < 0 ? 77 : plain ^ flip)
        })
      },
    ),
    { numRuns: 200 },
  )
})

test('sorts as the engine does', () => {
  const { at, f64, kernel } = open()
  const special = fc.constantFrom(0, 1, -1, Infinity, -Infinity, Number.MAX_VALUE, 5e-324, -5e-324)
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.double({ noNaN: true }), special), { maxLength: MOST }), list => {
      const values = Float64Array.from(list, v => v + 0)
      f64.set(values, at.values / 8)
      kernel.sortNumbers(at.values, values.length, at.scratch, at.counts)
      expect([...f64.subarray(at.values / 8, at.values / 8 + values.length)]).toEqual([...values.sort()])
    }),
    { numRuns: 100 },
  )
})

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { binEdges, EDGE_SAMPLE, edgeRows } from '../../src/math/bin-edges.ts'
import { createRandom } from '../../src/math/random.ts'

const edges = (values: readonly number[], bins: number) => [...binEdges(Float64Array.from(values).sort(), bins)]

/** Rows in each bin: a value has the bin of as many edges as lie below it. */
function sizes(values: Float64Array, found: readonly number[]): number[] {
  const counts = new Array<number>(found.length + 1).fill(0)
  for (const value of values) counts[found.filter(edge => edge < value).length]!++
  return counts
}

/** Rows in the largest bin of several of the values 0, 1, 2 … that come `counts` times; 0 when there is none. */
function largest(counts: readonly number[], edges: readonly number[]): number {
  const ends = [...edges, Infinity]
  const inBin = (bin: number) =>
    counts.filter((_, value) => value <= ends[bin]! && value > (bin === 0 ? -1 : ends[bin - 1]!))
  return Math.max(...ends.map((_, bin) => (inBin(bin).length > 1 ? inBin(bin).reduce((a, b) => a + b) : 0)))
}

/** All ways to cut the values 0 … n − 1 into at most `bins` bins. */
function allEdges(n: number, bins: number): number[][] {
  const subsets = Array.from({ length: 2 ** (n - 1) }, (_, set) =>
    Array.from({ length: n - 1 }, (_, i) => i + 0.5).filter((_, i) => (set >> i) & 1),
  )
  return subsets.filter(edges => edges.length < bins)
}

describe('edges', () => {
  test('few distinct values: midway between neighbours', () => {
    expect(edges([3, 1, 1, 2, 7], 255)).toEqual([1.5, 2.5, 5])
    expect(edges([3, 1, 1, 2, 7], 4)).toEqual([1.5, 2.5, 5])
    expect(edges([5, 5, 5], 255)).toEqual([])
    expect(edges([], 255)).toEqual([])
  })

  test('1 … 1000 in 10 bins: 100 rows each', () => {
    const values = Array.from({ length: 1000 }, (_, i) => i + 1)
    expect(edges(values, 10)).toEqual([100.5, 200.5, 300.5, 400.5, 500.5, 600.5, 700.5, 800.5, 900.5])
  })

  test('a value that half of the rows have takes one bin, the others keep theirs', () => {
    const values = Float64Array.from({ length: 2000 }, (_, i) => (i < 1000 ? 0 : i))
    const found = [...binEdges(values, 11)]
    expect(sizes(values, found)).toEqual([1000, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100])
  })

  test('256 values in 255 bins: one bin of two', () => {
    const values = Float64Array.from({ length: 256 }, (_, i) => i)
    expect(sizes(values, [...binEdges(values, 255)]).filter(size => size !== 1)).toEqual([2])
  })

  test('the largest bin of several values is as small as it can be', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 2, maxLength: 9 }),
        fc.integer({ min: 1, max: 5 }),
        (counts, bins) => {
          const values = Float64Array.from(counts.flatMap((count, value) => new Array<number>(count).fill(value)))
          const found = [...binEdges(values, bins)]
          expect(found.length).toBeLessThan(bins)
          expect(largest(counts, found)).toBe(Math.min(...allEdges(counts.length, bins).map(e => largest(counts, e))))
        },
      ),
      { numRuns: 300 },
    )
  })

  test('an edge is at least the lower and below the upper of its neighbours, whatever they are', () => {
    const special = fc.constantFrom(Infinity, -Infinity, Number.MAX_VALUE, -Number.MAX_VALUE, 5e-324, -5e-324, 0)
    fc.assert(
      fc.property(fc.array(fc.oneof(special, fc.double({ noNaN: true })), { minLength: 2 }), list => {
        const values = [...new Set(list.map(value => value + 0))].sort((a, b) => a - b)
        const found = edges(values, 255)
        expect(found.length).toBe(Math.min(values.length, 255) - 1)
        found.forEach((edge, i) => {
          expect(edge).toBeGreaterThanOrEqual(values[i]!)
          expect(edge).toBeLessThan(values[i + 1]!)
          expect(Number.isFinite(edge) || edge === values[i]).toBe(true)
        })
      }),
    )
  })
})

test('edges come from all rows of a small table, and from as many rows of any larger one', () => {
  expect([...edgeRows(4, createRandom(1))]).toEqual([0, 1, 2, 3])
  const rows = edgeRows(EDGE_SAMPLE + 50_000, createRandom(1))
  expect(rows.length).toBe(EDGE_SAMPLE)
  expect(new Set(rows).size).toBe(EDGE_SAMPLE)
  expect(rows.every((row, i) => i === 0 || row > rows[i - 1]!)).toBe(true)
  expect(edgeRows(EDGE_SAMPLE + 50_000, createRandom(1))).toEqual(rows)
})

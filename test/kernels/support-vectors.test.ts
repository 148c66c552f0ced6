import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  KERNELS,
  type KernelFunction,
  openSupportVectors,
  type SupportVectors,
  sumPlainly,
  valuePlainly,
} from '../../src/kernels/support-vectors.ts'
import { createRandom, type Random } from '../../src/math/random.ts'

const normal = (random: Random, count: number, size = 1, shift = 0) =>
  Float64Array.from({ length: count }, () => random.normal() * size + shift)

function machine(random: Random, f: KernelFunction, columns: number, count: number, size = 1, shift = 0) {
  const vectors = normal(random, count * columns, size, shift)
  return { ...f, columns, vectors, weights: Float64Array.from({ length: count }, () => random.next()) }
}

function sums(m: SupportVectors, columns: readonly Float64Array[]): Float64Array {
  const out = new Float64Array(columns[0]!.length)
  openSupportVectors(m)(columns, out.length, out)
  return out
}

function plainSums(m: SupportVectors, columns: readonly Float64Array[]): Float64Array {
  const out = new Float64Array(columns[0]!.length)
  sumPlainly(m)(columns, out.length, out)
  return out
}

/** Σ weight · |k|: what rounding is relative to. */
function magnitudes(m: SupportVectors, columns: readonly Float64Array[]): Float64Array {
  return Float64Array.from({ length: columns[0]!.length }, (_, i) => {
    const x = columns.map(column => column[i]!)
    let sum = 0
    for (let v = 0; v < m.weights.length; v++) {
      const s = m.vectors.subarray(v * m.columns, (v + 1) * m.columns)
      // The parts of a product may cancel; the part of each column counts in full.
      const k =
        m.kernel === 'rbf'
          ? 1
          : Math.abs(valuePlainly({ ...m, coef0: Math.abs(m.coef0) }, x.map(Math.abs), s.map(Math.abs)))
      sum += Math.abs(m.weights[v]!) * k
    }
    return sum
  })
}

function expectClose(m: SupportVectors, columns: readonly Float64Array[], bound: number) {
  const found = sums(m, columns)
  const plain = plainSums(m, columns)
  const size = magnitudes(m, columns)
  for (const [i, value] of found.entries()) expect(Math.abs(value - plain[i]!)).toBeLessThanOrEqual(bound * size[i]!)
}

const FUNCTIONS: readonly KernelFunction[] = [
  { kernel: 'rbf', gamma: 0.1, degree: 3, coef0: 0 },
  { kernel: 'linear', gamma: 0.1, degree: 3, coef0: 0 },
  { kernel: 'poly', gamma: 0.1, degree: 3, coef0: 1 },
  { kernel: 'poly', gamma: 0.1, degree: 6, coef0: -0.5 },
  { kernel: 'poly', gamma: 0.1, degree: 0, coef0: 0 },
  { kernel: 'sigmoid', gamma: 0.05, degree: 3, coef0: 0.2 },
]

describe('the kernel gives the sums of the plain form', () => {
  test('each kernel is among the functions', () => {
    expect(new Set(FUNCTIONS.map(f => f.kernel))).toEqual(new Set(KERNELS))
  })

  for (const f of FUNCTIONS)
    test(`${f.kernel}, degree ${f.degree}: any number of columns, vectors and rows, to 1e-14 of Σ weight |k|`, () => {
      const random = createRandom(1)
      for (const [columns, vectors, rows] of [
        [1, 1, 1],
        [1, 270, 259],
        [3, 3, 5],
        [20, 8, 256],
        [20, 270, 259],
        [700, 9, 21],
      ] as const) {
        const m = machine(random, f, columns, vectors)
        expectClose(
          m,
          Array.from({ length: columns }, () => normal(random, rows, 1.5)),
          1e-14,
        )
      }
    })

  test('rbf of rows far from the origin keeps its digits', () => {
    const random = createRandom(2)
    for (const shift of [1e3, 1e6, 1e9]) {
      const m = machine(random, FUNCTIONS[0]!, 6, 40, 1, shift)
      expectClose(
        m,
        Array.from({ length: 6 }, () => normal(random, 100, 2, shift)),
        1e-14,
      )
    }
  })

  test('rbf of vectors many widths apart keeps its digits', () => {
    const random = createRandom(3)
    for (const size of [1e2, 1e4, 1e8]) {
      const m = machine(random, { ...FUNCTIONS[0]!, gamma: 1 }, 5, 60, size)
      // Rows beside the vectors: elsewhere all kernel values are 0.
      const columns = Array.from({ length: 5 }, (_, c) =>
        Float64Array.from({ length: 60 }, (_, v) => m.vectors[v * 5 + c]! + random.normal() * 0.5),
      )
      expectClose(m, columns, 1e-12)
      expect(Math.max(...sums(m, columns))).toBeGreaterThan(0.05)
    }
  })

  test('any finite numbers, any gamma', () => {
    const number = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e3, max: 1e3 })
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.tuple(number, number, number, number), { minLength: 1, maxLength: 12 }),
        fc.array(fc.tuple(number, number, number, number), { minLength: 1, maxLength: 12 }),
        fc.double({ noNaN: true, min: 0, max: 1e6 }),
        (columns, vectors, rows, gamma) => {
          const m = {
            ...FUNCTIONS[0]!,
            gamma,
            columns,
            vectors: Float64Array.from(vectors.flatMap(vector => vector.slice(0, columns))),
            weights: Float64Array.from(vectors, (_, v) => v + 1),
          }
          const x = Array.from({ length: columns }, (_, c) => Float64Array.from(rows, row => row[c]!))
          // The bound that NEAR in support-vectors.ts promises for the sum.
          const [found, plain] = [sums(m, x), plainSums(m, x)]
          for (const [i, value] of found.entries()) expect(Math.abs(value - plain[i]!)).toBeLessThanOrEqual(4e-11)
        },
      ),
    )
  })
})

test('2^t to one unit in the last place, down to where it counts for nothing', () => {
  // A vector far away makes the kernel take differences: with gamma ln 2 and these rows the exponent is then exact.
  const m = {
    ...FUNCTIONS[0]!,
    gamma: Math.LN2,
    columns: 1,
    vectors: Float64Array.of(0, 1e9),
    weights: Float64Array.of(1, 1),
  }
  expect(Math.LN2 * Math.LOG2E).toBe(1)
  const x = Float64Array.from({ length: 2000 }, (_, i) => i / 64)
  for (const [i, value] of sums(m, [x]).entries()) {
    const exact = 2 ** -(x[i]! ** 2)
    expect(Math.abs(value - exact)).toBeLessThanOrEqual(Math.max(exact * 2 ** -52, 1e-300))
  }
})

test('tanh to a few units in the last place, also near 0', () => {
  const m = { kernel: 'sigmoid', gamma: 1, degree: 3, coef0: 0, columns: 1 } as const
  const x = Float64Array.from({ length: 4001 }, (_, i) => (i - 2000) / 80)
  const tiny = Float64Array.of(0, 1e-300, 1e-20, -1e-9, 1e-4, -1e-2)
  for (const given of [x, tiny])
    for (const [i, value] of sums({ ...m, vectors: Float64Array.of(1), weights: Float64Array.of(1) }, [
      given,
    ]).entries())
      expect(Math.abs(value - Math.tanh(given[i]!))).toBeLessThanOrEqual(1e-15 * Math.abs(Math.tanh(given[i]!)))
})

describe('rows nobody promised to be tame', () => {
  test('are given a finite sum by every kernel', () => {
    const random = createRandom(4)
    const x = Float64Array.of(0, -0, 1e-308, 1e38, -1e39, 1e150, -1e200, 1e300, Number.MAX_VALUE, NaN)
    for (const f of FUNCTIONS)
      for (const size of [1, 1e100, 1e300]) {
        const m = machine(random, f, 3, 9, size)
        expect(sums(m, [x, x.toReversed(), x]).every(Number.isFinite)).toBe(true)
      }
  })

  test('beyond ±1e150 count as that, missing numbers as the mean of the vectors', () => {
    const random = createRandom(5)
    for (const f of FUNCTIONS) {
      const m = machine(random, f, 2, 8)
      const mean = m.vectors.reduce((sum, value, i) => sum + (i % 2 === 0 ? value / 8 : 0), 0)
      const [beyond, edge, missing, filled] = sums(m, [
        Float64Array.of(1e160, 1e150, Number.NaN, mean),
        Float64Array.of(1, 1, 1, 1),
      ])
      expect(beyond).toBe(edge)
      expect(missing).toBeCloseTo(filled!, 12)
    }
  })
})

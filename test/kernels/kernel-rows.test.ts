import { describe, expect, test } from 'vitest'
import { type KernelRows, openKernelRows } from '../../src/kernels/kernel-rows.ts'
import { type KernelFunction, valuePlainly } from '../../src/kernels/support-vectors.ts'
import { createRandom } from '../../src/math/random.ts'

const RBF: KernelFunction = { kernel: 'rbf', gamma: 0.2, degree: 3, coef0: 0 }

function table(rows: number, columns: number, size = 1, seed = 1): Float64Array[] {
  const random = createRandom(seed)
  return Array.from({ length: columns }, () => Float64Array.from({ length: rows }, () => random.normal() * size))
}

const open = (f: KernelFunction, x: readonly Float64Array[], slots = 8) =>
  openKernelRows(f, x, new Float64Array(x.length), slots)

function rowOf(matrix: KernelRows, row: number): Float32Array {
  matrix.compute([row], [0])
  return matrix.values(0).slice()
}

describe('rows of the kernel matrix', () => {
  for (const f of [
    RBF,
    { ...RBF, gamma: 1e9 },
    { ...RBF, kernel: 'linear' },
    { ...RBF, kernel: 'poly', coef0: 1 },
    { ...RBF, kernel: 'sigmoid', coef0: -0.3 },
  ] as const)
    for (const [rows, columns] of [
      [1, 1],
      [9, 3],
      [1301, 20],
    ] as const)
      test(`${f.kernel}, gamma ${f.gamma}, ${rows} × ${columns}: those of the plain kernel, rounded to float32`, () => {
        const x = table(rows, columns)
        const matrix = open(f, x)
        const at = (row: number) => x.map(column => column[row]!)
        expect(Math.log2(matrix.unit) % 1).toBe(0)
        for (const row of [0, rows >> 1, rows - 1]) {
          const found = rowOf(matrix, row)
          expect(found.length).toBe(rows)
          for (let i = 0; i < rows; i++) {
            const plain = valuePlainly(f, at(row), at(i)) / matrix.unit
            expect(Math.abs(found[i]! - plain)).toBeLessThanOrEqual(2 ** -24 * Math.abs(plain) + 1e-8)
          }
          expect(matrix.diagonal[row]).toBeCloseTo(valuePlainly(f, at(row), at(row)) / matrix.unit, 12)
          expect(Math.abs(matrix.diagonal[row]!)).toBeLessThanOrEqual(1)
        }
      })

  test('four at a time are the same bits as one at a time', () => {
    const x = table(333, 7)
    const matrix = open(RBF, x)
    const alone = [5, 332, 0, 77].map(row => rowOf(matrix, row))
    matrix.compute([5, 332, 0, 77], [4, 1, 7, 2])
    expect([4, 1, 7, 2].map(slot => matrix.values(slot).slice())).toEqual(alone)
  })

  test('no number is too large', () => {
    const x = table(20, 3, 1e149)
    for (const kernel of ['rbf', 'linear', 'poly', 'sigmoid'] as const) {
      const matrix = open({ ...RBF, kernel, gamma: 1 }, x)
      expect(rowOf(matrix, 3).every(Number.isFinite)).toBe(true)
      expect(matrix.diagonal.every(Number.isFinite)).toBe(true)
    }
  })
})

describe('a step', () => {
  test('adds both rows to the gradient, and finds its smallest place that has no wall before it', () => {
    const rows = 1003
    const matrix = open(RBF, table(rows, 4))
    matrix.compute([10, 900], [0, 1])
    const random = createRandom(6)
    for (let round = 0; round < 20; round++) {
      const start = Float64Array.from({ length: rows }, () => random.normal())
      matrix.gradient.set(start)
      for (let i = 0; i < rows; i++) matrix.wall[i] = random.next() < 0.5 ? 0 : Number.POSITIVE_INFINITY
      const found = matrix.step(0, 0.5, 1, -0.25)
      let best = -1
      for (let i = 0; i < rows; i++) {
        expect(matrix.gradient[i]).toBe(start[i]! + (matrix.values(0)[i]! * 0.5 + matrix.values(1)[i]! * -0.25))
        if (matrix.wall[i] === 0 && (best < 0 || matrix.gradient[i]! <= matrix.gradient[best]!)) best = i
      }
      expect(found).toBe(best)
    }
  })

  test('the last of equals; −1 when all have walls', () => {
    const matrix = open(RBF, table(1000, 2))
    matrix.compute([0], [0])
    for (const [a, b] of [
      [3, 7],
      [255, 256],
      [10, 999],
    ] as const) {
      matrix.gradient.fill(1)
      matrix.gradient[a] = -2
      matrix.gradient[b] = -2
      expect(matrix.step(0, 0, 0, 0)).toBe(b)
    }
    matrix.wall.fill(Number.POSITIVE_INFINITY)
    expect(matrix.step(0, 0, 0, 0)).toBe(-1)
  })

  test('accumulate adds one row', () => {
    const matrix = open(RBF, table(37, 2))
    matrix.compute([4], [2])
    matrix.gradient.fill(1)
    matrix.accumulate(2, 3)
    expect([...matrix.gradient]).toEqual(Array.from(matrix.values(2), value => 1 + value * 3))
  })
})

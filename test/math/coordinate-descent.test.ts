import { expect, test } from 'vitest'
import { coordinateDescent } from '../../src/math/coordinate-descent.ts'
import { createRandom } from '../../src/math/random.ts'

test('one coordinate: the soft threshold', () => {
  const step = (gradient: number, from: number, penalty: number) =>
    coordinateDescent(
      {
        hessian: Float64Array.of(2),
        gradient: Float64Array.of(gradient),
        from: Float64Array.of(from),
        penalty: Float64Array.of(penalty),
      },
      1e-12,
    )[0]
  expect(step(-6, 0, 2)).toBe(2)
  expect(step(6, 0, 2)).toBe(-2)
  expect(step(-1, 0, 2)).toBe(0)
  expect(step(1, 0.25, 3)).toBe(-0.25)
})

test('the conditions of a minimum hold, for columns that hang together and for more than rows', () => {
  for (const [rows, width] of [
    [50, 10],
    [20, 60],
    [200, 80],
  ] as const) {
    const random = createRandom(rows)
    const x = Array.from({ length: width }, () => Float64Array.from({ length: rows }, () => random.normal()))
    for (let j = 1; j < width; j += 2) x[j] = x[j]!.map((v, i) => 0.05 * v + x[j - 1]![i]!)
    const hessian = Float64Array.from(x.flatMap(a => x.map(b => a.reduce((sum, v, i) => sum + v * b[i]!, 0))))
    const y = Float64Array.from({ length: rows }, (_, i) => x[0]![i]! - 2 * x[3]![i]! + random.normal())
    const gradient = Float64Array.from(x, a => -a.reduce((sum, v, i) => sum + v * y[i]!, 0))
    const from = Float64Array.from({ length: width }, (_, j) => (j % 4 === 0 ? 0.1 : 0))
    const penalty = new Float64Array(width).fill(0.15 * rows)
    const moved = coordinateDescent({ hessian, gradient, from, penalty }, 1e-10)
    const at = from.map((v, j) => v + moved[j]!)
    const zeros = at.filter(v => v === 0).length
    expect(zeros).toBeGreaterThan(0)
    expect(zeros).toBeLessThan(width)
    for (let j = 0; j < width; j++) {
      const slope = moved.reduce((sum, v, k) => sum + v * hessian[j * width + k]!, gradient[j]!)
      if (at[j] === 0) expect(Math.abs(slope)).toBeLessThanOrEqual(penalty[j]! + 1e-6)
      else expect(Math.abs(slope + Math.sign(at[j]!) * penalty[j]!)).toBeLessThan(1e-6)
    }
  }
})

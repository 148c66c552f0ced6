import { describe, expect, test } from 'vitest'
import { gramPlainly, logisticPlainly, openDesign, TILE_ROWS } from '../../src/kernels/gram.ts'
import { createRandom } from '../../src/math/random.ts'

function filled(rows: number, columns: number, seed = 1, spread = 1) {
  const random = createRandom(seed)
  const design = openDesign(rows, columns)
  const x = Array.from({ length: columns }, () => Float64Array.from({ length: rows }, () => spread * random.normal()))
  for (const [j, values] of x.entries()) design.column(j).set(values)
  for (let i = 0; i < rows; i++) {
    design.weight[i] = random.next()
    design.target[i] = Number(random.next() < 0.4)
  }
  return { design, x, random }
}

/** Relative to the largest: sums of n numbers in another order differ by some n · 1e-16 of the sum of their sizes. */
function distance(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(found.length).toBe(expected.length)
  let [most, scale] = [0, 1e-300]
  for (let i = 0; i < expected.length; i++) {
    most = Math.max(most, Math.abs(found[i]! - expected[i]!))
    scale = Math.max(scale, Math.abs(expected[i]!))
  }
  return Number.isNaN(most) ? Number.POSITIVE_INFINITY : most / scale
}

describe.each([
  [1, 1],
  [2, 3],
  [7, 4],
  [TILE_ROWS, 5],
  [TILE_ROWS + 1, 8],
  [1000, 13],
])('%i rows, %i columns', (rows, columns) => {
  const { design, x, random } = filled(rows, columns)
  const coefficient = Float64Array.from({ length: columns }, () => random.normal())

  test('Xᵀ W X and Xᵀ w are those of the plain twin', () => {
    const expected = gramPlainly(x, design.weight)
    expect(distance(design.gram('weight'), expected)).toBeLessThan(1e-14)
    expect(distance(design.products('weight'), expected.slice(-columns - 1))).toBeLessThan(1e-14)
  })

  test('predictor, loss, residuals and curvatures are those of the plain twin', () => {
    const loss = design.logistic(coefficient, 0.5)
    const predictor = Float64Array.from({ length: rows }, (_, i) =>
      coefficient.reduce((sum, b, j) => sum + b * x[j]![i]!, 0.5),
    )
    expect(distance(design.predictor, predictor)).toBeLessThan(1e-14)
    const plain = logisticPlainly(design.predictor, design.target, design.weight)
    expect(distance(design.residual, plain.residual)).toBeLessThan(1e-15)
    expect(distance(design.curvature, plain.curvature)).toBeLessThan(1e-15)
    expect(Math.abs(loss / plain.loss - 1)).toBeLessThan(1e-11)
    design.predict(coefficient, 0.5)
    expect(distance(design.predictor, predictor)).toBeLessThan(1e-14)
  })

  test('the columns stay as they were written', () => {
    expect(Array.from({ length: columns }, (_, j) => design.column(j).slice())).toEqual(x)
  })
})

test('far log-odds neither overflow nor lose a small probability', () => {
  const design = openDesign(8, 1)
  design.column(0).set([0, -1e-300, 30, -30, 700, -700, 1e5, -1e300])
  design.weight.fill(1)
  design.target.set([1, 0, 0, 1, 1, 0, 0, 0])
  const loss = design.logistic(Float64Array.of(1), 0)
  const plain = logisticPlainly(design.column(0), design.target, design.weight)
  for (let i = 0; i < 8; i++) {
    // Below e^−708 it says e^−708.
    const bound = 4e-16 * Math.abs(plain.residual[i]!) + 1e-307
    expect(Math.abs(design.residual[i]! - plain.residual[i]!)).toBeLessThanOrEqual(bound)
    const curvature = plain.curvature[i]!
    if (curvature > 1e-300) expect(Math.abs(design.curvature[i]! / curvature - 1)).toBeLessThan(1e-15)
    else expect(design.curvature[i]!).toBeLessThan(1e-300)
  }
  expect(Math.abs(loss / plain.loss - 1)).toBeLessThan(1e-12)
})

test('every k-th tile: a sample of the rows', () => {
  const { design, x } = filled(TILE_ROWS * 5 + 40, 3)
  const sampled = design.weight.map((w, i) => (Math.floor(i / TILE_ROWS) % 2 === 0 ? w : 0))
  expect(distance(design.gram('weight', 2), gramPlainly(x, sampled))).toBeLessThan(1e-14)
  const loss = design.logistic(Float64Array.of(1, 2, 3), 0, 2)
  const predictor = Float64Array.from({ length: design.rows }, (_, i) => x[0]![i]! + 2 * x[1]![i]! + 3 * x[2]![i]!)
  expect(Math.abs(loss / logisticPlainly(predictor, design.target, sampled).loss - 1)).toBeLessThan(1e-11)
})

test('more than an arena holds is refused in words', () => {
  expect(() => openDesign(10_000_000, 100)).toThrowError(expect.objectContaining({ code: 'OUT_OF_MEMORY' }))
})

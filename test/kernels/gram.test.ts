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

test('far log-odds neither overflow nor lose a small probability; none is below e^−200', () => {
  const design = openDesign(8, 1)
  design.column(0).set([0, -1e-300, 30, -30, 199, -199, 1e5, -1e300])
  design.weight.fill(1)
  design.target.set([1, 0, 0, 1, 1, 0, 0, 0])
  const loss = design.logistic(Float64Array.of(1), 0)
  const plain = logisticPlainly(design.column(0), design.target, design.weight)
  for (let i = 0; i < 7; i++) {
    // In units of the last place, of which a small probability has as many.
    expect(Math.abs(design.residual[i]! - plain.residual[i]!)).toBeLessThanOrEqual(1e-15 * Math.abs(plain.residual[i]!))
    if (i < 6) expect(Math.abs(design.curvature[i]! / plain.curvature[i]! - 1)).toBeLessThan(1e-15)
  }
  expect([design.residual[7], design.curvature[7], design.curvature[6]]).toEqual(
    [1, 1, 1].map(() => expect.closeTo(Math.exp(-200), 95)),
  )
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

test('standardised columns have mean 0 and spread 1, by weight; gaps are the mean, constants are 0', () => {
  const rows = 777
  const random = createRandom(4)
  const design = openDesign(rows, 5)
  const gap = (i: number) => i % 10 === 3
  for (let i = 0; i < rows; i++) {
    design.column(0)[i] = gap(i) ? Number.NaN : 1e9 + 3 * random.normal()
    design.column(1)[i] = 7.1
    design.column(2)[i] = Number.NaN
    design.column(3)[i] = [-Number.MAX_VALUE, Number.MAX_VALUE][i % 2]!
    design.column(4)[i] = 2 + random.normal()
    design.weight[i] = i === 0 ? 0 : random.next()
  }
  design.column(1)[0] = 12
  const before = Array.from({ length: 5 }, (_, j) => design.column(j).slice())
  const { mean, spread } = design.standardise()
  const weight = design.weight
  const known = before[0]!.map((v, i) => (Number.isNaN(v) ? 0 : weight[i]!))
  const total = known.reduce((sum, w) => sum + w, 0)
  const expected = before[0]!.reduce((sum, v, i) => sum + (known[i]! > 0 ? (known[i]! / total) * (v - 1e9) : 0), 0)
  const square = (sum: number, v: number, i: number) =>
    sum + (known[i]! > 0 ? (known[i]! / total) * (v - 1e9 - expected) ** 2 : 0)
  expect(mean[0]! - 1e9).toBeCloseTo(expected, 6)
  expect(spread[0]).toBeCloseTo(Math.sqrt(before[0]!.reduce(square, 0)), 6)
  expect([mean[1], spread[1], mean[2], spread[2]]).toEqual([7.1, 0, 0, 0])
  expect(spread[3]! / 1e150).toBeCloseTo(1, 2)
  for (let i = 0; i < rows; i++) {
    const apart = gap(i) ? 0 : (before[0]![i]! - mean[0]!) / spread[0]!
    expect(Math.abs(design.column(0)[i]! - apart)).toBeLessThan(1e-12)
    expect([design.column(1)[i], design.column(2)[i]]).toEqual([0, 0])
  }
  expect(design.products('weight')[4]).toBeCloseTo(0, 10)
  expect(design.gram('weight')[4 * 6 + 4]).toBeCloseTo(design.gram('weight')[35]!, 10)
})

test('not centred: zero stays zero, and a gap is the mean', () => {
  const design = openDesign(3, 1)
  design.column(0).set([0, 3, Number.NaN])
  design.weight.fill(1)
  const { mean, spread } = design.standardise(false)
  expect([mean[0], spread[0]]).toEqual([1.5, Math.sqrt(4.5)])
  expect([...design.column(0)]).toEqual([0, 3 * (1 / Math.sqrt(4.5)), 1.5 * (1 / Math.sqrt(4.5))])
})

test('more than an arena holds is refused in words', () => {
  expect(() => openDesign(10_000_000, 100)).toThrowError(expect.objectContaining({ code: 'OUT_OF_MEMORY' }))
})

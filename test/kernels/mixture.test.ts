import { describe, expect, test } from 'vitest'
import { type Covariance, logDensitiesPlainly, type Mixture, openMixture } from '../../src/kernels/mixture.ts'
import { openLearner } from '../../src/kernels/mixture-moments.ts'
import { cholesky, invertLower } from '../../src/math/cholesky.ts'
import { createRandom, type Random } from '../../src/math/random.ts'

const SHAPES: readonly Covariance[] = ['full', 'tied', 'diag', 'spherical']

/** U of U Uᵀ = (random covariance)⁻¹, row after row. */
function triangle(random: Random, d: number): Float64Array {
  const a = Float64Array.from({ length: d * d }, () => random.normal())
  const covariance = new Float64Array(d * d)
  for (let i = 0; i < d; i++)
    for (let j = 0; j < d; j++) {
      let sum = i === j ? 0.2 : 0
      for (let m = 0; m < d; m++) sum += (a[i * d + m]! * a[j * d + m]!) / d
      covariance[i * d + j] = sum
    }
  const lower = invertLower(cholesky(covariance, d)!, d)
  return lower.map((_, at) => lower[(at % d) * d + Math.floor(at / d)]!)
}

function randomMixture(random: Random, covariance: Covariance, k: number, d: number, apart = 1): Mixture {
  const numbers = (count: number, of: () => number) => Float64Array.from({ length: count }, of)
  const weights = numbers(k, () => 0.1 + random.next())
  const all = weights.reduce((a, b) => a + b)
  const precisions = {
    full: () => concat(Array.from({ length: k }, () => triangle(random, d))),
    tied: () => triangle(random, d),
    diag: () => numbers(k * d, () => 0.3 + random.next()),
    spherical: () => numbers(k, () => 0.3 + random.next()),
  }[covariance]()
  return {
    covariance,
    weights: weights.map(weight => weight / all),
    means: numbers(k * d, () => random.normal() * apart + 50),
    precisions,
  }
}

const concat = (parts: Float64Array[]) => Float64Array.from(parts.flatMap(part => [...part]))

const SPECIAL = [Number.NaN, 0, -0, 1e10, -1e100, 1e149, -1e200, 1e300, Number.MAX_VALUE, Infinity, -Infinity, 1e-310]

function columnsAround(random: Random, { means, weights }: Mixture, rows: number, special = 0): Float64Array[] {
  const k = weights.length
  const d = means.length / k
  const component = Array.from({ length: rows }, () => random.integer(k))
  return Array.from({ length: d }, (_, f) =>
    Float64Array.from({ length: rows }, (_, row) =>
      random.next() < special
        ? SPECIAL[random.integer(SPECIAL.length)]!
        : means[component[row]! * d + f]! + random.normal() * 1.5,
    ),
  )
}

/** −ln Σ, Σ rate and shares from the plain log-densities. */
function plainly(mixture: Mixture, columns: Float64Array[], rows: number, rates: Float64Array) {
  const k = mixture.weights.length
  const logs = logDensitiesPlainly(mixture, columns, rows)
  const density = new Float64Array(rows)
  const rate = new Float64Array(rows)
  const shares = new Float64Array(k * rows)
  for (let row = 0; row < rows; row++) {
    const own = Array.from({ length: k }, (_, c) => logs[c * rows + row]!)
    const best = Math.max(...own)
    const powers = own.map(log => Math.exp(log - best))
    const sum = powers.reduce((a, b) => a + b)
    density[row] = -(best + Math.log(sum))
    for (let c = 0; c < k; c++) {
      shares[c * rows + row] = powers[c]! / sum
      rate[row] = rate[row]! + (powers[c]! / sum) * rates[c]!
    }
  }
  return { density, rate, shares }
}

/** Largest difference, beside 1 or the number itself. */
const apart = (a: Float64Array, b: Float64Array) =>
  a.reduce((worst, value, i) => Math.max(worst, Math.abs(value - b[i]!) / Math.max(1, Math.abs(value))), 0)

describe('the kernel is the plain form, but for the last bits of exp and log', () => {
  for (const covariance of SHAPES)
    for (const [k, d, distance, special] of [
      [1, 1, 1, 0],
      [3, 2, 1, 0],
      [8, 20, 0.3, 0],
      [8, 20, 8, 0],
      [5, 7, 2, 0.05],
      [2, 61, 1, 0.01],
    ] as const)
      test(`${covariance}, ${k} components, ${d} features, ${distance} apart, ${special} special`, () => {
        const random = createRandom(k * 100 + d)
        const mixture = randomMixture(random, covariance, k, d, distance)
        const rates = Float64Array.from({ length: k }, () => random.next())
        const rows = 2048 + 77
        const columns = columnsAround(random, mixture, rows, special)
        const plain = plainly(mixture, columns, rows, rates)
        const open = openMixture(mixture, rates)
        const found = new Float64Array(rows)
        open.density(columns, rows, found)
        expect(found.every(Number.isFinite)).toBe(true)
        expect(apart(plain.density, found)).toBeLessThan(4e-16)
        open.rate(columns, rows, found)
        expect(apart(plain.rate, found)).toBeLessThan(2e-15)
        const shares = new Float64Array(k * rows)
        open.responsibilities(columns, rows, shares)
        expect(apart(plain.shares, shares)).toBeLessThan(2e-15)
        for (let row = 0; row < rows; row++) {
          let sum = 0
          for (let c = 0; c < k; c++) sum += shares[c * rows + row]!
          expect(Math.abs(sum - 1)).toBeLessThan(1e-15 * k)
        }
      })
})

test('one component has no exp and no log to differ by: the same bits', () => {
  for (const covariance of SHAPES) {
    const random = createRandom(4)
    const mixture = randomMixture(random, covariance, 1, 11)
    const columns = columnsAround(random, mixture, 999)
    const found = new Float64Array(999)
    openMixture(mixture).density(columns, 999, found)
    expect(found.map(value => -value)).toEqual(logDensitiesPlainly(mixture, columns, 999))
  }
})

test('a row has the same bits alone, in blocks, and beside rows of other components', () => {
  for (const covariance of SHAPES) {
    const random = createRandom(9)
    const mixture = randomMixture(random, covariance, 6, 9, 6)
    const rates = Float64Array.from({ length: 6 }, () => random.next())
    const rows = 3000
    const columns = columnsAround(random, mixture, rows, 0.02)
    const open = openMixture(mixture, rates)
    for (const score of [open.density, open.rate]) {
      const whole = new Float64Array(rows)
      score(columns, rows, whole)
      for (const size of [1, 5, 1000]) {
        const out = new Float64Array(rows)
        for (let from = 0; from < rows; from += size)
          score(
            columns.map(column => column.subarray(from)),
            Math.min(size, rows - from),
            out.subarray(from),
          )
        expect(out).toEqual(whole)
      }
    }
  }
})

/** The sums by their definition, row by row. */
function momentsPlainly(mixture: Mixture, columns: Float64Array[], weight: Float64Array, shares: Float64Array) {
  const k = mixture.weights.length
  const d = columns.length
  const total = new Float64Array(k)
  const first = new Float64Array(k * d)
  const second = new Float64Array(k * d * d)
  for (let c = 0; c < k; c++)
    for (let row = 0; row < weight.length; row++) {
      const r = shares[c * weight.length + row]! * weight[row]!
      const z = columns.map((column, f) => column[row]! - mixture.means[c * d + f]!)
      total[c] = total[c]! + r
      for (let i = 0; i < d; i++) {
        first[c * d + i] = first[c * d + i]! + r * z[i]!
        for (let j = 0; j <= i; j++) second[(c * d + i) * d + j] = second[(c * d + i) * d + j]! + r * z[i]! * z[j]!
      }
    }
  return { total, first, second }
}

describe('the sums that a step of learning takes', () => {
  for (const covariance of SHAPES)
    for (const [k, d] of [
      [1, 1],
      [3, 5],
      [4, 18],
    ] as const)
      test(`${covariance}, ${k} components, ${d} features`, () => {
        const random = createRandom(k + d)
        const mixture = randomMixture(random, covariance, k, d, 3)
        const rows = 2300
        const columns = columnsAround(random, mixture, rows)
        const weight = Float64Array.from({ length: rows }, () => (random.next() < 0.1 ? 0 : random.next() * 2))
        const { shares, density } = plainly(mixture, columns, rows, new Float64Array(k))
        const expected = momentsPlainly(mixture, columns, weight, shares)
        const centre = new Float64Array(d).fill(49)
        const learner = openLearner(covariance, k, columns, weight, centre)
        const step = learner.step(mixture)
        const given = learner.moments(mixture.means, shares)
        const diagonal = Float64Array.from({ length: k * d }, (_, i) => expected.second[i * d + (i % d)]!)
        const second = { full: expected.second, tied: new Float64Array(0), diag: diagonal, spherical: diagonal }[
          covariance
        ]
        for (const found of [step, given]) {
          expect(apart(expected.total, found.total)).toBeLessThan(1e-13)
          expect(apart(expected.first, found.first)).toBeLessThan(1e-11)
          expect(found.second.length).toBe(second.length)
          expect(apart(second, found.second)).toBeLessThan(1e-12)
        }
        const likelihood = -density.reduce((sum, value, row) => sum + value * weight[row]!, 0)
        expect(Math.abs(step.logLikelihood - likelihood)).toBeLessThan(1e-12 * Math.abs(likelihood))
      })
})

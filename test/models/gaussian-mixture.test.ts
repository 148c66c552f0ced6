import { Value } from 'typebox/value'
import { describe, expect, test } from 'vitest'
import { type Covariance, type Mixture, openMixture } from '../../src/kernels/mixture.ts'
import { createRandom } from '../../src/math/random.ts'
import { openFitter } from '../../src/models/expectation-maximisation.ts'
import { type GaussianMixture, gaussianMixture } from '../../src/models/gaussian-mixture.ts'
import type { Target, Training } from '../../src/models/model.ts'
import golden from '../golden/gaussian-mixture.json' with { type: 'json' }

type Given = Parameters<NonNullable<typeof gaussianMixture.fit>>[1]

const defaults: Given = {
  n_components: 2,
  covariance_type: 'full',
  tol: 1e-3,
  reg_covar: 1e-6,
  max_iter: 100,
  n_init: 1,
  init_params: 'kmeans',
  contamination: 0.1,
}
const SHAPES: readonly Covariance[] = ['full', 'tied', 'diag', 'spherical']

interface Parameters_ {
  weights: number[]
  means: number[]
  precisions: number[]
}

const mixtureOf = (covariance: string, { weights, means, precisions }: Parameters_): Mixture => ({
  covariance: covariance as Covariance,
  weights: Float64Array.from(weights),
  means: Float64Array.from(means),
  precisions: Float64Array.from(precisions),
})

/** Columns of a matrix given row after row. */
const columnsOf = (values: number[], columns: number) =>
  Array.from({ length: columns }, (_, c) => Float64Array.from(values.filter((_, i) => i % columns === c)))

const state = (mixture: Mixture, rates: readonly number[] = []): GaussianMixture => ({
  ...mixture,
  rates: Float64Array.from(rates),
  usual: rates.length > 0 ? new Float64Array(0) : new Float64Array(mixture.means.length / mixture.weights.length),
  cut: 0,
  iterations: 1,
  converged: 1,
  lowerBound: 0,
})

function risks(fitted: GaussianMixture, columns: Float64Array[]): Float64Array {
  const out = new Float64Array(columns[0]!.length)
  gaussianMixture.scorer(fitted).score({ rows: out.length, columns }, out)
  return out
}

/** The largest |a − b|, beside 1 or |b|. */
const apart = (a: Float64Array, b: readonly number[]) =>
  a.reduce((worst, value, i) => Math.max(worst, Math.abs(value - b[i]!) / Math.max(1, Math.abs(b[i]!))), 0)

describe(`parameters of ${golden.made} score as they do there`, () => {
  for (const dump of golden.scored)
    test(dump.name, () => {
      const columns = columnsOf(dump.rows, dump.columns)
      const mixture = mixtureOf(dump.covariance, dump)
      const found = risks(state(mixture), columns)
      expect(
        apart(
          found.map(risk => -risk),
          dump.density,
        ),
      ).toBeLessThan(1e-10)
      const rows = found.length
      const k = dump.weights.length
      const shares = new Float64Array(k * rows)
      openMixture(mixture).responsibilities(columns, rows, shares)
      const expected = Array.from({ length: k * rows }, (_, i) => dump.shares[(i % rows) * k + Math.floor(i / rows)]!)
      expect(apart(shares, expected)).toBeLessThan(1e-10)
      const rates = Array.from({ length: k }, (_, c) => (c + 0.5) / k)
      const mean = Array.from({ length: rows }, (_, row) =>
        rates.reduce((sum, rate, c) => sum + rate * dump.shares[row * k + c]!, 0),
      )
      expect(apart(risks(state(mixture, rates), columns), mean)).toBeLessThan(1e-10)
    })
})

const sampleOf = (columns: Float64Array[]) => ({
  columns,
  weight: new Float64Array(columns[0]!.length).fill(1),
  centre: Float64Array.from(columns, column => column[0]!),
})

describe(`expectation and maximisation comes to what ${golden.made} comes to`, () => {
  for (const climb of golden.climbs)
    for (const [iterations, expected] of Object.entries(climb.steps))
      test(`${climb.name}, from the same parameters, at most ${iterations} steps`, () => {
        const sample = sampleOf(columnsOf(climb.x, climb.columns))
        const rules = { ...defaults, covariance: climb.covariance as Covariance, max_iter: Number(iterations) }
        const start = mixtureOf(climb.covariance, climb.start)
        const found = openFitter(sample, start.weights.length, rules).fromMixture(start)
        expect([found.iterations, found.converged]).toEqual([expected.iterations, expected.converged])
        expect(Math.abs(found.lowerBound - expected.lowerBound)).toBeLessThan(1e-9)
        for (const part of ['weights', 'means', 'precisions'] as const)
          expect(apart(found.mixture[part], expected[part]), part).toBeLessThan(1e-8)
      })
  for (const expected of golden.shares.cases)
    test(`${expected.covariance}, from the same responsibilities`, () => {
      const { labels, x, columns } = golden.shares
      const rules = { ...defaults, covariance: expected.covariance as Covariance, max_iter: 3 }
      const shares = Float64Array.from({ length: 3 * labels.length }, (_, i) =>
        Number(labels[i % labels.length] === Math.floor(i / labels.length)),
      )
      const { mixture } = openFitter(sampleOf(columnsOf(x, columns)), 3, rules).fromResponsibilities(shares)
      for (const part of ['weights', 'means', 'precisions'] as const)
        expect(apart(mixture[part], expected[part]), part).toBeLessThan(1e-8)
    })
})

/** Two clouds in four correlated columns; rows of the second, a third of all, fail nine times in ten. */
function clouds(rows: number, seed = 3) {
  const random = createRandom(seed)
  const columns = Array.from({ length: 4 }, () => new Float64Array(rows))
  const codes = new Int32Array(rows)
  for (let row = 0; row < rows; row++) {
    const second = random.next() < 1 / 3
    const driver = random.normal()
    for (const [c, column] of columns.entries())
      column[row] = (second ? 6 : 0) + driver * 0.8 + random.normal() * (0.4 + 0.2 * c) + 10 * c
    codes[row] = Number(random.next() < (second ? 0.9 : 0.05))
  }
  return { columns, codes }
}

function training(columns: Float64Array[], codes?: Int32Array, weight?: Float64Array, seed = 1): Training {
  const rows = columns[0]!.length
  const y: { y?: Target } = codes ? { y: { codes, levels: ['fine', 'bad'], positive: 1 } } : {}
  return {
    task: codes ? 'classify' : 'detect',
    x: { rows, columns },
    names: [],
    weight: weight ?? new Float64Array(rows).fill(1),
    random: createRandom(seed),
    ...y,
  }
}

const learn = (given: Training, more: Partial<Given> = {}) => gaussianMixture.fit!(given, { ...defaults, ...more })

test('the parameters default to those of scikit-learn, two components', () => {
  expect(Value.Create(gaussianMixture.params)).toEqual(defaults)
  for (const wrong of [{ n_components: 0 }, { covariance_type: 'round' }, { contamination: 0.6 }, { means_init: [] }])
    expect(Value.Check(gaussianMixture.params, { ...defaults, ...wrong })).toBe(false)
})

describe('fitting', () => {
  test('finds the clouds from every start, in every shape', () => {
    const { columns } = clouds(900)
    for (const covariance_type of SHAPES)
      for (const init_params of ['kmeans', 'k-means++', 'random', 'random_from_data'] as const) {
        // Random shares start every cloud at the mean of all rows, where clouds of one shape stay.
        if (init_params === 'random' && covariance_type === 'tied') continue
        const found = learn(training(columns), { covariance_type, init_params, n_init: 6, max_iter: 400, tol: 1e-6 })
        const heavy = found.weights[0]! > 0.5 ? 0 : 1
        expect(Math.abs(found.weights[heavy]! - 2 / 3), `${covariance_type} ${init_params}`).toBeLessThan(0.05)
        for (let c = 0; c < 4; c++) {
          expect(Math.abs(found.means[heavy * 4 + c]! - 10 * c)).toBeLessThan(0.3)
          expect(Math.abs(found.means[(1 - heavy) * 4 + c]! - 10 * c - 6)).toBeLessThan(0.3)
        }
        expect(found.converged).toBe(1)
      }
  })

  test('more starts never make the training rows less likely', () => {
    const { columns } = clouds(300)
    const bound = (n_init: number) =>
      learn(training(columns), { n_components: 5, init_params: 'random', n_init }).lowerBound
    expect(bound(8)).toBeGreaterThanOrEqual(bound(1))
  })

  test('a weight of two is the row twice, a weight of zero is no row', () => {
    const { columns } = clouds(300)
    const times = Float64Array.from({ length: 300 }, (_, i) => i % 3)
    const repeated = columns.map(column =>
      Float64Array.from([...column].flatMap((value, i) => new Array<number>(times[i]!).fill(value))),
    )
    const start = (rows: number) => Float64Array.from({ length: 2 * rows }, () => 0)
    for (const covariance of SHAPES) {
      const of = (sample: Float64Array[], weight: Float64Array) => {
        const rows = weight.length
        const shares = start(rows)
        for (let i = 0; i < rows; i++) shares[(sample[0]![i]! > 3 ? rows : 0) + i] = 1
        const given = { columns: sample, weight, centre: new Float64Array(4) }
        return openFitter(given, 2, { ...defaults, covariance }).fromResponsibilities(shares)
      }
      const weighted = of(columns, times)
      const whole = of(repeated, new Float64Array(repeated[0]!.length).fill(1))
      for (const part of ['weights', 'means', 'precisions'] as const)
        expect(apart(weighted.mixture[part], [...whole.mixture[part]]), part).toBeLessThan(1e-10)
      expect(weighted.lowerBound).toBeCloseTo(whole.lowerBound, 10)
    }
  })

  test('no more components than different rows', () => {
    const one = [Float64Array.of(1, 1, 1), Float64Array.of(2, 2, 2)]
    expect(learn(training(one), { n_components: 3 }).weights).toEqual(Float64Array.of(1))
    expect(learn(training(one.map(column => column.slice(0, 1)))).weights.length).toBe(1)
  })

  test('columns that repeat each other, far above reg_covar, get a ridge of their own', () => {
    const { columns } = clouds(200)
    const large = columns.map(column => column.map(value => value * 1e9))
    for (const covariance_type of SHAPES) {
      const found = learn(training([...large, large[0]!, new Float64Array(200).fill(7)]), {
        covariance_type,
        reg_covar: 0,
      })
      expect(found.precisions.every(Number.isFinite)).toBe(true)
      expect(risks(found, [...large, large[0]!, new Float64Array(200).fill(7)]).every(Number.isFinite)).toBe(true)
    }
  })

  test('the cut is the quantile that contamination says; auto is a tenth', () => {
    const { columns } = clouds(1000)
    const above = (found: GaussianMixture) => risks(found, columns).filter(risk => risk > found.cut).length
    expect(above(learn(training(columns), { contamination: 0.03 }))).toBe(30)
    expect(above(learn(training(columns), { contamination: 'auto' }))).toBe(100)
    expect(gaussianMixture.cut!(learn(training(columns)))).toBeGreaterThan(0)
  })

  test('no row to learn from, and matrices beyond any memory, are told', () => {
    const columns = [Float64Array.of(1, 2)]
    expect(() => learn(training(columns, undefined, new Float64Array(2)))).toThrow('at least 1 needed')
    const wide = Array.from({ length: 400 }, () => Float64Array.of(1, 2))
    expect(() => learn(training(wide), { n_components: 1000 })).toThrow('full covariance of 400 features')
  })
})

describe('classify: how often the clouds of a row fail', () => {
  test('rates by hand: Jeffreys over the shares of the training rows', () => {
    const { columns, codes } = clouds(240)
    const weight = Float64Array.from({ length: 240 }, (_, i) => 1 + (i % 2))
    const found = learn(training(columns, codes, weight))
    const shares = new Float64Array(480)
    openMixture({ ...found, covariance: 'full' }).responsibilities(columns, 240, shares)
    for (const k of [0, 1]) {
      let [all, failed] = [0, 0]
      for (let i = 0; i < 240; i++) {
        const share = (shares[k * 240 + i]! * weight[i]!) / 1.5
        all += share
        failed += share * codes[i]!
      }
      expect(found.rates[k]).toBeCloseTo((failed + 0.5) / (all + 1), 12)
    }
    expect(gaussianMixture.cut!(found)).toBeUndefined()
  })

  test('soft: a row between the clouds has a risk between their rates, rising all the way', () => {
    const { columns, codes } = clouds(3000)
    const found = learn(training(columns, codes), { covariance_type: 'tied' })
    const steps = 41
    const between = risks(
      found,
      columns.map((_, c) => Float64Array.from({ length: steps }, (_, i) => 10 * c + (6 * i) / (steps - 1))),
    )
    expect(between[0]).toBeCloseTo(0.05, 1)
    expect(between[steps - 1]).toBeCloseTo(0.9, 1)
    for (let i = 1; i < steps; i++) expect(between[i]).toBeGreaterThanOrEqual(between[i - 1]!)
    const middle = between.filter(risk => risk > 0.2 && risk < 0.75).length
    expect(middle).toBeGreaterThan(0)
  })

  test('without classes there is nothing to count', () => {
    expect(() => learn({ ...training(clouds(20).columns), task: 'classify' })).toThrow('classes')
  })
})

/** ln of the mixture's density of some columns of a row, by covariance matrices and elimination: another way round. */
function logMarginal(found: GaussianMixture, row: readonly number[], kept: readonly number[]): number[] {
  const d = row.length
  return [...found.weights].map((weight, k) => {
    const precision = Array.from({ length: d }, (_, i) =>
      Array.from({ length: d }, (_, j) => {
        let sum = 0
        for (let m = 0; m < d; m++)
          sum += found.precisions[(k * d + i) * d + m]! * found.precisions[(k * d + j) * d + m]!
        return sum
      }),
    )
    const covariance = invert(precision)
    const part = kept.map(i => kept.map(j => covariance[i]![j]!))
    const z = kept.map(i => row[i]! - found.means[k * d + i]!)
    const inverse = invert(part)
    const q = z.reduce((sum, a, i) => sum + z.reduce((s, b, j) => s + a * inverse[i]![j]! * b, 0), 0)
    return Math.log(weight) - 0.5 * (q + Math.log(determinant(part)) + kept.length * Math.log(2 * Math.PI))
  })
}

/** Gauss–Jordan; the matrices of these tests need no pivots. */
function invert(a: number[][]): number[][] {
  const n = a.length
  const work = a.map((row, i) => [...row, ...row.map((_, j) => Number(i === j))])
  for (let i = 0; i < n; i++) {
    const pivot = work[i]![i]!
    work[i] = work[i]!.map(value => value / pivot)
    for (let r = 0; r < n; r++) {
      const share = work[r]![i]!
      if (r !== i) work[r] = work[r]!.map((value, j) => value - share * work[i]![j]!)
    }
  }
  return work.map(row => row.slice(n))
}

function determinant(a: number[][]): number {
  if (a.length === 0) return 1
  const [first, ...rest] = a
  return first!.reduce(
    (sum, value, j) => sum + (j % 2 ? -1 : 1) * value * determinant(rest.map(row => row.filter((_, c) => c !== j))),
    0,
  )
}

const logSum = (logs: readonly number[]) => Math.log(logs.reduce((sum, log) => sum + Math.exp(log), 0))

describe('reasons', () => {
  const share = (found: GaussianMixture, columns: Float64Array[]) => {
    const rows = columns[0]!.length
    const out = new Float64Array(rows * columns.length)
    gaussianMixture.explain!(found).explain({ rows, columns }, out)
    return out
  }
  const others = (j: number) => [0, 1, 2, 3].filter(i => i !== j)

  test('detect: −ln density of a value given the others, less the median', () => {
    const { columns } = clouds(500)
    const found = learn(training(columns))
    const out = share(found, columns)
    const given = (row: number, j: number) => {
      const values = columns.map(column => column[row]!)
      return logSum(logMarginal(found, values, others(j))) - logSum(logMarginal(found, values, [0, 1, 2, 3]))
    }
    for (let j = 0; j < 4; j++) {
      for (let row = 0; row < 20; row++) expect(out[row * 4 + j]! + found.usual[j]!).toBeCloseTo(given(row, j), 8)
      const all = columns[0]!.map((_, row) => out[row * 4 + j]!).sort()
      expect((all[249]! + all[250]!) / 2).toBeCloseTo(0, 10)
    }
  })

  test('classify: the risk less the risk without the column', () => {
    const { columns, codes } = clouds(400)
    const found = learn(training(columns, codes))
    const out = share(found, columns)
    const risk = (logs: readonly number[]) => {
      const all = logSum(logs)
      return logs.reduce((sum, log, k) => sum + Math.exp(log - all) * found.rates[k]!, 0)
    }
    for (let row = 0; row < 20; row++)
      for (let j = 0; j < 4; j++) {
        const values = columns.map(column => column[row]!)
        const without = risk(logMarginal(found, values, others(j)))
        expect(out[row * 4 + j]).toBeCloseTo(risk(logMarginal(found, values, [0, 1, 2, 3])) - without, 9)
      }
  })

  test('a planted value of one column is the first reason', () => {
    for (const covariance_type of SHAPES) {
      const rows = 1000
      const { columns } = clouds(2000)
      const found = learn(training(columns), { covariance_type, n_components: 3 })
      const planted = clouds(rows, 77).columns
      const random = createRandom(5)
      const culprit = Array.from({ length: rows }, () => random.integer(4))
      for (let row = 0; row < rows; row++) {
        const column = planted[culprit[row]!]!
        column[row] = 10 * culprit[row]! + (random.next() < 0.5 ? 14 : -8)
      }
      const out = share(found, planted)
      let first = 0
      for (let row = 0; row < rows; row++) {
        const own = [...out.subarray(row * 4, row * 4 + 4)]
        if (own.indexOf(Math.max(...own)) === culprit[row]) first++
      }
      expect(first / rows, covariance_type).toBeGreaterThanOrEqual(0.98)
    }
  })

  test('finite for every row, however far or empty, and untouched by its neighbours', () => {
    const { columns, codes } = clouds(300)
    for (const found of [learn(training(columns)), learn(training(columns, codes), { covariance_type: 'diag' })]) {
      const odd = [Number.NaN, 1e300, -1e300, Infinity, 1e-300, 5]
      const rows = columns.map((_, c) => Float64Array.from(odd, (_, i) => odd[(i + c) % odd.length]!))
      const out = share(found, rows)
      expect(out.every(Number.isFinite)).toBe(true)
      for (let row = 0; row < odd.length; row++)
        expect(
          share(
            found,
            rows.map(column => column.slice(row, row + 1)),
          ),
        ).toEqual(out.slice(row * 4, row * 4 + 4))
    }
  })
})

test('a state that is none is refused, with what is wrong', () => {
  const { columns, codes } = clouds(60)
  const good = learn(training(columns))
  const rated = learn(training(columns, codes))
  const without =
    (change: Partial<Record<keyof GaussianMixture, unknown>>, of = good) =>
    () =>
      gaussianMixture.scorer({ ...of, ...change } as GaussianMixture)
  expect(without({ weights: [0.5, 0.5] })).toThrow('its mixture is not arrays')
  expect(without({ means: good.means.map(() => Number.NaN) })).toThrow('its mixture is not arrays')
  expect(without({ means: good.means.slice(1) })).toThrow('its 2 components have 7 numbers for means')
  expect(without({ covariance: 'toString' })).toThrow('its covariance is toString')
  expect(without({ covariance: 'tied' })).toThrow('its tied precisions are 32 numbers, expected 16')
  expect(without({ precisions: good.precisions.map(value => -value) })).toThrow('its precision at 0 is -')
  expect(without({ weights: new Float64Array(2) })).toThrow('no weights')
  expect(without({ weights: Float64Array.of(-1, 2) })).toThrow('no weights')
  expect(without({ usual: new Float64Array(3) })).toThrow('neither a rate')
  expect(without({ rates: new Float64Array(3) }, rated)).toThrow('neither a rate')
  expect(without({ cut: Number.NaN })).toThrow('no cut')
  const scorer = gaussianMixture.scorer(good)
  expect(() => scorer.score({ rows: 1, columns: columns.slice(1) }, new Float64Array(1))).toThrow('3 columns')
})

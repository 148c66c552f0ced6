import { Value } from 'typebox/value'
import { describe, expect, test } from 'vitest'
import { createRandom } from '../../src/math/random.ts'
import { variance } from '../../src/math/statistics.ts'
import type { Training } from '../../src/models/model.ts'
import { type OneClassSvm, oneClassSvm } from '../../src/models/one-class-svm.ts'
import golden from '../golden/one_class_svm.json' with { type: 'json' }
import {
  columnsOf,
  type Dump,
  decisions,
  largestDifference,
  type Params,
  stateOf,
  trainingOf,
} from '../golden/one_class_svm.ts'

const defaults: Params = { kernel: 'rbf', nu: 0.05, gamma: 'scale', degree: 3, coef0: 0, tol: 1e-3 }

function training(columns: Float64Array[], weight = new Float64Array(columns[0]!.length).fill(1)): Training {
  return { task: 'detect', x: { rows: columns[0]!.length, columns }, names: [], weight, random: createRandom(1) }
}

function normal(columns: number, rows: number, seed = 7): Float64Array[] {
  const random = createRandom(seed)
  return Array.from({ length: columns }, () => Float64Array.from({ length: rows }, () => random.normal()))
}

const fitted = (given: Training, params: Partial<Params> = {}) => oneClassSvm.fit!(given, { ...defaults, ...params })
const risks = (state: OneClassSvm, columns: Float64Array[]) =>
  decisions(state, { rows: columns[0]!.length, columns }).map(decision => -decision)

describe(`machines of ${golden.made}`, () => {
  for (const dump of golden.cases as Dump[]) {
    test(`${dump.name}: its parameters score as they do there`, () => {
      expect(largestDifference(decisions(stateOf(dump), columnsOf(dump.rows)), dump.decision)).toBeLessThanOrEqual(
        1e-10,
      )
    })
    test(`${dump.name}: a fit decides as it does there, also far nearer to the optimum`, () => {
      const x = columnsOf(dump.rows)
      const given = trainingOf(dump)
      expect(largestDifference(decisions(fitted(given, dump.params), x), dump.fitted)).toBeLessThanOrEqual(1e-6)
      const exact = fitted(given, { ...dump.params, tol: dump.exactTol })
      expect(largestDifference(decisions(exact, x), dump.exactFitted)).toBeLessThanOrEqual(1e-6)
    })
  }
})

test("the parameters are scikit-learn's, with nu 0.05", () => {
  expect(Value.Create(oneClassSvm.params)).toEqual(defaults)
  for (const wrong of [
    { nu: 0 },
    { nu: 1.1 },
    { gamma: -1 },
    { kernel: 'cosine' },
    { degree: 2.5 },
    { tol: 0 },
    { c: 1 },
  ])
    expect(Value.Check(oneClassSvm.params, { ...defaults, ...wrong })).toBe(false)
})

describe('parameters', () => {
  test('gamma: scale is 1 / (columns × variance of all values), auto is 1 / columns', () => {
    const x = normal(4, 100)
    const all = x.flatMap(column => [...column])
    expect(fitted(training(x)).gamma).toBeCloseTo(1 / (4 * variance(all)), 14)
    expect(fitted(training(x), { gamma: 'auto' }).gamma).toBe(0.25)
    expect(fitted(training(x), { gamma: 0.7 }).gamma).toBe(0.7)
    expect(fitted(training([new Float64Array(9).fill(3), new Float64Array(9).fill(3)])).gamma).toBe(1)
    expect(fitted(training(x.map(column => column.map(value => value * 1e-170)))).gamma).toBe(1e290)
    const large = fitted(training(x.map(column => column.map(value => value * 2 ** 400)))).gamma
    expect(large * 2 ** 800 * 4 * variance(all)).toBeCloseTo(1, 12)
  })

  test('nu: at most that share of the training rows outside, at least that share support vectors', () => {
    const x = normal(3, 1000)
    for (const nu of [0.01, 0.05, 0.2, 0.5, 0.9]) {
      const state = fitted(training(x), { nu, tol: 1e-6 })
      const outside = risks(state, x).filter(risk => risk > 1e-4).length
      expect(outside).toBeLessThanOrEqual(nu * 1000)
      expect(outside).toBeGreaterThan(nu * 1000 - 30)
      expect(state.dualCoef.length).toBeGreaterThanOrEqual(nu * 1000)
      expect(state.dualCoef.every(alpha => alpha > 0 && alpha <= 1)).toBe(true)
      expect(oneClassSvm.cut!(state)).toBe(0)
    }
  })
})

describe('weights', () => {
  test('a row of weight 0 is as if it were not there', () => {
    const x = normal(3, 200)
    const weight = Float64Array.from({ length: 200 }, (_, i) => (i % 3 === 0 ? 0 : 1))
    const kept = x.map(column => column.filter((_, i) => i % 3 !== 0))
    x[0]![3] = 1e6
    expect(fitted(training(x, weight))).toEqual(fitted(training(kept)))
  })

  test('a row of weight 2 counts as two rows', () => {
    const x = normal(2, 120)
    const weight = Float64Array.from({ length: 120 }, (_, i) => 1 + (i % 2))
    const twice = x.map(column => Float64Array.from([...column, ...column.filter((_, i) => i % 2 === 1)]))
    const params = { gamma: 0.4, nu: 0.2, tol: 1e-7 }
    const [a, b] = [fitted(training(x, weight), params), fitted(training(twice), params)]
    expect(largestDifference(risks(a, x), risks(b, x))).toBeLessThan(1e-5)
  })

  test('no row to learn from is said', () => {
    expect(() => fitted(training(normal(2, 5), new Float64Array(5)))).toThrow(
      'one-class-svm: 0 rows, at least 1 needed',
    )
  })
})

describe('every kernel', () => {
  const kernels = ['rbf', 'linear', 'poly', 'sigmoid'] as const

  test('takes missing numbers, constant columns, one row and the largest numbers', () => {
    const x = normal(3, 60)
    const holes = x.map(column => column.map((value, i) => (i % 7 === 0 ? Number.NaN : value)))
    const constant = [new Float64Array(60).fill(5), new Float64Array(60).fill(Number.NaN)]
    const huge = x.map((column, c) => column.map(value => (c === 0 ? value * 1e300 : value)))
    for (const kernel of kernels)
      for (const table of [holes, [...x, ...constant], constant, huge, x.map(column => column.slice(0, 1))])
        for (const gamma of ['scale', 'auto', 0, 1e290] as const) {
          const state = fitted(training(table), { kernel, gamma, nu: 0.3 })
          expect(state.supportVectors.every(Number.isFinite)).toBe(true)
          const rows = table.map(column => Float64Array.from([...column, 1e300, -1e300, Number.MAX_VALUE, 0]))
          expect(risks(state, rows).every(Number.isFinite)).toBe(true)
        }
  })

  test('the state holds the rows as they came', () => {
    const x = normal(2, 50).map(column => column.map(value => value + 1e6))
    const state = fitted(training(x))
    for (let v = 0; v < state.dualCoef.length; v++) {
      const row = x[0]!.indexOf(state.supportVectors[2 * v]!)
      expect(row).toBeGreaterThanOrEqual(0)
      expect(state.supportVectors[2 * v + 1]).toBe(x[1]![row])
    }
  })
})

test('rbf does not see where the rows are: also far from the origin', () => {
  const x = normal(4, 500)
  const moved = x.map((column, c) => column.map(value => Math.round(value * 1024) / 1024 + 2 ** (30 + c)))
  const back = moved.map((column, c) => column.map(value => value - 2 ** (30 + c)))
  const params = { gamma: 0.2, nu: 0.1 }
  expect(
    largestDifference(risks(fitted(training(moved), params), moved), risks(fitted(training(back), params), back)),
  ).toBeLessThan(1e-10)
})

test('a state that does not hold together is refused', () => {
  const good = fitted(training(normal(2, 40)))
  expect(() => oneClassSvm.scorer(good)).not.toThrow()
  for (const [wrong, message] of [
    [{ kernel: 'cosine' }, 'its kernel is cosine, expected one of rbf, linear, poly, sigmoid'],
    [{ columns: 0 }, 'its number of columns is 0'],
    [{ columns: 3 }, 'its support vectors are not'],
    [{ supportVectors: new Float32Array(good.supportVectors) }, 'its support vectors are not'],
    [{ dualCoef: new Float64Array(0), supportVectors: new Float64Array(0) }, 'its dual coefficients are missing'],
    [{ dualCoef: good.dualCoef.map(() => Number.NaN) }, 'not all numbers'],
    [{ gamma: -1 }, 'its gamma is -1'],
    [{ gamma: undefined }, 'its gamma is undefined'],
    [{ degree: 1.5 }, 'its degree is 1.5'],
    [{ intercept: Number.POSITIVE_INFINITY }, 'its coef0 or its intercept'],
  ] as const) {
    const state = { ...good, ...wrong } as unknown as OneClassSvm
    expect(() => oneClassSvm.scorer(state), message).toThrow(RangeError)
    expect(() => oneClassSvm.scorer(state)).toThrow(message)
  }
  const scorer = oneClassSvm.scorer(good)
  expect(() => scorer.score({ rows: 1, columns: [new Float64Array(1)] }, new Float64Array(1))).toThrow(
    '1 columns for a machine of 2',
  )
})

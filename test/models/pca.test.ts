import { Value } from 'typebox/value'
import { describe, expect, test } from 'vitest'
import { createRandom } from '../../src/math/random.ts'
import type { Training } from '../../src/models/model.ts'
import { monitor, type Pca, pca } from '../../src/models/pca.ts'
import golden from '../golden/pca.json' with { type: 'json' }

type Given = Parameters<NonNullable<typeof pca.fit>>[1]
const defaults: Given = { n_components: 0.9, standardize: true, alpha: 0.99 }

function training(columns: Float64Array[], weight?: Float64Array): Training {
  const rows = columns[0]!.length
  return {
    task: 'detect',
    x: { rows, columns },
    names: [],
    weight: weight ?? new Float64Array(rows).fill(1),
    random: createRandom(1),
  }
}

const learn = (columns: Float64Array[], more: Partial<Given> = {}, weight?: Float64Array) =>
  pca.fit!(training(columns, weight), { ...defaults, ...more })

function risks(state: Pca, columns: Float64Array[]): Float64Array {
  const out = new Float64Array(columns[0]!.length)
  pca.scorer(state).score({ rows: out.length, columns }, out)
  return out
}

function statistics(state: Pca, columns: Float64Array[]) {
  const rows = columns[0]!.length
  const [t2, spe] = [new Float64Array(rows), new Float64Array(rows)]
  monitor(state).statistics({ rows, columns }, t2, spe)
  return { t2, spe }
}

const columnsOf = (values: number[], columns: number) =>
  Array.from({ length: columns }, (_, c) => Float64Array.from(values.filter((_, i) => i % columns === c)))

/** The largest |a − b|, beside 1 or |b|. */
const apart = (a: Float64Array, b: readonly number[]) => {
  expect(a.length).toBe(b.length)
  return a.reduce((worst, value, i) => Math.max(worst, Math.abs(value - b[i]!) / Math.max(1, Math.abs(b[i]!))), 0)
}

describe(`components, variances, statistics and limits are those of ${golden.made}`, () => {
  for (const dump of golden.cases)
    test(dump.name, () => {
      const state = learn(columnsOf(dump.x, dump.columns), dump.params)
      expect(apart(state.mean, dump.mean)).toBeLessThan(1e-13)
      expect(apart(state.components, dump.components)).toBeLessThan(1e-10)
      expect(apart(state.explainedVariance, dump.explainedVariance)).toBeLessThan(1e-10)
      expect(apart(Float64Array.of(state.t2Limit, state.speLimit), [dump.t2Limit, dump.speLimit])).toBeLessThan(1e-10)
      const rows = columnsOf(dump.rows, dump.columns)
      const { t2, spe } = statistics(state, rows)
      expect(apart(t2, dump.t2)).toBeLessThan(1e-10)
      expect(apart(spe, dump.spe)).toBeLessThan(1e-10)
      const worse = dump.t2.map((value, i) => Math.max(value / dump.t2Limit, dump.spe[i]! / dump.speLimit))
      expect(apart(risks(state, rows), worse)).toBeLessThan(1e-10)
    })
})

/** Columns driven by two causes, in units of their own. */
function driven(rows: number, seed = 3, width = 6): Float64Array[] {
  const random = createRandom(seed)
  const causes = [0, 1].map(() => Float64Array.from({ length: rows }, () => random.normal()))
  return Array.from({ length: width }, (_, c) =>
    Float64Array.from(
      { length: rows },
      (_, i) => (causes[c % 2]![i]! + 0.4 * causes[(c + 1) % 2]![i]! + 0.4 * random.normal()) * 10 ** (c - 2) + 50,
    ),
  )
}

test('the parameters: nine tenths of the variance, scaled columns, limits at 99 %', () => {
  expect(Value.Create(pca.params)).toEqual(defaults)
  for (const wrong of [{ n_components: 0 }, { alpha: 1 }, { alpha: 0.01 }, { standardize: 'yes' }, { whiten: true }])
    expect(Value.Check(pca.params, { ...defaults, ...wrong })).toBe(false)
  expect(() => learn(driven(50), { n_components: 7 })).toThrow('n_components is 7, but there are 6 features')
  expect(() => learn(driven(50), { n_components: 2.5 })).toThrow('n_components is 2.5')
})

test('of rows in control, each limit leaves about the share outside that it says', () => {
  const taught = driven(2000)
  const fresh = driven(40_000, 9)
  for (const alpha of [0.9, 0.99]) {
    const state = learn(taught, { alpha })
    expect(state.explainedVariance.length).toBe(2)
    const { t2, spe } = statistics(state, fresh)
    const outside = (values: Float64Array, limit: number) => values.filter(value => value > limit).length / 40_000
    // The limits come from 2000 rows: their own error is a few times that of counting 40,000.
    expect(Math.abs(outside(t2, state.t2Limit) / (1 - alpha) - 1)).toBeLessThan(0.2)
    expect(Math.abs(outside(spe, state.speLimit) / (1 - alpha) - 1)).toBeLessThan(0.2)
    const risk = risks(state, fresh)
    expect(risk.filter(value => value > pca.cut!(state)!).length).toBe(
      t2.filter((value, i) => value / state.t2Limit > 1 || spe[i]! / state.speLimit > 1).length,
    )
  }
})

test('few rows: the limit of T² for a new row is wider than for many, as F says', () => {
  // By hand for A = 1: (n² − 1) / (n (n − 1)) · F(1, n − 1); F(0.99; 1, 9) = 10.5614, tables of the F distribution.
  const ten = learn([Float64Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10)], { n_components: 1 })
  expect(ten.t2Limit).toBeCloseTo(1.1 * 10.5614, 3)
})

test('a weight of two is the row twice, a weight of zero is no row', () => {
  const columns = driven(120)
  const times = Float64Array.from({ length: 120 }, (_, i) => i % 3)
  const repeated = columns.map(column =>
    Float64Array.from([...column].flatMap((value, i) => new Array<number>(times[i]!).fill(value))),
  )
  const weighted = learn(columns, {}, times)
  const whole = learn(repeated)
  expect(apart(weighted.mean, [...whole.mean])).toBeLessThan(1e-12)
  expect(apart(weighted.scale, [...whole.scale])).toBeLessThan(1e-12)
  expect(apart(weighted.components, [...whole.components])).toBeLessThan(1e-10)
  // Limits count rows: 80 taught, however heavy they are.
  expect([weighted.rows, whole.rows]).toEqual([80, 120])
  expect(() => learn(columns, {}, new Float64Array(120))).toThrow('at least 1 needed')
})

test('columns that follow from others: a row that breaks the rule is outside, one that keeps it is not', () => {
  const [a, b] = driven(300) as [Float64Array, Float64Array]
  const sum = a.map((value, i) => value + b[i]!)
  const state = learn([a, b, sum], { n_components: 3 })
  expect(state.explainedVariance.length).toBe(2)
  const risk = risks(
    state,
    [a, b, sum].map((column, c) => Float64Array.of(column[5]!, column[6]! + (c === 2 ? 1e-3 : 0))),
  )
  expect(risk[0]).toBeLessThan(1)
  expect(risk[1]).toBeGreaterThan(1)
})

test('constant columns keep their scale of 1, one row has no component, and both give limits to divide by', () => {
  const state = learn([...driven(100), new Float64Array(100).fill(7)])
  expect(state.scale[6]).toBe(1)
  const one = learn(driven(1))
  expect([one.explainedVariance.length, one.t2Limit > 0, one.speLimit > 0]).toEqual([0, true, true])
  expect(
    risks(
      one,
      driven(1).map(column => Float64Array.of(column[0]!, column[0]! + 1)),
    )[0],
  ).toBe(0)
})

describe('reasons', () => {
  const share = (state: Pca, columns: Float64Array[]) => {
    const out = new Float64Array(columns[0]!.length * columns.length)
    pca.explain!(state).explain({ rows: columns[0]!.length, columns }, out)
    return out
  }

  test('add up to the risk', () => {
    const columns = driven(200)
    const state = learn(columns)
    const out = share(state, columns)
    expect(pca.explain!(state).base).toBe(0)
    for (const [row, risk] of risks(state, columns).entries()) {
      const own = out.subarray(row * 6, row * 6 + 6)
      expect(own.every(value => value >= 0)).toBe(true)
      expect(own.reduce((a, b) => a + b)).toBeCloseTo(risk, 12)
    }
  })

  test('are in proportion to how far T² / limit + SPE / limit falls when the column alone is put right', () => {
    const columns = driven(60)
    const state = learn(columns)
    const out = share(state, columns)
    const index = (row: number[]) => {
      const { t2, spe } = statistics(
        state,
        row.map(value => Float64Array.of(value)),
      )
      return t2[0]! / state.t2Limit + spe[0]! / state.speLimit
    }
    for (let i = 0; i < 20; i++) {
      const row = columns.map(column => column[i]!)
      // The index is a parabola in the value of a column: three points give its lowest.
      const fall = row.map((value, j) => {
        const unit = state.scale[j]!
        const at = (step: number) => index(row.map((other, c) => (c === j ? value + step * unit : other)))
        const [below, here, above] = [at(-1), at(0), at(1)]
        const curve = (above + below) / 2 - here
        return ((above - below) / 2) ** 2 / (4 * curve)
      })
      const whole = fall.reduce((a, b) => a + b)
      const own = out.subarray(i * 6, i * 6 + 6)
      const risk = own.reduce((a, b) => a + b)
      for (let j = 0; j < 6; j++) expect(own[j]! / risk).toBeCloseTo(fall[j]! / whole, 8)
    }
  })

  test('a planted value of one column is the first reason, whatever is kept', () => {
    for (const n_components of [0.5, 0.9, 3, 5, 6])
      for (const standardize of [true, false]) {
        const rows = 600
        // Without scaling the columns must be of one unit: else only the largest counts.
        const unit = (columns: Float64Array[]) =>
          standardize ? columns : columns.map((column, c) => column.map(value => (value - 50) / 10 ** (c - 2)))
        const state = learn(unit(driven(1000)), { n_components, standardize })
        const planted = unit(driven(rows, 77))
        const culprit = (row: number) => row % 6
        for (let row = 0; row < rows; row++) {
          const column = planted[culprit(row)]!
          column[row] =
            state.mean[culprit(row)]! + (row % 4 < 2 ? 8 : -8) * (standardize ? state.scale[culprit(row)]! : 1)
        }
        const out = share(state, planted)
        let first = 0
        for (let row = 0; row < rows; row++) {
          const own = [...out.subarray(row * 6, row * 6 + 6)]
          if (own.indexOf(Math.max(...own)) === culprit(row)) first++
        }
        expect(first / rows, `${n_components}, ${standardize}`).toBeGreaterThanOrEqual(0.98)
      }
  })
})

test('a state that is none is refused, with what is wrong', () => {
  const columns = driven(60)
  const good = learn(columns)
  const without = (change: Partial<Record<keyof Pca, unknown>>) => () => pca.scorer({ ...good, ...change } as Pca)
  expect(without({ mean: [1] })).toThrow('its components are not arrays')
  expect(without({ components: good.components.map(() => Number.NaN) })).toThrow('its components are not arrays')
  expect(without({ scale: good.scale.slice(1) })).toThrow('its 6 means have 5 scales')
  expect(without({ scale: good.scale.map(() => 0) })).toThrow('its scales are not all above 0')
  expect(without({ components: good.components.slice(1) })).toThrow('components of 6 columns have 11 numbers')
  expect(without({ explainedVariance: new Float64Array(2) })).toThrow('its variances are not all above 0')
  expect(without({ t2Limit: 0 })).toThrow('its limits are 0')
  expect(without({ speLimit: Infinity })).toThrow('and Infinity, expected more than 0')
  expect(() => risks(good, columns.slice(1))).toThrow('5 columns')
})

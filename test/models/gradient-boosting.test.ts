import { Value } from 'typebox/value'
import { describe, expect, test } from 'vitest'
import type { Column } from '../../src/math/columns.ts'
import { createRandom } from '../../src/math/random.ts'
import { max } from '../../src/math/statistics.ts'
import type { BoostingGiven } from '../../src/models/boosting-params.ts'
import { type GradientBoosting, gradientBoosting, leafFor } from '../../src/models/gradient-boosting.ts'
import type { Target, Training } from '../../src/models/model.ts'
import golden from '../golden/gradient_boosting.json' with { type: 'json' }
import { columnsOf, type ScoredCase, stateOf } from '../golden/gradient-boosting.ts'

const defaults = Value.Create(gradientBoosting.params) as BoostingGiven

function learn(
  columns: readonly Column[],
  y: Target,
  given: Partial<BoostingGiven> = {},
  more: Partial<Training> = {},
): GradientBoosting {
  const rows = 'value' in y ? y.value.length : (y as { codes: Int32Array }).codes.length
  const names = columns.map((_, c) => `x${c}`)
  const weight = new Float64Array(rows).fill(1)
  const task = 'value' in y ? 'regress' : 'classify'
  const training = { task, x: { rows, columns }, names, y, weight, random: createRandom(1), ...more } as Training
  return gradientBoosting.fit!(training, { ...defaults, ...given })
}

function risks(state: GradientBoosting, columns: readonly Column[], rows: number): Float64Array {
  const out = new Float64Array(rows)
  gradientBoosting.scorer(state).score({ rows, columns }, out)
  return out
}

const values = (list: readonly number[]): Target => ({ value: Float64Array.from(list) })
const classes = (list: ArrayLike<number | boolean>): Target => ({
  codes: Int32Array.from(Array.from(list, Number)),
  levels: ['fine', 'bad'],
  positive: 1,
})

function normal(columns: number, rows: number, seed = 7): Float64Array[] {
  const random = createRandom(seed)
  return Array.from({ length: columns }, () => Float64Array.from({ length: rows }, () => random.normal()))
}

const difference = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  max(Float64Array.from(a, (value, i) => Math.abs(value - b[i]!)))

describe(`trees of ${golden.made} score as they do there`, () => {
  for (const dump of golden.scored as ScoredCase[])
    test(dump.name, () => {
      const { rows, columns } = columnsOf(dump.rows)
      expect(dump.category).toContain(1)
      expect(dump.missingLeft).toContain(1)
      expect(difference(risks(stateOf(dump), columns, rows), dump.risk)).toBeLessThanOrEqual(1e-12)
    })
})

describe('trained as they train', () => {
  const { columns } = columnsOf(golden.training.x)
  for (const { name, task, params, nodes, risk } of golden.trained)
    test(name, () => {
      const y = golden.training.y
      const target = task === 'classify' ? classes(y.map(value => value > 0.3)) : values(y)
      const { monotonic_cst: directions = [], ...rest } = params as { monotonic_cst?: number[] }
      const monotonic_cst = Object.fromEntries(directions.map((direction, c) => [`x${c}`, direction as 1 | -1 | 0]))
      const state = learn(columns, target, { ...rest, monotonic_cst })
      expect(state.left.length).toBe(nodes)
      expect(difference(risks(state, columns, risk.length), risk)).toBeLessThan(2e-6)
    })
})

describe('arithmetic', () => {
  const x = Float64Array.of(1, 2, 3, 4, 5, 6, 7, 8)
  const one = { max_iter: 1, learning_rate: 1, min_samples_leaf: 1 }

  test('one cut: the leaves say the means', () => {
    const state = learn([x], values([1, 1, 1, 1, 1, 9, 9, 9]), { ...one, max_leaf_nodes: 2 })
    expect([...state.threshold]).toEqual([5.5, 0, 0])
    expect([...state.cover]).toEqual([8, 5, 3])
    expect(state.base).toBe(4)
    expect([...state.value]).toEqual([0, -3, 5])
    expect([...risks(state, [x], 8)]).toEqual([1, 1, 1, 1, 1, 9, 9, 9])
  })

  test('λ shrinks: −G / (H + λ)', () => {
    const state = learn([x], values([1, 1, 1, 1, 1, 9, 9, 9]), { ...one, max_leaf_nodes: 2, l2_regularization: 5 })
    expect([...state.value]).toEqual([0, -15 / 10, 15 / 8])
  })

  test('log-odds: base ln(3/5), then w (p − y) over p (1 − p)', () => {
    const state = learn([x], classes([0, 0, 0, 0, 0, 1, 1, 1]), { ...one, max_leaf_nodes: 2 })
    const p = 3 / 8
    expect(state.base).toBeCloseTo(Math.log(3 / 5), 14)
    expect(state.value[1]).toBeCloseTo((-5 * p) / (5 * p * (1 - p)), 13)
    expect(state.value[2]).toBeCloseTo((3 * (1 - p)) / (3 * p * (1 - p)), 13)
    expect(risks(state, [x], 8)[7]).toBeCloseTo(1 / (1 + Math.exp(-state.base - 1 / p)), 13)
  })

  test('the most gainful leaf is cut first, and no more than max_leaf_nodes are left', () => {
    const y = [0, 0, 1, 1, 20, 20, 90, 90]
    const leaves = (max_leaf_nodes: number) => [
      ...new Set(risks(learn([x], values(y), { ...one, max_leaf_nodes }), [x], 8)),
    ]
    expect(leaves(2)).toEqual([7, 90])
    expect(leaves(3)).toEqual([0.5, 20, 90])
    expect(leaves(4)).toEqual([0, 1, 20, 90])
    expect(leaves(31)).toEqual([0, 1, 20, 90])
    expect([...new Set(risks(learn([x], values(y), { ...one, max_depth: 1 }), [x], 8))]).toEqual([7, 90])
  })

  test('a weight of 2 is the row twice, a weight of 0 no row', () => {
    const columns = normal(3, 300)
    const y = Float64Array.from(columns[0]!, (v, i) => v + columns[1]![i]! ** 2)
    const weight = Float64Array.from({ length: 300 }, (_, i) => i % 3)
    const twice = Array.from({ length: 300 }, (_, i) => new Array<number>(i % 3).fill(i)).flat()
    const given = { min_samples_leaf: 1, max_iter: 20, max_leaf_nodes: 6 }
    for (const of of [values, (list: readonly number[]) => classes(list.map(v => v > 0.5))]) {
      const weighted = learn(columns, of([...y]), given, { weight })
      const repeated = learn(
        columns.map(column => Float64Array.from(twice, i => column[i]!)),
        of(twice.map(i => y[i]!)),
        given,
      )
      expect(weighted.feature).toEqual(repeated.feature)
      expect(difference(risks(weighted, columns, 300), risks(repeated, columns, 300))).toBeLessThan(1e-10)
    }
  })

  test('class_weight weighs classes; a balanced base is 0', () => {
    const columns = normal(2, 200)
    const bad = columns[0]!.map(v => Number(v > 1))
    const state = learn(columns, classes(bad), { class_weight: 'balanced' })
    expect(state.base).toBeCloseTo(0, 12)
    expect(() => learn(columns, classes(bad), { class_weight: { broken: 2 } })).toThrow('class_weight names broken')
  })
})

describe('missing values', () => {
  test('go where they belong', () => {
    const x = Float64Array.from({ length: 200 }, (_, i) => (i % 4 === 0 ? Number.NaN : i))
    for (const sign of [1, -1]) {
      const y = Array.from(x, v => sign * (Number.isNaN(v) || v > 100 ? 1 : 0))
      const state = learn([x], values(y), { max_iter: 1, learning_rate: 1, max_leaf_nodes: 2 })
      expect([state.left.length, state.missingLeft[0]]).toEqual([3, 0])
      expect(difference(risks(state, [x], 200), y)).toBeLessThan(1e-12)
    }
  })

  test('alone on one side, where that is what matters: a threshold of +∞', () => {
    const x = Float64Array.from({ length: 200 }, (_, i) => (i % 4 === 0 ? Number.NaN : Math.sin(i)))
    const y = Array.from(x, v => Number(Number.isNaN(v)))
    const state = learn([x], values(y), { max_iter: 1, learning_rate: 1, max_leaf_nodes: 2 })
    expect(state.threshold[0]).toBe(Infinity)
    expect([...risks(state, [Float64Array.of(1e300, Infinity, Number.NaN)], 3)]).toEqual([0, 0, 1])
  })

  test('never seen in training, they go with the many', () => {
    const x = Float64Array.from({ length: 100 }, (_, i) => i)
    for (const cut of [30, 70]) {
      const state = learn([x], values([...x.map(v => Number(v >= cut))]), { max_iter: 1, learning_rate: 1 })
      expect(risks(state, [Float64Array.of(Number.NaN)], 1)[0]).toBeCloseTo(cut > 50 ? 0 : 1, 12)
    }
  })
})

describe('categories', () => {
  const random = createRandom(5)
  const levels = Array.from({ length: 40 }, (_, i) => `kind ${i}`)
  const codes = Int32Array.from({ length: 2000 }, () => random.integer(40))
  const risky = new Set([1, 5, 6, 17, 39])
  const y = Array.from(codes, code => Number(risky.has(code)))
  const one = { max_iter: 1, learning_rate: 1, max_leaf_nodes: 2 }

  test('one cut by a set tells them apart, where one by order could not', () => {
    const state = learn([{ codes, levels }], values(y), one)
    expect([...state.category]).toEqual([1, 0, 0])
    expect(state.levels).toEqual(levels)
    expect(difference(risks(state, [{ codes, levels }], 2000), y)).toBeLessThan(1e-12)
  })

  test('their order, other levels and other spellings of numbers do not matter', () => {
    const state = learn([{ codes, levels }], values(y), one)
    const shuffled = { codes: codes.map(code => 40 - code), levels: ['new', ...levels.toReversed()] }
    expect(difference(risks(state, [shuffled], 2000), y)).toBeLessThan(1e-12)
    const numbers = Float64Array.from(codes, code => code * 1000 + 0.5)
    const named = learn([numbers], values(y), { ...one, categorical_features: ['x0'] })
    expect(named.levels[1]).toBe('1000.5')
    expect(difference(risks(named, [numbers], 2000), y)).toBeLessThan(1e-12)
    const texts = { codes, levels: levels.map((_, i) => String(i * 1000 + 0.5)) }
    expect(difference(risks(named, [texts], 2000), y)).toBeLessThan(1e-12)
  })

  test('unknown and missing ones go right', () => {
    const state = learn([{ codes, levels }], values(y), one)
    const right = state.value[2]! + state.base
    const asked = { codes: Int32Array.of(0, -1), levels: ['never seen'] }
    expect([...risks(state, [asked], 2)]).toEqual([right, right])
  })

  test('missing ones can be on either side of the rest', () => {
    for (const risk of [0, 1]) {
      const gaps = codes.map((code, i) => (i % 5 === 0 ? -1 : code))
      const target = y.map((value, i) => (i % 5 === 0 ? risk : value))
      const state = learn([{ codes: gaps, levels }], values(target), one)
      expect(difference(risks(state, [{ codes: gaps, levels }], 2000), target)).toBeLessThan(1e-12)
    }
  })

  test('of more than 254, the most frequent are told apart', () => {
    const many = Float64Array.from({ length: 6000 }, (_, i) => (i < 5600 ? i % 280 : 400 + i))
    const target = Array.from(many, v => Number(v % 2 === 0 && v < 280))
    const state = learn([many], values(target), { ...one, categorical_features: ['x0'], min_samples_leaf: 1 })
    expect(state.levels.length).toBe(254)
    const found = risks(state, [many], 6000)
    const known = new Set(state.levels)
    for (const [i, v] of many.entries()) if (known.has(String(v))) expect(found[i]! > 0.5).toBe(target[i] === 1)
  })
})

describe('monotone', () => {
  const columns = normal(3, 800)
  const y = Float64Array.from(columns[0]!, (v, i) => Math.sin(2 * v) + v / 2 + columns[1]![i]! * columns[2]![i]!)
  const losses = [
    ['squared_error', values([...y])],
    ['absolute_error', values([...y])],
    ['quantile', values([...y])],
    ['log_loss', classes(y.map(v => Number(v > 0.4)))],
  ] as const
  const grid = Float64Array.from({ length: 200 }, (_, i) => i / 25 - 4)

  for (const [loss, target] of losses)
    test(`${loss}: never falls with one column nor rises with the other, whatever the rest`, () => {
      const given = loss === 'log_loss' ? {} : { loss }
      const sweeps = (state: GradientBoosting, c: number) =>
        [0, 1, 2, 3, 4].map(row => {
          const block = columns.map((column, k) => (k === c ? grid : new Float64Array(200).fill(column[row]!)))
          const risk = risks(state, block, 200)
          return [...risk.subarray(1)].map((value, i) => value - risk[i]!)
        })
      const free = learn(columns, target, given)
      const bound = learn(columns, target, { ...given, monotonic_cst: { x0: 1, x1: -1 } })
      expect(
        sweeps(free, 0)
          .flat()
          .some(step => step < 0),
      ).toBe(true)
      expect(
        sweeps(bound, 0)
          .flat()
          .every(step => step >= 0),
      ).toBe(true)
      expect(
        sweeps(bound, 0)
          .flat()
          .some(step => step > 0),
      ).toBe(true)
      expect(
        sweeps(bound, 1)
          .flat()
          .every(step => step <= 0),
      ).toBe(true)
    })

  test('refuses names that are not there, and categories', () => {
    const target = values([...y])
    expect(() => learn(columns, target, { monotonic_cst: { x9: 1 } })).toThrow('monotonic_cst names x9')
    expect(() => learn(columns, target, { monotonic_cst: { x0: 1 }, categorical_features: ['x0'] })).toThrow(
      'which holds categories',
    )
    expect(() => learn(columns, target, { categorical_features: ['y'] })).toThrow('categorical_features names y')
  })
})

describe('when to stop', () => {
  const columns = normal(4, 3000)
  const noise = createRandom(3)
  const y = Float64Array.from(columns[0]!, v => v + 2 * noise.normal())

  test('early, where more trees no longer help; what came after the best tree is dropped', () => {
    const given = { max_iter: 400, learning_rate: 0.3 }
    const trees = (early_stopping: boolean | 'auto') =>
      learn(columns, values([...y]), { ...given, early_stopping }).start.length - 1
    expect(trees('auto')).toBe(400)
    expect(trees(false)).toBe(400)
    expect(trees(true)).toBeLessThan(60)
  })

  test('at once, when there is nothing to learn', () => {
    const state = learn(columns, values(new Array<number>(3000).fill(4)))
    expect([[...state.start], state.base, [...state.value], [...state.cover]]).toEqual([[0, 1], 4, [0], [3000]])
  })

  test('by itself from 10,001 rows on', () => {
    const many = normal(1, 10_001)
    const coin = createRandom(6)
    const label = classes(Uint8Array.from(many[0]!, () => coin.integer(2)))
    expect(learn(many, label).start.length - 1).toBeLessThan(50)
    expect(learn(many, label).cover[0]).toBe(9001)
  })
})

test('subsample and feature_fraction: trees of fewer rows and columns, all of them in their turn', () => {
  const columns = normal(8, 1000)
  const y = Float64Array.from(columns[0]!, (_, i) => columns.reduce((sum, column) => sum + column[i]!, 0))
  const state = learn(columns, values([...y]), { subsample: 0.3, feature_fraction: 0.25, max_iter: 40 })
  const used = new Set<number>()
  for (let t = 0; t < 40; t++) {
    const nodes = [...state.feature.subarray(state.start[t]!, state.start[t + 1]!)].filter(f => f >= 0)
    expect(new Set(nodes).size).toBeLessThanOrEqual(2)
    expect(state.cover[state.start[t]!]).toBe(300)
    for (const f of nodes) used.add(f)
  }
  expect(used.size).toBe(8)
  const other = learn(columns, values([...y]), { subsample: 0.3, max_iter: 3, random_state: 5 })
  expect(learn(columns, values([...y]), { subsample: 0.3, max_iter: 3 }, { random: createRandom(5) })).toEqual(other)
})

test('small leaves on small tables: 20, or a twentieth of the rows', () => {
  expect([1, 19, 60, 399, 400, 1e6].map(leafFor)).toEqual([1, 1, 3, 19, 20, 20])
  const columns = normal(6, 60)
  const failed = columns[0]!.map(v => Number(v > 1.2))
  const state = learn(columns, classes(failed))
  expect(risks(state, columns, 60).some(risk => risk > 0.5)).toBe(true)
  const constant = learn(columns, classes(failed), { min_samples_leaf: 31 })
  expect(new Set(risks(constant, columns, 60)).size).toBe(1)
  expect(risks(constant, columns, 60)[0]).toBeCloseTo(failed.reduce((a, b) => a + b) / 60, 12)
})

test('a quantile is above that share of the rows', () => {
  const columns = normal(2, 4000)
  const random = createRandom(4)
  const y = Float64Array.from(columns[0]!, v => v + random.normal() * (1 + Math.abs(v)))
  for (const quantile of [0.1, 0.5, 0.9]) {
    const risk = risks(learn(columns, values([...y]), { loss: 'quantile', quantile }), columns, 4000)
    expect(y.filter((v, i) => v <= risk[i]!).length / 4000).toBeCloseTo(quantile, 1)
  }
})

test('targets may be of any size, and rows without one teach nothing', () => {
  const columns = normal(2, 500)
  const y = Float64Array.from(columns[0]!, v => v)
  const small = learn(columns, values([...y]))
  for (const size of [2 ** -900, 2 ** 900]) {
    const state = learn(columns, values([...y.map(v => v * size)]))
    expect(state.threshold).toEqual(small.threshold)
    expect([...state.value.map(v => v / size)]).toEqual([...small.value])
  }
  const gaps = [...y.slice(0, 400), ...new Array<number>(50).fill(Number.NaN), ...new Array<number>(50).fill(Infinity)]
  expect(learn(columns, values(gaps))).toEqual(
    learn(
      columns.map(column => column.slice(0, 400)),
      values([...y.slice(0, 400)]),
    ),
  )
  expect(() => learn(columns, values(new Array<number>(500).fill(Number.NaN)))).toThrow('at least 1 needed')
})

describe('a state from somewhere else', () => {
  const columns = normal(2, 200)
  const state = learn([...columns, { codes: new Int32Array(200), levels: ['a'] }], values([...columns[0]!]))
  const wrong: [string, Partial<GradientBoosting>, string][] = [
    ['a loss', { loss: 'hinge' }, 'its loss is hinge'],
    ['a base', { base: Number.NaN }, 'its base is NaN'],
    ['values', { value: state.value.map(() => Number.NaN) }, 'its value at node'],
    ['covers', { cover: state.cover.map(() => -1) }, 'its number of rows at node'],
    ['categories', { category: state.category.map(() => 1) }, 'asks for categories that are not there'],
    ['a child', { left: state.left.map(() => 9999) }, 'leaves its nodes'],
    ['a column', { feature: state.feature.map(() => 3) }, 'asks for column 3 of 3'],
    ['names', { levels: [] }, 'its names of categories'],
    ['named numbers', { levelStart: Int32Array.of(0, 1, 1, 1) }, 'its column 0 is asked for numbers, but has names'],
  ]
  for (const [name, change, message] of wrong)
    test(name, () => {
      expect(() => gradientBoosting.scorer({ ...state, ...change })).toThrow(message)
    })

  test('the risk of counts and amounts is e to the power of the sum', () => {
    const block = [...columns, { codes: new Int32Array(200), levels: ['a'] }]
    const sums = risks(state, block, 200)
    for (const loss of ['poisson', 'gamma', 'tweedie'])
      expect(risks({ ...state, loss }, block, 200)).toEqual(sums.map(sum => Math.exp(sum)))
    expect(gradientBoosting.explain?.({ ...state, loss: 'gamma' }).method).toContain('logarithm of the risk')
  })

  test('blocks of other columns are refused', () => {
    expect(() => risks(state, columns, 200)).toThrow('2 columns for trees of 3')
    const text = { codes: new Int32Array(200), levels: ['a'] }
    expect(() => risks(state, [text, columns[1]!, text], 200)).toThrow('column 0 holds categories, expected numbers')
  })
})

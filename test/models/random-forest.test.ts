import { Value } from 'typebox/value'
import { describe, expect, test } from 'vitest'
import { createRandom } from '../../src/math/random.ts'
import { max, mean } from '../../src/math/statistics.ts'
import type { Target, Training } from '../../src/models/model.ts'
import { type RandomForest, randomForest } from '../../src/models/random-forest.ts'
import golden from '../golden/random_forest.json' with { type: 'json' }
import { columnsOf, type ForestDump, stateOf } from '../golden/random-forest.ts'

type Given = Parameters<NonNullable<typeof randomForest.fit>>[1]

const defaults = {
  n_estimators: 100,
  criterion: 'auto',
  min_samples_split: 2,
  min_samples_leaf: 1,
  max_features: 'auto',
  bootstrap: true,
  class_weight: 'none',
} as const

const classesOf = (codes: readonly number[]): Target => ({
  codes: Int32Array.from(codes),
  levels: ['fine', 'bad'],
  positive: 1,
})
const numbersOf = (value: ArrayLike<number>): Target => ({ value: Float64Array.from(value) })

function training(
  columns: Float64Array[],
  y: Target,
  { seed = 1, weight }: { seed?: number; weight?: Float64Array } = {},
) {
  const rows = columns[0]!.length
  return {
    task: 'codes' in y ? 'classify' : 'regress',
    x: { rows, columns },
    names: [],
    y,
    weight: weight ?? new Float64Array(rows).fill(1),
    random: createRandom(seed),
  } satisfies Training
}

const grown = (given: Training, params: Partial<Given> = {}) => randomForest.fit!(given, { ...defaults, ...params })

function normal(columns: number, rows: number, seed = 7): Float64Array[] {
  const random = createRandom(seed)
  return Array.from({ length: columns }, () => Float64Array.from({ length: rows }, () => random.normal()))
}

function risks(state: RandomForest, columns: Float64Array[]): Float64Array {
  const out = new Float64Array(columns[0]!.length)
  randomForest.scorer(state).score({ rows: out.length, columns }, out)
  return out
}

const leafRows = (state: RandomForest) => [...state.cover].filter((_, node) => state.left[node]! < 0)

function depthOf(state: RandomForest): number {
  const depth = new Int32Array(state.left.length)
  for (let t = 0; t < state.start.length - 1; t++)
    for (let root = state.start[t]!, node = root; node < state.start[t + 1]!; node++)
      for (const child of [state.left[node]!, state.right[node]!])
        if (child >= 0) depth[root + child] = depth[node]! + 1
  return max(depth)
}

describe(`trees of ${golden.made} score as they do there`, () => {
  for (const dump of golden.cases as ForestDump[])
    test(dump.name, () => {
      const found = risks(stateOf(dump), columnsOf(dump.rows))
      const largest = Math.max(1, ...dump.risk.map(Math.abs))
      expect(max(found.map((risk, i) => Math.abs(risk - dump.risk[i]!) / largest))).toBeLessThanOrEqual(1e-14)
    })
})

describe(`a tree on all rows and columns has the cuts of ${golden.made}`, () => {
  for (const dump of golden.grown)
    test(dump.name, () => {
      const y = dump.name.startsWith('numbers') ? numbersOf(dump.y) : classesOf(dump.y)
      const fixed = { n_estimators: 1, bootstrap: false, max_features: 1 }
      const state = grown(training(columnsOf(dump.x), y), { ...(dump.params as object), ...fixed })
      const expected = stateOf(dump)
      expect(state.left.length).toBeGreaterThan(8)
      for (const name of ['left', 'right', 'feature', 'missingLeft'] as const)
        expect([...state[name]], name).toEqual([...expected[name]])
      // Theirs are halves of float32 sums.
      for (const name of ['threshold', 'value', 'cover'] as const)
        for (const [node, value] of state[name].entries())
          if (state.left[node]! >= 0 || name !== 'threshold') expect(value).toBeCloseTo(expected[name][node]!, 6)
    })
})

test('the parameters default to those of scikit-learn', () => {
  expect(Value.Create(randomForest.params)).toEqual(defaults)
  for (const wrong of [
    { n_estimators: 0 },
    { criterion: 'mse' },
    { max_depth: 0 },
    { min_samples_split: 1 },
    { min_samples_leaf: 1.5 },
    { max_features: 'all' },
    { max_samples: 0 },
    { trees: 5 },
  ])
    expect(Value.Check(randomForest.params, { ...defaults, ...wrong })).toBe(false)
})

describe('growing', () => {
  const x = normal(5, 600)
  const value = x[0]!.map((v, i) => v + x[1]![i]! * 2)
  const classes = classesOf([...value].map(v => Number(v > 1)))

  test('without limits each leaf is pure, and all rows with replacement come to each tree', () => {
    const state = grown(training(x, classes), { n_estimators: 20 })
    const leaves = [...state.value].filter((_, node) => state.left[node]! < 0)
    expect(new Set(leaves)).toEqual(new Set([0, 1]))
    for (let t = 0; t < 20; t++) expect(state.cover[state.start[t]!]).toBe(600)
    const state5 = grown(training(x, classes), { n_estimators: 3, max_samples: 0.5 })
    for (let t = 0; t < 3; t++) expect(state5.cover[state5.start[t]!]).toBe(300)
    expect(grown(training(x, classes), { n_estimators: 1, max_samples: 77 }).cover[0]).toBe(77)
  })

  test('children share the weight of their parent, and its mean', () => {
    const { left, right, cover, value: means, start } = grown(training(x, numbersOf(value)), { n_estimators: 5 })
    for (let t = 0; t < 5; t++)
      for (let root = start[t]!, node = root; node < start[t + 1]!; node++) {
        if (left[node]! < 0) continue
        const [l, r] = [root + left[node]!, root + right[node]!]
        expect(cover[l]! + cover[r]!).toBe(cover[node])
        expect((means[l]! * cover[l]! + means[r]! * cover[r]!) / cover[node]!).toBeCloseTo(means[node]!, 10)
      }
  })

  test('limits hold: depth, rows in a leaf, rows to cut', () => {
    const all = { bootstrap: false, n_estimators: 3 }
    expect(depthOf(grown(training(x, classes), { ...all, max_depth: 3 }))).toBe(3)
    expect(Math.min(...leafRows(grown(training(x, classes), { ...all, min_samples_leaf: 20 })))).toBeGreaterThanOrEqual(
      20,
    )
    expect(
      Math.min(...leafRows(grown(training(x, classes), { ...all, min_samples_leaf: 0.1 }))),
    ).toBeGreaterThanOrEqual(60)
    const { left, cover } = grown(training(x, classes), { ...all, min_samples_split: 50 })
    expect(Math.min(...cover.filter((_, node) => left[node]! >= 0))).toBeGreaterThanOrEqual(50)
    expect(Math.min(...cover.filter((_, node) => left[node]! < 0))).toBeLessThan(25)
  })

  test('max_features: one column at a time knows less than all', () => {
    const noise = normal(30, 600, 3)
    const wide = [...x.slice(0, 2), ...noise]
    const used = (max_features: Given['max_features']) => {
      const { feature, start } = grown(training(wide, numbersOf(value)), { n_estimators: 50, max_features })
      return mean(Float64Array.from({ length: 50 }, (_, t) => Number(feature[start[t]!]! < 2)))
    }
    expect(used(1)).toBe(1)
    expect(used('auto')).toBe(1)
    // A root sees one of the two good columns with probability k / 16, 5.7 tries of 32.
    expect(used('sqrt')).toBeLessThan(0.6)
    expect(used('log2')).toBeLessThan(0.6)
    expect(used(0.01)).toBeLessThan(0.25)
    expect(() => used(33)).toThrow('max_features is 33, but there are 32 features')
  })

  test('a constant column is no candidate: the next is tried', () => {
    const constant = new Float64Array(600).fill(3)
    const state = grown(training([constant, constant, constant, x[1]!], classes), {
      n_estimators: 10,
      max_features: 0.1,
    })
    expect(new Set([...state.feature].filter(f => f >= 0))).toEqual(new Set([3]))
    for (let t = 0; t < 10; t++) expect(state.left[state.start[t]!]).toBe(1)
  })

  test('random_state wins over the seed; without it the seed decides', () => {
    const with5 = grown(training(x, classes), { n_estimators: 5, random_state: 5 })
    expect(grown(training(x, classes, { seed: 2 }), { n_estimators: 5, random_state: 5 })).toEqual(with5)
    expect(grown(training(x, classes, { seed: 5 }), { n_estimators: 5 })).toEqual(with5)
    expect(grown(training(x, classes, { seed: 2 }), { n_estimators: 5 }).threshold).not.toEqual(with5.threshold)
  })

  test('a row of weight 0 teaches nothing; weights count like copies', () => {
    const half = Float64Array.from({ length: 600 }, (_, i) => Number(i < 300))
    const part = x.map(column => column.slice(0, 300))
    const spoiled = value.map((v, i) => (i < 300 ? v : 1e9))
    const some = { n_estimators: 3, min_samples_leaf: 5 }
    const weighted = grown(training(x, numbersOf(spoiled), { weight: half }), some)
    expect(weighted).toEqual(grown(training(part, numbersOf(value.slice(0, 300))), some))

    // Few different values, so that copies of rows leave the bins as they are; no two cuts are equally good so far up.
    const coarse = x.map(column => column.map(v => Math.round(v * 10)))
    const rest = { bootstrap: false, n_estimators: 1, max_features: 1, max_depth: 3 }
    const twice = grown(training(coarse, classes, { weight: half.map(w => w + 1) }), rest)
    const both = coarse.map(column => Float64Array.of(...column, ...column.subarray(0, 300)))
    const copied = classesOf([...value, ...value.slice(0, 300)].map(v => Number(v > 1)))
    expect(twice.cover[0]).toBe(900)
    expect(twice.left.length).toBe(15)
    expect(twice).toEqual(grown(training(both, copied), rest))
    expect(() => grown(training(x, classes, { weight: new Float64Array(600) }))).toThrow('at least 1 needed')
  })

  test('class weights move the risk the way they say', () => {
    const noisy = classesOf([...value].map((v, i) => Number(v + 3 * x[4]![i]! > 4)))
    const average = (class_weight: Given['class_weight']) =>
      mean(risks(grown(training(x, noisy), { max_depth: 2, class_weight }), x))
    expect(average('balanced')).toBeGreaterThan(average('none') + 0.05)
    expect(average({ bad: 20 })).toBeGreaterThan(average('balanced'))
    expect(average({ fine: 20 })).toBeLessThan(average('none'))
  })

  test('missing values go where they do better, also apart from all others', () => {
    const gone = Float64Array.from({ length: 600 }, (_, i) => Number(i % 3 === 0))
    const signal = x[0]!.map((v, i) => (gone[i] ? Number.NaN : v))
    const state = grown(training([signal], numbersOf(gone)), { n_estimators: 1, bootstrap: false })
    expect([state.threshold[0], state.missingLeft[0], [...state.value.subarray(1)]]).toEqual([Infinity, 0, [0, 1]])
    const low = grown(training([signal], numbersOf(signal.map((v, i) => Number(gone[i] || v < 0)))), {
      n_estimators: 1,
      bootstrap: false,
      max_depth: 1,
    })
    expect([low.missingLeft[0], Math.abs(low.threshold[0]!) < 0.02]).toEqual([1, true])
  })

  test('more than 255 values are cut between bins with even shares of the rows', () => {
    const many = [Float64Array.from({ length: 5000 }, (_, i) => Math.exp(i / 500))]
    const state = grown(training(many, numbersOf(many[0]!)), { n_estimators: 1, bootstrap: false })
    const covers = leafRows(state)
    expect(covers.length).toBe(255)
    expect(max(covers)).toBeLessThan(30)
  })

  test('a tree as deep as its rows are many', () => {
    // Each cut takes one row off: the largest of labels that grow fast.
    const rows = 250
    const line = [Float64Array.from({ length: rows }, (_, i) => i)]
    const state = grown(training(line, numbersOf(line[0]!.map(i => 3 ** i))), { n_estimators: 1, bootstrap: false })
    expect(depthOf(state)).toBeGreaterThan(30)
    expect(risks(state, line)[249]).toBeCloseTo(3 ** 249, -105)
  })

  test('labels of any size keep their digits', () => {
    const far = value.map(v => v * 1e-3 + 1e9)
    const found = risks(grown(training(x, numbersOf(far)), { bootstrap: false, n_estimators: 3 }), x)
    expect(max(found.map((risk, i) => Math.abs(risk - far[i]!)))).toBeLessThan(1e-6)
    const huge = value.map(v => v * 1e300)
    expect(risks(grown(training(x, numbersOf(huge)), { n_estimators: 3 }), x).every(Number.isFinite)).toBe(true)
  })
})

test('what does not fit the task is refused with what to write', () => {
  const x = normal(2, 50)
  const classes = classesOf(Array.from({ length: 50 }, (_, i) => i % 2))
  expect(() => grown(training(x, classes), { criterion: 'squared_error' })).toThrow(
    'squared_error, but the forest learns classes',
  )
  expect(() => grown(training(x, numbersOf(x[0]!)), { criterion: 'gini' })).toThrow(
    'gini, but the forest learns numbers',
  )
  expect(() => grown(training(x, numbersOf(x[0]!)), { class_weight: 'balanced' })).toThrow('class_weight is given')
  expect(() => grown(training(x, classes), { class_weight: { good: 2 } })).toThrow('class_weight names good')
})

describe('a state that somebody else made', () => {
  const state = grown(training(normal(2, 50), numbersOf(normal(1, 50)[0]!)), { n_estimators: 2 })
  for (const [name, broken] of [
    ['no value', { value: state.value.slice(1) }],
    ['no cover', { cover: state.cover.map(c => -c) }],
    ['column 0 of 0', { columns: 0 }],
  ] as const)
    test(name, () => {
      expect(() => randomForest.scorer({ ...state, ...broken })).toThrow(RangeError)
      expect(() => randomForest.explain!({ ...state, ...broken })).toThrow(RangeError)
    })
})

describe('reasons', () => {
  test('base and shares add up to the risk; the column that was planted comes first', () => {
    const x = normal(8, 3000)
    // Every column matters alike; a planted value is far on the risky side of one of them.
    const value = x[0]!.map((_, i) => x.reduce((sum, column) => sum + column[i]!, 0))
    for (const y of [numbersOf(value), classesOf([...value].map(v => Number(v > 2)))]) {
      const state = grown(training(x, y), { n_estimators: 60, min_samples_leaf: 5, max_features: 0.5 })
      const rows = 400
      const planted = Array.from({ length: 8 }, (_, c) =>
        Float64Array.from({ length: rows }, (_, i) => (i % 8 === c ? 2.8 : 0.3 * x[c]![i]!)),
      )
      const explainer = randomForest.explain!(state)
      const shares = new Float64Array(rows * 8)
      explainer.explain({ rows, columns: planted }, shares)
      const risk = risks(state, planted)
      let first = 0
      for (let row = 0; row < rows; row++) {
        const own = shares.subarray(row * 8, row * 8 + 8)
        expect(own.reduce((sum, share) => sum + share, explainer.base!)).toBeCloseTo(risk[row]!, 10)
        if (own.indexOf(max(own)) === row % 8) first++
      }
      expect(first / rows).toBeGreaterThanOrEqual(0.98)
    }
  })
})

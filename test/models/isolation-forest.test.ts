import { Value } from 'typebox/value'
import { describe, expect, test } from 'vitest'
import { createRandom, type Random } from '../../src/math/random.ts'
import { max, sorted } from '../../src/math/statistics.ts'
import { averagePathLength, type IsolationForest, isolationForest } from '../../src/models/isolation-forest.ts'
import type { Training } from '../../src/models/model.ts'
import golden from '../golden/isolation-forest.json' with { type: 'json' }
import { columnsOf, type Dump, stateOf } from '../golden/isolation-forest.ts'

const defaults = {
  n_estimators: 100,
  max_samples: 'auto',
  contamination: 'auto',
  max_features: 1,
  bootstrap: false,
} as const

function training(columns: Float64Array[], seed = 1, weight?: Float64Array): Training {
  const rows = columns[0]!.length
  return {
    task: 'detect',
    x: { rows, columns },
    weight: weight ?? new Float64Array(rows).fill(1),
    names: [],
    random: createRandom(seed),
  }
}

function normal(columns: number, rows: number, seed = 7): Float64Array[] {
  const random = createRandom(seed)
  return Array.from({ length: columns }, () => Float64Array.from({ length: rows }, () => random.normal()))
}

const grown = (given: Training, params: Partial<Parameters<NonNullable<typeof isolationForest.fit>>[1]> = {}) =>
  isolationForest.fit!(given, { ...defaults, ...params })

function risks(state: IsolationForest, columns: Float64Array[]): Float64Array {
  const out = new Float64Array(columns[0]!.length)
  isolationForest.scorer(state).score({ rows: out.length, columns }, out)
  return out
}

describe(`trees of ${golden.made} score as they do there`, () => {
  for (const dump of golden.cases as Dump[])
    test(dump.name, () => {
      const { columns } = columnsOf(dump)
      const found = risks(stateOf(dump), columns)
      expect(max(found.map((risk, i) => Math.abs(risk - dump.risk[i]!)))).toBeLessThanOrEqual(1e-12)
    })
})

test('the parameters default to those of scikit-learn', () => {
  expect(Value.Create(isolationForest.params)).toEqual(defaults)
  for (const wrong of [
    { n_estimators: 0 },
    { contamination: 0.6 },
    { max_samples: 'all' },
    { max_samples: 0 },
    { trees: 5 },
  ])
    expect(Value.Check(isolationForest.params, { ...defaults, ...wrong })).toBe(false)
})

test('c(n) is the mean depth of an unsuccessful search: 2 H(n − 1) − 2 (n − 1) / n', () => {
  expect([0, 1, 2].map(averagePathLength)).toEqual([0, 0, 1])
  for (const n of [100, 256, 10_000]) {
    let harmonic = 0
    for (let i = 1; i < n; i++) harmonic += 1 / i
    // ln(n − 1) + γ falls short of H(n − 1) by about 1 / 2(n − 1).
    expect(averagePathLength(n) - (2 * harmonic - (2 * (n - 1)) / n)).toBeCloseTo(-1 / (n - 1), 4)
  }
})

/** Checks each tree against the definition, given the rows: every cut divides what reaches it. */
function checkTrees(state: IsolationForest, depthLimit: number, drawn: number) {
  for (let t = 0; t < state.start.length - 1; t++) {
    const root = state.start[t]!
    const walk = (node: number, depth: number): number => {
      const n = state.samples[root + node]!
      if (state.left[root + node]! < 0) {
        expect(state.right[root + node]).toBe(-1)
        return 1
      }
      expect(depth).toBeLessThan(depthLimit)
      const [left, right] = [state.left[root + node]!, state.right[root + node]!]
      expect(state.samples[root + left]! + state.samples[root + right]!).toBe(n)
      expect(Math.min(state.samples[root + left]!, state.samples[root + right]!)).toBeGreaterThan(0)
      return 1 + walk(left, depth + 1) + walk(right, depth + 1)
    }
    expect(state.samples[root]).toBeLessThanOrEqual(drawn)
    expect(walk(0, 0)).toBe(state.start[t + 1]! - root)
  }
}

describe('growing', () => {
  test('256 rows a tree, depth 8, 100 trees, whatever the size of the table', () => {
    for (const rows of [256, 300, 20_000]) {
      const state = grown(training(normal(4, rows)))
      expect([state.start.length, state.drawn, state.columns, state.cut]).toEqual([101, 256, 4, 0.5])
      for (let t = 0; t < 100; t++) expect(state.samples[state.start[t]!]).toBe(256)
      checkTrees(state, 8, 256)
    }
  })

  test('max_samples: a count, a share, no more than there are', () => {
    const data = training(normal(2, 500))
    expect(grown(data, { max_samples: 100 }).drawn).toBe(100)
    expect(grown(data, { max_samples: 0.5 }).drawn).toBe(250)
    expect(grown(data, { max_samples: 9999 }).drawn).toBe(500)
    expect(grown(data, { max_samples: 1 }).drawn).toBe(500)
    checkTrees(grown(data, { max_samples: 500, n_estimators: 5 }), 9, 500)
  })

  test('max_features: each tree keeps to as many columns, and all columns get their turn', () => {
    const columns = (share: number) => {
      const state = grown(training(normal(10, 400)), { max_features: share })
      return Array.from({ length: 100 }, (_, t) => {
        const [from, to] = [state.start[t]!, state.start[t + 1]!]
        return new Set(state.feature.subarray(from, to).filter((_, i) => state.left[from + i]! >= 0))
      })
    }
    for (const [share, count] of [
      [0.5, 5],
      [3, 3],
      [0.01, 1],
    ] as const) {
      const sets = columns(share)
      for (const set of sets) expect(set.size).toBeLessThanOrEqual(count)
      expect(max(sets.map(set => set.size))).toBe(count)
      expect(new Set(sets.flatMap(set => [...set])).size).toBe(10)
    }
    expect(() => columns(11)).toThrow('max_features is 11, but there are 10 features')
  })

  test('bootstrap: a row drawn twice counts once, as in scikit-learn', () => {
    const state = grown(training(normal(3, 1000)), { bootstrap: true, max_samples: 1 })
    const roots = Array.from({ length: 100 }, (_, t) => state.samples[state.start[t]!]!)
    // 1 − 1/e of 1000, give or take 5 standard errors of a mean over 100 trees (sd about 10).
    expect(Math.abs(roots.reduce((a, b) => a + b) / 100 - 1000 * (1 - 0.999 ** 1000))).toBeLessThan(5)
    checkTrees(state, 10, 1000)
  })

  test('random_state wins over the seed; without it the seed decides', () => {
    const data = normal(3, 300)
    const with5 = grown(training(data, 1), { random_state: 5 })
    expect(grown(training(data, 2), { random_state: 5 })).toEqual(with5)
    expect(grown(training(data, 5))).toEqual(with5)
    expect(grown(training(data, 2)).threshold).not.toEqual(with5.threshold)
  })

  test('a row of weight 0 is never drawn', () => {
    const data = [Float64Array.from({ length: 1000 }, (_, i) => (i < 900 ? i : i + 1e6))]
    const weight = Float64Array.from({ length: 1000 }, (_, i) => Number(i < 900))
    const state = grown(training(data, 1, weight))
    expect(max(state.threshold)).toBeLessThan(900)
    expect(grown(training(data, 1)).threshold.some(t => t > 1000)).toBe(true)
    expect(() => grown(training(data, 1, new Float64Array(1000)))).toThrow('at least 1 needed')
  })

  test('a unit does not matter: powers of two scale thresholds and leave risks alone', () => {
    const data = normal(3, 300)
    const tiny = data.map(column => column.map(value => value * 2 ** -40))
    expect(risks(grown(training(tiny)), tiny)).toEqual(risks(grown(training(data)), data))
  })

  test('infinite and huge values are cut like any other', () => {
    const data = [Float64Array.of(Infinity, -Infinity, 1e300, -1e300, 1, 2, 3, 4), new Float64Array(8).fill(Infinity)]
    const state = grown(training(data))
    expect(state.threshold.every(Number.isFinite)).toBe(true)
    for (let t = 0; t < 100; t++) expect(state.samples[state.start[t]! + 1]).toBeLessThan(8)
    expect([...state.feature].filter(f => f === 1)).toEqual([])
    expect(risks(state, data).every(risk => risk > 0 && risk < 1)).toBe(true)
  })

  test('a cut that rounding pushes to the upper end moves to the lower one, so that both sides have rows', () => {
    const [low, high] = [1, 1 + 2 ** -23]
    const almostOne: Random = { ...createRandom(1), next: () => 1 - 2 ** -53, fork: () => almostOne }
    const data = training([Float64Array.of(low, high)])
    const state = grown({ ...data, random: almostOne }, { n_estimators: 1 })
    expect([...state.threshold]).toEqual([low, -2, -2])
  })

  test('without missing values in training, a missing value goes where more rows went', () => {
    const state = grown(training(normal(3, 300)))
    for (let t = 0; t < 100; t++)
      for (let node = state.start[t]!; node < state.start[t + 1]!; node++) {
        const samples = (child: number) => state.samples[state.start[t]! + child]!
        const expected = state.left[node]! >= 0 && samples(state.left[node]!) > samples(state.right[node]!)
        expect(state.missingLeft[node]).toBe(Number(expected))
      }
  })

  test('missing values take a side by chance, and rows that miss a value take it again', () => {
    const gaps = normal(1, 400)[0]!.map((value, i) => (i % 4 === 0 ? Number.NaN : value))
    const state = grown(training([gaps]))
    checkTrees(state, 8, 256)
    const sides = [...state.missingLeft].filter((_, i) => state.left[i]! >= 0)
    expect(sides).toContain(0)
    expect(sides).toContain(1)
    expect(risks(state, [gaps]).every(risk => risk > 0 && risk < 1)).toBe(true)
  })
})

test("contamination sets the model's own threshold: that share of the training rows lies above", () => {
  const data = normal(4, 1000)
  for (const contamination of [0.01, 0.1, 0.5]) {
    const state = grown(training(data), { contamination })
    const above = risks(state, data).filter(risk => risk > isolationForest.cut!(state)!).length
    expect(Math.abs(above - 1000 * contamination)).toBeLessThanOrEqual(1)
  }
  const state = grown(training(data), { contamination: 0.1 })
  // numpy's linear quantile of 1000 values at 0.9: between the 900th and the 901st.
  const ascending = sorted(risks(state, data))
  expect(state.cut).toBeCloseTo(ascending[899]! + 0.1 * (ascending[900]! - ascending[899]!), 14)
})

test('one row: risk 0.5 for everything', () => {
  const one = [Float64Array.of(3), Float64Array.of(4)]
  const state = grown(training(one))
  expect([...risks(state, [Float64Array.of(3, 99), Float64Array.of(4, -99)])]).toEqual([0.5, 0.5])
})

test('sizes that no machine holds are refused with what is allowed', () => {
  expect(Value.Check(isolationForest.params, { n_estimators: 10_001 })).toBe(false)
  expect(Value.Check(isolationForest.params, { max_samples: 1_000_001 })).toBe(false)
  const data = [new Float64Array(6000)]
  expect(() => grown(training(data), { n_estimators: 10_000, max_samples: 1 })).toThrow(/10000 trees of 6000 rows each/)
})

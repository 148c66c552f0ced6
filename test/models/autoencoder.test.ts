import { Value } from 'typebox/value'
import { describe, expect, test } from 'vitest'
import { createRandom } from '../../src/math/random.ts'
import { max, mean, median, sorted, standardDeviation } from '../../src/math/statistics.ts'
import { type Autoencoder, autoencoder } from '../../src/models/autoencoder.ts'
import type { Training } from '../../src/models/model.ts'
import golden from '../golden/autoencoder.json' with { type: 'json' }

type Params = Parameters<NonNullable<typeof autoencoder.fit>>[1]

const defaults = Value.Create(autoencoder.params) as Params
/** Enough for what is not about quality. */
const quick = { encoder_dims: [8], bottleneck_dim: 3, epochs: 5 }

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

const fitted = (columns: Float64Array[], params: Partial<Params> = {}, seed = 1, weight?: Float64Array): Autoencoder =>
  autoencoder.fit!(training(columns, seed, weight), { ...defaults, ...params })

function risks(state: Autoencoder, columns: readonly Float64Array[]): Float64Array {
  const out = new Float64Array(columns[0]!.length)
  autoencoder.scorer(state).score({ rows: out.length, columns }, out)
  return out
}

/** Twelve columns of different units that four hidden causes drive, and a little noise. */
function correlated(rows: number, seed: number): Float64Array[] {
  const random = createRandom(seed)
  const cause = Array.from({ length: 4 }, () => Float64Array.from({ length: rows }, () => random.normal()))
  return Array.from({ length: 12 }, (_, c) => {
    const loading = createRandom(100 + c)
    const loads = cause.map(() => loading.normal())
    const value = (i: number) => cause.reduce((sum, z, k) => sum + z[i]! * loads[k]!, 0) + 0.3 * random.normal()
    return Float64Array.from({ length: rows }, (_, i) => value(i) * 10 ** ((c % 4) - 2) + c)
  })
}

function independent(rows: number, seed: number): Float64Array[] {
  const random = createRandom(seed)
  return Array.from({ length: 6 }, () => Float64Array.from({ length: rows }, () => random.normal()))
}

describe(`networks of ${golden.made} score as they do there`, () => {
  for (const dump of golden.forward)
    test(dump.name, () => {
      const layers = dump.weights.flatMap((weights, l) => [
        [`weights_${l}`, Float64Array.from(weights)],
        [`biases_${l}`, Float64Array.from(dump.biases[l]!)],
      ])
      const state = {
        columns: dump.dims[0]!,
        dims: Int32Array.from(dump.dims),
        activation: dump.activation,
        slope: 0,
        centre: Float64Array.from(dump.centre),
        size: Float64Array.from(dump.size),
        usual: Float64Array.from(dump.centre),
        cut: 0,
        training_loss: new Float64Array(0),
        validation_loss: new Float64Array(0),
        ...(Object.fromEntries(layers) as object),
      } as Autoencoder
      const found = risks(
        state,
        dump.centre.map((_, c) => Float64Array.from(dump.rows, row => row[c]!)),
      )
      for (const [i, risk] of dump.risk.entries())
        expect(Math.abs(found[i]! - risk)).toBeLessThanOrEqual(1e-10 * Math.max(1, risk))
    })
})

test('the parameters and their defaults', () => {
  expect(defaults).toEqual({
    encoder_dims: [64, 32, 16],
    bottleneck_dim: 8,
    activation: 'relu',
    epochs: 50,
    batch_size: 32,
    learning_rate: 1e-3,
    dropout: 0.2,
    weight_decay: 1e-4,
    patience: 10,
    validation_fraction: 0.1,
    scaler: 'minmax',
    contamination: 0.1,
  })
  for (const wrong of [
    { encoder_dims: [0] },
    { encoder_dims: 64 },
    { activation: 'elu' },
    { dropout: 1 },
    { contamination: 0 },
    { scaler: 'robust' },
    { hidden: 5 },
  ])
    expect(Value.Check(autoencoder.params, { ...defaults, ...wrong })).toBe(false)
  expect(Value.Check(autoencoder.params, { ...defaults, encoder_dims: [] })).toBe(true)
})

test('the decoder mirrors the encoder', () => {
  const data = independent(50, 1)
  expect([...fitted(data, { encoder_dims: [7, 5], bottleneck_dim: 2, epochs: 1 }).dims]).toEqual([6, 7, 5, 2, 5, 7, 6])
  expect([...fitted(data, { encoder_dims: [], bottleneck_dim: 2, epochs: 1 }).dims]).toEqual([6, 2, 6])
  expect(() => fitted(data, { encoder_dims: [4096, 4096, 4096] })).toThrow('expected at most 20000000')
})

describe('learning', () => {
  test('a linear network reaches the principal components: no linear reconstruction errs less', () => {
    // Two causes of four columns; the rest is noise of variance 0.01 that two components cannot keep.
    const random = createRandom(5)
    const [a, b, ...noise] = Array.from({ length: 6 }, () =>
      Float64Array.from({ length: 4000 }, () => random.normal()),
    ) as [Float64Array, Float64Array, ...Float64Array[]]
    const columns = [a, b, a.map((x, i) => x + b[i]!), a.map((x, i) => x - b[i]!)].map((column, c) =>
      column.map((x, i) => x + 0.1 * noise[c]![i]!),
    )
    const state = fitted(columns, {
      encoder_dims: [],
      bottleneck_dim: 2,
      activation: 'identity',
      scaler: 'none',
      dropout: 0,
      weight_decay: 0,
      epochs: 60,
    })
    // Two of four dimensions of the noise stay: 2 · 0.01 / 4.
    expect(mean(risks(state, columns))).toBeGreaterThan(0.0045)
    expect(mean(risks(state, columns))).toBeLessThan(0.0055)
  })

  test('the parameters kept are those of the least loss on the rows held out', () => {
    const state = fitted(independent(300, 2), { dropout: 0, learning_rate: 0.01, epochs: 200, patience: 6 })
    const least = state.validation_loss.indexOf(-max(state.validation_loss.map(loss => -loss)))
    expect(state.validation_loss.length).toBe(least + 7)
    expect(state.validation_loss.length).toBeLessThan(200)
    expect(state.training_loss.length).toBe(state.validation_loss.length)
    // The rows held out are the first of the shuffled ones: none of them was learned, so they err more.
    expect(mean(state.training_loss.subarray(-3))).toBeLessThan(mean(state.validation_loss.subarray(-3)))
  })

  test('losses are in the unit of the risk, whatever the scaler', () => {
    const columns = correlated(500, 3)
    for (const scaler of ['minmax', 'standard', 'none'] as const) {
      const state = fitted(columns, { scaler, validation_fraction: 0, epochs: 8, patience: 8 })
      const last = -max(state.validation_loss.map(loss => -loss))
      // Nothing held out: the loss after an epoch is that of the rows learned, and the least one was kept.
      expect(Math.abs(mean(risks(state, columns)) / last - 1)).toBeLessThan(1e-6)
    }
  })

  test('a unit does not matter: powers of two leave risks alone but for rounding', () => {
    const columns = correlated(300, 4)
    const other = columns.map((column, c) => column.map(value => value * 2 ** (40 * (c % 3) - 40)))
    const [one, two] = [risks(fitted(columns, quick), columns), risks(fitted(other, quick), other)]
    for (const [i, risk] of one.entries()) expect(Math.abs(two[i]! - risk)).toBeLessThan(1e-6 * Math.max(risk, 1e-3))
  })

  test('random_state wins over the seed; without it the seed decides', () => {
    const data = independent(80, 6)
    const with5 = fitted(data, { ...quick, random_state: 5 })
    expect(fitted(data, { ...quick, random_state: 5 }, 2)).toEqual(with5)
    expect(fitted(data, quick, 5)).toEqual(with5)
    expect(fitted(data, quick, 2).weights_0).not.toEqual(with5.weights_0)
  })

  test('a row of weight 0 teaches nothing, and weights have no unit', () => {
    const data = independent(200, 7)
    const weight = Float64Array.from({ length: 200 }, (_, i) => Number(i < 150))
    const spoiled = data.map(column => column.map((value, i) => (i < 150 ? value : 1e6)))
    const state = fitted(spoiled, quick, 1, weight)
    expect(state).toEqual(fitted(data, quick, 1, weight))
    expect(state).toEqual(
      fitted(
        data,
        quick,
        1,
        weight.map(w => w * 4),
      ),
    )
    expect(
      fitted(
        data,
        quick,
        1,
        Float64Array.from(data[0]!, (_, i) => 1 + (i % 2)),
      ),
    ).not.toEqual(fitted(data, quick))
    expect(() => fitted(data, quick, 1, new Float64Array(200))).toThrow('at least 1 needed')
  })

  test('contamination sets the cut alone: that share of the training rows is above it', () => {
    const data = independent(1000, 8)
    const state = fitted(data, quick)
    expect(risks(state, data).filter(risk => risk > state.cut).length).toBe(100)
    const { cut, ...rest } = fitted(data, { ...quick, contamination: 0.25 })
    expect(rest).toEqual((({ cut: _, ...others }) => others)(state))
    expect(risks(state, data).filter(risk => risk > cut).length).toBe(250)
  })

  test('a rate at which learning runs away leaves a network that scores', () => {
    const data = independent(100, 17)
    const state = fitted(data, { ...quick, activation: 'identity', learning_rate: 1, dropout: 0 })
    for (const risk of risks(state, data)) expect(Number.isFinite(risk)).toBe(true)
    expect(mean(risks(state, data))).toBeLessThan(100)
  })

  test('the scaler: what scikit-learn learns, and a constant column keeps its unit', () => {
    const columns = [Float64Array.of(1, 2, 3, 6), Float64Array.of(5, 5, 5, 5), Float64Array.of(0, 0, Number.NaN, 8)]
    const of = (scaler: Params['scaler']) => {
      const { centre, size, usual } = fitted(columns, { ...quick, scaler })
      return [[...centre], [...size], [...usual]]
    }
    expect(of('minmax')).toEqual([
      [1, 5, 0],
      [5, 1, 8],
      [2.5, 5, 0],
    ])
    expect(of('none')).toEqual([
      [0, 0, 0],
      [1, 1, 1],
      [2.5, 5, 0],
    ])
    const sd = [Math.sqrt(3.5), 1, standardDeviation([0, 0, 8])]
    expect(of('standard')).toEqual([[3, 5, 8 / 3], sd, [2.5, 5, 0]])
  })
})

describe('small tables', () => {
  test('60 rows: fresh usual rows score about as those learned, odd ones far above', () => {
    const state = fitted(correlated(60, 9))
    const usual = risks(state, correlated(500, 10))
    // Each cause is as usual, but the first six columns are another row's: what holds them together is broken.
    const mixed = correlated(500, 10).map((column, c) =>
      c < 6 ? column.map((_, i) => column[(i + 1) % 500]!) : column,
    )
    const far = correlated(500, 10).map((column, c) =>
      c === 5 ? column.map(v => v + 8 * standardDeviation(column)) : column,
    )
    expect(median(usual)).toBeLessThan(state.cut)
    expect(median(risks(state, mixed))).toBeGreaterThan(1.3 * median(usual))
    expect(median(risks(state, far))).toBeGreaterThan(3 * median(usual))
  })

  test('one row, two rows, one column, constant columns, nothing but missing values', () => {
    const nothing = new Float64Array(30).fill(Number.NaN)
    for (const columns of [
      [Float64Array.of(3), Float64Array.of(-1)],
      [Float64Array.of(3, 4), Float64Array.of(-1, 1e9)],
      [new Float64Array(30).fill(7), new Float64Array(30).fill(-1e200)],
      [nothing, nothing],
      [nothing, independent(30, 1)[0]!],
    ])
      for (const scaler of ['minmax', 'standard', 'none'] as const) {
        const state = fitted(columns, { ...quick, scaler })
        for (const risk of risks(state, columns)) expect(Number.isFinite(risk)).toBe(true)
      }
  })

  test('a row that differs from a constant column is unusual', () => {
    const columns = [...independent(100, 3), new Float64Array(100).fill(7)]
    const state = fitted(columns)
    const rows = columns.map((column, c) => (c === 6 ? column.map((_, i) => (i === 50 ? 9 : 7)) : column))
    expect(risks(state, rows).indexOf(max(risks(state, rows)))).toBe(50)
  })
})

test('a missing value counts as the median', () => {
  const columns = independent(101, 4)
  const state = fitted(columns, quick)
  const gaps = columns.map((column, c) => (c === 2 ? column.map(() => Number.NaN) : column))
  const filled = columns.map((column, c) => (c === 2 ? column.map(() => sorted(column)[50]!) : column))
  expect(risks(state, gaps)).toEqual(risks(state, filled))
})

describe('explain', () => {
  const explain = (state: Autoencoder, columns: readonly Float64Array[]): Float64Array => {
    const out = new Float64Array(columns[0]!.length * columns.length)
    autoencoder.explain!(state).explain({ rows: columns[0]!.length, columns }, out)
    return out
  }

  for (const [name, table] of [
    ['correlated columns', correlated],
    ['independent columns', independent],
  ] as const)
    for (const [what, params, size] of [
      ['by default', {}, 6],
      ['standard scaling', { scaler: 'standard' }, 6],
      // A network this free passes oddities of independent columns on: they have to be larger to show.
      ['without dropout, which copies rows well', { dropout: 0, weight_decay: 0 }, 8],
    ] as const)
      test(`${name}, ${what}: the culprit of a planted outlier comes first in at least 98 %`, () => {
        const train = table(1000, 11)
        const state = fitted(train, params)
        const rows = 400
        const fresh = table(rows, 12)
        const random = createRandom(13)
        const culprits = Int32Array.from({ length: rows }, () => random.integer(fresh.length))
        for (const [i, c] of culprits.entries())
          fresh[c]![i] = mean(train[c]!) + (random.integer(2) * 2 - 1) * size * standardDeviation(train[c]!)
        const shares = explain(state, fresh)
        let first = 0
        for (const [i, c] of culprits.entries()) {
          const row = shares.subarray(i * fresh.length, (i + 1) * fresh.length)
          if (row.indexOf(max(row)) === c && row[c]! > 0) first++
        }
        expect(first / rows).toBeGreaterThanOrEqual(0.98)
      })

  test('shares of a linear network are Shapley values: they add up to the risk over that of a row of medians', () => {
    const columns = correlated(200, 14)
    const state = fitted(columns, { ...quick, activation: 'identity' })
    const shares = explain(state, columns)
    const found = risks(state, columns)
    const base = risks(
      state,
      [...state.usual].map(value => Float64Array.of(value)),
    )[0]!
    for (const [i, risk] of found.entries()) {
      const sum = shares.subarray(i * 12, (i + 1) * 12).reduce((a, b) => a + b, 0)
      expect(Math.abs(base + sum - risk)).toBeLessThan(1e-9 * Math.max(1, risk))
    }
  })

  test('a missing value has no share, more rows than a block are explained alike, huge ones finitely', () => {
    const columns = independent(3000, 15)
    const state = fitted(columns, quick)
    columns[1]![2500] = Number.NaN
    columns[2]![2501] = 1e300
    const shares = explain(state, columns)
    expect(shares[2500 * 6 + 1]).toBe(0)
    expect(shares.every(Number.isFinite)).toBe(true)
    expect(
      explain(
        state,
        columns.map(column => column.slice(2400)),
      ),
    ).toEqual(shares.slice(2400 * 6))
  })
})

test('a state from a stranger is checked', () => {
  const state = fitted(independent(40, 16), quick)
  const { weights_1: _, ...without } = state
  for (const [wrong, words] of [
    [{ ...state, dims: Int32Array.of(6) }, 'its network has no layers'],
    [{ ...state, dims: Int32Array.of(6, 8, 3, 0, 6) }, 'its network has no layers'],
    [{ ...state, dims: [6, 6] }, 'its network has no layers'],
    [{ ...state, columns: 5 }, 'its network of 6 inputs and 6 outputs does not fit 5 columns'],
    [{ ...state, dims: Int32Array.of(6, 9, 3, 8, 6) }, 'its weights_0 are not 54 finite numbers'],
    [without, 'its weights_1 are not 24 finite numbers'],
    [{ ...state, biases_0: new Float64Array(7) }, 'its biases_0 are not 8 finite numbers'],
    [{ ...state, biases_0: new Float64Array(8).fill(Number.NaN) }, 'its biases_0 are not 8 finite numbers'],
    [{ ...state, activation: 'toString' }, 'its activation is toString'],
    [{ ...state, slope: 2 }, 'its slope is 2, expected 0 to 1'],
    [{ ...state, size: new Float64Array(6) }, 'its columns have a size that is not above 0'],
    [{ ...state, centre: new Float64Array(5) }, 'its centre are not 6 finite numbers'],
    [{ ...state, cut: Number.NaN }, 'its network has no cut'],
  ] as const) {
    expect(() => autoencoder.scorer(wrong as unknown as Autoencoder)).toThrow(words)
    expect(() => autoencoder.explain!(wrong as unknown as Autoencoder)).toThrow(RangeError)
  }
  const out = new Float64Array(1)
  expect(() => autoencoder.scorer(state).score({ rows: 1, columns: [out] }, out)).toThrow(
    '1 columns for an autoencoder of 6',
  )
})

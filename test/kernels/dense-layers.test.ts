import { describe, expect, test } from 'vitest'
import {
  type Activation,
  answerPlainly,
  type DenseLayers,
  missPlainly,
  openAnswers,
  openDense,
  type Scaling,
} from '../../src/kernels/dense-layers.ts'
import { openLearner } from '../../src/kernels/dense-training.ts'
import { createRandom, type Random } from '../../src/math/random.ts'
import golden from '../golden/autoencoder.json' with { type: 'json' }
import { learnPlainly } from './plain-learning.ts'

const bits = (numbers: Float64Array) => [...new BigUint64Array(numbers.slice().buffer)]

function randomNet(random: Random, sizes: readonly number[], activation: Activation): DenseLayers {
  const dims = Int32Array.from(sizes)
  const pairs = sizes.slice(1).map((outputs, l) => [sizes[l]!, outputs] as const)
  const normal = (n: number, size: number) => Float64Array.from({ length: n }, () => random.normal() * size)
  return {
    dims,
    activation,
    slope: 0.01,
    weights: pairs.map(([inputs, outputs]) => normal(inputs * outputs, Math.sqrt(2 / inputs))),
    biases: pairs.map(([, outputs]) => normal(outputs, 0.1)),
  }
}

function randomScaling(random: Random, features: number): Scaling {
  const each = (f: () => number) => Float64Array.from({ length: features }, f)
  return {
    centre: each(() => random.normal()),
    factor: each(() => 0.5 + random.next()),
    fill: each(() => random.normal()),
    importance: each(() => 0.5 + random.next()),
  }
}

const SPECIAL = [Number.NaN, Infinity, -Infinity, 1e300, -1e300, Number.MAX_VALUE, 1e-310, 0, -0]

const randomColumns = (random: Random, columns: number, rows: number) =>
  Array.from({ length: columns }, () =>
    Float64Array.from({ length: rows }, () =>
      random.integer(50) === 0 ? SPECIAL[random.integer(SPECIAL.length)]! : random.normal(),
    ),
  )

const SHAPES = [
  [12, 16, 8, 16, 12],
  [5, 7, 3, 6, 5],
  [1, 2, 1],
  [3, 3],
  [12, 64, 32, 16, 8, 16, 32, 64, 12],
  [130, 40, 130],
]

describe('the kernel gives the same bits as the plain form', () => {
  for (const activation of ['relu', 'leaky-relu', 'identity'] as const)
    test(activation, () => {
      const random = createRandom(1)
      for (const sizes of SHAPES)
        for (const rows of [1, 2, 3, 5, 700]) {
          const net = randomNet(random, sizes, activation)
          const scaling = randomScaling(random, sizes[0]!)
          const columns = randomColumns(random, sizes[0]!, rows)
          const [kernel, plain] = [new Float64Array(rows), new Float64Array(rows)]
          openDense(net, scaling)(columns, rows, kernel)
          missPlainly(net, scaling)(columns, rows, plain)
          expect(bits(kernel)).toEqual(bits(plain))
        }
    })

  for (const activation of ['tanh', 'logistic'] as const)
    test(`${activation}, within 1e-13 of the platform's`, () => {
      const random = createRandom(2)
      for (const sizes of SHAPES) {
        const net = randomNet(random, sizes, activation)
        const scaling = randomScaling(random, sizes[0]!)
        const columns = randomColumns(random, sizes[0]!, 700)
        const [kernel, plain] = [new Float64Array(700), new Float64Array(700)]
        openDense(net, scaling)(columns, 700, kernel)
        missPlainly(net, scaling)(columns, 700, plain)
        for (const [i, error] of plain.entries())
          expect(Math.abs(kernel[i]! - error)).toBeLessThanOrEqual(1e-13 * Math.max(1, error))
      }
    })
})

test('the outputs are those of the plain form, bit for bit, for any number of them', () => {
  const random = createRandom(4)
  for (const sizes of [
    [12, 16, 8, 3],
    [5, 1],
    [1, 2, 40],
    [130, 40, 5],
  ])
    for (const rows of [1, 5, 700]) {
      const net = randomNet(random, sizes, 'relu')
      const scaling = randomScaling(random, sizes[0]!)
      const columns = randomColumns(random, sizes[0]!, rows)
      const outputs = () => Array.from({ length: sizes.at(-1)! }, () => new Float64Array(rows))
      const [kernel, plain] = [outputs(), outputs()]
      openAnswers(net, scaling)(columns, rows, kernel)
      answerPlainly(net, scaling)(columns, rows, plain)
      expect(kernel.map(bits)).toEqual(plain.map(bits))
    }
})

test('tanh and logistic at any size of a sum: within 4e-16, and never beyond their limits', () => {
  const sums = Float64Array.from({ length: 4000 }, (_, i) => (i - 2000) * 0.03)
  sums.set([0, 1e-300, 709, -709, 750, -750, 1e99, -1e99])
  const one = Float64Array.of(1)
  for (const activation of ['tanh', 'logistic'] as const) {
    // One unit whose value the output repeats: the error is (value − 0)² where the input counts as 0.
    const net = {
      dims: Int32Array.of(2, 1, 2),
      activation,
      slope: 0,
      weights: [Float64Array.of(1, 0), Float64Array.of(0, 1)],
      biases: [Float64Array.of(0), Float64Array.of(0, 0)],
    }
    const scaling = { centre: Float64Array.of(0, 0), factor: Float64Array.of(1, 1), fill: Float64Array.of(0, 0) }
    const importance = Float64Array.of(0, 2)
    const out = new Float64Array(sums.length)
    openDense(net, { ...scaling, importance })([sums, new Float64Array(sums.length)], sums.length, out)
    for (const [i, z] of sums.entries()) {
      const exact = activation === 'tanh' ? Math.tanh(z) : one[0]! / (1 + Math.exp(-z))
      expect(Math.abs(Math.sqrt(out[i]!) - Math.abs(exact))).toBeLessThanOrEqual(4e-16)
      expect(out[i]).toBeLessThanOrEqual(1)
    }
  }
})

test('a row has the same bits in blocks of 1, 3, 100 and 511 rows, and beside any other row', () => {
  const random = createRandom(3)
  const net = randomNet(random, [6, 9, 4, 9, 6], 'relu')
  const scaling = randomScaling(random, 6)
  const columns = randomColumns(random, 6, 1500)
  const errors = openDense(net, scaling)
  const whole = new Float64Array(1500)
  errors(columns, 1500, whole)
  for (const size of [1, 3, 100, 511]) {
    const parts = new Float64Array(1500)
    for (let from = 0; from < 1500; from += size)
      errors(
        columns.map(column => column.subarray(from)),
        Math.min(size, 1500 - from),
        parts.subarray(from),
      )
    expect(bits(parts)).toEqual(bits(whole))
  }
})

/** A net that starts small enough for ten steps to matter, and rows to learn. */
function lesson(random: Random, sizes: readonly number[], activation: Activation, rows: number) {
  const columns = Array.from({ length: sizes[0]! }, () => Float64Array.from({ length: rows }, () => random.normal()))
  columns[0]![1] = Number.NaN
  const weight = Float64Array.from({ length: rows }, () => 0.5 + random.next())
  const ids = Int32Array.from({ length: rows }, (_, i) => i)
  random.shuffle(ids)
  return {
    net: randomNet(random, sizes, activation),
    scaling: randomScaling(random, sizes[0]!),
    rows: { columns, weight },
    ids,
  }
}

describe('learning gives the same bits as the plain form', () => {
  for (const activation of ['relu', 'leaky-relu', 'identity', 'tanh', 'logistic'] as const)
    for (const dropout of [0, 0.3])
      test(`${activation}, dropout ${dropout}`, () => {
        const random = createRandom(4)
        for (const sizes of [
          [5, 7, 3, 7, 5],
          [4, 8, 4, 8, 4],
          [1, 2, 1],
          [3, 6, 3],
        ]) {
          const { net, scaling, rows, ids } = lesson(random, sizes, activation, 90)
          const seeds = Int32Array.from({ length: 4 }, () => 1 + random.integer(2 ** 31 - 1))
          const descent = { learningRate: 0.01, weightDecay: 0.01, dropout, seeds }
          const kernel = openLearner(net, scaling, rows, descent)
          const plain = learnPlainly(net, scaling, rows, descent)
          // A step of a whole tile, of rows that do not fill four, and of more than a tile.
          for (const [from, to] of [
            [0, 32],
            [32, 39],
            [39, 90],
            [0, 1],
            [1, 3],
          ] as const) {
            const [mine, twin] = [kernel.step(ids, from, to), plain.step(ids, from, to)]
            expect(Math.abs(mine - twin)).toBeLessThanOrEqual(1e-12 * twin)
          }
          const [ours, theirs] = [kernel.layers(), plain.layers()]
          for (const part of ['weights', 'biases'] as const)
            for (const [l, values] of theirs[part].entries()) {
              const found = ours[part][l]!
              if (activation === 'tanh' || activation === 'logistic')
                for (const [i, value] of values.entries()) expect(Math.abs(found[i]! - value)).toBeLessThan(1e-10)
              else expect(bits(found)).toEqual(bits(values))
            }
        }
      })
})

describe(`learning agrees with the gradients of ${golden.made}, under Adam as torch has it`, () => {
  for (const dump of golden.learning)
    test(dump.name, () => {
      const columns = dump.dims
        .slice(0, 1)
        .flatMap(n => Array.from({ length: n }, (_, c) => Float64Array.from(dump.rows, row => row[c]!)))
      const floats = (all: number[][]) => all.map(values => Float64Array.from(values))
      const zero = new Float64Array(columns.length)
      const learner = openLearner(
        {
          dims: Int32Array.from(dump.dims),
          activation: dump.activation as Activation,
          slope: 0,
          weights: floats(dump.start.weights),
          biases: floats(dump.start.biases),
        },
        { centre: zero, factor: zero.map(() => 1), fill: zero },
        { columns, weight: new Float64Array(dump.rows.length).fill(1) },
        { learningRate: dump.rate, weightDecay: dump.decay, dropout: 0, seeds: Int32Array.of(1, 2, 3, 4) },
      )
      const ids = Int32Array.from(dump.rows, (_, i) => i)
      for (const loss of dump.losses) {
        expect(Math.abs(learner.miss(ids) - loss)).toBeLessThan(1e-10)
        expect(Math.abs(learner.step(ids, 0, ids.length) - loss)).toBeLessThan(1e-10)
      }
      const { weights, biases } = learner.layers()
      for (const [found, wanted] of [
        [weights, dump.end.weights],
        [biases, dump.end.biases],
      ] as const)
        for (const [l, values] of wanted.entries())
          for (const [i, value] of values.entries()) expect(Math.abs(found[l]![i]! - value)).toBeLessThan(1e-9)
    })
})

test('dropout leaves out as many units as asked, and the rest grow to make up for it', () => {
  // One step with a rate so small that nothing moves: its loss is that of the dropped-out network.
  const n = 4096
  const net = {
    dims: Int32Array.of(1, 400, 1),
    activation: 'identity' as const,
    slope: 0,
    weights: [new Float64Array(400), new Float64Array(400).fill(1 / 400)],
    biases: [new Float64Array(400).fill(1), new Float64Array(1)],
  }
  const scaling = { centre: new Float64Array(1), factor: Float64Array.of(1), fill: new Float64Array(1) }
  const rows = { columns: [new Float64Array(n)], weight: new Float64Array(n).fill(1) }
  const ids = Int32Array.from({ length: n }, (_, i) => i)
  for (const dropout of [0.1, 0.5]) {
    const seeds = Int32Array.of(11, 22, 33, 44)
    const learner = openLearner(net, scaling, rows, { learningRate: 1e-12, weightDecay: 0, dropout, seeds })
    // The output is the mean of 400 kept-or-dropped ones: mean 1, variance p / (1 − p) / 400.
    const expected = 1 + dropout / (1 - dropout) / 400
    expect(Math.abs(learner.step(ids, 0, n) - expected)).toBeLessThan(0.005)
  }
})

test('keep and restore', () => {
  const random = createRandom(6)
  const { net, scaling, rows, ids } = lesson(random, [3, 4, 3], 'relu', 40)
  const learner = openLearner(net, scaling, rows, {
    learningRate: 0.01,
    weightDecay: 0,
    dropout: 0,
    seeds: Int32Array.of(1, 1, 1, 1),
  })
  learner.step(ids, 0, 32)
  learner.keep()
  const kept = learner.layers()
  learner.step(ids, 0, 32)
  expect(learner.layers()).not.toEqual(kept)
  learner.restore()
  expect(learner.layers()).toEqual(kept)
})

/** Transforms that only come with imported models: expected values are scikit-learn's (test/golden/imported.py). */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Column, Columns } from '../../src/math/columns.ts'
import type { State } from '../../src/math/state.ts'
import { findTransform, learnedTransforms, transforms } from '../../src/transforms/index.ts'
import { REFUSED } from '../../src/transforms/known-values.ts'
import { catalogue } from '../../src/verbs/recipe-file.ts'
import { strangersOf, within } from '../contract/strangers.ts'
import { columnsOf, encoded, made, steps } from '../golden/imported.ts'

const HOLE = Number.NaN

function run(use: string, state: State, columns: readonly Column[]): Float64Array[] {
  const [first] = columns
  const rows = first instanceof Float64Array ? first.length : first!.codes.length
  const made = findTransform(use)!.apply(state)({ rows, columns })
  return made.columns.map(column => (column as Float64Array).slice(0, rows))
}

const texts = (levels: readonly string[], codes: readonly number[]): Column => ({
  codes: Int32Array.from(codes),
  levels,
})

/** Of one column of values, each with a column of its own. */
const numbers = [1, 2, 5, HOLE]
const kinds = ['blue', 'green', 'red']
const known = (values: readonly (number | string)[]) => ({
  start: Int32Array.of(0, values.length),
  numbers: Float64Array.from(values, value => (typeof value === 'number' ? value : 0)),
  texts: values.map(value => (typeof value === 'string' ? value : '')),
  isText: Uint8Array.of(Number(values.some(value => typeof value === 'string'))),
})
const hot = (values: readonly (number | string)[], place: readonly number[], unknown: number) => ({
  ...known(values),
  place: Int32Array.from(place),
  unknown: Int32Array.of(unknown),
  outputs: Math.max(...place) + 1,
})
const asked = Float64Array.of(2, 5, 9, HOLE, 1)
// The texts of a table, of which the encoder knows three.
const wanted = texts(['green', 'black', 'blue', 'red'], [0, 1, 2, 3, 3])

describe(`the same as ${made}`, () => {
  test.each(steps)('$name', ({ use, state, given, expected }) => {
    const found = run(use, state, given)
    expect(found).toHaveLength(expected.length)
    for (const [c, column] of expected.entries())
      for (const [row, value] of column.entries())
        expect(Math.abs(found[c]![row]! - value), `${c} ${row}`).toBeLessThanOrEqual(
          1e-12 * Math.max(1, Math.abs(value)),
        )
  })

  test.each([
    ['one_hot_numbers', 'one-hot', hot(numbers, [0, 1, 2, 3], -1), asked],
    ['one_hot_texts', 'one-hot', hot(kinds, [0, 1, 2], -1), wanted],
    ['one_hot_dropped', 'one-hot', hot(kinds, [0, -1, 1], -1), wanted],
    ['one_hot_rare', 'one-hot', hot(kinds, [2, 0, 1], 2), wanted],
    ['ordinal_numbers', 'ordinal', ordinal(numbers, [0, 1, 2, -9]), asked],
    ['ordinal_texts', 'ordinal', ordinal(kinds, [0, 1, 2]), wanted],
  ] as const)('%s', (name, use, state, column) => {
    expect(run(use, state, [column])).toEqual(columnsOf(encoded[name]))
  })
})

function ordinal(values: readonly (number | string)[], code: readonly number[]) {
  const [missing, unknown] = [Float64Array.of(HOLE), Float64Array.of(-1)]
  return { ...known(values), code: Float64Array.from(code), missing, unknown }
}

test('a value that is not known leaves the row without a risk, where the encoder says so', () => {
  expect(run('one-hot', hot(kinds, [0, 1, 2], -2), [wanted])).toEqual([
    Float64Array.of(0, REFUSED, 1, 0, 0),
    Float64Array.of(1, REFUSED, 0, 0, 0),
    Float64Array.of(0, REFUSED, 0, 1, 1),
  ])
  const refused = { ...ordinal(kinds, [0, 1, 2]), unknown: Float64Array.of(REFUSED) }
  expect(run('ordinal', refused, [wanted])).toEqual([Float64Array.of(1, REFUSED, 0, 2, 2)])
})

test('a missing value counts as unknown where it is no value of its own', () => {
  expect(run('one-hot', hot(kinds, [0, 1, 2], -1), [texts(kinds, [-1, 0])])).toEqual(
    columnsOf([
      [0, 1],
      [0, 0],
      [0, 0],
    ]),
  )
  const own = hot([...kinds, HOLE], [0, 1, 2, 3], -1)
  expect(run('one-hot', { ...own, isText: Uint8Array.of(1) }, [texts(kinds, [-1, 0])])[3]).toEqual(
    Float64Array.of(1, 0),
  )
})

test('a hole stays a hole through every step on numbers', () => {
  for (const { use, state, given } of steps) {
    const holed = given.map((column, c) => (c === 1 ? column.with(0, HOLE) : column))
    const found = run(use, state, holed)
    const whole = findTransform(use)!.mixes ? found.keys() : [1]
    for (const c of whole) expect(found[c]![0], use).toBeNaN()
  }
})

test('numbers that stand for missing ones, missing texts, indicators, bounds and functions', () => {
  const column = Float64Array.of(-1, 2, HOLE)
  const sign = { low: Float64Array.of(-1), high: Float64Array.of(-1) }
  expect(run('blank', sign, [column])).toEqual([Float64Array.of(HOLE, 2, HOLE)])
  expect(run('indicate', {}, [column, texts(['a'], [0, -1, 0])])).toEqual(
    columnsOf([
      [0, 0, 1],
      [0, 1, 0],
    ]),
  )
  const ends = { low: Float64Array.of(-0.5), high: Float64Array.of(1) }
  expect(run('clip', ends, [column])).toEqual([Float64Array.of(-0.5, 1, HOLE)])
  expect(run('function', { name: 'square' }, [column])).toEqual([Float64Array.of(1, 4, HOLE)])
  expect(run('function', { name: 'log1p' }, [column])).toEqual([Float64Array.of(-Infinity, Math.log1p(2), HOLE)])
  const filled = findTransform('impute-text')!.apply({ fill: ['b', 'a'] })({
    rows: 2,
    columns: [texts(['a'], [-1, 1]), texts(['a'], [-1, 1])],
  })
  // Code 1 is that of a text that nobody knows, before and after.
  expect(filled.columns).toEqual([texts(['a', 'b'], [1, 2]), texts(['a'], [0, 1])])
})

test('no word of a recipe', () => {
  expect(catalogue.transforms.map(({ kind }) => kind)).toEqual(learnedTransforms.map(({ kind }) => kind))
  expect(catalogue.models.every(model => 'fit' in model)).toBe(true)
})

describe('a state from a stranger is refused or scored, and never walks astray', () => {
  const two: Columns = { rows: 3, columns: [Float64Array.of(1, 2, HOLE), Float64Array.of(5, -1, 1e300)] }
  const states: Readonly<Record<string, State>> = {
    ...Object.fromEntries(steps.map(({ use, state }) => [use, state])),
    ...{ arrange: { columns: Int32Array.of(1, 0, 0) }, function: { name: 'exp' }, indicate: {} },
    clip: { low: Float64Array.of(0, 0), high: Float64Array.of(1, 1) },
    blank: { low: Float64Array.of(0, 0), high: Float64Array.of(1, 1) },
    impute: { fill: Float64Array.of(0, 0) },
    'impute-text': { fill: ['a', 'b'] },
    scale: { centre: Float64Array.of(0, 0), size: Float64Array.of(1, 1) },
    'one-hot': hot(numbers, [0, 1, 2, 3], -1),
    ordinal: ordinal(numbers, [0, 1, 2, 3]),
  }

  test.each(transforms.map(({ kind }) => [kind] as const))('%s', kind => {
    const { apply, sources } = findTransform(kind)!
    for (const { what, state } of strangersOf(states[kind]!))
      for (const width of [1, 2, 4]) {
        const columns = Array.from({ length: width }, (_, c) => two.columns[c % 2]!)
        try {
          within(1000, () => {
            const made = apply(state)({ rows: 3, columns })
            expect(made.columns.every(Boolean), what).toBe(true)
            sources?.(state)
          })
        } catch (error) {
          expect(
            [RangeError, TypeError].some(Kind => error instanceof Kind),
            `${what}: ${error}`,
          ).toBe(true)
          expect((error as Error).message, what).not.toMatch(/properties of|iterable|not a function|call stack/)
        }
      }
  })
})

test('a row is the same alone and in a block, larger ones later', () => {
  const value = fc.double({ min: -50, max: 50, noNaN: true })
  fc.assert(
    fc.property(fc.array(fc.tuple(value, value, value, value), { minLength: 1, maxLength: 9 }), rows => {
      for (const { use, state } of steps) {
        const apply = findTransform(use)!.apply(state)
        const one = rows.map(row => {
          const { columns } = apply({ rows: 1, columns: row.map(x => Float64Array.of(x)) })
          return columns.map(column => (column as Float64Array)[0])
        })
        const { columns } = apply({
          rows: rows.length,
          columns: [0, 1, 2, 3].map(c => Float64Array.from(rows, r => r[c]!)),
        })
        expect(rows.map((_, i) => columns.map(column => (column as Float64Array)[i]))).toEqual(one)
      }
    }),
    { numRuns: 30 },
  )
})

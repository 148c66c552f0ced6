import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Recipe } from '../../src/recipe/schema.ts'
import type { Rows } from '../../src/verbs/gather.ts'
import { inTimeOrder, sharedRows, splitRows } from '../../src/verbs/split.ts'

interface Given {
  readonly seconds: number[]
  readonly group: number[]
  readonly learn: number[]
  readonly label: number[]
  readonly values: number[]
}

function rowsOf({ seconds, group, learn, label, values }: Given): Rows {
  return {
    rows: seconds.length,
    features: [Float64Array.from(values)],
    seconds: Float64Array.from(seconds),
    learn: Float64Array.from(learn),
    label: Float64Array.from(label),
    target: new Float64Array(learn.length).fill(Number.NaN),
    group: Int32Array.from(group),
    groups: ['a', 'b', 'c', 'd', 'e'],
    rejection: new Map(),
    ids: undefined,
  }
}

function recipeOf(split: Recipe['split'], learn: boolean, seed: number): Recipe {
  return {
    tocsin: 1,
    name: 'x',
    task: 'detect',
    incomplete: 'reject',
    rows: { file: ['x.csv'], read: {}, join: [] },
    columns: { later: [], private: [], blinded: [], ignore: [] },
    sensors: [],
    ...(learn ? { learn: 'x' } : {}),
    split,
    transforms: [],
    model: { use: 'isolation-forest' },
    levels: [],
    output: { files: ['csv'] },
    seed,
  }
}

const table = fc.integer({ min: 1, max: 60 }).chain(n => {
  const many = <T>(item: fc.Arbitrary<T>) => fc.array(item, { minLength: n, maxLength: n })
  return fc.record({
    seconds: many(fc.integer({ min: 0, max: 30 })),
    group: many(fc.integer({ min: -1, max: 4 })),
    learn: many(fc.constantFrom(0, 1, Number.NaN)),
    label: many(fc.constantFrom(0, 1, Number.NaN)),
    values: many(fc.integer({ min: 0, max: 3 })),
  })
})
const split = fc.record({
  by: fc.constantFrom('time' as const, 'group' as const, 'random' as const),
  test: fc.constantFrom(0, 0.1, 0.25, 0.5, 0.9),
  calibrate: fc.constantFrom(0, 0.1, 1 / 3, 0.5, 0.9),
})
const seed = fc.integer({ min: 0, max: 2 ** 32 - 1 })

describe('splitRows', () => {
  test('no row is in two parts, and each row that may teach is in one', () => {
    fc.assert(
      fc.property(table, split, fc.boolean(), seed, (given, by, learn, s) => {
        const rows = rowsOf(given)
        const usable = (row: number) => given.values[row] !== 0
        const parts = splitRows(rows, recipeOf(by, learn, s), usable)
        const all = [...parts.train, ...parts.heldOut, ...parts.test]
        expect(new Set(all).size).toBe(all.length)
        expect(all.every(usable)).toBe(true)
        const teaches = (row: number) => (learn ? given.learn[row] === 1 : given.label[row] !== 1)
        for (const row of [...parts.train, ...parts.heldOut]) expect(teaches(row)).toBe(true)
        const placed = new Set(all)
        for (let row = 0; row < rows.rows; row++) if (usable(row) && teaches(row)) expect(placed.has(row)).toBe(true)
      }),
    )
  })

  test('by time: what is held out and tested comes later than what teaches, an instant in one part', () => {
    fc.assert(
      fc.property(table, split, seed, (given, by, s) => {
        const rows = rowsOf({ ...given, label: given.label.map(() => 0) })
        const { train, heldOut, test: tested } = splitRows(rows, recipeOf({ ...by, by: 'time' }, false, s), () => true)
        const latest = (part: Int32Array) =>
          Math.max(Number.NEGATIVE_INFINITY, ...Array.from(part, r => given.seconds[r] as number))
        const first = (part: Int32Array) =>
          Math.min(Number.POSITIVE_INFINITY, ...Array.from(part, r => given.seconds[r] as number))
        expect(latest(train)).toBeLessThan(first(heldOut))
        expect(Math.max(latest(train), latest(heldOut))).toBeLessThan(first(tested))
      }),
    )
  })

  test('by group: a group is in one part', () => {
    fc.assert(
      fc.property(table, split, seed, (given, by, s) => {
        const rows = rowsOf({ ...given, label: given.label.map(() => 0) })
        const parts = splitRows(rows, recipeOf({ ...by, by: 'group' }, false, s), () => true)
        const groups = [parts.train, parts.heldOut, parts.test].map(
          part => new Set(Array.from(part, r => given.group[r])),
        )
        for (const [i, a] of groups.entries())
          for (const b of groups.slice(i + 1)) for (const g of a) expect(b.has(g)).toBe(false)
      }),
    )
  })

  test('at random: about the share asked for, another seed another split, the same seed the same', () => {
    const n = 10_000
    const rows = rowsOf({
      seconds: Array(n).fill(0),
      group: Array(n).fill(0),
      learn: Array(n).fill(1),
      label: Array(n).fill(0),
      values: Array(n).fill(1),
    })
    const by = { by: 'random', test: 0.25, calibrate: 1 / 3 } as const
    const one = splitRows(rows, recipeOf(by, false, 1), () => true)
    expect([one.test.length, one.heldOut.length, one.train.length]).toEqual([2500, 2500, 5000])
    expect(splitRows(rows, recipeOf(by, false, 1), () => true)).toEqual(one)
    expect(splitRows(rows, recipeOf(by, false, 2), () => true)).not.toEqual(one)
  })

  test('something always teaches, however much is asked to be held out', () => {
    fc.assert(
      fc.property(table, split, seed, (given, by, s) => {
        const rows = rowsOf({ ...given, label: given.label.map(() => 0) })
        expect(splitRows(rows, recipeOf(by, false, s), () => true).train.length).toBeGreaterThan(0)
      }),
    )
  })
})

test('inTimeOrder sorts by time, then by place; without times by place alone', () => {
  const rows = (seconds: number[]) =>
    rowsOf({ seconds, group: [0, 0, 0, 0], learn: [1, 1, 1, 1], label: [0, 0, 0, 0], values: [1, 1, 1, 1] })
  expect([...inTimeOrder(Int32Array.of(3, 1, 0, 2), rows([5, 1, 5, 0]))]).toEqual([3, 1, 0, 2])
  expect([...inTimeOrder(Int32Array.of(3, 1, 0, 2), rows([5, Number.NaN, 5, 0]))]).toEqual([0, 1, 2, 3])
})

test('sharedRows counts the rows of one part that are in the other, bit for bit', () => {
  fc.assert(
    fc.property(fc.array(fc.double(), { maxLength: 40 }), fc.array(fc.double(), { maxLength: 40 }), (a, b) => {
      const values = [...a, ...b]
      const rows = { ...rowsOf({ seconds: values, group: [], learn: [], label: [], values }), rows: values.length }
      const train = Int32Array.from(a, (_, i) => i)
      const held = Int32Array.from(b, (_, i) => a.length + i)
      expect(sharedRows(rows, train, held)).toBe(b.filter(x => a.some(y => Object.is(x, y))).length)
    }),
  )
})

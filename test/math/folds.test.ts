import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Failure } from '../../src/errors.ts'
import { type Fold, type FoldRequest, foldCount, foldsOf } from '../../src/math/folds.ts'
import { assignGroups, codesOf, countGroups } from '../../src/math/group-folds.ts'

interface Case {
  folds: number
  group: number[]
  positive: number[]
  fold: number[]
}
const golden = JSON.parse(readFileSync(new URL('../golden/folds.json', import.meta.url), 'utf8')) as { cases: Case[] }

test.each(golden.cases)('groups are dealt as scikit-learn 1.9.1 deals them ($folds folds)', want => {
  const { code, groups } = codesOf(Int32Array.from(want.group), want.group.length)
  const order = Int32Array.from({ length: groups }, (_, i) => i)
  const fold = assignGroups(countGroups(code, groups, Uint8Array.from(want.positive)), order, want.folds)
  expect([...code.map(at => fold[at]!)]).toEqual(want.fold)
})

const request = fc
  .record({
    rows: fc.integer({ min: 12, max: 120 }),
    folds: fc.integer({ min: 2, max: 10 }),
    repeats: fc.integer({ min: 1, max: 3 }),
    seed: fc.integer({ min: 0, max: 1e9 }),
    by: fc.constantFrom('random' as const, 'group' as const, 'time' as const),
    labelled: fc.boolean(),
    kinds: fc.integer({ min: 4, max: 40 }),
  })
  .chain(({ rows, labelled, kinds, ...rest }) =>
    fc
      .record({
        positive: fc.uint8Array({ minLength: rows, maxLength: rows, max: 1 }),
        group: fc.int32Array({ minLength: rows, maxLength: rows, min: -1, max: kinds }),
      })
      .map(({ positive, group }): FoldRequest => {
        // At least three rows of either class, in groups of their own.
        for (let i = 0; i < 6; i++) {
          positive[i] = i % 2
          group[i] = i
        }
        return {
          ...rest,
          rows,
          group,
          seconds: Float64Array.from(group, g => g * 60),
          positive: labelled ? positive : undefined,
        }
      }),
  )

const byRepeat = (folds: readonly Fold[]) => Object.values(Object.groupBy(folds, fold => fold.repeat)) as Fold[][]

/** The same folds, unless there are too few rows for any: that is a law of its own. */
function made(given: FoldRequest): readonly Fold[] {
  try {
    return foldsOf(given)
  } catch (error) {
    expect((error as Failure).code).toBe('TOO_FEW_ROWS')
    return []
  }
}

describe('whatever the rows', () => {
  test('no row teaches and is judged; together they are all rows, or in time order all so far', () => {
    fc.assert(
      fc.property(request, given => {
        for (const { train, test } of made(given)) {
          expect(new Set([...train, ...test]).size).toBe(train.length + test.length)
          expect(Math.min(train.length, test.length)).toBeGreaterThan(0)
          expect([...train]).toEqual([...train].sort((a, b) => a - b))
          if (given.by !== 'time') expect(train.length + test.length).toBe(given.rows)
        }
      }),
    )
  })

  test('each row is judged once in each repeat; in time order all but the first block', () => {
    fc.assert(
      fc.property(request, given => {
        for (const folds of byRepeat(made(given))) {
          const judged = folds.flatMap(fold => [...fold.test])
          expect(new Set(judged).size).toBe(judged.length)
          const untested = given.by === 'time' ? folds[0]!.train.length : 0
          expect(judged.length).toBe(given.rows - untested)
        }
      }),
    )
  })

  test('groups stay whole, and the past comes before what is judged', () => {
    fc.assert(
      fc.property(request, given => {
        for (const { train, test } of made(given)) {
          if (given.by === 'group') {
            const taught = new Set([...train].map(row => given.group![row]))
            expect([...test].some(row => taught.has(given.group![row]))).toBe(false)
          }
          if (given.by === 'time') {
            const latest = Math.max(...[...train].map(row => given.seconds![row]!))
            expect(Math.min(...[...test].map(row => given.seconds![row]!))).toBeGreaterThan(latest)
          }
        }
      }),
    )
  })

  test('random folds differ by at most one row, and by at most one positive row', () => {
    fc.assert(
      fc.property(request, given => {
        for (const folds of byRepeat(made({ ...given, by: 'random' }))) {
          const sizes = folds.map(fold => fold.test.length)
          expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1)
          if (!given.positive) continue
          const positives = folds.map(fold => fold.test.filter(row => given.positive![row]).length)
          expect(Math.max(...positives) - Math.min(...positives)).toBeLessThanOrEqual(1)
        }
      }),
    )
  })

  test('what teaches has both classes wherever the rows have both', () => {
    fc.assert(
      fc.property(request, given => {
        if (!given.positive || given.by === 'group') return
        for (const { train } of made(given)) expect(new Set([...train].map(row => given.positive![row])).size).toBe(2)
      }),
    )
  })

  test('the count foretold is the count made, and the same seed deals the same', () => {
    fc.assert(
      fc.property(request, given => {
        const folds = made(given)
        if (!folds.length) return
        const told = foldCount(given)
        expect(folds.length).toBe(told.folds * told.repeats)
        expect(told.limit === undefined).toBe(told.folds === given.folds)
        expect(foldsOf(given)).toEqual(folds)
      }),
    )
  })
})

const rows60 = { rows: 60, repeats: 2, seed: 1, by: 'random' as const }

test('another repeat, and another seed, deal otherwise', () => {
  const tests = (seed: number) => foldsOf({ ...rows60, folds: 5, seed }).map(fold => String(fold.test))
  expect(new Set([...tests(1), ...tests(2)]).size).toBe(20)
})

test('seven failures of sixty: ten folds become seven, each judged on one failure', () => {
  const positive = Uint8Array.from({ length: 60 }, (_, i) => Number(i % 9 === 4))
  const given = { ...rows60, folds: 10, positive }
  expect(foldCount(given)).toEqual({ folds: 7, repeats: 2, limit: '7 positive rows' })
  for (const { test } of foldsOf(given)) expect(test.filter(row => positive[row]).length).toBe(1)
})

test('one failure still makes two folds; one row, or one group, makes none', () => {
  const positive = new Uint8Array(60)
  positive[9] = 1
  expect(foldCount({ ...rows60, folds: 5, positive })).toMatchObject({ folds: 2, limit: '1 positive rows' })
  expect(() => foldsOf({ ...rows60, rows: 1, folds: 2 })).toThrow(Failure)
  expect(() => foldsOf({ ...rows60, by: 'group', folds: 2, group: new Int32Array(60) })).toThrow(
    /1 groups of rows, at least 2/,
  )
})

test('forward chaining over equal steps: the blocks of TimeSeriesSplit', () => {
  const seconds = Float64Array.from({ length: 12 }, (_, i) => i * 600)
  const folds = foldsOf({ ...rows60, rows: 12, by: 'time', folds: 3, seconds })
  expect(folds.map(({ train, test }) => [train.length, [...test]])).toEqual([
    [3, [3, 4, 5]],
    [6, [6, 7, 8]],
    [9, [9, 10, 11]],
  ])
})

test('forward chaining waits until both classes were seen', () => {
  const positive = Uint8Array.from({ length: 20 }, (_, i) => Number(i === 10 || i === 17))
  const [first] = foldsOf({ ...rows60, rows: 20, by: 'time', folds: 4, positive })
  expect(first!.train.length).toBe(11)
})

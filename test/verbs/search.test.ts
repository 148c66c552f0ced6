import { Value } from 'typebox/value'
import { afterAll, describe, expect, test } from 'vitest'
import { foldsOf } from '../../src/math/folds.ts'
import { createRandom } from '../../src/math/random.ts'
import { findModel } from '../../src/models/index.ts'
import type { Search } from '../../src/recipe/schema.ts'
import { openCrew } from '../../src/verbs/crew.ts'
import { crossValidate } from '../../src/verbs/cross-validate.ts'
import { search } from '../../src/verbs/search.ts'

const crew = openCrew({ threads: 2 })
afterAll(() => crew.close())

const ROWS = 240
const random = createRandom(9)
/** The answer depends on the first column; thirty more are noise, which too little regularisation believes. */
const columns = Array.from({ length: 31 }, () => Float64Array.from({ length: ROWS }, () => random.normal()))
const label = Uint8Array.from(columns[0]!, v => Number(v + random.normal() > 1))
const lesson = {
  task: 'classify' as const,
  x: { rows: ROWS, columns },
  y: { codes: Int32Array.from(label), levels: ['good', 'bad'], positive: 1 },
  names: columns.map((_, i) => `x${i}`),
  weight: new Float64Array(ROWS).fill(1),
}

const defaults = (use: string) => Value.Create(findModel(use)!.params) as Record<string, unknown>
const request = (wanted: Search, use = 'logistic-regression') => ({
  lesson,
  recipe: {
    columns: { later: [], private: [], blinded: [], ignore: [] },
    transforms: [{ use: 'scale', method: 'standard' }],
    model: { use, ...defaults(use) },
    seed: 3,
  },
  folds: foldsOf({ rows: ROWS, folds: 4, repeats: 1, seed: 1, by: 'random', positive: label }),
  search: wanted,
})
const C: Search = { method: 'random', trials: 6, over: { C: { from: 1e-4, to: 1e4, scale: 'log' } } }

describe('at random', () => {
  test('ranks by the first figure, and the winner is the recipe with its parameters', async () => {
    const { ranking, model } = await search(crew, request(C))
    expect(ranking.length).toBe(6)
    const areas = ranking.map(tried => tried.figure!.value)
    expect(areas).toEqual(areas.toSorted((a, b) => b - a))
    expect(model).toEqual({ ...request(C).recipe.model, ...ranking[0]!.params })
    const own = await crossValidate(crew, { ...request(C), recipe: { ...request(C).recipe, model } })
    expect(own.figures).toEqual(ranking[0]!.figures)
  })

  test('the same seed finds the same on one thread, another seed tries others', async () => {
    const alone = openCrew({ threads: 1 })
    const params = async (with_: typeof crew, seed: number) => {
      const given = request(C)
      const { ranking } = await search(with_, { ...given, recipe: { ...given.recipe, seed } })
      return ranking.map(tried => [tried.params, tried.figure!.value])
    }
    expect(await params(alone, 3)).toEqual(await params(crew, 3))
    expect(await params(crew, 4)).not.toEqual(await params(crew, 3))
    await alone.close()
  })

  test('finds that a line through 45 rows in 31 columns needs holding back', async () => {
    const few = columns.map(column => column.subarray(0, 60))
    const value = few[0]!.map(v => v + random.normal())
    const ridge = request({ method: 'random', trials: 10, over: { alpha: [1e-6, 30] } }, 'ridge')
    const { ranking } = await search(crew, {
      ...ridge,
      lesson: { ...lesson, task: 'regress', x: { rows: 60, columns: few }, y: { value }, weight: value.map(() => 1) },
      folds: foldsOf({ rows: 60, folds: 4, repeats: 1, seed: 1, by: 'random' }),
    })
    expect(ranking.map(tried => tried.params.alpha)).toEqual([30, 1e-6])
    expect(ranking[0]!.figure).toMatchObject({ name: 'rmse', better: 'low' })
  })

  test('progress counts every fit', async () => {
    const seen: string[] = []
    await search(crew, { ...request(C), progress: (done, total) => seen.push(`${done}/${total}`) })
    expect(seen.length).toBe(24)
    expect(seen.at(-1)).toBe('24/24')
  })
})

describe('by halving', () => {
  const halving: Search = { ...C, method: 'halving', trials: 9 }

  test('few rows first, all rows at last; who was left behind ranks behind', async () => {
    const seen: string[] = []
    const { ranking } = await search(crew, {
      ...request(halving),
      progress: (done, total) => seen.push(`${done}/${total}`),
    })
    expect(ranking.map(tried => Math.round(100 * tried.share))).toEqual([100, 100, 100, 33, 33, 33, 33, 33, 33])
    expect(ranking[0]!.perFold.map(fold => fold.taught)).toEqual([180, 180, 180, 180])
    for (const { taught } of ranking[8]!.perFold) expect(Math.abs(taught - 60)).toBeLessThanOrEqual(1)
    expect(seen.at(-1)).toBe('48/48')
  })

  test('with too few rows to take a share of, everyone is tried on all', async () => {
    const few = foldsOf({ rows: 60, folds: 3, repeats: 1, seed: 1, by: 'random', positive: label.subarray(0, 60) })
    const { ranking } = await search(crew, { ...request(halving), folds: few })
    expect(ranking.every(tried => tried.share === 1)).toBe(true)
  })
})

describe('parameters', () => {
  test('a range of a parameter that counts is one of whole numbers', async () => {
    const over = { n_estimators: { from: 5, to: 20, scale: 'linear' as const } }
    const wanted = request({ method: 'random', trials: 4, over }, 'isolation-forest')
    const { ranking } = await search(crew, { ...wanted, lesson: { ...lesson, task: 'detect', y: undefined }, label })
    for (const { params } of ranking) expect(Number.isInteger(params.n_estimators)).toBe(true)
  })

  test('one that the model refuses while fitting ranks last and says why; if all are, the search fails', async () => {
    const over = (max_features: number[]) =>
      request({ method: 'random', trials: 5, over: { max_features } }, 'isolation-forest')
    const detect = { lesson: { ...lesson, task: 'detect' as const, y: undefined }, label }
    const { ranking } = await search(crew, { ...over([99, 0.5]), ...detect })
    expect(ranking.map(tried => [tried.params.max_features, tried.failed?.code])).toEqual([
      [0.5, undefined],
      [99, 'RECIPE_INVALID'],
    ])
    await expect(search(crew, { ...over([98, 99]), ...detect })).rejects.toMatchObject({ code: 'RECIPE_INVALID' })
  })

  test.each([
    [{ c: [1] }, /c: logistic-regression has no such parameter/, /Did you mean C/],
    [{ C: [-1] }, /C: -1 is no value/, /tocsin models/],
    [{ C: { from: 2, to: 1, scale: 'linear' as const } }, /from 2 to 1/, /range/],
  ])('%o is refused before anything is fitted', async (over, message, hint) => {
    const error = await search(crew, request({ method: 'random', trials: 3, over })).catch(e => e)
    expect(error).toMatchObject({ code: 'RECIPE_INVALID' })
    expect(error.message).toMatch(message)
    expect(error.hint).toMatch(hint)
  })

  test('without a label nothing tells better parameters', async () => {
    const wanted = request({ method: 'random', trials: 2, over: { n_estimators: [5, 6] } }, 'isolation-forest')
    const blind = { ...wanted, lesson: { ...lesson, task: 'detect' as const, y: undefined } }
    await expect(search(crew, blind)).rejects.toThrow(/nothing to tell/)
  })
})

test('closing the crew ends the search', async () => {
  const own = openCrew({ threads: 1 })
  const searching = search(own, request({ ...C, trials: 500 }))
  setTimeout(() => own.close(), 200)
  await expect(searching).rejects.toMatchObject({ code: 'INTERRUPTED' })
})

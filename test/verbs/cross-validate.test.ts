import { readFileSync } from 'node:fs'
import { Value } from 'typebox/value'
import { afterAll, describe, expect, test } from 'vitest'
import { type Fold, foldsOf } from '../../src/math/folds.ts'
import { rocAuc } from '../../src/math/metrics.ts'
import { createRandom } from '../../src/math/random.ts'
import { findModel } from '../../src/models/index.ts'
import type { Target } from '../../src/models/model.ts'
import { openCrew } from '../../src/verbs/crew.ts'
import { JOBS, type LearnSteps } from '../../src/verbs/crew-jobs.ts'
import { crossValidate } from '../../src/verbs/cross-validate.ts'
import type { CrossFigure } from '../../src/verbs/fold-figures.ts'
import type { Lesson } from '../../src/verbs/train.ts'

const crew = openCrew({ threads: 2 })
afterAll(() => crew.close())

const COLUMNS = { later: [], private: [], blinded: [], ignore: [] }
const SCALE = { use: 'scale', method: 'standard' }

function recipe(use: string, more: Partial<LearnSteps> = {}, params: Record<string, unknown> = {}): LearnSteps {
  const defaults = Value.Create(findModel(use)!.params) as object
  return { columns: COLUMNS, transforms: [SCALE], model: { use, ...defaults, ...params }, seed: 5, ...more }
}

function lessonOf(columns: readonly Float64Array[], task: Lesson['task'], y?: Target): Lesson {
  const rows = columns[0]!.length
  return {
    task,
    x: { rows, columns },
    y,
    names: columns.map((_, i) => `x${i}`),
    weight: new Float64Array(rows).fill(1),
  }
}

const classes = (label: ArrayLike<number>): Target => ({
  codes: Int32Array.from(label),
  levels: ['good', 'bad'],
  positive: 1,
})

/** Bad rows lie `effect` standard deviations away from the others in the first column. */
function problem(rows: number, bad: number, effect: number, seed = 1) {
  const random = createRandom(seed)
  const label = Uint8Array.from({ length: rows }, (_, i) => Number(i < bad))
  const columns = Array.from({ length: 3 }, (_, c) =>
    Float64Array.from(label, is => random.normal() + (c === 0 ? effect * is : 0)),
  )
  return { columns, label }
}

const dealt = (rows: number, positive: Uint8Array | undefined, folds = 5, repeats = 3) =>
  foldsOf({ rows, folds, repeats, seed: 2, by: 'random', positive })

const named = (figures: readonly CrossFigure[], name: string, over: string) =>
  figures.find(figure => figure.name === name && figure.over === over)!

test('agrees with scikit-learn 1.9.1: scaled and fitted anew for each fold', async () => {
  const golden = JSON.parse(readFileSync(new URL('../golden/cross-validate.json', import.meta.url), 'utf8')) as {
    columns: number[][]
    label: number[]
    fold: number[]
    risk: number[]
  }
  const rows = (of: (fold: number) => boolean) =>
    Int32Array.from(golden.fold.keys()).filter(row => of(golden.fold[row]!))
  const folds = [0, 1, 2, 3].map(
    (fold): Fold => ({ repeat: 0, fold, train: rows(f => f !== fold), test: rows(f => f === fold) }),
  )
  const lesson = lessonOf(
    golden.columns.map(c => Float64Array.from(c)),
    'classify',
    classes(golden.label),
  )
  const { risk, figures } = await crossValidate(crew, { lesson, recipe: recipe('logistic-regression'), folds })
  risk.forEach((p, i) => {
    expect(Math.abs(p - golden.risk[i]!)).toBeLessThan(1e-6)
  })
  const brier = golden.risk.reduce((sum, p, i) => sum + (p - golden.label[i]!) ** 2, 0) / 60
  expect(named(figures, 'brier', 'rows').value).toBeCloseTo(brier, 6)
})

describe('classify', () => {
  const { columns, label } = problem(120, 24, 1.5)
  const request = {
    lesson: lessonOf(columns, 'classify', classes(label)),
    recipe: recipe('logistic-regression'),
    folds: dealt(120, label),
  }

  test('the first figure is the area over all rows of a dealing, with its interval; folds come second', async () => {
    const { repeats, figures, perFold } = await crossValidate(crew, request)
    const dealings = repeats.map(risk => rocAuc(risk, label))
    const meanOf = (of: 'auc' | 'low' | 'high') => dealings.reduce((sum, each) => sum + each[of], 0) / 3
    expect(figures[0]).toMatchObject({
      name: 'auc',
      over: 'rows',
      better: 'high',
      chance: 0.5,
      notBetterThanChance: false,
    })
    expect(figures[0]?.value).toBeCloseTo(meanOf('auc'), 12)
    expect(figures[0]?.low).toBeCloseTo(meanOf('low'), 12)
    expect(figures[0]?.high).toBeCloseTo(meanOf('high'), 12)
    const areas = perFold.map(fold => fold.figures.auc!)
    const mean = areas.reduce((sum, area) => sum + area, 0) / areas.length
    expect(named(figures, 'auc', 'folds').value).toBeCloseTo(mean, 12)
    expect(named(figures, 'pr_auc', 'rows').chance).toBeCloseTo(0.2, 12)
    expect(perFold.map(fold => [fold.taught, fold.judged])).toEqual(Array(15).fill([96, 24]))
  })

  test('small forests are not called better for having been dealt often, though their mean is', async () => {
    const small = recipe('random-forest', {}, { n_estimators: 3 })
    const judge = (repeats: number) =>
      crossValidate(crew, { ...request, recipe: small, folds: dealt(120, label, 5, repeats) })
    const [twice, often] = [await judge(2), await judge(12)]
    expect(Math.abs(often.figures[0]!.value - twice.figures[0]!.value)).toBeLessThan(0.03)
    expect(rocAuc(often.risk, label).auc).toBeGreaterThan(often.figures[0]!.value + 0.03)
  })

  test('the risk of a row is the mean of what models said that it did not teach', async () => {
    const { risk } = await crossValidate(crew, request)
    for (const row of [0, 50, 119]) {
      const told = request.folds
        .filter(fold => fold.test.includes(row))
        .map(fold => JOBS.fitAndScore({ ...request, ...fold }).risk[fold.test.indexOf(row)]!)
      expect(told.length).toBe(3)
      expect(risk[row]).toBeCloseTo((told[0]! + told[1]! + told[2]!) / 3, 14)
    }
  })

  test('on any number of threads the same bits', async () => {
    const here = await crossValidate(crew, request)
    const alone = openCrew({ threads: 1 })
    const there = await crossValidate(alone, request)
    await alone.close()
    expect(there.risk).toEqual(here.risk)
    expect(there.figures).toEqual(here.figures)
  })

  test('made-up rows are made from the rows of a fold that teach, and are never judged', async () => {
    const balance = { use: 'smote', k_neighbors: 5, ratio: 1 }
    const { risk } = await crossValidate(crew, { ...request, recipe: { ...request.recipe, balance } })
    const plain = await crossValidate(crew, request)
    expect(risk.length).toBe(120)
    // With as many bad rows as good ones while learning, every row looks worse.
    expect(risk.reduce((a, b) => a + b)).toBeGreaterThan(1.5 * plain.risk.reduce((a, b) => a + b))
  })

  test('progress counts every fold once', async () => {
    const seen: number[][] = []
    await crossValidate(crew, { ...request, progress: (done, total) => seen.push([done, total]) })
    expect(seen).toEqual(Array.from({ length: 15 }, (_, i) => [i + 1, 15]))
  })
})

test('seven failures among sixty, and nothing to see: not better than chance', async () => {
  const { columns, label } = problem(60, 7, 0, 3)
  const lesson = lessonOf(columns, 'classify', classes(label))
  const folds = dealt(60, label, 10)
  expect(folds.length).toBe(21)
  const { figures } = await crossValidate(crew, { lesson, recipe: recipe('logistic-regression'), folds })
  expect(figures[0]).toMatchObject({ name: 'auc', over: 'rows', notBetterThanChance: true })
  expect(named(figures, 'auc', 'folds').low).toBeLessThan(0.5)
})

describe('detect', () => {
  const { columns, label } = problem(200, 20, 6, 4)
  const lesson = lessonOf(columns, 'detect')
  const forest = recipe('isolation-forest', {}, { n_estimators: 20 })

  test('with labels: no bad row teaches, all are judged', async () => {
    const { figures, perFold } = await crossValidate(crew, { lesson, recipe: forest, folds: dealt(200, label), label })
    expect(figures.map(figure => figure.name)).toEqual(['auc', 'auc', 'pr_auc'])
    expect(figures[0]!.value).toBeGreaterThan(0.95)
    expect(perFold.map(fold => [fold.taught, fold.judged])).toEqual(Array(15).fill([144, 40]))
  })

  test('only rows that may teach do', async () => {
    const teaches = Uint8Array.from(label, (_, i) => Number(i >= 100))
    const { perFold } = await crossValidate(crew, { lesson, recipe: forest, folds: dealt(200, label), label, teaches })
    for (const [i, { taught }] of perFold.entries())
      expect(taught).toBe(dealt(200, label)[i]!.train.filter(row => row >= 100).length)
  })

  test('without labels there are risks, and no figures', async () => {
    const { risk, figures } = await crossValidate(crew, { lesson, recipe: forest, folds: dealt(200, undefined) })
    expect(figures).toEqual([])
    expect(risk.every(Number.isFinite)).toBe(true)
  })

  test('in time order the rows of the first block have no risk', async () => {
    const folds = foldsOf({ rows: 200, folds: 4, repeats: 1, seed: 1, by: 'time' })
    const { risk } = await crossValidate(crew, { lesson, recipe: forest, folds })
    expect([...risk].map(Number.isNaN)).toEqual(Array.from({ length: 200 }, (_, i) => i < 40))
  })
})

describe('regress', () => {
  const { columns } = problem(150, 0, 0, 5)
  const noise = createRandom(8)
  const value = Float64Array.from(columns[0]!, v => 10 + 3 * v + noise.normal())
  const folds = dealt(150, undefined)
  const of = (risk: 'high' | 'low') => {
    const target = { kind: 'value' as const, value: 'v', risk }
    return crossValidate(crew, {
      lesson: lessonOf(columns, 'regress', { value }),
      recipe: recipe('ridge', { columns: { ...COLUMNS, target } }),
      folds,
    })
  }

  test('errors are in the unit of the target and explain most of its spread', async () => {
    const { figures, perFold } = await of('high')
    const rmse = named(figures, 'rmse', 'rows')
    expect(figures[0]).toBe(rmse)
    // The noise has a standard deviation of 1: its own over 150 rows is within 0.2 of that.
    expect(Math.abs(rmse.value - 1)).toBeLessThan(0.25)
    expect(rmse.low).toBeLessThan(rmse.value)
    expect(rmse.notBetterThanChance).toBe(false)
    expect(named(figures, 'r2', 'rows').value).toBeGreaterThan(0.8)
    expect(perFold[0]!.figures.mae).toBeGreaterThan(0.5)
  })

  test('where low is the risk the sign is turned, and the errors stay', async () => {
    const [high, low] = [await of('high'), await of('low')]
    expect(low.risk).toEqual(high.risk.map(risk => -risk))
    expect(low.figures).toEqual(high.figures)
  })
})

test('survive: whether who was told the higher risk had the event first, over the folds', async () => {
  const { columns } = problem(150, 0, 0, 6)
  const noise = createRandom(2)
  const time = Float64Array.from(columns[0]!, v => Math.exp(-v + 0.5 * noise.normal()))
  const event = Uint8Array.from(time, (_, i) => Number(i % 4 !== 0))
  const lesson = lessonOf(columns, 'survive', { time, event })
  const { figures, perFold } = await crossValidate(crew, { lesson, recipe: recipe('cox'), folds: dealt(150, event) })
  expect(figures.map(figure => [figure.name, figure.over])).toEqual([['concordance', 'folds']])
  const mean = perFold.reduce((sum, fold) => sum + fold.figures.concordance! / perFold.length, 0)
  expect(figures[0]!.value).toBeCloseTo(mean, 12)
  expect(figures[0]!.value).toBeGreaterThan(0.75)
  expect(figures[0]).toMatchObject({ chance: 0.5, notBetterThanChance: false })
})

describe('leaks', () => {
  const { columns, label } = problem(60, 20, 1)
  const lesson = lessonOf(columns, 'classify', classes(label))
  const steps = recipe('logistic-regression')

  test('rows that are there twice are counted where one of them teaches the other', async () => {
    const copies = columns.map(c => c.slice())
    for (const column of copies) column[59] = column[30]!
    const twice = lessonOf(copies, 'classify', classes(label))
    const half = (from: number, to: number) => Int32Array.from({ length: to - from }, (_, i) => from + i)
    const bad = [...half(0, 10), ...half(20, 40)]
    const rest = [...half(10, 20), ...half(40, 60)]
    const folds = [
      { repeat: 0, fold: 0, train: Int32Array.from(bad), test: Int32Array.from(rest) },
      { repeat: 0, fold: 1, train: Int32Array.from(rest), test: Int32Array.from(bad) },
    ]
    const found = await crossValidate(crew, { lesson: twice, recipe: steps, folds })
    expect(found.perFold.map(fold => fold.shared)).toEqual([1, 1])
    expect(found.shared).toBe(2)
    expect((await crossValidate(crew, { lesson, recipe: steps, folds })).shared).toBe(0)
  })

  test('a fold whose judged rows also teach is refused', async () => {
    const folds = [{ repeat: 0, fold: 3, train: Int32Array.of(1, 2), test: Int32Array.of(2) }]
    await expect(crossValidate(crew, { lesson, recipe: steps, folds })).rejects.toThrow(
      'row 2 teaches and is judged in fold 3',
    )
  })

  test('what a fold needs and has not is said', async () => {
    const one = new Uint8Array(60)
    one[0] = 1
    const request = { lesson: lessonOf(columns, 'classify', classes(one)), recipe: steps, folds: dealt(60, one) }
    await expect(crossValidate(crew, request)).rejects.toMatchObject({ code: 'TOO_FEW_ROWS' })
  })
})

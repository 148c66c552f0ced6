/** `tocsin compare`: several models on the same folds, and a winner by a rule that is stated. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createRandom } from '../../src/math/random.ts'
import { labelledTable, measuredTable } from '../cli/answers.ts'
import { createFolder, type Folder, type Json } from '../cli/program.ts'

let folder: Folder
const MODELS = '[logistic-regression, {use: random-forest, n_estimators: 3}, logistic-regression]'
const recipe = (
  more: string,
  columns = "id: id, label: bad = 'yes'",
  rows = 'batches.csv',
  features = '[x, y]',
) => `tocsin: 1
name: batches
rows: ${rows}
columns: {${columns}}
features: ${features}
${more}`

beforeAll(async () => {
  folder = createFolder()
  folder.write('batches.csv', labelledTable({ rows: 200, apart: 2 }))
  folder.write('tanks.csv', measuredTable({ rows: 120 }))
  folder.write('batches.yaml', recipe(`split: {folds: 4, repeats: 2}\nmodel: ${MODELS}\n`))
})
afterAll(() => folder.remove())

/** Without what the clock says. */
function untimed(name: string): Record<string, string>[] {
  return folder.csv(name).map(({ fit_ms: _, rows_per_second: __, ...rest }) => rest)
}

describe('three models, two of them the same', () => {
  let said: string

  beforeAll(async () => {
    said = (await folder.must(['compare', 'batches.yaml', '-o', 'two', '--threads', '2'])).stdout
  })

  test('everything is written: a table, figures, a page, pictures', async () => {
    expect(said).toMatch(
      /^wrote +two\/: model_comparison\.png, roc\.png, precision_recall\.png, calibration\.png, comparison\.csv, comparison\.html, comparison\.json$/m,
    )
    expect(folder.bytes('two/model_comparison.png').subarray(1, 4).toString()).toBe('PNG')
    expect(folder.read('two/comparison.html')).toContain('batches: models compared')
  })

  test('best first, by the area under the curve; the same model twice is no better than itself', () => {
    expect(said).toMatch(/^rows +151, 38 bad; out of fold, 4 folds × 2$/m)
    const rows = folder.csv('two/comparison.csv')
    expect(Object.keys(rows[0]!)).toEqual([
      ...['model', 'auc', 'auc_low', 'auc_high', 'pr_auc', 'pr_auc_low', 'pr_auc_high', 'brier', 'brier_low'],
      ...['brier_high', 'p_against_winner', 'fit_ms', 'rows_per_second'],
    ])
    const areas = rows.map(row => Number(row.auc))
    expect(areas).toEqual(areas.toSorted((a, b) => b - a))
    expect(rows[0]).toMatchObject({ model: 'logistic-regression', p_against_winner: '' })
    const { fit_ms: _, rows_per_second: __, p_against_winner: p, model, ...figures } = rows[1]!
    expect([model, p]).toEqual(['logistic-regression 2', '1'])
    expect(rows[0]).toMatchObject(figures)
    for (const row of rows) {
      expect(Number(row.auc_low)).toBeLessThan(Number(row.auc))
      expect(Number(row.fit_ms)).toBeGreaterThan(0)
    }
    expect(said).toMatch(
      /^winner +logistic-regression, by the best AUC out of fold; not distinguishable from it: logistic-regression 2/m,
    )
  })

  test('one thread says the same as two', async () => {
    const { stdout } = await folder.must(['compare', 'batches.yaml', '-o', 'one', '--threads', '1', '--json'])
    expect(untimed('one/comparison.csv')).toEqual(untimed('two/comparison.csv'))
    for (const picture of ['model_comparison', 'roc', 'precision_recall', 'calibration'])
      expect(folder.bytes(`one/${picture}.png`).equals(folder.bytes(`two/${picture}.png`)), picture).toBe(true)
    const strip = ({ models, ...rest }: Json) => ({
      ...rest,
      models: models.map(({ fit_ms: _, rows_per_second: __, ...model }: Json) => model),
    })
    expect(strip(JSON.parse(stdout))).toEqual(strip(folder.json('two/comparison.json')))
  })
})

test('numbers: a law without noise is found by the model that can say it, and the others are distinguishably worse', async () => {
  folder.write(
    'tanks.yaml',
    recipe(
      'split: {folds: 4, repeats: 1}\nmodel: {use: ridge, alpha: 0}\n',
      'id: id, label: {value: yield}',
      'tanks.csv',
      '[u, v]',
    ),
  )
  // One model in the recipe: it is compared with all that can do its task.
  const { stdout } = await folder.must(['compare', 'tanks.yaml', '--json'])
  const { models, verdict, figure, tied, bad } = JSON.parse(stdout)
  expect([figure, tied, bad]).toEqual(['rmse', [], null])
  expect(verdict).toBe('ridge, by the best RMSE out of fold')
  expect(models.map((model: Json) => model.name).toSorted()).toEqual(['gradient-boosting', 'random-forest', 'ridge'])
  expect(models[0].model).toEqual({ use: 'ridge', alpha: 0, fit_intercept: true })
  expect(models[0].figures[0].value).toBeCloseTo(0, 5)
  for (const model of models.slice(1)) expect(model.p_against_winner).toBeLessThan(0.05)
  expect(folder.files()).toContain('batches_comparison')
})

test('60 rows with 7 failures that nothing foretells: the winner is not better than chance, in words', async () => {
  const random = createRandom(9)
  const lines = Array.from({ length: 60 }, (_, i) => [random.normal(), random.normal(), Number(i % 9 === 4)].join(','))
  folder.write('noise.csv', `x,y,bad\n${lines.join('\n')}\n`)
  folder.write(
    'noise.yaml',
    recipe('split: {test: 0, folds: 4, repeats: 2}\nmodel: logistic-regression\n', 'label: bad', 'noise.csv'),
  )
  const { stdout } = await folder.must(['compare', 'noise.yaml', '--models', 'logistic-regression, gaussian-mixture'])
  expect(stdout).toMatch(/^rows +60, 7 bad; out of fold, 4 folds × 2$/m)
  expect(stdout).toMatch(/^winner .*; not better than chance$/m)
})

test('a model that cannot be fitted fails alone', async () => {
  const models = '[isolation-forest, {use: isolation-forest, max_features: 50}]'
  folder.write('fails.yaml', recipe(`split: {folds: 2, repeats: 1}\ntask: detect\nmodel: ${models}\n`))
  const { stdout } = await folder.must(['compare', 'fails.yaml', '-o', 'fails'])
  expect(stdout).toMatch(/^ +isolation-forest 2 +failed: model: max_features is 50, but there are 2 features$/m)
  expect(folder.csv('fails/comparison.csv').map(row => [row.model, row.auc === '', row.fit_ms === ''])).toEqual([
    ['isolation-forest', false, false],
    ['isolation-forest 2', true, true],
  ])
  expect(folder.json('fails/comparison.json').models[1].failed).toContain('max_features')
})

describe('what is refused', () => {
  test.each([
    [
      'no label',
      'model: isolation-forest\n',
      'id: id, ignore: [bad, hour]',
      [],
      'There is nothing to compare models by: the recipe has no label',
    ],
    [
      'one answer',
      'model: logistic-regression\n',
      "id: id, label: bad = 'never'",
      [],
      'There is nothing to compare models by: all rows have one answer',
    ],
    [
      'another task',
      'model: logistic-regression\n',
      undefined,
      ['--models', 'ridge'],
      'ridge cannot do the task classify',
    ],
    ['no model', 'model: logistic-regression\n', undefined, ['--models', 'ridges'], '"ridges" is no model'],
  ])('%s', async (_, more, columns, flags, problem) => {
    folder.write('wrong.yaml', recipe(more, columns))
    const { code, stderr } = await folder.run(['compare', 'wrong.yaml', '-o', 'never', ...flags])
    expect(stderr).toContain(`ERROR: ${problem}`)
    expect(code).toBe(1)
    expect(folder.files()).not.toContain('never')
  })
})

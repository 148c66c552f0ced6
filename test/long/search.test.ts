/** `search` in a recipe: fitting finds parameters, says which, and never calls their figures those of the model to come. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { labelledTable, measuredTable } from '../cli/answers.ts'
import { createFolder, type Folder, type Json } from '../cli/program.ts'

let folder: Folder

beforeAll(() => {
  folder = createFolder()
  folder.write('tanks.csv', measuredTable({ rows: 120 }))
  folder.write('batches.csv', labelledTable({ rows: 160, apart: 2 }))
})
afterAll(() => folder.remove())

/** No noise: the less is taken off the coefficients, the better. */
const ridge = (search: string) => `tocsin: 1
name: tanks
rows: tanks.csv
columns: {id: id, label: {value: yield}}
features: [u, v]
split: {folds: 3, repeats: 1}
model: ridge
search: ${search}
`
const detector = (search: string) => `tocsin: 1
name: batches
rows: batches.csv
columns: {id: id, label: bad = 'yes'}
features: [x, y]
split: {folds: 3, repeats: 1}
task: detect
model: {use: isolation-forest, n_estimators: 10}
search: ${search}
`

async function found(recipe: string, ...flags: string[]): Promise<{ said: string; model: Json; quality: Json }> {
  folder.write('recipe.yaml', recipe)
  const { stdout } = await folder.must(['fit', 'recipe.yaml', '--no-report', '-o', 'found.tocsin', ...flags])
  const { recipe: settled, quality } = JSON.parse((await folder.must(['inspect', 'found.tocsin', '--json'])).stdout)
  expect(settled.search).toBeUndefined()
  return { said: stdout, model: settled.model, quality }
}

describe('at random', () => {
  test('of a list the value without a penalty wins; the file holds it, and says of how many it was the best', async () => {
    const { said, model, quality } = await found(ridge('{over: {alpha: [1000, 0, 10]}, trials: 3}'))
    expect(said).toMatch(/^found +alpha 0: the best of 3 tries, so its figures are too good; the test rows tell$/m)
    expect(said).toMatch(/^quality +RMSE [\d.e-]+ .* out of fold, 3 folds, the best of 3 tries; 90 rows$/m)
    expect(model).toEqual({ use: 'ridge', alpha: 0, fit_intercept: true })
    expect(quality.method).toBe('out of fold, 3 folds, the best of 3 tries')
    expect(quality.figures.rmse.value).toBeCloseTo(0, 5)
  })

  test('one thread finds the same as two: the same bytes', async () => {
    const recipe = ridge(
      '{over: {alpha: {from: 0.0001, to: 1000, scale: log}, fit_intercept: [true, false]}, trials: 6}',
    )
    const { model } = await found(recipe, '--threads', '2')
    const two = folder.bytes('found.tocsin')
    await found(recipe, '--threads', '1')
    expect(folder.bytes('found.tocsin').equals(two)).toBe(true)
    expect(model.fit_intercept).toBe(true)
    expect(model.alpha).toBeGreaterThanOrEqual(0.0001)
    expect(model.alpha).toBeLessThan(1)
  })
})

test('by halving: many on few rows, and the winner is among those with hardly a penalty', async () => {
  const { said, model } = await found(
    ridge('{method: halving, over: {alpha: {from: 0.000001, to: 1000000, scale: log}}, trials: 9}'),
  )
  expect(said).toMatch(/^found +alpha [\d.e-]+: the best of 9 tries/m)
  expect(model.alpha).toBeLessThan(0.1)
})

describe('a detector, judged by a label it does not learn from', () => {
  test('a choice that cannot be fitted is left behind; a range of a count is one of whole numbers', async () => {
    const { model } = await found(
      detector('{over: {max_features: [2, 50], max_samples: [32], n_estimators: {from: 5, to: 9}}, trials: 6}'),
    )
    expect(model.max_features).toBe(2)
    expect([5, 6, 7, 8, 9]).toContain(model.n_estimators)
  })

  test('where none can be fitted, the reason is that of the model', async () => {
    folder.write('recipe.yaml', detector('{over: {max_features: [40, 50]}, trials: 2}'))
    const { code, stderr } = await folder.run(['fit', 'recipe.yaml', '--no-report', '-o', 'never.tocsin'])
    expect(stderr).toMatch(/ERROR: model: max_features is (40|50), but there are 2 features/)
    expect(code).toBe(1)
  })

  test('where the label has one answer, nothing tells better from worse', async () => {
    folder.write(
      'recipe.yaml',
      detector('{over: {max_samples: [32, 64]}, trials: 2}').replace("bad = 'yes'", "bad = 'never'"),
    )
    const { code, stderr } = await folder.run(['fit', 'recipe.yaml', '--no-report', '-o', 'never.tocsin'])
    expect(stderr).toContain('Rows that tell better parameters from worse, bad ones and good ones: 0 rows')
    expect(code).toBe(3)
  })
})

/** `tocsin inspect FOLDER`: every model below it in one table. */
import { cpSync, readFileSync, symlinkSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createFolder, type Folder, type Json } from './program.ts'

/** test/golden/mlflow_models.py: probabilities by scikit-learn 1.6.1. */
const expected = JSON.parse(readFileSync('test/golden/mlflow/expected.json', 'utf8'))

let folder: Folder
beforeAll(() => {
  folder = createFolder()
  for (const name of ['pickle', 'skops', 'unnamed', 'by_value'])
    cpSync(`test/golden/mlflow/${name}`, folder.at(`runs/${name}`), { recursive: true })
  folder.write('runs/skops/input_example_scores.csv', `probability\n${expected.skops.risk.join('\n')}\n`)
  cpSync('test/golden/mlflow/unnamed/model.pkl', folder.at('deep/er/told-by-content'))
  cpSync('test/golden/estimators/lof.joblib', folder.at('.hidden/lof.joblib'))
  folder.write('damaged.h5', 'no model')
  folder.write('rows.csv', 'a,b\n1,2\n')
  folder.write('note.json', '{"a": 1}')
  symlinkSync(folder.path, folder.at('deep/loop'))
})
afterAll(() => folder.remove())

test('says of each whether it opens, asks or is refused, and what it gives to its example rows', async () => {
  const { stdout } = await folder.must(['inspect', '.'])
  const lines = stdout.split('\n')
  expect(lines.filter(line => /^\S/.test(line)).map(line => line.split(/\s+/, 2))).toEqual([
    ['damaged.h5', 'refused'],
    ['deep/er/told-by-content', 'asks'],
    ['runs/by_value', 'refused'],
    ['runs/pickle', 'opens'],
    ['runs/skops', 'opens'],
    ['runs/unnamed', 'asks'],
    ['6', 'models:'],
  ])
  expect(stdout).toContain('--features a,b,…')
  expect(stdout).toContain('6 models: 2 open, 2 ask, 2 refused\n')
  const [low, high] = [Math.min(...expected.pickle.risk), Math.max(...expected.pickle.risk)]
  expect(stdout).toContain(
    `its example, 3 rows: risk ${Number(low.toPrecision(6))} to ${Number(high.toPrecision(6))}\n`,
  )
})

test('compares with what the original gave to the rows, where that is written beside them', async () => {
  const { models } = JSON.parse((await folder.must(['inspect', 'runs', '--json'])).stdout)
  const { example } = models.find(({ path }: Json) => path === 'skops')
  expect(example.parity).toMatchObject({ of: 'risk', within: true })
  expect(example.parity.difference).toBeLessThan(1e-14)
  for (const [i, risk] of expected.skops.risk.entries()) expect(example.risk[i]).toBeCloseTo(risk, 14)

  const [first, ...others] = expected.skops.risk
  folder.write('runs/skops/input_example_scores.csv', `probability\n${[first + 1e-6, ...others].join('\n')}\n`)
  const { stdout } = await folder.must(['inspect', 'runs'])
  expect(stdout).toMatch(/its example, 3 rows: NOT EQUAL, largest difference from the original's risk 0\.0*(1|9)/)
})

test('a folder without a model', async () => {
  folder.write('empty/rows.csv', 'a\n1\n')
  const { code, stderr } = await folder.run(['inspect', 'empty'])
  expect([code, stderr]).toEqual([1, expect.stringContaining('neither empty nor a folder below it holds a model')])
})

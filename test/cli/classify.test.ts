/** A label that says which rows are bad: learning from it, cuts by recall, probabilities, made-up rows, honest figures. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createRandom } from '../../src/math/random.ts'
import { areaByPairs, labelledTable } from './answers.ts'
import { createFolder, type Folder } from './program.ts'

let folder: Folder

/** Of 400 rows in time order the last quarter is the test; of the 300 before it the last two fifths are held out. */
const HELD_OUT = [180, 300] as const
const recipe = (more: string, rows = 'batches.csv') => `tocsin: 1
name: batches
rows: ${rows}
columns: {id: id, time: {name: hour, unit: h}, label: bad = 'yes'}
features: [x, y]
split: {by: time, test: 25%, calibrate: 40%, folds: 4}
${more}`

/** Another thread takes longer to start than these fits. */
const ALONE = ['--threads', '1']

const table = labelledTable({ rows: 400, apart: 1.5 })

beforeAll(() => {
  folder = createFolder()
  folder.write('batches.csv', table)
})
afterAll(() => folder.remove())

async function fitted(name: string, more: string, ...flags: string[]): Promise<string> {
  folder.write(`${name}.yaml`, recipe(more))
  return (await folder.must(['fit', `${name}.yaml`, '-o', `${name}.tocsin`, '--no-report', ...ALONE, ...flags])).stdout
}

interface Told {
  readonly risk: number
  readonly bad: boolean
  readonly above: boolean
}
const told = new Map<string, Told[]>()

/** What a model says of every row of the table. */
async function risks(name: string): Promise<Told[]> {
  const known = told.get(name)
  if (known) return known
  await folder.must(['score', `${name}.tocsin`, 'batches.csv', '--output', `${name}_scores`, '--format', 'csv'])
  const rows = folder
    .csv(`${name}_scores.csv`)
    .map(row => ({ risk: Number(row.anomaly_score), bad: row.bad === 'yes', above: row.is_anomaly === '1' }))
  told.set(name, rows)
  return rows
}

describe('a cut by recall', () => {
  let said: string

  beforeAll(async () => {
    said = await fitted('recall', 'model: logistic-regression\nlevels:\n  MEDIUM: {recall: 85%}\n')
  })

  test('is the highest that keeps 85 % of the held-out bad rows above it: 26 of 30', async () => {
    const heldOut = (await risks('recall')).slice(...HELD_OUT).filter(row => row.bad)
    expect(heldOut.length).toBe(30)
    expect(heldOut.filter(row => row.above).length).toBe(26)
  })

  test('what is said adds up, out-of-fold figures first; the first fifth of the past only teaches', () => {
    expect(said).toMatch(/^learn +180 rows \+ 120 held out \+ 100 kept for the test; 0 rows in both$/m)
    expect(said).toMatch(
      /^quality +AUC 0\.\d\d \(0\.\d\d–0\.\d\d\) out of fold, 4 folds, forward in time; 240 rows, 60 bad\n +average precision/m,
    )
    expect(said).toMatch(/^MEDIUM +risk > 0\.\d+; recall 85 %: \d+ of \d+ bad rows held out$/m)
    expect(said).not.toContain('chance')
  })

  test('evaluate counts the same pairs: the area under the curve by hand', async () => {
    await folder.must(['evaluate', 'recall.tocsin', 'batches.csv', '-o', 'report'])
    const { roc_auc, confusion_matrix, n_bad } = folder.json('report/metrics.json')
    const rows = await risks('recall')
    expect(roc_auc).toBeCloseTo(areaByPairs(rows), 12)
    expect(n_bad).toBe(100)
    const count = (bad: boolean, above: boolean) => rows.filter(row => row.bad === bad && row.above === above).length
    expect(confusion_matrix).toEqual({
      TP: count(true, true),
      FN: count(true, false),
      FP: count(false, true),
      TN: count(false, false),
    })
  })
})

test('without levels the alarm begins at an even chance, and a separable label is told without a mistake', async () => {
  folder.write('apart.csv', labelledTable({ rows: 200, apart: 12 }))
  folder.write('apart.yaml', recipe('model: logistic-regression\n', 'apart.csv'))
  const { stdout } = await folder.must(['fit', 'apart.yaml', '--no-report', '-o', 'apart.tocsin', ...ALONE])
  expect(stdout).toMatch(/^quality +AUC 1\.00 \(0\.\d\d–1\.00\) out of fold/m)
  expect(stdout).toMatch(/^ALARM +risk > 0\.5000; risk 0\.5$/m)
  await folder.must(['score', 'apart.tocsin', 'apart.csv', '--output', 'told'])
  for (const row of folder.csv('told.csv')) expect(row.is_anomaly).toBe(row.bad === 'yes' ? '1' : '0')
})

describe('a probability', () => {
  test('isotonic: over the held-out rows it is on average the share of bad ones', async () => {
    await fitted('isotonic', 'model: logistic-regression\nprobability: isotonic\n')
    const heldOut = (await risks('isotonic')).slice(...HELD_OUT)
    expect(heldOut.every(({ risk }) => risk >= 0 && risk <= 1)).toBe(true)
    expect(heldOut.reduce((sum, { risk }) => sum + risk, 0) / heldOut.length).toBeCloseTo(30 / 120, 10)
  })

  test('sigmoid: the rows keep their order, and ensembles get a probability too', async () => {
    const ensemble = '{use: ensemble, of: [logistic-regression, {use: random-forest, n_estimators: 10}]}'
    await fitted('sigmoid', `model: ${ensemble}\nprobability: sigmoid\n`)
    await fitted('ranked', `model: ${ensemble}\n`)
    const [likely, ranked] = [await risks('sigmoid'), await risks('ranked')]
    expect(likely.every(({ risk }) => risk > 0 && risk < 1)).toBe(true)
    const order = ranked.map((_, i) => i).sort((a, b) => ranked[a]!.risk - ranked[b]!.risk)
    order.slice(1).forEach((row, i) => {
      expect(likely[row]!.risk).toBeGreaterThanOrEqual(likely[order[i]!]!.risk)
    })
  })
})

describe('rows of the rarer class made up', () => {
  test('raise its risk, and only while learning: the held-out rows are as many as before', async () => {
    const plain = await fitted('plain', 'model: logistic-regression\n')
    const said = await fitted('smote', 'model: logistic-regression\nbalance: smote\n')
    const rows = (text: string) => /^learn .*$/m.exec(text)?.[0]
    expect(rows(said)).toBe(rows(plain))
    const mean = async (name: string) => (await risks(name)).reduce((sum, { risk }) => sum + risk, 0) / 400
    // Three good rows for a bad one become one for one.
    expect(await mean('plain')).toBeCloseTo(0.25, 1)
    expect(await mean('smote')).toBeGreaterThan(0.35)
    expect((await folder.must(['inspect', 'smote.tocsin'])).stdout).toMatch(/^balance +smote, k_neighbors 5, ratio 1$/m)
  })
})

test('rows whose label is unknown neither teach nor are counted', async () => {
  const unknown = labelledTable({
    rows: 400,
    apart: 1.5,
    edit: (cells, row) => (row % 40 === 7 ? (cells.bad = '') : 0),
  })
  folder.write('unknown.csv', unknown)
  folder.write(
    'unknown.yaml',
    recipe('model: logistic-regression\n', 'unknown.csv').replace("bad = 'yes'", `"nullif(bad, '') = 'yes'"`),
  )
  const { stdout } = await folder.must(['fit', 'unknown.yaml', '--no-report', ...ALONE])
  expect(stdout).toMatch(/^left out without an answer 8$/m)
  // Of the first 300 rows 292 are known; 0.6 · 292 = 175.2.
  expect(stdout).toMatch(/^learn +175 rows \+ 117 held out \+ 100 kept for the test/m)
})

describe('what cannot be learned', () => {
  test('60 rows with 7 failures that nothing foretells: not better than chance, in words', async () => {
    const random = createRandom(5)
    const lines = Array.from({ length: 60 }, (_, i) => [
      random.normal().toFixed(3),
      random.normal().toFixed(3),
      // Rows 4, 13 … 58.
      Number(i % 9 === 4),
    ])
    folder.write('noise.csv', `x,y,failed\n${lines.map(line => line.join(',')).join('\n')}\n`)
    folder.write(
      'noise.yaml',
      'tocsin: 1\nname: noise\nrows: noise.csv\ncolumns: {label: failed}\nfeatures: [x, y]\nsplit: {test: 0}\nmodel: logistic-regression\n',
    )
    const { stdout } = await folder.must(['fit', 'noise.yaml', '--no-report', ...ALONE])
    expect(stdout).toMatch(/^quality +AUC .* out of fold, 5 folds × 10; 60 rows, 7 bad: not better than chance$/m)
    const { stdout: said } = await folder.must(['inspect', 'noise.tocsin'])
    expect(said).toMatch(/^quality .*7 bad: not better than chance$/m)
  })

  test.each([
    ['no bad row', "bad = 'never'", 'Rows that are bad to learn from: 0 rows, at least 1 needed'],
    ['no good row', "bad <> 'never'", 'Rows that are good to learn from: 0 rows, at least 1 needed'],
  ])('%s', async (_, label, message) => {
    folder.write('one.yaml', recipe('model: logistic-regression\n').replace("bad = 'yes'", label))
    const { code, stderr } = await folder.run(['fit', 'one.yaml', '--no-report', '-o', 'never.tocsin'])
    expect(stderr).toContain(`ERROR: ${message}\n\nSolution: Check the label, learn and split of the recipe`)
    expect(code).toBe(3)
  })

  test('a probability without held-out bad rows', async () => {
    folder.write(
      'late.csv',
      labelledTable({ rows: 400, apart: 1.5, edit: (cells, row) => (row > 100 ? (cells.bad = 'no') : 0) }),
    )
    folder.write('late.yaml', recipe('model: logistic-regression\nprobability: sigmoid\n', 'late.csv'))
    const { code, stderr } = await folder.run(['fit', 'late.yaml', '--no-report', '-o', 'never.tocsin'])
    expect(stderr).toContain('Held-out rows that are bad, for the probability: 0 rows, at least 1 needed')
    expect(code).toBe(3)
  })
})

/** Adding a model is one file and one line: a model of the tests alone gets everything that the others have. */
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { modelPages } from '../../build/model-pages.ts'
import { BIN, createFolder, type Folder, parseRecords, runProcess } from '../cli/program.ts'
import { plantTable } from '../cli/tables.ts'
import { lawsOf } from './laws.ts'
import './list-median-distance.ts'
import { medianDistance } from './median-distance.ts'

lawsOf(medianDistance)

const PRELOAD = fileURLToPath(new URL('./list-median-distance.ts', import.meta.url))
let folder: Folder

function run(...args: string[]) {
  return runProcess(process.execPath, ['--import', PRELOAD, BIN, ...args], { cwd: folder.path })
}

async function must(...args: string[]) {
  const outcome = await run(...args)
  expect(outcome).toMatchObject({ code: 0, stderr: '' })
  return outcome.stdout
}

const recipe = (model: string) => `tocsin: 1
name: plant
rows: train.csv
columns: {id: note}
features: [temp, pressure, flow]
split: {calibrate: 0}
model: ${model}
levels:
  ALARM: {risk: 6}
`

/** Three readings, and what the model says of them by hand: medians and their deviations over all 301 rows. */
const train = plantTable({ rows: 301, seed: 4 })
const readings = parseRecords(train).slice(1)
const middleOf = (values: readonly number[]) => values.toSorted((a, b) => a - b)[150]!
const columns = [2, 3, 4].map(c => {
  const values = readings.map(cells => Number(cells[c]))
  const middle = middleOf(values)
  return { values, middle, spread: middleOf(values.map(value => Math.abs(value - middle))) }
})
const farthest = (row: number) =>
  Math.max(...columns.map(({ values, middle, spread }) => Math.abs(values[row]! - middle) / spread))

beforeAll(async () => {
  folder = createFolder()
  folder.write('train.csv', train)
  folder.write('plant.yaml', recipe('{use: median-distance}'))
  folder.write('mistaken.yaml', recipe('{use: median-distance, combine: sum, least_spread: 2, most: 1}'))
  // Row 7 alone is far out, in one column.
  const odd = plantTable({ rows: 20, seed: 9, edit: (cells, row) => (row === 6 ? (cells.temp = '60') : 0) })
  folder.write('today.csv', odd)
  await must('fit', 'plant.yaml')
})
afterAll(() => folder.remove())

test('without the line it is no word of a recipe', async () => {
  const { code, stderr } = await folder.run(['fit', 'plant.yaml'])
  expect(code).toBe(1)
  expect(stderr).toContain('found     median-distance\n  expected  isolation-forest, ')
})

test('its parameters are checked, in words', async () => {
  const { code, stderr } = await run('fit', 'mistaken.yaml')
  expect(code).toBe(1)
  expect(stderr).toContain('ERROR: mistaken.yaml has 3 mistakes')
  const said = (path: string) =>
    new RegExp(`^mistaken\\.yaml:7:\\d+ {2}model\\.${path}\\n(.*\\n){4}`, 'm').exec(stderr)?.[0]
  expect(said('combine')).toMatch(/found {5}sum\n {2}expected {2}.*farthest.* mean/)
  expect(said('least_spread')).toMatch(/found {5}2\n {2}expected {2}a number above 0 and at most 1 \(A column/)
  expect(said('most')).toMatch(/found {5}the unknown word most\n {2}expected {2}one of use, combine, least_spread\n/)
})

describe('the model file', () => {
  test('scores as the formula says', async () => {
    await must('score', 'plant.tocsin', 'train.csv', '--output', 'own')
    const scores = folder.csv('own.csv').map(row => Number(row.anomaly_score))
    expect(scores).toHaveLength(301)
    for (const [row, score] of scores.entries()) expect(score).toBeCloseTo(farthest(row), 12)
  })

  test('gives reasons', async () => {
    await must('score', 'plant.tocsin', 'today.csv', '--output', 'out', '--reasons', '2')
    const alarms = folder.csv('out.csv').filter(row => row.is_anomaly === '1')
    expect(alarms.map(row => [row.note, row.reason_1, row.reason_1_value])).toEqual([['n6', 'temp', '60.0']])
    const distance = (60 - columns[0]!.middle) / columns[0]!.spread
    expect(Number(alarms[0]?.anomaly_score)).toBeCloseTo(distance, 12)
    expect(Number(alarms[0]?.reason_1_share)).toBeGreaterThan(0.9 * distance)
  })

  test('is explained, with what would have been quiet: six deviations above the median', async () => {
    const said = JSON.parse(await must('explain', 'plant.tocsin', 'today.csv', '--json'))
    expect(said).toMatchObject({ row: 7, name: 'n6', level: 'ALARM' })
    const [first] = said.reasons
    expect(first).toMatchObject({ feature: 'temp', value: 60, ordinary: { median: columns[0]!.middle } })
    expect(first.quiet.high).toBeCloseTo(columns[0]!.middle + 6 * columns[0]!.spread, 3)
    expect(folder.files()).toEqual(expect.arrayContaining(['plant_why.html', 'plant_why.png']))
  })

  test('is evaluated and inspected', async () => {
    await must('evaluate', 'plant.tocsin', 'today.csv', '--label', "note = 'n6'", '-o', 'report')
    expect(folder.json('report/metrics.json')).toMatchObject({ roc_auc: 1, n_bad: 1, n_samples: 20 })
    expect(await must('inspect', 'plant.tocsin')).toMatch(
      /^model +median-distance, combine farthest, least_spread 0.001$/m,
    )
  })

  test('is refused where the program has no such model', async () => {
    const { code, stderr } = await folder.run(['score', 'plant.tocsin', 'today.csv', '--output', 'never'])
    expect(code).toBe(2)
    expect(stderr).toContain('its model is median-distance, which this version does not have')
  })
})

describe('what is generated from definitions', () => {
  test('tocsin models: the list and the page', async () => {
    expect(await must('models')).toMatch(/^median-distance +detect +Flags rows far from the median/m)
    expect(await must('models', 'median-distance')).toBe(`median-distance
  Flags rows far from the median of their columns, whatever the shape of the rest.

  tasks    detect
  missing  its rows are not scored; impute fills them
  formula  risk = max over columns of |x − median| / MAD, the median absolute deviation of the column
  source   Iglewicz, Hoaglin, "How to detect and handle outliers", 1993.

Parameters and their defaults
  combine: farthest
      How the distances of the columns become one: that of the farthest column, or their mean.
      farthest or mean
  least_spread: 0.001
      A column that hardly varies is measured in this many of its units.
      a number above 0 and at most 1
`)
  })

  test('the page of the docs, and the schema for editors', async () => {
    const page = modelPages().get('median-distance.md')
    expect(page).toContain('| `combine` | farthest | farthest or mean |')
    expect(page).toContain('`model: {use: median-distance, combine: farthest}`')
    expect(await must('schema')).toContain('"median-distance"')
  })
})

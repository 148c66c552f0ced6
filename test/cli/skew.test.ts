/** Rows that cannot be what a model was taught with: said, and with --strict refused. */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createRandom } from '../../src/math/random.ts'
import { createFolder, type Folder, type Json } from './program.ts'

let folder: Folder
const golden = JSON.parse(readFileSync('test/golden/twice_scaled/expected.json', 'utf8')) as Json

const csv = (columns: string[], rows: number[][]) => [columns, ...rows].map(row => row.join(',')).join('\n') + '\n'

beforeAll(() => {
  folder = createFolder()
  folder.write('dropout.joblib', readFileSync('test/golden/twice_scaled/dropout.joblib'))
  folder.write('raw.csv', csv(golden.columns, golden.raw))
  folder.write('scaled.csv', csv(golden.columns, golden.scaled))
})
afterAll(() => folder.remove())

const TWICE =
  /age has mean \d+\.\d+ \(18 to 84\), but the model learned it with mean 0 and standard deviation 1: it was fitted on data that was already scaled/

describe('a model that was fitted on data that was already scaled', () => {
  test('is sure of every raw row, and the columns that show why are named', async () => {
    const { stderr } = await folder.must(['score', 'dropout.joblib', 'raw.csv', '-o', 'out'])
    expect(stderr).toMatch(TWICE)
    const risks = folder.csv('out.csv').map(row => Number(row.anomaly_score))
    expect(risks).toHaveLength(150)
    expect(Math.min(...risks)).toBeGreaterThan(0.99)
    for (const [i, risk] of risks.entries()) expect(risk).toBeCloseTo(golden.probability_raw[i], 12)
    const { warnings } = folder.json('out_metadata.json')
    expect(warnings.filter((warning: string) => TWICE.test(warning))).toHaveLength(1)
    expect(warnings.join('\n')).toContain('distance_km has mean')
  })

  test('scores the scaled rows as it should, without a word', async () => {
    const { stderr } = await folder.must(['score', 'dropout.joblib', 'scaled.csv', '-o', 'quiet', '--strict'])
    expect(stderr).not.toContain('already scaled')
    const risks = folder.csv('quiet.csv').map(row => Number(row.anomaly_score))
    for (const [i, risk] of risks.entries()) expect(risk).toBeCloseTo(golden.probability_scaled[i], 12)
  })

  test('with --strict is an error, and nothing is written', async () => {
    const before = folder.files()
    const { code, stderr, files } = await folder.run(['score', 'dropout.joblib', 'raw.csv', '-o', 'strict', '--strict'])
    expect(code).toBe(3)
    expect(stderr).toContain('The input cannot be what the model was taught with')
    expect(stderr).toMatch(TWICE)
    expect(files).toEqual(before)
  })
})

test('a model of our own notices fractions where it learned percents, and nothing in its own data', async () => {
  const random = createRandom(11)
  const rows = Array.from({ length: 300 }, () => [92 + 2 * random.normal(), 7 + 0.1 * random.normal()])
  folder.write('batches.csv', csv(['viability', 'ph'], rows))
  folder.write(
    'fractions.csv',
    csv(
      ['viability', 'ph'],
      rows.map(([v, ph]) => [(v as number) / 100, ph as number]),
    ),
  )
  folder.write(
    'own.yaml',
    'tocsin: 1\nname: own\nrows: batches.csv\ntransforms: [scale]\nlevels: {ALARM: {quantile: 99%}}\n',
  )
  await folder.must(['fit', 'own.yaml', '--no-report'])
  const same = await folder.must(['score', 'own.tocsin', 'batches.csv', '-o', 'same', '--strict'])
  expect(same.stderr).not.toContain('learned')
  expect(folder.json('same_metadata.json').warnings).toEqual([])
  const other = await folder.must(['score', 'own.tocsin', 'fractions.csv', '-o', 'other'])
  const found = 'viability looks like fractions where the model learned percents'
  expect(other.stderr).toContain(found)
  expect(folder.json('other_metadata.json').warnings).toEqual([expect.stringContaining(found)])
})

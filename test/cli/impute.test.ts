/** A recipe that imputes fills empty cells, and only these: a broken sensor or line stays unscored, as in fitting. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createRandom } from '../../src/math/random.ts'
import { createFolder, type Folder } from './program.ts'

let folder: Folder

beforeAll(async () => {
  folder = createFolder()
  const random = createRandom(5)
  const row = () => `${random.normal().toFixed(3)},${(5 + random.normal()).toFixed(3)}`
  folder.write('history.csv', `a,b\n${Array.from({ length: 300 }, row).join('\n')}\n`)
  folder.write('day.csv', 'a,b\n0.1,5.0\n,5.0\n-999,5.1\nabc,5\ninf,5\n1,2,3\n')
  folder.write(
    'imputing.yaml',
    'tocsin: 1\nname: imputing\nrows: history.csv\nsensors: {a: {fault: [-999]}}\ntransforms: [impute, scale]\nlevels: {ALARM: {quantile: 99%}}\n',
  )
  await folder.must(['fit', 'imputing.yaml', '--no-report'])
})
afterAll(() => folder.remove())

test('only the empty cell is filled', async () => {
  await folder.must(['score', 'imputing.tocsin', 'day.csv', '--output', 'out'])
  expect(folder.csv('out.csv').map(row => row.anomaly_score !== '')).toEqual([true, true, false, false, false, false])
  expect(folder.json('out_metadata.json').scoring_results.rejected_by).toEqual({
    'malformed line': 1,
    'not a number': 1,
    'not finite': 1,
    'sensor fault': 1,
  })
})

/** What the commands say: that it adds up, can be typed, and does not pass over what matters. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createFolder, type Folder } from './program.ts'
import { plantRecipe, plantTable } from './tables.ts'

let folder: Folder
beforeAll(async () => {
  folder = createFolder()
  folder.write('train.csv', plantTable({ rows: 300, edit: (cells, row) => (row % 50 === 7 ? (cells.temp = '') : 0) }))
  folder.write('plant.yaml', plantRecipe(`levels:\n  WARNING: {false_alarms: 5%}\nlearn: unit_id <> 'U2'\n`))
  await folder.must(['fit', 'plant.yaml', '--no-report'])
})
afterAll(() => folder.remove())

test('the rows of a fit add up', async () => {
  const { stdout } = await folder.must(['fit', 'plant.yaml', '--no-report'])
  const n = (pattern: RegExp) => Number(pattern.exec(stdout)?.[1])
  const parts = [/learn +(\d+) rows/, /\+ (\d+) held out/, /missing value (\d+)/, /not in learn (\d+)/].map(n)
  expect(parts[2]).toBe(6)
  expect(parts.reduce((sum, part) => sum + part, 0)).toBe(300)
})

test('paths are quoted where a shell would take them apart', async () => {
  folder.write('sp ace.csv', plantTable({ rows: 40 }))
  expect((await folder.must(['init', 'sp ace.csv'])).stdout).toContain('tocsin fit "sp ace.yaml"\n')
})

test('a table of which nothing was scored is warned of', async () => {
  folder.write('none.csv', plantTable({ rows: 5, edit: cells => (cells.temp = '') }))
  const { code, stderr } = await folder.run(['score', 'plant.tocsin', 'none.csv'])
  expect(code).toBe(0)
  expect(stderr).toContain('WARNING: no row was scored by plant: missing value')
})

test('an ending of an output is not doubled; other dots stay', async () => {
  folder.write('few.csv', plantTable({ rows: 5 }))
  const { files } = await folder.must(['score', 'plant.tocsin', 'few.csv', '-o', 'ok.csv'])
  expect(files).toContain('ok.csv')
  expect(files).not.toContain('ok.csv.csv')
  expect((await folder.must(['score', 'plant.tocsin', 'few.csv', '-o', 'scores.v1'])).files).toContain('scores.v1.csv')
})

test('standard output carries no Parquet', async () => {
  const { code, stderr } = await folder.run(['score', 'plant.tocsin', 'train.csv', '--format', 'parquet', '-o', '-'])
  expect([code, stderr]).toEqual([1, expect.stringContaining('standard output carries CSV only')])
})

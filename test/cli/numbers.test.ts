/** What counts as a number. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createFolder, type Folder } from './program.ts'
import { plantRecipe, plantTable } from './tables.ts'

let folder: Folder
beforeAll(() => {
  folder = createFolder()
})
afterAll(() => folder.remove())

test('digits with underscores are not a number, with and without rules of a sensor', async () => {
  folder.write('train.csv', plantTable({ rows: 400 }))
  folder.write('plant.yaml', plantRecipe('sensors:\n  flow: {missing: [none], censored: half}\n'))
  folder.write(
    'new.csv',
    plantTable({
      rows: 5,
      seed: 2,
      edit: (cells, row) => {
        if (row === 1) cells.temp = '2_0'
        if (row === 2) cells.flow = '1_00'
        if (row === 3) cells.flow = '<2_00'
      },
    }),
  )
  await folder.must(['fit', 'plant.yaml', '--no-report'])
  await folder.must(['score', 'plant.tocsin', 'new.csv', '--output', 'out'])
  const rows = folder.csv('out.csv')
  expect(rows.map(r => r.alarm_reason?.split('(')[1]?.split(')')[0])).toEqual([
    undefined,
    'not a number',
    'not a number',
    'not a number',
    undefined,
  ])
  expect(rows[1]?.alarm_reason).toBe('not scored (not a number): temp 2_0 is not a number')
})

test('a column of digits with underscores is text', async () => {
  folder.write('train.csv', plantTable({ rows: 400, edit: (cells, row) => (cells.note = `1_${row}`) }))
  folder.write('all.yaml', plantRecipe().replace('features: [temp, pressure, flow]\n', ''))
  const { stdout } = await folder.must(['fit', 'all.yaml', '--no-report', '--json'])
  expect(JSON.parse(stdout).features).toEqual(['temp', 'pressure', 'flow'])
})

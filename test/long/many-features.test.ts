/** How many features a recipe may compute, and how deep they may stand upon each other. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createFolder, type Folder } from '../cli/program.ts'
import { plantTable } from '../cli/tables.ts'

let folder: Folder
beforeAll(() => {
  folder = createFolder()
  folder.write('train.csv', plantTable({ rows: 60 }))
})
afterAll(() => folder.remove())

function recipe(count: number, sql: (i: number) => string): string {
  const lines = Array.from({ length: count }, (_, i) => `  f${i}: ${sql(i)}`)
  const levels = 'levels:\n  WARNING: {false_alarms: 20%}\n'
  return `tocsin: 1\nname: many\nrows: train.csv\nfeatures:\n${lines.join('\n')}\n${levels}`
}

test('a thousand computed features are taken, one more is refused at once', async () => {
  folder.write(
    'most.yaml',
    recipe(1000, i => `temp * ${i + 1}`),
  )
  await folder.must(['fit', 'most.yaml', '--no-report'])
  folder.write(
    'more.yaml',
    recipe(1001, i => `temp * ${i + 1}`),
  )
  const { code, stderr } = await folder.run(['fit', 'more.yaml', '--no-report'])
  expect(code).toBe(1)
  expect(stderr).toContain('1001 computed features')
})

test('features upon features: a hundred steps are taken, one more is refused', async () => {
  const chain = (i: number) => (i === 0 ? 'temp + 1' : `F${i - 1} + pressure`)
  folder.write('deep.yaml', recipe(100, chain))
  await folder.must(['fit', 'deep.yaml', '--no-report'])
  folder.write('deeper.yaml', recipe(101, chain))
  const { code, stderr } = await folder.run(['fit', 'deeper.yaml', '--no-report'])
  expect(code).toBe(1)
  expect(stderr).toContain('features upon features in more than 100 steps')
})

/** When nothing is left to learn from, the answer says where the rows went. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createFolder, type Folder } from './program.ts'
import { plantRecipe, plantTable } from './tables.ts'

let folder: Folder
beforeAll(() => {
  folder = createFolder()
  folder.write('train.csv', plantTable({ rows: 60, edit: (c, row) => (c.flow = row < 7 ? 'x' : (c.flow as string)) }))
})
afterAll(() => folder.remove())

const few = async (recipe: string) => {
  folder.write('few.yaml', recipe)
  const { code, stderr } = await folder.run(['fit', 'few.yaml', '--no-report'])
  expect(code).toBe(3)
  expect(stderr).toContain('Rows to learn from: 0 rows')
  return stderr
}

test('a feature without a value is named with its expression', async () => {
  const own = 'features:\n  odd: sqrt(-temp)\n  flow: flow\nsensors:\n  flow: {range: [0, 1000]}\n'
  const said = await few(plantRecipe(own).replace('features: [temp, pressure, flow]\n', ''))
  expect(said).toContain('odd (sqrt(-temp)) has no value in 60 of 60 rows')
  expect(said).toContain('flow has no value in 7 of 60 rows')
  expect(said).toContain('undefined feature: 53 of 60 rows')
  expect(said).toContain('not a number: 7 of 60 rows')
})

test('a condition that no row meets is told', async () => {
  const said = await few(plantRecipe("learn: note = 'none'\nsensors:\n  flow: {range: [0, 1000]}\n"))
  expect(said).toContain('outside learn: 60 rows')
})

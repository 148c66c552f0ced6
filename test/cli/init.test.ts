/** A first recipe is one that works: as it is written, and with its comments taken at their word. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { workbook } from '../data/workbook.ts'
import { createFolder, type Folder } from './program.ts'

let folder: Folder
beforeAll(() => {
  folder = createFolder()
})
afterAll(() => folder.remove())

const rows = (edit: (i: number) => (string | number)[]) => Array.from({ length: 120 }, (_, i) => edit(i))

test('the sheet that was looked at is the sheet that is learned from, scored and evaluated', async () => {
  const table = [['order', 'load'], ...rows(i => [1 + Math.sin(i), 5 + Math.cos(3 * i)])]
  folder.write('book.xlsx', workbook({ About: [['nothing here']], 'Batch log': table }))
  await folder.must(['init', 'book.xlsx', '--sheet', 'Batch log'])
  expect(folder.read('book.yaml')).toContain('  sheet: Batch log\n')
  await folder.must(['fit', 'book.yaml', '--no-report'])
  await folder.must(['score', 'book.tocsin', 'book.xlsx'])
  await folder.must(['evaluate', 'book.tocsin', 'book.xlsx'])
  expect(folder.csv('book_scores.csv')).toHaveLength(120)
  folder.write('flat.csv', 'a\n1\n')
  expect((await folder.run(['init', 'flat.csv', '--sheet', 'X'])).stderr).toContain('flat.csv is no workbook')
})

test.each([
  ['two columns, one with a name of SQL', ['order', 'load_2'], (i: number) => [2 + Math.sin(i), 5 + Math.cos(3 * i)]],
  ['one column', ['ratio'], (i: number) => [-3 + Math.sin(i)]],
  ['a group', ['unit', 'ratio', 'Rise "x"'], (i: number) => [`U${i % 3}`, Math.sin(i), 5 + Math.cos(3 * i)]],
])('the features in comments are right: %s', async (_, names, row) => {
  const cell = (value: string | number) =>
    /["]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : value
  folder.write('f.csv', `${[names, ...rows(row)].map(r => r.map(cell).join(',')).join('\n')}\n`)
  await folder.must(['init', 'f.csv', '-o', 'f.yaml', '--replace'])
  const text = folder.read('f.yaml')
  const open = text
    .replace(
      /^# (features:)\n((?:# {3}.*\n)+)/m,
      (_, head: string, body: string) => `${head}\n${body.replaceAll('#   ', '  ')}`,
    )
    .replace(/^ {2}# (group: .*)$/m, '  $1')
    .replace(/^# columns:$/m, 'columns:')
  expect(open).toMatch(/^features:\n {2}\w+: .+\n/m)
  expect(open.includes('lag(')).toBe(names.includes('unit'))
  folder.write('f.yaml', open)
  await folder.must(['fit', 'f.yaml', '--no-report'])
})

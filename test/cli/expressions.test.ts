/** Expressions that do not fit their columns, and labels that the model has seen. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { decode, digest, encode } from '../../src/artifact/artifact.ts'
import { createFolder, type Folder } from './program.ts'
import { plantRecipe, plantTable } from './tables.ts'

let folder: Folder
beforeAll(async () => {
  folder = createFolder()
  folder.write('train.csv', plantTable({ rows: 400, edit: (c, row) => (c.note = row % 40 === 0 ? '1' : '0') }))
  folder.write('plant.yaml', plantRecipe())
  await folder.must(['fit', 'plant.yaml', '--no-report'])
})
afterAll(() => folder.remove())

const features = (sql: string) =>
  plantRecipe(`features:\n  temp: temp\n  odd: "${sql}"\n`).replace('features: [temp, pressure, flow]\n', '')
const CASES: readonly (readonly [path: string, recipe: string, found: RegExp])[] = [
  ['features.odd', features("regexp_matches(temp, 'a')"), /regexp_matches\(DOUBLE/],
  ['features.odd', features("split_part(temp, '', 1)"), /string_split\(DOUBLE/],
  ['features.odd', features("strptime(unit_id, '%Q')"), /format specifier %Q/],
  ['features.odd', features("date_trunc('x', temp)"), /date_trunc\(STRING_LITERAL, DOUBLE\)/],
  ['features.odd', features('unit_id * 2'), /\*\(VARCHAR, INTEGER_LITERAL\).*unit_id is a text/s],
  ['features.odd', features('avg(temp * unit_id) over group'), /\*\(DOUBLE, VARCHAR\)/],
  ['learn', plantRecipe("learn: lower(temp) = 'x'\n"), /lower\(DOUBLE\)/],
  [
    'rows.where',
    plantRecipe().replace('rows: train.csv', 'rows: {file: train.csv, where: "lower(temp) = \'x\'"}'),
    /lower\(DOUBLE\)/,
  ],
]

test.each(CASES)('%s is named with DuckDB’s reason, no. %#', async (path, recipe, found) => {
  folder.write('odd.yaml', recipe)
  const { code, stderr } = await folder.run(['fit', 'odd.yaml', '--no-report', '-o', 'odd.tocsin'])
  expect(stderr).not.toContain('a mistake in tocsin')
  expect(stderr).toMatch(new RegExp(`odd\\.yaml:\\d+:\\d+ {2}${path}`))
  expect(stderr).toMatch(found)
  expect(code).toBe(1)
})

test('a window that fails on a value is told as such', async () => {
  folder.write('odd.yaml', features('avg(case when unit_id = 1 then temp end) over group'))
  const { code, stderr } = await folder.run(['fit', 'odd.yaml', '--no-report', '-o', 'odd.tocsin'])
  expect(stderr).toMatch(/Could not convert string 'U\d' to INT32/)
  expect(stderr).not.toContain('a mistake in tocsin')
  expect(code).toBe(3)
})

test('a model whose feature does not fit its columns is refused', async () => {
  const artifact = decode(folder.bytes('plant.tocsin'))
  const [first, ...rest] = artifact.features
  const odd = { ...artifact, features: [{ ...first, name: 'odd', text: 'lower(temp)' }, ...rest] } as typeof artifact
  const bytes = encode(odd)
  expect(digest(bytes)).toHaveLength(64)
  folder.write('odd.tocsin', bytes)
  const { code, stderr } = await folder.run(['score', 'odd.tocsin', 'train.csv', '--output', 'odd'])
  expect(stderr).toMatch(/its feature lower\(temp\) cannot be computed: .*lower\(DOUBLE\)/)
  expect(code).toBe(2)
})

test('a label that does not fit its columns is refused', async () => {
  const { code, stderr } = await folder.run(['evaluate', 'plant.tocsin', 'train.csv', '--label', 'note + 1 > 1'])
  expect(stderr).toContain('note + 1 > 1')
  expect(stderr).not.toContain('a mistake in tocsin')
  expect(code).toBe(1)
})

test('a label that a feature reads is warned of, by its name', async () => {
  const leaky = await folder.must(['evaluate', 'plant.tocsin', 'train.csv', '--label', 'temp > 22'])
  expect(leaky.stderr).toContain('the feature temp is in the label')
  const fair = await folder.must(['evaluate', 'plant.tocsin', 'train.csv', '--label', "note = '1'"])
  expect(fair.stderr).not.toContain('in the label')
})

/** Every output that the first page and the page on explaining show is what the program prints on the tables of the plants. */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { plantFiles as batchFiles } from '../../examples/batches/simulate.ts'
import { plantFiles as laboratoryFiles } from '../../examples/lims-quality/simulate.ts'
import { createFolder, type Folder } from '../cli/program.ts'

const [page, explaining] = ['README.md', 'docs/explain.md'].map(path =>
  readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8'),
) as [string, string]
const shown = [...(page + explaining).matchAll(/```\n\$ tocsin (.*)\n([\s\S]*?)```/g)].map(
  ([, command = '', output = '']) => ({
    command,
    output,
  }),
)
const [files, batches] = [laboratoryFiles(42), batchFiles(42)]
let laboratory: Folder
let bioreactor: Folder

beforeAll(() => {
  laboratory = createFolder()
  bioreactor = createFolder()
  for (const [name, content] of Object.entries(files)) laboratory.write(name, content)
  for (const [name, content] of Object.entries(batches)) bioreactor.write(name, content)
})
afterAll(() => {
  laboratory.remove()
  bioreactor.remove()
})

/** Without what the clock says, and without a file's id, which goes with the version that wrote it. */
const lasting = (output: string) => output.replace(/fit [\d.]+ ms/g, 'fit … ms').replace(/\b[0-9a-f]{8}\b/g, '<id>')

test('the pages show seven commands with what they print', () => {
  expect(shown.map(({ command }) => command.split(' ')[0])).toEqual([
    'init',
    'fit',
    'score',
    'score',
    'compare',
    'explain',
    'explain',
  ])
})

test('in the order of the pages, each prints what they show', async () => {
  for (const { command, output } of shown) {
    const folder = /recipe|batches/.test(command) ? bioreactor : laboratory
    // What the pages say in words only.
    if (command.includes('lims-quality.tocsin')) await laboratory.must(['fit', 'recipe.yaml'])
    if (command.startsWith('explain batches')) await bioreactor.must(['fit', 'recipe.yaml'])
    const { stdout } = await folder.must(command.split(' '))
    expect(lasting(stdout), command).toBe(lasting(output))
  }
})

test('the recipes on the page are lines of those that are written, or of the plant', () => {
  const [first = '', second = ''] = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text]) => text)
  const lines = (text: string) => text.split('\n').filter(line => line.trim() !== '' && line.trim() !== '…')
  expect(lines(laboratory.read('history.yaml'))).toEqual(expect.arrayContaining(lines(first)))
  expect(batches['recipe.yaml']).toContain(second)
})

/** `tocsin models` says what the definitions say, and the pages of the docs are made from them. */
import { readdirSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { modelPages } from '../../build/model-pages.ts'
import { learnedModels } from '../../src/models/index.ts'
import { createFolder, type Folder, type Json } from './program.ts'

const models = learnedModels()
let folder: Folder
beforeAll(() => {
  folder = createFolder()
})
afterAll(() => folder.remove())

const propertiesOf = (params: object) =>
  (params as { properties: Record<string, { default?: unknown; description: string }> }).properties

test('the list: every model once, with its tasks and what it is for', async () => {
  const { stdout } = await folder.must(['models'])
  const lines = stdout.split('\n')
  for (const { kind, tasks, about } of models) {
    const found = lines.filter(line => line.startsWith(`${kind} `))
    expect(found).toHaveLength(1)
    expect(found[0]).toMatch(new RegExp(`^${kind} +${tasks.join(', ')} +`))
    expect(found[0]?.endsWith(about)).toBe(true)
  }
  expect(lines.filter(line => line !== '')).toHaveLength(models.length + 1)
})

test('--json has every parameter with its default', async () => {
  const all: Json[] = JSON.parse((await folder.must(['models', '--json'])).stdout)
  expect(all.map(model => model.kind)).toEqual(models.map(model => model.kind))
  for (const [i, { params }] of models.entries()) {
    const properties = propertiesOf(params)
    expect(all[i].parameters.map((p: Json) => p.name)).toEqual(Object.keys(properties))
    for (const { name, default: value, about, allowed } of all[i].parameters) {
      expect([value, about]).toEqual([properties[name]!.default, properties[name]!.description])
      expect(allowed).not.toMatch(/another value|undefined/)
    }
  }
})

test('one of them', async () => {
  const { stdout } = await folder.must(['models', 'ridge'])
  expect(stdout).toMatch(/^ridge\n {2}Learns a number from labelled rows, .*\n\n {2}tasks {4}regress\n/)
  expect(stdout).toContain('  alpha: 1\n')
  expect(stdout).toContain('      a number at least 0 and at most 1e+300\n')
  const json = JSON.parse((await folder.must(['models', 'ridge', '--json'])).stdout)
  expect(json.kind).toBe('ridge')
})

test('a word that is no model', async () => {
  const { code, stderr } = await folder.run(['models', 'ridges'])
  expect(stderr).toMatch(
    /^ERROR: "ridges" is no model\n\nSolution: Did you mean ridge\? The models are isolation-forest, /,
  )
  expect(code).toBe(1)
})

test('docs/models holds the page of every model, as its definition says', () => {
  const pages = modelPages()
  const at = new URL('../../docs/models/', import.meta.url)
  expect(readdirSync(at).sort()).toEqual([...pages.keys()].sort())
  for (const [name, text] of pages)
    expect(readFileSync(new URL(name, at), 'utf8'), `${name}: npm run docs:models`).toBe(text)
})

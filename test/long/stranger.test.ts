/** A model file from a stranger: whatever was changed in it, it is refused in one message, and nothing runs or hangs. */
import { writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { decode, encode } from '../../src/artifact/safetensors.ts'
import { createFolder, type Folder, type Json } from '../cli/program.ts'
import { plantRecipe, plantTable } from '../cli/tables.ts'

let folder: Folder
let container: ReturnType<typeof decode>

beforeAll(async () => {
  folder = createFolder()
  folder.write('train.csv', plantTable({ rows: 300 }))
  const sensors = 'sensors:\n  temp: {unit: °C, limits: [0, 40]}\ntransforms: [impute, scale]\n'
  const recipe = plantRecipe(
    `${sensors}levels:\n  WARNING: {false_alarms: 5%, hold: 2 of 3}\n`,
    'time: timestamp, group: unit_id',
  )
  folder.write(
    'plant.yaml',
    recipe.replace(
      'features: [temp, pressure, flow]',
      'features:\n  temp: temp\n  load: pressure * flow\n  rise: temp - lag(temp) over group',
    ),
  )
  folder.write('today.csv', plantTable({ rows: 30, seed: 2 }))
  await folder.must(['fit', 'plant.yaml', '--no-report'])
  container = decode(folder.bytes('plant.tocsin'))
})
afterAll(() => folder.remove())

type Edit = (description: Json, tensors: Map<string, Json>) => void

function forge(edit: Edit): void {
  const description = JSON.parse(container.metadata.tocsin as string)
  const tensors = new Map([...container.tensors].map(([name, array]) => [name, array.slice()]))
  edit(description, tensors)
  writeFileSync(folder.at('forged.tocsin'), encode({ metadata: { tocsin: JSON.stringify(description) }, tensors }))
}

async function refused(): Promise<string> {
  const startMs = performance.now()
  const { code, stderr, files } = await folder.run(['score', 'forged.tocsin', 'today.csv', '--output', 'never'])
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr: expect.stringMatching(/^ERROR: Failed to load model from forged\.tocsin\nReason: [^\n]+\n/),
  })
  expect(stderr).not.toContain('mistake in tocsin')
  expect(files.filter(f => f.includes('never'))).toEqual([])
  expect(performance.now() - startMs).toBeLessThan(20_000)
  return stderr
}

const feature =
  (text: string): Edit =>
  description =>
    Object.assign(description.features[1], { text, sql: text })
const level =
  (cut: unknown): Edit =>
  description =>
    Object.assign(description.levels[0], { cut })

test('the file as it was is accepted, and so is a faithful copy', async () => {
  forge(() => {})
  await folder.must(['score', 'forged.tocsin', 'today.csv', '--output', 'copy'])
})

describe('expressions', () => {
  test.each([
    ['a subquery', '(SELECT 1)'],
    ['a file', "read_text('/etc/passwd')"],
    ['a file through a subquery', "(SELECT content FROM read_text('/etc/passwd'))"],
    ['a way out of the statement', "1) FROM x; COPY (SELECT 1) TO '/tmp/out'; --"],
    ['a setting', "current_setting('temp_directory')"],
    ['an environment variable', "getenv('HOME')"],
    ['a huge text', "length(repeat('x', 3000000000))"],
    ['a column that is not there', 'secret * 2'],
    ['nothing', ' '],
  ])('%s', async (_, text) => {
    forge(feature(text))
    await refused()
  })

  test('what the file claims of a feature is not believed', async () => {
    // Another SQL text beside an innocent one, and a window that says it is none: both are made anew from the text.
    forge(description => {
      Object.assign(description.features[1], { sql: '(SELECT 1)', columns: [] })
      Object.assign(description.features[2], { sql: '0', kind: 'row', columns: ['nowhere'] })
    })
    await folder.must(['score', 'forged.tocsin', 'today.csv', '--output', 'honest', '--scored-at', '2026-01-01'])
    await folder.must(['score', 'plant.tocsin', 'today.csv', '--output', 'genuine', '--scored-at', '2026-01-01'])
    const scores = (name: string) => folder.csv(name).map(r => r.anomaly_score)
    expect(scores('honest.csv')).toEqual(scores('genuine.csv'))
  })
})

describe('the description', () => {
  test.each<[string, Edit]>([
    ['a cut that is a text', level('0.5); DROP TABLE x; --')],
    ['a cut that is none', level(null)],
    ['an infinite cut', d => Object.assign(d.levels[0], { cut: 'Infinity' })],
    ['a hold over a billion rows', d => Object.assign(d.levels[0].hold, { of: 1_000_000_000 })],
    ['a hold of more than there are', d => Object.assign(d.levels[0].hold, { count: 4 })],
    ['limits that are texts', d => Object.assign(d.recipe.sensors[0], { limits: ['0', '40'] })],
    ['a sensor without a column', d => delete d.recipe.sensors[0].column],
    ['a time zone of another world', d => Object.assign(d.recipe.columns.time, { zone: 'Mars/Phobos' })],
    ['types that are not there', d => Object.assign(d, { types: {} })],
    ['a type of its own', d => Object.assign(d.types, { temp: 'BLOB' })],
    ['no features', d => Object.assign(d, { features: [] })],
    ['one feature fewer than the model has', d => d.features.pop()],
    ['a feature with a name of our own statements', d => Object.assign(d.features[1], { name: '~risk' })],
    ['a feature twice', d => d.features.push(d.features[0])],
    ['a million features', d => Object.assign(d, { features: Array(1_000_000).fill(d.features[0]) })],
    ['a recipe that is none', d => Object.assign(d, { recipe: 'plant' })],
    ['an unknown model', d => Object.assign(d.recipe.model, { use: 'constructor' })],
    ['an unknown transform', d => Object.assign(d.recipe.transforms[0], { use: '__proto__' })],
    ['a transform too many', d => d.recipe.transforms.push({ use: 'scale' })],
    ['another format', d => Object.assign(d, { format: 2 })],
    ['no states', d => delete d.states],
    ['states of the wrong kind', d => Object.assign(d, { states: { model: [], profile: 1, transforms: {} } })],
    ['an encoding nobody knows', d => Object.assign(d.recipe.rows.read, { encoding: 'ebcdic' })],
    ['a word of a later version', d => Object.assign(d.recipe, { watch: true })],
  ])('%s', async (_, edit) => {
    forge(edit)
    await refused()
  })
})

describe('the arrays', () => {
  const set =
    (name: string, at: number, value: number): Edit =>
    (_, tensors) =>
      (tensors.get(name)[at] = value)
  const drop =
    (name: string): Edit =>
    (_, tensors) =>
      tensors.delete(name)
  test.each<[string, Edit]>([
    ['a child outside its tree', set('model.left', 0, 1_000_000)],
    ['a child before its parent', set('model.right', 0, -7)],
    ['a child that is its own parent', set('model.left', 0, 0)],
    ['two paths to one node', (_, t) => (t.get('model.left')[0] = t.get('model.right')[0])],
    ['a column that is not there', set('model.feature', 0, 99)],
    ['a threshold that is no number', set('model.threshold', 0, Number.NaN)],
    ['trees that begin nowhere', set('model.start', 1, -5)],
    ['trees that end beyond', set('model.start', 100, 2_000_000_000)],
    ['rows fewer than none', set('model.samples', 0, -1)],
    ['a missing array', drop('model.left')],
    ['a shorter array', (_, t) => t.set('model.threshold', t.get('model.threshold').slice(1))],
    ['another type of array', (_, t) => t.set('model.left', Float64Array.from(t.get('model.left')))],
    ['a number of drawn rows that is none', d => Object.assign(d.states.model, { drawn: 'many' })],
    ['more columns than features', d => Object.assign(d.states.model, { columns: 1_000_000_000 })],
    ['a missing profile', drop('profile.mean')],
    ['a profile of another width', (_, t) => t.set('profile.median', Float64Array.of(1))],
    ['a scale of nothing', (_, t) => t.get('transform.1.size').fill(0)],
    ['a missing transform', drop('transform.0.fill')],
  ])('%s', async (_, edit) => {
    forge(edit)
    await refused()
  })
})

describe('what is no model at all', () => {
  test.each([
    ['nothing', '', 'bytes'],
    ['a pickle', '\x80\x04\x95\x00', 'pickle'],
    ['a zip', 'PK\x03\x04', 'zip'],
    ['JSON', '{"a": 1}', 'JSON'],
    ['a table', 'timestamp,unit_id\n2026,1\n', 'does not start like'],
  ])('%s', async (_, content, reason) => {
    writeFileSync(folder.at('forged.tocsin'), Buffer.from(content, 'latin1'))
    expect(await refused()).toContain(reason)
  })

  test('a folder', async () => {
    const { code, stderr } = await folder.run(['score', '.', 'today.csv'])
    expect([code, stderr.includes('it is a folder')]).toEqual([2, true])
  })

  test('a file cut short anywhere, or with a bit turned over in its header', async () => {
    const whole = folder.bytes('plant.tocsin')
    for (const share of [0.001, 0.3, 0.999]) {
      writeFileSync(folder.at('forged.tocsin'), whole.subarray(0, Math.floor(whole.length * share)))
      await refused()
    }
    for (const at of [0, 5, 9]) {
      const turned = Buffer.from(whole)
      turned[at] = (turned[at] as number) ^ 0x40
      writeFileSync(folder.at('forged.tocsin'), turned)
      await refused()
    }
  })

  test('inspect and evaluate refuse it too', async () => {
    forge(level('0.5'))
    for (const args of [
      ['inspect', 'forged.tocsin'],
      ['evaluate', 'forged.tocsin', 'today.csv'],
      ['threshold', 'forged.tocsin', 'today.csv'],
    ]) {
      expect((await folder.run(args)).code).toBe(2)
    }
  })
})

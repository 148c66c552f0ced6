/** Models written for other programs: what the command writes, says, leaves out and refuses. */
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createRandom } from '../../src/math/random.ts'
import { readModel } from '../../src/verbs/model-file.ts'
import { createFolder, type Folder } from './program.ts'

let folder: Folder

const RECIPE = `tocsin: 1
name: vessel
rows: {file: rows.csv}
columns: {id: batch}
sensors:
  ph: {fault: [-999], range: [0, 14], limits: [6, 8]}
features:
  ph: ph
  flow: flow
  load: flow * (ph - 7)
  ratio: sqrt(flow) / ph
transforms: [{use: impute}]
model: {use: isolation-forest, n_estimators: 10}
levels:
  WARNING: {false_alarms: 10%}
  CRITICAL: {false_alarms: 5%}
`

function table(rows: number, seed: number): string {
  const random = createRandom(seed)
  const lines = Array.from({ length: rows }, (_, i) => {
    const ph =
      i % 40 === 7 ? '-999' : i % 40 === 11 ? '' : i % 40 === 13 ? '20' : (7 + 0.4 * random.normal()).toFixed(3)
    const flow = i % 40 === 17 ? '' : i % 40 === 19 ? '-4' : (50 + 5 * random.normal()).toFixed(2)
    return `B${i},${ph},${flow}`
  })
  return `batch,ph,flow\n${lines.join('\n')}\n`
}

beforeAll(async () => {
  folder = createFolder()
  folder.write('vessel.yaml', RECIPE)
  folder.write('rows.csv', table(400, 1))
  folder.write('new.csv', table(200, 2))
  await folder.must(['fit', 'vessel.yaml', '--no-report'])
})
afterAll(() => folder.remove())

describe('tocsin export', () => {
  test('as SQL gives the scores of tocsin score, with sensors, features and steps', async () => {
    const { stdout } = await folder.must(['export', 'vessel.tocsin', '--to', 'sql', '--table', 'main.readings'])
    expect(stdout).toMatch(/saved +vessel\.sql/)
    expect(stdout).toMatch(/left out +limits of ph: level follows from the score alone/)
    await folder.must(['score', 'vessel.tocsin', 'new.csv', '--output', 'scores'])
    const expected = folder
      .csv('scores.csv')
      .map(({ batch, anomaly_score: score }) => [batch, score ? Number(score) : null])
    const instance = await DuckDBInstance.create(':memory:')
    const connection = await instance.connect()
    await connection.run(
      `CREATE TABLE readings AS SELECT batch, CAST(ph AS DECIMAL(9, 3)) AS ph, CAST(flow AS DOUBLE) AS flow FROM read_csv('${folder.at('new.csv')}')`,
    )
    const found = (await connection.runAndReadAll(folder.read('vessel.sql'))).getRowObjects()
    connection.closeSync()
    instance.closeSync()
    expect(Object.keys(found[0]!)).toEqual(['batch', 'ph', 'flow', 'score', 'level'])
    expect(found.map(row => row.batch)).toEqual(expected.map(([batch]) => batch))
    for (const [i, { score }] of found.entries()) {
      if (expected[i]![1] === null) expect(score, `row ${i}`).toBeNull()
      else expect(score, `row ${i}`).toBeCloseTo(expected[i]![1] as number, 12)
    }
    expect(expected.filter(([, score]) => score === null)).toHaveLength(10)
  })

  test('as JSON holds every number of the model', async () => {
    await folder.must(['export', 'vessel.tocsin', '--to', 'json', '-o', 'out/model.json'])
    const { model, steps, profile, features, levels } = folder.json('out/model.json')
    const { artifact } = readModel(folder.at('vessel.tocsin'))
    const { use, state } = model
    expect(use).toBe('isolation-forest')
    for (const [written, kept] of [
      [state, artifact.model],
      [steps[0].state, artifact.transforms[0]],
      [profile, artifact.profile],
    ])
      for (const [key, value] of Object.entries(kept))
        expect(Array.isArray(written[key]) ? written[key].map(Number) : written[key], key).toEqual(
          ArrayBuffer.isView(value) ? Array.from(value as Float64Array) : value,
        )
    expect(Object.keys(state).sort()).toEqual(Object.keys(artifact.model).sort())
    expect(features).toEqual(artifact.features)
    expect(levels).toEqual(artifact.levels)
  })

  test('as ONNX names its inputs and outputs, and what the other program must do itself', async () => {
    const { stdout } = await folder.must(['export', '--model', 'vessel.tocsin', '--to', 'onnx', '--json'])
    const said = JSON.parse(stdout)
    expect(said).toMatchObject({
      path: 'vessel.onnx',
      inputs: ['ph', 'flow', 'load', 'ratio'],
      outputs: ['score', 'level'],
      left: ['fault codes, ranges and limits of ph', 'the expressions of load, ratio: compute these before'],
    })
    expect(said.bytes).toBe(folder.bytes('vessel.onnx').length)
    const text = folder.bytes('vessel.onnx').toString('latin1')
    for (const word of ['tocsin', 'ai.onnx.ml', 'TreeEnsembleRegressor', 'ratio', 'score', 'level'])
      expect(text).toContain(word)
  })

  test('writes the same bytes again', async () => {
    for (const to of ['onnx', 'sql', 'json']) {
      await folder.must(['export', 'vessel.tocsin', '--to', to, '-o', `first.${to}`])
      await folder.must(['export', 'vessel.tocsin', '--to', to, '-o', `second.${to}`])
      expect(folder.bytes(`second.${to}`).equals(folder.bytes(`first.${to}`)), to).toBe(true)
    }
  })

  test('never writes over the model', async () => {
    const before = folder.bytes('vessel.tocsin')
    const { code, stderr } = await folder.run(['export', 'vessel.tocsin', '--to', 'json', '-o', './vessel.tocsin'])
    expect([code, stderr]).toEqual([4, expect.stringContaining('is also an input')])
    expect(folder.bytes('vessel.tocsin').equals(before)).toBe(true)
  })

  test('refuses for PostgreSQL what it may compute differently', async () => {
    const args = ['export', 'vessel.tocsin', '--to', 'sql', '--dialect', 'postgres', '-o', 'postgres.sql']
    const { code, stderr, files } = await folder.run(args)
    expect(code).toBe(2)
    expect(stderr).toContain('the feature ratio = sqrt(flow) / ph has sqrt, which PostgreSQL may compute differently')
    expect(files).not.toContain('postgres.sql')
  })

  test.each([
    [['--to', 'pmml'], '--to is "pmml", expected onnx or sql or json'],
    [[], '--to onnx, sql or json is missing'],
    [['--to', 'json', '--table', 'x'], '--table says how SQL is written, and --to is json'],
    [['--to', 'sql', '--dialect', 'oracle'], '--dialect is "oracle", expected duckdb or postgres'],
  ])('answers %j with what is allowed', async (flags, words) => {
    const { code, stderr } = await folder.run(['export', 'vessel.tocsin', ...flags])
    expect([code, stderr]).toEqual([1, expect.stringContaining(words)])
  })
})

/** ONNX files of others, scored by the command, beside what onnxruntime itself says of the same rows. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { exportOnnx } from '../../src/exporters/onnx/export-onnx.ts'
import { createRandom } from '../../src/math/random.ts'
import { riskOf } from '../../src/verbs/pipeline.ts'
import { createFolder, type Folder } from '../cli/program.ts'
import { FEATURES, fitted, type Given, rowsOf } from '../exporters/artifacts.ts'
import { findRuntime, RUNTIME_FOLDER } from './onnxruntime.ts'

const runtime = findRuntime()
const FILES = join(import.meta.dirname, '../../../shared/data/models/onnx')
const absent = !existsSync(FILES)
if (absent) console.warn(`SKIPPED: no ONNX files of others in ${FILES}`)
const ROWS = 300

let folder: Folder
beforeAll(() => {
  folder = createFolder()
})
afterAll(() => folder.remove())

/** A table of floats, and the same numbers for the runtime. */
function tableOf(names: readonly string[], seed: number): Float32Array {
  const random = createRandom(seed)
  const values = Float32Array.from({ length: ROWS * names.length }, () => random.normal() * 3)
  const lines = Array.from({ length: ROWS }, (_, i) =>
    values.subarray(i * names.length, (i + 1) * names.length).join(','),
  )
  folder.write('rows.csv', `${names.join(',')}\n${lines.join('\n')}\n`)
  return values
}

/** The runtime is found in the folder that the command runs in. */
async function scores(model: string, ...flags: string[]): Promise<number[]> {
  const output = folder.at('scores')
  await folder.must(['score', model, folder.at('rows.csv'), '--output', output, ...flags], { cwd: RUNTIME_FOLDER })
  return folder.csv('scores.csv').map(row => Number(row.anomaly_score))
}

async function ask(file: string, input: string, values: Float32Array, wanted: readonly string[]) {
  const session = await runtime!.InferenceSession.create(readFileSync(join(FILES, file)))
  const tensor = new runtime!.Tensor('float32', values, [ROWS, values.length / ROWS])
  return (session as unknown as { run(feeds: object, fetches: readonly string[]): ReturnType<typeof session.run> }).run(
    { [input]: tensor },
    wanted,
  )
}

const named = (count: number) => Array.from({ length: count }, (_, i) => `f${i}`)

describe.skipIf(!runtime || absent)('files of skl2onnx', () => {
  test.each([
    ['Pranavyadav9519__Drift-Analyzier-__models__isolation_forest.onnx', 'float_input', 3],
    ['Vibhor2702__Varaksha__models__isolation_forest.onnx', 'input', 24],
  ])('%s: the risk is −scores, and an alarm is its label −1', async (file, input, count) => {
    const names = named(count)
    const values = tableOf(names, count)
    const { scores: theirs, label } = await ask(file, input, values, ['scores', 'label'])
    const ours = await scores(join(FILES, file), '--features', names.join(','))
    expect(ours).toEqual(Array.from(theirs!.data as Float32Array, score => -score))
    const alarms = folder.csv('scores.csv').map(row => Number(row.is_anomaly))
    expect(alarms).toEqual(Array.from(label!.data as BigInt64Array, each => Number(each === -1n)))
    expect(new Set(alarms).size).toBe(2)
  })

  test.each([
    ['lukalafaye__airflow-mlflow-tutorial__models__random_forest.onnx', 'X', 4, 'output_label'],
    ['sumaiya-rahman__online-predictive-serving__models__random_forest.onnx', 'float_input', 4, 'output_label'],
    ['EamonTracey__cubot__models__linear_svc.onnx', 'X', 6, 'label'],
  ])('%s: the class with the highest risk is its label', async (file, input, count, output) => {
    const names = named(count)
    const values = tableOf(names, 7)
    const { [output]: label } = await ask(file, input, values, [output])
    const features = ['--features', names.join(',')]
    const { stderr, stdout } = await folder.run(['inspect', join(FILES, file), ...features, '--risk', '?'], {
      cwd: RUNTIME_FOLDER,
    })
    const classes = /Its classes are (.*)\./.exec(stdout + stderr)![1]!.split(', ')
    const risks: number[][] = []
    for (const name of classes) risks.push(await scores(join(FILES, file), ...features, '--risk', name))
    const highest = Array.from({ length: ROWS }, (_, i) => {
      const own = risks.map(risk => risk[i]!)
      return classes[own.indexOf(Math.max(...own))]
    })
    expect(highest).toEqual(Array.from(label!.data as ArrayLike<unknown>, String))
  })
})

describe.skipIf(!runtime)('our own exports, read again', () => {
  const cases: Record<string, Given> = {
    'isolation-forest': { use: 'isolation-forest', task: 'detect', missing: 0.02 },
    'gradient-boosting': { use: 'gradient-boosting', task: 'classify', missing: 0.1 },
    pca: { use: 'pca', task: 'detect', steps: [{ use: 'impute' }], missing: 0.1 },
  }
  for (const [name, given] of Object.entries(cases))
    test(name, async () => {
      const artifact = fitted(given)
      folder.write('own.onnx', exportOnnx(artifact).bytes)
      const x = rowsOf(given, createRandom(3), ROWS)
      const columns = x.columns as readonly Float64Array[]
      const cell = (value: number) => (Number.isNaN(value) ? '' : String(value))
      const header = FEATURES.map(each => `"${each.replaceAll('"', '""')}"`).join(',')
      const lines = Array.from({ length: ROWS }, (_, i) => columns.map(column => cell(column[i]!)).join(','))
      folder.write('rows.csv', `${header}\n${lines.join('\n')}\n`)
      const risk = new Float64Array(ROWS)
      riskOf(artifact)(x, risk)
      await scores(folder.at('own.onnx'))
      const found = folder.csv('scores.csv')
      for (const [i, row] of found.entries()) {
        if (Number.isNaN(risk[i])) expect(row.anomaly_score).toBe('')
        else expect(Number(row.anomaly_score)).toBeCloseTo(risk[i]!, 12)
      }
      expect(found.map(row => Number(row.is_anomaly || 0))).toEqual(Array.from(risk, r => Number(r > 0.4)))
      expect(found).toHaveLength(ROWS)
    })

  test('a model file of ours holds the graph, and a graph that the runtime does not take is refused', async () => {
    folder.write('own.onnx', exportOnnx(fitted({ use: 'ridge', task: 'regress' })).bytes)
    await folder.must(['import', folder.at('own.onnx'), '-o', folder.at('own.tocsin')], { cwd: RUNTIME_FOLDER })
    const before = await scores(folder.at('own.onnx'))
    expect(await scores(folder.at('own.tocsin'))).toEqual(before)
    const bytes = Buffer.from(exportOnnx(fitted({ use: 'ridge', task: 'regress' })).bytes)
    bytes.write('MatMux', bytes.indexOf('MatMul'))
    bytes.write('MatMux', bytes.lastIndexOf('MatMul'))
    folder.write('broken.onnx', bytes)
    const { code, stderr } = await folder.run(
      ['score', folder.at('broken.onnx'), folder.at('rows.csv'), '--output', folder.at('x')],
      { cwd: RUNTIME_FOLDER },
    )
    expect([code, stderr]).toEqual([2, expect.stringContaining('onnxruntime does not take it')])
  })
})

test('without onnxruntime-node the answer is the one command that brings it', async () => {
  folder.write('own.onnx', exportOnnx(fitted({ use: 'ridge', task: 'regress' })).bytes)
  folder.write('rows.csv', 'a\n1\n')
  const { code, stderr } = await folder.run(['score', 'own.onnx', 'rows.csv', '--output', 'x'])
  expect([code, stderr]).toEqual([2, expect.stringContaining('Solution: Run: npm install onnxruntime-node')])
})

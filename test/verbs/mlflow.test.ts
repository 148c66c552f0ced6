import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Failure } from '../../src/errors.ts'
import { readMlflowFolder } from '../../src/verbs/mlflow-folder.ts'
import { folderOfWord } from '../../src/verbs/mlflow-store.ts'
import { type ModelFile, openModel, readModel } from '../../src/verbs/model-file.ts'
import { riskOf } from '../../src/verbs/pipeline.ts'

const GOLDEN = 'test/golden/mlflow'
const expected = JSON.parse(readFileSync(`${GOLDEN}/expected.json`, 'utf8')) as Record<
  string,
  { rows: number[][]; risk: number[] }
>

function risks({ artifact }: ModelFile, rows: readonly number[][]): number[] {
  const out = new Float64Array(rows.length)
  const columns = artifact.features.map((_, c) => Float64Array.from(rows, row => row[c] as number))
  riskOf(artifact)({ rows: rows.length, columns }, out)
  return [...out]
}

function failureOf(act: () => unknown): Failure {
  try {
    act()
  } catch (error) {
    return error as Failure
  }
  throw new Error('nothing was thrown')
}

describe('a model folder of MLflow', () => {
  it('is scored by the names of its signature, as scikit-learn scores it', () => {
    const model = readModel(`${GOLDEN}/pickle`)
    expect(model.path).toBe(`${GOLDEN}/pickle`)
    expect(model.artifact.features.map(({ name }) => name)).toEqual(['pH', 'temp', 'turbidity'])
    expect(model.foreign?.about.versions).toMatchObject({ mlflow: '3.17.2', 'scikit-learn': '1.6.1' })
    const { rows, risk } = expected.pickle as { rows: number[][]; risk: number[] }
    for (const [i, found] of risks(model, rows).entries()) expect(found).toBeCloseTo(risk[i] as number, 14)
  })

  it('with a signature of a tensor asks for names, and takes those that are given', () => {
    expect(failureOf(() => readModel(`${GOLDEN}/unnamed`)).message).toContain('does not say what they are called')
    const { rows, risk } = expected.unnamed as { rows: number[][]; risk: number[] }
    const model = readModel(`${GOLDEN}/unnamed`, { features: ['a', 'b', 'c'] })
    for (const [i, found] of risks(model, rows).entries()) expect(found).toBeCloseTo(risk[i] as number, 14)
  })

  it('with a function of its own notebook is refused, and still said what it is', () => {
    const failure = failureOf(() => readModel(`${GOLDEN}/by_value`))
    expect(failure.code).toBe('MODEL_REFUSED')
    expect(failure.message).toContain('cloudpickle')
    expect(failure.hint).toContain('not those written in a notebook or script')
    expect(openModel(`${GOLDEN}/by_value`)).toMatchObject({ foreign: { about: { versions: { mlflow: '3.17.2' } } } })
  })
})

describe('MLmodel', () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tocsin-test-'))
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  const write = (name: string, text: string) => {
    const path = join(folder, name)
    mkdirSync(path)
    writeFileSync(join(path, 'MLmodel'), text)
    writeFileSync(join(path, 'model.bin'), 'x')
    return path
  }

  it.each([
    [
      'a whole PyTorch module',
      'flavors: {pytorch: {model_data: data}, python_function: {}}',
      'pytorch is a whole pickled',
    ],
    ['another library', 'flavors: {prophet: {data: m}, python_function: {}}', 'its flavor is prophet'],
    ['only code', 'flavors: {python_function: {loader_module: x}}', 'python_function, which is code'],
    ['another serialization', 'flavors: {sklearn: {pickled_model: model.bin, serialization_format: dill}}', 'as dill'],
    ['a file outside', 'flavors: {sklearn: {pickled_model: ../../etc/passwd}}', 'names no file in the folder'],
    ['an absolute file', 'flavors: {lightgbm: {data: /etc/passwd}}', 'names no file in the folder'],
    ['no flavors', 'artifact_path: x', 'damaged'],
    ['broken YAML', 'flavors: {', 'damaged'],
    ['aliases that grow', `a: &a [x]\nb: ${'[*a,'.repeat(20)}0${']'.repeat(20)}\nflavors: 1`, 'damaged'],
  ])('with %s is refused', (name, text, message) => {
    const path = write(name, text)
    const failure = failureOf(() => readMlflowFolder(path))
    expect(failure.code).toBe('MODEL_REFUSED')
    expect(failure.message).toContain(message)
  })

  it('does not follow a link out of its folder', () => {
    const path = write('linked', 'flavors: {sklearn: {pickled_model: link.pkl}}')
    writeFileSync(join(folder, 'outside.pkl'), 'x')
    symlinkSync(join(folder, 'outside.pkl'), join(path, 'link.pkl'))
    expect(failureOf(() => readMlflowFolder(path)).message).toContain('names no file in the folder')
  })

  it('names the file of each library', () => {
    const flavors = { sklearn: 'pickled_model', lightgbm: 'data', xgboost: 'data', onnx: 'data' }
    for (const [flavor, key] of Object.entries(flavors)) {
      const path = write(flavor, `flavors: {python_function: {}, ${flavor}: {${key}: model.bin}}\nrun_id: abc`)
      expect(readMlflowFolder(path)).toMatchObject({ flavor, file: join(path, 'model.bin'), run: 'abc' })
    }
  })
})

describe('words of MLflow', () => {
  let store: string
  const at = (...parts: string[]) => join(store, ...parts)
  const put = (path: string, text: string) => {
    mkdirSync(join(path, '..'), { recursive: true })
    writeFileSync(path, text)
  }

  beforeAll(() => {
    store = mkdtempSync(join(tmpdir(), 'tocsin-test-'))
    // As MLflow 2 lays it out; version 2 says the place where the store was before it was moved.
    cpSync(`${GOLDEN}/pickle`, at('0', 'run1', 'artifacts', 'model'), { recursive: true })
    const version = (n: number, stage: string, source: string) =>
      put(
        at('models', 'lims', `version-${n}`, 'meta.yaml'),
        `version: ${n}\ncurrent_stage: ${stage}\nsource: ${source}\n`,
      )
    version(1, 'Production', `file://${at('0', 'run1', 'artifacts', 'model')}`)
    version(2, 'Staging', '/home/else/mlruns/0/run1/artifacts/model')
    version(10, 'None', 'models:/m-1')
    version(11, 'Archived', '/etc')
    put(at('models', 'lims', 'aliases', 'champion'), '2')
    // As MLflow 3 does: models of their own beside the runs.
    cpSync(`${GOLDEN}/skops`, at('0', 'models', 'm-1', 'artifacts'), { recursive: true })
    put(at('0', 'models', 'm-1', 'meta.yaml'), 'name: lims_qc_model\nsource_run_id: run1\n')
  })
  afterAll(() => rmSync(store, { recursive: true, force: true }))

  it.each([
    ['runs:/run1/model', '0/run1/artifacts/model'],
    ['runs:/run1/lims_qc_model', '0/models/m-1/artifacts'],
    ['models:/m-1', '0/models/m-1/artifacts'],
    ['models:/lims/1', '0/run1/artifacts/model'],
    ['models:/lims/2', '0/run1/artifacts/model'],
    ['models:/lims/10', '0/models/m-1/artifacts'],
    ['models:/lims/production', '0/run1/artifacts/model'],
    ['models:/lims@champion', '0/run1/artifacts/model'],
  ])('%s is found', (word, path) => {
    expect(folderOfWord(word, store)).toBe(at(...path.split('/')))
    expect(folderOfWord(word, `file://${store}`)).toBe(at(...path.split('/')))
  })

  it.each(['runs:/run2/model', 'models:/lims/7', 'models:/other/1', 'models:/lims@nobody', 'models:/m-2'])(
    '%s is not there, and where it was looked for is said',
    word => {
      const failure = failureOf(() => folderOfWord(word, store))
      expect(failure.code).toBe('MODEL_NOT_FOUND')
      expect(failure.hint).toContain(store)
    },
  )

  it.each([
    ['runs:/../x', 'not spelled'],
    ['models:/a/b/c', 'not spelled'],
    ['models:/..@x', 'not spelled'],
    ['models:/lims/11', 'outside of'],
  ])('%s is refused', (word, message) => {
    const failure = failureOf(() => folderOfWord(word, store))
    expect(failure.code).toBe('MODEL_REFUSED')
    expect(failure.message).toContain(message)
  })

  it.each(['http://localhost:5000', 'https://x', 'databricks', 'sqlite:///mlflow.db'])('of %s are not fetched', uri => {
    const failure = failureOf(() => folderOfWord('models:/lims@champion', uri))
    expect(failure.message).toContain('a client for tracking servers is not in this version')
    expect(failure.hint).toContain('mlflow artifacts download --artifact-uri models:/lims@champion')
  })
})

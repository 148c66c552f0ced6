import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Artifact, Provenance } from '../../src/artifact/artifact.ts'
import { importModel } from '../../src/importers/import-model.ts'
import type { ImportRequest } from '../../src/importers/request.ts'
import { riskOf } from '../../src/verbs/pipeline.ts'

const FOLDER = 'test/golden/torch'
const expected = JSON.parse(readFileSync(`${FOLDER}/expected.json`, 'utf8')) as {
  rows: number[][]
  errors: Record<string, { float64: number[]; float32: number[] }>
}
const bytesOf = (name: string) => readFileSync(`${FOLDER}/${name}.pth`)

const opened = (name: string, said: Partial<ImportRequest> = {}, bytes: Uint8Array = bytesOf(name)) =>
  importModel({ name: `${name}.pth`, bytes, features: ['a', 'b', 'c', 'd'], ...said }, '0')

function risks(artifact: Artifact): number[] {
  const { rows } = expected
  const out = new Float64Array(rows.length)
  const columns = [0, 1, 2, 3].map(c => Float64Array.from(rows, row => row[c] as number))
  riskOf(artifact)({ rows: rows.length, columns }, out)
  return [...out]
}

const warningsOf = ({ source }: Artifact) => (source as Provenance).warnings

describe('an autoencoder of PyTorch', () => {
  it.each(Object.keys(expected.errors))('%s has the errors that PyTorch computes', async name => {
    const { artifact, refusal } = await opened(name)
    expect(refusal).toBeUndefined()
    const found = risks(artifact as Artifact)
    const { float64, float32 } = expected.errors[name] as { float64: number[]; float32: number[] }
    for (const [i, risk] of found.entries()) {
      expect(Math.abs(risk - (float64[i] as number))).toBeLessThan(1e-14)
      // Four digits that a float32 has beyond these are what PyTorch rounds away.
      expect(Math.abs(risk - (float32[i] as number))).toBeLessThan(1e-6)
    }
  })

  it('says what its file says', async () => {
    const { about, artifact } = await opened('normalised', { features: undefined })
    expect(about).toMatchObject({
      format: 'torch',
      containers: ['zip', 'pickle protocol 2'],
      features: ['a', 'b', 'c', 'd'],
      threshold: 0.0137,
      parameters: { activation: 'tanh', input_dim: 4, bottleneck_dim: 2, dropout: 0.2 },
    })
    expect(artifact?.features.map(({ name }) => name)).toEqual(['a', 'b', 'c', 'd'])
    expect(artifact?.levels).toMatchObject([{ name: 'ALARM', cut: 0.0137 }])
    expect(warningsOf(artifact as Artifact)).toContain(
      '3 layers of BatchNorm1d are worked into the weights, with its ordinary eps of 1e-5',
    )
  })

  it('with LeakyReLU is taken with the slope of its training, and says so', async () => {
    const { artifact } = await opened('leaky_relu')
    expect(artifact?.model.slope).toBe(0.01)
    expect(warningsOf(artifact as Artifact)[0]).toContain('0.01 is taken, with which PyTorch trains by default')
  })

  it('with a negative threshold compares the error with its opposite, as no error is negative', async () => {
    const { artifact } = await opened('views')
    expect(artifact?.levels[0]?.cut).toBe(0.25)
    expect(warningsOf(artifact as Artifact)[0]).toContain('-0.25 can only be one of score_samples')
  })

  it('without a threshold has no level, and with one from outside that one', async () => {
    expect((await opened('brain')).artifact?.levels).toEqual([])
    expect((await opened('brain', { threshold: 0.5 })).artifact?.levels[0]?.cut).toBe(0.5)
  })

  it('is scored after a scaler from a file of its own', async () => {
    // sklearn's MinMaxScaler as a pickle: data_range 2 and 0.5, so scale_ 0.5 … and min_ 0.1 ….
    const numbers = (values: number[]) => `(lp9\n${values.map(value => `F${value}\na`).join('')}`
    const scale = [0.5, 2, 1, 4]
    const min = [0.1, -0.2, 0, 0.3]
    const pickle =
      'ccopy_reg\n_reconstructor\n(csklearn.preprocessing._data\nMinMaxScaler\nc__builtin__\nobject\nNtR(dp1\n' +
      `S'scale_'\n${numbers(scale)}sS'min_'\n${numbers(min)}sS'feature_range'\n(I0\nI1\ntsS'clip'\nI00\nsS'n_features_in_'\nI4\nsb.`
    const { artifact, refusal } = await opened('relu', { scaler: { name: 's.pkl', bytes: Buffer.from(pickle) } })
    expect(refusal).toBeUndefined()
    const plain = (await opened('relu')).artifact as Artifact
    const columns = [0, 1, 2, 3].map(c => Float64Array.from(expected.rows, row => row[c] as number))
    const scaled = columns.map((column, c) => column.map(x => x * (scale[c] as number) + (min[c] as number)))
    const [found, wanted] = [new Float64Array(6), new Float64Array(6)]
    riskOf(artifact as Artifact)({ rows: 6, columns }, found)
    riskOf(plain)({ rows: 6, columns: scaled }, wanted)
    for (const [i, risk] of found.entries()) expect(risk).toBeCloseTo(wanted[i] as number, 14)
  })
})

describe('a PyTorch file that cannot be honoured', () => {
  it.each([
    ['bare', 'unsaid', 'bare weights of a network: its activation'],
    ['module', 'unsupported', 'whole object (torch.nn.modules.container.Sequential), whose code is not in the file'],
    ['before-1.6', 'unsupported', 'before PyTorch 1.6'],
    ['scripted', 'unsupported', 'TorchScript module'],
    ['parts', 'unsupported', 'in several parts (encoder., decoder.)'],
  ])('%s is refused with what to do', async (name, kind, message) => {
    const { refusal } = await opened(name)
    expect(refusal?.kind).toBe(kind)
    expect(refusal?.message).toContain(message)
    expect(refusal?.hint).toMatch(/torch\.(save|onnx)/)
  })

  it('asks for the names of the features', async () => {
    expect((await opened('relu', { features: undefined })).refusal).toMatchObject({ kind: 'unsaid' })
    expect((await opened('relu', { features: ['a'] })).refusal?.message).toContain('1 name is given for a model of 4')
  })

  it('whose bytes are changed anywhere is read or refused, and nothing else', async () => {
    const sound = bytesOf('views')
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.nat(sound.length - 1), fc.nat(255)), { maxLength: 8 }), async changes => {
        const bytes = Buffer.from(sound)
        for (const [at, value] of changes) bytes[at] = value
        const { artifact, refusal } = await opened('views', {}, bytes)
        expect(artifact === undefined).toBe(refusal !== undefined)
      }),
      { numRuns: 500 },
    )
  })
})

import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Artifact } from '../../src/artifact/artifact.ts'
import { importModel } from '../../src/importers/import-model.ts'
import { riskOf } from '../../src/verbs/pipeline.ts'
import { zipOf } from './zip-bytes.ts'

const FOLDER = 'test/golden/mlflow'
const expected = JSON.parse(readFileSync(`${FOLDER}/expected.json`, 'utf8')) as Record<
  string,
  { rows: number[][]; risk: number[] }
>
const bytesOf = (name: string) => readFileSync(`${FOLDER}/${name}/model.skops`)
const opened = (bytes: Uint8Array) => importModel({ name: 'model.skops', bytes }, '0')

const json = (value: string) => ({ __class__: 'str', __module__: 'builtins', __loader__: 'JsonNode', content: value })
const schema = (tree: object) =>
  zipOf([{ name: 'schema.json', bytes: Buffer.from(JSON.stringify(tree)), deflate: true }])
const refusalOf = async (tree: object) => (await opened(schema({ protocol: 2, ...tree }))).refusal

describe('a model of skops', () => {
  it.each(['skops', 'skops_forest', 'skops_outliers'])('%s gives the risk that scikit-learn gives', async name => {
    const { artifact, refusal, about } = await opened(bytesOf(name))
    expect(refusal).toBeUndefined()
    expect(about).toMatchObject({ format: 'skops', versions: { skops: '0.16.0', 'scikit-learn': '1.6.1' } })
    expect(artifact?.features.map(feature => feature.name)).toEqual(['pH', 'temp', 'turbidity'])
    const { rows, risk } = expected[name] as { rows: number[][]; risk: number[] }
    const out = new Float64Array(rows.length)
    const columns = [0, 1, 2].map(c => Float64Array.from(rows, row => row[c] as number))
    riskOf(artifact as Artifact)({ rows: rows.length, columns }, out)
    for (const [i, found] of out.entries()) expect(found).toBeCloseTo(risk[i] as number, 13)
  })

  it('of LightGBM, as MLflow logs it, gives the risk that LightGBM gives', async () => {
    const { artifact, refusal } = await opened(bytesOf('skops_lightgbm'))
    expect(refusal).toBeUndefined()
    const { rows, risk } = expected.skops_lightgbm as { rows: number[][]; risk: number[] }
    const out = new Float64Array(rows.length)
    const columns = [0, 1, 2].map(c => Float64Array.from(rows, row => row[c] as number))
    riskOf(artifact as Artifact)({ rows: rows.length, columns }, out)
    for (const [i, found] of out.entries()) expect(found).toBeCloseTo(risk[i] as number, 14)
  })

  it('is refused with what it does not know, and with what runs commands', async () => {
    expect((await refusalOf({ __loader__: 'EvalNode' }))?.message).toContain('"EvalNode", which is not known here')
    const system = { __class__: 'system', __module__: 'os', __loader__: 'FunctionNode' }
    const list = { __class__: 'list', __module__: 'builtins', __loader__: 'ListNode', content: [system] }
    expect(await refusalOf(list)).toMatchObject({ kind: 'hostile' })
    expect((await refusalOf({ ...json('1'), protocol: 3 }))?.message).toContain('protocol 3 of skops')
  })

  it.each<[string, object, string]>([
    ['an object without a class', { __loader__: 'ObjectNode', content: json('1') }, 'has no class'],
    ['a list that is none', { ...json('1'), __loader__: 'ListNode', content: 5 }, 'a list is none'],
    ['a value that is none', json('{'), 'the value "{"'],
    [
      'an array that is not there',
      { ...json('1'), __loader__: 'NdArrayNode', type: 'numpy', file: '../x.npy' },
      'no file',
    ],
  ])('is refused with %s', async (_, tree, message) => {
    const refusal = await refusalOf(tree)
    expect(refusal?.kind).toBe('damaged')
    expect(refusal?.message).toContain(message)
  })

  it.each([
    [5000, 'nests more than 200 deep'],
    [2_000_000, 'node is no object'],
  ])('that nests %i deep is refused', async (depth, message) => {
    const open =
      depth > 5000 ? '[' : '{"__loader__":"TupleNode","__class__":"tuple","__module__":"builtins","content":['
    const text = open.repeat(depth) + (depth > 5000 ? ']' : ']}').repeat(depth)
    const { refusal } = await opened(zipOf([{ name: 'schema.json', bytes: Buffer.from(text) }]))
    expect(refusal?.message).toContain(message)
  })

  it('whose tree is changed anywhere is read or refused, and nothing else', async () => {
    const tree = JSON.stringify({
      protocol: 2,
      __class__: 'StandardScaler',
      __module__: 'sklearn.preprocessing._data',
      __loader__: 'ObjectNode',
      content: {
        ...json('1'),
        __class__: 'dict',
        __loader__: 'DictNode',
        content: { mean_: json('0'), __proto__x: json('"a"') },
      },
    })
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.nat(tree.length - 1), fc.nat(127)), { maxLength: 4 }), async changes => {
        const bytes = Buffer.from(tree)
        for (const [at, value] of changes) bytes[at] = value
        const { artifact, refusal } = await opened(zipOf([{ name: 'schema.json', bytes }]))
        expect(artifact === undefined).toBe(refusal !== undefined)
      }),
      { numRuns: 500 },
    )
  })
})

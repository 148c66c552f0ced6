/** ONNX files as a stranger may send them: what is taken, what is refused, and that bytes do no harm. No runtime is asked. */
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { exportOnnx } from '../../../src/exporters/onnx/export-onnx.ts'
import { importModel } from '../../../src/importers/import-model.ts'
import { decode, encode, type Field, integer, message, text } from '../../../src/protobuf.ts'
import { FEATURES, fitted } from '../../exporters/artifacts.ts'
import golden from '../../golden/onnx/expected.json' with { type: 'json' }

const ours = exportOnnx(fitted({ use: 'ridge', task: 'regress' })).bytes
const open = (bytes: Uint8Array, said: object = {}) => importModel({ name: 'm.onnx', bytes, ...said }, '1.0.0')

interface Sketch {
  readonly nodes?: readonly Field[]
  readonly inputs?: readonly Field[]
  readonly outputs?: readonly Field[]
  readonly more?: readonly Field[]
  readonly inGraph?: readonly Field[]
}

const FLOAT = 1
const INT64 = 7
/** A port of a graph: 0 is any size. */
const port = (field: number, name: string, element: number, ...sizes: number[]) =>
  message(field, [
    text(1, name),
    message(2, [
      message(1, [
        integer(1, element),
        message(
          2,
          sizes.map(size => message(1, size === 0 ? [] : [integer(1, size)])),
        ),
      ]),
    ]),
  ])
const node = (operator: string, from: string, to: string, ...more: Field[]) =>
  message(1, [text(1, from), text(2, to), text(4, operator), ...more])
const classes = (...names: string[]) =>
  message(5, [text(1, 'classlabels_strings'), ...names.map(name => text(9, name)), integer(20, 8)])

/** Field numbers as in onnx.proto3. */
function file({ nodes = [], inputs, outputs, more = [], inGraph = [] }: Sketch): Uint8Array {
  return encode([
    integer(1, 8),
    text(2, 'somebody'),
    message(7, [
      ...nodes,
      ...(inputs ?? [port(11, 'X', FLOAT, 0, 2)]),
      ...(outputs ?? [port(12, 'Y', FLOAT, 0, 1)]),
      ...inGraph,
    ]),
    message(8, [text(1, ''), integer(2, 17)]),
    ...more,
  ])
}
const named = { features: ['a', 'b'] }
const detector = { outputs: [port(12, 'label', INT64, 0, 1), port(12, 'scores', FLOAT, 0, 1)] }

test('our own export is told, with its features and its cut', async () => {
  const { about, artifact, refusal } = await open(ours)
  expect(refusal).toBeUndefined()
  expect(about).toMatchObject({
    format: 'onnx',
    versions: { onnx: 'format 8', 'ai.onnx': '17', 'ai.onnx.ml': '3', tocsin: '0.0.0' },
  })
  expect(artifact!.features.map(({ name }) => name)).toEqual(FEATURES)
  expect(artifact!.levels.map(({ cut }) => cut)).toEqual([0.4])
  expect(artifact!.recipe.model).toMatchObject({ use: 'onnx', takes_missing: true })
  expect(artifact!.model).toMatchObject({ inputs: FEATURES, element: 'double', output: 'score', sign: 1 })
})

describe('which output is the risk', () => {
  test('of a detector its scores turned round, alarmed below 0', async () => {
    const { artifact } = await open(file(detector), named)
    expect(artifact!.model).toMatchObject({ output: 'scores', column: 0, sign: -1, element: 'float', inputs: ['X'] })
    expect(artifact!.levels).toMatchObject([{ cut: 0 }])
    expect(artifact!.recipe.model).toMatchObject({ takes_missing: false })
  })

  test('of a classifier the class that a person names, from before its ZipMap', async () => {
    const nodes = [
      node('TreeEnsembleClassifier', 'X', 'p', classes('fine', 'worn', 'bad')),
      node('ZipMap', 'p', 'maps', classes('fine', 'worn', 'bad')),
    ]
    const outputs = [port(12, 'label', 8, 0), message(12, [text(1, 'maps'), message(2, [message(4, [])])])]
    const bytes = file({ nodes, outputs })
    const { artifact } = await open(bytes, { ...named, risk: 'bad' })
    expect(artifact!.model).toMatchObject({ output: 'p', column: 2, sign: 1 })
    expect(artifact!.source!.risk).toBe('probability of bad')
    const graph = new TextDecoder('latin1').decode(artifact!.model.graph as Uint8Array)
    expect(graph).toContain('TreeEnsembleClassifier')
    expect(graph).not.toContain('ZipMap')
    expect((await open(bytes, named)).refusal).toMatchObject({ kind: 'unsaid', hint: 'Name it: --risk bad' })
  })

  test('of a regressor the end that a person names', async () => {
    expect((await open(file({}), named)).refusal).toMatchObject({
      kind: 'unsaid',
      hint: 'Say --risk high or --risk low.',
    })
    const { artifact } = await open(file({}), { ...named, risk: 'low' })
    expect(artifact!.recipe.columns.target).toMatchObject({ risk: 'low' })
  })

  test('names come from a person where one input takes all features', async () => {
    expect((await open(file(detector))).refusal).toMatchObject({
      kind: 'unsaid',
      hint: expect.stringContaining('--features'),
    })
  })
})

describe('refused', () => {
  const inner = (depth: number): Field =>
    depth === 0
      ? node('Add', 'a', 'b')
      : node('If', 'a', 'b', message(5, [text(1, 'then_branch'), message(6, [inner(depth - 1)]), integer(20, 5)]))
  const outside = message(5, [text(8, 'W'), message(13, [text(1, 'location'), text(2, '/etc/passwd')]), integer(14, 1)])

  test.each<[string, Sketch, string, RegExp]>([
    [
      'tensors in other files',
      { inGraph: [outside] },
      'hostile',
      /tensor W lies in another file, which is never opened/,
    ],
    [
      'tensors in other files, in an attribute of a node in a graph of a node',
      {
        nodes: [
          node(
            'If',
            'a',
            'b',
            message(5, [message(6, [node('C', 'a', 'b', message(5, [{ ...outside, number: 5 }]))])]),
          ),
        ],
      },
      'hostile',
      /lies in another file/,
    ],
    [
      'operators of others',
      { nodes: [node('Evil', 'X', 'Y', text(7, 'com.evil'))] },
      'unsupported',
      /domain com\.evil/,
    ],
    [
      'opsets of others',
      { more: [message(8, [text(1, 'com.evil'), integer(2, 1)])] },
      'unsupported',
      /domain com\.evil/,
    ],
    ['functions', { more: [message(25, [text(1, 'f')])] }, 'unsupported', /functions of its own/],
    ['sparse tensors', { inGraph: [message(15, [])] }, 'unsupported', /sparse tensors/],
    ['graphs in graphs without end', { nodes: [inner(12)] }, 'damaged', /more than 8 deep/],
    ['texts as inputs', { ...detector, inputs: [port(11, 'X', 8, 0, 2)] }, 'unsupported', /its input X is of string/],
    ['pictures', { ...detector, inputs: [port(11, 'X', FLOAT, 0, 3, 8, 8)] }, 'unsupported', /has 4 dimensions/],
    [
      'outputs that nobody knows',
      { outputs: [port(12, 'a', FLOAT, 0, 1), port(12, 'b', FLOAT, 0, 1)] },
      'unsupported',
      /none of its outputs/,
    ],
  ])('%s', async (_, sketch, kind, words) => {
    const { artifact, refusal } = await open(file(sketch), named)
    expect(artifact).toBeUndefined()
    expect(refusal).toMatchObject({ kind, message: expect.stringMatching(words) })
  })

  test('bytes that are cut off or changed: a refusal or a model, never an error', async () => {
    const bytes = file(detector)
    for (let length = 4; length < bytes.length; length++) await open(bytes.subarray(0, length), named)
    await fc.assert(
      fc.asyncProperty(fc.nat(ours.length - 1), fc.nat(255), async (at, value) => {
        const changed = Uint8Array.from(ours)
        changed[at] = value
        const { artifact, refusal } = await open(changed, named)
        expect(artifact === undefined).not.toBe(refusal === undefined)
      }),
      { numRuns: 2000 },
    )
  })
})

test('protocol buffers: what is written is read', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.integer({ min: 1, max: 2 ** 28 }), fc.uint8Array())), fields => {
      const written = encode(fields.map(([number, bytes]) => ({ number, wire: 2, bytes }) as const))
      expect(decode(written).map(({ number, bytes }) => [number, Array.from(bytes)])).toEqual(
        fields.map(([number, bytes]) => [number, Array.from(bytes)]),
      )
    }),
  )
  // The example of the format's own documentation: field 1 is 150, 08 96 01.
  expect(Array.from(encode([integer(1, 150)]))).toEqual([0x08, 0x96, 0x01])
  // The same page: field 2 is the text "testing".
  expect(Buffer.from(encode([text(2, 'testing')])).toString('hex')).toBe('120774657374696e67')
})

test.each(Object.entries(golden.cases))(
  '%s: classes of skl2onnx by their names, decisions told from probabilities',
  async (name, said) => {
    const bytes = readFileSync(`test/golden/onnx/${name}.onnx`)
    const { artifact, refusal } = await open(bytes, { features: ['a', 'b', 'c'], risk: said.risk })
    expect(refusal).toBeUndefined()
    expect(artifact!.source!.risk).toBe(`${said.decides ? 'decision_function' : 'probability'} of ${said.risk}`)
    const { refusal: list } = await open(bytes, { features: ['a', 'b', 'c'], risk: 'none of them' })
    expect(list!.hint).toBe(`Its classes are ${said.classes.join(', ')}.`)
  },
)

test('several numbers a row without labels are no classes', async () => {
  const { refusal } = await open(file({ outputs: [port(12, 'Y', FLOAT, 0, 2)] }), named)
  expect(refusal?.message).toContain('none of its outputs is known to be a risk')
})

test('a label that comes from nowhere known is refused, not counted', async () => {
  const outputs = [port(12, 'label', INT64, 0), port(12, 'probabilities', FLOAT, 0, 3)]
  const { refusal } = await open(file({ nodes: [node('Mystery', 'X', 'label')], outputs }), { ...named, risk: '1' })
  expect(refusal?.message).toContain('nothing in the file says which classes')
})

test('a probability alone is that of the second class', async () => {
  const sketch = { nodes: [node('Sigmoid', 'X', 'probability')], outputs: [port(12, 'probability', FLOAT, 0, 1)] }
  const { artifact } = await open(file(sketch), named)
  expect(artifact!.source!.risk).toBe('probability of 1')
  const { refusal } = await open(file(sketch), { ...named, risk: '0' })
  expect(refusal?.message).toContain('the number of the second class alone')
})

test('a graph for a fixed number of rows but one is refused', async () => {
  const of = (rows: number) => file({ inputs: [port(11, 'X', FLOAT, rows, 2)] })
  const { refusal } = await open(of(32), { ...named, risk: 'high' })
  expect(refusal).toMatchObject({ message: expect.stringContaining('32 rows at a time') })
  expect((await open(of(1), { ...named, risk: 'high' })).refusal).toBeUndefined()
})

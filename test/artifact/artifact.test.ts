import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Artifact, decode, digest, encode } from '../../src/artifact/artifact.ts'
import { createRandom } from '../../src/math/random.ts'
import { isolationForest } from '../../src/models/isolation-forest.ts'
import { scale } from '../../src/transforms/scale.ts'
import { riskOf } from '../../src/verbs/pipeline.ts'

const WIDTH = 3
const normals = (n: number, seed: number) => {
  const random = createRandom(seed)
  return Float64Array.from({ length: n }, () => random.normal())
}
const x = { rows: 200, columns: [normals(200, 1), normals(200, 2), normals(200, 3)] }

function artifact(more: Partial<Artifact> = {}): Artifact {
  const state = scale.fit(x, { method: 'standard' })
  const scaled = scale.apply(state)(x)
  const model = isolationForest.fit?.(
    { task: 'detect', x: scaled, names: [], weight: new Float64Array(200).fill(1), random: createRandom(42) },
    { n_estimators: 20, max_samples: 'auto', contamination: 'auto', max_features: 1, bootstrap: false },
  )
  const statistic = new Float64Array(WIDTH)
  return {
    format: 1,
    version: '0.1.0',
    name: 'plant',
    task: 'detect',
    recipe: {
      tocsin: 1,
      name: 'plant',
      task: 'detect',
      incomplete: 'reject',
      rows: { file: ['a.csv'], read: {}, join: [] },
      columns: { later: [], private: [], blinded: [], ignore: [] },
      sensors: [],
      split: { by: 'random', test: 0, calibrate: 0.25 },
      transforms: [{ use: 'scale' }],
      model: { use: 'isolation-forest' },
      levels: [{ name: 'ALARM', rule: { kind: 'risk', value: 0.6 } }],
      output: { files: ['csv'] },
      seed: 42,
    },
    types: { a: 'number', b: 'number', c: 'number' },
    features: ['a', 'b', 'c'].map(name => ({
      name,
      text: `"${name}"`,
      sql: `"${name}"`,
      kind: 'row',
      columns: [name],
    })),
    levels: [{ name: 'ALARM', cut: 0.6, rule: 'risk 0.6' }],
    lineage: {
      rows: 200,
      learned: 150,
      heldOut: 50,
      tested: 0,
      rejected: {},
      files: ['a.csv'],
      sha256: 'f'.repeat(64),
    },
    model: model ?? {},
    transforms: [state],
    profile: { min: statistic, max: statistic, mean: statistic, std: statistic, median: statistic },
    ...more,
  }
}

describe('an artifact', () => {
  test('scores the same bits after the file', () => {
    const before = artifact()
    const bytes = encode(before)
    const [a, b] = [new Float64Array(200), new Float64Array(200)]
    riskOf(before)(x, a)
    riskOf(decode(bytes))(x, b)
    expect(b).toEqual(a)
    expect(new Set(a).size).toBeGreaterThan(50)
  })

  test('is the same bytes whatever the order of its keys', () => {
    const one = artifact()
    const backwards = Object.fromEntries(Object.entries(one).reverse()) as unknown as Artifact
    expect(encode(backwards)).toEqual(encode(one))
    expect(encode(decode(encode(one)))).toEqual(encode(one))
  })

  test('has the SHA-256 of its bytes as id', () => {
    const bytes = encode(artifact())
    expect(digest(bytes)).toBe(createHash('sha256').update(bytes).digest('hex'))
  })

  test('keeps what JSON cannot hold: −0, NaN, infinities, and every other number bit for bit', () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.stringMatching(/^[a-z]{1,8}$/),
          fc.oneof(fc.double(), fc.constantFrom(-0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY)),
          { maxKeys: 5 },
        ),
        fc.array(fc.double(), { maxLength: 5 }),
        (numbers, list) => {
          const model = { ...numbers, ARRAY: Float64Array.from(list), TEXT: 'ü', TEXTS: ['a', ''] }
          const back = decode(encode(artifact({ model }))).model
          for (const [name, value] of Object.entries(numbers)) expect(Object.is(back[name], value)).toBe(true)
          expect(back.ARRAY).toEqual(model.ARRAY)
          expect([back.TEXT, back.TEXTS]).toEqual(['ü', ['a', '']])
          expect(Object.keys(back).sort()).toEqual(Object.keys(model).sort())
        },
      ),
      { numRuns: 50 },
    )
  })

  test('keeps columns and features of any name', () => {
    const names = ['__proto__', 'constructor', 'a"b', "it's", 'é 😀', '~o', ';--']
    const types = Object.fromEntries(names.map(n => [n, 'number' as const]))
    const features = names.map(name => ({ name, text: 'x', sql: 'x', kind: 'row' as const, columns: [name] }))
    const statistic = new Float64Array(names.length)
    const profile = { min: statistic, max: statistic, mean: statistic, std: statistic, median: statistic }
    const back = decode(encode(artifact({ types, features, profile })))
    expect(back.features).toEqual(features)
    expect(Object.keys(back.types).sort()).toEqual(names.toSorted())
  })

  test('is refused, never half read, when a byte of its description is changed', () => {
    const bytes = encode(artifact())
    const text = new TextDecoder('latin1').decode(bytes)
    const at = (word: string) => text.indexOf(word)
    for (const [word, other] of [
      ['\\"format\\":1', '\\"format\\":7'],
      ['\\"cut\\":0.6', '\\"cut\\":"x"'],
      ['isolation', '\\\\\\\\\\\\\\\\\\'],
    ] as const) {
      const changed = bytes.slice()
      changed.set(new TextEncoder().encode(other.slice(0, word.length)), at(word))
      expect(at(word)).toBeGreaterThan(0)
      expect(() => riskOf(decode(changed))).toThrow()
    }
  })
})

test.each(['a\x1b[31m', 'ok', 'NOT_SCORED', '', 'x'.repeat(41)])('a level called %j is refused', name => {
  const given = artifact({ levels: [{ name, cut: 0.6, rule: 'risk 0.6' }] })
  expect(() => decode(encode(given))).toThrow(/levels\[0\]\.name .* expected the name of a level/)
})

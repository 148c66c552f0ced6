/** Shares of the columns that a model reads, as shares of the features that the steps made them of: by hand. */
import { expect, test } from 'vitest'
import type { Artifact } from '../../src/artifact/artifact.ts'
import { type LeafRisk, packRisk } from '../../src/artifact/risk.ts'
import type { State } from '../../src/math/state.ts'
import { explainerFor, explainerOf, needsBackground } from '../../src/verbs/reasons.ts'

interface Program {
  readonly steps: readonly (State & { readonly use: string; readonly from: number; readonly count: number })[]
  readonly risk: LeafRisk
  readonly profile?: State
  readonly low?: boolean
}

const line = (from: number, coefficients: readonly number[]): LeafRisk => ({
  ...{ use: 'ridge', from, count: coefficients.length },
  state: {
    ...{ coefficient: Float64Array.from(coefficients), centre: new Float64Array(coefficients.length) },
    ...{ base: 7, intercept: 7 },
  },
})

/** Two features: a number, and a text of three. */
function artifact({ steps, risk, profile = {}, low = false }: Program): Artifact {
  const { model, state } = packRisk(risk)
  const target = low ? { target: { kind: 'value', value: 'y', risk: 'low' } } : {}
  return {
    recipe: {
      ...{ model, transforms: steps.map(({ use, from, count }) => ({ use, from, count })), seed: 1 },
      columns: { private: [], blinded: [], later: [], ignore: [], ...target },
    },
    features: [
      { name: 'a', columns: ['a'] },
      { name: 'b', columns: ['b'], levels: ['x', 'y', 'z'] },
    ],
    ...{ transforms: steps, model: state, profile, source: { file: 'a.joblib' } },
  } as unknown as Artifact
}

const oneHot = {
  ...{ use: 'one-hot', from: 1, count: 1, start: Int32Array.of(0, 3), isText: Uint8Array.of(1), outputs: 3 },
  ...{
    numbers: new Float64Array(3),
    texts: ['x', 'y', 'z'],
    place: Int32Array.of(0, 1, 2),
    unknown: Int32Array.of(-1),
  },
} as const
// The number twice, then the columns of the text.
const twice = { use: 'arrange', from: 0, count: 4, columns: Int32Array.of(0, 0, 1, 2, 3) }
const mixed = {
  ...{ use: 'project', from: 0, count: 2, centre: new Float64Array(2) },
  ...{ components: Float64Array.of(1, 1), factor: Float64Array.of(1) },
}

const block = { rows: 2, columns: [Float64Array.of(2, 3), Float64Array.of(1, 2)] }

test('columns made of one feature add up to its share', () => {
  for (const low of [false, true]) {
    const { explain, base } = explainerOf(artifact({ steps: [oneHot, twice], risk: line(1, [10, 100, 200, 400]), low }))
    const out = new Float64Array(4)
    explain(block, out)
    const sign = low ? -1 : 1
    // The first copy of the number lies before the stretch of the model.
    expect([...out]).toEqual([20, 200, 30, 400].map(share => sign * share))
    expect(base).toBe(sign * 7)
  }
})

test('where a step mixes columns, rows to compare with are asked for, and the way to them is named', () => {
  const blind = artifact({ steps: [oneHot, mixed], risk: line(0, [1, 1, 1]) })
  expect(needsBackground(blind.recipe)).toBe(true)
  expect(() => explainerFor({ path: 'a.tocsin', artifact: blind } as never)).toThrow(
    expect.objectContaining({
      code: 'MODEL_UNEXPLAINED',
      hint: expect.stringContaining('tocsin import a.joblib --background sample.csv'),
    }),
  )
  // The walks begin at a row of a 0 and b unknown, and end at the row: a linear model's shares are exact.
  const background = { background: Float64Array.of(0, Number.NaN) }
  const sighted = artifact({ steps: [oneHot, mixed], risk: line(0, [1, 5, 3]), profile: background })
  const out = new Float64Array(4)
  explainerOf(sighted).explain(block, out)
  // Left of the model: a + (b is x), b is y, b is z.
  for (const [i, share] of [2, 5, 3, 3].entries()) expect(out[i]).toBeCloseTo(share, 12)
})

test('a mix that the model does not read is no matter', () => {
  const steps = [oneHot, { ...mixed, from: 1 }]
  const out = new Float64Array(4)
  explainerOf(artifact({ steps, risk: line(0, [3]) })).explain(block, out)
  expect([...out]).toEqual([6, 0, 9, 0])
})

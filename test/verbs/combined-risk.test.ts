/** Risks as importers say them, packed as a model file keeps them, and scored: expected values by hand. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkDescription } from '../../src/artifact/description.ts'
import { type CombinedRisk, type LeafRisk, packRisk, type Risk } from '../../src/artifact/risk.ts'
import type { State } from '../../src/math/state.ts'
import { membersOf, stepText } from '../../src/recipe/members.ts'
import { scorerOf } from '../../src/verbs/ensemble.ts'
import { riskOf } from '../../src/verbs/pipeline.ts'
import { sourcesOf, stepsOf } from '../../src/verbs/steps.ts'

const HOLE = Number.NaN

/** Σ coefficients · x + constant of the columns from a place on. */
function line(from: number, coefficients: readonly number[], constant: number, more: Partial<LeafRisk> = {}): LeafRisk {
  const coefficient = Float64Array.from(coefficients)
  const centre = new Float64Array(coefficients.length)
  const state = { coefficient, centre, base: constant, intercept: constant }
  return { use: 'ridge', from, count: coefficients.length, state, ...more }
}

function score(risk: Risk, ...columns: (readonly number[])[]): number[] {
  const { model, state } = packRisk(risk)
  const rows = columns[0]!.length
  const out = new Float64Array(rows)
  const recipe = { transforms: [], model, columns: { later: [], private: [], blinded: [], ignore: [] } }
  riskOf({ recipe, transforms: [], model: state })(
    { rows, columns: columns.map(column => Float64Array.from(column)) },
    out,
  )
  return [...out]
}

const three = [
  [1, 2],
  [10, 20],
  [100, 200],
] as const

describe('one model', () => {
  test('reads its stretch alone', () => {
    expect(score(line(0, [2], 1), ...three)).toEqual([3, 5])
    expect(score(line(1, [1, -1], 0.5), ...three)).toEqual([-89.5, -179.5])
  })

  test('becomes a probability where it says how', () => {
    const probability = { method: 'sigmoid', slope: -2, intercept: 1 }
    expect(score(line(0, [1], 0, { probability }), ...three)[1]).toBeCloseTo(1 / (1 + Math.exp(-3)), 15)
  })

  test('a hole outside its stretch is none of its business, one inside leaves the row without a risk', () => {
    expect(score(line(0, [1], 0), [1, 2, HOLE], [HOLE, 5, 5])).toEqual([1, 2, HOLE])
  })

  test('takes missing numbers as the file says, not as its kind', () => {
    const tree: State = {
      ...{ start: Int32Array.of(0, 3), left: Int32Array.of(1, -1, -1), right: Int32Array.of(2, -1, -1) },
      ...{ feature: new Int32Array(3), threshold: Float64Array.of(0, 0, 0), missingLeft: Uint8Array.of(1, 0, 0) },
      ...{ value: Float64Array.of(0, -1, 1), cover: Float64Array.of(2, 1, 1), category: new Uint8Array(3) },
      ...{ bitset: new Uint32Array(0), levels: [], levelStart: Int32Array.of(0, 0) },
      ...{ base: 0, loss: 'squared_error', columns: 1 },
    }
    const leaf = { use: 'gradient-boosting', from: 0, count: 1, state: tree }
    const column = [-1, 1, HOLE]
    expect(score(leaf, column)).toEqual([-1, 1, -1])
    expect(score({ ...leaf, takesMissing: true }, column)).toEqual([-1, 1, -1])
    expect(score({ ...leaf, takesMissing: false }, column)).toEqual([-1, 1, HOLE])
    expect(score({ ...leaf, state: { ...tree, loss: 'poisson' } }, column)).toEqual([
      Math.exp(-1),
      Math.E,
      Math.exp(-1),
    ])
  })
})

describe('several combined', () => {
  const of = [line(0, [1], 0), line(1, [1], 0), line(2, [1], 0)]

  test('sum and mean', () => {
    expect(score({ combine: 'sum', of }, ...three)).toEqual([111, 222])
    expect(score({ combine: 'mean', of }, ...three)).toEqual([37, 74])
    expect(score({ combine: 'mean', of, weights: [1, 0, 3] }, ...three)).toEqual([301 / 4, 602 / 4])
  })

  test('share, an equal one where all are 0', () => {
    const risk: CombinedRisk = { combine: 'share', of, chosen: 1 }
    expect(score(risk, [1, 0], [2, 0], [5, 0])).toEqual([2 / 8, 1 / 3])
  })

  test('softmax, however large', () => {
    const risk = (chosen: number): CombinedRisk => ({ combine: 'softmax', of, chosen })
    const [plain, large] = score(risk(2), [1, 5000], [2, 4000], [3, 5000])
    expect(plain).toBeCloseTo(Math.exp(3) / (Math.exp(1) + Math.exp(2) + Math.exp(3)), 15)
    expect(large).toBe(0.5)
    expect(score(risk(0), [-1e300], [0], [0])).toEqual([0])
  })

  test('the softmax of all is 1, in any order of members', () => {
    const finite = fc.double({ min: -700, max: 700, noNaN: true })
    fc.assert(
      fc.property(finite, finite, finite, (a, b, c) => {
        const each = [0, 1, 2].map(chosen => score({ combine: 'softmax', of, chosen }, [a], [b], [c])[0]!)
        expect(each[0]! + each[1]! + each[2]!).toBeCloseTo(1, 12)
      }),
    )
  })

  test('nested, each with a probability and a hole of its own', () => {
    const probability = { method: 'sigmoid', slope: -1, intercept: 0 }
    const inner: Risk = { combine: 'mean', of: [line(0, [1], 0, { probability }), line(1, [1], 0)] }
    const risk: Risk = { combine: 'sum', of: [inner, line(2, [1], 0)] }
    expect(score(risk, [0, 0, HOLE], [3, 3, 3], [10, HOLE, 1])).toEqual([1.75 + 10, HOLE, HOLE])
  })

  test('what is chosen must be there', () => {
    const { model, state } = packRisk({ combine: 'share', of, chosen: 3 })
    expect(() => scorerOf(model, state)).toThrow('its member 3 is none of 3')
  })

  test('the models are listed and spelt without what they are asked', () => {
    const { model } = packRisk({ combine: 'sum', of: [{ combine: 'mean', of }, line(0, [1], 0)] })
    expect(membersOf(model).map(({ use }) => use)).toEqual(['ridge', 'ridge', 'ridge', 'ridge'])
    expect(stepText(model)).toBe(
      'ensemble, of (ensemble, of (ridge) (ridge) (ridge), combine mean) (ridge), combine sum',
    )
  })
})

describe('steps on a stretch of columns', () => {
  const columns = [
    [1, 2],
    [3, 4],
    [5, 6],
  ].map(values => Float64Array.from(values))
  const scale = (from: number, size: number) => [
    { use: 'scale', from, count: 1 },
    { centre: Float64Array.of(0), size: Float64Array.of(size) },
  ]
  const arrange = (from: number, count: number, places: number[]) => [
    { use: 'arrange', from, count },
    { columns: Int32Array.from(places) },
  ]
  const program = [arrange(0, 3, [2, 0, 0, 1]), scale(1, 0.5), arrange(2, 2, [1]), scale(2, 0.1)]
  const [steps, states] = [program.map(([step]) => step), program.map(([, state]) => state)] as never as [
    { use: string }[],
    State[],
  ]

  test('their columns take the place of those they read', () => {
    const { columns: made } = stepsOf(steps, states)({ rows: 2, columns })
    expect(made.map(column => [...(column as Float64Array)])).toEqual([
      [5, 6],
      [2, 4],
      [30, 40],
    ])
    expect(sourcesOf(steps, states, 3)).toEqual([2, 0, 1])
  })

  test('a stretch that is not there is refused', () => {
    expect(() => stepsOf([{ use: 'scale', from: 2, count: 2 }], [states[1]!])({ rows: 2, columns })).toThrow(RangeError)
    expect(() => stepsOf([{ use: 'scale', from: 0, count: 2 }], [states[1]!])({ rows: 2, columns })).toThrow(RangeError)
  })
})

describe('a file that says it wrongly is refused', () => {
  const model = { use: 'ridge', from: 0, count: 1 }
  const refusal = (step: unknown): string => {
    try {
      checkDescription(described(step))
    } catch (error) {
      return (error as Error).message
    }
    return ''
  }
  const described = (step: unknown) => ({
    ...{ format: 1, version: '1', name: 'a', task: 'detect', types: { a: 'number' }, levels: [] },
    features: [{ name: 'a', text: 'a', sql: 'a', kind: 'row', columns: ['a'] }],
    lineage: { rows: 0, learned: 0, heldOut: 0, tested: 0, rejected: {}, files: [], sha256: '' },
    recipe: {
      ...{ tocsin: 1, name: 'a', task: 'detect', rows: { file: ['a'], read: {}, join: [] }, sensors: [], levels: [] },
      ...{ columns: { later: [], private: [], blinded: [], ignore: [] }, incomplete: 'score', seed: 1 },
      ...{ split: { by: 'random', test: 0, calibrate: 0 }, output: { files: ['csv'] }, transforms: [], model: step },
    },
  })
  const nested = (depth: number): object =>
    depth ? { use: 'ensemble', combine: 'sum', of: [nested(depth - 1)] } : model

  test('and what is right is not', () => {
    for (const right of [
      model,
      { ...model, takes_missing: true },
      { use: 'ensemble', of: [model, nested(1)], combine: 'softmax', chosen: 1 },
      { use: 'ensemble', of: [model, model], combine: 'mean', weights: [0, 2.5] },
      nested(8),
    ])
      expect(refusal(right)).toBe('')
  })

  test.each([
    [{ ...model, from: -1 }, 'model.from is -1'],
    [{ ...model, from: 0.5 }, 'model.from is 0.5'],
    [{ use: 'ridge', count: 1 }, 'model.from is'],
    [{ ...model, takes_missing: 1 }, 'model.takes_missing is 1'],
    [{ use: 'ensemble', of: [], combine: 'sum' }, 'model.of is []'],
    [{ use: 'ensemble', of: [model], combine: 'product' }, 'model.combine is "product"'],
    [{ use: 'ensemble', of: [model], combine: 'share' }, 'model.chosen is undefined'],
    [{ use: 'ensemble', of: [model], combine: 'share', chosen: 1 }, 'model.chosen is 1'],
    [{ use: 'ensemble', of: [model], combine: 'mean', weights: [1, 1] }, 'model.weights are expected for 1 models'],
    [{ use: 'ensemble', of: [model], combine: 'mean', weights: [0] }, 'model.weights are expected'],
    [{ use: 'ensemble', of: [model, model], combine: 'mean', weights: [2, -1] }, 'model.weights are expected'],
    [nested(9), 'an ensemble in 8 others'],
  ])('%j', (wrong, message) => {
    expect(refusal(wrong)).toContain(message)
  })
})

import { expect, test } from 'vitest'
import { createRandom } from '../../src/math/random.ts'
import { packMembers, scorerOf } from '../../src/verbs/ensemble.ts'
import { train } from '../../src/verbs/train.ts'

const ROWS = 600
function lesson(seed = 1) {
  const random = createRandom(seed)
  const columns = Array.from({ length: 3 }, () => Float64Array.from({ length: ROWS }, () => random.normal()))
  return {
    task: 'detect',
    x: { rows: ROWS, columns },
    y: undefined,
    names: ['a', 'b', 'c'],
    weight: new Float64Array(ROWS).fill(1),
  } as const
}
const forest = (n: number) => ({
  use: 'isolation-forest',
  n_estimators: n,
  max_samples: 'auto',
  contamination: 'auto',
  max_features: 1,
  bootstrap: false,
})
const ensemble = (combine: string) => ({ use: 'ensemble', of: [forest(20), forest(50)], combine })
const recipe = (combine: string) => ({ transforms: [], seed: 5, model: ensemble(combine) })

function risks(combine: string, columns: readonly Float64Array[]): number[] {
  const { model } = train(lesson(), recipe(combine))
  const out = new Float64Array(columns[0]!.length)
  scorerOf(ensemble(combine), model).score({ rows: out.length, columns }, out)
  return [...out]
}

const far = [0, 2, 4, 8].map(v => v)
const probe = [Float64Array.from(far), Float64Array.from(far), Float64Array.from(far)]

test('farther out is riskier; an ordinary row has a low rank, one beyond all others nearly or above 1', () => {
  for (const combine of ['mean-rank', 'maximum']) {
    const found = risks(combine, probe)
    expect(found.toSorted((a, b) => a - b)).toEqual(found)
    expect(found[0]).toBeLessThan(0.3)
    expect(found[3]).toBeGreaterThan(0.99)
  }
})

test('the maximum is never below the mean', () => {
  const random = createRandom(9)
  const rows = Array.from({ length: 3 }, () => Float64Array.from({ length: 200 }, () => 2 * random.normal()))
  const [mean, highest] = [risks('mean-rank', rows), risks('maximum', rows)]
  expect(highest.every((risk, i) => risk >= mean[i]!)).toBe(true)
  expect(highest.some((risk, i) => risk > mean[i]!)).toBe(true)
})

test('ranks by hand: between two known risks in proportion, beyond all by less than a place', () => {
  const { model: state } = train(lesson(), { transforms: [], seed: 5, model: forest(5) })
  const packed = packMembers([
    { state, ordinary: Float64Array.of(0.3, 0.5, 0.7, 0.4, 0.6) },
    { state, ordinary: Float64Array.of(0.3, 0.5, 0.7, 0.4, 0.6) },
  ])
  const model = { use: 'ensemble', of: [forest(5), forest(5)], combine: 'mean-rank' }
  const alone = new Float64Array(4)
  scorerOf(forest(5), state).score({ rows: 4, columns: probe }, alone)
  const out = new Float64Array(4)
  scorerOf(model, packed).score({ rows: 4, columns: probe }, out)
  // Five known risks, 0.3 … 0.7 in steps of 0.1: the rank is (risk − 0.3) / 0.4; above 0.7 it is 1 + d / (d + 0.2) / 5.
  const rank = (risk: number) => (risk > 0.7 ? 1 + (risk - 0.7) / (risk - 0.7 + 0.2) / 5 : (risk - 0.3) / 0.4)
  for (const [i, value] of out.entries()) expect(value).toBeCloseTo(rank(alone[i]!), 12)
})

test('a file whose members have no risks to rank among is refused', () => {
  const model = { use: 'ensemble', of: [forest(5), forest(5)], combine: 'mean-rank' }
  const { model: state } = train(lesson(), { transforms: [], seed: 5, model: forest(5) })
  const packed = packMembers([{ state, ordinary: Float64Array.of(1) }])
  expect(() => scorerOf(model, packed)).toThrow(RangeError)
})

import Type from 'typebox'
import { Value } from 'typebox/value'
import { expect, test } from 'vitest'
import { classWeights } from '../../src/math/class-weight.ts'
import { classWeightParameter } from '../../src/models/class-weight-parameter.ts'

const target = { codes: Int32Array.of(0, 0, 0, 0, 1, 1), levels: ['fine', 'bad'], positive: 1 }
const ones = new Float64Array(6).fill(1)

test("balanced is n / (k · n_c): the example of scikit-learn's compute_class_weight", () => {
  expect(classWeights(target, ones, 'balanced')).toEqual(Float64Array.of(0.75, 0.75, 0.75, 0.75, 1.5, 1.5))
})

test('balanced counts by weight: three rows of weight 2 are six rows', () => {
  const weight = Float64Array.of(2, 2, 2, 0, 1, 2)
  const total = 9
  expect(classWeights(target, weight, 'balanced')).toEqual(
    Float64Array.of(...[2, 2, 2, 0].map(w => w * (total / 12)), ...[1, 2].map(w => w * (total / 6))),
  )
  expect(weight[0]).toBe(2)
})

test('balanced knows two classes, the risk and the rest, and bears one that is absent', () => {
  const three = { codes: Int32Array.of(0, 1, 2, 2), levels: ['a', 'b', 'bad'], positive: 2 }
  expect(classWeights(three, ones.slice(0, 4), 'balanced')).toEqual(Float64Array.of(1, 1, 1, 1))
  expect(classWeights({ ...target, positive: 2 }, ones, 'balanced')).toEqual(ones)
  expect(classWeights(target, new Float64Array(6), 'balanced')).toEqual(new Float64Array(6))
})

test('none changes nothing; levels have the weight that is given, 1 without', () => {
  expect(classWeights(target, ones, 'none')).toEqual(ones)
  expect(
    classWeights(
      target,
      ones.map((_, i) => i),
      { bad: 5 },
    ),
  ).toEqual(Float64Array.of(0, 1, 2, 3, 20, 25))
  const odd = { codes: Int32Array.of(0, 1), levels: ['constructor', 'bad'], positive: 1 }
  expect(classWeights(odd, Float64Array.of(1, 1), { bad: 2 })).toEqual(Float64Array.of(1, 2))
})

test('a level that the label does not have is a mistake in the recipe', () => {
  expect(() => classWeights(target, ones, { Bad: 5 })).toThrowError(
    expect.objectContaining({
      code: 'RECIPE_INVALID',
      message: expect.stringContaining('class_weight names Bad, expected levels of the label: fine, bad'),
      hint: 'Did you mean bad?',
    }),
  )
})

test('the parameter takes a word or weights of levels, none by default', () => {
  const schema = classWeightParameter(Type)
  expect(Value.Create(schema)).toBe('none')
  for (const right of ['none', 'balanced', { bad: 5, fine: 0 }]) expect(Value.Check(schema, right)).toBe(true)
  for (const wrong of ['auto', { bad: -1 }, { bad: 'x' }, {}, 3, null]) expect(Value.Check(schema, wrong)).toBe(false)
})

/** Parameters that are lists or names with values: what is accepted, kept and said of mistakes. */
import Type from 'typebox'
import { expect, test } from 'vitest'
import { Failure } from '../../src/errors.ts'
import { loadRecipe } from '../../src/recipe/load.ts'
import { stepText, valueText } from '../../src/recipe/members.ts'
import { catalogue as plain } from './catalogue.ts'

const catalogue = {
  ...plain,
  models: [
    {
      kind: 'net',
      about: 'A net.',
      tasks: ['detect'] as const,
      params: Type.Object(
        {
          layers: Type.Array(Type.Integer({ minimum: 1, maximum: 64 }), { default: [64, 32], description: 'Units.' }),
          named: Type.Array(Type.String(), { default: [], description: 'Columns.' }),
          signs: Type.Record(Type.String(), Type.Union([Type.Literal(1), Type.Literal(-1)]), { default: {} }),
          weight: Type.Union([Type.Literal('none'), Type.Record(Type.String(), Type.Number({ minimum: 0 }))], {
            default: 'none',
          }),
        },
        { additionalProperties: false },
      ),
    },
  ],
}
const load = (model: string) =>
  loadRecipe(`tocsin: 1\nname: plant\nrows: day.csv\nmodel: ${model}\n`, { path: 'plant.yaml', catalogue }).recipe.model
const mistake = (model: string) => {
  try {
    load(model)
  } catch (error) {
    if (error instanceof Failure) return error.message
  }
  throw new Error('accepted')
}

test('are kept as written, in one line or several, with defaults for the others', () => {
  const long =
    '\n  use: net\n  layers: [16]\n  named:\n    - grade\n  signs:\n    x: 1\n    "no 2": -1\n  weight: {bad: 5}'
  expect(load(long)).toEqual({
    use: 'net',
    layers: [16],
    named: ['grade'],
    signs: { x: 1, 'no 2': -1 },
    weight: { bad: 5 },
  })
  expect(load('{use: net, weight: none}')).toEqual({
    use: 'net',
    layers: [64, 32],
    named: [],
    signs: {},
    weight: 'none',
  })
})

test.each([
  ['{use: net, layers: 16}', 'a list of whole numbers, each at least 1 and at most 64', '{use: net, layers: [16]}'],
  ['{use: net, named: grade}', 'a list of texts', '{use: net, named: [grade]}'],
  ['{use: net, layers: [16, 0]}', 'a whole number at least 1 and at most 64', undefined],
  ['{use: net, layers: 0}', 'a list of whole numbers', undefined],
  ['{use: net, signs: 1}', 'names with a value each, {name: 1 or -1}', undefined],
  ['{use: net, signs: {x: 2}}', '1 or -1', undefined],
  ['{use: net, weight: {bad: -5}}', 'a number at least 0', undefined],
  [
    '{use: net, weight: noe}',
    'none, or names with a value each, {name: a number at least 0}',
    '{use: net, weight: none}',
  ],
])('%s is a mistake that says what was expected', (model, expected, write) => {
  const said = mistake(model)
  expect(said).toContain(`expected  ${expected}`)
  expect(said.includes('  write ')).toBe(write !== undefined)
  if (write) expect(said).toContain(`write     model: ${write}`)
})

test('are shown as they are written', () => {
  expect(valueText({ bad: 5, good: 1 })).toBe('{bad: 5, good: 1}')
  expect(valueText([[16], 'a'])).toBe('[[16], a]')
  expect(stepText({ use: 'net', layers: [16, 8], signs: {}, weight: 'none' })).toBe(
    'net, layers [16, 8], signs {}, weight none',
  )
})

import { expect, test } from 'vitest'
import { answerWords, cutText, taskText } from '../../src/recipe/answer-text.ts'
import type { Recipe } from '../../src/recipe/schema.ts'

const sensors = [{ column: 'Yield', unit: '%', fault: [], missing: [] }]
const recipe = (task: Recipe['task'], columns: object) =>
  ({ task, sensors, columns: { later: [], private: [], blinded: [], ignore: [], ...columns } }) as Pick<
    Recipe,
    'task' | 'sensors' | 'columns'
  >

test.each([
  ['detect', {}, 'detect: which rows are unusual'],
  ['detect', { label: 'failed' }, 'detect: which rows are unusual; judged by failed'],
  ['classify', { label: 'viability < 0.90' }, 'classify: which rows are bad: viability < 0.90'],
  [
    'regress',
    { target: { kind: 'value', value: '"yield"', risk: 'low' } },
    'regress: yield (%), where low is the risk',
  ],
  ['regress', { target: { kind: 'value', value: 'a / b', risk: 'high' } }, 'regress: a / b, where high is the risk'],
  [
    'survive',
    { target: { kind: 'time', time: 'week', event: 'arrest = 1' } },
    'survive: time week until the event arrest = 1',
  ],
] as const)('%s: %s', (task, columns, text) => expect(taskText(recipe(task, columns))).toBe(text))

test('a cut in the unit of the number, and on its side', () => {
  const of = (risk: 'high' | 'low') =>
    answerWords(recipe('regress', { target: { kind: 'value', value: 'yield', risk } }))
  expect(cutText(-76, of('low'))).toBe('predicted yield < 76.00 %')
  expect(cutText(12.3456, of('high'))).toBe('predicted yield > 12.35 %')
  expect(cutText(0.5, answerWords(recipe('classify', { label: 'bad' })))).toBe('risk > 0.5000')
  expect(cutText(0.5, undefined)).toBe('risk > 0.5000')
})

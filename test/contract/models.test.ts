/** Every model in the list meets the laws: a new one is tested here without a new line. */
import { expect, test } from 'vitest'
import { findModel, models } from '../../src/models/index.ts'
import { lawsOf } from './laws.ts'

test('the list: each kind once, found by its name', () => {
  expect(models.length).toBeGreaterThan(0)
  expect(new Set(models.map(model => model.kind)).size).toBe(models.length)
  for (const model of models) expect(findModel(model.kind)).toBe(model)
  expect(findModel('no-such-model')).toBeUndefined()
})

for (const model of models) lawsOf(model)

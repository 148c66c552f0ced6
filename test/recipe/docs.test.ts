import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { ROW_FUNCTIONS, WINDOW_FUNCTIONS } from '../../src/plan/functions.ts'
import { jsonSchema } from '../../src/recipe/grammar.ts'
import { loadRecipe } from '../../src/recipe/load.ts'
import { catalogue } from '../../src/verbs/recipe-file.ts'

const page = readFileSync(new URL('../../docs/recipe.md', import.meta.url), 'utf8')
const examples = [...page.matchAll(/```yaml\n(.*?)```/gs)].map(match => match[1] ?? '')

test('every example of the page is a recipe', () => {
  expect(examples.length).toBeGreaterThan(9)
  for (const text of examples) expect(() => loadRecipe(text, { path: 'docs/recipe.md', catalogue })).not.toThrow()
})

test('the recipes of the examples load', () => {
  for (const plant of ['batches', 'lims-quality', 'predictive-maintenance']) {
    const path = `examples/${plant}/recipe.yaml`
    const text = readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
    expect(() => loadRecipe(text, { path, catalogue })).not.toThrow()
  }
})

test('the page names every word of the grammar', () => {
  const said = new Set(page.match(/[a-z_]+/g))
  const words = (schema: unknown): string[] => {
    if (typeof schema !== 'object' || schema === null) return []
    const { properties = {}, ...rest } = schema as { properties?: Record<string, unknown> }
    // Parameters of models have pages of their own.
    if ('use' in properties) return ['use']
    return [
      ...Object.keys(properties),
      ...Object.values(properties).flatMap(words),
      ...Object.values(rest).flatMap(words),
    ]
  }
  expect([...new Set(words(jsonSchema(catalogue)))].filter(word => !said.has(word))).toEqual([])
})

test('the page lists exactly the functions that are allowed', () => {
  const groups = { ...ROW_FUNCTIONS, ...WINDOW_FUNCTIONS }
  const rows = [...page.matchAll(/^\| ([a-z ]+) \| `(.*)` \|$/gm)].map(
    ([, group = '', list = '']) => [group, list.split('` `')] as const,
  )
  expect(Object.fromEntries(rows.filter(([group]) => group in groups))).toEqual(groups)
})

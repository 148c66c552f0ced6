import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { classNames } from '../../../src/importers/sklearn/index.ts'

const page = readFileSync(join(import.meta.dirname, '../../../docs/import.md'), 'utf8')

it('names every class that is read', () => {
  const named = new Set(page.match(/[A-Z]\w+/g))
  expect(classNames.length).toBeGreaterThan(80)
  expect(classNames.filter(name => !named.has(name))).toEqual([])
})

/** What a person reads who wrote a wrong recipe. */
import { expect } from 'vitest'
import { Failure } from '../../src/errors.ts'
import { loadRecipe } from '../../src/recipe/load.ts'
import { catalogue } from './catalogue.ts'

export const load = (text: string) => loadRecipe(text, { path: 'plant.yaml', catalogue })

export function messageOf(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    expect(error.code).toBe('RECIPE_INVALID')
    expect(error.hint).toContain('tocsin schema')
    return error.message
  }
  throw new Error('accepted')
}

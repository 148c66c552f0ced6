/** Reading recipe files, with the models and transforms that this program has. */
import { readFileSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { Failure } from '../errors.ts'
import { learnedModels } from '../models/index.ts'
import { type Loaded, loadRecipe } from '../recipe/load.ts'
import type { Catalogue } from '../recipe/schema.ts'
import { learnedTransforms } from '../transforms/index.ts'
import { balancers } from './balance.ts'

export const catalogue: Catalogue = { models: learnedModels(), transforms: learnedTransforms, balancers }

export interface LoadedRecipe extends Loaded {
  readonly path: string
  /** Files that the recipe names are looked up from here. */
  readonly folder: string
}

/** A recipe is a page of text; a file above this is something else. */
const MAX_RECIPE_BYTES = 1 << 20

export function readRecipe(path: string): LoadedRecipe {
  let text: string
  try {
    if (statSync(path).size > MAX_RECIPE_BYTES) {
      throw new Failure('USAGE', {
        problem: `${path} is larger than 1 MB, which is no recipe`,
        hint: 'Give the recipe, a YAML file: tocsin fit recipe.yaml',
      })
    }
    text = readFileSync(path, 'utf8')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (error instanceof Failure) throw error
    if (code === 'ENOENT' || code === 'ENOTDIR') throw new Failure('RECIPE_NOT_FOUND', { path }, { cause: error })
    throw new Failure('USAGE', {
      problem: `Cannot read ${path}: ${code === 'EISDIR' ? 'it is a folder' : message}`,
      hint: 'Give the path of a recipe file.',
    })
  }
  return parseRecipe(text, path)
}

export function parseRecipe(text: string, path: string): LoadedRecipe {
  return { ...loadRecipe(text, { path, catalogue }), path, folder: dirname(path) }
}

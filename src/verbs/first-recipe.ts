/** `fit` on a table: whether the recipe beside it is the table's own. */
import { resolve } from 'node:path'
import { findFiles, recognise } from '../data/files.ts'
import { Failure } from '../errors.ts'
import type { LoadedRecipe } from './recipe-file.ts'

/** @throws Failure for what is no table, such as a model. */
export function requireTable(path: string): void {
  if (/\.tocsin$/i.test(path))
    throw new Failure('USAGE', {
      problem: `${path} is a model, and fit makes models`,
      hint: `Did you mean tocsin score ${path} rows.csv, or tocsin threshold ${path} rows.csv?`,
    })
  for (const file of findFiles([path])) recognise(file)
}

/** A recipe that happens to lie there is about other rows perhaps, and its model would be overwritten. */
export function requireOwnRecipe({ path, folder, recipe }: LoadedRecipe, table: string): void {
  const theirs = recipe.rows.file.flatMap(file => {
    try {
      return findFiles([resolve(folder, file)])
    } catch {
      return [file]
    }
  })
  const ours = findFiles([table])
  if (theirs.length === ours.length && ours.every(file => theirs.includes(file))) return
  throw new Failure('USAGE', {
    problem: `${path} is there already, and it is about ${recipe.rows.file.join(', ')}, not about ${table}`,
    hint: `Fit that recipe with tocsin fit ${path}, or write one for this table: tocsin init ${table} -o other.yaml`,
  })
}

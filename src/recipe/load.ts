/** A recipe's text → the recipe. Every mistake that can be seen without the data is found here, several at once. */
import { checkTree } from './check.ts'
import { recipeSchema } from './grammar.ts'
import { checkMeaning } from './meaning.ts'
import { failureOf, type RecipeSource } from './mistakes.ts'
import { resolve, resolveModels } from './resolve.ts'
import type { Catalogue, Recipe, Step } from './schema.ts'
import { type Node, parseSource } from './source.ts'

export interface Loaded {
  readonly recipe: Recipe
  /** Every model that it names; the recipe's own is the first. */
  readonly candidates: readonly Step[]
  /** Where each word stands, for what is found out later: pass it to `checkColumns` and `recipeFailure`. */
  readonly source: RecipeSource
}

/** @throws Failure RECIPE_INVALID with up to five mistakes, each with its line and how to mend it. */
export function loadRecipe(text: string, { path, catalogue }: { path: string; catalogue: Catalogue }): Loaded {
  const { tree, mistakes } = parseSource(text)
  if (!tree) throw failureOf({ path, text }, mistakes)
  mistakes.push(...checkTree(recipeSchema(catalogue), tree))
  const places: Places = new Map()
  collect(tree, places)
  const source = { path, text, places }
  const meaning = mistakes.length === 0 ? checkMeaning(tree, source, catalogue) : []
  if (mistakes.length + meaning.length > 0) throw failureOf(source, unique([...mistakes, ...meaning]))
  return { recipe: resolve(tree, catalogue), candidates: resolveModels(tree, catalogue.models), source }
}

type Places = Map<string, { key?: Node['span']; value: Node['span'] }>

function collect(node: Node, places: Places): void {
  if (!places.has(node.path)) places.set(node.path, { value: node.span })
  if (node.kind === 'list') for (const item of node.items) collect(item, places)
  if (node.kind !== 'map') return
  for (const entry of node.entries) {
    places.set(entry.path, { key: entry.keySpan, value: entry.value.span })
    collect(entry.value, places)
  }
}

/** A word that is wrong for two reasons is said once. */
function unique<T extends { span: { start: number; end: number } }>(mistakes: readonly T[]): T[] {
  return mistakes.filter((mistake, i) => {
    const { start, end } = mistake.span
    return mistakes.findIndex(other => other.span.start === start && other.span.end === end) === i
  })
}

/** Whether DuckDB can compute what a recipe or a model says of a table, asked before any row is read. */
import type { Door } from '../data/door.ts'
import { Failure } from '../errors.ts'
import { cellsOf, type Table, typedTable } from '../plan/cells.ts'
import { featureLayers, isColumn } from '../plan/features.ts'
import type { PlannedFeature, Types } from '../recipe/feature.ts'
import type { Recipe } from '../recipe/schema.ts'

/** What cannot be computed, and why in DuckDB's words. */
export interface Unbound {
  /** The feature; undefined for a condition. */
  readonly feature: PlannedFeature | undefined
  /** Its position among the conditions. */
  readonly condition: number
  readonly reason: string
  readonly cause: unknown
}

/**
 * The first feature or condition that does not fit the types of its columns. All are tried at once; one by one only when
 * that fails.
 */
export async function findUnbound(
  door: Door,
  table: Table,
  recipe: Recipe,
  types: Types,
  features: readonly PlannedFeature[],
  conditions: readonly string[],
): Promise<Unbound | undefined> {
  if (features.every(isColumn) && conditions.length === 0) return undefined
  const typed = typedTable(table, recipe, cellsOf(table, recipe, types, features), true)
  const attempt = async (upTo: readonly PlannedFeature[], tests: readonly string[]) => {
    const items = ['1', ...tests.map(test => `(${test})`)]
    try {
      await door.run(`SELECT * FROM (${featureLayers(typed, upTo, recipe)}) LIMIT 0`)
      await door.run(`SELECT ${items.join(', ')} FROM (${typed}) LIMIT 0`)
      return undefined
    } catch (error) {
      if (error instanceof Failure && error.code !== 'INPUT_UNREADABLE') throw error
      return { reason: reasonOf(error), cause: error }
    }
  }
  const failed = await attempt(features, conditions)
  if (!failed) return undefined
  for (const [i, feature] of features.entries()) {
    const found = isColumn(feature) ? undefined : await attempt(features.slice(0, i + 1), [])
    if (found) return { feature, condition: -1, ...found }
  }
  for (const [i, condition] of conditions.entries()) {
    const found = await attempt([], [condition])
    if (found) return { feature: undefined, condition: i, ...found }
  }
  throw failed.cause
}

/** "Binder Error: No function matches …\n\tCandidate functions: …" to its first sentence. */
function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  const line = message.split('\n')[0] ?? message
  return line
    .replace(/^(?:Cannot read .*?: )?(?:[A-Za-z ]+ Error: )?/, '')
    .replace(/ You might need to add explicit type casts\.?/, '')
    .trim()
}

/** For the person: DuckDB's reason, and what the columns hold. */
export function unboundText(
  reason: string,
  columns: readonly string[],
  types: Types,
): { found: string; expected: string } {
  const held = columns.map(name => `${name} is ${WORDS[types[name] ?? 'text']}`).join(', ')
  return {
    found: `an expression that cannot be computed: ${reason}`,
    expected: `one that fits its columns${held ? `: ${held}` : ''}`,
  }
}

const WORDS = { number: 'a number', text: 'a text', time: 'a time', boolean: 'true or false' } as const

/** What a recipe asks of a row: which rows teach, which are bad, what is to be predicted. */
import type { Door } from '../data/door.ts'
import { findColumn } from '../plan/cells.ts'
import { readExpression } from '../plan/expressions.ts'
import type { RecipeSource } from '../recipe/mistakes.ts'
import type { Recipe } from '../recipe/schema.ts'
import { quoteName } from '../sql.ts'

export interface Condition {
  /** Ready to stand in a statement. */
  readonly sql: string
  readonly columns: readonly string[]
}

/** The label, and the number to predict: a label that is an event has both. */
export async function readAnswers(
  door: Door,
  names: readonly string[],
  { label, target }: Pick<Recipe['columns'], 'label' | 'target'>,
  text?: RecipeSource,
): Promise<{ label: Condition | undefined; target: Condition | undefined }> {
  const read = (sql: string | undefined, path: string) => readCondition(door, names, sql, path, text)
  if (target?.kind === 'value') return { label: undefined, target: await read(target.value, 'columns.label.value') }
  if (target?.kind === 'time')
    return {
      label: await read(target.event, 'columns.label.event'),
      target: await read(target.time, 'columns.label.time'),
    }
  return { label: await read(label, 'columns.label'), target: undefined }
}

/** A condition of the recipe (`learn`, the label) over the columns of a table; a plain column name is one, too. */
export async function readCondition(
  door: Door,
  names: readonly string[],
  sql: string | undefined,
  path: string,
  source?: RecipeSource,
): Promise<Condition | undefined> {
  if (sql === undefined) return undefined
  const at = findColumn(names, sql)
  if (at >= 0) return { sql: quoteName(names[at] as string), columns: [names[at] as string] }
  return readExpression(sql, door.parse, { path, columns: names, ...(source ? { source } : {}) })
}

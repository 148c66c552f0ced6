/** The statement that fitting and evaluating read: features as numbers, and what a row is for. In the order of the table. */
import type { PlannedFeature as Feature, Types } from '../recipe/feature.ts'
import type { Recipe } from '../recipe/schema.ts'
import { quoteName } from '../sql.ts'
import { type Cell, cellsOf, type Table, typedTable } from './cells.ts'
import { asNumber, featureLayers } from './features.ts'
import { rejectionOf, untimedOf } from './reasons.ts'

/** Positions of the columns after the features, in the statement's result. */
export const TAIL = ['seconds', 'learn', 'label', 'target', 'group', 'rejection', 'id'] as const
export type Tail = (typeof TAIL)[number]

/** The recipe's conditions, checked and ready to stand in a statement. */
export interface Conditions {
  readonly learn: string | undefined
  /** Which rows are bad; for the time until an event, whether it came. */
  readonly label: string | undefined
  /** The number to predict, or how long a row was watched. */
  readonly target?: string | undefined
  /** The split goes by time: rows without one cannot be placed. */
  readonly timed?: boolean
}

/**
 * Columns: each feature (DOUBLE, NULL when unusable), seconds (DOUBLE), learn and label (DOUBLE, 1 or 0, NULL when the
 * expression is), target (DOUBLE), group (VARCHAR), rejection (VARCHAR: why a feature is unusable, NULL when all are fine), id (VARCHAR).
 */
export function learnStatement(
  table: Table,
  recipe: Recipe,
  types: Types,
  features: readonly Feature[],
  conditions: Conditions,
): string {
  const cells = cellsOf(table, recipe, types, features)
  const windowed = features.some(f => f.kind === 'window')
  const typed = featureLayers(typedTable(table, recipe, cells, windowed), features, recipe)
  const read = cells.filter(c => c.type === 'number' && features.some(f => f.columns.includes(c.name)))
  const untimed = windowed || conditions.timed || recipe.levels.some(l => l.hold) ? untimedOf(recipe, cells) : undefined
  const fine = [
    '"~line" IS NULL',
    ...features.map(f => `coalesce(isfinite(${asNumber(f)}), false)`),
    ...(untimed ? [`NOT ${untimed.condition}`] : []),
  ]
  const tail: Record<Tail, string> = {
    seconds: '"~seconds"',
    learn: condition(conditions.learn),
    label: condition(conditions.label),
    target: conditions.target === undefined ? 'NULL::DOUBLE' : `TRY_CAST((${conditions.target}) AS DOUBLE)`,
    group: text(recipe.columns.group, cells),
    rejection: `CASE WHEN ${fine.join(' AND ')} THEN NULL ELSE ${rejectionOf(read, untimed)} END`,
    id: text(recipe.columns.id, cells),
  }
  const columns = [...features.map(f => asNumber(f)), ...TAIL.map(name => tail[name])]
  return `SELECT ${columns.join(', ')} FROM (${typed})${windowed ? ' ORDER BY "~row"' : ''}`
}

function condition(sql: string | undefined): string {
  return sql === undefined ? 'NULL::DOUBLE' : `CAST(TRY_CAST((${sql}) AS BOOLEAN) AS DOUBLE)`
}

/** A table to evaluate may lack a column that only names rows. */
function text(column: string | undefined, cells: readonly Cell[]): string {
  return column === undefined || !cells.some(c => c.name === column)
    ? 'NULL::VARCHAR'
    : `CAST(${quoteName(column)} AS VARCHAR)`
}

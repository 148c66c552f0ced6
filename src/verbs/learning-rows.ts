/** The rows of a recipe, read and parted: what fitting and comparing begin with. */
import type { Source } from '../data/intake.ts'
import { learnStatement } from '../plan/learn.ts'
import type { Recipe } from '../recipe/schema.ts'
import { type Planned, planColumns } from './columns.ts'
import { requireRows } from './enough-rows.ts'
import { gather, type Rows } from './gather.ts'
import type { Host } from './host.ts'
import { prepareRows } from './prepare.ts'
import type { LoadedRecipe } from './recipe-file.ts'
import type { Session } from './session.ts'
import { type Split, splitRows } from './split.ts'
import { tableOf } from './table.ts'

export interface LearningRows {
  readonly source: Source
  readonly planned: Planned
  readonly rows: Rows
  readonly split: Split
}

export async function readLearningRows(
  host: Host,
  session: Session,
  loaded: LoadedRecipe,
  input: readonly string[] | undefined,
): Promise<LearningRows> {
  const source = await prepareRows(session, loaded, input)
  const door = await session.door({ oneThread: true })
  const planned = await planColumns(door, source, loaded)
  const { recipe, features, types } = planned
  const sql = learnStatement(tableOf(source), recipe, types, features, planned.conditions)
  const rows = await gather(door, sql, features.length, source.rows, {
    progress: done => host.progress('reading', done, source.rows),
  })
  const split = splitRows(rows, recipe, row => isUsable(rows, recipe, row))
  requireRows(rows, split, recipe, features)
  return { source, planned, rows, split }
}

/** Rows with a missing feature take part only where a transform fills it in; faults and broken lines never do. */
export function isUsable(rows: Rows, recipe: Recipe, row: number): boolean {
  const why = rows.rejection.get(row)
  if (why === undefined) return true
  return recipe.incomplete === 'score' && (why === 'missing value' || why === 'undefined feature')
}

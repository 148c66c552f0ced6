/** The rows of an input as a model's recipe has them. */
import type { Source } from '../data/intake.ts'
import { findColumn } from '../plan/cells.ts'
import type { ModelFile } from './model-file.ts'
import type { Session } from './session.ts'

/**
 * Joined where the input lacks columns that a join brings, and without the rows that `where` leaves out. With
 * `hash: false` the source's `sha256` is empty: who has other work to do meanwhile takes it beside that.
 */
export async function readInput(
  session: Session,
  model: ModelFile,
  input: readonly string[],
  { hash = true } = {},
): Promise<Source> {
  const { recipe, types } = model.artifact
  const source = await session.settle(input, recipe.rows.read, { sheet: recipe.rows.sheet, hash })
  const complete = Object.keys(types).every(name => findColumn(source.names, name) >= 0)
  const joins = complete ? [] : recipe.rows.join
  if (joins.length === 0 && recipe.rows.where === undefined) return source
  // Only such recipes pay for what reading conditions takes.
  const { shapeInput } = await import('./prepare.ts')
  return shapeInput(session, source, model, joins)
}

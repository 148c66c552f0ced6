/** Columns of text as features: legal where the model takes categories, by the values they have. */
import type { Door } from '../data/door.ts'
import type { Source } from '../data/intake.ts'
import { findModel } from '../models/index.ts'
import type { PlannedFeature, Types } from '../recipe/feature.ts'
import { membersOf } from '../recipe/members.ts'
import { recipeFailure } from '../recipe/mistakes.ts'
import { quoteName } from '../sql.ts'
import { isName, NUMERIC_SHARE } from './columns.ts'
import type { LoadedRecipe } from './recipe-file.ts'

/**
 * A feature that is just a column is a number, or, where the model takes categories, a text with its values; an
 * expression may read any text (a CASE on a grade).
 */
export async function nameTexts(
  door: Door,
  source: Source,
  features: readonly PlannedFeature[],
  types: Types,
  loaded: LoadedRecipe,
): Promise<PlannedFeature[]> {
  const out: PlannedFeature[] = []
  for (const feature of features) {
    const [column = ''] = feature.columns
    const isText = feature.columns.length === 1 && feature.sql === quoteName(column) && types[column] === 'text'
    if (isText) refuseText(column, source, loaded)
    out.push(isText ? { ...feature, levels: await valuesOf(door, source, column, loaded) } : feature)
  }
  return out
}

/** As many values a model tells apart in one column. */
const MAX_LEVELS = 255

/** The values of a column of text, sorted: the same rows in another order give the same codes. */
async function valuesOf(door: Door, source: Source, column: string, loaded: LoadedRecipe): Promise<string[]> {
  const cell = `CAST(${quoteName(column)} AS VARCHAR)`
  const found = await door.rows(
    `SELECT DISTINCT ${cell} AS value FROM ${source.sql} WHERE trim(${cell}) <> '' ORDER BY 1 LIMIT ${MAX_LEVELS + 1}`,
  )
  if (found.length >= 1 && found.length <= MAX_LEVELS) return found.map(row => String(row.value))
  throw recipeFailure(loaded.source, [
    {
      path: 'features',
      found: `${column}, a column of text with ${found.length === 0 ? 'no value' : `more than ${MAX_LEVELS} different values`}`,
      expected: `numbers, or a text with 1 to ${MAX_LEVELS} values`,
    },
  ])
}

function refuseText(column: string, source: Source, loaded: LoadedRecipe): void {
  if (isName(column, loaded.recipe)) {
    throw recipeFailure(loaded.source, [
      {
        path: 'features',
        found: `${column}, which names rows or machines (columns.id, columns.group)`,
        expected: 'columns of readings: a name is a text, even where it looks like a number',
      },
    ])
  }
  const members = membersOf(loaded.recipe.model)
  if (members.every(({ use }) => findModel(use)?.takesCategories)) return
  const hint = `Of the cells of ${column} in ${source.files.join(', ')} less than ${NUMERIC_SHARE * 100} % are numbers`
  throw recipeFailure(loaded.source, [
    {
      path: `features`,
      found: `${column}, a column of text`,
      expected: `a column of numbers for ${members.map(m => m.use).join(', ')}; or a number made of it, such as is_${column}: CASE WHEN ${quoteName(column)} = 'A' THEN 1 ELSE 0 END; or gradient-boosting, which takes texts. ${hint}`,
    },
  ])
}

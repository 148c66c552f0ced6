/** The rows of a recipe as one plain table: its files settled, other tables joined, unwanted rows left out. */
import { basename, dirname, join, resolve } from 'node:path'
import type { Source } from '../data/intake.ts'
import { Failure } from '../errors.ts'
import { cellsOf, findColumn, typedTable } from '../plan/cells.ts'
import { readExpression } from '../plan/expressions.ts'
import type { Types } from '../recipe/feature.ts'
import { recipeFailure } from '../recipe/mistakes.ts'
import type { Join } from '../recipe/schema.ts'
import { quoteName, quoteText } from '../sql.ts'
import { findUnbound, unboundText } from './bind.ts'
import { isName, numericColumns, underTableNames } from './columns.ts'
import type { ModelFile } from './model-file.ts'
import type { LoadedRecipe } from './recipe-file.ts'
import type { Session } from './session.ts'
import { tableOf } from './table.ts'

/** @param input replaces the recipe's own files; taken as they are, not from the recipe's folder. */
export async function prepareRows(session: Session, loaded: LoadedRecipe, input?: readonly string[]): Promise<Source> {
  const { rows } = loaded.recipe
  const files = input ?? rows.file.map(file => resolve(loaded.folder, file))
  const source = await session.settle(files, rows.read, { sheet: rows.sheet })
  return shape(session, source, rows.join, loaded)
}

/** An input as a model's recipe shapes it. A model holds no paths, so a joined file is looked for beside the input. */
export async function shapeInput(
  session: Session,
  source: Source,
  model: ModelFile,
  joins: readonly Join[],
): Promise<Source> {
  const { recipe } = model.artifact
  const folder = dirname(source.files[0] ?? '.')
  const loaded = {
    recipe,
    candidates: [recipe.model],
    path: model.path,
    folder,
    source: { path: model.path, text: '', places: new Map() },
  }
  const named = joins.map(j => ({ ...j, file: basename(j.file) }))
  return shape(session, source, named, loaded)
}

/** Every file is settled before the door opens: it then reaches these and no others. */
async function shape(session: Session, table: Source, joins: readonly Join[], loaded: LoadedRecipe): Promise<Source> {
  const rights: Source[] = []
  for (const j of joins) rights.push(await session.settle([resolve(loaded.folder, j.file)], j.read, { sheet: j.sheet }))
  let source = table
  for (const [i, j] of joins.entries()) source = await joinTable(session, source, rights[i] as Source, j, loaded)
  const { where } = loaded.recipe.rows
  if (where === undefined) return source
  const kept = await keepWhere(session, source, where, loaded)
  return { ...kept, notes: [...kept.notes, `where keeps ${kept.rows} of ${source.rows} rows`] }
}

/** The table and the columns that the other one adds, written anew in the order of the table. */
async function joinTable(
  session: Session,
  left: Source,
  right: Source,
  j: Join,
  loaded: LoadedRecipe,
): Promise<Source> {
  const path = `rows.join.${j.name}`
  for (const key of j.by) {
    for (const [side, source] of [
      ['the rows', left],
      [j.file, right],
    ] as const) {
      if (findColumn(source.names, key) >= 0) continue
      throw recipeFailure(loaded.source, [
        {
          path: `${path}.by`,
          found: `${key}, which is not a column of ${side}`,
          expected: `one of ${source.names.join(', ')}`,
        },
      ])
    }
  }
  const added = right.names.filter(name => findColumn(j.by, name) < 0)
  const clash = added.find(name => findColumn(left.names, name) >= 0)
  if (clash !== undefined) {
    throw recipeFailure(loaded.source, [
      {
        path,
        found: `${clash}, a column of both tables`,
        expected: 'different names, apart from the columns under by: rename one',
      },
    ])
  }
  const door = await session.door()
  await refuseDuplicates(session, right, j)
  const keys = j.by.map(quoteName)
  if (j.expect === 'one') await refuseOrphans(session, left, right, j)
  const numbered = `(SELECT *, row_number() OVER () AS "~row" FROM ${left.sql})`
  const on = keys.map(k => `l.${k} = r.${k}`).join(' AND ')
  const columns = [...left.names.map(n => `l.${quoteName(n)}`), ...added.map(n => `r.${quoteName(n)}`)]
  const select = `SELECT ${columns.join(', ')} FROM ${numbered} l LEFT JOIN ${right.sql} r ON ${on} ORDER BY l."~row"`
  return stage(session, door, select, left, `joined-${j.name}`)
}

async function refuseDuplicates(session: Session, right: Source, j: Join): Promise<void> {
  const door = await session.door()
  const keys = j.by.map(quoteName).join(', ')
  const [first] = await door.rows(
    `SELECT concat_ws(', ', ${keys}) AS key, count(*) AS n FROM ${right.sql} GROUP BY ${keys} HAVING count(*) > 1 ORDER BY 1 LIMIT 1`,
  )
  if (!first) return
  throw new Failure('INPUT_UNREADABLE', {
    path: j.file,
    reason: `${j.by.join(', ')} ${first.key} stands there ${first.n} times; a joined table must have each key once`,
    hint: 'Remove the double rows: joined twice, they would double the rows of the table.',
  })
}

async function refuseOrphans(session: Session, left: Source, right: Source, j: Join): Promise<void> {
  const door = await session.door()
  const on = j.by
    .map(quoteName)
    .map(k => `l.${k} = r.${k}`)
    .join(' AND ')
  const keys = j.by.map(k => `l.${quoteName(k)}`).join(', ')
  const [row] = await door.rows(
    `SELECT count(*) AS n, min(concat_ws(', ', ${keys})) AS key FROM ${left.sql} l ANTI JOIN ${right.sql} r ON ${on}`,
  )
  if (Number(row?.n) === 0) return
  throw new Failure('INPUT_UNREADABLE', {
    path: j.file,
    reason: `${row?.n} rows find no partner, the first for ${j.by.join(', ')} ${row?.key}; expect: one asks for exactly one`,
    hint: 'Complete the joined table, or write expect: any to leave its columns empty.',
  })
}

/** Only the rows for which the condition is true. */
async function keepWhere(session: Session, source: Source, where: string, loaded: LoadedRecipe): Promise<Source> {
  const door = await session.door()
  const { sql, columns } = await readExpression(where, door.parse, {
    path: 'rows.where',
    columns: source.names,
    source: loaded.source,
  })
  const recipe = underTableNames(loaded.recipe, source.names)
  const numeric = await numericColumns(door, source, recipe)
  const table = tableOf(source)
  const types: Types = Object.fromEntries(
    columns.map(name => [name, !isName(name, recipe) && numeric.has(name) ? 'number' : 'text'] as const),
  )
  const unbound = await findUnbound(door, table, recipe, types, [], [sql])
  if (unbound) {
    const said = { path: 'rows.where', ...unboundText(unbound.reason, columns, types) }
    throw recipeFailure(loaded.source, [said], { cause: unbound.cause })
  }
  const typed = typedTable(table, recipe, cellsOf(table, recipe, types, []), true)
  const kept = source.names.map((name, i) => `"~o${i}" AS ${quoteName(name)}`)
  const select = `SELECT ${kept.join(', ')} FROM (${typed}) WHERE ${sql} ORDER BY "~row"`
  return stage(session, door, select, source, 'kept')
}

/** A statement's result as a plain table of its own in the run folder, of the same kind as the source it came from. */
async function stage(
  session: Session,
  door: Awaited<ReturnType<Session['door']>>,
  select: string,
  like: Source,
  name: string,
): Promise<Source> {
  const file = join(session.run.folder, `${name}.${like.kind}`)
  const options = like.kind === 'csv' ? 'FORMAT csv, HEADER true' : 'FORMAT parquet'
  await door.run(`COPY (${select}) TO ${quoteText(file)} (${options}, USE_TMP_FILE false)`)
  const staged = await session.settle(
    [file],
    { delimiter: ',', decimal: like.dialect.decimal, header: true, encoding: 'utf-8' },
    { hash: false },
  )
  return { ...staged, files: like.files, sha256: like.sha256, notes: like.notes, plain: false }
}

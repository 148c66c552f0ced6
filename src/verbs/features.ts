/** The table with its features beside the columns that they come from: to look at before fitting. */
import { join } from 'node:path'
import type { PublishedFile } from '../data/publish.ts'
import { cellsOf, typedTable } from '../plan/cells.ts'
import { asNumber, featureLayers, isColumn } from '../plan/features.ts'
import { quoteName, quoteText } from '../sql.ts'
import { planColumns } from './columns.ts'
import type { Host } from './host.ts'
import { refuseOverwriting, splitOutput } from './place.ts'
import { prepareRows } from './prepare.ts'
import type { LoadedRecipe } from './recipe-file.ts'
import { inSession, type Resources } from './session.ts'
import { tableOf } from './table.ts'

export interface FeaturesRequest extends Resources {
  readonly recipe: LoadedRecipe
  readonly input?: readonly string[] | undefined
  /** The name of the outputs, without an ending. */
  readonly output: string
}

export interface FeaturesResult {
  readonly rows: number
  readonly features: readonly string[]
  readonly directory: string
  readonly files: readonly PublishedFile[]
  readonly notes: readonly string[]
}

export async function writeFeatures(host: Host, request: FeaturesRequest): Promise<FeaturesResult> {
  const { directory, name } = splitOutput(request.output)
  const files = [`${name}.csv`, `${name}.parquet`, 'features.txt'] as const
  refuseOverwriting(
    [request.recipe.path, ...(request.input ?? [])],
    files.map(f => join(directory, f)),
  )
  return inSession(host, { directory, name, files }, request, async session => {
    const source = await prepareRows(session, request.recipe, request.input)
    const door = await session.door({ oneThread: true })
    const { recipe, types, features, notes } = await planColumns(door, source, request.recipe)
    const table = tableOf(source)
    const cells = cellsOf(table, recipe, types, features)
    const typed = featureLayers(typedTable(table, recipe, cells, true), features, recipe)
    const derived = features.filter(f => !isColumn(f))
    const columns = [
      ...source.names.map((column, i) => `"~o${i}" AS ${quoteName(column)}`),
      ...derived.map(f => `${asNumber(f)} AS ${quoteName(f.name)}`),
    ]
    const select = `SELECT ${columns.join(', ')} FROM (${typed}) ORDER BY "~row"`
    await door.run(`COPY (${select}) TO ${quoteText(session.run.temp(files[1]))} (FORMAT parquet, USE_TMP_FILE false)`)
    const parquet = `read_parquet(${quoteText(session.run.temp(files[1]))})`
    await door.run(
      `COPY (SELECT * FROM ${parquet}) TO ${quoteText(session.run.temp(files[0]))} (FORMAT csv, HEADER true, USE_TMP_FILE false)`,
    )
    await session.run.write(files[2], `${features.map(f => f.name).join('\n')}\n`)
    const published = await session.run.publish({ files, metadata: undefined })
    return {
      rows: source.rows,
      features: features.map(f => f.name),
      directory,
      files: published,
      notes: [...source.notes, ...notes],
    }
  })
}

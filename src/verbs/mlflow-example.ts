/**
 * The rows that were logged with a model of MLflow, and what the model gave to them: `input_example.json`, and beside it
 * `input_example_scores.csv`, one number a row under a heading, where somebody wrote them down.
 */
import { join } from 'node:path'
import type { Artifact } from '../artifact/artifact.ts'
import type { Column, Columns } from '../math/columns.ts'
import { parsed, readSmall } from './small-file.ts'

type Feature = Pick<Artifact['features'][number], 'name' | 'levels'>

const MOST_BYTES = 20_000_000
export const EXAMPLE_SCORES = 'input_example_scores.csv'

/** Undefined where the file has no rows of these features. In any of MLflow's spellings: of a table, records, a tensor. */
export function readExample(file: string, features: readonly Feature[]): Columns | undefined {
  const rows = rowsOf(parsed(readSmall(file, MOST_BYTES) ?? ''), features)
  if (!rows || rows.length === 0) return undefined
  return { rows: rows.length, columns: features.map(({ levels }, i) => columnOf(rows, i, levels)) }
}

/** Undefined where nobody wrote them down, or not one for each row. */
export function readExampleScores(folder: string, rows: number): Float64Array | undefined {
  const lines = readSmall(join(folder, EXAMPLE_SCORES))?.trim().split(/\r?\n/)
  const values = Float64Array.from(lines?.slice(-rows) ?? [], Number)
  return values.length === rows && values.every(Number.isFinite) ? values : undefined
}

type Row = readonly unknown[]

function rowsOf(found: unknown, features: readonly Feature[]): readonly Row[] | undefined {
  if (Array.isArray(found)) return listed(found, features)
  if (typeof found !== 'object' || found === null) return undefined
  const said = new Map(Object.entries(found))
  const inner = said.get('dataframe_split') ?? said.get('dataframe_records') ?? said.get('inputs')
  if (inner !== undefined) return rowsOf(inner, features)
  const [names, data] = [said.get('columns'), said.get('data')]
  if (Array.isArray(data)) return ordered(data, Array.isArray(names) ? names : undefined, features)
  // A dict of columns.
  const columns = features.map(({ name }) => said.get(name))
  if (!columns.every(Array.isArray)) return undefined
  const [first = []] = columns
  return first.map((_, row) => columns.map(column => column[row]))
}

function listed(found: readonly unknown[], features: readonly Feature[]): readonly Row[] | undefined {
  if (found.every(Array.isArray)) return ordered(found, undefined, features)
  const records = found.map(each =>
    typeof each === 'object' && each !== null ? new Map(Object.entries(each)) : undefined,
  )
  if (!records.every(each => each !== undefined)) return undefined
  return records.map(record => features.map(({ name }) => record.get(name)))
}

/** The rows with their values in the order of the features. */
function ordered(data: readonly unknown[], names: readonly unknown[] | undefined, features: readonly Feature[]) {
  const places = features.map(({ name }, i) => (names ? names.indexOf(name) : i))
  if (places.includes(-1)) return undefined
  const wide = (row: unknown): row is Row => Array.isArray(row) && row.length >= features.length
  return data.every(wide) ? data.map(row => places.map(place => row[place])) : undefined
}

function columnOf(rows: readonly Row[], at: number, levels: readonly string[] | undefined): Column {
  const values = rows.map(row => row[at])
  if (levels) return { levels, codes: Int32Array.from(values, value => levels.indexOf(String(value))) }
  return Float64Array.from(values, value =>
    typeof value === 'number' || typeof value === 'boolean' ? Number(value) : Number.NaN,
  )
}

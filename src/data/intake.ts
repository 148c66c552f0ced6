/** The intake of files: from what somebody named to a table that DuckDB reads without guessing. */
import { Failure } from '../errors.ts'
import { type SettleOptions, settleText } from './csv.ts'
import { findFiles, recognise } from './files.ts'
import { settleParquet } from './parquet.ts'
import type { Read, Source } from './source.ts'

export type { SettleOptions } from './csv.ts'
export type { Dialect, Malformed, Read, Source } from './source.ts'

/**
 * Settles once how an input is written; every later read then follows `sql` to the letter. `files` are paths, folders
 * or globs. `docs/input.md` has the outcome for each kind of input.
 * @throws Failure INPUT_NOT_FOUND, INPUT_UNSUPPORTED, INPUT_UNREADABLE, INPUT_EMPTY, INPUT_HEADER, DISK_FULL,
 *   OUTPUT_NOT_WRITABLE
 */
export async function settle(files: readonly string[], read: Read, options: SettleOptions): Promise<Source> {
  const found = findFiles(files).map(path => ({ path, kind: recognise(path) }))
  const parquet = found.filter(({ kind }) => kind === 'parquet')
  if (parquet.length === 0) return settleText(found, read, options)
  const other = found.find(({ kind }) => kind !== 'parquet')
  if (other === undefined)
    return settleParquet(
      found.map(({ path }) => path),
      options,
    )
  const reason = `it is not Parquet, but ${parquet[0]?.path} is`
  throw new Failure('INPUT_UNREADABLE', { path: other.path, reason, hint: 'Give files of one kind at a time.' })
}

/** Parquet: its own footer says what the columns are; the locked door reads it. */
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { Failure } from '../errors.ts'
import { nearest } from '../math/nearest.ts'
import { quoteText } from '../sql.ts'
import type { SettleOptions } from './csv.ts'
import { hashFiles } from './digest.ts'
import { type Door, openDoor } from './door.ts'
import { looksLikePattern } from './files.ts'
import { checkNames } from './header.ts'
import { outputFailure } from './output-failure.ts'
import { CANONICAL, type Source } from './source.ts'

interface Footer {
  readonly names: string[]
  readonly types: string[]
  readonly rows: number
}

/** @throws Failure INPUT_UNREADABLE, INPUT_EMPTY, INPUT_HEADER */
export async function settleParquet(files: readonly string[], options: SettleOptions): Promise<Source> {
  const hashed = options.hash === false ? Promise.resolve('') : hashFiles(files)
  hashed.catch(() => undefined)
  const path = files.map((file, i) => (looksLikePattern(file) ? copied(file, options.run, i) : file))
  const door = await openDoor({ paths: path, spill: options.run, threads: 1 })
  try {
    const footers: Footer[] = []
    for (const [i, one] of path.entries()) footers.push(await footerOf(door, one, files[i] ?? one))
    const [first, ...others] = footers as [Footer, ...Footer[]]
    checkNames(files[0] ?? '', first.names)
    for (const [i, other] of others.entries()) checkSame(files[0] ?? '', first, files[i + 1] ?? '', other)
    const rows = footers.reduce((sum, footer) => sum + footer.rows, 0)
    if (rows === 0) throw new Failure('INPUT_EMPTY', { path: files[0], detail: 'it has columns and no rows' })
    return {
      kind: 'parquet',
      path,
      files,
      names: first.names,
      types: first.types,
      dialect: CANONICAL,
      plain: false,
      rows,
      malformed: [],
      malformedCount: 0,
      notes: [],
      sha256: await hashed,
      sql: readParquet(path),
    }
  } finally {
    await door.close()
  }
}

const readParquet = (paths: readonly string[]): string =>
  `read_parquet([${paths.map(quoteText).join(', ')}], hive_partitioning = false${paths.length > 1 ? ', union_by_name = true' : ''})`

function copied(file: string, folder: string, i: number): string {
  const path = join(folder, `input-${i}.parquet`)
  try {
    copyFileSync(file, path)
  } catch (error) {
    throw outputFailure(error, path)
  }
  return path
}

async function footerOf(door: Door, path: string, file: string): Promise<Footer> {
  try {
    const columns = await door.rows(`DESCRIBE SELECT * FROM ${readParquet([path])}`)
    const [counts] = await door.rows(`SELECT num_rows AS n FROM parquet_file_metadata(${quoteText(path)})`)
    return {
      names: columns.map(column => String(column.column_name)),
      types: columns.map(column => String(column.column_type)),
      rows: Number(counts?.n ?? 0),
    }
  } catch (error) {
    // The footer comes from outside: whatever DuckDB says about it is a fault of the file.
    const reason = (error as Error).message.split('\n')[0]
    const hint = 'The file is damaged or was not fully written: ask for a fresh copy.'
    throw new Failure('INPUT_UNREADABLE', { path: file, reason, hint }, { cause: error })
  }
}

function checkSame(firstFile: string, first: Footer, file: string, other: Footer): void {
  const missing = first.names.filter(name => !other.names.includes(name))
  const extra = other.names.filter(name => !first.names.includes(name))
  const hint =
    'Files that are read together must be pieces of one table. Leave this one out, or give it the same columns.'
  if (missing.length + extra.length > 0) {
    const near = missing.map(name => nearest(name, extra)).find(word => word !== undefined)
    const found = [
      missing.length > 0 ? `it lacks ${missing.join(', ')}` : '',
      extra.length > 0 ? `it adds ${extra.join(', ')}` : '',
    ]
    const problem = `its columns are not those of ${firstFile}: ${found.filter(part => part !== '').join('; ')}${near === undefined ? '' : ` (nearest: ${near})`}`
    throw new Failure('INPUT_HEADER', { path: file, problem, hint })
  }
  for (const [i, name] of first.names.entries()) {
    const type = other.types[other.names.indexOf(name)]
    if (type === first.types[i]) continue
    throw new Failure('INPUT_HEADER', {
      path: file,
      problem: `${name} is ${type}, in ${firstFile} it is ${first.types[i]}`,
      hint,
    })
  }
}

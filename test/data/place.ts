/** A temporary folder in which inputs are written and settled as a command would. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type Door, openDoor } from '../../src/data/door.ts'
import { type Read, type Source, settle } from '../../src/data/intake.ts'

export interface Settled {
  readonly source: Source
  /** The table as DuckDB reads it. */
  readonly rows: Record<string, unknown>[]
  /** The column as numbers, the way a recipe's features are read. */
  numbers(name: string): unknown[]
  query(sql: string): Record<string, unknown>[]
}

export interface Place {
  readonly folder: string
  write(name: string, bytes: string | Uint8Array): string
  /** Settles files, reads the whole table, and answers `queries` written over TABLE. */
  settle(
    files: readonly string[],
    read?: Read,
    options?: { sheet?: string; queries?: readonly string[] },
  ): Promise<Settled>
  text(bytes: string | Uint8Array, read?: Read, queries?: readonly string[]): Promise<Settled>
  remove(): void
}

export function makePlace(): Place {
  const folder = mkdtempSync(join(tmpdir(), 'input-'))
  const run = join(folder, '.run')
  mkdirSync(run)
  let count = 0
  const place: Place = {
    folder,
    write(name, bytes) {
      const path = join(folder, name)
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, bytes)
      return path
    },
    async settle(files, read = {}, { sheet, queries = [] } = {}) {
      const source = await settle(files, read, { run, ...(sheet === undefined ? {} : { sheet }) })
      return withDoor(source, run, async door => {
        const rows = await door.rows(`SELECT * FROM ${source.sql}`)
        const answers = new Map<string, Record<string, unknown>[]>()
        for (const sql of queries) answers.set(sql, await door.rows(sql.replaceAll('TABLE', source.sql)))
        const texts = source.types.every(type => type === 'VARCHAR') ? source.names.slice(0, 50) : []
        const casts = texts.map((name, i) => {
          const quoted = `"${name.replaceAll('"', '""')}"`
          return `TRY_CAST(${source.dialect.decimal === ',' ? `replace(${quoted}, ',', '.')` : quoted} AS DOUBLE) AS n${i}`
        })
        const cast = casts.length === 0 ? [] : await door.rows(`SELECT ${casts.join(', ')} FROM ${source.sql}`)
        const numbers = new Map(texts.map((name, i) => [name, cast.map(row => row[`n${i}`])]))
        return { source, rows, numbers: name => numbers.get(name) ?? [], query: sql => answers.get(sql) ?? [] }
      })
    },
    text: (bytes, read, queries = []) =>
      place.settle([place.write(`table-${(count += 1)}.csv`, bytes)], read, { queries }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
  return place
}

async function withDoor<T>(source: Source, run: string, use: (door: Door) => Promise<T>): Promise<T> {
  const door = await openDoor({ paths: [...source.path], spill: run, threads: 2 })
  try {
    return await use(door)
  } finally {
    door.close()
  }
}

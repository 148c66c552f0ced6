/**
 * The only door to DuckDB. It is opened with the exact files and folders that SQL may touch and locked before the
 * first statement: no other file, no network, no extension, no setting can be reached from a recipe's expressions.
 */
import { statfs } from 'node:fs/promises'
import { sep } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Failure } from '../errors.ts'
import type { Columns } from '../math/columns.ts'
import { quoteText } from '../sql.ts'
import {
  type Connection,
  type Database,
  type DuckDB,
  duckdb,
  type PreparedStatement,
  type Result,
  TYPE,
  type Vector,
} from './duckdb.ts'
import { translate } from './faults.ts'
import { type Chunk, doubleView, isReadable, isValid, readChunk, writeDoubles, writeTexts } from './vectors.ts'

export type { Chunk } from './vectors.ts'

export interface DoorOptions {
  /** Absolute paths SQL may touch. A folder ends in a separator and opens everything below it. */
  readonly paths: readonly string[]
  /** An existing folder for what does not fit into memory. */
  readonly spill: string
  readonly threads?: number
  /** DuckDB's words: `1GB`, `600MB`. */
  readonly memory?: string
}

/** Writes one number a row. NaN in means NULL, NaN out becomes NULL. The block is valid until the function returns. */
export type Score = (block: Columns, out: Float64Array) => void

export interface Door {
  /** Runs statements for their effect. */
  run(sql: string): Promise<void>
  /** A small result, boxed: integers as numbers (rounded beyond 2^53), times as ISO text, lists and structs as JSON values. */
  rows(sql: string): Promise<Record<string, unknown>[]>
  /** A result of any size, in order, block by block. Returns the number of rows. */
  stream(sql: string, take: (chunk: Chunk) => void): Promise<number>
  /** A scalar function of `arity` DOUBLEs. What it throws is thrown again by the query that called it. */
  register(name: string, arity: number, score: Score): void
  /** The same, answering with one text a row, or null. */
  registerTexts(name: string, arity: number, write: (block: Columns) => readonly (string | null)[]): void
  /** The tree of one SELECT as DuckDB parses it. Throws a plain Error with DuckDB's words when it does not parse. */
  parse(select: string): Promise<unknown>
  /** Ends the running query and those that wait with INTERRUPTED, and resolves when none is left. May be repeated. */
  close(): Promise<void>
}

const MEMORY = '1GB'
const IMPATIENCE_MS = 20

/** @throws Failure OUT_OF_MEMORY, DISK_FULL, OUTPUT_NOT_WRITABLE, INPUT_UNREADABLE, INTERRUPTED from any query. */
export async function openDoor(options: DoorOptions): Promise<Door> {
  const db = duckdb()
  const database = await db.open(':memory:', await configuration(db, options))
  const connection = await db.connect(database)
  await db.query(connection, lockDown(options.paths))
  const room: Room = { db, connection, thrown: undefined, last: Promise.resolve(), closing: undefined }
  return {
    run: sql => queued(room, sql, () => run(room, sql)),
    rows: sql => queued(room, sql, () => rows(room, sql)),
    stream: (sql, take) => queued(room, sql, () => stream(room, sql, take)),
    register: (name, arity, score) => register(room, name, arity, score),
    registerTexts: (name, arity, write) =>
      define(room, name, arity, TYPE.VARCHAR, (block, output) => writeTexts(output, write(block))),
    parse: select => queued(room, select, () => parse(room, select)),
    close: () => (room.closing ??= close(room, database)),
  }
}

interface Room {
  readonly db: DuckDB
  readonly connection: Connection
  /** What a registered function threw: DuckDB keeps only its text. */
  thrown: unknown
  last: Promise<unknown>
  closing: Promise<void> | undefined
}

/** A query that outlived its connection would take the process with it. */
async function close({ db, connection, last }: Room, database: Database): Promise<void> {
  const idle = last.then(() => true)
  // Again and again: a query that is just beginning forgets that it was interrupted.
  while ((await Promise.race([idle, sleep(IMPATIENCE_MS, false, { ref: false })])) === false) db.interrupt(connection)
  db.disconnect_sync(connection)
  db.close_sync(database)
}

async function configuration(db: DuckDB, options: DoorOptions) {
  const disk = await statfs(options.spill)
  const settings: Record<string, string> = {
    memory_limit: options.memory ?? MEMORY,
    temp_directory: options.spill,
    // Half of what is free: the outputs share the disk.
    max_temp_directory_size: `${Math.floor((disk.bavail * disk.bsize) / 2)}B`,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    allow_community_extensions: 'false',
    allow_unsigned_extensions: 'false',
  }
  if (options.threads !== undefined) settings.threads = String(options.threads)
  const config = db.create_config()
  for (const [name, value] of Object.entries(settings)) db.set_config(config, name, value)
  return config
}

/** Lists of paths can only be set by SQL, and only while outside access is still on; the lock comes last. */
function lockDown(paths: readonly string[]): string {
  const list = (items: readonly string[]) => `[${items.map(quoteText).join(', ')}]`
  const isFolder = (path: string) => path.endsWith('/') || path.endsWith(sep)
  return [
    "SET TimeZone = 'UTC'",
    `SET allowed_paths = ${list(paths.filter(path => !isFolder(path)))}`,
    `SET allowed_directories = ${list(paths.filter(isFolder))}`,
    'SET enable_external_access = false',
    'SET lock_configuration = true',
  ].join('; ')
}

/** One query at a time: a second one on the same connection would cut a running stream short. */
function queued<T>(room: Room, sql: string, act: () => Promise<T>): Promise<T> {
  const turn = room.last.then(async () => {
    if (room.closing !== undefined) throw new Failure('INTERRUPTED')
    room.thrown = undefined
    try {
      return await act()
    } catch (error) {
      throw room.thrown ?? translate(error, sql)
    }
  })
  room.last = turn.catch(() => undefined)
  return turn
}

async function run(room: Room, sql: string): Promise<void> {
  await room.db.query(room.connection, sql)
}

async function prepare<T>(room: Room, sql: string, use: (statement: PreparedStatement) => Promise<T>): Promise<T> {
  const statement = await room.db.prepare(room.connection, sql)
  try {
    return await use(statement)
  } finally {
    room.db.destroy_prepare_sync(statement)
  }
}

/** Hands every chunk of a result to `take`. */
async function drain(db: DuckDB, result: Result, take: (chunk: Chunk) => void): Promise<number> {
  const types = Array.from({ length: db.column_count(result) }, (_, i) => Number(db.column_type(result, i)))
  let count = 0
  for (let chunk = await db.fetch_chunk(result); chunk !== null; chunk = await db.fetch_chunk(result)) {
    const block = readChunk(chunk, types)
    if (block.rows === 0) break
    take(block)
    count += block.rows
  }
  return count
}

function stream(room: Room, sql: string, take: (chunk: Chunk) => void): Promise<number> {
  return prepare(room, sql, async statement =>
    drain(room.db, await room.db.execute_prepared_streaming(statement), take),
  )
}

interface Shape {
  readonly names: readonly string[]
  readonly types: readonly number[]
}

function shape(db: DuckDB, statement: PreparedStatement): Shape {
  const indices = Array.from({ length: db.prepared_statement_column_count(statement) }, (_, i) => i)
  return {
    names: indices.map(i => db.prepared_statement_column_name(statement, i)),
    types: indices.map(i => Number(db.prepared_statement_column_type(statement, i))),
  }
}

async function rows(room: Room, sql: string): Promise<Record<string, unknown>[]> {
  const found = await prepare(room, sql, async statement => shape(room.db, statement))
  const query = found.types.every(isReadable) ? sql : castAll(sql, found)
  return prepare(room, query, async statement => {
    const { types } = shape(room.db, statement)
    const out: Record<string, unknown>[] = []
    await drain(room.db, await room.db.execute_prepared(statement), chunk => {
      const columns = types.map((type, i) => boxed(chunk, i, type, found.types[i] ?? type))
      for (let row = 0; row < chunk.rows; row += 1) {
        // Null prototype: a column may be called __proto__.
        const record: Record<string, unknown> = Object.create(null)
        for (const [i, name] of found.names.entries()) record[name] = columns[i]?.[row]
        out.push(record)
      }
    })
    return out
  })
}

const TIMES: readonly number[] = [
  TYPE.TIMESTAMP,
  TYPE.TIMESTAMP_S,
  TYPE.TIMESTAMP_MS,
  TYPE.TIMESTAMP_NS,
  TYPE.TIMESTAMP_TZ,
]
const NESTED: readonly number[] = [TYPE.LIST, TYPE.STRUCT, TYPE.MAP, TYPE.ARRAY]
const WIDE: readonly number[] = [TYPE.HUGEINT, TYPE.UHUGEINT, TYPE.DECIMAL]

function castAll(sql: string, { types }: Shape): string {
  const columns = types.map((type, i) => {
    const c = `c${i}`
    if (isReadable(type)) return c
    if (WIDE.includes(type)) return `CAST(${c} AS DOUBLE)`
    if (NESTED.includes(type)) return `CAST(to_json(${c}) AS VARCHAR)`
    const text = `CAST(${c} AS VARCHAR)`
    return TIMES.includes(type) ? `replace(replace(${text}, ' ', 'T'), '+00', 'Z')` : text
  })
  return `SELECT ${columns.join(', ')} FROM (${sql}) AS t(${types.map((_, i) => `c${i}`).join(', ')})`
}

function boxed(chunk: Chunk, i: number, type: number, asked: number): unknown[] {
  if (type === TYPE.VARCHAR) {
    const texts = chunk.texts(i)
    return NESTED.includes(asked) ? texts.map(text => (text === null ? null : JSON.parse(text))) : texts
  }
  const valid = chunk.valid(i)
  return Array.from(chunk.doubles(i), (value, row) => {
    if (valid !== null && !isValid(valid, row)) return null
    return type === TYPE.BOOLEAN ? value === 1 : value
  })
}

function register(room: Room, name: string, arity: number, score: Score): void {
  let risks = new Float64Array(2048)
  define(room, name, arity, TYPE.DOUBLE, (block, output) => {
    if (risks.length < block.rows) risks = new Float64Array(block.rows)
    const out = risks.subarray(0, block.rows)
    score(block, out)
    writeDoubles(output, out)
  })
}

type Answer = (block: Columns, output: Vector) => void

function define(room: Room, name: string, arity: number, type: number, answer: Answer): void {
  const { db } = room
  const double = db.create_logical_type(TYPE.DOUBLE)
  const scratch: Float64Array[] = []
  const definition = db.create_scalar_function()
  db.scalar_function_set_name(definition, name)
  for (let i = 0; i < arity; i += 1) db.scalar_function_add_parameter(definition, double)
  db.scalar_function_set_return_type(definition, db.create_logical_type(type))
  // Without it DuckDB answers NULL for any NULL input and the model never sees the row.
  db.scalar_function_set_special_handling(definition)
  db.scalar_function_set_function(definition, (info, input, output) => {
    try {
      const count = db.data_chunk_get_size(input)
      const columns = Array.from({ length: arity }, (_, i) =>
        doubleView(db.data_chunk_get_vector(input, i), count, size => {
          if ((scratch[i]?.length ?? 0) < size) scratch[i] = new Float64Array(Math.max(size, 2048))
          return (scratch[i] as Float64Array).subarray(0, size)
        }),
      )
      answer({ rows: count, columns }, output)
    } catch (error) {
      room.thrown ??= error
      db.scalar_function_set_error(info, error instanceof Error ? error.message : String(error))
    }
  })
  db.register_scalar_function(room.connection, definition)
  db.destroy_scalar_function_sync(definition)
}

async function parse(room: Room, select: string): Promise<unknown> {
  const [row] = await rows(room, `SELECT CAST(json_serialize_sql(${quoteText(select)}) AS VARCHAR) AS tree`)
  const tree = JSON.parse(String(row?.tree)) as { error?: boolean; error_message?: string }
  if (tree.error === true) throw new Error(tree.error_message ?? 'not a SELECT statement')
  return tree
}

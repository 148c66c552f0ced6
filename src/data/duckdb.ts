/** The native bindings of DuckDB, loaded on first use: `--help` and `--version` never pay for them. */
import { createRequire } from 'node:module'
import type * as Bindings from '@duckdb/node-bindings'

export type DuckDB = typeof Bindings
export type { Connection, Database, DataChunk, PreparedStatement, Result, Vector } from '@duckdb/node-bindings'

let loaded: DuckDB | undefined

/**
 * The C-level calls, without the object layer of `@duckdb/node-api`: that layer takes 90 ms to load against 20 ms, and
 * boxes each value. Its package is where the bindings are resolved from, so that any layout of `node_modules` works.
 */
export function duckdb(): DuckDB {
  if (loaded === undefined) {
    const api = createRequire(import.meta.url).resolve('@duckdb/node-api')
    loaded = createRequire(api)('@duckdb/node-bindings') as DuckDB
  }
  return loaded
}

/** The part of DuckDB's type numbers that this folder reads; the bindings' own enum exists only as a declaration. */
export const TYPE = {
  BOOLEAN: 1,
  TINYINT: 2,
  SMALLINT: 3,
  INTEGER: 4,
  BIGINT: 5,
  UTINYINT: 6,
  USMALLINT: 7,
  UINTEGER: 8,
  UBIGINT: 9,
  FLOAT: 10,
  DOUBLE: 11,
  TIMESTAMP: 12,
  HUGEINT: 16,
  VARCHAR: 17,
  DECIMAL: 19,
  TIMESTAMP_S: 20,
  TIMESTAMP_MS: 21,
  TIMESTAMP_NS: 22,
  LIST: 24,
  STRUCT: 25,
  MAP: 26,
  TIMESTAMP_TZ: 31,
  UHUGEINT: 32,
  ARRAY: 33,
} as const

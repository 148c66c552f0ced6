/** A table whose shape is settled: what DuckDB reads, and what the user is told about it. */

/** How a text table is written, as far as somebody said; everything absent is found out by looking. */
export interface Read {
  /** One character. A space stands for any run of blanks. */
  readonly delimiter?: string
  readonly decimal?: '.' | ','
  readonly header?: boolean
  readonly encoding?: string
  readonly names?: readonly string[]
  /** The line below the header holds units. */
  readonly units?: boolean
  /** Lines before the header. */
  readonly skip?: number
  /** One character, or nothing when no character quotes. */
  readonly quote?: string
}

export interface Dialect {
  readonly delimiter: string
  readonly quote: string
  readonly decimal: '.' | ','
  readonly header: boolean
  readonly encoding: string
  readonly newline: '\n' | '\r\n'
  readonly bom: boolean
  /** Physical lines before the first row of data, the header included. */
  readonly skip: number
}

/** How staged copies are written, and what a Parquet input would be written like. */
export const CANONICAL: Dialect = {
  delimiter: ',',
  quote: '"',
  decimal: '.',
  header: true,
  encoding: 'utf-8',
  newline: '\n',
  bom: false,
  skip: 1,
}

export interface Malformed {
  /** The row, from 0. */
  readonly row: number
  /** The line of its file, from 1. */
  readonly line: number
  readonly reason: string
  /** The row as it stands in the file, cut at 200 characters. */
  readonly text: string
  /** Its file, when there are several. */
  readonly file?: string
}

export interface Source {
  readonly kind: 'csv' | 'parquet'
  /** What DuckDB reads, absolute: the user's files, or one canonical copy in the run folder. */
  readonly path: readonly string[]
  /** The user's files, in the order in which they are read. */
  readonly files: readonly string[]
  readonly names: readonly string[]
  /** DuckDB's names of types; text tables are VARCHAR throughout. */
  readonly types: readonly string[]
  /** Unit by column name, from the units row. A null-prototype object: a column may be called __proto__. */
  readonly units?: Readonly<Record<string, string>>
  readonly dialect: Dialect
  /** `path[0]` is the user's one file byte for byte, UTF-8 and well-formed: new columns may be pasted to its lines. */
  readonly plain: boolean
  readonly rows: number
  /** The first 1,000 rows that do not fit the table, in order. They keep their place, cut or filled up. */
  readonly malformed: readonly Malformed[]
  /** How many there are in all. */
  readonly malformedCount: number
  /** The column that holds the reason for each malformed row, '' elsewhere. Only when there are any. Not in `names`. */
  readonly faultColumn?: string
  /** What was settled by looking, in words. */
  readonly notes: readonly string[]
  /** Of all bytes of all files, in order. Empty when no hash was asked for. */
  readonly sha256: string
  /** What stands after FROM. */
  readonly sql: string
}

/** Malformed rows that are kept with their text. */
export const LISTED = 1000

/** DuckDB sets aside room for 2,048 rows of every column at once: 4,096 text columns take 0.9 GB. */
export const MAX_COLUMNS = 4096

/** A longer record is more likely an unclosed quote than a cell. */
export const MAX_RECORD = 64 * 2 ** 20

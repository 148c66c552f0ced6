/** DuckDB says what went wrong in prose. These patterns find the failures that a user can cause and can mend. */
import { Failure } from '../errors.ts'
import { finalPath } from './output-failure.ts'

const FILE = /"([^"\n]*[/\\][^"\n]*)"|'([^'\n]*[/\\][^'\n]*)'/

type Rule = readonly [pattern: RegExp, failure: (reason: string, path: string, cause: Error) => Failure]

const FULL = /No space left on device|ENOSPC|Disk quota exceeded|not enough space on the disk/i

const RULES: readonly Rule[] = [
  [/^INTERRUPT|Interrupted!/, (_r, _p, cause) => new Failure('INTERRUPTED', {}, { cause })],
  [
    /^Out of Memory Error|bad allocation|std::bad_alloc/,
    (reason, _p, cause) => new Failure('OUT_OF_MEMORY', { reason }, { cause }),
  ],
  [FULL, (_r, path, cause) => new Failure('DISK_FULL', { path }, { cause })],
  [
    /^IO Error: (?:Could not (?:write|truncate|fsync|sync|move|create)|Cannot open file .*(?:Read-only|Permission)|Failed to (?:write|create))|^IO Error: .*(?:Read-only file system|File too large)/is,
    (reason, path, cause) => notWritable(reason, path, cause),
  ],
  [
    /^Invalid Error:|parquet|magic bytes|thrift|TProtocol|snappy|zstd|decompress|page header|row group|dictionary offset/i,
    (reason, path, cause) => new Failure('INPUT_UNREADABLE', { path, reason, hint: CORRUPT }, { cause }),
  ],
  [
    /^Invalid Input Error: (?:CSV Error|Error when sniffing|Invalid unicode)|Maximum line size/,
    (reason, path, cause) => new Failure('INPUT_UNREADABLE', { path, reason, hint: MALFORMED }, { cause }),
  ],
  [
    // Expressions of one row give NULL where they fail; those with a window cannot.
    /^(?:Conversion|Out of Range) Error/,
    (reason, _p, cause) => new Failure('INPUT_UNREADABLE', { path: 'the data', reason, hint: WINDOW }, { cause }),
  ],
  [
    /^IO Error: (?:No files found|Cannot open file|Could not read)/,
    (reason, path, cause) => new Failure('INPUT_UNREADABLE', { path, reason, hint: PATH }, { cause }),
  ],
]

const notWritable = (reason: string, path: string, cause: Error) =>
  new Failure('OUTPUT_NOT_WRITABLE', { path, reason, hint: 'Check the folder and its permissions.' }, { cause })

const WINDOW =
  'An expression with a window fails on a value: write TRY_CAST(… AS …) or try(…) around that value in the recipe.'
const PATH = 'Check the path and its permissions.'
const CORRUPT = 'The file is damaged or was not fully written: ask for a fresh copy.'
const MALFORMED = 'Say how the file is written under rows: read: in the recipe, or mend the line.'

/** The failure behind one of DuckDB's errors to `sql`; the error itself when no user can have caused it. */
export function translate(error: unknown, sql = ''): Error {
  if (!(error instanceof Error)) return new Error(String(error))
  if (error instanceof Failure) return error
  // Wrong SQL and locked doors are our own mistakes: they keep DuckDB's words.
  if (/^(?:Parser|Binder|Catalog|Permission|Not implemented) Error/i.test(error.message)) return error
  const rule = RULES.find(([pattern]) => pattern.test(error.message))
  if (rule === undefined) return error
  const named = FILE.exec(error.message)
  const path = named?.[1] ?? named?.[2] ?? 'the data'
  const reason = finalPath(firstLine(error.message))
  // DuckDB opens inputs and outputs with the same words.
  if (rule[0] !== FULL && /^Cannot open file/.test(reason) && sql.includes(`TO '${path}'`))
    return notWritable(reason, finalPath(path), error)
  return rule[1](reason, finalPath(path), error)
}

function firstLine(message: string): string {
  const line = message.split('\n')[0] ?? message
  return line.replace(/^[A-Za-z ]+ Error: /, '').trim()
}

/** From what somebody wrote (a file, a folder, a glob) to files, and what kind of file each one is. */
import { closeSync, existsSync, globSync, openSync, readdirSync, readSync, type Stats, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Failure } from '../errors.ts'
import { gunzipHead } from './gzip.ts'

export type Kind = 'text' | 'gzip' | 'parquet' | 'xlsx'

const TABLES = /\.(csv|tsv|tab|txt|dat|csv\.gz|tsv\.gz|txt\.gz|parquet|pq|xlsx)$/i

/**
 * Absolute paths, sorted by name within each pattern, each file once. A folder stands for the tables right inside it.
 * @throws Failure INPUT_NOT_FOUND, INPUT_UNSUPPORTED for what is no regular file, INPUT_UNREADABLE.
 */
export function findFiles(patterns: readonly string[]): string[] {
  const found = new Set<string>()
  for (const pattern of patterns) for (const path of expand(pattern)) found.add(resolve(path))
  return [...found]
}

// A recipe's paths come here joined to its folder, which makes one slash of two.
const ADDRESS = /(?<![^/\\])[a-z][a-z0-9+.-]+:\/.*/i
const DOWNLOAD = 'Addresses are not read: download the file first, then give its path.'

function expand(pattern: string): string[] {
  if (!existsSync(pattern)) {
    const [address] = ADDRESS.exec(pattern) ?? []
    if (address !== undefined)
      throw new Failure('INPUT_UNSUPPORTED', { path: address, found: 'an address', hint: DOWNLOAD })
    const matches = /[*?[{]/.test(pattern) ? globSync(pattern).filter(path => statSync(path).isFile()) : []
    if (matches.length === 0) throw new Failure('INPUT_NOT_FOUND', { path: pattern })
    return matches.sort(byName)
  }
  const stats = statSync(pattern)
  if (stats.isFile()) return [pattern]
  if (!stats.isDirectory()) throw new Failure('INPUT_UNSUPPORTED', { path: pattern, found: device(stats), hint: COPY })
  const inside = readdirSync(pattern).filter(name => !name.startsWith('.') && TABLES.test(name))
  if (inside.length === 0)
    throw new Failure('INPUT_NOT_FOUND', { path: `in ${pattern} there is no .csv, .parquet or .xlsx file` })
  return inside.sort(byName).map(name => join(pattern, name))
}

// By code unit: the same order in every locale.
const byName = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

const COPY = 'Write the table to a file first, then give that file.'

function device(stats: Stats): string {
  if (stats.isFIFO()) return 'a named pipe'
  return stats.isSocket() ? 'a socket' : 'a device'
}

const HEAD = 4096
const TAIL = 65_536

/** @throws Failure INPUT_UNSUPPORTED for a file that is recognised as something else than a table. */
export function recognise(path: string): Kind {
  const { head, tail } = ends(path)
  if (starts(head, 'PAR1')) return 'parquet'
  if (starts(head, 'PK\x03\x04')) return zipKind(path, head, tail)
  if (head[0] === 0x1f && head[1] === 0x8b) {
    refuse(path, gunzipHead(head), 'a gzip archive of ')
    return 'gzip'
  }
  refuse(path, head)
  return 'text'
}

function ends(path: string): { head: Buffer; tail: Buffer } {
  let file: number
  try {
    file = openSync(path, 'r')
  } catch (error) {
    throw unreadable(path, error)
  }
  try {
    const { size } = statSync(path)
    const read = (at: number, length: number) => {
      const bytes = Buffer.alloc(Math.min(length, size))
      return bytes.subarray(0, readSync(file, bytes, 0, bytes.length, Math.max(0, at)))
    }
    return { head: read(0, HEAD), tail: read(size - TAIL, TAIL) }
  } catch (error) {
    throw unreadable(path, error)
  } finally {
    closeSync(file)
  }
}

export function unreadable(path: string, error: unknown): Failure {
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'ENOENT') return new Failure('INPUT_NOT_FOUND', { path }, { cause: error })
  const [reason, hint] =
    code === 'EMFILE'
      ? ['too many files are open', 'Raise the limit (ulimit -n 1024) and run again.']
      : [code === 'EACCES' || code === 'EPERM' ? 'no permission' : message, 'Check the file and its permissions.']
  return new Failure('INPUT_UNREADABLE', { path, reason, hint }, { cause: error })
}

const starts = (bytes: Buffer, magic: string, at = 0): boolean =>
  bytes.length >= at + magic.length && bytes.toString('latin1', at, at + magic.length) === magic

function zipKind(path: string, head: Buffer, tail: Buffer): Kind {
  const names = head.toString('latin1') + tail.toString('latin1')
  if (names.includes('xl/workbook.xml')) return 'xlsx'
  const [found, hint] = names.includes('xl/workbook.bin')
    ? ['a binary Excel workbook (.xlsb)', SHEET]
    : names.includes('oasis.opendocument')
      ? ['an OpenDocument sheet (.ods)', SHEET]
      : names.includes('.npy')
        ? ['a NumPy archive (.npz)', PANDAS]
        : ['a zip archive', 'Unpack it, then give the table inside.']
  throw new Failure('INPUT_UNSUPPORTED', { path, found, hint })
}

const SHEET = 'Open it and save the sheet as .xlsx or .csv.'
const PANDAS = 'Save the table as CSV or Parquet, for example with pandas: df.to_parquet("data.parquet").'
const PARQUET = 'Save it as Parquet or CSV.'
const EXPORT = 'Export the table as CSV.'

type Magic = readonly [test: string | ((head: Buffer) => boolean), found: string, hint: string]

const text = (head: Buffer): string =>
  head
    .toString('latin1', 0, 512)
    .replace(/^\xef\xbb\xbf/, '')
    .trimStart()

const MAGICS: readonly Magic[] = [
  [
    // After the 8 bytes of its header's length.
    head => head.toString('latin1', 8).startsWith('{"__metadata__":{"tocsin"'),
    'a tocsin model',
    'A model stands before the table: tocsin score model.tocsin rows.csv',
  ],
  ['\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1', 'an old Excel workbook (.xls)', SHEET],
  ['%PDF', 'a PDF', EXPORT],
  [
    'SQLite format 3\0',
    'a SQLite database',
    'Export the table: sqlite3 -header -csv FILE "SELECT * FROM t" > data.csv',
  ],
  [head => starts(head, 'DUCK', 8), 'a DuckDB database', "Export the table: COPY t TO 'data.parquet'"],
  ['ARROW1', 'an Arrow or Feather file', PARQUET],
  ['FEA1', 'a Feather file', PARQUET],
  ['ORC\b', 'an ORC file', PARQUET],
  ['Obj\x01', 'an Avro file', PARQUET],
  ['PARE', 'an encrypted Parquet file', 'Decrypt it first.'],
  ['\x89HDF\r\n\x1a\n', 'an HDF5 file', PANDAS],
  [
    head => /^MATLAB (5\.0|7\.3) MAT-file/.test(text(head)),
    'a MATLAB file (.mat)',
    'In MATLAB: writetable(t, "data.csv").',
  ],
  ['\x93NUMPY', 'a NumPy array (.npy)', PANDAS],
  [head => head[0] === 0x80 && (head[1] ?? 0) >= 2 && (head[1] ?? 0) <= 5, 'a Python pickle (or joblib) file', PANDAS],
  [
    head => head[0] === 0x78 && [0x01, 0x5e, 0x9c, 0xda].includes(head[1] ?? 0) && !isText(head),
    'a zlib-compressed file (joblib?)',
    PANDAS,
  ],
  ['\x89PNG', 'a PNG image', EXPORT],
  ['GIF8', 'a GIF image', EXPORT],
  ['\xff\xd8\xff', 'a JPEG image', EXPORT],
  ['II*\0', 'a TIFF image', EXPORT],
  ['MM\0*', 'a TIFF image', EXPORT],
  ['BZh', 'a bzip2 archive', 'Unpack it: bunzip2 FILE'],
  ['\xfd7zXZ', 'an xz archive', 'Unpack it: unxz FILE'],
  ['\x28\xb5\x2f\xfd', 'a Zstandard archive', 'Unpack it: unzstd FILE'],
  ['7z\xbc\xaf', 'a 7-Zip archive', 'Unpack it, then give the table inside.'],
  ['Rar!', 'a RAR archive', 'Unpack it, then give the table inside.'],
  [head => starts(head, 'ustar', 257), 'a tar archive', 'Unpack it, then give the table inside.'],
  ['$FL2@(#)', 'an SPSS file', EXPORT],
  ['<stata_dta>', 'a Stata file', EXPORT],
  ['RDX3\n', 'an R data file', 'In R: write.csv(d, "data.csv", row.names = FALSE)'],
  ['\x7fELF', 'a program', EXPORT],
  [
    head => /^<(!doctype|html)/i.test(text(head)),
    'an HTML page',
    'Was it a log-in page? Download the table itself, as CSV.',
  ],
  [head => text(head).startsWith('<?xml'), 'an XML document', EXPORT],
  [
    head => /^(\{\s*["}]|\[\s*[{[\]])/.test(text(head)),
    'a JSON document',
    'Convert it to CSV, for example with jq and its @csv.',
  ],
]

function isText(head: Buffer): boolean {
  return !head.some(byte => byte < 9 || (byte > 13 && byte < 32))
}

function refuse(path: string, head: Buffer, inside = ''): void {
  const magic = MAGICS.find(([test]) => (typeof test === 'string' ? starts(head, test) : test(head)))
  if (magic !== undefined) throw new Failure('INPUT_UNSUPPORTED', { path, found: inside + magic[1], hint: magic[2] })
}

/** DuckDB would read these as a pattern. */
export const looksLikePattern = (path: string): boolean => /[*?[\]]/.test(path)

/** The command as a user runs it: a real process in a folder of its own. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { DuckDBInstance } from '@duckdb/node-api'

export const BIN = fileURLToPath(new URL('../../bin/tocsin.js', import.meta.url))

export interface Outcome {
  /** The exit code; null when a signal ended the process. */
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
  /** What the folder holds afterwards, sorted, hidden files too. */
  readonly files: readonly string[]
}

// biome-ignore lint/suspicious/noExplicitAny: what a file holds is what the test is about
export type Json = any

export interface Folder {
  readonly path: string
  /** The path of a file in it. */
  at(name: string): string
  write(name: string, content: string | Uint8Array): string
  read(name: string): string
  bytes(name: string): Buffer
  json(name: string): Json
  csv(name: string, delimiter?: string): Record<string, string>[]
  files(): string[]
  run(args: readonly string[], options?: RunOptions): Promise<Outcome>
  /** The same; throws with all that was printed unless the command ends with 0. */
  must(args: readonly string[], options?: RunOptions): Promise<Outcome>
  remove(): void
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>
  /** Called with the running process. */
  readonly started?: (child: ChildProcess) => void
  /** Runs in this folder in place of the folder itself. */
  readonly cwd?: string
}

export function createFolder(): Folder {
  const path = mkdtempSync(join(tmpdir(), 'tocsin-test-'))
  const at = (name: string) => join(path, name)
  const read = (name: string) => readFileSync(at(name), 'utf8')
  const files = () => readdirSync(path).sort()
  const run = async (args: readonly string[], options: RunOptions = {}) => {
    const ended = await runProcess(process.execPath, [BIN, ...args], { ...options, cwd: options.cwd ?? path })
    return { ...ended, files: files() }
  }
  return {
    path,
    at,
    read,
    files,
    run,
    write(name, content) {
      mkdirSync(dirname(at(name)), { recursive: true })
      writeFileSync(at(name), content)
      return at(name)
    },
    bytes: name => readFileSync(at(name)),
    json: name => JSON.parse(read(name)),
    csv: (name, delimiter) => parseCsv(read(name), delimiter),
    async must(args, options) {
      const outcome = await run(args, options)
      if (outcome.code !== 0)
        throw new Error(`tocsin ${args.join(' ')} ended with ${outcome.code}\n${outcome.stdout}${outcome.stderr}`)
      return outcome
    },
    remove: () => rmSync(path, { recursive: true, force: true }),
  }
}

export function runProcess(
  command: string,
  args: readonly string[],
  { env, started, cwd }: RunOptions = {},
): Promise<Omit<Outcome, 'files'>> {
  // Nothing of the machine's own settings reaches the command, except where programs and temporary files are.
  const { PATH = '', TMPDIR, HOME } = process.env
  const own = Object.fromEntries(Object.entries({ PATH, TMPDIR, HOME }).filter(([, v]) => v !== undefined))
  const child = spawn(command, args, { cwd, env: { ...own, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  started?.(child)
  const out: Buffer[] = []
  const err: Buffer[] = []
  child.stdout?.on('data', block => out.push(block))
  child.stderr?.on('data', block => err.push(block))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => {
      resolve({ code, signal, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() })
    })
  })
}

/** RFC 4180, written for the tests alone: the program's own reader must not judge its own output. */
export function parseRecords(text: string, delimiter = ','): string[][] {
  const records: string[][] = []
  let record: string[] = []
  let field = ''
  let quoted = false
  for (let i = 0; i < text.length; i++) {
    const c = text[i] as string
    if (quoted) {
      if (c !== '"') field += c
      else if (text[i + 1] === '"') field += text[++i]
      else quoted = false
    } else if (c === '"') quoted = true
    else if (c === delimiter) {
      record.push(field)
      field = ''
    } else if (c === '\n') {
      records.push([...record, field.replace(/\r$/, '')])
      record = []
      field = ''
    } else field += c
  }
  if (field !== '' || record.length) records.push([...record, field])
  return records
}

export function parseCsv(text: string, delimiter = ','): Record<string, string>[] {
  const [head = [], ...rows] = parseRecords(text, delimiter)
  return rows.map(row =>
    Object.assign(Object.create(null), Object.fromEntries(head.map((name, i) => [name, row[i] ?? '']))),
  )
}

export interface Parquet {
  /** DuckDB's type by column name, in order. */
  readonly types: Readonly<Record<string, string>>
  readonly rows: readonly Record<string, unknown>[]
}

/** A Parquet file as a fresh DuckDB reads it. */
export async function readParquet(path: string): Promise<Parquet> {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  try {
    const from = `read_parquet('${path.replaceAll("'", "''")}')`
    const described = await (await connection.runAndReadAll(`DESCRIBE SELECT * FROM ${from}`)).getRowObjectsJson()
    const types = Object.fromEntries(described.map(d => [String(d.column_name), String(d.column_type)]))
    const rows = (await connection.runAndReadAll(`SELECT * FROM ${from}`)).getRowObjectsJson()
    return { types, rows }
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

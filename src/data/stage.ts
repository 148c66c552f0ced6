/** Writes tables that DuckDB should not be left alone with as one canonical file: UTF-8, commas, LF, RFC 4180. */
import { closeSync, existsSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { cut, withoutEmptyEnd } from './dialect.ts'
import { outputFailure } from './output-failure.ts'
import type { RawRecord } from './records.ts'
import { LISTED, type Malformed } from './source.ts'

/** One file of the user's, ready to be read record by record. */
export interface Part {
  readonly file: string
  readonly names: readonly string[]
  /** Hands over the rows of data, in order. */
  readonly read: (take: (record: RawRecord) => void) => Promise<void>
}

export interface Staged {
  readonly path: string
  readonly rows: number
  readonly malformed: readonly Malformed[]
  readonly malformedCount: number
  readonly faultColumn: string
  /** Bytes that no record of the copy exceeds. */
  readonly longest: number
}

const BATCH = 1 << 20

/**
 * The copy goes into `folder`. All parts have the same names, in any order; the copy has the first one's order.
 * @throws Failure DISK_FULL, OUTPUT_NOT_WRITABLE, and what reading throws
 */
export async function stage(parts: readonly Part[], folder: string): Promise<Staged> {
  const names = parts[0]?.names ?? []
  const faultColumn = freeName('_line_fault', names)
  const { path, file, write, flush } = output(folder)
  const malformed: Malformed[] = []
  let [rows, malformedCount, longest] = [0, 0, 0]
  try {
    write(line([...names, faultColumn]))
    for (const part of parts) {
      const order = names.map(name => part.names.indexOf(name))
      await part.read(record => {
        const reason = faultOf(record, names.length)
        if (reason !== '') {
          malformedCount += 1
          if (malformed.length < LISTED)
            malformed.push(describe(record, reason, rows, parts.length > 1 ? part.file : undefined))
        }
        const text = line([...order.map(i => record.fields[i] ?? ''), reason])
        longest = Math.max(longest, text.length)
        write(text)
        rows += 1
      })
    }
    flush()
  } finally {
    closeSync(file)
  }
  // A UTF-16 unit is at most three bytes of UTF-8.
  return { path, rows, malformed, malformedCount, faultColumn, longest: longest * 3 }
}

function output(folder: string) {
  let path = join(folder, 'input.csv')
  for (let n = 2; existsSync(path); n += 1) path = join(folder, `input-${n}.csv`)
  const attempt = <T>(act: () => T): T => {
    try {
      return act()
    } catch (error) {
      throw outputFailure(error, path)
    }
  }
  const file = attempt(() => openSync(path, 'wx'))
  let pending: string[] = []
  let size = 0
  const flush = () => {
    const bytes = Buffer.from(pending.join(''))
    pending = []
    size = 0
    for (let at = 0; at < bytes.length; ) at += attempt(() => writeSync(file, bytes, at))
  }
  const write = (text: string) => {
    pending.push(text)
    size += text.length
    if (size >= BATCH) flush()
  }
  return { path, file, write, flush }
}

const special = /[",\r\n]/

function line(fields: readonly string[]): string {
  let text = ''
  for (let i = 0; i < fields.length; i += 1) {
    const field = fields[i] as string
    if (i > 0) text += ','
    text += special.test(field) ? `"${field.replaceAll('"', '""')}"` : field
  }
  return `${text}\n`
}

/** Empty fields beyond the last column say nothing: instruments end each line with a delimiter. */
function faultOf({ fields, fault, cut: ended }: RawRecord, expected: number): string {
  if (fault !== '') return fault
  if (fields.length === expected || (fields.length > expected && withoutEmptyEnd(fields) <= expected)) return ''
  const found = `${fields.length} ${fields.length === 1 ? 'field' : 'fields'} instead of ${expected}`
  return ended && fields.length < expected ? `the file ends inside this row: ${found}` : found
}

function describe(record: RawRecord, reason: string, row: number, file: string | undefined): Malformed {
  const { line, text } = record
  return { row, line, reason, text: cut(text, 200), ...(file === undefined ? {} : { file }) }
}

function freeName(wish: string, names: readonly string[]): string {
  const taken = new Set(names.map(name => name.toLowerCase()))
  let name = wish
  while (taken.has(name)) name += '_'
  return name
}

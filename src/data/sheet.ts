/** A sheet of an Excel workbook (.xlsx) as records of text. */
import { Failure } from '../errors.ts'
import type { RawRecord } from './records.ts'

type Cell = string | number | boolean | Date | null

interface Sheet {
  readonly sheet: string
  readonly data: readonly (readonly Cell[])[]
}

/** @throws Failure INPUT_UNREADABLE when the workbook is damaged, or has several sheets and none is named. */
export async function readWorkbook(path: string, wanted: string | undefined): Promise<RawRecord[]> {
  const sheets = await open(path)
  const named = wanted === undefined ? undefined : sheets.find(({ sheet }) => sheet === wanted)
  if (wanted !== undefined && named === undefined) throw choose(path, sheets, `it has no sheet called ${wanted}`)
  if (named === undefined && sheets.length > 1) throw choose(path, sheets, `it has ${sheets.length} sheets`)
  const data = (named ?? sheets[0])?.data ?? []
  const timed = timedColumns(data)
  const width = widthOf(data)
  return data.flatMap((row, i) => {
    const fields = Array.from({ length: width }, (_, c) => textOf(row[c] ?? null, timed.has(c)))
    if (fields.every(field => field === '')) return []
    return { fields, line: i + 1, fault: '', text: fields.join(','), cut: false }
  })
}

async function open(path: string): Promise<Sheet[]> {
  // Loaded only for workbooks: the reader and its unpacker take 40 ms.
  const { default: readExcelFile } = await import('read-excel-file/node')
  try {
    return (await readExcelFile(path, { trim: false })) as unknown as Sheet[]
  } catch (error) {
    const reason = `the workbook is damaged (${(error as Error).message})`
    const hint = 'Open it in a spreadsheet program and save it again, or as CSV.'
    throw new Failure('INPUT_UNREADABLE', { path, reason, hint }, { cause: error })
  }
}

function choose(path: string, sheets: readonly Sheet[], reason: string): Failure {
  const names = sheets.map(({ sheet }) => sheet)
  const hint = `Name one under rows: in the recipe: sheet: ${names[0] ?? ''}, or with init: --sheet. The sheets: ${names.join(', ')}`
  return new Failure('INPUT_UNREADABLE', { path, reason, hint })
}

/** Columns in use: formatting alone makes a sheet wider than its table. */
function widthOf(data: Sheet['data']): number {
  let width = 0
  for (const row of data) {
    for (let c = row.length; c > width; c -= 1) {
      const cell = row[c - 1]
      if (cell !== null && cell !== undefined && cell !== '') width = c
    }
  }
  return width
}

/** Columns in which some date has a time of day: all of its dates are then written with one. */
function timedColumns(data: Sheet['data']): Set<number> {
  const timed = new Set<number>()
  for (const row of data)
    for (const [c, cell] of row.entries()) if (cell instanceof Date && rounded(cell) % 86_400_000 !== 0) timed.add(c)
  return timed
}

/** Milliseconds. Excel keeps a time as a fraction of a day, so whole seconds come with an error of some microseconds. */
function rounded(date: Date): number {
  const ms = date.getTime()
  const second = Math.round(ms / 1000) * 1000
  return Math.abs(ms - second) <= 2 ? second : Math.round(ms)
}

function textOf(cell: Cell, timed: boolean): string {
  if (cell === null) return ''
  if (!(cell instanceof Date)) return String(cell)
  if (Number.isNaN(cell.getTime())) return ''
  const text = new Date(rounded(cell)).toISOString()
  return timed ? text.slice(0, -1).replace(/\.000$/, '') : text.slice(0, 10)
}

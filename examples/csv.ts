/** The CSV that the plants write and read back: commas, one header line, LF, quotes only where they are needed. */

export type Row = Readonly<Record<string, string>>

export function formatCsv(columns: readonly string[], rows: readonly Row[]): string {
  return [columns, ...rows.map(row => columns.map(column => row[column] ?? ''))]
    .map(cells => `${cells.map(quote).join(',')}\n`)
    .join('')
}

/** Rows as records of text. A cell that is left out and an empty cell are both ''. Scores are written with the delimiter
 * of their input. */
export function parseCsv(text: string, delimiter: ',' | ' ' = ','): Row[] {
  const [header, ...lines] = readCells(text, delimiter)
  return lines.map(cells => Object.fromEntries((header ?? []).map((column, i) => [column, cells[i] ?? ''])))
}

function quote(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell
}

function readCells(text: string, delimiter: string): string[][] {
  const lines: string[][] = []
  let line: string[] = []
  // Sticky: each match is one cell and what ends it, so quoted line breaks stay inside their cell.
  const cell = new RegExp(`(?:"((?:[^"]|"")*)"|([^"${delimiter}\\r\\n]*))(${delimiter}|\\r?\\n|$)`, 'gy')
  for (const [, quoted, plain, end] of text.matchAll(cell)) {
    line.push(quoted?.replaceAll('""', '"') ?? plain ?? '')
    if (end === delimiter) continue
    if (line.length > 1 || line[0] !== '') lines.push(line)
    line = []
  }
  return lines
}

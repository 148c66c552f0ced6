/** The CSV that the plants write and read back: commas, one header line, LF, quotes only where they are needed. */

export type Row = Readonly<Record<string, string>>

export function formatCsv(columns: readonly string[], rows: readonly Row[]): string {
  return [columns, ...rows.map(row => columns.map(column => row[column] ?? ''))]
    .map(cells => `${cells.map(quote).join(',')}\n`)
    .join('')
}

/** Rows as records of text. A cell that is left out and an empty cell are both ''. */
export function parseCsv(text: string): Row[] {
  const [header, ...lines] = readCells(text)
  return lines.map(cells => Object.fromEntries((header ?? []).map((column, i) => [column, cells[i] ?? ''])))
}

function quote(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell
}

function readCells(text: string): string[][] {
  const lines: string[][] = []
  let line: string[] = []
  // Sticky: each match is one cell and what ends it, so quoted line breaks stay inside their cell.
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/gy)) {
    line.push(quoted?.replaceAll('""', '"') ?? plain ?? '')
    if (end === ',') continue
    if (line.length > 1 || line[0] !== '') lines.push(line)
    line = []
  }
  return lines
}

/** What a plant's demo is given and gives back. */

export interface DemoOptions {
  /** An existing or new folder; everything is written below it. */
  readonly folder: string
  readonly seed: number
  readonly print: (line: string) => void
  /** Runs one command of the program, such as ['fit', 'recipe.yaml']. */
  readonly tocsin: (args: string[]) => Promise<void>
}

/** `files`: what a person should open, in the order to open it. */
export type Demo = (options: DemoOptions) => Promise<{ files: string[] }>

/** Lines of a table whose columns stand below each other; the first row is its header. */
export function tableLines(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map(row => row[column]!.length)))
  return rows.map(row => `  ${row.map((cell, column) => cell.padEnd(widths[column]!)).join('  ')}`.trimEnd())
}

/** Small seeded tables for the tests of the commands. */
import { createRandom } from '../../src/math/random.ts'

export interface PlantOptions {
  readonly rows: number
  readonly seed?: number
  /** Changes a row's cells, in place, before it is written. */
  readonly edit?: (cells: Record<string, string>, row: number) => void
  /** Every so many hours a row. */
  readonly hours?: number
  readonly start?: string
}

/** Columns of {@link plantTable}. The note is text that must come out as it went in. */
export const COLUMNS = ['timestamp', 'unit_id', 'temp', 'pressure', 'flow', 'note'] as const
export const FEATURES = ['temp', 'pressure', 'flow'] as const

/** Three machines, three independent normal readings: temp 20 ± 2, pressure 5 ± 0.5, flow 100 ± 10. */
export function plantTable({ rows, seed = 1, edit, hours = 1, start = '2026-01-01' }: PlantOptions): string {
  const random = createRandom(seed)
  const from = Date.parse(`${start}T00:00:00Z`)
  const lines = [COLUMNS.join(',')]
  for (let row = 0; row < rows; row++) {
    const cells: Record<string, string> = {
      timestamp: new Date(from + row * hours * 3600e3).toISOString().slice(0, 19).replace('T', ' '),
      unit_id: `U${row % 3}`,
      temp: (20 + 2 * random.normal()).toFixed(3),
      pressure: (5 + 0.5 * random.normal()).toFixed(3),
      flow: (100 + 10 * random.normal()).toFixed(2),
      note: `n${row}`,
    }
    edit?.(cells, row)
    lines.push(COLUMNS.map(name => cells[name]).join(','))
  }
  return `${lines.join('\n')}\n`
}

/** A recipe for {@link plantTable}: what the test adds comes last, at the top level. */
export function plantRecipe(
  more = 'levels:\n  WARNING: {false_alarms: 5%}\n',
  columns = 'time: timestamp, group: unit_id',
): string {
  return `tocsin: 1\nname: plant\nrows: train.csv\ncolumns: {${columns}}\nfeatures: [temp, pressure, flow]\n${more}`
}

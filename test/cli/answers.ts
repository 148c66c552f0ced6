/** Small seeded tables whose answers are known: which rows are bad, a number to predict, the time until an event. */
import { createRandom } from '../../src/math/random.ts'

type Edit = (cells: Record<string, string>, row: number) => void

interface Options {
  readonly rows: number
  readonly seed?: number
  readonly edit?: Edit
}

function tableOf(columns: readonly string[], rows: number, cellsOf: (row: number) => (string | number)[], edit?: Edit) {
  const lines = Array.from({ length: rows }, (_, row) => {
    const written = cellsOf(row).map(cell => (typeof cell === 'number' ? String(cell) : cell))
    const cells = Object.fromEntries(columns.map((name, i) => [name, written[i] as string]))
    edit?.(cells, row)
    return columns.map(name => cells[name]).join(',')
  })
  return `${[columns.join(','), ...lines].join('\n')}\n`
}

const short = (value: number) => Number(value.toFixed(3))

/** Every fourth row is bad; x tells, by `apart` standard deviations, and y does not. An hour a row. */
export function labelledTable({ rows, seed = 1, apart, edit }: Options & { readonly apart: number }): string {
  const random = createRandom(seed)
  const cells = (row: number) => {
    const bad = row % 4 === 0
    return [`r${row}`, row, short(random.normal() + (bad ? apart : 0)), short(random.normal()), bad ? 'yes' : 'no']
  }
  return tableOf(['id', 'hour', 'x', 'y', 'bad'], rows, cells, edit)
}

/** yield = 3 u − 2 v + 7, give or take `noise`; w has no part in it. An hour a row. */
export function measuredTable({ rows, seed = 2, noise = 0, edit }: Options & { readonly noise?: number }): string {
  const random = createRandom(seed)
  const cells = (row: number) => {
    const [u, v, w] = [short(random.normal()), short(random.normal()), short(random.normal())] as const
    const yielded = 3 * u - 2 * v + 7 + (noise > 0 ? noise * random.normal() : 0)
    return [`p${row}`, row, u, v, w, Number(yielded.toFixed(6))]
  }
  return tableOf(['id', 'hour', 'u', 'v', 'w', 'yield'], rows, cells, edit)
}

/** Weeks until an event that u brings closer, at most 3 of them watched; v has no part in it. */
export function timedTable({ rows, seed = 3, edit }: Options): string {
  const random = createRandom(seed)
  const cells = (row: number) => {
    const [u, v] = [short(random.normal()), short(random.normal())] as const
    const [event, end] = [-Math.log(random.next()) / Math.exp(1.2 * u), 3 * random.next()]
    return [`s${row}`, u, v, Math.max(0.001, short(Math.min(event, end))), event < end ? '1' : '0']
  }
  return tableOf(['id', 'u', 'v', 'week', 'out'], rows, cells, edit)
}

/** The area under the ROC curve by counting pairs: the share in which the bad row has the higher risk, ties half. */
export function areaByPairs(rows: readonly { readonly risk: number; readonly bad: boolean }[]): number {
  const [bad, good] = [rows.filter(row => row.bad), rows.filter(row => !row.bad)]
  const won = bad.flatMap(b => good.map(g => (b.risk > g.risk ? 1 : b.risk === g.risk ? 0.5 : 0)))
  return won.reduce((sum: number, one) => sum + one, 0) / won.length
}

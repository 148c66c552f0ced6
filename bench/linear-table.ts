/** Seeded tables for the linear models: columns of different units. */
import { createRandom } from '../src/math/random.ts'

export const COLUMNS = 20

/** `inStep` true: as sensors of one plant are, from five causes and a little noise of their own; false: independent. */
export function table(rows: number, inStep: boolean): Float64Array[] {
  const random = createRandom(7)
  const causes = Array.from({ length: 5 }, () => Float64Array.from({ length: rows }, () => random.normal()))
  return Array.from({ length: COLUMNS }, (_, c) => {
    const shares = causes.map(() => (inStep ? random.normal() : 0))
    const noise = inStep ? 0.3 : 1
    return Float64Array.from({ length: rows }, (_, i) => {
      const shared = causes.reduce((sum, cause, k) => sum + shares[k]! * cause[i]!, 0)
      return 10 ** ((c % 3) - 1) * (shared + noise * random.normal() + c)
    })
  })
}

/** What the columns add up to, each in its own units, with about mean 0 and spread `spread`. */
export function sums(columns: readonly Float64Array[], spread: number): Float64Array {
  const random = createRandom(8)
  const shares = columns.map((_, c) => (spread * random.normal()) / Math.sqrt(COLUMNS) / 10 ** ((c % 3) - 1))
  return columns[0]!.map((_, i) =>
    columns.reduce((sum, column, c) => sum + shares[c]! * (column[i]! - c * 10 ** ((c % 3) - 1)), 0),
  )
}

/** The same numbers row after row, as numpy has them. */
export function byRows(columns: readonly Float64Array[]): Float64Array {
  const rows = columns[0]!.length
  const out = new Float64Array(rows * columns.length)
  for (const [c, column] of columns.entries()) for (let i = 0; i < rows; i++) out[i * columns.length + c] = column[i]!
  return out
}

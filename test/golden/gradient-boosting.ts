/** What gradient_boosting.py writes. */
import type { Columns } from '../../src/math/columns.ts'
import type { GradientBoosting } from '../../src/models/gradient-boosting.ts'

export interface ScoredCase {
  readonly name: string
  readonly loss: string
  readonly base: number
  readonly start: number[]
  readonly left: number[]
  readonly right: number[]
  readonly feature: number[]
  readonly threshold: number[]
  readonly missingLeft: number[]
  readonly value: number[]
  readonly cover: number[]
  readonly category: number[]
  readonly bitset: number[]
  readonly rows: (number | null)[][]
  readonly risk: number[]
}

/** Missing numbers are null in JSON. */
export function columnsOf(rows: readonly (readonly (number | null)[])[]): Columns & { columns: Float64Array[] } {
  const columns = rows[0]!.map((_, c) => Float64Array.from(rows, row => row[c] ?? Number.NaN))
  return { rows: rows.length, columns }
}

export function stateOf(dump: ScoredCase): GradientBoosting {
  const columns = dump.rows[0]!.length
  return {
    start: Int32Array.from(dump.start),
    left: Int32Array.from(dump.left),
    right: Int32Array.from(dump.right),
    feature: Int32Array.from(dump.feature),
    threshold: Float64Array.from(dump.threshold),
    missingLeft: Uint8Array.from(dump.missingLeft),
    value: Float64Array.from(dump.value),
    cover: Float64Array.from(dump.cover),
    category: Uint8Array.from(dump.category),
    bitset: Uint32Array.from(dump.bitset),
    columns,
    base: dump.base,
    loss: dump.loss,
    levels: [],
    levelStart: new Int32Array(columns + 1),
  }
}

/** A forest that isolation-forest.py dumped, as our state, with the rows it scored as columns. */
import type { IsolationForest } from '../../src/models/isolation-forest.ts'

export interface Dump {
  name: string
  columns: number
  drawn: number
  cut: number
  start: number[]
  feature: number[]
  threshold: number[]
  left: number[]
  right: number[]
  missingLeft: number[]
  samples: number[]
  rows: (number | null)[][]
  risk: number[]
}

export function stateOf(dump: Dump): IsolationForest {
  return {
    columns: dump.columns,
    drawn: dump.drawn,
    cut: dump.cut,
    start: Int32Array.from(dump.start),
    feature: Int32Array.from(dump.feature),
    threshold: Float64Array.from(dump.threshold),
    left: Int32Array.from(dump.left),
    right: Int32Array.from(dump.right),
    missingLeft: Uint8Array.from(dump.missingLeft),
    samples: Int32Array.from(dump.samples),
  }
}

export function columnsOf({ rows, columns }: Dump): { rows: number; columns: Float64Array[] } {
  const column = (c: number) => Float64Array.from(rows, row => row[c] ?? Number.NaN)
  return { rows: rows.length, columns: Array.from({ length: columns }, (_, c) => column(c)) }
}

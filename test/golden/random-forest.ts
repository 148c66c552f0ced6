/** A forest that random_forest.py dumped, as our state, with the rows it predicted as columns. */
import type { RandomForest } from '../../src/models/random-forest.ts'

export interface ForestDump {
  name: string
  columns: number
  start: number[]
  left: number[]
  right: number[]
  feature: number[]
  threshold: number[]
  missingLeft: number[]
  cover: number[]
  value: number[]
  rows: (number | null)[][]
  risk: number[]
}

export function stateOf(dump: ForestDump): RandomForest {
  return {
    columns: dump.columns,
    start: Int32Array.from(dump.start),
    left: Int32Array.from(dump.left),
    right: Int32Array.from(dump.right),
    feature: Int32Array.from(dump.feature),
    threshold: Float64Array.from(dump.threshold),
    missingLeft: Uint8Array.from(dump.missingLeft),
    cover: Float64Array.from(dump.cover),
    value: Float64Array.from(dump.value),
  }
}

export function columnsOf(rows: readonly (readonly (number | null)[])[]): Float64Array[] {
  return Array.from(rows[0]!, (_, c) => Float64Array.from(rows, row => row[c] ?? Number.NaN))
}

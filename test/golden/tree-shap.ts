/** A forest that tree_shap.py dumped, with the rows that shap explained. */
import type { CountedTrees } from '../../src/kernels/tree-shap.ts'
import type { IsolationForest } from '../../src/models/isolation-forest.ts'

export interface ShapDump {
  name: string
  made: string
  columns: number
  start: number[]
  left: number[]
  right: number[]
  feature: number[]
  threshold: number[]
  missingLeft: number[]
  cover: number[]
  value?: number[]
  samples?: number[]
  drawn?: number
  category?: number[]
  bitset?: number[]
  rows: (number | null)[][]
  base: number
  shares: number[][]
  /** What the forest says of each row, before any link. */
  raw?: number[]
}

export function treesOf(dump: ShapDump): CountedTrees {
  return {
    ...structureOf(dump),
    value: Float64Array.from(dump.value ?? []),
    cover: Float64Array.from(dump.cover),
    ...(dump.category === undefined
      ? {}
      : { category: Uint8Array.from(dump.category), bitset: Uint32Array.from(dump.bitset ?? []) }),
  }
}

export function isolationOf(dump: ShapDump): IsolationForest {
  return {
    columns: dump.columns,
    drawn: dump.drawn ?? 0,
    cut: 0.5,
    ...structureOf(dump),
    samples: Int32Array.from(dump.samples ?? []),
  }
}

function structureOf(dump: ShapDump) {
  return {
    start: Int32Array.from(dump.start),
    left: Int32Array.from(dump.left),
    right: Int32Array.from(dump.right),
    feature: Int32Array.from(dump.feature),
    threshold: Float64Array.from(dump.threshold),
    missingLeft: Uint8Array.from(dump.missingLeft),
  }
}

export function columnsOf({ rows, columns }: ShapDump): Float64Array[] {
  return Array.from({ length: columns }, (_, c) => Float64Array.from(rows, row => row[c] ?? Number.NaN))
}

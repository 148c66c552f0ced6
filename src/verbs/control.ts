/** A model of principal components as those who monitor processes read it: T² and SPE of each row beside their limits. */
import type { Artifact } from '../artifact/artifact.ts'
import { type Slices, slices } from '../math/bins.ts'
import { findModel } from '../models/index.ts'
import type { Rows } from './gather.ts'
import { BLOCK_ROWS, readyOf } from './pipeline.ts'

export interface ControlStatistics {
  /** The share of rows in control that each limit keeps inside. */
  readonly alpha: number
  readonly components: number
  readonly t2Limit: number
  readonly speLimit: number
  /** One a row of the table; NaN where the row has no risk. */
  readonly t2: Float64Array
  readonly spe: Float64Array
}

export interface ControlChart {
  readonly limit: number
  /** Rows above the limit. */
  readonly above: number
  /** The statistic along time, or along the rows. */
  readonly slices: Slices
}

export interface Control {
  readonly alpha: number
  readonly components: number
  readonly n: number
  readonly t2: ControlChart
  readonly spe: ControlChart
}

/** Undefined for any other model. */
export function controlStatistics(artifact: Artifact, rows: Rows, risk: Float64Array): ControlStatistics | undefined {
  const monitor = findModel(artifact.recipe.model.use)?.monitor?.(artifact.model)
  if (!monitor) return undefined
  const { alpha, components, t2Limit, speLimit, statistics } = monitor
  const ready = readyOf(artifact)
  const [t2, spe] = [new Float64Array(rows.rows), new Float64Array(rows.rows)]
  for (let from = 0; from < rows.rows; from += BLOCK_ROWS) {
    const to = Math.min(rows.rows, from + BLOCK_ROWS)
    const block = { rows: to - from, columns: rows.features.map(column => column.subarray(from, to)) }
    statistics(ready(block), t2.subarray(from, to), spe.subarray(from, to))
  }
  for (let i = 0; i < rows.rows; i++) if (!Number.isFinite(risk[i]!)) t2[i] = spe[i] = Number.NaN
  return { alpha, components, t2Limit, speLimit, t2, spe }
}

/** @param x where each row stands; @param bins slices of the picture */
export function controlOf(
  { alpha, components, t2Limit, speLimit, t2, spe }: ControlStatistics,
  x: Float64Array,
  bins: number,
): Control {
  const chart = (values: Float64Array, limit: number): ControlChart => {
    const above = Uint8Array.from(values, value => Number(value > limit))
    return { limit, above: above.reduce((sum, one) => sum + one, 0), slices: slices(x, values, bins, above) }
  }
  return { alpha, components, n: t2.filter(Number.isFinite).length, t2: chart(t2, t2Limit), spe: chart(spe, speLimit) }
}

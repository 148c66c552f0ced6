/**
 * How long rows are in two sets of directions. All in f64, strictly in order: a row's numbers depend on that row alone,
 * so blocks of any size give the same bits, and they are those of `projectPlainly`, the obvious form.
 */
import { within } from '../math/bounds.ts'
import { createArena } from './arena.ts'

export interface Projections {
  /** Values enter as (x − centre) · factor within ±1e150; a missing one as 0. */
  readonly centre: Float64Array
  readonly factor: Float64Array
  /** Directions of the first length, one after the other; as many numbers each as there are columns. */
  readonly first: Float64Array
  readonly second: Float64Array
}

/** Writes, for each row, the squared lengths of its projections: never NaN, at most the largest double. */
export type Lengths = (
  columns: readonly Float64Array[],
  rows: number,
  first: Float64Array,
  second: Float64Array,
) => void

interface Kernel {
  stage(
    source: number,
    columnBytes: number,
    rows: number,
    features: number,
    scaling: number,
    tile: number,
    unit: number,
  ): void
  squaredLengths(
    tile: number,
    rows: number,
    features: number,
    matrix: number,
    blocks: number,
    unit: number,
    out: number,
  ): void
}

/** Rows that are staged at a time: a tile that, with 20 columns, takes half of the first-level cache. */
const TILE_ROWS = 128

/** @throws RangeError when it needs more than 4 GiB. */
export function openProjections({ centre, factor, first, second }: Projections): Lengths {
  const features = centre.length
  const blocksOf = (directions: Float64Array) => Math.ceil(directions.length / features / 4)
  const arena = createArena({
    scaling: features * 16,
    first: blocksOf(first) * features * 32,
    second: blocksOf(second) * features * 32,
    source: TILE_ROWS * features * 8,
    tile: TILE_ROWS * features * 8,
    out: TILE_ROWS * 8,
  })
  const { at, f64 } = arena
  for (let f = 0; f < features; f++) f64.set([centre[f]!, factor[f]!], at.scaling / 8 + 2 * f)
  const parts = ([[first, at.first] as const, [second, at.second] as const] as const).map(([directions, place]) => {
    const count = directions.length / features
    for (let m = 0; m < count; m++)
      for (let f = 0; f < features; f++)
        f64[place / 8 + (Math.floor(m / 4) * features + f) * 4 + (m % 4)] = directions[m * features + f]!
    return { place, blocks: blocksOf(directions) }
  })
  const kernel = arena.link<Kernel>('projections')
  const unit = TILE_ROWS * 8
  return (columns, rows, ...outs) => {
    for (let from = 0; from < rows; from += TILE_ROWS) {
      const count = Math.min(TILE_ROWS, rows - from)
      const padded = Math.ceil(count / 4) * 4
      for (let f = 0; f < features; f++)
        f64.set(columns[f]!.subarray(from, from + count), at.source / 8 + f * TILE_ROWS)
      kernel.stage(at.source, unit, padded, features, at.scaling, at.tile, unit)
      for (const [i, { place, blocks }] of parts.entries()) {
        kernel.squaredLengths(at.tile, padded, features, place, blocks, unit, at.out)
        outs[i]!.set(f64.subarray(at.out / 8, at.out / 8 + count), from)
      }
    }
  }
}

/** One row as it enters: shared with whoever explains it. */
export function enter(
  { centre, factor }: Pick<Projections, 'centre' | 'factor'>,
  columns: readonly Float64Array[],
  row: number,
  out: Float64Array,
): void {
  for (let f = 0; f < centre.length; f++) {
    const x = columns[f]![row]!
    out[f] = Number.isNaN(x) ? 0 : within((within(x) - centre[f]!) * factor[f]!)
  }
}

export function projectPlainly(projections: Projections): Lengths {
  const z = new Float64Array(projections.centre.length)
  const squaredLength = (directions: Float64Array): number => {
    const lengths = [0, 0, 0, 0]
    let total = 0
    for (let m = 0; m < directions.length / z.length; m += 4) {
      for (let k = 0; k < 4; k++) {
        let sum = 0
        for (let f = 0; f < z.length; f++) sum += z[f]! * (directions[(m + k) * z.length + f] ?? 0)
        lengths[k] = sum
      }
      const [a, b, c, d] = lengths as [number, number, number, number]
      total += b * b + a * a + (d * d + c * c)
    }
    return Math.min(Number.MAX_VALUE, total)
  }
  return (columns, rows, first, second) => {
    for (let row = 0; row < rows; row++) {
      enter(projections, columns, row, z)
      first[row] = squaredLength(projections.first)
      second[row] = squaredLength(projections.second)
    }
  }
}

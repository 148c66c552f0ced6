/**
 * How a mixture lies in the arena. Its table has 16 words of 4 bytes: kind (0 a triangle a component, 1 one triangle for
 * all, 2 no triangle), components, features, blocks of four features, bytes of a tile's unit (one feature, or one
 * component, of all its rows), bytes of a triangle, and then addresses: centre, triangles, pairs, constants, rates, means,
 * tile, turned tile, log-densities, best of each row.
 *
 * A full triangle lies in blocks of four columns: four biases, four entries for every row above the block, and the ten
 * on and above its diagonal, row by row; what fills it up to a multiple of four columns is 0. The triangle that all
 * share lies column after column, and a component's pairs are factor and shift of each feature.
 */
import { type Arena, tileRowsFor } from './arena.ts'
import type { Covariance, Mixture } from './mixture.ts'

/** Rows that are staged at a time: a table's chunk. */
export const BLOCK_ROWS = 2048
/** Measured: the values of a tile take a third of the first-level cache; fewer than 32 rows would read the triangles too often. */
const TILE_BYTES = 16_384
const [SMALLEST_TILE, LARGEST_TILE] = [32, 256]

export function tileRowsOf(features: number): number {
  return tileRowsFor(TILE_BYTES, 8 * features, SMALLEST_TILE, LARGEST_TILE)
}

const KINDS: Readonly<Record<Covariance, number>> = { full: 0, tied: 1, diag: 2, spherical: 2 }
const TABLE_WORDS = 16

type Region =
  | 'table'
  | 'centre'
  | 'triangles'
  | 'pairs'
  | 'constants'
  | 'rates'
  | 'means'
  | 'tile'
  | 'turned'
  | 'logs'
  | 'best'
  | 'source'

export function regionsOf(covariance: Covariance, components: number, features: number, tileRows: number) {
  const kind = KINDS[covariance]
  const unit = tileRows * 8
  return {
    table: TABLE_WORDS * 4,
    centre: features * 8,
    triangles: kind === 0 ? components * triangleBytes(features) : kind === 1 ? 4 * features * (features + 1) : 0,
    pairs: kind === 0 ? 0 : components * features * 16,
    constants: components * 8,
    rates: components * 8,
    means: components * features * 8,
    tile: pad(features) * unit,
    turned: kind === 1 ? features * unit : 0,
    logs: components * unit,
    best: unit,
    source: BLOCK_ROWS * 8 * features,
  }
}

/** Blocks of four columns: b = 0, 1, … has 4 + 16 b + 10 numbers. */
function triangleBytes(features: number): number {
  const blocks = pad(features) / 4
  return 8 * (14 * blocks + 8 * blocks * (blocks - 1))
}

/** Writes the table and everything that it points to, save the means, which only learning reads. */
export function writeTable(
  { at, u32, f64 }: Arena<Region>,
  mixture: Mixture,
  tileRows: number,
  centre: Float64Array,
  rates?: Float64Array,
): void {
  const { covariance, weights, means } = mixture
  const components = weights.length
  const features = means.length / components
  const { shifts, constants } = fold(mixture, centre)
  const shape = [KINDS[covariance], components, features, pad(features) / 4, tileRows * 8, triangleBytes(features)]
  const places = [at.centre, at.triangles, at.pairs, at.constants, at.rates, at.means]
  u32.set([...shape, ...places, at.tile, at.turned, at.logs, at.best], at.table / 4)
  f64.set(centre, at.centre / 8)
  f64.set(constants, at.constants / 8)
  if (rates) f64.set(rates, at.rates / 8)
  if (covariance === 'full')
    for (let k = 0; k < components; k++)
      writeTriangle(mixture, k, shifts, f64.subarray((at.triangles + k * triangleBytes(features)) / 8))
  else {
    if (covariance === 'tied') writeColumns(mixture.precisions, features, f64.subarray(at.triangles / 8))
    writePairs(mixture, shifts, f64.subarray(at.pairs / 8))
  }
}

function writeTriangle(
  { covariance, precisions, means, weights }: Mixture,
  k: number,
  shifts: Float64Array,
  to: Float64Array,
) {
  const features = means.length / weights.length
  const u = (i: number, j: number) =>
    j < features && i < features ? precisions[entry(covariance, features, k, i, j)]! : 0
  let next = 0
  for (let b = 0; b < pad(features); b += 4) {
    for (let j = b; j < b + 4; j++) to[next++] = j < features ? -shifts[k * features + j]! : 0
    for (let i = 0; i < b; i++) for (let j = b; j < b + 4; j++) to[next++] = u(i, j)
    for (let i = b; i < b + 4; i++) for (let j = i; j < b + 4; j++) to[next++] = u(i, j)
  }
}

function writeColumns(precisions: Float64Array, features: number, to: Float64Array) {
  let next = 0
  for (let j = 0; j < features; j++) for (let i = 0; i <= j; i++) to[next++] = precisions[i * features + j]!
}

function writePairs({ covariance, precisions, weights }: Mixture, shifts: Float64Array, to: Float64Array) {
  const features = shifts.length / weights.length
  for (let k = 0; k < weights.length; k++)
    for (let j = 0; j < features; j++) {
      const factor = covariance === 'tied' ? 1 : precisions[entry(covariance, features, k, j, j)]!
      to.set([factor, shifts[k * features + j]!], 2 * (k * features + j))
    }
}

/** The kernel takes four rows, and four features, at a time. */
export const pad = (count: number) => Math.ceil(count / 4) * 4

export interface Folded {
  /** (mean − centre) · U of each component, k × d. */
  readonly shifts: Float64Array
  /** ln weight + ln |U| − d/2 · ln 2π of each component. */
  readonly constants: Float64Array
}

/** The mean of the mixture: values are taken less this, so that large offsets cost no digits. */
export function centreOf({ weights, means }: Mixture): Float64Array {
  const features = means.length / weights.length
  const centre = new Float64Array(features)
  for (let k = 0; k < weights.length; k++)
    for (let f = 0; f < features; f++) centre[f] = centre[f]! + weights[k]! * means[k * features + f]!
  return centre
}

/** What of a mixture does not depend on the row. */
export function fold({ covariance, weights, means, precisions }: Mixture, centre: Float64Array): Folded {
  const components = weights.length
  const features = means.length / components
  const shifts = new Float64Array(components * features)
  const constants = new Float64Array(components)
  for (let k = 0; k < components; k++) {
    const mean = means.subarray(k * features, (k + 1) * features).map((value, f) => value - centre[f]!)
    let logDeterminant = 0
    for (let j = 0; j < features; j++) {
      const u = (i: number) => precisions[entry(covariance, features, k, i, j)]!
      logDeterminant += Math.log(u(j))
      let sum = 0
      for (let i = isMatrix(covariance) ? 0 : j; i <= j; i++) sum += mean[i]! * u(i)
      shifts[k * features + j] = sum
    }
    // A component without weight: as good as none, but still a number.
    const whole = Math.log(weights[k]!) + logDeterminant - (features / 2) * Math.log(2 * Math.PI)
    constants[k] = Math.max(-Number.MAX_VALUE, whole)
  }
  return { shifts, constants }
}

export const isMatrix = (covariance: Covariance) => covariance === 'full' || covariance === 'tied'

/** Where `precisions` holds U[i, j] of component k; for diag and spherical only i = j is asked. */
export function entry(covariance: Covariance, features: number, k: number, i: number, j: number): number {
  if (covariance === 'full') return (k * features + i) * features + j
  if (covariance === 'tied') return i * features + j
  return covariance === 'diag' ? k * features + j : k
}

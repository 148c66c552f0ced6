/**
 * The passes over the rows that a linear model is fitted with: X β, the logistic loss with its derivatives, Xᵀ r and
 * Xᵀ W X, in one arena. Sums run over tiles of 128 rows in a fixed order: same values, same bits.
 *
 * The functions that end in "Plainly" are the obvious forms and the oracle of the tests.
 */
import { Failure } from '../errors.ts'
import { within } from '../math/bounds.ts'
import { createArena } from './arena.ts'

/** Rows and columns to be filled by whoever opens it; all numbers are 0 at first. Every array is one number a row. */
export interface Design {
  readonly rows: number
  readonly columns: number
  /** The values of one column, to be written once. */
  column(j: number): Float64Array
  readonly weight: Float64Array
  /** 0 or 1. */
  readonly target: Float64Array
  /** What `predict` and `logistic` write: base + X β. */
  readonly predictor: Float64Array
  /** What `logistic` writes: weight × (p − target). */
  readonly residual: Float64Array
  /** What `logistic` writes: weight × p (1 − p). */
  readonly curvature: Float64Array
  /** Brings every column, which may hold any numbers and NaN, into units of its spread (see {@link Units}), in place.
   * Rows without weight do not count. `centred` false leaves zero where it is, for models without an intercept. */
  standardise(centred?: boolean): Units
  predict(coefficient: Float64Array, base: number): void
  /** The sum of weighted losses −ln p(target), within 1e-12 of itself, from every `every`-th tile of rows. */
  logistic(coefficient: Float64Array, base: number, every?: number): number
  /** Xᵀ by, and as its last entry the sum of `by`. */
  products(by: Field, every?: number): Float64Array
  /** Xᵀ diag(by) X with a column of ones after the last: (columns + 1)² numbers row after row, symmetric. */
  gram(by: Field, every?: number): Float64Array
}

/** How columns were standardised: (value − mean) / spread. A value beyond ±1e150 counts as that, a missing one as the
 * mean; a column that never changes is 0. */
export interface Units {
  /** The weighted mean of each column; 0 for a column without a value. */
  readonly mean: Float64Array
  /** The root of the weighted mean square about `mean` (about 0 when not centred); 0 for a column that never changes. */
  readonly spread: Float64Array
}

/** Below this share of the mean a spread is rounding, not measurement; and its inverse must stay finite. */
const ROUNDING = 1e-14
const SMALLEST_SPREAD = 1e-150

export type Field = 'weight' | 'target' | 'residual' | 'curvature'

export const TILE_ROWS = 128
/** Rows of a call that looks at one column only. */
const COLUMN_ROWS = 4096
/** Numbers that the kernel's `moments` adds to. */
const MOMENTS = 3

interface Exports {
  moments(x: number, weight: number, rows: number, about: number, out: number): void
  standardise(x: number, rows: number, about: number, scale: number, missing: number): void
  predict(x: number, stride: number, columns: number, rows: number, coefficient: number, base: number, z: number): void
  logistic(z: number, target: number, weight: number, rows: number, residual: number, curvature: number): number
  products(x: number, stride: number, columns: number, rows: number, by: number, out: number): void
  gram(x: number, stride: number, columns: number, rows: number, by: number, scratch: number, out: number): void
}

/** @throws Failure OUT_OF_MEMORY above 4 GiB: about 500 million numbers. */
export function openDesign(rows: number, columns: number): Design {
  const layout = layOut(rows, columns)
  const { at, f64, field, column } = layout
  const sums = f64.subarray(at.products / 8, at.coefficient / 8)
  const passes = passesOf(layout, sums)
  return {
    rows,
    columns,
    column,
    weight: field('weight'),
    target: field('target'),
    predictor: field('predictor'),
    residual: field('residual'),
    curvature: field('curvature'),
    standardise: (centred = true) => standardiseColumns(layout, sums, centred),
    ...passes,
  }
}

type Layout = ReturnType<typeof layOut>

function layOut(rows: number, columns: number) {
  const padded = 4 * Math.ceil(columns / 4)
  // An odd number of cache lines: columns that lie a power of two apart would push each other out of the cache.
  const stride = 64 * (Math.ceil(rows / 8) | 1)
  const sizes = {
    x: padded * stride,
    weight: stride,
    target: stride,
    predictor: stride,
    residual: stride,
    curvature: stride,
    products: Math.max(padded + 1, MOMENTS) * 8,
    coefficient: padded * 8,
    scratch: 4 * TILE_ROWS * 8,
    gram: padded * padded * 8,
  }
  const bytes = Object.values(sizes).reduce((sum, size) => sum + size + 64, 0)
  if (bytes > 2 ** 32 - 2 ** 17)
    throw new Failure('OUT_OF_MEMORY', { reason: `a linear model of ${rows} rows and ${columns} columns takes 4 GiB` })
  const { at, f64, link } = createArena(sizes)
  const fieldAt = (offset: number) => f64.subarray(offset / 8, offset / 8 + rows)
  return {
    rows,
    columns,
    padded,
    stride,
    at,
    f64,
    kernel: link<Exports>('gram'),
    field: (name: Field | 'predictor') => fieldAt(at[name]),
    column: (j: number) => fieldAt(at.x + j * stride),
    /** Rows of a tile, rounded up to an even number: the row of padding is all zeros, its weight too. */
    tiles(every: number, visit: (offset: number, rows: number) => void, tileRows = TILE_ROWS) {
      for (let from = 0; from < rows; from += tileRows * every)
        visit(8 * from, Math.min(tileRows, (rows - from + 1) & ~1))
    },
  }
}

type Passes = Pick<Design, 'predict' | 'logistic' | 'products' | 'gram'>

function passesOf({ columns, padded, stride, at, f64, kernel, tiles }: Layout, sums: Float64Array): Passes {
  const squares = f64.subarray(at.gram / 8, at.gram / 8 + padded * padded)
  const { x, predictor: z } = at
  const setCoefficient = (coefficient: Float64Array) => {
    f64.set(coefficient.subarray(0, columns), at.coefficient / 8)
  }
  const products: Design['products'] = (by, every = 1) => {
    sums.fill(0)
    tiles(every, (offset, count) => kernel.products(x + offset, stride, padded, count, at[by] + offset, at.products))
    const out = sums.slice(0, columns + 1)
    out[columns] = sums[padded]!
    return out
  }
  return {
    products,
    predict(coefficient, base) {
      setCoefficient(coefficient)
      tiles(1, (offset, count) => kernel.predict(x + offset, stride, padded, count, at.coefficient, base, z + offset))
    },
    logistic(coefficient, base, every = 1) {
      setCoefficient(coefficient)
      let loss = 0
      tiles(every, (offset, count) => {
        const [target, weight] = [at.target + offset, at.weight + offset]
        const [residual, curvature] = [at.residual + offset, at.curvature + offset]
        kernel.predict(x + offset, stride, padded, count, at.coefficient, base, z + offset)
        loss += kernel.logistic(z + offset, target, weight, count, residual, curvature)
      })
      return loss
    },
    gram(by, every = 1) {
      squares.fill(0)
      tiles(every, (offset, count) =>
        kernel.gram(x + offset, stride, padded, count, at[by] + offset, at.scratch, at.gram),
      )
      return bordered(squares, padded, columns, products(by, every))
    },
  }
}

function standardiseColumns(
  { rows, columns, stride, at, f64, kernel, field, column, tiles }: Layout,
  sums: Float64Array,
  centred: boolean,
): Units {
  const mean = new Float64Array(columns)
  const spread = new Float64Array(columns)
  for (let j = 0; j < columns; j++) {
    const x = at.x + j * stride
    const found = unitsOf(column(j), field('weight'), centred, about => {
      const visit = (offset: number, count: number) =>
        kernel.moments(x + offset, at.weight + offset, count, about, at.products)
      sums.fill(0, 0, MOMENTS)
      tiles(1, visit, COLUMN_ROWS)
      return { sum: sums[0]!, squares: sums[1]!, total: sums[2]! }
    })
    mean[j] = found.mean
    spread[j] = found.spread
    const about = centred ? found.mean : 0
    const scale = found.spread === 0 ? 0 : 1 / found.spread
    const missing = (found.mean - about) * scale
    tiles(1, (offset, count) => kernel.standardise(x + offset, count, about, scale, missing), COLUMN_ROWS)
    if (rows % 2 === 1) f64[x / 8 + rows] = 0
  }
  return { mean, spread }
}

interface Moments {
  readonly sum: number
  readonly squares: number
  readonly total: number
}

/** Counted from the first value, so that a constant column has exactly its constant and large values keep their digits. */
function unitsOf(
  column: Float64Array,
  weight: Float64Array,
  centred: boolean,
  momentsAbout: (about: number) => Moments,
): { mean: number; spread: number } {
  const at = column.findIndex((value, i) => !Number.isNaN(value) && weight[i]! > 0)
  if (at < 0) return { mean: 0, spread: 0 }
  const first = within(column[at]!)
  const { sum, squares, total } = momentsAbout(first)
  const apart = sum / total
  const mean = first + apart
  let square = squares / total - apart * apart
  // A first value far from the rest leaves few digits to that difference.
  if (!centred || !(apart * apart < 100 * square)) square = secondMoment(momentsAbout(centred ? mean : 0))
  const spread = Math.sqrt(square)
  return { mean, spread: spread > SMALLEST_SPREAD && spread > ROUNDING * Math.abs(mean) ? spread : 0 }
}

const secondMoment = ({ squares, total }: Moments) => squares / total

/** The lower triangle of `squares` and the sums as one symmetric matrix. */
function bordered(squares: Float64Array, padded: number, columns: number, border: Float64Array): Float64Array {
  const n = columns + 1
  const out = new Float64Array(n * n)
  for (let i = 0; i < columns; i++)
    for (let j = 0; j <= i; j++) out[i * n + j] = out[j * n + i] = squares[i * padded + j]!
  for (let j = 0; j < n; j++) out[columns * n + j] = out[j * n + columns] = border[j]!
  return out
}

/** What `Design.gram` gives, by its definition. */
export function gramPlainly(columns: readonly Float64Array[], by: Float64Array): Float64Array {
  const all = [...columns, new Float64Array(by.length).fill(1)]
  return Float64Array.from(all.flatMap(a => all.map(b => by.reduce((sum, w, i) => sum + w * a[i]! * b[i]!, 0))))
}

/** What `Design.logistic` writes and returns for given log-odds, by its definition. */
export function logisticPlainly(predictor: Float64Array, target: Float64Array, weight: Float64Array) {
  const p = predictor.map(z => 1 / (1 + Math.exp(-z)))
  const loss = predictor.map(
    (z, i) => weight[i]! * (Math.log1p(Math.exp(-Math.abs(z))) + Math.max(z, 0) - target[i]! * z),
  )
  return {
    residual: p.map((p, i) => weight[i]! * (p - target[i]!)),
    curvature: predictor.map((z, i) => weight[i]! * p[i]! * (1 / (1 + Math.exp(z)))),
    loss: loss.reduce((sum, value) => sum + value, 0),
  }
}

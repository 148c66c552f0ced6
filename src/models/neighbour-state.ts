/** Models that keep training rows and ask for those nearest to a row: what they keep, checked, and how they ask. */
import { type NeighbourSearch, openNeighbours, searchPlainly } from '../kernels/neighbours.ts'
import { LARGEST, within } from '../math/bounds.ts'
import { type Columns, numericColumns } from '../math/columns.ts'
import { measureOf, metricNeeds, minkowski } from '../math/distances.ts'

export type NeighbourState = {
  /** Number of columns. */
  columns: number
  /** k: neighbours that count. */
  neighbours: number
  /** Of the Minkowski distance; Infinity: the largest difference of a column. Other metrics do not ask for it. */
  p: number
  /** Another distance, and the numbers that it is given: of an imported model. See src/math/distances.ts. */
  metric?: string
  given?: Float64Array
  /** The training rows, row after row. */
  rows: Float64Array
}

/** Neighbours that a block of rows has together; the search has blocks of its own. */
const BLOCK_NEIGHBOURS = 65_536

/** Says the neighbours of each row: `distances` and `indices` (of training rows) from place `at` on, nearest first. */
export type NeighbourFinder = (
  block: Columns,
  say: (row: number, at: number, distances: Float64Array, indices: Int32Array) => void,
) => void

/** Packs the training rows once. */
export function neighbourFinder(state: NeighbourState): NeighbourFinder {
  const { columns, neighbours: k } = state
  const search = searchOf(state)
  const fill = meansOf(state)
  const blockRows = Math.min(1024, Math.ceil(BLOCK_NEIGHBOURS / k))
  const rows = new Float64Array(blockRows * columns)
  const distances = new Float64Array(blockRows * k)
  const indices = new Int32Array(blockRows * k)
  return (block, say) => {
    if (block.columns.length !== columns)
      throw new RangeError(`${block.columns.length} columns for training rows of ${columns}`)
    for (let from = 0; from < block.rows; from += blockRows) {
      const count = Math.min(blockRows, block.rows - from)
      packPlain(block, from, count, fill, rows)
      search(rows, count, distances, indices)
      for (let i = 0; i < count; i++) say(from + i, i * k, distances, indices)
    }
  }
}

export function searchOf({ rows, columns, neighbours, p, metric, given = NOTHING }: NeighbourState): NeighbourSearch {
  if (metric !== undefined) return searchPlainly(rows, columns, neighbours, measureOf(metric, given, p))
  return p === 2 ? openNeighbours(rows, columns, neighbours) : searchPlainly(rows, columns, neighbours, minkowski(p))
}

const NOTHING = new Float64Array()

/** Rows `from` … row after row, not centred: distances of the numbers as they came are scikit-learn's to the last bits. */
export function packPlain(x: Columns, from: number, rows: number, fill: Float64Array, out: Float64Array): void {
  const columns = numericColumns(x)
  for (const [c, column] of columns.entries())
    for (let i = 0, at = c; i < rows; i++, at += columns.length) {
      const value = column[from + i]!
      out[at] = Number.isNaN(value) ? fill[c]! : within(value)
    }
}

/** What a missing value counts as. */
function meansOf({ rows, columns }: NeighbourState): Float64Array {
  const means = new Float64Array(columns)
  const count = rows.length / columns
  for (let i = 0; i < rows.length; i++)
    means[i % columns]! += (rows[i]! - means[i % columns]!) / (Math.floor(i / columns) + 1)
  return count === 0 ? means.fill(0) : means
}

/** A state may come from a file that somebody else made. Returns how many training rows it has.
 * @param itself 1 where no row is a neighbour of its own
 * @throws RangeError */
export function checkNeighbours(state: NeighbourState, itself = 0): number {
  const { columns, neighbours, rows } = state
  if (!(rows instanceof Float64Array)) throw new RangeError('its training rows are no array of float64')
  if (!Number.isInteger(columns) || columns < 1) throw new RangeError('its training rows have no number of columns')
  const count = rows.length / columns
  if (!Number.isInteger(count) || count < 1)
    throw new RangeError(`its ${rows.length} numbers are not rows of ${columns}`)
  if (!Number.isInteger(neighbours) || neighbours < 1 || neighbours > Math.max(1, count - itself))
    throw new RangeError(`its ${count} training rows cannot have ${neighbours} neighbours each`)
  checkDistance(state)
  if (!rows.every(value => Math.abs(value) <= LARGEST))
    throw new RangeError('its training rows hold a number that is missing or beyond 1e150')
  return count
}

function checkDistance({ columns, p, metric, given = NOTHING }: NeighbourState): void {
  if (!(p >= 0.01 && (p <= 100 || p === Number.POSITIVE_INFINITY)))
    throw new RangeError(`its distance has the power ${p}, expected 0.01 to 100 or Infinity`)
  if (metric === undefined) return
  const needed = metricNeeds(metric, columns)
  if (!(given instanceof Float64Array) || given.length !== needed || !given.every(Number.isFinite))
    throw new RangeError(`its metric ${metric} needs ${needed} numbers, and is given ${given.length ?? 'none'}`)
}

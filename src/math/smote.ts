/**
 * SMOTE (Chawla, Bowyer, Hall, Kegelmeyer, "SMOTE: synthetic minority over-sampling technique", JAIR 2002): new rows of
 * a rare class, each somewhere on the line between one of its rows and one of that row's nearest neighbours of the same
 * class. How many, and how they are drawn, is as in imbalanced-learn: the row, its neighbour and the place on the line
 * each equally likely.
 */
import { Failure } from '../errors.ts'
import { type Columns, numericColumns } from './columns.ts'
import { centreOf, packRows } from './dense.ts'
import type { Random } from './random.ts'

export interface SmoteParameters {
  /** Rows of the rare class for each row of the other, afterwards: 1 makes both as many. */
  readonly ratio: number
  /** Among how many nearest neighbours to choose; all there are when they are fewer. */
  readonly k_neighbors: number
}

export interface Synthetic {
  readonly rows: number
  readonly columns: readonly Float64Array[]
  /** The row that each new one started from: it lends what is not a number (its class, its weight). */
  readonly from: Int32Array
}

/**
 * @param rare 1 where a row is of the rare class
 * @returns the new rows alone; none when the ratio is reached already. Where one of both ends misses a value, so does
 * the new row.
 * @throws Failure TOO_FEW_ROWS with fewer than two rows of the rare class: there is no line to place a row on
 */
export function smote(
  x: Columns,
  rare: Uint8Array,
  { ratio, k_neighbors }: SmoteParameters,
  random: Random,
): Synthetic {
  const columns = numericColumns(x)
  const few = Int32Array.from({ length: x.rows }, (_, i) => i).filter(row => rare[row] === 1)
  const wanted = Math.max(0, Math.trunc((x.rows - few.length) * ratio - few.length))
  const out = columns.map(() => new Float64Array(wanted))
  const from = new Int32Array(wanted)
  if (wanted === 0) return { rows: 0, columns: out, from }
  if (few.length < 2)
    throw new Failure('TOO_FEW_ROWS', {
      what: 'smote, which places new rows between two of the rare class',
      found: few.length,
      needed: 2,
      hint: 'Collect more rows of the rare class, or leave out smote.',
    })
  const neighbours = nearestOf(x, few, Math.min(k_neighbors, few.length - 1))
  for (let i = 0; i < wanted; i++) {
    const base = random.integer(few.length)
    const near = neighbours(base)
    const [a, b] = [few[base]!, few[near[random.integer(near.length)]!]!]
    const share = random.next()
    from[i] = a
    for (let c = 0; c < columns.length; c++) out[c]![i] = columns[c]![a]! + share * (columns[c]![b]! - columns[c]![a]!)
  }
  return { rows: wanted, columns: out, from }
}

/** The k nearest of `few` to one of them, by Euclidean distance; of equally near ones the first. Found when asked for. */
function nearestOf(x: Columns, few: Int32Array, k: number): (base: number) => Int32Array {
  const width = x.columns.length
  const chosen = { rows: few.length, columns: numericColumns(x).map(column => Float64Array.from(few, i => column[i]!)) }
  const packed = new Float64Array(few.length * width)
  packRows(chosen, 0, few.length, centreOf(chosen), packed)
  const known: (Int32Array | undefined)[] = new Array(few.length)
  const distance = new Float64Array(few.length)
  return base => {
    const found = known[base]
    if (found) return found
    for (let i = 0; i < few.length; i++)
      distance[i] = i === base ? Number.POSITIVE_INFINITY : squared(packed, i, base, width)
    const near = smallest(distance, k)
    known[base] = near
    return near
  }
}

function squared(packed: Float64Array, i: number, j: number, width: number): number {
  let sum = 0
  for (let c = 0; c < width; c++) sum += (packed[i * width + c]! - packed[j * width + c]!) ** 2
  return sum
}

/** The places of the k smallest values, ascending; by insertion, because k is small. */
function smallest(values: Float64Array, k: number): Int32Array {
  const places = new Int32Array(k)
  let held = 0
  for (let i = 0; i < values.length; i++) {
    if (held === k && values[i]! >= values[places[k - 1]!]!) continue
    let at = held < k ? held++ : k - 1
    for (; at > 0 && values[places[at - 1]!]! > values[i]!; at--) places[at] = places[at - 1]!
    places[at] = i
  }
  return places
}

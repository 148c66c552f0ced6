/** The rows that teach, in bins, and what is needed to ask the same of raw columns: edges, and codes of categories. */
import { Failure } from '../errors.ts'
import { type Histograms, openHistograms, slotBytes } from '../kernels/histogram.ts'
import { binEdges, edgeRows } from '../math/bin-edges.ts'
import type { Column, Columns } from '../math/columns.ts'
import type { Random } from '../math/random.ts'

export interface BoostingTable {
  readonly histograms: Histograms
  /** Slots that `histograms` has. */
  readonly slots: number
  /** Numbers between the bins of a column; empty where it holds categories. */
  readonly edges: readonly Float64Array[]
  /** How many categories a cut may send left, 0 where the column holds numbers: bin = code = place in `levels`. */
  readonly categories: Int32Array
  /** Names of the categories, column after column; column c has levels[levelStart[c]] … levels[levelStart[c + 1] − 1]. */
  readonly levels: readonly string[]
  readonly levelStart: Int32Array
  /** 1 where some row misses the value. */
  readonly anyMissing: Uint8Array
}

interface Request {
  /** The rows that teach. */
  readonly rows: Int32Array
  /** By column: whether its numbers are names. Columns of categories are so in any case. */
  readonly named: Uint8Array
  readonly bins: number
  /** As many histograms as are wanted at a time; fewer where they would not fit. */
  readonly slots: number
  readonly random: Random
}

/** Histograms at a time take no more: what does not fit is summed up again. */
const SLOT_BYTES = 512 * 2 ** 20
const FEWEST_SLOTS = 3
/** 256 bins, less one for all other categories and one for what is missing. */
const MOST_CATEGORIES = 254

export function tableOf(x: Columns, { rows, named, bins, slots: wanted, random }: Request): BoostingTable {
  const columns = x.columns.length
  const slots = Math.max(FEWEST_SLOTS, Math.min(wanted, Math.floor(SLOT_BYTES / slotBytes(columns))))
  const histograms = roomFor(rows.length, columns, slots)
  const sample = edgeRows(rows.length, random)
  const edges: Float64Array[] = []
  const categories = new Int32Array(columns)
  const levelStart = new Int32Array(columns + 1)
  const levels: string[] = []
  const anyMissing = new Uint8Array(columns)
  const values = new Float64Array(rows.length)
  const inOrder = rows.length === x.rows && rows.every((row, i) => row === i)
  for (const [c, column] of x.columns.entries()) {
    edges.push(new Float64Array(0))
    if (!(column instanceof Float64Array) || named[c] === 1) {
      const { codes, names, missing } = codesOf(column, rows)
      levels.push(...names)
      categories[c] = names.length
      anyMissing[c] = Number(missing)
      histograms.setBins(c, codes, names.length + 1)
    } else {
      const taught = inOrder ? column.subarray(0, x.rows) : gather(column, rows, values)
      edges[c] = binEdges(histograms.sort(presentOf(taught, sample)), bins)
      anyMissing[c] = Number(histograms.binNumbers(c, taught, edges[c]!) > 0)
    }
    levelStart[c + 1] = levels.length
  }
  return { histograms, slots, edges, categories, levels, levelStart, anyMissing }
}

function roomFor(rows: number, columns: number, slots: number): Histograms {
  try {
    return openHistograms(rows, columns, slots)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new Failure('OUT_OF_MEMORY', {
      reason: `gradient-boosting holds all rows that teach at once; ${rows} rows of ${columns} features do not fit 4 GB`,
    })
  }
}

function gather(column: Float64Array, rows: Int32Array, out: Float64Array): Float64Array {
  for (let i = 0; i < rows.length; i++) out[i] = column[rows[i]!]!
  return out
}

function presentOf(values: Float64Array, sample: Int32Array): Float64Array {
  const out = new Float64Array(sample.length)
  let found = 0
  for (let i = 0; i < sample.length; i++) {
    const value = values[sample[i]!]!
    if (!Number.isNaN(value)) out[found++] = value
  }
  return out.subarray(0, found)
}

/**
 * One code a row: the place of its category among those seen, in the order of the levels or of the numbers. Beyond 254
 * categories only the most frequent ones are told apart (of equally frequent ones the first). All others share the bin
 * behind the last category, which no cut sends left: as an unknown category when scoring.
 */
function codesOf(column: Column, rows: Int32Array): { codes: Uint8Array; names: string[]; missing: boolean } {
  const idOf =
    column instanceof Float64Array ? (row: number) => number(column[row]!) : (row: number) => level(column.codes[row]!)
  const count = new Map<number, number>()
  for (const row of rows) {
    const value = idOf(row)
    if (!Number.isNaN(value)) count.set(value, (count.get(value) ?? 0) + 1)
  }
  const seen = [...count.keys()].sort((a, b) => a - b)
  const kept = seen
    .toSorted((a, b) => count.get(b)! - count.get(a)!)
    .slice(0, MOST_CATEGORIES)
    .sort((a, b) => a - b)
  const codeOf = new Map(kept.map((value, code) => [value, code]))
  const codes = new Uint8Array(rows.length)
  let missing = false
  for (let i = 0; i < rows.length; i++) {
    const value = idOf(rows[i]!)
    missing ||= Number.isNaN(value)
    codes[i] = Number.isNaN(value) ? kept.length + 1 : (codeOf.get(value) ?? kept.length)
  }
  return {
    codes,
    names: kept.map(value => (column instanceof Float64Array ? String(value) : column.levels[value]!)),
    missing,
  }
}

/** −0 is 0, and no category is infinite. */
function number(value: number): number {
  return Number.isFinite(value) ? value + 0 : Number.NaN
}

function level(code: number): number {
  return code < 0 ? Number.NaN : code
}

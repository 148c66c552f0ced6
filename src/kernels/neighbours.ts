/**
 * The k nearest reference rows of each query, exactly: by squared Euclidean distances that are added up in f64 in the
 * order of the columns, of two as near the one with the lower number. The answer for a query depends on nothing else,
 * so blocks of any size give the same bits.
 *
 * `searchPlainly` is the obvious form, the oracle of the tests, and the way of every other distance;
 * `openNeighbours` gives the same bits several times as fast.
 *
 * How: with x and y a query and a reference, shifted and scaled alike and rounded to f32 (x̂, ŷ), the kernel sums in f32
 *     A = n − 2 x̂·ŷ,  n = ‖ŷ‖² (1 − λ).
 * With u = 2⁻²⁴ and γ = (d + 1) u / (1 − (d + 1) u), that sum is off by at most γ (2 ‖ŷ‖² + ‖x̂‖²) (Higham, "Accuracy and
 * stability of numerical algorithms", 2002, §3.1), and because rounding moved x and y by at most u ‖x̂‖ and u ‖ŷ‖ each,
 *     ‖x − y‖² ≥ ‖x̂ − ŷ‖² − 4 u (‖x̂‖² + ‖ŷ‖²).
 * λ = 2 γ + 4 u takes in what belongs to the reference, so that
 *     ‖x − y‖² ≥ A + ‖x̂‖² (1 − γ − 4 u)
 * whatever the reference. Rows with A below a limit are measured in f64; if then the k-th of them is nearer than the
 * limit allows for any other row, no other row can be among the k. If not (too many ties, or numbers beyond what f32
 * holds), the query is measured against all rows in f64: slower, with the same result.
 */
import { type Measure, squaredEuclidean } from '../math/distances.ts'
import { type Arena, createArena } from './arena.ts'

/**
 * For each of `count` queries, row after row in `queries`, writes the k nearest, nearest first: `distances[query * k + i]`
 * and their row numbers. With `self` the queries are the references self, self + 1, …, and none counts as its own
 * neighbour. k is at most the number of references, less one with `self`. Finite numbers of at most 1e150 only.
 * Returns how many queries were measured against every reference in f64.
 */
export type NeighbourSearch = (
  queries: Float64Array,
  count: number,
  distances: Float64Array,
  indices: Int32Array,
  self?: number,
) => number

/** @param rows the references, row after row. @param other than the Euclidean distance; where it is NaN, a row is as far as
 * can be */
export function searchPlainly(rows: Float64Array, columns: number, k: number, other?: Measure): NeighbourSearch {
  const references = rows.length / columns
  const measure = other ?? squaredEuclidean
  const nearest = new Float64Array(k)
  return (queries, count, distances, indices, self) => {
    for (let query = 0; query < count; query++) {
      const found = indices.subarray(query * k, (query + 1) * k)
      nearest.fill(Number.POSITIVE_INFINITY)
      found.fill(0)
      for (let row = 0; row < references; row++) {
        if (self !== undefined && row === self + query) continue
        const distance = measure(queries, query * columns, rows, row * columns, columns)
        if (!(distance < nearest[k - 1]!)) continue
        let place = k - 1
        for (; place > 0 && distance < nearest[place - 1]!; place--) {
          nearest[place] = nearest[place - 1]!
          found[place] = found[place - 1]!
        }
        nearest[place] = distance
        found[place] = row
      }
      for (let i = 0; i < k; i++) distances[query * k + i] = other ? nearest[i]! : Math.sqrt(nearest[i]!)
    }
    return count
  }
}

type Arguments<Count extends number, List extends number[] = []> = List['length'] extends Count
  ? List
  : Arguments<Count, [...List, number]>

/** Their parameters stand in neighbours.as.ts. */
interface Kernel {
  scan(...given: Arguments<15>): void
  settle(...given: Arguments<17>): number
}

const BLOCK = 8
const GROUP = 4
/** A tile of references stays in the first-level cache while all queries of a block pass it. */
const TILE_BYTES = 16_384
const LARGEST_TILE = 256
const QUERY_BLOCK = 256
/** Records of large k are large: fewer queries at a time then. */
const RECORDS_BYTES = 4 * 2 ** 20

const HALF_ULP = 2 ** -24
/** Beyond these an f32 could overflow: such references are only known to be far, such queries meet all rows in f64. */
const FAR_LENGTH_2 = 2 ** 100
const FAR = 2 ** 99
const LARGEST_QUERY_2 = 2 ** 80

/** What a search takes, in bytes: within 4 GiB, or `openNeighbours` throws a RangeError. */
export function neighboursBytes(rows: number, columns: number, k: number): number {
  return Object.values(sizesOf(rows, columns, k).regions).reduce((sum, bytes) => sum + bytes, 0)
}

/** Packs the references once. */
export function openNeighbours(rows: Float64Array, columns: number, k: number): NeighbourSearch {
  const references = rows.length / columns
  const sizes = sizesOf(references, columns, k)
  const { blocks, blockBytes, tile, crowd, capacity, recordBytes, queryBlock } = sizes
  const arena = createArena(sizes.regions)
  const { at, f64, i32 } = arena
  const f32 = new Float32Array(arena.u8.buffer)
  const frame = frameOf(rows, columns)
  f64.set(rows, at.rows / 8)
  arena.u8.set(packing(), at.packing)
  packReferences(f32, at.packed / 4, rows, columns, frame)
  const kernel = arena.link<Kernel>('neighbours')
  const slope = 1 + 4 * frame.lambda
  const trust = 1 - (columns + 8) * 2 ** -52

  return (queries, count, distances, indices, self) => {
    // With itself among the candidates a query needs one more.
    const least = self === undefined ? k : k + 1
    let whole = 0
    for (let from = 0; from < count; from += queryBlock) {
      const some = Math.min(queryBlock, count - from)
      f64.set(queries.subarray(from * columns, (from + some) * columns), at.exact / 8)
      stageQueries(arena, f32, some, columns, frame, recordBytes, self === undefined ? -1 : self + from)
      // biome-ignore format: in the order of the kernel's parameters
      for (let b = 0; b < blocks; b += tile)
        kernel.scan(
          at.packed + b * blockBytes, b * BLOCK, Math.min(tile, blocks - b), columns,
          at.queries, at.limits, Math.ceil(some / GROUP),
          at.records, recordBytes, least, capacity, crowd, slope, at.packing, at.spill,
        )
      // biome-ignore format: in the order of the kernel's parameters
      whole += kernel.settle(
        at.records, recordBytes, at.limits, some, least, capacity, slope, at.packing,
        at.exact, at.rows, references, columns, frame.scale, trust,
        k, at.distances, at.indices,
      )
      for (let i = 0, d = at.distances / 8; i < some * k; i++) distances[from * k + i] = Math.sqrt(f64[d + i]!)
      indices.set(i32.subarray(at.indices / 4, at.indices / 4 + some * k), from * k)
    }
    return whole
  }
}

function sizesOf(references: number, columns: number, k: number) {
  const blocks = Math.ceil(references / BLOCK)
  const blockBytes = (columns + 1) * BLOCK * 4
  const tile = Math.max(1, Math.min(LARGEST_TILE / BLOCK, Math.floor(TILE_BYTES / blockBytes)))
  // Measured: with fewer candidates above the k-th, lowering the limit costs more than it spares.
  const crowd = k + 1 + Math.max(16, k >> 1)
  // Room for ties, then for a tile of which every row is a candidate, then for what a vector is wider than its last.
  const capacity = Math.ceil((crowd + Math.max(256, 3 * k) + tile * BLOCK + 4) / 4) * 4
  const recordBytes = 32 + 8 * capacity
  const queryBlock = Math.min(QUERY_BLOCK, Math.max(GROUP, GROUP * Math.floor(RECORDS_BYTES / recordBytes / GROUP)))
  const regions = {
    rows: references * columns * 8,
    packed: blocks * blockBytes,
    exact: queryBlock * columns * 8,
    queries: queryBlock * columns * 4,
    limits: queryBlock * 4,
    records: queryBlock * recordBytes,
    distances: queryBlock * k * 8,
    indices: queryBlock * k * 4,
    packing: 256,
    spill: 128,
  }
  return { blocks, blockBytes, tile, crowd, capacity, recordBytes, queryBlock, regions }
}

/** For each mask of four lanes the byte shuffle that brings its lanes to the front, in their order. */
function packing(): Uint8Array {
  const shuffles = new Uint8Array(256)
  for (let mask = 0; mask < 16; mask++)
    for (let lane = 0, to = mask * 16; lane < 4; lane++)
      if (mask & (1 << lane)) for (let byte = 0; byte < 4; byte++) shuffles[to++] = lane * 4 + byte
  return shuffles
}

/** How rows are shifted and scaled before they are rounded, and the bounds that follow from the number of columns. */
interface Frame {
  readonly centre: Float64Array
  readonly scale: number
  readonly lambda: number
  /** 1 − γ − 4 u. */
  readonly share: number
  /** What underflow can do at most. */
  readonly least: number
}

/** Any centre and scale give the right neighbours; these leave few candidates. Medians, because one fault code of 1e9
 * among the rows would move a mean to where f32 no longer tells the others apart. */
function frameOf(rows: Float64Array, columns: number): Frame {
  const references = rows.length / columns
  const step = Math.max(1, Math.floor(references / 1024))
  const sample = Math.ceil(references / step)
  const middle = (values: Float64Array) => values.sort()[values.length >> 1]!
  const centre = Float64Array.from({ length: columns }, (_, c) =>
    middle(Float64Array.from({ length: sample }, (_, i) => rows[i * step * columns + c]!)),
  )
  const lengths = Float64Array.from({ length: sample }, (_, i) => {
    let length = 0
    for (let c = 0; c < columns; c++) length += (rows[i * step * columns + c]! - centre[c]!) ** 2
    return Math.sqrt(length)
  }).filter(length => length > 0)
  // A power of two, so that scaling rounds nothing; its square and what it multiplies stay far from overflow.
  const exponent = lengths.length === 0 ? 0 : -Math.round(Math.log2(middle(lengths)))
  const gamma = ((columns + 1) * HALF_ULP) / (1 - (columns + 1) * HALF_ULP)
  return {
    centre,
    scale: 2 ** Math.max(-510, Math.min(480, exponent)),
    lambda: 2 * gamma + 4.01 * HALF_ULP,
    share: 1 - gamma - 4.01 * HALF_ULP - 2 ** -40,
    least: columns * 2 ** -90,
  }
}

function packReferences(f32: Float32Array, start: number, rows: Float64Array, columns: number, frame: Frame): void {
  const { centre, scale } = frame
  const references = rows.length / columns
  const blockSize = (columns + 1) * BLOCK
  const shorten = 1 - frame.lambda - 2 * HALF_ULP
  for (let row = 0; row < references; row++) {
    const at = start + Math.floor(row / BLOCK) * blockSize + (row % BLOCK)
    let length = 0
    for (let c = 0; c < columns; c++) {
      const y = Math.fround((rows[row * columns + c]! - centre[c]!) * scale)
      f32[at + (c + 1) * BLOCK] = y
      length += y * y
    }
    if (length <= FAR_LENGTH_2) f32[at] = length * shorten
    else {
      for (let c = 0; c <= columns; c++) f32[at + c * BLOCK] = 0
      f32[at] = FAR
    }
  }
  const last = start + Math.floor((references - 1) / BLOCK) * blockSize
  for (let lane = ((references - 1) % BLOCK) + 1; lane < BLOCK; lane++) f32[last + lane] = Number.POSITIVE_INFINITY
}

type Regions = 'exact' | 'queries' | 'limits' | 'records'

function stageQueries(
  arena: Arena<Regions>,
  f32: Float32Array,
  count: number,
  columns: number,
  frame: Frame,
  recordBytes: number,
  self: number,
): void {
  const { at, f64, i32 } = arena
  const { centre, scale, lambda, share, least } = frame
  const exact = at.exact / 8
  for (let query = 0; query < Math.ceil(count / GROUP) * GROUP; query++) {
    const record = at.records + query * recordBytes
    const to = at.queries / 4 + Math.floor(query / GROUP) * GROUP * columns + (query % GROUP)
    let length = 0
    if (query < count)
      for (let c = 0; c < columns; c++) {
        const x = Math.fround((f64[exact + query * columns + c]! - centre[c]!) * scale)
        f32[to + c * GROUP] = -2 * x
        length += x * x
      }
    const searched = query < count && length <= LARGEST_QUERY_2
    if (!searched) for (let c = 0; c < columns; c++) f32[to + c * GROUP] = 0
    f32[at.limits / 4 + query] = searched ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY
    f32[record / 4] = 10 * lambda * length + 4 * least
    i32[record / 4 + 1] = searched ? 0 : -1
    i32[record / 4 + 2] = self < 0 ? -1 : self + query
    f64[record / 8 + 2] = length * share - least
  }
}

// The k nearest of many reference rows, exactly. AssemblyScript: compiled by `npm run kernels` to neighbours.wasm.
// Owns no memory: every address is a byte offset into the arena that neighbours.ts lays out; the proof is there too.
//
// `scan` filters in f32: it keeps every row that might be among the nearest. `settle` measures those few anew in f64,
// checks that nothing else could have come nearer, and measures all rows where the check fails.
//
// A block of eight references is (1 + columns) lines of eight f32: their shortened squared lengths, then column after
// column. A group of four queries is `columns` lines of four f32: -2 times the query. Each query has a record:
//   0 f32 room above the k-th value   4 i32 candidates, -1 once they are too many   8 i32 the reference that it is itself
//   16 f64 what a filtered value lacks, at least, to the squared distance
//   32 `capacity` f32: the candidates' values, then as many i32: their numbers, ascending
// A capacity has room for all references of one call of `scan`, so that no single one has to be checked for, and for
// four more, because vectors are written whole.

const BLOCK = 8
const HEADER = 32

/** Passes `blocks` blocks of references by `groups` groups of queries. `limits`: one f32 a query, above which a
 * reference is of no interest; it falls as nearer references come. `first`: the number of the first reference.
 * `crowd`: with more candidates than that the limit is lowered. `packing`: 16 byte shuffles that bring the lanes of a
 * mask to the front. */
export function scan(
  references: usize, first: i32, blocks: i32, columns: i32,
  queries: usize, limits: usize, groups: i32,
  records: usize, recordBytes: i32, k: i32, capacity: i32, crowd: i32, slope: f32, packing: usize, spill: usize,
): void {
  const blockBytes = (<usize>columns + 1) << 5
  const end = references + <usize>blocks * blockBytes
  const most = capacity - (blocks << 3) - 4
  for (let g = 0; g < groups; g++) {
    let index = first
    for (let block = references; block < end; block += blockBytes) {
      let r = block + 32
      let q = queries
      let a0 = v128.load(block)
      let b0 = v128.load(block, 16)
      let a1 = a0, a2 = a0, a3 = a0
      let b1 = b0, b2 = b0, b3 = b0
      const next = block + blockBytes
      while (r < next) {
        const a = v128.load(r)
        const b = v128.load(r, 16)
        const q0 = v128.load32_splat(q)
        a0 = f32x4.add(a0, f32x4.mul(a, q0))
        b0 = f32x4.add(b0, f32x4.mul(b, q0))
        const q1 = v128.load32_splat(q, 4)
        a1 = f32x4.add(a1, f32x4.mul(a, q1))
        b1 = f32x4.add(b1, f32x4.mul(b, q1))
        const q2 = v128.load32_splat(q, 8)
        a2 = f32x4.add(a2, f32x4.mul(a, q2))
        b2 = f32x4.add(b2, f32x4.mul(b, q2))
        const q3 = v128.load32_splat(q, 12)
        a3 = f32x4.add(a3, f32x4.mul(a, q3))
        b3 = f32x4.add(b3, f32x4.mul(b, q3))
        r += 32
        q += 16
      }
      const m0 = below(a0, b0, limits)
      const m1 = below(a1, b1, limits + 4)
      const m2 = below(a2, b2, limits + 8)
      const m3 = below(a3, b3, limits + 12)
      if (v128.any_true(v128.or(v128.or(m0, m1), v128.or(m2, m3)))) {
        v128.store(spill, a0, 0)
        v128.store(spill, b0, 16)
        v128.store(spill, a1, 32)
        v128.store(spill, b1, 48)
        v128.store(spill, a2, 64)
        v128.store(spill, b2, 80)
        v128.store(spill, a3, 96)
        v128.store(spill, b3, 112)
        admit(spill, index, records, recordBytes, limits, capacity, packing)
      }
      index += BLOCK
    }
    for (let query = 0; query < 4; query++) {
      if (load<i32>(records, 4) > crowd) {
        if (tighten(records, limits, k, capacity, 10, slope, packing) > most) {
          store<i32>(records, -1, 4)
          store<f32>(limits, -Infinity)
        }
      }
      records += recordBytes
      limits += 4
    }
    queries += (<usize>columns) << 4
  }
}

// @ts-ignore: decorator
@inline
function below(a: v128, b: v128, limit: usize): v128 {
  const most = v128.load32_splat(limit)
  return v128.or(f32x4.lt(a, most), f32x4.lt(b, most))
}

/** Appends those of four times eight values that are below their limits. Without a branch: which they are nobody can
 * predict. */
function admit(
  spill: usize, index: i32, records: usize, recordBytes: i32, limits: usize, capacity: i32, packing: usize,
): void {
  const low = i32x4.add(i32x4.splat(index), i32x4(0, 1, 2, 3))
  const high = i32x4.add(low, i32x4.splat(4))
  for (const end = limits + 16; limits < end; limits += 4) {
    const most = v128.load32_splat(limits)
    let count = load<i32>(records, 4)
    count += append(v128.load(spill), low, most, records, count, capacity, packing)
    count += append(v128.load(spill, 16), high, most, records, count, capacity, packing)
    store<i32>(records, count, 4)
    records += recordBytes
    spill += 32
  }
}

// @ts-ignore: decorator
@inline
function append(
  values: v128, numbers: v128, most: v128, record: usize, count: i32, capacity: i32, packing: usize,
): i32 {
  const mask = i32x4.bitmask(f32x4.lt(values, most))
  const order = v128.load(packing + ((<usize>mask) << 4))
  const at = record + HEADER + ((<usize>count) << 2)
  v128.store(at, i8x16.swizzle(values, order))
  v128.store(at + ((<usize>capacity) << 2), i8x16.swizzle(numbers, order))
  return popcnt(mask)
}

/** Lowers the limit to a little above the k-th of the candidates, found by bisection, and drops those above it. */
function tighten(
  record: usize, limit: usize, k: i32, capacity: i32, steps: i32, slope: f32, packing: usize,
): i32 {
  const count = load<i32>(record, 4)
  const values = record + HEADER
  const end = values + ((<usize>count) << 2)
  v128.store(end, f32x4.splat(Infinity))
  let least = v128.load(values)
  let greatest = f32x4.splat(-Infinity)
  for (let at = values; at < end; at += 16) {
    const some = v128.load(at)
    least = f32x4.pmin(least, some)
    greatest = f32x4.pmax(greatest, v128.bitselect(f32x4.splat(-Infinity), some, f32x4.eq(some, f32x4.splat(Infinity))))
  }
  let low = min(
    min(f32x4.extract_lane(least, 0), f32x4.extract_lane(least, 1)),
    min(f32x4.extract_lane(least, 2), f32x4.extract_lane(least, 3)))
  let high = max(
    max(f32x4.extract_lane(greatest, 0), f32x4.extract_lane(greatest, 1)),
    max(f32x4.extract_lane(greatest, 2), f32x4.extract_lane(greatest, 3)))
  for (let step = 0; step < steps; step++) {
    const middle = low + (high - low) * 0.5
    const bound = f32x4.splat(middle)
    let within = i32x4.splat(0)
    for (let at = values; at < end; at += 16) within = i32x4.sub(within, f32x4.le(v128.load(at), bound))
    const enough = i32x4.extract_lane(within, 0) + i32x4.extract_lane(within, 1) +
      i32x4.extract_lane(within, 2) + i32x4.extract_lane(within, 3) >= k
    high = select<f32>(middle, high, enough)
    low = select<f32>(low, middle, enough)
  }
  const most = min(load<f32>(limit), high * slope + load<f32>(record))
  store<f32>(limit, most)
  const bound = f32x4.splat(most)
  let kept = 0
  for (let at = 0; at < count; at += 4) {
    const from = values + ((<usize>at) << 2)
    kept += append(v128.load(from), v128.load(from + ((<usize>capacity) << 2)), bound, record, kept, capacity, packing)
  }
  store<i32>(record, kept, 4)
  return kept
}

/** The k nearest of each query, nearest first, of two as near the one with the lower number: squared distances and
 * numbers. `exact` and `rows` are the queries and the references in f64, row after row; `least` is the k of `scan`.
 * A squared distance in f32 is `scale` squared times the true one. Returns how many queries met all references. */
export function settle(
  records: usize, recordBytes: i32, limits: usize, count: i32, least: i32, capacity: i32, slope: f32, packing: usize,
  exact: usize, rows: usize, rowCount: i32, columns: i32, scale: f64, trust: f64,
  k: i32, distances: usize, indices: usize,
): i32 {
  let whole = 0
  const rowBytes = (<usize>columns) << 3
  for (let query = 0; query < count; query++) {
    const self = load<i32>(records, 8)
    let proven = false
    if (load<i32>(records, 4) >= 0) {
      if (load<i32>(records, 4) > least) tighten(records, limits, least, capacity, 20, slope, packing)
      clear(distances, indices, k)
      let at = records + HEADER + ((<usize>capacity) << 2)
      for (const end = at + ((<usize>load<i32>(records, 4)) << 2); at < end; at += 4) {
        const index = load<i32>(at)
        if (index != self)
          offer(distances, indices, k, squared(exact, rows + <usize>index * rowBytes, rowBytes), index)
      }
      const limit = load<f32>(limits)
      proven = limit == Infinity || (<f64>limit + load<f64>(records, 16)) * trust > load<f64>(distances) * scale * scale
    }
    if (!proven) {
      whole++
      clear(distances, indices, k)
      let row = rows
      for (let index = 0; index < rowCount; index++) {
        if (index != self) offer(distances, indices, k, squared(exact, row, rowBytes), index)
        row += rowBytes
      }
    }
    sort(distances, indices, k)
    records += recordBytes
    limits += 4
    exact += rowBytes
    distances += (<usize>k) << 3
    indices += (<usize>k) << 2
  }
  return whole
}

/** In the order of the columns: these are the sums that reach a score. */
// @ts-ignore: decorator
@inline
function squared(a: usize, b: usize, rowBytes: usize): f64 {
  let sum: f64 = 0
  for (let at: usize = 0; at < rowBytes; at += 8) {
    const d = load<f64>(a + at) - load<f64>(b + at)
    sum += d * d
  }
  return sum
}

// @ts-ignore: decorator
@inline
function clear(distances: usize, indices: usize, k: i32): void {
  for (let i = 0; i < k; i++) {
    store<f64>(distances + ((<usize>i) << 3), Infinity)
    store<i32>(indices + ((<usize>i) << 2), 0x7fffffff)
  }
}

// @ts-ignore: decorator
@inline
function offer(distances: usize, indices: usize, k: i32, distance: f64, index: i32): void {
  if (before(distance, index, load<f64>(distances), load<i32>(indices))) sink(distances, indices, k, distance, index)
}

// @ts-ignore: decorator
@inline
function before(distance: f64, index: i32, other: f64, otherIndex: i32): bool {
  return distance < other || (distance == other && index < otherIndex)
}

/** Puts an entry in the place of the last of a heap whose root is the last in order. */
function sink(distances: usize, indices: usize, size: i32, distance: f64, index: i32): void {
  let at = 0
  for (;;) {
    let child = 2 * at + 1
    if (child >= size) break
    let d = load<f64>(distances + ((<usize>child) << 3))
    let i = load<i32>(indices + ((<usize>child) << 2))
    if (child + 1 < size) {
      const e = load<f64>(distances + ((<usize>child) << 3), 8)
      const j = load<i32>(indices + ((<usize>child) << 2), 4)
      if (before(d, i, e, j)) {
        child++
        d = e
        i = j
      }
    }
    if (before(d, i, distance, index)) break
    store<f64>(distances + ((<usize>at) << 3), d)
    store<i32>(indices + ((<usize>at) << 2), i)
    at = child
  }
  store<f64>(distances + ((<usize>at) << 3), distance)
  store<i32>(indices + ((<usize>at) << 2), index)
}

/** Heap to ascending order. */
function sort(distances: usize, indices: usize, k: i32): void {
  for (let last = k - 1; last > 0; last--) {
    const d = load<f64>(distances + ((<usize>last) << 3))
    const i = load<i32>(indices + ((<usize>last) << 2))
    store<f64>(distances + ((<usize>last) << 3), load<f64>(distances))
    store<i32>(indices + ((<usize>last) << 2), load<i32>(indices))
    sink(distances, indices, last, d, i)
  }
}

// Training trees on binned columns. AssemblyScript: compiled by `npm run kernels` to histogram.wasm.
// Owns no memory: every address is a byte offset into the arena that histogram.ts lays out.
//
// Bins are bytes, eight columns side by side: one 64-bit load gives the bins of a row in eight columns.
// A cell of a histogram is two 64-bit integers: the sum of gradients, and the sum of hessians with the number of rows in
// its low bits. Integers make the sums exact: the same in any order, and a sibling is its parent less the other child.

/** Bytes of the histogram of one column: 256 cells. */
// @ts-ignore: decorator
@inline
const COLUMN: usize = 4096

/** 1.5 · 2^52: adding it rounds a number below 2^51 to the nearest integer and leaves that in the low bits. */
// @ts-ignore: decorator
@inline
const ROUND: f64 = 6755399441055744

/** The largest of the sizes of n numbers, an even number. */
export function largest(values: usize, n: i32): f64 {
  let most = f64x2.splat(0)
  const end = values + ((<usize>n) << 3)
  for (; values < end; values += 16) most = f64x2.pmax(most, f64x2.abs(v128.load(values)))
  return max(f64x2.extract_lane(most, 0), f64x2.extract_lane(most, 1))
}

/** One pair a row: (gradient · gradientScale, hessian · hessianScale · 2^countBits + 1), rounded to integers. Rows come
 * two at a time: there is room behind an odd last one. */
export function makePairs(
  gradient: usize, hessian: usize, n: i32, gradientScale: f64, hessianScale: f64, countBits: i32, pairs: usize,
): void {
  const gs = f64x2.splat(gradientScale)
  const hs = f64x2.splat(hessianScale)
  const round = f64x2.splat(ROUND)
  const one = i64x2.splat(1)
  for (let i = 0; i < n; i += 2) {
    const g = i64x2.sub(f64x2.add(f64x2.mul(v128.load(gradient), gs), round), round)
    const h = i64x2.sub(f64x2.add(f64x2.mul(v128.load(hessian), hs), round), round)
    const low = i64x2.add(i64x2.shl(h, countBits), one)
    v128.store(pairs, v128.shuffle<i64>(g, low, 0, 2))
    v128.store(pairs, v128.shuffle<i64>(g, low, 1, 3), 16)
    gradient += 16
    hessian += 16
    pairs += 32
  }
}

/** Brings the pairs of the rows together, in their order; their sum goes to `total`. */
export function gatherPairs(order: usize, n: i32, pairs: usize, gathered: usize, total: usize): void {
  let sum = i64x2.splat(0)
  for (let i = 0; i < n; i++) {
    const pair = v128.load(pairs + ((<usize>load<u32>(order)) << 4))
    v128.store(gathered, pair)
    sum = i64x2.add(sum, pair)
    order += 4
    gathered += 16
  }
  v128.store(total, sum)
}

/** Empties the cells in use: `cells` holds their number for each column. */
export function clearCells(histogram: usize, cells: usize, columns: i32): void {
  for (let c = 0; c < columns; c++) {
    const end = histogram + ((<usize>load<i32>(cells)) << 4)
    for (let at = histogram; at < end; at += 16) v128.store(at, i64x2.splat(0))
    histogram += COLUMN
    cells += 4
  }
}

// @ts-ignore: decorator
@inline
function add(cell: usize, pair: v128): void {
  v128.store(cell, i64x2.add(v128.load(cell), pair))
}

// @ts-ignore: decorator
@inline
function addFour(histogram: usize, four: u32, pair: v128): void {
  add(histogram + ((four << 4) & 4080), pair)
  add(histogram + COLUMN + ((four >> 4) & 4080), pair)
  add(histogram + 2 * COLUMN + ((four >> 12) & 4080), pair)
  add(histogram + 3 * COLUMN + ((four >> 20) & 4080), pair)
}

/** Adds the rows' pairs to the histograms of eight columns, whose bins lie side by side, or of the first four of them. */
// @ts-ignore: decorator
@inline
function accumulate(bins: usize, order: usize, n: i32, gathered: usize, histogram: usize, eight: bool): void {
  const end = gathered + ((<usize>n) << 4)
  for (; gathered < end; gathered += 16) {
    const row = bins + ((<usize>load<u32>(order)) << 3)
    const pair = v128.load(gathered)
    addFour(histogram, load<u32>(row), pair)
    if (eight) addFour(histogram + 4 * COLUMN, load<u32>(row, 4), pair)
    order += 4
  }
}

export function accumulateEight(bins: usize, order: usize, n: i32, gathered: usize, histogram: usize): void {
  accumulate(bins, order, n, gathered, histogram, true)
}

export function accumulateFour(bins: usize, order: usize, n: i32, gathered: usize, histogram: usize): void {
  accumulate(bins, order, n, gathered, histogram, false)
}

/** The same for all rows, whose order does not matter then. */
// @ts-ignore: decorator
@inline
function accumulateRows(bins: usize, n: i32, pairs: usize, histogram: usize, eight: bool): void {
  const end = pairs + ((<usize>n) << 4)
  for (; pairs < end; pairs += 16) {
    const pair = v128.load(pairs)
    addFour(histogram, load<u32>(bins), pair)
    if (eight) addFour(histogram + 4 * COLUMN, load<u32>(bins, 4), pair)
    bins += 8
  }
}

export function accumulateAllEight(bins: usize, n: i32, pairs: usize, histogram: usize): void {
  accumulateRows(bins, n, pairs, histogram, true)
}

export function accumulateAllFour(bins: usize, n: i32, pairs: usize, histogram: usize): void {
  accumulateRows(bins, n, pairs, histogram, false)
}

export function sumPairs(n: i32, pairs: usize, total: usize): void {
  let sum = i64x2.splat(0)
  const end = pairs + ((<usize>n) << 4)
  for (; pairs < end; pairs += 16) sum = i64x2.add(sum, v128.load(pairs))
  v128.store(total, sum)
}

/** histogram −= less, in the cells in use; the totals, 64 bytes before the first cell, too. */
export function subtractCells(histogram: usize, less: usize, cells: usize, columns: i32): void {
  v128.store(histogram - 64, i64x2.sub(v128.load(histogram - 64), v128.load(less - 64)))
  for (let c = 0; c < columns; c++) {
    const bytes = (<usize>load<i32>(cells)) << 4
    for (let at: usize = 0; at < bytes; at += 16)
      v128.store(histogram + at, i64x2.sub(v128.load(histogram + at), v128.load(less + at)))
    histogram += COLUMN
    less += COLUMN
    cells += 4
  }
}

/** The sums of two numbers a row over the rows in their order, to `sums` and behind it. */
export function sumRows(order: usize, n: i32, first: usize, second: usize, sums: usize): void {
  let a: f64 = 0
  let b: f64 = 0
  const end = order + ((<usize>n) << 2)
  for (; order < end; order += 4) {
    const at = (<usize>load<u32>(order)) << 3
    a += load<f64>(first + at)
    b += load<f64>(second + at)
  }
  store<f64>(sums, a)
  store<f64>(sums, b, 8)
}

/** Adds a number to those of the rows. */
export function addToRows(order: usize, n: i32, values: usize, number: f64): void {
  const end = order + ((<usize>n) << 2)
  for (; order < end; order += 4) {
    const at = values + ((<usize>load<u32>(order)) << 3)
    store<f64>(at, load<f64>(at) + number)
  }
}

/** high · x + low. */
// @ts-ignore: decorator
@inline
function pair(x: v128, high: f64, low: f64): v128 {
  return f64x2.add(f64x2.mul(f64x2.splat(high), x), f64x2.splat(low))
}

/** e^x for |x| ≤ 700: x = k ln 2 + r, |r| ≤ ln 2 / 2, 2^k from its exponent bits and e^r by its Taylor polynomial of
 * degree 13, whose rest is below 2^-57. Its terms are paired (Estrin's scheme), so that they need not wait in line. */
// @ts-ignore: decorator
@inline
function exponential(x: v128): v128 {
  const round = f64x2.splat(ROUND)
  const biased = f64x2.add(f64x2.mul(x, f64x2.splat(1.4426950408889634)), round)
  const k = f64x2.sub(biased, round)
  // ln 2 in two parts, the first of few bits, so that its product with k is exact.
  let r = f64x2.sub(x, f64x2.mul(k, f64x2.splat(0.6931471803691238)))
  r = f64x2.sub(r, f64x2.mul(k, f64x2.splat(1.9082149292705877e-10)))
  const r2 = f64x2.mul(r, r)
  const r4 = f64x2.mul(r2, r2)
  const r8 = f64x2.mul(r4, r4)
  const c23 = pair(r, 0.16666666666666666, 0.5)
  const c45 = pair(r, 0.008333333333333333, 0.041666666666666664)
  const c67 = pair(r, 0.0001984126984126984, 0.001388888888888889)
  const c89 = pair(r, 2.7557319223985893e-6, 0.0000248015873015873)
  const c1011 = pair(r, 2.505210838544172e-8, 2.755731922398589e-7)
  const c1213 = pair(r, 1.6059043836821613e-10, 2.08767569878681e-9)
  // 1 + r + r² (…): the large terms last, so that the small ones bring no error of theirs.
  const c25 = f64x2.add(c23, f64x2.mul(r2, c45))
  const c69 = f64x2.add(c67, f64x2.mul(r2, c89))
  const c1013 = f64x2.add(c1011, f64x2.mul(r2, c1213))
  const rest = f64x2.add(f64x2.add(c25, f64x2.mul(r4, c69)), f64x2.mul(r8, c1013))
  const p = f64x2.add(f64x2.splat(1), f64x2.add(r, f64x2.mul(r2, rest)))
  const power = i64x2.shl(i64x2.add(biased, i64x2.splat(1023)), 52)
  return f64x2.mul(p, power)
}

/** Derivatives of the weighted log loss by the log-odds: w (p − y) and w p (1 − p), p = 1 / (1 + e^-raw). Rows come two
 * at a time: there is room behind an odd last one. */
export function logisticSlopes(raw: usize, y: usize, weight: usize, n: i32, gradient: usize, hessian: usize): void {
  const one = f64x2.splat(1)
  for (let i = 0; i < n; i += 2) {
    const x = f64x2.min(f64x2.max(f64x2.neg(v128.load(raw)), f64x2.splat(-700)), f64x2.splat(700))
    const p = f64x2.div(one, f64x2.add(one, exponential(x)))
    const w = v128.load(weight)
    v128.store(gradient, f64x2.mul(w, f64x2.sub(p, v128.load(y))))
    v128.store(hessian, f64x2.mul(f64x2.mul(w, p), f64x2.sub(one, p)))
    raw += 16
    y += 16
    weight += 16
    gradient += 16
    hessian += 16
  }
}

/** Puts the rows that go left first, both sides in their old order; returns how many go left. `table` says 4 for each
 * bin that goes left and 0 for the others; the bins of a row are at bins + 8 · row. */
export function partition(order: usize, n: i32, bins: usize, table: usize, scratch: usize): i32 {
  let left = order
  let right = scratch
  const end = order + ((<usize>n) << 2)
  for (let at = order; at < end; at += 4) {
    const row = load<u32>(at)
    const goes: usize = load<u8>(table + load<u8>(bins + ((<usize>row) << 3)))
    // Both are written, one is kept: no branch to guess wrong.
    store<u32>(left, row)
    store<u32>(right, row)
    left += goes
    right += 4 - goes
  }
  const count = <i32>((left - order) >> 2)
  for (let at = scratch; left < end; left += 4) {
    store<u32>(left, load<u32>(at))
    at += 4
  }
  return count
}

// What a scan knows, in the order in which histogram.ts writes it: f64 fields of 8 bytes each.
// 0 l2, 8 least hessian of a side, 16 least rows of a side (i32), 20 count bits (i32),
// 24 lowest value, 32 highest value, 40 gain to beat and found, 48 column found (i32), 52 bin found (i32),
// 56 missing goes left (i32), 64 what the gain is to be divided by. Gains are compared crosswise: two products take less
// time than a division, and equal cuts stay equal.

// @ts-ignore: decorator
@inline
function clamped(g: f64, h: f64, lowest: f64, highest: f64): f64 {
  return min(max(-g / h, lowest), highest)
}

// @ts-ignore: decorator
@inline
function gainOf(g: f64, h: f64, value: f64): f64 {
  return -(2 * g * value + h * value * value)
}

/** Tries to cut behind each of the bins 0 … end − 1 of one column, with `left` on the left side from the start.
 * Gain of a side: G² / (H + λ), or with bounds −(2 G v + (H + λ) v²) at the nearest value v that they allow. */
// @ts-ignore: decorator
@inline
function scanColumn(
  cells: usize, end: i32, left: v128, total: v128, column: i32, missingLeft: i32, direction: i32, bounded: bool, scan: usize,
): void {
  const l2 = load<f64>(scan)
  const leastHessian = load<f64>(scan, 8)
  const leastRows: i64 = load<i32>(scan, 16)
  const countBits: i64 = load<i32>(scan, 20)
  const mask: i64 = ((<i64>1) << countBits) - 1
  const lowest = load<f64>(scan, 24)
  const highest = load<f64>(scan, 32)
  let best = load<f64>(scan, 40)
  let over = load<f64>(scan, 64)
  const allRows = i64x2.extract_lane(total, 1) & mask
  const allG = <f64>i64x2.extract_lane(total, 0)
  const allH = <f64>(i64x2.extract_lane(total, 1) >> countBits)
  for (let b = 0; b < end; b++) {
    left = i64x2.add(left, v128.load(cells + ((<usize>b) << 4)))
    const lanes = i64x2.extract_lane(left, 1)
    const rows = lanes & mask
    if (rows < leastRows) continue
    if (allRows - rows < leastRows) break
    const hl = <f64>(lanes >> countBits)
    if (hl < leastHessian) continue
    const hr = allH - hl
    if (hr < leastHessian) break
    const gl = <f64>i64x2.extract_lane(left, 0)
    const gr = allG - gl
    const dl = hl + l2
    const dr = hr + l2
    let gain: f64
    let by: f64 = 1
    if (bounded) {
      const vl = clamped(gl, dl, lowest, highest)
      const vr = clamped(gr, dr, lowest, highest)
      if (direction > 0 ? vl > vr : direction < 0 ? vl < vr : false) continue
      gain = gainOf(gl, dl, vl) + gainOf(gr, dr, vr)
    } else {
      gain = gl * gl * dr + gr * gr * dl
      by = dl * dr
    }
    if (gain * over > best * by) {
      best = gain
      over = by
      store<i32>(scan, column, 48)
      store<i32>(scan, b, 52)
      store<i32>(scan, missingLeft, 56)
    }
  }
  store<f64>(scan, best, 40)
  store<f64>(scan, over, 64)
}

/** The best cut among the columns listed; `cells` counts the cells of each, the last of which is for missing values.
 * `directions`, where bounded, has one i32 a column: 1 rising, −1 falling, 0 free. */
// @ts-ignore: decorator
@inline
function scanAll(
  histogram: usize, columns: usize, n: i32, cells: usize, directions: usize, bounded: bool, scan: usize,
): void {
  const total = v128.load(histogram - 64)
  const mask: i64 = ((<i64>1) << (<i64>load<i32>(scan, 20))) - 1
  for (let i = 0; i < n; i++) {
    const c = load<i32>(columns + ((<usize>i) << 2))
    const at = histogram + (<usize>c) * COLUMN
    const bins = load<i32>(cells + ((<usize>c) << 2)) - 1
    const missing = v128.load(at + ((<usize>bins) << 4))
    const anyMissing = (i64x2.extract_lane(missing, 1) & mask) != 0
    const direction = bounded ? load<i32>(directions + ((<usize>c) << 2)) : 0
    // Behind the last bin only missing values are on the right.
    scanColumn(at, bins - i32(!anyMissing), i64x2.splat(0), total, c, 0, direction, bounded, scan)
    if (anyMissing) scanColumn(at, bins - 1, missing, total, c, 1, direction, bounded, scan)
  }
}

export function scanFree(histogram: usize, columns: usize, n: i32, cells: usize, scan: usize): void {
  scanAll(histogram, columns, n, cells, 0, false, scan)
}

export function scanBounded(
  histogram: usize, columns: usize, n: i32, cells: usize, directions: usize, scan: usize,
): void {
  scanAll(histogram, columns, n, cells, directions, true, scan)
}

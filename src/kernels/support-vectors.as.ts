// Kernel values k(x, s) between rows and support vectors. AssemblyScript: compiled by `npm run kernels` to
// support-vectors.wasm. Owns no memory: every address is a byte offset into the arena that support-vectors.ts or
// kernel-rows.ts lays out.
//
// Rows and vectors lie in panels of four: the value of column c of row r is the f64 at
// ((r >> 2) * columns + c) * 32 + (r & 3) * 8. So two registers hold one column of four rows, and all arithmetic is
// lane by lane: a row's value depends on that row alone. Counts of rows and of vectors are multiples of four.
//
// Kernel values go through a scratch area in three passes, each short enough for the registers: products, the map (2^t,
// a power, tanh), and what becomes of them (a weighted sum; a row of the trainer's cache).

/** Brings one column into the panels at `to`. A missing number becomes `fill`; out = (x − shift) * scale, x and the
 * result held within ±1e150 and ±limit: beyond that, squares would overflow. */
export function pack(
  source: usize, rows: i32, to: usize, columns: i32, fill: f64, shift: f64, scale: f64, limit: f64,
): void {
  const step = ((<usize>columns) << 5) - 32
  const end = source + ((<usize>rows) << 3)
  while (source < end) {
    for (let half = 0; half < 2; half++) {
      let x = v128.load(source)
      x = within(v128.bitselect(x, f64x2.splat(fill), f64x2.eq(x, x)), 1e150)
      v128.store(to, within(f64x2.mul(f64x2.sub(x, f64x2.splat(shift)), f64x2.splat(scale)), limit))
      source += 16
      to += 16
    }
    to += step
  }
}

// @ts-ignore: decorator
@inline
function within(x: v128, limit: f64): v128 {
  return f64x2.pmax(f64x2.pmin(x, f64x2.splat(limit)), f64x2.splat(-limit))
}

/** −‖x‖² / 2 of each row. */
export function halves(x: usize, rows: i32, columns: i32, to: usize): void {
  for (let r = 0; r < rows; r += 4) {
    let a = f64x2.splat(0), b = a
    for (let c = 0; c < columns; c++) {
      const low = v128.load(x)
      const high = v128.load(x, 16)
      a = f64x2.add(a, f64x2.mul(low, low))
      b = f64x2.add(b, f64x2.mul(high, high))
      x += 32
    }
    v128.store(to, f64x2.mul(a, f64x2.splat(-0.5)))
    v128.store(to, f64x2.mul(b, f64x2.splat(-0.5)), 16)
    to += 32
  }
}

/** Bits of `map`. The first two say what is summed over the columns: −‖x − s‖² / 2 from halves and products, or the
 * squared differences themselves, or neither: the product. */
const HALVES = 1
const DIFFERENCES = 2
const EXPONENTIAL = 4
const POWER = 8
const TANGENT = 16

/**
 * sums[r] += Σ weight[v] · k(x[r], s[v]), in the order of the vectors. They are taken `chunk` at a time, so that they
 * stay in the first-level cache while all rows pass by; `scratch` holds 32 bytes for each of a chunk. EXPONENTIAL:
 * k = 2^(scale · t); POWER: (scale · t + offset)^degree; TANGENT: tanh(scale · t + offset); none: t.
 */
export function sum(
  map: i32, scale: f64, offset: f64, degree: i32, table: usize,
  x: usize, xHalves: usize, rows: i32, s: usize, sHalves: usize, weight: usize, vectors: i32, columns: i32,
  chunk: i32, scratch: usize, sums: usize,
): void {
  const panel = (<usize>columns) << 5
  for (let from = 0; from < vectors; from += chunk) {
    const count = min(chunk, vectors - from)
    const first = s + (<usize>(from >> 2)) * panel
    const firstHalf = sHalves + ((<usize>from) << 3)
    const firstWeight = weight + ((<usize>from) << 3)
    for (let r = 0; r < rows; r += 4) {
      const row = x + (<usize>(r >> 2)) * panel
      const half = xHalves + ((<usize>r) << 3)
      if (map & HALVES) panelsByHalves(row, half, first, firstHalf, count, columns, scratch)
      else if (map & DIFFERENCES) panelsByDifferences(row, first, count, columns, scratch)
      else panelsByProducts(row, first, count, columns, scratch)
      apply(map, scale, offset, degree, table, scratch, count << 2)
      weigh(scratch, firstWeight, count, sums + ((<usize>r) << 3))
    }
  }
}

function weigh(from: usize, weight: usize, count: i32, sums: usize): void {
  let low = v128.load(sums)
  let high = v128.load(sums, 16)
  for (let v = 0; v < count; v++) {
    const w = v128.load64_splat(weight)
    low = f64x2.add(low, f64x2.mul(w, v128.load(from)))
    high = f64x2.add(high, f64x2.mul(w, v128.load(from, 16)))
    weight += 8
    from += 32
  }
  v128.store(sums, low)
  v128.store(sums, high, 16)
}

// One function each: inlined where they are called, the three lose up to a tenth of their speed to each other.
function panelsByHalves(x: usize, xHalves: usize, s: usize, sHalves: usize, count: i32, columns: i32, to: usize): void {
  panels(HALVES, x, xHalves, s, sHalves, count, columns, to)
}
function panelsByDifferences(x: usize, s: usize, count: i32, columns: i32, to: usize): void {
  panels(DIFFERENCES, x, 0, s, 0, count, columns, to)
}
function panelsByProducts(x: usize, s: usize, count: i32, columns: i32, to: usize): void {
  panels(0, x, 0, s, 0, count, columns, to)
}

/** Four rows against `count` vectors. `form` is a constant where this is called, so each copy keeps one branch. */
// @ts-ignore: decorator
@inline
function panels(
  form: i32, x: usize, xHalves: usize, s: usize, sHalves: usize, count: i32, columns: i32, to: usize,
): void {
  const width = (<usize>columns) << 5
  for (let v = 0; v < count; v += 4) {
    fourByFour(
      form, x, xHalves, s, s + 8, s + 16, s + 24, sHalves, sHalves + 8, sHalves + 16, sHalves + 24, width, to, 32)
    sHalves += 32
    to += 128
    s += width
  }
}

// @ts-ignore: decorator
@inline
function add(form: i32, sum: v128, x: v128, s: v128): v128 {
  if (form != DIFFERENCES) return f64x2.add(sum, f64x2.mul(x, s))
  const d = f64x2.sub(x, s)
  return f64x2.sub(sum, f64x2.mul(d, d))
}

/** Four rows against four vectors: eight sums in flight. Those of a vector go `step` bytes after those of the last. */
// @ts-ignore: decorator
@inline
function fourByFour(
  form: i32, x: usize, xHalves: usize, s0: usize, s1: usize, s2: usize, s3: usize,
  h0: usize, h1: usize, h2: usize, h3: usize, width: usize, to: usize, step: usize,
): void {
  let a0 = f64x2.splat(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0
  for (let c: usize = 0; c < width; c += 32) {
    const low = v128.load(x + c)
    const high = v128.load(x + c, 16)
    const v0 = v128.load64_splat(s0 + c)
    a0 = add(form, a0, low, v0)
    b0 = add(form, b0, high, v0)
    const v1 = v128.load64_splat(s1 + c)
    a1 = add(form, a1, low, v1)
    b1 = add(form, b1, high, v1)
    const v2 = v128.load64_splat(s2 + c)
    a2 = add(form, a2, low, v2)
    b2 = add(form, b2, high, v2)
    const v3 = v128.load64_splat(s3 + c)
    a3 = add(form, a3, low, v3)
    b3 = add(form, b3, high, v3)
  }
  if (form == HALVES) {
    const low = v128.load(xHalves)
    const high = v128.load(xHalves, 16)
    const half0 = v128.load64_splat(h0)
    a0 = f64x2.add(a0, f64x2.add(low, half0))
    b0 = f64x2.add(b0, f64x2.add(high, half0))
    const half1 = v128.load64_splat(h1)
    a1 = f64x2.add(a1, f64x2.add(low, half1))
    b1 = f64x2.add(b1, f64x2.add(high, half1))
    const half2 = v128.load64_splat(h2)
    a2 = f64x2.add(a2, f64x2.add(low, half2))
    b2 = f64x2.add(b2, f64x2.add(high, half2))
    const half3 = v128.load64_splat(h3)
    a3 = f64x2.add(a3, f64x2.add(low, half3))
    b3 = f64x2.add(b3, f64x2.add(high, half3))
  }
  v128.store(to, a0)
  v128.store(to, b0, 16)
  to += step
  v128.store(to, a1)
  v128.store(to, b1, 16)
  to += step
  v128.store(to, a2)
  v128.store(to, b2, 16)
  to += step
  v128.store(to, a3)
  v128.store(to, b3, 16)
}

/** In place, over `count` numbers, a multiple of 8. */
function apply(map: i32, scale: f64, offset: f64, degree: i32, table: usize, at: usize, count: i32): void {
  const end = at + ((<usize>count) << 3)
  if (map & EXPONENTIAL) exponentials(scale, table, at, end)
  else if (map & POWER) powers(scale, offset, degree, at, end)
  else if (map & TANGENT) tangents(scale, offset, table, at, end)
}

/** Adding it to a number under 2^51 rounds to the nearest integer, and leaves that integer in the lowest bits. */
const ROUND: f64 = 6755399441055744.0
/** Below this 2^t has no full precision; what is that small counts for nothing. */
const SMALLEST: f64 = -1020.0

/** 2^(scale · t): 2^f of the nearest integer's remainder f by a polynomial of degree 11 (interpolated at Chebyshev's
 * points on ±½: 2e-17 relative), its coefficients in `table` from the first power on; the integer goes into the exponent.
 * Four registers at a time, because each step of the polynomial waits for the one before. */
function exponentials(scale: f64, table: usize, at: usize, end: usize): void {
  const size = f64x2.splat(scale)
  const one = f64x2.splat(1)
  for (; at < end; at += 64) {
    const t0 = f64x2.pmax(f64x2.mul(v128.load(at), size), f64x2.splat(SMALLEST))
    const t1 = f64x2.pmax(f64x2.mul(v128.load(at, 16), size), f64x2.splat(SMALLEST))
    const t2 = f64x2.pmax(f64x2.mul(v128.load(at, 32), size), f64x2.splat(SMALLEST))
    const t3 = f64x2.pmax(f64x2.mul(v128.load(at, 48), size), f64x2.splat(SMALLEST))
    const k0 = f64x2.add(t0, f64x2.splat(ROUND))
    const k1 = f64x2.add(t1, f64x2.splat(ROUND))
    const k2 = f64x2.add(t2, f64x2.splat(ROUND))
    const k3 = f64x2.add(t3, f64x2.splat(ROUND))
    const f0 = f64x2.sub(t0, f64x2.sub(k0, f64x2.splat(ROUND)))
    const f1 = f64x2.sub(t1, f64x2.sub(k1, f64x2.splat(ROUND)))
    const f2 = f64x2.sub(t2, f64x2.sub(k2, f64x2.splat(ROUND)))
    const f3 = f64x2.sub(t3, f64x2.sub(k3, f64x2.splat(ROUND)))
    let p0 = v128.load64_splat(table, 80), p1 = p0, p2 = p0, p3 = p0
    for (let c = table + 72; c >= table; c -= 8) {
      const next = v128.load64_splat(c)
      p0 = f64x2.add(f64x2.mul(p0, f0), next)
      p1 = f64x2.add(f64x2.mul(p1, f1), next)
      p2 = f64x2.add(f64x2.mul(p2, f2), next)
      p3 = f64x2.add(f64x2.mul(p3, f3), next)
    }
    p0 = f64x2.add(f64x2.mul(p0, f0), one)
    p1 = f64x2.add(f64x2.mul(p1, f1), one)
    p2 = f64x2.add(f64x2.mul(p2, f2), one)
    p3 = f64x2.add(f64x2.mul(p3, f3), one)
    v128.store(at, i64x2.add(p0, i64x2.shl(k0, 52)))
    v128.store(at, i64x2.add(p1, i64x2.shl(k1, 52)), 16)
    v128.store(at, i64x2.add(p2, i64x2.shl(k2, 52)), 32)
    v128.store(at, i64x2.add(p3, i64x2.shl(k3, 52)), 48)
  }
}

/** Powers beyond this, and sums of them, would overflow. */
const LARGEST: f64 = 1e280

/** (scale · t + offset)^degree by repeated squaring, in libsvm's order. */
function powers(scale: f64, offset: f64, degree: i32, at: usize, end: usize): void {
  for (; at < end; at += 16) {
    let square = f64x2.add(f64x2.mul(v128.load(at), f64x2.splat(scale)), f64x2.splat(offset))
    let power = f64x2.splat(1)
    for (let left = degree; left > 0; left >>= 1) {
      if (left & 1) power = f64x2.mul(power, square)
      square = f64x2.mul(square, square)
    }
    v128.store(at, within(power, LARGEST))
  }
}

const TWICE_LOG2_E: f64 = 2.8853900817779268

/** tanh z = m / (m + 2), where m = e^2z − 1 = 2^k · (2^f − 1) + (2^k − 1) keeps its digits near 0. */
function tangents(scale: f64, offset: f64, table: usize, at: usize, end: usize): void {
  for (; at < end; at += 16) {
    const z = f64x2.add(f64x2.mul(v128.load(at), f64x2.splat(scale)), f64x2.splat(offset))
    // From 20 on tanh is 1 to the last bit.
    const t = f64x2.mul(within(z, 20), f64x2.splat(TWICE_LOG2_E))
    const k = f64x2.add(t, f64x2.splat(ROUND))
    const f = f64x2.sub(t, f64x2.sub(k, f64x2.splat(ROUND)))
    let p = v128.load64_splat(table, 80)
    for (let c = table + 72; c >= table; c -= 8) p = f64x2.add(f64x2.mul(p, f), v128.load64_splat(c))
    const one = f64x2.splat(1)
    const whole = i64x2.add(one, i64x2.shl(k, 52))
    const m = f64x2.add(f64x2.mul(whole, f64x2.mul(p, f)), f64x2.sub(whole, one))
    v128.store(at, f64x2.div(m, f64x2.add(m, f64x2.splat(2))))
  }
}

/**
 * The trainer's rows of four vectors: to[r] = k(x[r], s) / unit, in f32. `list` holds three u32 for each of the four: the
 * vector's place in its panel, the address of its half, and `to`. `rows` is a multiple of 8, `chunk` of 8 as well, and
 * `scratch` holds 32 bytes for each of a chunk.
 */
export function rowsOfFour(
  map: i32, scale: f64, offset: f64, degree: i32, table: usize,
  x: usize, xHalves: usize, rows: i32, list: usize, columns: i32,
  perUnit: f64, chunk: i32, scratch: usize,
): void {
  const panel = (<usize>columns) << 5
  for (let from = 0; from < rows; from += chunk) {
    const count = min(chunk, rows - from)
    const first = x + (<usize>(from >> 2)) * panel
    const half = xHalves + ((<usize>from) << 3)
    if (map & HALVES) vectorsByHalves(first, half, count, list, columns, scratch)
    else if (map & DIFFERENCES) vectorsByDifferences(first, count, list, columns, scratch)
    else vectorsByProducts(first, count, list, columns, scratch)
    apply(map, scale, offset, degree, table, scratch, count << 2)
    const bytes = (<usize>count) << 3
    for (let v: usize = 0; v < 4; v++)
      demote(scratch + v * bytes, count, perUnit, <usize>load<u32>(list + v * 12, 8) + ((<usize>from) << 2))
  }
}

function vectorsByHalves(x: usize, xHalves: usize, count: i32, list: usize, columns: i32, to: usize): void {
  vectors(HALVES, x, xHalves, count, list, columns, to)
}
function vectorsByDifferences(x: usize, count: i32, list: usize, columns: i32, to: usize): void {
  vectors(DIFFERENCES, x, 0, count, list, columns, to)
}
function vectorsByProducts(x: usize, count: i32, list: usize, columns: i32, to: usize): void {
  vectors(0, x, 0, count, list, columns, to)
}

/** Four vectors against `count` rows. */
// @ts-ignore: decorator
@inline
function vectors(form: i32, x: usize, xHalves: usize, count: i32, list: usize, columns: i32, to: usize): void {
  const s0 = load<u32>(list), s1 = load<u32>(list, 12), s2 = load<u32>(list, 24), s3 = load<u32>(list, 36)
  const h0 = load<u32>(list, 4), h1 = load<u32>(list, 16), h2 = load<u32>(list, 28), h3 = load<u32>(list, 40)
  const width = (<usize>columns) << 5
  const step = (<usize>count) << 3
  for (let r = 0; r < count; r += 4) {
    fourByFour(form, x, xHalves, s0, s1, s2, s3, h0, h1, h2, h3, width, to, step)
    x += width
    xHalves += 32
    to += 32
  }
}

function demote(from: usize, count: i32, factor: f64, to: usize): void {
  const size = f64x2.splat(factor)
  const end = from + ((<usize>count) << 3)
  for (; from < end; from += 32) {
    const low = f32x4.demote_f64x2_zero(f64x2.mul(v128.load(from), size))
    const high = f32x4.demote_f64x2_zero(f64x2.mul(v128.load(from, 16), size))
    v128.store(to, v128.shuffle<i64>(low, high, 0, 2))
    to += 16
  }
}

/** gradient[r] += weight · row[r], for `rows` a multiple of 4. */
export function accumulate(gradient: usize, rows: i32, row: usize, weight: f64): void {
  const w = f64x2.splat(weight)
  const end = gradient + ((<usize>rows) << 3)
  for (; gradient < end; gradient += 16) {
    const value = f64x2.promote_low_f32x4(v128.load64_zero(row))
    v128.store(gradient, f64x2.add(v128.load(gradient), f64x2.mul(value, w)))
    row += 8
  }
}

/** Rows among which the smallest gradient is looked for at a time. */
const SPAN = 256

/**
 * One step of the trainer: gradient[r] += a · rowA[r] + b · rowB[r]. Answers the row where gradient[r] + wall[r] is
 * smallest, the last one of equals; −1 when it is infinite everywhere. `rows` is a multiple of 8.
 */
export function step(gradient: usize, wall: usize, rows: i32, rowA: usize, a: f64, rowB: usize, b: f64): i32 {
  let least: f64 = Infinity
  let found = -1
  for (let from = 0; from < rows; from += SPAN) {
    const count = min(SPAN, rows - from)
    const at8 = (<usize>from) << 3
    const at4 = (<usize>from) << 2
    const here = stepSpan(gradient + at8, wall + at8, count, rowA + at4, a, rowB + at4, b)
    if (here > least || here == Infinity) continue
    least = here
    found = from
  }
  if (found < 0) return -1
  let row = min(found + SPAN, rows) - 1
  while (load<f64>(gradient + ((<usize>row) << 3)) + load<f64>(wall + ((<usize>row) << 3)) != least) row--
  return row
}

function stepSpan(gradient: usize, wall: usize, rows: i32, rowA: usize, a: f64, rowB: usize, b: f64): f64 {
  const byA = f64x2.splat(a), byB = f64x2.splat(b)
  let low = f64x2.splat(Infinity), high = low
  const end = gradient + ((<usize>rows) << 3)
  while (gradient < end) {
    const lowA = f64x2.promote_low_f32x4(v128.load64_zero(rowA))
    const highA = f64x2.promote_low_f32x4(v128.load64_zero(rowA, 8))
    const lowB = f64x2.promote_low_f32x4(v128.load64_zero(rowB))
    const highB = f64x2.promote_low_f32x4(v128.load64_zero(rowB, 8))
    const g = f64x2.add(v128.load(gradient), f64x2.add(f64x2.mul(lowA, byA), f64x2.mul(lowB, byB)))
    const h = f64x2.add(v128.load(gradient, 16), f64x2.add(f64x2.mul(highA, byA), f64x2.mul(highB, byB)))
    v128.store(gradient, g)
    v128.store(gradient, h, 16)
    low = f64x2.pmin(low, f64x2.add(g, v128.load(wall)))
    high = f64x2.pmin(high, f64x2.add(h, v128.load(wall, 16)))
    gradient += 32
    wall += 32
    rowA += 16
    rowB += 16
  }
  const both = f64x2.pmin(low, high)
  return min(f64x2.extract_lane(both, 0), f64x2.extract_lane(both, 1))
}

// Passes over the columns of a linear model. AssemblyScript: compiled by `npm run kernels` to gram.wasm.
// Owns no memory: every address is a byte offset into the arena that gram.ts lays out. A tile is a stretch of rows, an
// even number of them; columns lie `stride` bytes apart, and their number is padded to a multiple of 4 with zeros.

/** predictor = base + Σ_j coefficient_j x_j, four columns at a time. */
export function predict(
  x: usize,
  stride: usize,
  columns: i32,
  rows: i32,
  coefficient: usize,
  base: f64,
  predictor: usize,
): void {
  const bytes = (<usize>rows) << 3
  const start = f64x2.splat(base)
  for (let at: usize = 0; at < bytes; at += 16) v128.store(predictor + at, start)
  for (let j = 0; j < columns; j += 4) {
    const b0 = v128.load64_splat(coefficient)
    const b1 = v128.load64_splat(coefficient, 8)
    const b2 = v128.load64_splat(coefficient, 16)
    const b3 = v128.load64_splat(coefficient, 24)
    const x1 = x + stride
    const x2 = x1 + stride
    const x3 = x2 + stride
    for (let at: usize = 0; at < bytes; at += 16) {
      const first = f64x2.add(f64x2.mul(b0, v128.load(x + at)), f64x2.mul(b1, v128.load(x1 + at)))
      const second = f64x2.add(f64x2.mul(b2, v128.load(x2 + at)), f64x2.mul(b3, v128.load(x3 + at)))
      v128.store(predictor + at, f64x2.add(v128.load(predictor + at), f64x2.add(first, second)))
    }
    x = x3 + stride
    coefficient += 32
  }
}

/** exp of numbers from −200 to 0, within two units in the last place: 2^n e^r with |r| ≤ ln 2 / 2, e^r by Taylor's
 * series, whose next term is below 5e-18. */
// @ts-ignore: decorator
@inline
function exp(x: v128): v128 {
  const n = f64x2.nearest(f64x2.mul(x, f64x2.splat(1.4426950408889634)))
  let r = f64x2.sub(x, f64x2.mul(n, f64x2.splat(0.6931471803691238)))
  r = f64x2.sub(r, f64x2.mul(n, f64x2.splat(1.9082149292705877e-10)))
  const r2 = f64x2.mul(r, r)
  const r4 = f64x2.mul(r2, r2)
  const p0 = f64x2.add(f64x2.splat(1), r)
  const p1 = f64x2.add(f64x2.splat(0.5), f64x2.mul(r, f64x2.splat(1.0 / 6)))
  const p2 = f64x2.add(f64x2.splat(1.0 / 24), f64x2.mul(r, f64x2.splat(1.0 / 120)))
  const p3 = f64x2.add(f64x2.splat(1.0 / 720), f64x2.mul(r, f64x2.splat(1.0 / 5040)))
  const p4 = f64x2.add(f64x2.splat(1.0 / 40320), f64x2.mul(r, f64x2.splat(1.0 / 362880)))
  const p5 = f64x2.add(f64x2.splat(1.0 / 3628800), f64x2.mul(r, f64x2.splat(1.0 / 39916800)))
  const p6 = f64x2.add(f64x2.splat(1.0 / 479001600), f64x2.mul(r, f64x2.splat(1.0 / 6227020800)))
  const low = f64x2.add(p0, f64x2.mul(r2, p1))
  const middle = f64x2.add(p2, f64x2.mul(r2, p3))
  const high = f64x2.add(f64x2.add(p4, f64x2.mul(r2, p5)), f64x2.mul(r4, p6))
  const power = f64x2.add(low, f64x2.mul(r4, f64x2.add(middle, f64x2.mul(r4, high))))
  const exponent = i64x2.extend_low_i32x4_s(i32x4.trunc_sat_f64x2_s_zero(n))
  return f64x2.mul(power, i64x2.shl(i64x2.add(exponent, i64x2.splat(1023)), 52))
}

/** ln(1 + e) for 0 ≤ e ≤ 1: 2 artanh(e / (2 + e)), within 1e-12. It only steers the length of steps. */
// @ts-ignore: decorator
@inline
function log1p(e: v128): v128 {
  const s = f64x2.div(e, f64x2.add(f64x2.splat(2), e))
  const s2 = f64x2.mul(s, s)
  let sum = f64x2.splat(1.0 / 23)
  sum = f64x2.add(f64x2.splat(1.0 / 21), f64x2.mul(s2, sum))
  sum = f64x2.add(f64x2.splat(1.0 / 19), f64x2.mul(s2, sum))
  sum = f64x2.add(f64x2.splat(1.0 / 17), f64x2.mul(s2, sum))
  sum = f64x2.add(f64x2.splat(1.0 / 15), f64x2.mul(s2, sum))
  sum = f64x2.add(f64x2.splat(1.0 / 13), f64x2.mul(s2, sum))
  sum = f64x2.add(f64x2.splat(1.0 / 11), f64x2.mul(s2, sum))
  sum = f64x2.add(f64x2.splat(1.0 / 9), f64x2.mul(s2, sum))
  sum = f64x2.add(f64x2.splat(1.0 / 7), f64x2.mul(s2, sum))
  sum = f64x2.add(f64x2.splat(1.0 / 5), f64x2.mul(s2, sum))
  sum = f64x2.add(f64x2.splat(1.0 / 3), f64x2.mul(s2, sum))
  sum = f64x2.add(f64x2.splat(1), f64x2.mul(s2, sum))
  return f64x2.mul(f64x2.add(s, s), sum)
}

/** From log-odds: residual = weight (p − target), curvature = weight p (1 − p); returns the sum of weighted losses
 * −ln p(target). target is 0 or 1. A chance is never below e^−200: products of smaller ones would be denormal numbers,
 * with which processors are a hundred times slower. */
export function logistic(
  predictor: usize,
  target: usize,
  weight: usize,
  rows: i32,
  residual: usize,
  curvature: usize,
): f64 {
  const bytes = (<usize>rows) << 3
  const one = f64x2.splat(1)
  const zero = f64x2.splat(0)
  let loss = zero
  for (let at: usize = 0; at < bytes; at += 16) {
    const z = v128.load(predictor + at)
    const y = v128.load(target + at)
    const w = v128.load(weight + at)
    const e = exp(f64x2.pmax(f64x2.splat(-200), f64x2.neg(f64x2.abs(z))))
    const d = f64x2.div(one, f64x2.add(one, e))
    const small = f64x2.mul(e, d)
    const p = v128.bitselect(d, small, f64x2.ge(z, zero))
    v128.store(residual + at, f64x2.mul(w, f64x2.sub(p, y)))
    v128.store(curvature + at, f64x2.mul(w, f64x2.mul(small, d)))
    const own = f64x2.add(log1p(e), f64x2.sub(f64x2.pmax(z, zero), f64x2.mul(y, z)))
    loss = f64x2.add(loss, f64x2.mul(w, own))
  }
  return f64x2.extract_lane(loss, 0) + f64x2.extract_lane(loss, 1)
}

// @ts-ignore: decorator
@inline
function addTo(out: usize, sum: v128): void {
  store<f64>(out, load<f64>(out) + (f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1)))
}

/** out_j += Σ by x_j, and out_columns += Σ by. */
export function products(x: usize, stride: usize, columns: i32, rows: i32, by: usize, out: usize): void {
  const bytes = (<usize>rows) << 3
  for (let j = 0; j < columns; j += 4) {
    const x1 = x + stride
    const x2 = x1 + stride
    const x3 = x2 + stride
    let s0 = f64x2.splat(0)
    let s1 = s0
    let s2 = s0
    let s3 = s0
    for (let at: usize = 0; at < bytes; at += 16) {
      const r = v128.load(by + at)
      s0 = f64x2.add(s0, f64x2.mul(r, v128.load(x + at)))
      s1 = f64x2.add(s1, f64x2.mul(r, v128.load(x1 + at)))
      s2 = f64x2.add(s2, f64x2.mul(r, v128.load(x2 + at)))
      s3 = f64x2.add(s3, f64x2.mul(r, v128.load(x3 + at)))
    }
    addTo(out, s0)
    addTo(out + 8, s1)
    addTo(out + 16, s2)
    addTo(out + 24, s3)
    out += 32
    x = x3 + stride
  }
  let sum = f64x2.splat(0)
  for (let at: usize = 0; at < bytes; at += 16) sum = f64x2.add(sum, v128.load(by + at))
  addTo(out, sum)
}

/** out_ij += Σ by x_i x_j for j ≤ i (and for some j above i): four columns i, weighted into `scratch`, meet two columns
 * j at a time, so that eight sums stay in registers. `out` has `columns` numbers a row. */
export function gram(x: usize, stride: usize, columns: i32, rows: i32, by: usize, scratch: usize, out: usize): void {
  const bytes = (<usize>rows) << 3
  const w1 = scratch + bytes
  const w2 = w1 + bytes
  const w3 = w2 + bytes
  const width = (<usize>columns) << 3
  let left = x
  for (let i = 0; i < columns; i += 4) {
    const l1 = left + stride
    const l2 = l1 + stride
    const l3 = l2 + stride
    for (let at: usize = 0; at < bytes; at += 16) {
      const w = v128.load(by + at)
      v128.store(scratch + at, f64x2.mul(w, v128.load(left + at)))
      v128.store(w1 + at, f64x2.mul(w, v128.load(l1 + at)))
      v128.store(w2 + at, f64x2.mul(w, v128.load(l2 + at)))
      v128.store(w3 + at, f64x2.mul(w, v128.load(l3 + at)))
    }
    let right = x
    for (let j = 0; j < i + 4; j += 2) {
      const r1 = right + stride
      let s00 = f64x2.splat(0)
      let s10 = s00
      let s20 = s00
      let s30 = s00
      let s01 = s00
      let s11 = s00
      let s21 = s00
      let s31 = s00
      for (let at: usize = 0; at < bytes; at += 16) {
        const a = v128.load(right + at)
        const b = v128.load(r1 + at)
        let w = v128.load(scratch + at)
        s00 = f64x2.add(s00, f64x2.mul(w, a))
        s01 = f64x2.add(s01, f64x2.mul(w, b))
        w = v128.load(w1 + at)
        s10 = f64x2.add(s10, f64x2.mul(w, a))
        s11 = f64x2.add(s11, f64x2.mul(w, b))
        w = v128.load(w2 + at)
        s20 = f64x2.add(s20, f64x2.mul(w, a))
        s21 = f64x2.add(s21, f64x2.mul(w, b))
        w = v128.load(w3 + at)
        s30 = f64x2.add(s30, f64x2.mul(w, a))
        s31 = f64x2.add(s31, f64x2.mul(w, b))
      }
      const at = out + ((<usize>j) << 3)
      addTo(at, s00)
      addTo(at + 8, s01)
      addTo(at + width, s10)
      addTo(at + width + 8, s11)
      addTo(at + 2 * width, s20)
      addTo(at + 2 * width + 8, s21)
      addTo(at + 3 * width, s30)
      addTo(at + 3 * width + 8, s31)
      right = r1 + stride
    }
    out += 4 * width
    left = l3 + stride
  }
}

// The one-instruction forms of min and max: what they make of NaN is masked by whoever calls.
// @ts-ignore: decorator
@inline
function clamped(value: v128): v128 {
  return f64x2.pmax(f64x2.splat(-1e150), f64x2.pmin(f64x2.splat(1e150), value))
}

/** Adds to three numbers at `out`: Σ w (v − about), Σ w (v − about)² and Σ w over the values that are not NaN, each
 * first brought to ±1e150. */
export function moments(x: usize, weight: usize, rows: i32, about: f64, out: usize): void {
  const bytes = (<usize>rows) << 3
  const shift = f64x2.splat(about)
  let sums = f64x2.splat(0)
  let squares = sums
  let total = sums
  for (let at: usize = 0; at < bytes; at += 16) {
    const v = v128.load(x + at)
    const known = f64x2.eq(v, v)
    const w = v128.and(known, v128.load(weight + at))
    const apart = v128.and(known, f64x2.sub(clamped(v), shift))
    const weighted = f64x2.mul(w, apart)
    sums = f64x2.add(sums, weighted)
    squares = f64x2.add(squares, f64x2.mul(weighted, apart))
    total = f64x2.add(total, w)
  }
  addTo(out, sums)
  addTo(out + 8, squares)
  addTo(out + 16, total)
}

/** v becomes (v − about) × scale, brought to ±1e150 first; NaN becomes `missing`. */
export function standardise(x: usize, rows: i32, about: f64, scale: f64, missing: f64): void {
  const bytes = (<usize>rows) << 3
  const shift = f64x2.splat(about)
  const factor = f64x2.splat(scale)
  const gap = f64x2.splat(missing)
  for (let at: usize = 0; at < bytes; at += 16) {
    const v = v128.load(x + at)
    const out = f64x2.mul(f64x2.sub(clamped(v), shift), factor)
    v128.store(x + at, v128.bitselect(out, gap, f64x2.eq(v, v)))
  }
}

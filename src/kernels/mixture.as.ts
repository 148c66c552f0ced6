// Gaussian mixtures: densities of rows. AssemblyScript: compiled by `npm run kernels` to mixture.wasm. Owns no memory:
// every address is a byte offset into the arena that mixture-layout.ts lays out (its tables are drawn there).
//
// Everything is f64. In a tile the values of one feature for all its rows are neighbours, so that two rows fill a vector
// and no row ever meets another in the sum of its density: a row gives the same bits in any tile, beside any other row.

const LEAST: f64 = -1.7976931348623157e308
/** Values of features beyond this count as this: their squares stay finite. */
const LARGEST: f64 = 1e150
/** A component whose density is e^-40 of the row's best adds nothing to a sum of 53 bits: taken as 0. */
const NEGLIGIBLE: f64 = -40
/** Where it may be left before its end: a step further, and not where a unit in the last place is as large as that
 * step. So what is left early would have been taken as 0 in the end, and a row's bits do not depend on its neighbours. */
const HOPELESS: f64 = -41
const COARSE: f64 = -1e15

const FULL = 0
const TIED = 1

// Where a mixture's table holds what; mixture-layout.ts tells what each is.
const SHAPE: usize = 0
const COMPONENTS: usize = 4
const FEATURES: usize = 8
const BLOCKS: usize = 12
const UNIT: usize = 16
const TRIANGLE_BYTES: usize = 20
const CENTRE: usize = 24
const TRIANGLES: usize = 28
const PAIRS: usize = 32
const CONSTANTS: usize = 36
const RATES: usize = 40
const TILE: usize = 48
const TURNED: usize = 52
const LOGS: usize = 56
const BEST: usize = 60

// @ts-ignore: decorator
@inline
function mulAdd(sum: v128, a: v128, b: v128): v128 {
  return f64x2.add(sum, f64x2.mul(a, b))
}

/** x − centre, x within ±1e150; a missing value counts as the centre. */
export function stage(m: usize, source: usize, columnBytes: usize, rows: i32): void {
  const most = f64x2.splat(LARGEST)
  const least = f64x2.splat(-LARGEST)
  const bytes = (<usize>rows) << 3
  const unit = load<usize>(m, UNIT)
  let centre = load<usize>(m, CENTRE)
  let to = load<usize>(m, TILE)
  for (let f = load<i32>(m, FEATURES); f > 0; f--) {
    const c = v128.load64_splat(centre)
    for (let r: usize = 0; r < bytes; r += 16) {
      const x = v128.load(source + r)
      const y = f64x2.sub(f64x2.pmin(most, f64x2.pmax(least, x)), c)
      v128.store(to + r, v128.and(y, f64x2.eq(x, x)))
    }
    source += columnBytes
    centre += 8
    to += unit
  }
}

/** The q above which constant − q / 2 is hopeless beside the best: q only grows. */
// @ts-ignore: decorator
@inline
function limitOf(constant: f64, best: v128): v128 {
  const limit = f64x2.sub(f64x2.splat(2 * (constant - HOPELESS)), f64x2.add(best, best))
  return v128.bitselect(limit, f64x2.splat(Infinity), f64x2.gt(best, f64x2.splat(COARSE)))
}

/** One component: the squared length of (x − mean) · triangle, the mean folded in as a bias; four columns of the
 * triangle for four rows at a time. A component that has become hopeless for all four rows is left early. */
function triangular(p0: usize, blocks: i32, tile: usize, rows: i32, unit: usize, constant: f64, best: usize, out: usize): void {
  const half = f64x2.splat(0.5)
  const top = f64x2.splat(constant)
  const least = f64x2.splat(LEAST)
  for (let r: usize = 0, end = (<usize>rows) << 3; r < end; r += 32) {
    let p = p0
    let q0 = f64x2.splat(0), q1 = q0
    const best0 = v128.load(best + r), best1 = v128.load(best + r, 16)
    const limit0 = limitOf(constant, best0), limit1 = limitOf(constant, best1)
    for (let b = 0; b < blocks; b++) {
      let a0 = v128.load64_splat(p), a1 = a0
      let b0 = v128.load64_splat(p, 8), b1 = b0
      let c0 = v128.load64_splat(p, 16), c1 = c0
      let d0 = v128.load64_splat(p, 24), d1 = d0
      p += 32
      let x = tile + r
      for (let i = b << 2; i > 0; i--) {
        const x0 = v128.load(x)
        const x1 = v128.load(x, 16)
        let w = v128.load64_splat(p)
        a0 = mulAdd(a0, x0, w)
        a1 = mulAdd(a1, x1, w)
        w = v128.load64_splat(p, 8)
        b0 = mulAdd(b0, x0, w)
        b1 = mulAdd(b1, x1, w)
        w = v128.load64_splat(p, 16)
        c0 = mulAdd(c0, x0, w)
        c1 = mulAdd(c1, x1, w)
        w = v128.load64_splat(p, 24)
        d0 = mulAdd(d0, x0, w)
        d1 = mulAdd(d1, x1, w)
        x += unit
        p += 32
      }
      let x0 = v128.load(x), x1 = v128.load(x, 16)
      let w = v128.load64_splat(p)
      a0 = mulAdd(a0, x0, w)
      a1 = mulAdd(a1, x1, w)
      w = v128.load64_splat(p, 8)
      b0 = mulAdd(b0, x0, w)
      b1 = mulAdd(b1, x1, w)
      w = v128.load64_splat(p, 16)
      c0 = mulAdd(c0, x0, w)
      c1 = mulAdd(c1, x1, w)
      w = v128.load64_splat(p, 24)
      d0 = mulAdd(d0, x0, w)
      d1 = mulAdd(d1, x1, w)
      x += unit
      x0 = v128.load(x)
      x1 = v128.load(x, 16)
      w = v128.load64_splat(p, 32)
      b0 = mulAdd(b0, x0, w)
      b1 = mulAdd(b1, x1, w)
      w = v128.load64_splat(p, 40)
      c0 = mulAdd(c0, x0, w)
      c1 = mulAdd(c1, x1, w)
      w = v128.load64_splat(p, 48)
      d0 = mulAdd(d0, x0, w)
      d1 = mulAdd(d1, x1, w)
      x += unit
      x0 = v128.load(x)
      x1 = v128.load(x, 16)
      w = v128.load64_splat(p, 56)
      c0 = mulAdd(c0, x0, w)
      c1 = mulAdd(c1, x1, w)
      w = v128.load64_splat(p, 64)
      d0 = mulAdd(d0, x0, w)
      d1 = mulAdd(d1, x1, w)
      x += unit
      w = v128.load64_splat(p, 72)
      d0 = mulAdd(d0, v128.load(x), w)
      d1 = mulAdd(d1, v128.load(x, 16), w)
      p += 80
      q0 = f64x2.add(q0, f64x2.add(mulAdd(f64x2.mul(b0, b0), a0, a0), mulAdd(f64x2.mul(d0, d0), c0, c0)))
      q1 = f64x2.add(q1, f64x2.add(mulAdd(f64x2.mul(b1, b1), a1, a1), mulAdd(f64x2.mul(d1, d1), c1, c1)))
      if (i64x2.all_true(v128.and(f64x2.gt(q0, limit0), f64x2.gt(q1, limit1)))) break
    }
    const l0 = f64x2.pmax(least, f64x2.sub(top, f64x2.mul(half, q0)))
    const l1 = f64x2.pmax(least, f64x2.sub(top, f64x2.mul(half, q1)))
    v128.store(out + r, l0)
    v128.store(out + r, l1, 16)
    v128.store(best + r, f64x2.pmax(best0, l0))
    v128.store(best + r, f64x2.pmax(best1, l1), 16)
  }
}

/** (x − centre) · triangle into another tile: with a covariance that all components share, it is needed once. */
function turn(p: usize, features: i32, tile: usize, rows: i32, unit: usize, out: usize): void {
  const bytes = (<usize>rows) << 3
  for (let j = 0; j < features; j++) {
    for (let r: usize = 0; r < bytes; r += 32) {
      let a0 = f64x2.splat(0), a1 = a0
      let x = tile + r
      let q = p
      for (let i = 0; i <= j; i++) {
        const w = v128.load64_splat(q)
        a0 = mulAdd(a0, v128.load(x), w)
        a1 = mulAdd(a1, v128.load(x, 16), w)
        x += unit
        q += 8
      }
      v128.store(out + r, a0)
      v128.store(out + r, a1, 16)
    }
    p += (<usize>(j + 1)) << 3
    out += unit
  }
}

/** One component of independent features: the sum of (x · factor − shift)². `pairs`: factor, shift of each feature. */
function separate(pairs: usize, features: i32, tile: usize, rows: i32, unit: usize, constant: f64, best: usize, out: usize): void {
  const half = f64x2.splat(0.5)
  const top = f64x2.splat(constant)
  const least = f64x2.splat(LEAST)
  for (let r: usize = 0, end = (<usize>rows) << 3; r < end; r += 32) {
    let p = pairs
    let x = tile + r
    let q0 = f64x2.splat(0), q1 = q0
    for (let f = features; f > 0; f--) {
      const factor = v128.load64_splat(p)
      const shift = v128.load64_splat(p, 8)
      const a0 = f64x2.sub(f64x2.mul(v128.load(x), factor), shift)
      const a1 = f64x2.sub(f64x2.mul(v128.load(x, 16), factor), shift)
      q0 = mulAdd(q0, a0, a0)
      q1 = mulAdd(q1, a1, a1)
      p += 16
      x += unit
    }
    const l0 = f64x2.pmax(least, f64x2.sub(top, f64x2.mul(half, q0)))
    const l1 = f64x2.pmax(least, f64x2.sub(top, f64x2.mul(half, q1)))
    v128.store(out + r, l0)
    v128.store(out + r, l1, 16)
    v128.store(best + r, f64x2.pmax(v128.load(best + r), l0))
    v128.store(best + r, f64x2.pmax(v128.load(best + r, 16), l1), 16)
  }
}

/** log(weight · density) of every component for the rows of the tile, and the best of each row. */
export function logDensities(m: usize, rows: i32): void {
  const unit = load<usize>(m, UNIT)
  const best = load<usize>(m, BEST)
  const least = f64x2.splat(LEAST)
  for (let r: usize = 0, end = (<usize>rows) << 3; r < end; r += 16) v128.store(best + r, least)
  const kind = load<i32>(m, SHAPE)
  let tile = load<usize>(m, TILE)
  if (kind == TIED) {
    turn(load<usize>(m, TRIANGLES), load<i32>(m, FEATURES), tile, rows, unit, load<usize>(m, TURNED))
    tile = load<usize>(m, TURNED)
  }
  let constant = load<usize>(m, CONSTANTS)
  let out = load<usize>(m, LOGS)
  let triangle = load<usize>(m, TRIANGLES)
  let pairs = load<usize>(m, PAIRS)
  for (let k = load<i32>(m, COMPONENTS); k > 0; k--) {
    if (kind == FULL) triangular(triangle, load<i32>(m, BLOCKS), tile, rows, unit, load<f64>(constant), best, out)
    else separate(pairs, load<i32>(m, FEATURES), tile, rows, unit, load<f64>(constant), best, out)
    constant += 8
    out += unit
    triangle += load<usize>(m, TRIANGLE_BYTES)
    pairs += (<usize>load<i32>(m, FEATURES)) << 4
  }
}

/** e^x for x ≤ 0, 0 below NEGLIGIBLE; Moshier's Cephes, e^r = 1 + 2p / (q − p). */
// @ts-ignore: decorator
@inline
function expOf(x: v128): v128 {
  const n = f64x2.nearest(f64x2.mul(x, f64x2.splat(1.4426950408889634)))
  const r = f64x2.sub(
    f64x2.sub(x, f64x2.mul(n, f64x2.splat(6.93145751953125e-1))),
    f64x2.mul(n, f64x2.splat(1.42860682030941723212e-6)))
  const s = f64x2.mul(r, r)
  let p = mulAdd(f64x2.splat(3.0299440770744196e-2), s, f64x2.splat(1.2617719307481059e-4))
  p = f64x2.mul(r, mulAdd(f64x2.splat(1), s, p))
  let q = mulAdd(f64x2.splat(2.5244834034968410e-3), s, f64x2.splat(3.0019850513866446e-6))
  q = mulAdd(f64x2.splat(2.2726554820815503e-1), s, q)
  q = mulAdd(f64x2.splat(2), s, q)
  // n + 1.5 · 2^52 has n in its low bits.
  const power = i64x2.shl(i64x2.add(f64x2.add(n, f64x2.splat(6755399441055744)), i64x2.splat(1023)), 52)
  const e = f64x2.mul(f64x2.add(f64x2.splat(1), f64x2.div(f64x2.add(p, p), f64x2.sub(q, p))), power)
  return v128.and(e, f64x2.ge(x, f64x2.splat(NEGLIGIBLE)))
}

/** ln x for normal x ≥ 1, by the series of fdlibm (Sun, 1993). */
// @ts-ignore: decorator
@inline
function logOf(x: v128): v128 {
  // Shifted by the distance of √½ from 1, the exponent field counts so that the fraction lies in [√½, √2).
  const bits = i64x2.add(x, i64x2.splat(0x3ff0000000000000 - 0x3fe6a09e00000000))
  const k = i64x2.sub(i64x2.shr_u(bits, 52), i64x2.splat(1023))
  const fraction = i64x2.add(v128.and(bits, i64x2.splat(0x000fffffffffffff)), i64x2.splat(0x3fe6a09e00000000))
  // k + 1.5 · 2^52 as a float, less that.
  const n = f64x2.sub(i64x2.add(k, i64x2.splat(0x4338000000000000)), f64x2.splat(6755399441055744))
  const f = f64x2.sub(fraction, f64x2.splat(1))
  const s = f64x2.div(f, f64x2.add(f64x2.splat(2), f))
  const z = f64x2.mul(s, s)
  const w = f64x2.mul(z, z)
  let even = mulAdd(f64x2.splat(2.222219843214978396e-1), w, f64x2.splat(1.531383769920937332e-1))
  even = f64x2.mul(w, mulAdd(f64x2.splat(3.999999999940941908e-1), w, even))
  let odd = mulAdd(f64x2.splat(1.818357216161805012e-1), w, f64x2.splat(1.479819860511658591e-1))
  odd = mulAdd(f64x2.splat(2.857142874366239149e-1), w, odd)
  odd = f64x2.mul(z, mulAdd(f64x2.splat(6.666666666666735130e-1), w, odd))
  const h = f64x2.mul(f64x2.splat(0.5), f64x2.mul(f, f))
  const low = mulAdd(f64x2.mul(n, f64x2.splat(1.90821492927058770002e-10)), s, f64x2.add(h, f64x2.add(even, odd)))
  return f64x2.sub(f64x2.mul(n, f64x2.splat(6.93147180369123816490e-01)), f64x2.sub(f64x2.sub(h, low), f))
}

/** −log density of each row. */
export function densityRisks(m: usize, source: usize, columnBytes: usize, rows: i32, out: usize): void {
  const unit = load<usize>(m, UNIT)
  const tileRows = <i32>(unit >> 3)
  const components = load<i32>(m, COMPONENTS)
  for (let start = 0; start < rows; start += tileRows) {
    const count = min(tileRows, rows - start)
    stage(m, source, columnBytes, count)
    logDensities(m, count)
    for (let r: usize = 0, end = (<usize>count) << 3; r < end; r += 16) {
      const most = v128.load(load<usize>(m, BEST) + r)
      let sum = f64x2.splat(0)
      let at = load<usize>(m, LOGS) + r
      for (let k = components; k > 0; k--) {
        sum = f64x2.add(sum, expOf(f64x2.sub(v128.load(at), most)))
        at += unit
      }
      v128.store(out + r, f64x2.neg(f64x2.add(most, logOf(sum))))
    }
    source += unit
    out += unit
  }
}

/** Σ responsibility · rate of each row. */
export function rateRisks(m: usize, source: usize, columnBytes: usize, rows: i32, out: usize): void {
  const unit = load<usize>(m, UNIT)
  const tileRows = <i32>(unit >> 3)
  const components = load<i32>(m, COMPONENTS)
  for (let start = 0; start < rows; start += tileRows) {
    const count = min(tileRows, rows - start)
    stage(m, source, columnBytes, count)
    logDensities(m, count)
    for (let r: usize = 0, end = (<usize>count) << 3; r < end; r += 16) {
      const most = v128.load(load<usize>(m, BEST) + r)
      let sum = f64x2.splat(0)
      let failing = f64x2.splat(0)
      let at = load<usize>(m, LOGS) + r
      let rate = load<usize>(m, RATES)
      for (let k = components; k > 0; k--) {
        const e = expOf(f64x2.sub(v128.load(at), most))
        sum = f64x2.add(sum, e)
        failing = mulAdd(failing, e, v128.load64_splat(rate))
        at += unit
        rate += 8
      }
      v128.store(out + r, f64x2.div(failing, sum))
    }
    source += unit
    out += unit
  }
}

/** Responsibilities in place of the log-densities of the tile; returns the weighted sum of the rows' log-densities. */
export function expect(m: usize, rows: i32, weights: usize): f64 {
  const unit = load<usize>(m, UNIT)
  const components = load<i32>(m, COMPONENTS)
  let total = f64x2.splat(0)
  for (let r: usize = 0, end = (<usize>rows) << 3; r < end; r += 16) {
    const most = v128.load(load<usize>(m, BEST) + r)
    let sum = f64x2.splat(0)
    let at = load<usize>(m, LOGS) + r
    for (let k = components; k > 0; k--) {
      const e = expOf(f64x2.sub(v128.load(at), most))
      v128.store(at, e)
      sum = f64x2.add(sum, e)
      at += unit
    }
    total = mulAdd(total, v128.load(weights + r), f64x2.add(most, logOf(sum)))
    at = load<usize>(m, LOGS) + r
    for (let k = components; k > 0; k--) {
      v128.store(at, f64x2.div(v128.load(at), sum))
      at += unit
    }
  }
  return f64x2.extract_lane(total, 0) + f64x2.extract_lane(total, 1)
}

/** Responsibilities, component after component: those of one lie `columnBytes` after the last. */
export function responsibilities(m: usize, source: usize, columnBytes: usize, rows: i32, weights: usize, out: usize): void {
  const unit = load<usize>(m, UNIT)
  const tileRows = <i32>(unit >> 3)
  for (let start = 0; start < rows; start += tileRows) {
    const count = min(tileRows, rows - start)
    stage(m, source, columnBytes, count)
    logDensities(m, count)
    expect(m, count, weights)
    let from = load<usize>(m, LOGS)
    let to = out
    for (let k = load<i32>(m, COMPONENTS); k > 0; k--) {
      memory.copy(to, from, (<usize>count) << 3)
      from += unit
      to += columnBytes
    }
    source += unit
    weights += unit
    out += unit
  }
}

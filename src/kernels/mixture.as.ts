// Gaussian mixtures: densities of rows, and one pass of expectation and maximisation. AssemblyScript: compiled by
// `npm run kernels` to mixture.wasm. Owns no memory: every address is a byte offset into the arena that
// mixture-arena.ts lays out (its tables are drawn there).
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

// The table of a mixture, in words of 4 bytes.
// @ts-ignore: decorator
@inline
function shape(m: usize): i32 { return load<i32>(m) }
// @ts-ignore: decorator
@inline
function componentsOf(m: usize): i32 { return load<i32>(m, 4) }
// @ts-ignore: decorator
@inline
function featuresOf(m: usize): i32 { return load<i32>(m, 8) }
// @ts-ignore: decorator
@inline
function blocksOf(m: usize): i32 { return load<i32>(m, 12) }
// @ts-ignore: decorator
@inline
function unitOf(m: usize): usize { return load<u32>(m, 16) }
// @ts-ignore: decorator
@inline
function triangleBytes(m: usize): usize { return load<u32>(m, 20) }
// @ts-ignore: decorator
@inline
function centreAt(m: usize): usize { return load<u32>(m, 24) }
// @ts-ignore: decorator
@inline
function trianglesAt(m: usize): usize { return load<u32>(m, 28) }
// @ts-ignore: decorator
@inline
function pairsAt(m: usize): usize { return load<u32>(m, 32) }
// @ts-ignore: decorator
@inline
function constantsAt(m: usize): usize { return load<u32>(m, 36) }
// @ts-ignore: decorator
@inline
function ratesAt(m: usize): usize { return load<u32>(m, 40) }
// @ts-ignore: decorator
@inline
function meansAt(m: usize): usize { return load<u32>(m, 44) }
// @ts-ignore: decorator
@inline
function tileAt(m: usize): usize { return load<u32>(m, 48) }
// @ts-ignore: decorator
@inline
function turnedAt(m: usize): usize { return load<u32>(m, 52) }
// @ts-ignore: decorator
@inline
function logsAt(m: usize): usize { return load<u32>(m, 56) }
// @ts-ignore: decorator
@inline
function bestAt(m: usize): usize { return load<u32>(m, 60) }

// @ts-ignore: decorator
@inline
function mulAdd(sum: v128, a: v128, b: v128): v128 {
  return f64x2.add(sum, f64x2.mul(a, b))
}

/** x − centre, x within ±1e150; a missing value counts as the centre. */
function stage(m: usize, source: usize, columnBytes: usize, rows: i32): void {
  const most = f64x2.splat(LARGEST)
  const least = f64x2.splat(-LARGEST)
  const bytes = (<usize>rows) << 3
  const unit = unitOf(m)
  let centre = centreAt(m)
  let to = tileAt(m)
  for (let f = featuresOf(m); f > 0; f--) {
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
function logDensities(m: usize, rows: i32): void {
  const unit = unitOf(m)
  const best = bestAt(m)
  const least = f64x2.splat(LEAST)
  for (let r: usize = 0, end = (<usize>rows) << 3; r < end; r += 16) v128.store(best + r, least)
  const kind = shape(m)
  let tile = tileAt(m)
  if (kind == TIED) {
    turn(trianglesAt(m), featuresOf(m), tile, rows, unit, turnedAt(m))
    tile = turnedAt(m)
  }
  let constant = constantsAt(m)
  let out = logsAt(m)
  let triangle = trianglesAt(m)
  let pairs = pairsAt(m)
  for (let k = componentsOf(m); k > 0; k--) {
    if (kind == FULL) triangular(triangle, blocksOf(m), tile, rows, unit, load<f64>(constant), best, out)
    else separate(pairs, featuresOf(m), tile, rows, unit, load<f64>(constant), best, out)
    constant += 8
    out += unit
    triangle += triangleBytes(m)
    pairs += (<usize>featuresOf(m)) << 4
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
  const unit = unitOf(m)
  const tileRows = <i32>(unit >> 3)
  const components = componentsOf(m)
  for (let start = 0; start < rows; start += tileRows) {
    const count = min(tileRows, rows - start)
    stage(m, source, columnBytes, count)
    logDensities(m, count)
    for (let r: usize = 0, end = (<usize>count) << 3; r < end; r += 16) {
      const most = v128.load(bestAt(m) + r)
      let sum = f64x2.splat(0)
      let at = logsAt(m) + r
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
  const unit = unitOf(m)
  const tileRows = <i32>(unit >> 3)
  const components = componentsOf(m)
  for (let start = 0; start < rows; start += tileRows) {
    const count = min(tileRows, rows - start)
    stage(m, source, columnBytes, count)
    logDensities(m, count)
    for (let r: usize = 0, end = (<usize>count) << 3; r < end; r += 16) {
      const most = v128.load(bestAt(m) + r)
      let sum = f64x2.splat(0)
      let failing = f64x2.splat(0)
      let at = logsAt(m) + r
      let rate = ratesAt(m)
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
function expect(m: usize, rows: i32, weights: usize): f64 {
  const unit = unitOf(m)
  const components = componentsOf(m)
  let total = f64x2.splat(0)
  for (let r: usize = 0, end = (<usize>rows) << 3; r < end; r += 16) {
    const most = v128.load(bestAt(m) + r)
    let sum = f64x2.splat(0)
    let at = logsAt(m) + r
    for (let k = components; k > 0; k--) {
      const e = expOf(f64x2.sub(v128.load(at), most))
      v128.store(at, e)
      sum = f64x2.add(sum, e)
      at += unit
    }
    total = mulAdd(total, v128.load(weights + r), f64x2.add(most, logOf(sum)))
    at = logsAt(m) + r
    for (let k = components; k > 0; k--) {
      v128.store(at, f64x2.div(v128.load(at), sum))
      at += unit
    }
  }
  return f64x2.extract_lane(total, 0) + f64x2.extract_lane(total, 1)
}

/** Responsibilities, component after component: those of one lie `columnBytes` after the last. */
export function responsibilities(m: usize, source: usize, columnBytes: usize, rows: i32, weights: usize, out: usize): void {
  const unit = unitOf(m)
  const tileRows = <i32>(unit >> 3)
  for (let start = 0; start < rows; start += tileRows) {
    const count = min(tileRows, rows - start)
    stage(m, source, columnBytes, count)
    logDensities(m, count)
    expect(m, count, weights)
    let from = logsAt(m)
    let to = out
    for (let k = componentsOf(m); k > 0; k--) {
      memory.copy(to, from, (<usize>count) << 3)
      from += unit
      to += columnBytes
    }
    source += unit
    weights += unit
    out += unit
  }
}

// @ts-ignore: decorator
@inline
function across(a: v128): f64 {
  return f64x2.extract_lane(a, 0) + f64x2.extract_lane(a, 1)
}

// @ts-ignore: decorator
@inline
function addTo(at: usize, a: v128): void {
  store<f64>(at, load<f64>(at) + across(a))
}

/** How much of the second moments is wanted. */
const NONE = 0
const SQUARES = 1

/** Of each component: Σ r, then Σ r z of each feature, then Σ r z z (features² numbers, on and below the diagonal, or
 * one for each feature); z = x − mean, r = responsibility · weight. Rows without a share in a component are passed
 * over: `packed` and `shares` take the z and r z of the others. */
function maximise(m: usize, rows: i32, weights: usize, wanted: i32, moments: usize, momentBytes: usize, packed: usize, shares: usize): void {
  const unit = unitOf(m)
  const features = featuresOf(m)
  let mean = meansAt(m)
  let r = logsAt(m)
  for (let k = componentsOf(m); k > 0; k--) {
    const bytes = (<usize>pack(m, r, rows, weights, mean, packed, shares, moments)) << 3
    let at = moments + 8
    let share = shares
    for (let f = 0; f < features; f++) {
      let sum = f64x2.splat(0)
      for (let i: usize = 0; i < bytes; i += 16) sum = f64x2.add(sum, v128.load(share + i))
      addTo(at, sum)
      at += 8
      share += unit
    }
    if (wanted == SQUARES) squares(packed, shares, features, bytes, unit, at)
    else if (wanted != NONE) scatter(packed, shares, features, bytes, unit, at)
    mean += (<usize>features) << 3
    r += unit
    moments += momentBytes
  }
}

/** The rows with a share in a component, two by two; an odd one has a partner of weight 0. Returns how many. */
function pack(m: usize, r: usize, rows: i32, weights: usize, mean: usize, packed: usize, shares: usize, total: usize): i32 {
  const unit = unitOf(m)
  const end = (<usize>rows) << 3
  let count = 0
  let sum: f64 = 0
  let first: usize = 0
  let firstShare: f64 = 0
  let waiting = false
  for (let i: usize = 0; i <= end; i += 8) {
    let second = first
    let secondShare: f64 = 0
    if (i < end) {
      const share = load<f64>(r + i) * load<f64>(weights + i)
      if (share == 0) continue
      sum += share
      if (!waiting) {
        first = i
        firstShare = share
        waiting = true
        continue
      }
      second = i
      secondShare = share
    } else if (!waiting) break
    waiting = false
    const share = f64x2.replace_lane(f64x2.splat(firstShare), 1, secondShare)
    let x = tileAt(m)
    let c = mean
    let z = packed + ((<usize>count) << 3)
    let w = shares + ((<usize>count) << 3)
    for (let f = featuresOf(m); f > 0; f--) {
      const both = v128.load64_lane(x + second, v128.load64_zero(x + first), 1)
      const value = f64x2.sub(both, v128.load64_splat(c))
      v128.store(z, value)
      v128.store(w, f64x2.mul(value, share))
      x += unit
      c += 8
      z += unit
      w += unit
    }
    count += 2
  }
  store<f64>(total, load<f64>(total) + sum)
  return count
}

function squares(packed: usize, shares: usize, features: i32, bytes: usize, unit: usize, at: usize): void {
  for (let f = 0; f < features; f++) {
    let sum = f64x2.splat(0)
    for (let i: usize = 0; i < bytes; i += 16) sum = mulAdd(sum, v128.load(packed + i), v128.load(shares + i))
    addTo(at, sum)
    at += 8
    packed += unit
    shares += unit
  }
}

/** Four rows of the matrix by two of its columns at a time; what lies beyond the features is computed from stale
 * numbers and lands beyond the diagonal or in rows that nobody reads. */
function scatter(packed: usize, shares: usize, features: i32, bytes: usize, unit: usize, at: usize): void {
  const stride = (<usize>((features + 3) & -4)) << 3
  for (let i = 0; i < features; i += 4) {
    const s0 = shares + (<usize>i) * unit
    const s1 = s0 + unit, s2 = s1 + unit, s3 = s2 + unit
    let z0 = packed
    for (let j = 0; j < i + 4; j += 2) {
      const z1 = z0 + unit
      let a0 = f64x2.splat(0), a1 = a0, b0 = a0, b1 = a0, c0 = a0, c1 = a0, d0 = a0, d1 = a0
      for (let r: usize = 0; r < bytes; r += 16) {
        const y0 = v128.load(z0 + r)
        const y1 = v128.load(z1 + r)
        let s = v128.load(s0 + r)
        a0 = mulAdd(a0, s, y0)
        a1 = mulAdd(a1, s, y1)
        s = v128.load(s1 + r)
        b0 = mulAdd(b0, s, y0)
        b1 = mulAdd(b1, s, y1)
        s = v128.load(s2 + r)
        c0 = mulAdd(c0, s, y0)
        c1 = mulAdd(c1, s, y1)
        s = v128.load(s3 + r)
        d0 = mulAdd(d0, s, y0)
        d1 = mulAdd(d1, s, y1)
      }
      let to = at + ((<usize>j) << 3)
      addPair(to, a0, a1)
      to += stride
      addPair(to, b0, b1)
      to += stride
      addPair(to, c0, c1)
      to += stride
      addPair(to, d0, d1)
      z0 = z1 + unit
    }
    at += stride << 2
  }
}

// @ts-ignore: decorator
@inline
function addPair(at: usize, a: v128, b: v128): void {
  v128.store(at, f64x2.add(v128.load(at), f64x2.add(v128.shuffle<i64>(a, b, 0, 2), v128.shuffle<i64>(a, b, 1, 3))))
}

/** One step of expectation and maximisation: adds to the moments, returns the weighted sum of log-densities. */
export function expectAndMaximise(
  m: usize, source: usize, columnBytes: usize, rows: i32, weights: usize,
  wanted: i32, moments: usize, momentBytes: usize, packed: usize, shares: usize,
): f64 {
  const unit = unitOf(m)
  const tileRows = <i32>(unit >> 3)
  let total: f64 = 0
  for (let start = 0; start < rows; start += tileRows) {
    const count = min(tileRows, rows - start)
    stage(m, source, columnBytes, count)
    logDensities(m, count)
    total += expect(m, count, weights)
    maximise(m, count, weights, wanted, moments, momentBytes, packed, shares)
    source += unit
    weights += unit
  }
  return total
}

/** The moments alone, from responsibilities that somebody else gives, as `responsibilities` writes them. */
export function maximiseGiven(
  m: usize, source: usize, columnBytes: usize, rows: i32, given: usize, weights: usize,
  wanted: i32, moments: usize, momentBytes: usize, packed: usize, shares: usize,
): void {
  const unit = unitOf(m)
  const tileRows = <i32>(unit >> 3)
  for (let start = 0; start < rows; start += tileRows) {
    const count = min(tileRows, rows - start)
    stage(m, source, columnBytes, count)
    let from = given
    let to = logsAt(m)
    for (let k = componentsOf(m); k > 0; k--) {
      memory.copy(to, from, (<usize>count) << 3)
      from += columnBytes
      to += unit
    }
    maximise(m, count, weights, wanted, moments, momentBytes, packed, shares)
    source += unit
    given += unit
    weights += unit
  }
}

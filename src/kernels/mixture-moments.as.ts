// Gaussian mixtures: one pass of expectation and maximisation. AssemblyScript: compiled by `npm run kernels` to
// mixture-moments.wasm. Owns no memory: every address is a byte offset into the arena that mixture-moments.ts lays out.
//
// Rows are added in their order, tile after tile, two by two: same rows, same bits.
import { expect, logDensities, stage } from './mixture.as'

// A mixture's table, as in mixture.as.ts: a constant that one kernel exports would be a global of its binary.
const COMPONENTS: usize = 4
const FEATURES: usize = 8
const UNIT: usize = 16
const MEANS: usize = 44
const TILE: usize = 48
const LOGS: usize = 56

// @ts-ignore: decorator
@inline
function mulAdd(sum: v128, a: v128, b: v128): v128 {
  return f64x2.add(sum, f64x2.mul(a, b))
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
  const unit = load<usize>(m, UNIT)
  const features = load<i32>(m, FEATURES)
  let mean = load<usize>(m, MEANS)
  let r = load<usize>(m, LOGS)
  for (let k = load<i32>(m, COMPONENTS); k > 0; k--) {
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
  const unit = load<usize>(m, UNIT)
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
    let x = load<usize>(m, TILE)
    let c = mean
    let z = packed + ((<usize>count) << 3)
    let w = shares + ((<usize>count) << 3)
    for (let f = load<i32>(m, FEATURES); f > 0; f--) {
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
  const unit = load<usize>(m, UNIT)
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
  const unit = load<usize>(m, UNIT)
  const tileRows = <i32>(unit >> 3)
  for (let start = 0; start < rows; start += tileRows) {
    const count = min(tileRows, rows - start)
    stage(m, source, columnBytes, count)
    let from = given
    let to = load<usize>(m, LOGS)
    for (let k = load<i32>(m, COMPONENTS); k > 0; k--) {
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

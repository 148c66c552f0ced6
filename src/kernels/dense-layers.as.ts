// Dense layers: rows through a network that reproduces its input, or predicts, and one step of learning by Adam. AssemblyScript:
// compiled by `npm run kernels` to dense-layers.wasm. Owns no memory: every address is a byte offset into the arena
// that dense-layers.ts lays out (its tables are drawn there).
//
// Everything is f64. Numbers lie unit by unit: the values of one unit for the rows of a tile are neighbours, so that
// two rows fill a vector and no row ever meets another in a sum. Each output starts with its bias and adds
// input × weight in the order of the inputs: a row gives the same bits in any tile. Counts of rows are multiples of 4.

const LARGEST: f64 = 1e100
const LARGEST_RISK: f64 = 1.7976931348623157e308

// @ts-ignore: decorator
@inline
function mulAdd(sum: v128, a: v128, b: v128): v128 {
  return f64x2.add(sum, f64x2.mul(a, b))
}

/** max(z, slope · z): slope 0 is relu, 1 is the identity. */
// @ts-ignore: decorator
@inline
function bend(z: v128, slope: v128): v128 {
  return f64x2.pmax(z, f64x2.mul(z, slope))
}

// A feature in the table of scaling: centre, factor, fill, importance.
const SCALING_BYTES: usize = 32

/** (x − centre) · factor within ±1e100; a missing number becomes the fill. */
export function scaleRows(source: usize, columnBytes: usize, rows: i32, features: i32, scaling: usize, out: usize, unitBytes: usize): void {
  const most = f64x2.splat(LARGEST)
  const least = f64x2.splat(-LARGEST)
  for (let f = 0; f < features; f++) {
    const centre = v128.load64_splat(scaling)
    const factor = v128.load64_splat(scaling, 8)
    const fill = v128.load64_splat(scaling, 16)
    for (let r: usize = 0, end = (<usize>rows) << 3; r < end; r += 16) {
      const x = v128.load(source + r)
      // pmin and pmax give the bound for a NaN of infinity · 0.
      const y = f64x2.pmin(most, f64x2.pmax(least, f64x2.mul(f64x2.sub(x, centre), factor)))
      v128.store(out + r, v128.bitselect(y, fill, f64x2.eq(x, x)))
    }
    source += columnBytes; scaling += SCALING_BYTES; out += unitBytes
  }
}

// @ts-ignore: decorator
@inline
function storeBent(at: usize, low: v128, high: v128, slope: v128): void {
  v128.store(at, bend(low, slope))
  v128.store(at, bend(high, slope), 16)
}

/** One layer, four units for four rows at a time. `parameters`: a row of biases, then a row for each input; `outputs`
 * is a multiple of 4, and the rows are that long. */
function forward(
  input: usize, inputs: i32, parameters: usize, outputs: i32, out: usize, rows: i32, unitBytes: usize, slope: f64,
): void {
  const stride = (<usize>outputs) << 3
  const bent = f64x2.splat(slope)
  for (let j = 0; j < outputs; j += 4) {
    for (let r: usize = 0, end = (<usize>rows) << 3; r < end; r += 32) {
      let p = parameters
      let a0 = v128.load64_splat(p), a1 = a0
      let b0 = v128.load64_splat(p, 8), b1 = b0
      let c0 = v128.load64_splat(p, 16), c1 = c0
      let d0 = v128.load64_splat(p, 24), d1 = d0
      let x = input + r
      for (let k = 0; k < inputs; k++) {
        p += stride
        const x0 = v128.load(x), x1 = v128.load(x, 16)
        const w = v128.load64_splat(p)
        a0 = mulAdd(a0, x0, w); a1 = mulAdd(a1, x1, w)
        const w1 = v128.load64_splat(p, 8)
        b0 = mulAdd(b0, x0, w1); b1 = mulAdd(b1, x1, w1)
        const w2 = v128.load64_splat(p, 16)
        c0 = mulAdd(c0, x0, w2); c1 = mulAdd(c1, x1, w2)
        const w3 = v128.load64_splat(p, 24)
        d0 = mulAdd(d0, x0, w3); d1 = mulAdd(d1, x1, w3)
        x += unitBytes
      }
      const o = out + r
      storeBent(o, a0, a1, bent)
      storeBent(o + unitBytes, b0, b1, bent)
      storeBent(o + (unitBytes << 1), c0, c1, bent)
      storeBent(o + unitBytes * 3, d0, d1, bent)
    }
    parameters += 32; out += unitBytes << 2
  }
}

/** 1 / (1 + e^−z), by e^r = (q + p) / (q − p) of Moshier's Cephes: one division in all. Beyond ±708 as there. */
// @ts-ignore: decorator
@inline
function logistic(z: v128): v128 {
  const bounded = f64x2.pmin(f64x2.splat(708), f64x2.pmax(f64x2.splat(-708), f64x2.neg(z)))
  const n = f64x2.nearest(f64x2.mul(bounded, f64x2.splat(1.4426950408889634)))
  const r = f64x2.sub(
    f64x2.sub(bounded, f64x2.mul(n, f64x2.splat(6.93145751953125e-1))),
    f64x2.mul(n, f64x2.splat(1.42860682030941723212e-6)))
  const s = f64x2.mul(r, r)
  let p = mulAdd(f64x2.splat(3.0299440770744196e-2), s, f64x2.splat(1.2617719307481059e-4))
  p = f64x2.mul(r, mulAdd(f64x2.splat(1), s, p))
  let q = mulAdd(f64x2.splat(2.5244834034968410e-3), s, f64x2.splat(3.0019850513866446e-6))
  q = mulAdd(f64x2.splat(2.2726554820815503e-1), s, q)
  q = mulAdd(f64x2.splat(2), s, q)
  // n + 1.5 · 2^52 has n in its low bits.
  const power = i64x2.shl(i64x2.add(f64x2.add(n, f64x2.splat(6755399441055744)), i64x2.splat(1023)), 52)
  const under = f64x2.sub(q, p)
  return f64x2.div(under, mulAdd(under, f64x2.add(q, p), power))
}

// @ts-ignore: decorator
@inline
function hyperbolicTangent(z: v128): v128 {
  const s = logistic(f64x2.add(z, z))
  return f64x2.sub(f64x2.add(s, s), f64x2.splat(1))
}

/** What `activation` means; anything else is max(z, slope · z). */
const TANH = 1, LOGISTIC = 2

function saturate(values: usize, units: i32, rows: i32, unitBytes: usize, activation: i32): void {
  const bytes = (<usize>rows) << 3
  for (let u = 0; u < units; u++) {
    if (activation == TANH) for (let r: usize = 0; r < bytes; r += 16) v128.store(values + r, hyperbolicTangent(v128.load(values + r)))
    else for (let r: usize = 0; r < bytes; r += 16) v128.store(values + r, logistic(v128.load(values + r)))
    values += unitBytes
  }
}

// A layer in the table: inputs, outputs, outputs rounded up to 4, address of its parameters; and for learning: address
// of its values, of its derivatives, and how many of 2^32 draws drop a unit. 32 bytes.
// @ts-ignore: decorator
@inline
const LAYER_BYTES: usize = 32

/** The outputs for a tile that is scaled, unit by unit: returns their address, `a` or `b`. */
export function reconstruct(
  input: usize, layers: usize, count: i32, rows: i32, unitBytes: usize, activation: i32, slope: f64, a: usize, b: usize,
): usize {
  let from = input
  let to = a
  for (let l = 0; l < count; l++) {
    const last = l == count - 1
    const saturated = !last && (activation == TANH || activation == LOGISTIC)
    const bend = last || saturated ? 1 : slope
    forward(from, load<i32>(layers), load<u32>(layers, 12), load<i32>(layers, 8), to, rows, unitBytes, bend)
    if (saturated) saturate(to, load<i32>(layers, 4), rows, unitBytes, activation)
    from = to
    to = from == a ? b : a
    layers += LAYER_BYTES
  }
  return from
}

/** The mean of importance · error² of each row, over the features in their order. */
export function rowErrors(
  source: usize, columnBytes: usize, rows: i32, tileRows: i32, features: i32, scaling: usize,
  layers: usize, count: i32, activation: i32, slope: f64, input: usize, a: usize, b: usize, out: usize,
): void {
  const unitBytes = (<usize>tileRows) << 3
  const all = f64x2.splat(features)
  const most = f64x2.splat(LARGEST_RISK)
  for (let start = 0; start < rows; start += tileRows) {
    const n = min(tileRows, rows - start)
    scaleRows(source, columnBytes, n, features, scaling, input, unitBytes)
    const end = reconstruct(input, layers, count, n, unitBytes, activation, slope, a, b)
    for (let r: usize = 0, bytes = (<usize>n) << 3; r < bytes; r += 16) {
      let sum = f64x2.splat(0)
      let x = input + r
      let y = end + r
      for (let f = 0; f < features; f++) {
        const e = f64x2.sub(v128.load(y), v128.load(x))
        sum = mulAdd(sum, f64x2.mul(e, v128.load64_splat(scaling + (<usize>f << 5), 24)), e)
        x += unitBytes; y += unitBytes
      }
      v128.store(out + r, f64x2.pmin(most, f64x2.div(sum, all)))
    }
    source += unitBytes
    out += unitBytes
  }
}

/** Four streams of xorshift32 (Marsaglia, "Xorshift RNGs", 2003), a step each. */
// @ts-ignore: decorator
@inline
function draw(state: v128): v128 {
  let s = v128.xor(state, i32x4.shl(state, 13))
  s = v128.xor(s, i32x4.shr_u(s, 17))
  return v128.xor(s, i32x4.shl(s, 5))
}

/** Turns sums into values and leaves the derivatives beside them; a draw below `dropped` makes both 0, others grow. */
function activate(
  values: usize, derivatives: usize, units: i32, rows: i32, unitBytes: usize, activation: i32, slope: f64,
  dropped: u32, grown: f64, random: usize,
): void {
  const bytes = (<usize>rows) << 3
  const one = f64x2.splat(1), bent = f64x2.splat(slope)
  const grow = f64x2.splat(dropped == 0 ? 1 : grown)
  const limit = i32x4.splat(dropped)
  let state = v128.load(random)
  let keep = i32x4.splat(-1)
  for (let u = 0; u < units; u++) {
    for (let r: usize = 0; r < bytes; r += 16) {
      const z = v128.load(values + r)
      let y: v128, d: v128
      if (activation == TANH) {
        y = hyperbolicTangent(z)
        d = f64x2.sub(one, f64x2.mul(y, y))
      } else if (activation == LOGISTIC) {
        y = logistic(z)
        d = f64x2.mul(y, f64x2.sub(one, y))
      } else {
        y = bend(z, bent)
        d = v128.bitselect(one, bent, f64x2.gt(z, f64x2.splat(0)))
      }
      if (dropped != 0) {
        // One draw serves four rows: two of its lanes here, two in the next turn.
        if ((r & 16) == 0) {
          state = draw(state)
          keep = i32x4.ge_u(state, limit)
        } else keep = v128.shuffle<i64>(keep, keep, 1, 1)
        const both = i64x2.extend_low_i32x4_s(keep)
        y = v128.and(f64x2.mul(y, grow), both)
        d = v128.and(f64x2.mul(d, grow), both)
      }
      v128.store(values + r, y)
      v128.store(derivatives + r, d)
    }
    values += unitBytes; derivatives += unitBytes
  }
  v128.store(random, state)
}

// @ts-ignore: decorator
@inline
function addPair(at: usize, a: v128, b: v128): void {
  v128.store(at, f64x2.add(v128.load(at), f64x2.add(v128.shuffle<i64>(a, b, 0, 2), v128.shuffle<i64>(a, b, 1, 3))))
}

/** Adds the gradients of one layer's parameters, which lie as the parameters do: sums over the rows of the tile. Behind
 * an odd number of inputs lies one that is 0. */
function addGradients(input: usize, inputs: i32, delta: usize, outputs: i32, gradients: usize, rows: i32, unitBytes: usize): void {
  const stride = (<usize>outputs) << 3
  const bytes = (<usize>rows) << 3
  for (let j = 0; j < outputs; j += 4) {
    const e0 = delta, e1 = e0 + unitBytes, e2 = e1 + unitBytes, e3 = e2 + unitBytes
    let at = gradients
    let a0 = f64x2.splat(0), b0 = a0, c0 = a0, d0 = a0
    for (let r: usize = 0; r < bytes; r += 16) {
      a0 = f64x2.add(a0, v128.load(e0 + r)); b0 = f64x2.add(b0, v128.load(e1 + r))
      c0 = f64x2.add(c0, v128.load(e2 + r)); d0 = f64x2.add(d0, v128.load(e3 + r))
    }
    addPair(at, a0, b0)
    addPair(at + 16, c0, d0)
    at += stride
    let x = input
    for (let k = 0; k < inputs; k += 2) {
      const y = x + unitBytes
      a0 = f64x2.splat(0); b0 = a0; c0 = a0; d0 = a0
      let a1 = a0, b1 = a0, c1 = a0, d1 = a0
      for (let r: usize = 0; r < bytes; r += 16) {
        const x0 = v128.load(x + r), x1 = v128.load(y + r)
        const f0 = v128.load(e0 + r)
        a0 = mulAdd(a0, x0, f0); a1 = mulAdd(a1, x1, f0)
        const f1 = v128.load(e1 + r)
        b0 = mulAdd(b0, x0, f1); b1 = mulAdd(b1, x1, f1)
        const f2 = v128.load(e2 + r)
        c0 = mulAdd(c0, x0, f2); c1 = mulAdd(c1, x1, f2)
        const f3 = v128.load(e3 + r)
        d0 = mulAdd(d0, x0, f3); d1 = mulAdd(d1, x1, f3)
      }
      addPair(at, a0, b0); addPair(at + 16, c0, d0); at += stride
      addPair(at, a1, b1); addPair(at + 16, c1, d1); at += stride
      x = y + unitBytes
    }
    delta += unitBytes << 2; gradients += 32
  }
}

// @ts-ignore: decorator
@inline
function storeProduct(at: usize, low: v128, high: v128, times: usize): void {
  v128.store(at, f64x2.mul(low, v128.load(times)))
  v128.store(at, f64x2.mul(high, v128.load(times, 16)), 16)
}

/** Sends errors back through one layer: out = (weights × delta) · derivatives, four inputs for four rows at a time. */
function backward(
  delta: usize, outputs: i32, padded: i32, weights: usize, inputs: i32, derivatives: usize, out: usize, rows: i32, unitBytes: usize,
): void {
  const stride = (<usize>padded) << 3
  for (let k = 0; k < inputs; k += 4) {
    for (let r: usize = 0, end = (<usize>rows) << 3; r < end; r += 32) {
      let a0 = f64x2.splat(0), a1 = a0, b0 = a0, b1 = a0, c0 = a0, c1 = a0, d0 = a0, d1 = a0
      let p0 = weights, p1 = p0 + stride, p2 = p1 + stride, p3 = p2 + stride
      let x = delta + r
      for (let j = 0; j < outputs; j++) {
        const x0 = v128.load(x), x1 = v128.load(x, 16)
        const w0 = v128.load64_splat(p0)
        a0 = mulAdd(a0, x0, w0); a1 = mulAdd(a1, x1, w0)
        const w1 = v128.load64_splat(p1)
        b0 = mulAdd(b0, x0, w1); b1 = mulAdd(b1, x1, w1)
        const w2 = v128.load64_splat(p2)
        c0 = mulAdd(c0, x0, w2); c1 = mulAdd(c1, x1, w2)
        const w3 = v128.load64_splat(p3)
        d0 = mulAdd(d0, x0, w3); d1 = mulAdd(d1, x1, w3)
        x += unitBytes
        p0 += 8; p1 += 8; p2 += 8; p3 += 8
      }
      const o = out + r, d = derivatives + r
      storeProduct(o, a0, a1, d)
      storeProduct(o + unitBytes, b0, b1, d + unitBytes)
      storeProduct(o + (unitBytes << 1), c0, c1, d + (unitBytes << 1))
      storeProduct(o + unitBytes * 3, d0, d1, d + unitBytes * 3)
    }
    weights += stride << 2; derivatives += unitBytes << 2; out += unitBytes << 2
  }
}

/** Adds the gradients of a tile of at most `tileRows` rows: of Σ pull · importance · error² / 2, `pull` one number a row.
 * Rows that fill the tile up to a multiple of 4 have pull 0. Returns twice that sum. */
export function learnTile(
  source: usize, rows: i32, tileRows: i32, features: i32, scaling: usize, pull: usize,
  layers: usize, count: i32, activation: i32, slope: f64, grown: f64, random: usize,
  input: usize, a: usize, b: usize, toGradients: usize,
): f64 {
  const unitBytes = (<usize>tileRows) << 3
  const bytes = (<usize>rows) << 3
  scaleRows(source, unitBytes, rows, features, scaling, input, unitBytes)
  let from = input
  let layer = layers
  for (let l = 0; l < count; l++) {
    const to: usize = load<u32>(layer, 16)
    forward(from, load<i32>(layer), load<u32>(layer, 12), load<i32>(layer, 8), to, rows, unitBytes, 1)
    if (l < count - 1)
      activate(to, load<u32>(layer, 20), load<i32>(layer, 4), rows, unitBytes, activation, slope, load<u32>(layer, 24), grown, random)
    from = to
    layer += LAYER_BYTES
  }
  let loss = f64x2.splat(0)
  let delta = a
  for (let f: usize = 0; f < <usize>features; f++) {
    const at = f * unitBytes
    const importance = v128.load64_splat(scaling + (f << 5), 24)
    for (let r: usize = 0; r < bytes; r += 16) {
      const e = f64x2.sub(v128.load(from + at + r), v128.load(input + at + r))
      const pulled = f64x2.mul(f64x2.mul(e, importance), v128.load(pull + r))
      loss = mulAdd(loss, pulled, e)
      v128.store(delta + at + r, pulled)
    }
  }
  // Units that fill a layer up to a multiple of 4 must not pull: what an earlier, wider layer left here would.
  for (let f = features; (f & 3) != 0; f++) {
    const at = delta + <usize>f * unitBytes
    for (let r: usize = 0; r < bytes; r += 16) v128.store(at + r, f64x2.splat(0))
  }
  for (let l = count - 1; l >= 0; l--) {
    layer -= LAYER_BYTES
    const before: usize = l == 0 ? input : load<u32>(layer - LAYER_BYTES, 16)
    const inputs = load<i32>(layer)
    const padded = load<i32>(layer, 8)
    const parameters: usize = load<u32>(layer, 12)
    addGradients(before, inputs, delta, padded, parameters + toGradients, rows, unitBytes)
    if (l == 0) break
    const to = delta == a ? b : a
    backward(delta, load<i32>(layer, 4), padded, parameters + ((<usize>padded) << 3), inputs, load<u32>(layer - LAYER_BYTES, 20), to, rows, unitBytes)
    delta = to
  }
  return f64x2.extract_lane(loss, 0) + f64x2.extract_lane(loss, 1)
}

/** Adam (Kingma, Ba 2015) in the form of torch.optim.Adam: `decay` · parameter is added to the gradient. Uses the
 * gradients up: they are 0 afterwards. `step` is the rate over 1 − β1^t, `evened` 1 over √(1 − β2^t). */
export function descend(
  parameters: usize, gradients: usize, first: usize, second: usize, bytes: usize,
  decay: f64, step: f64, evened: f64, beta1: f64, beta2: f64, epsilon: f64,
): void {
  const pull = f64x2.splat(decay)
  const rate = f64x2.splat(step), even = f64x2.splat(evened)
  const b1 = f64x2.splat(beta1), c1 = f64x2.splat(1 - beta1)
  const b2 = f64x2.splat(beta2), c2 = f64x2.splat(1 - beta2)
  const tiny = f64x2.splat(epsilon)
  for (let i: usize = 0; i < bytes; i += 16) {
    const p = v128.load(parameters + i)
    const g = f64x2.add(v128.load(gradients + i), f64x2.mul(pull, p))
    const m = f64x2.add(f64x2.mul(b1, v128.load(first + i)), f64x2.mul(c1, g))
    const v = f64x2.add(f64x2.mul(b2, v128.load(second + i)), f64x2.mul(c2, f64x2.mul(g, g)))
    v128.store(gradients + i, f64x2.splat(0))
    v128.store(first + i, m)
    v128.store(second + i, v)
    const size = f64x2.add(f64x2.mul(f64x2.sqrt(v), even), tiny)
    v128.store(parameters + i, f64x2.sub(p, f64x2.div(f64x2.mul(rate, m), size)))
  }
}

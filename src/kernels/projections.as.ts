// Squared lengths of rows after two projections. AssemblyScript: compiled by `npm run kernels` to projections.wasm.
// Owns no memory: every address is a byte offset into the arena that projections.ts lays out.
//
// Everything is f64. In a tile the values of one feature for all its rows are neighbours, so that two rows fill a vector
// and no row ever meets another in a sum: a row gives the same bits in any tile.

const LARGEST: f64 = 1e150
const LARGEST_RESULT: f64 = 1.7976931348623157e308

// @ts-ignore: decorator
@inline
function mulAdd(sum: v128, a: v128, b: v128): v128 {
  return f64x2.add(sum, f64x2.mul(a, b))
}

/** (x − centre) · factor, x and the result within ±1e150; a missing value counts as the centre. `scaling`: centre and
 * factor of each feature. */
export function stage(
  source: usize, columnBytes: usize, rows: i32, features: i32, scaling: usize, tile: usize, unit: usize,
): void {
  const most = f64x2.splat(LARGEST)
  const least = f64x2.splat(-LARGEST)
  const bytes = (<usize>rows) << 3
  for (let f = 0; f < features; f++) {
    const centre = v128.load64_splat(scaling)
    const factor = v128.load64_splat(scaling, 8)
    for (let r: usize = 0; r < bytes; r += 16) {
      const x = v128.load(source + r)
      const z = f64x2.mul(f64x2.sub(f64x2.pmin(most, f64x2.pmax(least, x)), centre), factor)
      v128.store(tile + r, v128.and(f64x2.pmin(most, f64x2.pmax(least, z)), f64x2.eq(x, x)))
    }
    source += columnBytes
    scaling += 16
    tile += unit
  }
}

/** The squared length of z · matrix, at most the largest double: four columns for four rows at a time. The matrix lies
 * in blocks of four columns, feature after feature; what fills it up to a multiple of four columns is 0. */
export function squaredLengths(tile: usize, rows: i32, features: i32, matrix: usize, blocks: i32, unit: usize, out: usize): void {
  const most = f64x2.splat(LARGEST_RESULT)
  for (let r: usize = 0, end = (<usize>rows) << 3; r < end; r += 32) {
    let p = matrix
    let q0 = f64x2.splat(0), q1 = q0
    for (let b = 0; b < blocks; b++) {
      let a0 = f64x2.splat(0), a1 = a0, b0 = a0, b1 = a0, c0 = a0, c1 = a0, d0 = a0, d1 = a0
      let x = tile + r
      for (let i = features; i > 0; i--) {
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
      q0 = f64x2.add(q0, f64x2.add(mulAdd(f64x2.mul(b0, b0), a0, a0), mulAdd(f64x2.mul(d0, d0), c0, c0)))
      q1 = f64x2.add(q1, f64x2.add(mulAdd(f64x2.mul(b1, b1), a1, a1), mulAdd(f64x2.mul(d1, d1), c1, c1)))
    }
    v128.store(out + r, f64x2.pmin(most, q0))
    v128.store(out + r, f64x2.pmin(most, q1), 16)
  }
}

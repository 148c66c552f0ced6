// Shares of every column in what a forest says, row by row. AssemblyScript: compiled by `npm run kernels` to
// tree-shap.wasm. Owns no memory: every address is a byte offset into the arena that tree-shap.ts lays out. What the
// walk computes, and why it is exact, stands in tree-shap-layout.ts.

/** Rows whose choices lie side by side. */
const TILE: i32 = 64

const MISSING_LEFT: i32 = 1
const CATEGORICAL: i32 = 2

/** The choice of each row at each inner node, one byte: 0 when an earlier cut of the same column sent the row another
 * way than towards this node, else 1 for right and 2 for left. A node is 24 bytes {u32 offset of its column in x, u32
 * offset of the choices of the nearest node above with the same column, u32 what these must be, u32 kind, f64 threshold
 * or u32 address of 8 words of categories that go left}. `rows` at most TILE; columns are readable to a whole TILE. */
export function choose(nodes: usize, count: i32, x: usize, rows: i32, choices: usize): void {
  let out = choices + TILE
  for (let i = 0; i < count; i++) {
    const column = x + load<u32>(nodes)
    const above = choices + load<u32>(nodes, 4)
    const wanted = i8x16.splat(<i8>load<u32>(nodes, 8))
    const kind = load<i32>(nodes, 12)
    if (kind == CATEGORICAL) {
      const words: usize = load<u32>(nodes, 16)
      for (let row: usize = 0; row < <usize>rows; row++) {
        const left = isLeft(load<f64>(column + (row << 3)), words)
        store<u8>(out + row, load<u8>(above + row) == load<u8>(nodes, 8) ? 1 + left : 0)
      }
    } else {
      const threshold = v128.load64_splat(nodes, 16)
      // Where a missing value goes left, left is what is not greater: NaN is not greater than anything.
      const turn = i8x16.splat(kind == MISSING_LEFT ? -1 : 0)
      for (let row = 0; row < rows; row += 16) {
        const from = column + ((<usize>row) << 3)
        const left = v128.xor(turn, kind == MISSING_LEFT ? greater(from, threshold) : notGreater(from, threshold))
        const open = i8x16.eq(v128.load(above + <usize>row), wanted)
        v128.store(out + <usize>row, v128.and(open, i8x16.sub(i8x16.splat(1), left)))
      }
    }
    out += TILE
    nodes += 24
  }
}

// @ts-ignore: decorator
@inline
function isLeft(value: f64, words: usize): u32 {
  // NaN fails the comparison; so does what is no code.
  if (!(value >= 0 && value < 256)) return 0
  const code = <u32>value
  return (load<u32>(words + ((code >> 5) << 2)) >> (code & 31)) & 1
}

// @ts-ignore: decorator
@inline
function greater(from: usize, threshold: v128): v128 {
  return pack16(
    f64x2.gt(v128.load(from), threshold), f64x2.gt(v128.load(from, 16), threshold),
    f64x2.gt(v128.load(from, 32), threshold), f64x2.gt(v128.load(from, 48), threshold),
    f64x2.gt(v128.load(from, 64), threshold), f64x2.gt(v128.load(from, 80), threshold),
    f64x2.gt(v128.load(from, 96), threshold), f64x2.gt(v128.load(from, 112), threshold))
}

// @ts-ignore: decorator
@inline
function notGreater(from: usize, threshold: v128): v128 {
  return pack16(
    f64x2.le(v128.load(from), threshold), f64x2.le(v128.load(from, 16), threshold),
    f64x2.le(v128.load(from, 32), threshold), f64x2.le(v128.load(from, 48), threshold),
    f64x2.le(v128.load(from, 64), threshold), f64x2.le(v128.load(from, 80), threshold),
    f64x2.le(v128.load(from, 96), threshold), f64x2.le(v128.load(from, 112), threshold))
}

/** Sixteen masks of 64 bits as sixteen of 8. */
// @ts-ignore: decorator
@inline
function pack16(a: v128, b: v128, c: v128, d: v128, e: v128, f: v128, g: v128, h: v128): v128 {
  return i8x16.narrow_i16x8_s(
    i16x8.narrow_i32x4_s(v128.shuffle<i32>(a, b, 0, 2, 4, 6), v128.shuffle<i32>(c, d, 0, 2, 4, 6)),
    i16x8.narrow_i32x4_s(v128.shuffle<i32>(e, f, 0, 2, 4, 6), v128.shuffle<i32>(g, h, 0, 2, 4, 6)))
}

// @ts-ignore: decorator
@inline
function downStep(part: usize, above: usize, factors: usize, left: usize, right: usize): void {
  const g = v128.load(above + part)
  const l = f64x2.mul(g, v128.load(factors + part))
  v128.store(left + part, l)
  v128.store(right + part, f64x2.sub(g, l))
}

// @ts-ignore: decorator
@inline
function lastStep(part: usize, out: usize, above: usize, values: usize, gains: usize): v128 {
  v128.store(out + part, v128.load(values + part))
  return f64x2.mul(v128.load(gains + part), v128.load(above + part))
}

// @ts-ignore: decorator
@inline
function upStep(part: usize, out: usize, above: usize, factors: usize, gains: usize, left: usize, right: usize): v128 {
  const r = v128.load(right + part)
  const difference = f64x2.sub(v128.load(left + part), r)
  v128.store(out + part, f64x2.add(r, f64x2.mul(v128.load(factors + part), difference)))
  return f64x2.mul(f64x2.mul(v128.load(gains + part), v128.load(above + part)), difference)
}

/** One tile of one tree; see tree-shap-layout.ts for the tables. `parts` vectors of two places each. */
// @ts-ignore: decorator
@inline
function sweep(
  upper: i32, lower: i32, links: usize, tables: usize, choices: usize, rows: i32, start: usize, above: usize,
  below: usize, shares: usize, sharesStride: usize, parts: i32,
): void {
  const size = (<usize>parts) << 4
  const variant = size << 1
  const table = variant * 3
  const lowerLinks = links + (<usize>upper) * 20
  for (let row: usize = 0; row < <usize>rows; row++) {
    const seen = choices + TILE + row
    for (let k: usize = 0; k < size; k += 16) v128.store(above + size + k, v128.load(start + k))

    let link = links
    let at = tables
    let choice = seen
    let g = above + size
    for (let i = 0; i < upper; i++) {
      const factors = at + <usize>load<u8>(choice) * variant
      const left: usize = load<u32>(link, 8)
      const right: usize = load<u32>(link, 12)
      downStep(0, g, factors, left, right)
      if (parts > 1) downStep(16, g, factors, left, right)
      if (parts > 2) downStep(32, g, factors, left, right)
      if (parts > 3) for (let k: usize = 48; k < size; k += 16) downStep(k, g, factors, left, right)
      link += 20
      at += table
      choice += TILE
      g += size
    }

    let u = below + (<usize>upper + 1) * size
    link = lowerLinks
    for (let i = 0; i < lower; i++) {
      const values = at + <usize>load<u8>(choice) * variant
      const gains = values + size
      const share = shares + load<u32>(link)
      let sum = lastStep(0, u, g, values, gains)
      if (parts > 1) sum = f64x2.add(sum, lastStep(16, u, g, values, gains))
      if (parts > 2) sum = f64x2.add(sum, lastStep(32, u, g, values, gains))
      if (parts > 3) for (let k: usize = 48; k < size; k += 16) sum = f64x2.add(sum, lastStep(k, u, g, values, gains))
      v128.store(share, f64x2.add(v128.load(share), sum))
      link += 4
      at += table
      choice += TILE
      g += size
      u += size
    }

    link = lowerLinks
    at = tables + (<usize>upper) * table
    choice = seen + (<usize>upper) * TILE
    g = above + (<usize>upper + 1) * size
    u = below + (<usize>upper + 1) * size
    for (let i = 0; i < upper; i++) {
      link -= 20
      at -= table
      choice -= TILE
      g -= size
      u -= size
      const factors = at + <usize>load<u8>(choice) * variant
      const gains = factors + size
      const left: usize = load<u32>(link)
      const right: usize = load<u32>(link, 4)
      const share = shares + load<u32>(link, 16)
      let sum = upStep(0, u, g, factors, gains, left, right)
      if (parts > 1) sum = f64x2.add(sum, upStep(16, u, g, factors, gains, left, right))
      if (parts > 2) sum = f64x2.add(sum, upStep(32, u, g, factors, gains, left, right))
      if (parts > 3)
        for (let k: usize = 48; k < size; k += 16) sum = f64x2.add(sum, upStep(k, u, g, factors, gains, left, right))
      v128.store(share, f64x2.add(v128.load(share), sum))
    }
    shares += sharesStride
  }
}

/** Adds one tree's shares of `rows` rows to `shares`. The tree is {u32 upper nodes, u32 lower nodes, u32 decisions, u32
 * links, u32 tables}. Scratch: `choices` TILE bytes a node and TILE more at the front, filled with 2; `above` and `below` one
 * entry of parts × 16 bytes a node and one more at the front. */
export function explain(
  tree: usize, x: usize, rows: i32, start: usize, parts: i32, choices: usize, above: usize, below: usize,
  shares: usize, sharesStride: usize,
): void {
  const upper = load<i32>(tree)
  const lower = load<i32>(tree, 4)
  const links: usize = load<u32>(tree, 12)
  const tables: usize = load<u32>(tree, 16)
  for (let from = 0; from < rows; from += TILE) {
    const count = min(TILE, rows - from)
    choose(load<u32>(tree, 8), upper + lower, x + ((<usize>from) << 3), count, choices)
    const out = shares + (<usize>from) * sharesStride
    if (parts == 1) sweep(upper, lower, links, tables, choices, count, start, above, below, out, sharesStride, 1)
    else if (parts == 2) sweep(upper, lower, links, tables, choices, count, start, above, below, out, sharesStride, 2)
    else if (parts == 3) sweep(upper, lower, links, tables, choices, count, start, above, below, out, sharesStride, 3)
    else sweep(upper, lower, links, tables, choices, count, start, above, below, out, sharesStride, parts)
  }
}

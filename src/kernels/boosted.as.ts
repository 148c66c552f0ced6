// Sums the leaf values of boosted trees for blocks of rows. AssemblyScript: compiled by `npm run kernels` to
// boosted.wasm. Owns no memory: every address is a byte offset into the arena that boosted-masked.ts or boosted-walked.ts
// lays out.

// @ts-ignore: decorator
@inline
const OP: usize = 16

// @ts-ignore: decorator
@inline
const NODE: usize = 24

/** Trees of up to 64 leaves, as bits: for each row one bit a leaf, and each node that sends the row right clears those
 * of the leaves on its left. The first bit that is left is the row's leaf. No branch depends on a row, and a comparison
 * takes sixteen rows. Bit l of a row is in plane l / 8. `rows` is a multiple of 32; the values of the columns are bytes. */
export function sumMasked(
  columns: usize, rows: i32, trees: usize, treeCount: i32, planes: usize, planeBytes: i32, sums: usize,
): void {
  const n = <usize>rows
  for (let t = 0; t < treeCount; t++) {
    const planeCount = load<i32>(trees, 20)
    const ones = i8x16.splat(-1)
    for (let p = 0; p < planeCount; p++) {
      const plane = planes + (<usize>(p * planeBytes))
      for (let r: usize = 0; r < n; r += 32) {
        v128.store(plane + r, ones)
        v128.store(plane + r, ones, 16)
      }
    }
    const middle: usize = load<u32>(trees, 4)
    for (let op: usize = load<u32>(trees); op < middle; op += OP)
      compare(columns + <usize>load<u32>(op), planes + <usize>load<u32>(op, 4), n, v128.load8_splat(op, 8), v128.load8_splat(op, 9))
    const end: usize = load<u32>(trees, 8)
    for (let op = middle; op < end; op += OP)
      lookUp(columns + <usize>load<u32>(op), planes + <usize>load<u32>(op, 4), n, load<u8>(op, 8), v128.load8_splat(op, 9), load<u32>(op, 12))
    const leaves: usize = load<u32>(trees, 12)
    if (planeCount == 4) addFew(planes, planeBytes, n, leaves, sums)
    else addMany(planes, planeBytes, n, leaves, sums)
    trees += 24
  }
}

/** Clears the bits of `mask` where the column exceeds the key. */
// @ts-ignore: decorator
@inline
function compare(column: usize, plane: usize, n: usize, key: v128, mask: v128): void {
  for (let r: usize = 0; r < n; r += 32) {
    const a = v128.and(i8x16.gt_s(v128.load(column + r), key), mask)
    const b = v128.and(i8x16.gt_s(v128.load(column + r, 16), key), mask)
    v128.store(plane + r, v128.andnot(v128.load(plane + r), a))
    v128.store(plane + r, v128.andnot(v128.load(plane + r, 16), b), 16)
  }
}

/** Clears the bits of `mask` where the table, 16 · groups bytes, has 0 for the category. */
// @ts-ignore: decorator
@inline
function lookUp(column: usize, plane: usize, n: usize, groups: i32, mask: v128, table: usize): void {
  const kept = v128.not(mask)
  for (let r: usize = 0; r < n; r += 16) {
    let category = v128.load(column + r)
    let left = kept
    for (let g: usize = 0; g < <usize>groups; g++) {
      // A lane beyond 15 gives 0.
      left = v128.or(left, i8x16.swizzle(v128.load(table + (g << 4)), category))
      category = i8x16.sub(category, i8x16.splat(16))
    }
    v128.store(plane + r, v128.and(v128.load(plane + r), left))
  }
}

// @ts-ignore: decorator
@inline
function addPair(sum: usize, leaves: usize, a: i32, b: i32): void {
  const pair = v128.load64_lane(leaves + ((<usize>b) << 3), v128.load64_zero(leaves + ((<usize>a) << 3)), 1)
  v128.store(sum, f64x2.add(v128.load(sum), pair))
}

// @ts-ignore: decorator
@inline
function addFour(sum: usize, leaves: usize, bits: v128): void {
  addPair(sum, leaves, ctz(i32x4.extract_lane(bits, 0)), ctz(i32x4.extract_lane(bits, 1)))
  addPair(sum + 16, leaves, ctz(i32x4.extract_lane(bits, 2)), ctz(i32x4.extract_lane(bits, 3)))
}

// @ts-ignore: decorator
@inline
function low8(a: v128, b: v128): v128 {
  return v128.shuffle<i8>(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
}

// @ts-ignore: decorator
@inline
function high8(a: v128, b: v128): v128 {
  return v128.shuffle<i8>(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)
}

// @ts-ignore: decorator
@inline
function low16(a: v128, b: v128): v128 {
  return v128.shuffle<i16>(a, b, 0, 8, 1, 9, 2, 10, 3, 11)
}

// @ts-ignore: decorator
@inline
function high16(a: v128, b: v128): v128 {
  return v128.shuffle<i16>(a, b, 4, 12, 5, 13, 6, 14, 7, 15)
}

/** Up to 32 leaves: four planes side by side are 32 bits a row. */
// @ts-ignore: decorator
@inline
function addFew(planes: usize, planeBytes: i32, n: usize, leaves: usize, sums: usize): void {
  for (let r: usize = 0; r < n; r += 16) {
    const at = planes + r
    const p0 = v128.load(at)
    const p1 = v128.load(at + (<usize>planeBytes))
    const p2 = v128.load(at + (<usize>planeBytes) * 2)
    const p3 = v128.load(at + (<usize>planeBytes) * 3)
    const a = low8(p0, p1)
    const b = high8(p0, p1)
    const c = low8(p2, p3)
    const d = high8(p2, p3)
    const sum = sums + (r << 3)
    addFour(sum, leaves, low16(a, c))
    addFour(sum + 32, leaves, high16(a, c))
    addFour(sum + 64, leaves, low16(b, d))
    addFour(sum + 96, leaves, high16(b, d))
  }
}

// @ts-ignore: decorator
@inline
function addWide(sum: usize, leaves: usize, low: v128, high: v128): void {
  const first = v128.shuffle<i32>(low, high, 0, 4, 1, 5)
  const second = v128.shuffle<i32>(low, high, 2, 6, 3, 7)
  addPair(sum, leaves, <i32>ctz(i64x2.extract_lane(first, 0)), <i32>ctz(i64x2.extract_lane(first, 1)))
  addPair(sum + 16, leaves, <i32>ctz(i64x2.extract_lane(second, 0)), <i32>ctz(i64x2.extract_lane(second, 1)))
}

/** Up to 64 leaves. */
// @ts-ignore: decorator
@inline
function addMany(planes: usize, planeBytes: i32, n: usize, leaves: usize, sums: usize): void {
  const by = <usize>planeBytes
  for (let r: usize = 0; r < n; r += 16) {
    const at = planes + r
    const a = low8(v128.load(at), v128.load(at + by))
    const b = high8(v128.load(at), v128.load(at + by))
    const c = low8(v128.load(at + by * 2), v128.load(at + by * 3))
    const d = high8(v128.load(at + by * 2), v128.load(at + by * 3))
    const e = low8(v128.load(at + by * 4), v128.load(at + by * 5))
    const f = high8(v128.load(at + by * 4), v128.load(at + by * 5))
    const g = low8(v128.load(at + by * 6), v128.load(at + by * 7))
    const h = high8(v128.load(at + by * 6), v128.load(at + by * 7))
    const sum = sums + (r << 3)
    addWide(sum, leaves, low16(a, c), low16(e, g))
    addWide(sum + 32, leaves, high16(a, c), high16(e, g))
    addWide(sum + 64, leaves, low16(b, d), low16(f, h))
    addWide(sum + 96, leaves, high16(b, d), high16(f, h))
  }
}

/** Trees of any size: a node is 24 bytes {f64 threshold, u32 column, u32 left child, u32 categories that go right}; its
 * right child follows the left one, and a leaf is its own left child, so rows that arrive early wait there. Children come
 * after their parents: when the eight places add up to the same as four levels before, all eight rows have arrived.
 * `rows` is a multiple of 8; columns hold f64. */
export function sumWalked(columns: usize, rows: i32, trees: usize, treeCount: i32, sums: usize): void {
  for (let t = 0; t < treeCount; t++) {
    const nodes: usize = load<u32>(trees)
    const values: usize = load<u32>(trees, 4)
    if (load<i32>(trees, 8) == 0) walk(columns, rows, nodes, values, sums, false)
    else walk(columns, rows, nodes, values, sums, true)
    trees += 12
  }
}

// @ts-ignore: decorator
@inline
function follow(node: usize, x: f64, categories: bool): usize {
  let right = i32(!(x <= load<f64>(node)))
  if (categories) {
    // Numbers have a table of zeros, long enough for every 9-bit place.
    const place = (<i32>x) & 511
    right |= (load<u32>(<usize>load<u32>(node, 16) + ((<usize>place >> 5) << 2)) >> (place & 31)) & 1
  }
  return <usize>load<u32>(node, 12) + (<usize>right) * NODE
}

// @ts-ignore: decorator
@inline
function walk(columns: usize, rows: i32, nodes: usize, values: usize, sums: usize, categories: bool): void {
  for (let i = 0; i < rows; i += 8) {
    const row = columns + ((<usize>i) << 3)
    let a = nodes, b = nodes, c = nodes, d = nodes, e = nodes, f = nodes, g = nodes, h = nodes
    let before: usize = 0
    for (;;) {
      for (let level = 0; level < 4; level++) {
        a = follow(a, load<f64>(row + load<u32>(a, 8)), categories)
        b = follow(b, load<f64>(row + load<u32>(b, 8), 8), categories)
        c = follow(c, load<f64>(row + load<u32>(c, 8), 16), categories)
        d = follow(d, load<f64>(row + load<u32>(d, 8), 24), categories)
        e = follow(e, load<f64>(row + load<u32>(e, 8), 32), categories)
        f = follow(f, load<f64>(row + load<u32>(f, 8), 40), categories)
        g = follow(g, load<f64>(row + load<u32>(g, 8), 48), categories)
        h = follow(h, load<f64>(row + load<u32>(h, 8), 56), categories)
      }
      // Relative to the root, the eight places cannot overflow 32 bits in one tree of under 2^24 nodes.
      const places = (a - nodes) + (b - nodes) + (c - nodes) + (d - nodes) + (e - nodes) + (f - nodes) + (g - nodes) + (h - nodes)
      if (places == before) break
      before = places
    }
    const sum = sums + ((<usize>i) << 3)
    addPair(sum, values, place(a, nodes), place(b, nodes))
    addPair(sum + 16, values, place(c, nodes), place(d, nodes))
    addPair(sum + 32, values, place(e, nodes), place(f, nodes))
    addPair(sum + 48, values, place(g, nodes), place(h, nodes))
  }
}

// @ts-ignore: decorator
@inline
function place(node: usize, nodes: usize): i32 {
  return <i32>((node - nodes) / NODE)
}

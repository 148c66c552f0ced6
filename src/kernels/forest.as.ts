// Sums the leaf values of a forest for blocks of rows. AssemblyScript: compiled by `npm run kernels` to forest.wasm.
// Owns no memory: every address is a byte offset into the arena that forest.ts lays out (its layouts are drawn there).
//
// Data arrive column by column as f64. They are rounded to f32 (to nearest, as scikit-learn does) and turned into i32
// keys that sort as the floats do, because an integer comparison is cheaper than a float one and needs no case for NaN.

/** Keys of one column. Rows are cut into tiles: tile t of this column begins at keys + t * tileBytes. `rows` is a
 * multiple of 4. NaN becomes `missing`. Returns 1 when a NaN was seen. */
export function keysOf(source: usize, rows: i32, keys: usize, tileRows: i32, tileBytes: i32, missing: i32): i32 {
  const flip = i32x4.splat(0x7fffffff)
  const zero = f32x4.splat(0)
  const substitute = i32x4.splat(missing)
  let numbers = i32x4.splat(-1)
  for (let start = 0; start < rows; start += tileRows) {
    const end = min(start + tileRows, rows)
    let out = keys
    for (let row = start; row < end; row += 4) {
      const from = source + ((<usize>row) << 3)
      const low = f32x4.demote_f64x2_zero(v128.load(from))
      const high = f32x4.demote_f64x2_zero(v128.load(from, 16))
      // + 0 folds -0 into +0: the two are equal as floats and must be equal as keys.
      const x = f32x4.add(v128.shuffle<i64>(low, high, 0, 2), zero)
      const isNumber = f32x4.eq(x, x)
      numbers = v128.and(numbers, isNumber)
      const key = v128.xor(x, v128.and(i32x4.shr_s(x, 31), flip))
      v128.store(out, v128.bitselect(key, substitute, isNumber))
      out += 16
    }
    keys += tileBytes
  }
  return i32(!i32x4.all_true(numbers))
}

// @ts-ignore: decorator
@inline
function mask(column: usize, key: v128): v128 {
  return i32x4.gt_s(v128.load(column), key)
}

// @ts-ignore: decorator
@inline
function column(nodes: usize, at: usize): usize {
  return load<u32>(nodes + (at << 3))
}

// @ts-ignore: decorator
@inline
function down(nodes: usize, at: usize, key: i32): usize {
  return (at << 1) + usize(key > load<i32>(nodes + (at << 3), 4))
}

// @ts-ignore: decorator
@inline
function pair(leaves: usize, a: usize, b: usize): v128 {
  return v128.load64_lane(leaves + (b << 3), v128.load64_zero(leaves + (a << 3)), 1)
}

/** Where four rows stand after the first three levels, 0 … 7 from left to right, in a tree whose first seven nodes in heap
 * order have the key columns f1 … f7 and the keys k1 … k7. */
// @ts-ignore: decorator
@inline
function firstLevels(
  row: usize,
  f1: usize, f2: usize, f3: usize, f4: usize, f5: usize, f6: usize, f7: usize,
  k1: v128, k2: v128, k3: v128, k4: v128, k5: v128, k6: v128, k7: v128,
): v128 {
  const m1 = mask(row + f1, k1)
  const m2 = v128.bitselect(mask(row + f3, k3), mask(row + f2, k2), m1)
  const m3 = v128.bitselect(
    v128.bitselect(mask(row + f7, k7), mask(row + f6, k6), m2),
    v128.bitselect(mask(row + f5, k5), mask(row + f4, k4), m2), m1)
  // A mask is −1 where the row goes right.
  return i32x4.neg(i32x4.add(i32x4.add(i32x4.shl(m1, 2), i32x4.shl(m2, 1)), m3))
}

/** Complete binary trees (heap order, root at 1, children of i at 2i and 2i + 1), all paths padded to the tree's depth,
 * which is at least 3: no test for a leaf, no branch. Tree outside, rows inside, eight rows in flight, so that the
 * latency of one row's loads is hidden behind the other seven. */
export function sumComplete(
  keys: usize, rows: i32, tileRows: i32, tileBytes: i32, trees: usize, treeCount: i32, sums: usize,
): void {
  for (let start = 0; start < rows; start += tileRows) {
    const count = min(tileRows, rows - start)
    for (let t = 0; t < treeCount; t++) {
      const tree = trees + ((<usize>t) << 4)
      sumTile(keys, count, load<u32>(tree), load<u32>(tree, 4), load<i32>(tree, 8), sums)
    }
    keys += tileBytes
    sums += (<usize>tileRows) << 3
  }
}

// @ts-ignore: decorator
@inline
function sumTile(keys: usize, count: i32, nodes: usize, leaves: usize, depth: i32, sums: usize): void {
  // The seven nodes of the first three levels are the same for every row: compared four rows at a time.
  const k1 = v128.load32_splat(nodes, 12)
  const k2 = v128.load32_splat(nodes, 20)
  const k3 = v128.load32_splat(nodes, 28)
  const k4 = v128.load32_splat(nodes, 36)
  const k5 = v128.load32_splat(nodes, 44)
  const k6 = v128.load32_splat(nodes, 52)
  const k7 = v128.load32_splat(nodes, 60)
  const f1: usize = load<u32>(nodes, 8)
  const f2: usize = load<u32>(nodes, 16)
  const f3: usize = load<u32>(nodes, 24)
  const f4: usize = load<u32>(nodes, 32)
  const f5: usize = load<u32>(nodes, 40)
  const f6: usize = load<u32>(nodes, 48)
  const f7: usize = load<u32>(nodes, 56)
  for (let i = 0; i < count; i += 8) {
    const row = keys + ((<usize>i) << 2)
    let place = firstLevels(row, f1, f2, f3, f4, f5, f6, f7, k1, k2, k3, k4, k5, k6, k7)
    let a: usize = 8 + i32x4.extract_lane(place, 0)
    let b: usize = 8 + i32x4.extract_lane(place, 1)
    let c: usize = 8 + i32x4.extract_lane(place, 2)
    let d: usize = 8 + i32x4.extract_lane(place, 3)
    place = firstLevels(row + 16, f1, f2, f3, f4, f5, f6, f7, k1, k2, k3, k4, k5, k6, k7)
    let e: usize = 8 + i32x4.extract_lane(place, 0)
    let f: usize = 8 + i32x4.extract_lane(place, 1)
    let g: usize = 8 + i32x4.extract_lane(place, 2)
    let h: usize = 8 + i32x4.extract_lane(place, 3)
    for (let level = 3; level < depth; level++) {
      a = down(nodes, a, load<i32>(row + column(nodes, a)))
      b = down(nodes, b, load<i32>(row + column(nodes, b), 4))
      c = down(nodes, c, load<i32>(row + column(nodes, c), 8))
      d = down(nodes, d, load<i32>(row + column(nodes, d), 12))
      e = down(nodes, e, load<i32>(row + column(nodes, e), 16))
      f = down(nodes, f, load<i32>(row + column(nodes, f), 20))
      g = down(nodes, g, load<i32>(row + column(nodes, g), 24))
      h = down(nodes, h, load<i32>(row + column(nodes, h), 28))
    }
    const sum = sums + ((<usize>i) << 3)
    v128.store(sum, f64x2.add(v128.load(sum), pair(leaves, a, b)))
    v128.store(sum, f64x2.add(v128.load(sum, 16), pair(leaves, c, d)), 16)
    v128.store(sum, f64x2.add(v128.load(sum, 32), pair(leaves, e, f)), 32)
    v128.store(sum, f64x2.add(v128.load(sum, 48), pair(leaves, g, h)), 48)
  }
}

/** Trees of any shape: a node is 8 bytes {u32 key column above `leftBits` bits for the place of its left child, i32 key}, its
 * right child follows its left one, and a leaf is its own left child with a key nothing exceeds, which no cut has: rows
 * that arrive early wait there. The column of keys c begins at c << columnShift. The first three levels stand in the
 * tree's own 96 bytes {u32 nodes, u32 leaves, 7 × {u32 offset of the key column, i32 key} in heap order, 8 × u32 place of
 * what follows}. Leaves are at very different depths, so after some levels the rows that have not arrived close ranks.
 * Scratch: `places` and `open`, 4 bytes a row of a tile, and room for 8 more rows behind `open`. */
export function sumLinked(
  keys: usize, rows: i32, tileRows: i32, tileBytes: i32, trees: usize, treeCount: i32, sums: usize,
  leftBits: i32, columnShift: i32, places: usize, open: usize,
): void {
  for (let start = 0; start < rows; start += tileRows) {
    const count = min(tileRows, rows - start)
    for (let t = 0; t < treeCount; t++) {
      sumLinkedTile(keys, count, trees + <usize>t * 96, sums, leftBits, columnShift, places, open)
    }
    keys += tileBytes
    sums += (<usize>tileRows) << 3
  }
}

const ALWAYS_LEFT: i32 = 0x7fffffff

/** Measured on trees of 4,600 nodes: mean depth 18, the deepest of eight rows 25. */
const FIRST_LEVELS: i32 = 12
const NEXT_LEVELS: i32 = 4

// @ts-ignore: decorator
@inline
function cell(node: u32, leftBits: i32, columnShift: i32): usize {
  return <usize>((node >> leftBits) << columnShift)
}

// @ts-ignore: decorator
@inline
function follow(node: u32, leftMask: u32, isRight: bool): usize {
  return <usize>((node & leftMask) + u32(isRight))
}

/** Walks the listed rows `levels` down and lists those that have not arrived. A row is named by its offset in a column. */
// @ts-ignore: decorator
@inline
function walk(
  rows: usize, count: i32, levels: i32, places: usize, keys: usize, nodes: usize, leftBits: i32, columnShift: i32,
): i32 {
  const leftMask: u32 = (1 << leftBits) - 1
  let left: usize = rows
  for (let i = 0; i < count; i += 8) {
    const at = rows + ((<usize>i) << 2)
    const r0: usize = load<u32>(at, 0)
    const r1: usize = load<u32>(at, 4)
    const r2: usize = load<u32>(at, 8)
    const r3: usize = load<u32>(at, 12)
    const r4: usize = load<u32>(at, 16)
    const r5: usize = load<u32>(at, 20)
    const r6: usize = load<u32>(at, 24)
    const r7: usize = load<u32>(at, 28)
    let p0: usize = load<u32>(places + r0)
    let p1: usize = load<u32>(places + r1)
    let p2: usize = load<u32>(places + r2)
    let p3: usize = load<u32>(places + r3)
    let p4: usize = load<u32>(places + r4)
    let p5: usize = load<u32>(places + r5)
    let p6: usize = load<u32>(places + r6)
    let p7: usize = load<u32>(places + r7)
    for (let level = 0; level < levels; level++) {
      const at0 = nodes + (p0 << 3)
      const node0 = load<u32>(at0)
      p0 = follow(node0, leftMask, load<i32>(keys + r0 + cell(node0, leftBits, columnShift)) > load<i32>(at0, 4))
      const at1 = nodes + (p1 << 3)
      const node1 = load<u32>(at1)
      p1 = follow(node1, leftMask, load<i32>(keys + r1 + cell(node1, leftBits, columnShift)) > load<i32>(at1, 4))
      const at2 = nodes + (p2 << 3)
      const node2 = load<u32>(at2)
      p2 = follow(node2, leftMask, load<i32>(keys + r2 + cell(node2, leftBits, columnShift)) > load<i32>(at2, 4))
      const at3 = nodes + (p3 << 3)
      const node3 = load<u32>(at3)
      p3 = follow(node3, leftMask, load<i32>(keys + r3 + cell(node3, leftBits, columnShift)) > load<i32>(at3, 4))
      const at4 = nodes + (p4 << 3)
      const node4 = load<u32>(at4)
      p4 = follow(node4, leftMask, load<i32>(keys + r4 + cell(node4, leftBits, columnShift)) > load<i32>(at4, 4))
      const at5 = nodes + (p5 << 3)
      const node5 = load<u32>(at5)
      p5 = follow(node5, leftMask, load<i32>(keys + r5 + cell(node5, leftBits, columnShift)) > load<i32>(at5, 4))
      const at6 = nodes + (p6 << 3)
      const node6 = load<u32>(at6)
      p6 = follow(node6, leftMask, load<i32>(keys + r6 + cell(node6, leftBits, columnShift)) > load<i32>(at6, 4))
      const at7 = nodes + (p7 << 3)
      const node7 = load<u32>(at7)
      p7 = follow(node7, leftMask, load<i32>(keys + r7 + cell(node7, leftBits, columnShift)) > load<i32>(at7, 4))
    }
    store<u32>(places + r0, <u32>p0)
    store<u32>(left, <u32>r0)
    left += usize(load<i32>(nodes + (p0 << 3), 4) != ALWAYS_LEFT) << 2
    store<u32>(places + r1, <u32>p1)
    store<u32>(left, <u32>r1)
    left += usize(load<i32>(nodes + (p1 << 3), 4) != ALWAYS_LEFT) << 2
    store<u32>(places + r2, <u32>p2)
    store<u32>(left, <u32>r2)
    left += usize(load<i32>(nodes + (p2 << 3), 4) != ALWAYS_LEFT) << 2
    store<u32>(places + r3, <u32>p3)
    store<u32>(left, <u32>r3)
    left += usize(load<i32>(nodes + (p3 << 3), 4) != ALWAYS_LEFT) << 2
    store<u32>(places + r4, <u32>p4)
    store<u32>(left, <u32>r4)
    left += usize(load<i32>(nodes + (p4 << 3), 4) != ALWAYS_LEFT) << 2
    store<u32>(places + r5, <u32>p5)
    store<u32>(left, <u32>r5)
    left += usize(load<i32>(nodes + (p5 << 3), 4) != ALWAYS_LEFT) << 2
    store<u32>(places + r6, <u32>p6)
    store<u32>(left, <u32>r6)
    left += usize(load<i32>(nodes + (p6 << 3), 4) != ALWAYS_LEFT) << 2
    store<u32>(places + r7, <u32>p7)
    store<u32>(left, <u32>r7)
    left += usize(load<i32>(nodes + (p7 << 3), 4) != ALWAYS_LEFT) << 2
  }
  const open = <i32>((left - rows) >> 2)
  // The last row fills up a group of eight: walked twice, it only arrives twice.
  if (open > 0) for (let k: usize = 0; k < 28; k += 4) store<u32>(left + k, load<u32>(left - 4))
  return open
}

// @ts-ignore: decorator
@inline
function sumLinkedTile(
  keys: usize, count: i32, tree: usize, sums: usize, leftBits: i32, columnShift: i32, places: usize, open: usize,
): void {
  const nodes: usize = load<u32>(tree)
  const leaves: usize = load<u32>(tree, 4)
  const exits = tree + 64
  const k1 = v128.load32_splat(tree, 12)
  const k2 = v128.load32_splat(tree, 20)
  const k3 = v128.load32_splat(tree, 28)
  const k4 = v128.load32_splat(tree, 36)
  const k5 = v128.load32_splat(tree, 44)
  const k6 = v128.load32_splat(tree, 52)
  const k7 = v128.load32_splat(tree, 60)
  const f1: usize = load<u32>(tree, 8)
  const f2: usize = load<u32>(tree, 16)
  const f3: usize = load<u32>(tree, 24)
  const f4: usize = load<u32>(tree, 32)
  const f5: usize = load<u32>(tree, 40)
  const f6: usize = load<u32>(tree, 48)
  const f7: usize = load<u32>(tree, 56)
  const whole = (count + 7) & -8
  for (let i = 0; i < whole; i += 4) {
    const at = (<usize>i) << 2
    const place = firstLevels(keys + at, f1, f2, f3, f4, f5, f6, f7, k1, k2, k3, k4, k5, k6, k7)
    store<u32>(places + at, load<u32>(exits + (i32x4.extract_lane(place, 0) << 2)))
    store<u32>(places + at, load<u32>(exits + (i32x4.extract_lane(place, 1) << 2)), 4)
    store<u32>(places + at, load<u32>(exits + (i32x4.extract_lane(place, 2) << 2)), 8)
    store<u32>(places + at, load<u32>(exits + (i32x4.extract_lane(place, 3) << 2)), 12)
    v128.store(open + at, i32x4.add(i32x4.splat(<i32>at), i32x4(0, 4, 8, 12)))
  }
  let left = walk(open, whole, FIRST_LEVELS, places, keys, nodes, leftBits, columnShift)
  while (left > 0) left = walk(open, left, NEXT_LEVELS, places, keys, nodes, leftBits, columnShift)
  for (let i = 0; i < whole; i += 2) {
    const sum = sums + ((<usize>i) << 3)
    const at = places + ((<usize>i) << 2)
    v128.store(sum, f64x2.add(v128.load(sum), pair(leaves, load<u32>(at), load<u32>(at, 4))))
  }
}

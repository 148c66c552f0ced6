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
  const one = i32x4.splat(8)
  for (let i = 0; i < count; i += 8) {
    const row = keys + ((<usize>i) << 2)
    let m1 = mask(row + f1, k1)
    let m2 = v128.bitselect(mask(row + f3, k3), mask(row + f2, k2), m1)
    let m3 = v128.bitselect(
      v128.bitselect(mask(row + f7, k7), mask(row + f6, k6), m2),
      v128.bitselect(mask(row + f5, k5), mask(row + f4, k4), m2), m1)
    let place = i32x4.sub(i32x4.sub(i32x4.sub(one, i32x4.shl(m1, 2)), i32x4.shl(m2, 1)), m3)
    let a: usize = i32x4.extract_lane(place, 0)
    let b: usize = i32x4.extract_lane(place, 1)
    let c: usize = i32x4.extract_lane(place, 2)
    let d: usize = i32x4.extract_lane(place, 3)
    const low = row + 16
    m1 = mask(low + f1, k1)
    m2 = v128.bitselect(mask(low + f3, k3), mask(low + f2, k2), m1)
    m3 = v128.bitselect(
      v128.bitselect(mask(low + f7, k7), mask(low + f6, k6), m2),
      v128.bitselect(mask(low + f5, k5), mask(low + f4, k4), m2), m1)
    place = i32x4.sub(i32x4.sub(i32x4.sub(one, i32x4.shl(m1, 2)), i32x4.shl(m2, 1)), m3)
    let e: usize = i32x4.extract_lane(place, 0)
    let f: usize = i32x4.extract_lane(place, 1)
    let g: usize = i32x4.extract_lane(place, 2)
    let h: usize = i32x4.extract_lane(place, 3)
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

/** Trees of any shape: a node is 16 bytes {column, key, left}, its right child follows its left one, and a leaf is its
 * own left child with a key nothing exceeds, so rows that arrive early wait there. Children come after their parents:
 * when the eight places add up to the same as four levels before, all eight rows have arrived. */
export function sumLinked(
  keys: usize, rows: i32, tileRows: i32, tileBytes: i32, trees: usize, treeCount: i32, sums: usize,
): void {
  for (let start = 0; start < rows; start += tileRows) {
    const count = min(tileRows, rows - start)
    for (let t = 0; t < treeCount; t++) {
      const tree = trees + ((<usize>t) << 4)
      sumLinkedTile(keys, count, load<u32>(tree), load<u32>(tree, 4), sums)
    }
    keys += tileBytes
    sums += (<usize>tileRows) << 3
  }
}

// @ts-ignore: decorator
@inline
function follow(node: usize, key: i32): usize {
  return <usize>load<u32>(node, 8) + (usize(key > load<i32>(node, 4)) << 4)
}

// @ts-ignore: decorator
@inline
function sumLinkedTile(keys: usize, count: i32, nodes: usize, leaves: usize, sums: usize): void {
  for (let i = 0; i < count; i += 8) {
    const row = keys + ((<usize>i) << 2)
    let a = nodes, b = nodes, c = nodes, d = nodes, e = nodes, f = nodes, g = nodes, h = nodes
    let before: usize = 0
    for (;;) {
      for (let level = 0; level < 4; level++) {
        a = follow(a, load<i32>(row + load<u32>(a)))
        b = follow(b, load<i32>(row + load<u32>(b), 4))
        c = follow(c, load<i32>(row + load<u32>(c), 8))
        d = follow(d, load<i32>(row + load<u32>(d), 12))
        e = follow(e, load<i32>(row + load<u32>(e), 16))
        f = follow(f, load<i32>(row + load<u32>(f), 20))
        g = follow(g, load<i32>(row + load<u32>(g), 24))
        h = follow(h, load<i32>(row + load<u32>(h), 28))
      }
      // Relative to the root, the eight places cannot overflow 32 bits in one tree of under 2^25 nodes.
      const places = (a - nodes) + (b - nodes) + (c - nodes) + (d - nodes) + (e - nodes) + (f - nodes) + (g - nodes) + (h - nodes)
      if (places == before) break
      before = places
    }
    const sum = sums + ((<usize>i) << 3)
    v128.store(sum, f64x2.add(v128.load(sum), pair(leaves, (a - nodes) >> 4, (b - nodes) >> 4)))
    v128.store(sum, f64x2.add(v128.load(sum, 16), pair(leaves, (c - nodes) >> 4, (d - nodes) >> 4)), 16)
    v128.store(sum, f64x2.add(v128.load(sum, 32), pair(leaves, (e - nodes) >> 4, (f - nodes) >> 4)), 32)
    v128.store(sum, f64x2.add(v128.load(sum, 48), pair(leaves, (g - nodes) >> 4, (h - nodes) >> 4)), 48)
  }
}

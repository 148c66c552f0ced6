// Numbers into bins. AssemblyScript: compiled by `npm run kernels` to bins.wasm.
// Owns no memory: every address is a byte offset into the arena of whoever links it.

/** Sorts f64 values in place, ascending; -0 becomes 0. No NaN. `counts` has room for 6 × 2048 u32. Radix sort of
 * keys that order as the numbers do, 11 bits at a time; a digit that is the same in all keys is skipped. */
export function sortNumbers(values: usize, n: i32, scratch: usize, counts: usize): void {
  for (let at: usize = 0; at < 6 * 8192; at += 16) v128.store(counts + at, i64x2.splat(0))
  const bytes = (<usize>n) << 3
  for (let at: usize = 0; at < bytes; at += 8) {
    let key = reinterpret<i64>(load<f64>(values + at) + 0.0)
    key ^= (key >> 63) | i64.MIN_VALUE
    store<i64>(values + at, key)
    let count = counts
    for (let shift: i64 = 0; shift < 66; shift += 11) {
      const digit = count + (<usize>(((<u64>key) >> shift) & 2047) << 2)
      store<u32>(digit, load<u32>(digit) + 1)
      count += 8192
    }
  }
  let from = values
  let to = scratch
  for (let shift: i64 = 0; shift < 66; shift += 11) {
    const first = counts + (<usize>(((<u64>load<i64>(from)) >> shift) & 2047) << 2)
    if (n > 0 && load<u32>(first) != <u32>n) {
      let before: u32 = 0
      for (let digit: usize = 0; digit < 8192; digit += 4) {
        const count = load<u32>(counts + digit)
        store<u32>(counts + digit, before)
        before += count
      }
      for (let at: usize = 0; at < bytes; at += 8) {
        const key = load<i64>(from + at)
        const digit = counts + (<usize>(((<u64>key) >> shift) & 2047) << 2)
        const place = load<u32>(digit)
        store<u32>(digit, place + 1)
        store<i64>(to + ((<usize>place) << 3), key)
      }
      const held = from
      from = to
      to = held
    }
    counts += 8192
  }
  for (let at: usize = 0; at < bytes; at += 8) {
    const key = load<i64>(from + at)
    store<i64>(values + at, key ^ (((key ^ -1) >> 63) | i64.MIN_VALUE))
  }
}

// @ts-ignore: decorator
@inline
function step(edges: usize, at: usize, half: usize, x: f64): usize {
  return at + select<usize>(half, 0, load<f64>(edges + at + half - 8) < x)
}

/** The bin of each of n numbers: how many edges lie below it. `half`: bytes of half the edges, 8 · 2^k, where there are
 * under 2^(k+1) edges, filled up with +Infinity; 0 for no edge. Written to every `stride`-th byte, with the bits of
 * `flip` turned; NaN becomes `missing` (not turned). Returns how many were NaN. */
export function binNumbers(
  source: usize, n: i32, edges: usize, half: i32, target: usize, stride: i32, missing: i32, flip: i32,
): i32 {
  let found = 0
  let i = 0
  for (; i + 4 <= n; i += 4) {
    const a = load<f64>(source)
    const b = load<f64>(source, 8)
    const c = load<f64>(source, 16)
    const d = load<f64>(source, 24)
    source += 32
    let p: usize = 0, q: usize = 0, r: usize = 0, s: usize = 0
    for (let by: usize = half; by >= 8; by >>= 1) {
      p = step(edges, p, by, a)
      q = step(edges, q, by, b)
      r = step(edges, r, by, c)
      s = step(edges, s, by, d)
    }
    store<u8>(target, select<i32>(<i32>(p >> 3) ^ flip, missing, a == a))
    target += stride
    store<u8>(target, select<i32>(<i32>(q >> 3) ^ flip, missing, b == b))
    target += stride
    store<u8>(target, select<i32>(<i32>(r >> 3) ^ flip, missing, c == c))
    target += stride
    store<u8>(target, select<i32>(<i32>(s >> 3) ^ flip, missing, d == d))
    target += stride
    found += i32(a != a) + i32(b != b) + i32(c != c) + i32(d != d)
  }
  for (; i < n; i++) {
    const x = load<f64>(source)
    source += 8
    let p: usize = 0
    for (let by: usize = half; by >= 8; by >>= 1) p = step(edges, p, by, x)
    store<u8>(target, select<i32>(<i32>(p >> 3) ^ flip, missing, x == x))
    target += stride
    found += i32(x != x)
  }
  return found
}

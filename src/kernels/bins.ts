/**
 * Numbers into bins: sorting, from which edges are taken, and the search for the bin of each number. `binPlainly` is the
 * obvious form of the search and the oracle of the tests; sorting has the engine's own.
 */

/** The exports of `bins.wasm`: addresses are byte offsets into the arena that it is linked into. */
export interface BinKernel {
  /** Sorts n numbers, none missing, in place; −0 becomes 0. `scratch` is as large, `counts` {@link COUNT_BYTES}. */
  sortNumbers(values: number, n: number, scratch: number, counts: number): void
  /** The bin of each of n numbers, written to every `stride`-th byte with the bits of `flip` turned: how many edges lie
   * below it. A missing number becomes `missing`, as it is. `half` is what {@link writeEdges} returned for the edges.
   * Returns how many are missing. */
  binNumbers(
    source: number,
    n: number,
    edges: number,
    half: number,
    target: number,
    stride: number,
    missing: number,
    flip: number,
  ): number
}

export const COUNT_BYTES = 6 * 2048 * 4
/** Room for up to 255 edges. */
export const EDGE_BYTES = 256 * 8

/** Lays edges out for the search of the kernel's `binNumbers`: filled up with +Infinity, which nothing exceeds. Returns
 * its `half`. */
export function writeEdges(f64: Float64Array, at: number, edges: Float64Array): number {
  if (edges.length === 0) return 0
  const half = 2 ** (31 - Math.clz32(edges.length))
  f64.fill(Infinity, at / 8, at / 8 + 2 * half)
  f64.set(edges, at / 8)
  return half * 8
}

/** Edges ascend; bin b holds what b edges lie below. */
export function binPlainly(value: number, edges: Float64Array, missing: number): number {
  return Number.isNaN(value) ? missing : edges.filter(edge => edge < value).length
}

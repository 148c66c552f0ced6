/**
 * How many of the places put in so far come before another, in O(log n) (Fenwick, "A new data structure for cumulative
 * frequency tables", 1994). The tree is one number a place, counted from 1: `new Uint32Array(places + 1)`.
 */

export function addPlace(tree: Uint32Array, place: number): void {
  for (let at = place; at < tree.length; at += at & -at) tree[at] = tree[at]! + 1
}

/** How many were put in at `place` or before it. */
export function countUpTo(tree: Uint32Array, place: number): number {
  let count = 0
  for (let at = place; at > 0; at -= at & -at) count += tree[at]!
  return count
}

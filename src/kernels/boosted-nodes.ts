/** Boosted trees as a state holds them and as both layouts read them. */

/** Trees one after the other; tree t has the nodes start[t] … start[t + 1] − 1, its root first, every parent before its
 * children. All arrays but `start` and `bitset` have one entry a node. */
export interface BoostedTrees {
  readonly start: Int32Array
  /** Children, counted from the root of their tree; −1 in a leaf. */
  readonly left: Int32Array
  readonly right: Int32Array
  /** The column that the node looks at; anything in a leaf. */
  readonly feature: Int32Array
  /** A row goes left when its value is ≤ threshold; never NaN. In a node that asks for categories: the first of its 8
   * words in `bitset`. */
  readonly threshold: Float64Array
  /** 1 where a missing number goes left, 0 where it goes right. */
  readonly missingLeft: Uint8Array
  /** 1 where the node asks for categories. */
  readonly category: Uint8Array
  /** Bit c of a node's 8 words: category c goes left. All others, and missing ones, go right. */
  readonly bitset: Uint32Array
  /** What a leaf adds; anything in an inner node. */
  readonly value: Float64Array
  /** Where every sum begins. */
  readonly base: number
}

/** How a node reads its column. `missingLeft`: as numbers, a missing one sorted to the left. */
export type Kind = 'number' | 'missingLeft' | 'category'

export function kindOf({ category, missingLeft }: BoostedTrees, node: number): Kind {
  if (category[node] === 1) return 'category'
  return missingLeft[node] === 1 ? 'missingLeft' : 'number'
}

/** The same for nodes that read the same column in the same way. */
export function keyOf(trees: BoostedTrees, node: number): string {
  return `${trees.feature[node]} ${kindOf(trees, node)}`
}

/** Categories that a node can tell apart. */
export const CATEGORIES = 256
export const WORDS = CATEGORIES / 32

/** The category that a number stands for; −1 for none. */
export function categoryOf(x: number): number {
  return x >= 0 && x < CATEGORIES ? Math.trunc(x) : -1
}

export function sendsLeft(
  { threshold, bitset }: Pick<BoostedTrees, 'threshold' | 'bitset'>,
  node: number,
  category: number,
): boolean {
  return category >= 0 && ((bitset[threshold[node]! + (category >> 5)]! >>> (category & 31)) & 1) === 1
}

/** Trees laid out for a kernel. */
export interface Packed {
  /** Rows that it takes at a time. */
  readonly tileRows: number
  /** Sums rows from … from + count − 1 into `out`. */
  sum(columns: readonly Float64Array[], from: number, count: number, out: Float64Array): void
}

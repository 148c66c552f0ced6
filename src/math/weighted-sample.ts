import type { Random } from './random.ts'

/** Draws k row numbers, each with a chance in proportion to its weight. `replace` false: no number twice, each draw in
 * proportion to the weights that are left, as numpy's `choice(replace=False, p=…)`; k ≤ the number of positive weights. */
export type WeightedSample = (random: Random, k: number, replace: boolean) => Int32Array

/**
 * A tree of partial sums: O(n) once, then O(log n) a draw. A drawn weight becomes 0 and the sums above it are added up
 * anew, not lowered by a difference, so that what is used up counts exactly 0 and can never be drawn again.
 * Weights are finite and ≥ 0.
 */
export function weightedSample(weights: Float64Array): WeightedSample {
  const size = 2 ** Math.ceil(Math.log2(Math.max(weights.length, 2)))
  const sums = new Float64Array(2 * size)
  sums.set(weights, size)
  for (let node = size - 1; node > 0; node--) sums[node] = sums[2 * node]! + sums[2 * node + 1]!

  const place = (row: number, weight: number): void => {
    let node = size + row
    sums[node] = weight
    while ((node >>= 1) > 0) sums[node] = sums[2 * node]! + sums[2 * node + 1]!
  }
  const draw = (random: Random): number => {
    let left = random.next() * sums[1]!
    let node = 1
    while (node < size) {
      node *= 2
      // Rounding may leave a little when all that is to the right is used up.
      if (left >= sums[node]! && sums[node + 1]! > 0) left -= sums[node++]!
    }
    return node - size
  }
  return (random, k, replace) => {
    const out = new Int32Array(k)
    for (let i = 0; i < k; i++) {
      out[i] = draw(random)
      if (!replace) place(out[i]!, 0)
    }
    if (!replace) for (const row of out) place(row, weights[row]!)
    return out
  }
}

/** What the leaves of a grown tree say. */
import type { Histograms } from '../kernels/histogram.ts'
import type { GrownNode } from './boosted-trees.ts'
import { type Loss, weightedQuantile } from './losses.ts'

interface ValuePlan {
  readonly l2: number
  readonly directions: Int32Array | undefined
}

/** What each leaf says (entries of inner nodes are not to be used), from exact sums over its rows. */
export function leafValues(nodes: readonly GrownNode[], h: Histograms, loss: Loss, plan: ValuePlan): Float64Array {
  const value =
    loss.ofResiduals === undefined ? newton(nodes, h, plan.l2) : residualQuantiles(nodes, h, loss.ofResiduals, plan)
  if (plan.directions) bound(nodes, value, plan.directions)
  return value
}

function newton(nodes: readonly GrownNode[], h: Histograms, l2: number): Float64Array {
  const gradient = new Float64Array(nodes.length)
  const hessian = new Float64Array(nodes.length)
  for (let i = nodes.length - 1; i >= 0; i--) {
    const { left, right, from, to } = nodes[i]!
    const sums = left < 0 ? h.slopes(from, to) : undefined
    gradient[i] = sums?.gradient ?? gradient[left]! + gradient[right]!
    hessian[i] = sums?.hessian ?? hessian[left]! + hessian[right]!
  }
  return gradient.map((g, i) => (hessian[i]! + l2 > 0 ? -g / (hessian[i]! + l2) : 0))
}

/** Of inner nodes only where a direction will ask for it. */
function residualQuantiles(nodes: readonly GrownNode[], h: Histograms, q: number, plan: ValuePlan): Float64Array {
  const { order, raw, y, weight } = h
  return Float64Array.from(nodes, ({ left, from, to }) => {
    if (left >= 0 && plan.directions === undefined) return 0
    const residual = new Float64Array(to - from)
    const own = new Float64Array(to - from)
    for (let at = from; at < to; at++) {
      const row = order[at]!
      residual[at - from] = y[row]! - raw[row]!
      own[at - from] = weight[row]!
    }
    return weightedQuantile(residual, own, q)
  })
}

/** Keeps everything below the one side of a monotone cut under the value midway between its sides, and the rest above. */
function bound(nodes: readonly GrownNode[], value: Float64Array, directions: Int32Array): void {
  const lowest = new Float64Array(nodes.length).fill(-Infinity)
  const highest = new Float64Array(nodes.length).fill(Infinity)
  for (const [i, { left, right, column }] of nodes.entries()) {
    if (left < 0) continue
    for (const child of [left, right]) {
      lowest[child] = lowest[i]!
      highest[child] = highest[i]!
      value[child] = Math.max(lowest[i]!, Math.min(highest[i]!, value[child]!))
    }
    const direction = directions[column]!
    if (direction === 0) continue
    const middle = value[left]! / 2 + value[right]! / 2
    const [below, above] = direction > 0 ? [left, right] : [right, left]
    highest[below] = middle
    lowest[above] = middle
    value[below] = Math.min(middle, value[below]!)
    value[above] = Math.max(middle, value[above]!)
  }
}

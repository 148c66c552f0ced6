/**
 * Growing one tree leaf by leaf, the most gainful first (Ke et al., "LightGBM", NeurIPS 2017; Shi, "Best-first decision
 * tree learning", 2007), on gradients and hessians: a leaf of sums G and H says −G / (H + λ), and a cut gains what
 * G² / (H + λ) of its sides exceeds that of the node (Friedman 2001; Chen, Guestrin, "XGBoost", 2016).
 *
 * A monotone column's cuts must have the lower value on the right side of the direction; the values midway between them
 * bound everything below, so the whole tree keeps to it (LightGBM's basic method, as scikit-learn's).
 */
import type { Histograms, Scale, Sums } from '../kernels/histogram.ts'
import { bestSubset } from './category-cut.ts'
import { createHeap } from './leaf-heap.ts'

export interface GrowPlan {
  /** Infinity for no limit. */
  readonly maxLeaves: number
  readonly maxDepth: number
  readonly leastRows: number
  /** Least sum of hessians on a side of a cut. */
  readonly leastHessian: number
  readonly l2: number
  readonly slots: number
  /** How many categories a column has that cuts may send left; 0 for columns of numbers. */
  readonly categories: Int32Array
  readonly anyMissing: Uint8Array
  /** By column 1, −1 or 0; undefined when all are 0. */
  readonly directions: Int32Array | undefined
}

/** Children stand behind their parent; a leaf has left = right = −1. The rows of a node follow each other in the order
 * of the histograms: those it learned from, and the others that fell into it. */
export interface GrownNode {
  left: number
  right: number
  column: number
  /** Numbers: bins up to this go left. */
  bin: number
  /** Categories: 1 for each bin that goes left. */
  subset: Uint8Array | undefined
  missingLeft: boolean
  readonly from: number
  to: number
  readonly restFrom: number
  restTo: number
}

interface Cut {
  readonly column: number
  readonly bin: number
  readonly subset: Uint8Array | undefined
  readonly missingLeft: boolean
  /** More than the node's own. */
  readonly gain: number
}

interface Leaf {
  readonly node: number
  readonly depth: number
  /** −1 once its histogram was given up for another leaf's. */
  slot: number
  readonly lowest: number
  readonly highest: number
  cut: Cut | undefined
}

/** Rounding alone makes a useless cut gain this share of what the node has. */
const NOISE = 1e-10

/** Grows a tree from the rows order[0 … learning) and lets the others fall through it. `columns`: those it may ask for. */
export type GrowTree = (columns: Int32Array, learning: number, scale: Scale) => GrownNode[]

export function treeGrower(h: Histograms, plan: GrowPlan): GrowTree {
  const goesLeft = new Uint8Array(256)
  return (columns, learning, scale) => {
    const numbers = columns.filter(c => plan.categories[c] === 0 && mayCut(h, plan, c))
    const named = columns.filter(c => plan.categories[c]! > 0 && mayCut(h, plan, c))
    const limits = {
      leastRows: plan.leastRows,
      leastHessian: plan.leastHessian * scale.hessian,
      l2: plan.l2 * scale.hessian,
    }
    const nodes: GrownNode[] = []
    const heap = createHeap<Leaf>(leaf => leaf.cut!.gain)
    const free = Array.from({ length: plan.slots }, (_, slot) => slot)
    let leaves = 1

    const takeSlot = (): number => {
      const slot = free.pop()
      if (slot !== undefined) return slot
      const poorest = heap.items().reduce((a, b) => (b.slot >= 0 && (a.slot < 0 || b.cut!.gain < a.cut!.gain) ? b : a))
      const taken = poorest.slot
      poorest.slot = -1
      return taken
    }
    const addNode = (from: number, to: number, restFrom: number, restTo: number): number => {
      const leaf = { left: -1, right: -1, column: -1, bin: -1, subset: undefined, missingLeft: false }
      return nodes.push({ ...leaf, from, to, restFrom, restTo }) - 1
    }
    const mayGrow = (node: number, depth: number): boolean =>
      depth < plan.maxDepth && leaves < plan.maxLeaves && nodes[node]!.to - nodes[node]!.from >= 2 * plan.leastRows

    /** Looks for the best cut of a leaf whose histogram is there; keeps it for later, or gives the slot back. */
    const consider = (leaf: Leaf): void => {
      leaf.cut = bestCut(leaf)
      if (leaf.cut === undefined) free.push(leaf.slot)
      else heap.push(leaf)
    }
    const bestCut = ({ slot, lowest, highest }: Leaf): Cut | undefined => {
      const { directions } = plan
      const total = h.total(slot)
      const bounds = directions && { lowest, highest, directions }
      const own = gainAlone(total, limits.l2, bounds)
      const asked = { ...limits, gain: own + Math.abs(own) * NOISE, ...(bounds && { bounds }) }
      const split = numbers.length > 0 ? h.scan(slot, numbers, asked) : undefined
      let best: Cut | undefined = split && { ...split, subset: undefined }
      for (const column of named) {
        const found = bestSubset(h, slot, column, plan.categories[column]!, total, asked)
        if (found && found.gain > (best?.gain ?? asked.gain)) {
          best = { column, bin: -1, subset: found.subset, missingLeft: false, gain: found.gain }
        }
      }
      return best && { ...best, gain: best.gain - own }
    }

    const split = (leaf: Leaf): void => {
      const node = nodes[leaf.node]!
      const cut = leaf.cut!
      node.column = cut.column
      node.bin = cut.bin
      node.subset = cut.subset
      goesLeft.fill(0)
      if (cut.subset) goesLeft.set(cut.subset)
      else goesLeft.fill(1, 0, cut.bin + 1)
      const missing = h.bins(cut.column)
      goesLeft[missing] = Number(cut.missingLeft)
      const middle = h.partition(cut.column, node.from, node.to, goesLeft)
      node.missingLeft = cut.missingLeft
      if (plan.anyMissing[cut.column] === 0 && cut.subset === undefined) {
        // Nothing was learned of missing values: they go with the many.
        node.missingLeft = middle - node.from > node.to - middle
        goesLeft[missing] = Number(node.missingLeft)
      }
      const restMiddle = h.partition(cut.column, node.restFrom, node.restTo, goesLeft)
      node.left = addNode(node.from, middle, node.restFrom, restMiddle)
      node.right = addNode(middle, node.to, restMiddle, node.restTo)
      leaves++
      growOn(leaf, cut)
    }

    /** Histograms of the two children: the smaller is summed up, the larger is what remains of the parent. */
    const growOn = (leaf: Leaf, cut: Cut): void => {
      const { left, right } = nodes[leaf.node]!
      const depth = leaf.depth + 1
      const [l, r] = [mayGrow(left, depth), mayGrow(right, depth)]
      const held = leaf.slot
      if (!l && !r) {
        if (held >= 0) free.push(held)
        return
      }
      const size = (node: number) => nodes[node]!.to - nodes[node]!.from
      const [small, large] = size(left) <= size(right) ? [left, right] : [right, left]
      const smallSlot = takeSlot()
      h.build(smallSlot, nodes[small]!.from, nodes[small]!.to)
      const largeSlot = held >= 0 ? held : takeSlot()
      if (held >= 0) h.subtract(held, smallSlot)
      else h.build(largeSlot, nodes[large]!.from, nodes[large]!.to)
      const slotOf = (node: number) => (node === small ? smallSlot : largeSlot)
      const bounds = childBounds(
        leaf,
        h.total(slotOf(left)),
        h.total(slotOf(right)),
        plan.directions?.[cut.column] ?? 0,
      )
      for (const [node, grows, bound] of [
        [left, l, bounds[0]],
        [right, r, bounds[1]],
      ] as const) {
        if (grows) consider({ node, depth, slot: slotOf(node), ...bound, cut: undefined })
        else free.push(slotOf(node))
      }
    }
    const childBounds = (leaf: Leaf, left: Sums, right: Sums, direction: number): [Bound, Bound] => {
      const { lowest, highest } = leaf
      if (direction === 0) return [leaf, leaf].map(() => ({ lowest, highest })) as [Bound, Bound]
      const middle = (leafValue(left, limits.l2, leaf) + leafValue(right, limits.l2, leaf)) / 2
      const [below, above] = [
        { lowest, highest: middle },
        { lowest: middle, highest },
      ]
      return direction > 0 ? [below, above] : [above, below]
    }

    addNode(0, learning, learning, h.rows)
    if (numbers.length + named.length > 0 && mayGrow(0, 0)) {
      const slot = takeSlot()
      h.build(slot, 0, learning)
      consider({ node: 0, depth: 0, slot, lowest: -Infinity, highest: Infinity, cut: undefined })
    }
    for (let leaf = heap.pop(); leaf !== undefined && leaves < plan.maxLeaves; leaf = heap.pop()) split(leaf)
    return nodes
  }
}

interface Bound {
  readonly lowest: number
  readonly highest: number
}

function mayCut(h: Histograms, plan: GrowPlan, column: number): boolean {
  return h.bins(column) > 1 || plan.anyMissing[column] === 1
}

/** −G / (H + λ), or the nearest value within bounds. */
export function leafValue({ gradient, hessian }: Sums, l2: number, { lowest, highest }: Bound): number {
  const value = hessian + l2 > 0 ? -gradient / (hessian + l2) : 0
  return Math.max(lowest, Math.min(highest, value))
}

/** What a node that is not cut has: G² / (H + λ), or within bounds −(2 G v + (H + λ) v²). */
export function gainAlone(sums: Sums, l2: number, bounds: Bound | undefined): number {
  const { gradient, hessian } = sums
  if (bounds === undefined) return hessian + l2 > 0 ? gradient ** 2 / (hessian + l2) : 0
  const value = leafValue(sums, l2, bounds)
  return -(2 * gradient * value + (hessian + l2) * value * value)
}

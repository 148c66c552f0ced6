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
import { createHeap, type Heap } from './leaf-heap.ts'

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

/** A tree while it grows. */
interface Growth {
  readonly h: Histograms
  readonly plan: GrowPlan
  readonly nodes: GrownNode[]
  /** Leaves that can be cut, each with its best cut. */
  readonly waiting: Heap<Leaf>
  readonly freeSlots: number[]
  /** Columns it may ask for: of numbers, of categories. */
  readonly numbers: Int32Array
  readonly named: Int32Array
  /** In the units of the histograms. */
  readonly limits: { readonly leastRows: number; readonly leastHessian: number; readonly l2: number }
  leaves: number
}

/** Grows a tree from the rows order[0 … learning) and lets the others fall through it. `columns`: those it may ask for. */
export type GrowTree = (columns: Int32Array, learning: number, scale: Scale) => GrownNode[]

export function treeGrower(h: Histograms, plan: GrowPlan): GrowTree {
  return (columns, learning, scale) => {
    const mayCut = (c: number) => h.bins(c) > 1 || plan.anyMissing[c] === 1
    const growth: Growth = {
      h,
      plan,
      nodes: [],
      waiting: createHeap<Leaf>(leaf => leaf.cut!.gain),
      freeSlots: Array.from({ length: plan.slots }, (_, slot) => slot),
      numbers: columns.filter(c => plan.categories[c] === 0 && mayCut(c)),
      named: columns.filter(c => plan.categories[c]! > 0 && mayCut(c)),
      limits: {
        leastRows: plan.leastRows,
        leastHessian: plan.leastHessian * scale.hessian,
        l2: plan.l2 * scale.hessian,
      },
      leaves: 1,
    }
    const root = addNode(growth, 0, learning, learning, h.rows)
    if (growth.numbers.length + growth.named.length > 0 && mayGrow(growth, root, 0)) {
      const slot = takeSlot(growth)
      h.build(slot, 0, learning)
      consider(growth, { node: root, depth: 0, slot, lowest: -Infinity, highest: Infinity, cut: undefined })
    }
    const { waiting } = growth
    for (let leaf = waiting.pop(); leaf && growth.leaves < plan.maxLeaves; leaf = waiting.pop()) {
      splitRows(growth, growth.nodes[leaf.node]!, leaf.cut!)
      growOn(growth, leaf, leaf.cut!)
    }
    return growth.nodes
  }
}

function addNode({ nodes }: Growth, from: number, to: number, restFrom: number, restTo: number): number {
  const leaf = { left: -1, right: -1, column: -1, bin: -1, subset: undefined, missingLeft: false }
  return nodes.push({ ...leaf, from, to, restFrom, restTo }) - 1
}

function mayGrow({ plan, nodes, leaves }: Growth, node: number, depth: number): boolean {
  return depth < plan.maxDepth && leaves < plan.maxLeaves && rowsOf(nodes[node]!) >= 2 * plan.leastRows
}

const rowsOf = ({ from, to }: GrownNode) => to - from

/** Room for a histogram; where there is none left, that of the waiting leaf that will be cut last. */
function takeSlot({ freeSlots, waiting }: Growth): number {
  const slot = freeSlots.pop()
  if (slot !== undefined) return slot
  const poorest = waiting.items().reduce((a, b) => (b.slot >= 0 && (a.slot < 0 || b.cut!.gain < a.cut!.gain) ? b : a))
  const taken = poorest.slot
  poorest.slot = -1
  return taken
}

/** Looks for the best cut of a leaf whose histogram is there; keeps it for later, or gives the slot back. */
function consider(growth: Growth, leaf: Leaf): void {
  leaf.cut = bestCut(growth, leaf)
  if (leaf.cut === undefined) growth.freeSlots.push(leaf.slot)
  else growth.waiting.push(leaf)
}

/** Rounding alone makes a useless cut gain this share of what the node has. */
const NOISE = 1e-10

function bestCut({ h, plan, numbers, named, limits }: Growth, { slot, lowest, highest }: Leaf): Cut | undefined {
  const { directions } = plan
  const total = h.total(slot)
  const bounds = directions && { lowest, highest, directions }
  const own = gainAlone(total, limits.l2, bounds)
  const asked = { ...limits, gain: own + Math.abs(own) * NOISE, ...(bounds && { bounds }) }
  const split = numbers.length > 0 ? h.scan(slot, numbers, asked) : undefined
  let best: Cut | undefined = split && { ...split, subset: undefined }
  for (const column of named) {
    const found = bestSubset(h, slot, column, plan.categories[column]!, total, asked)
    if (found && found.gain > (best?.gain ?? asked.gain))
      best = { column, bin: -1, subset: found.subset, missingLeft: false, gain: found.gain }
  }
  return best && { ...best, gain: best.gain - own }
}

/** Makes a leaf an inner node with two leaves, and sends its rows there. */
function splitRows(growth: Growth, node: GrownNode, cut: Cut): void {
  const { h, plan } = growth
  node.column = cut.column
  node.bin = cut.bin
  node.subset = cut.subset
  node.missingLeft = cut.missingLeft
  const goesLeft = cut.subset?.slice() ?? new Uint8Array(256).fill(1, 0, cut.bin + 1)
  const missing = h.bins(cut.column)
  goesLeft[missing] = Number(cut.missingLeft)
  const middle = h.partition(cut.column, node.from, node.to, goesLeft)
  if (plan.anyMissing[cut.column] === 0 && cut.subset === undefined) {
    // Nothing was learned of missing values: they go with the many.
    node.missingLeft = middle - node.from > node.to - middle
    goesLeft[missing] = Number(node.missingLeft)
  }
  const restMiddle = h.partition(cut.column, node.restFrom, node.restTo, goesLeft)
  node.left = addNode(growth, node.from, middle, node.restFrom, restMiddle)
  node.right = addNode(growth, middle, node.to, restMiddle, node.restTo)
  growth.leaves++
}

/** Looks for the next cuts. Of the two children's histograms the smaller is summed up, the other is what remains of the
 * parent's. */
function growOn(growth: Growth, leaf: Leaf, cut: Cut): void {
  const { h, plan, nodes, freeSlots, limits } = growth
  const { left, right } = nodes[leaf.node]!
  const depth = leaf.depth + 1
  const held = leaf.slot
  if (!mayGrow(growth, left, depth) && !mayGrow(growth, right, depth)) {
    if (held >= 0) freeSlots.push(held)
    return
  }
  const [small, large] = rowsOf(nodes[left]!) <= rowsOf(nodes[right]!) ? [left, right] : [right, left]
  const smallSlot = takeSlot(growth)
  h.build(smallSlot, nodes[small]!.from, nodes[small]!.to)
  const largeSlot = held >= 0 ? held : takeSlot(growth)
  if (held >= 0) h.subtract(held, smallSlot)
  else h.build(largeSlot, nodes[large]!.from, nodes[large]!.to)
  const slotOf = (node: number) => (node === small ? smallSlot : largeSlot)
  const [leftSums, rightSums] = [h.total(slotOf(left)), h.total(slotOf(right))]
  const bounds = childBounds(leaf, leftSums, rightSums, limits.l2, plan.directions?.[cut.column] ?? 0)
  for (const [side, node] of [left, right].entries()) {
    if (mayGrow(growth, node, depth))
      consider(growth, { node, depth, slot: slotOf(node), ...bounds[side]!, cut: undefined })
    else freeSlots.push(slotOf(node))
  }
}

function childBounds(leaf: Leaf, left: Sums, right: Sums, l2: number, direction: number): readonly [Bound, Bound] {
  const { lowest, highest } = leaf
  if (direction === 0) return [leaf, leaf].map(() => ({ lowest, highest })) as [Bound, Bound]
  const middle = (leafValue(left, l2, leaf) + leafValue(right, l2, leaf)) / 2
  const below = { lowest, highest: middle }
  const above = { lowest: middle, highest }
  return direction > 0 ? [below, above] : [above, below]
}

interface Bound {
  readonly lowest: number
  readonly highest: number
}

/** −G / (H + λ), or the nearest value within bounds. */
function leafValue({ gradient, hessian }: Sums, l2: number, { lowest, highest }: Bound): number {
  const value = hessian + l2 > 0 ? -gradient / (hessian + l2) : 0
  return Math.max(lowest, Math.min(highest, value))
}

/** What a node that is not cut has: G² / (H + λ), or within bounds −(2 G v + (H + λ) v²). */
function gainAlone(sums: Sums, l2: number, bounds: Bound | undefined): number {
  const { gradient, hessian } = sums
  if (bounds === undefined) return hessian + l2 > 0 ? gradient ** 2 / (hessian + l2) : 0
  const value = leafValue(sums, l2, bounds)
  return -(2 * gradient * value + (hessian + l2) * value * value)
}

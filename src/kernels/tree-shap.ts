/**
 * How much each column raised or lowered what a forest says of a row: exact Shapley values where a column that is not
 * known follows the training rows down the tree (path-dependent TreeSHAP; Lundberg, Erion, Lee, "Consistent
 * individualized feature attribution for tree ensembles", 2018). Shares and base add up to the sum over the trees.
 *
 * `sharesPlainly` is the algorithm as published, and the oracle of the tests; `openTreeShap` sums the same values by
 * quadrature (see tree-shap-layout.ts), which agrees to 1e-12 of the largest leaf. A row's shares depend on that row alone, so
 * blocks of any size give the same bits.
 */
import { createArena } from './arena.ts'
import { categoryOf, sendsLeft } from './boosted-nodes.ts'
import { columnsOf } from './forest.ts'
import { type CountedTrees, type Outline, outline, packTree, placesFor, sizeOf, TILE } from './tree-shap-layout.ts'

export type { CountedTrees } from './tree-shap-layout.ts'

export interface TreeShap {
  /** What the forest says on the mean of its training rows, so when nothing is known of a row. */
  readonly base: number
  /** Writes the shares row after row: `out[row * columns.length + column]`. Columns may be longer than `rows`. */
  explain(columns: readonly Float64Array[], rows: number, out: Float64Array): void
}

export interface Reading {
  /** Values are rounded to float32 before they are compared, as scikit-learn does. */
  readonly rounded?: boolean
  /** What every share, and the base, is multiplied with; 1 by default. */
  readonly scale?: number
}

interface Step {
  readonly feature: number
  readonly zero: number
  readonly one: number
  weight: number
}

export function sharesPlainly(trees: CountedTrees, { rounded = false, scale = 1 }: Reading = {}): TreeShap {
  const { start, left, right, feature, value, cover } = trees
  const count = start.length - 1

  const explainTree = (root: number, row: (column: number) => number, out: Float64Array, offset: number) => {
    const walk = (node: number, path: readonly Step[], zero: number, one: number, column: number): void => {
      const steps = extend(path, { feature: column, zero, one, weight: 0 })
      if (left[node]! < 0) {
        for (let i = 1; i < steps.length; i++) {
          const { feature, zero, one } = steps[i]!
          const weight = unwind(steps, i).reduce((sum, step) => sum + step.weight, 0)
          out[offset + feature]! += scale * weight * (one - zero) * value[node]!
        }
        return
      }
      const goes = goesLeft(trees, node, row(feature[node]!))
      const known = steps.findIndex((step, i) => i > 0 && step.feature === feature[node])
      const seen = known < 0 ? { zero: 1, one: 1 } : steps[known]!
      const rest = known < 0 ? steps : unwind(steps, known)
      const [l, r] = [root + left[node]!, root + right[node]!]
      const both = cover[l]! + cover[r]!
      walk(l, rest, (seen.zero * cover[l]!) / both, goes ? seen.one : 0, feature[node]!)
      walk(r, rest, (seen.zero * cover[r]!) / both, goes ? 0 : seen.one, feature[node]!)
    }
    walk(root, [], 1, 1, -1)
  }

  let base = 0
  for (let t = 0; t < count; t++) base += outline(trees, t).mean
  return {
    base: base * scale,
    explain(columns, rows, out) {
      out.fill(0, 0, rows * columns.length)
      for (let row = 0; row < rows; row++) {
        const at = (column: number) => (rounded ? Math.fround(columns[column]![row]!) : columns[column]![row]!)
        for (let t = 0; t < count; t++) explainTree(start[t]!, at, out, row * columns.length)
      }
    },
  }
}

function goesLeft({ threshold, missingLeft, category, bitset }: CountedTrees, node: number, x: number): boolean {
  if (category?.[node] === 1) return sendsLeft({ threshold, bitset: bitset! }, node, categoryOf(x))
  return Number.isNaN(x) ? missingLeft[node] === 1 : x <= threshold[node]!
}

function extend(path: readonly Step[], step: Step): Step[] {
  const steps = [...path, step].map(each => ({ ...each }))
  const last = path.length
  steps[last]!.weight = last === 0 ? 1 : 0
  for (let i = last - 1; i >= 0; i--) {
    steps[i + 1]!.weight += (step.one * steps[i]!.weight * (i + 1)) / (last + 1)
    steps[i]!.weight = (step.zero * steps[i]!.weight * (last - i)) / (last + 1)
  }
  return steps
}

/** The path without one of its steps, as if it had never been taken. */
function unwind(path: readonly Step[], without: number): Step[] {
  const last = path.length - 1
  const { zero, one } = path[without]!
  const weights = path.map(step => step.weight)
  let next = weights[last]!
  for (let i = last - 1; i >= 0; i--) {
    if (one === 0) weights[i] = (weights[i]! * (last + 1)) / (zero * (last - i))
    else {
      const held = weights[i]!
      weights[i] = (next * (last + 1)) / ((i + 1) * one)
      next = held - (weights[i]! * zero * (last - i)) / (last + 1)
    }
  }
  return path.filter((_, i) => i !== without).map((step, i) => ({ ...step, weight: weights[i]! }))
}

interface Kernel {
  explain(
    tree: number,
    x: number,
    rows: number,
    start: number,
    parts: number,
    choices: number,
    above: number,
    below: number,
    shares: number,
    sharesStride: number,
  ): void
}

/** Measured: fewer rows read each tree too often, more push it out of the second-level cache. */
const BLOCK_ROWS = 512
const PACKED_BYTES = 2 ** 27

export interface Packed extends Reading {
  /** Trees that together take more are packed again for each block of rows; 128 MB by default. */
  readonly packedBytes?: number
}

/** Packs the trees once where they fit into memory set aside for that, else one after the other for each block. */
export function openTreeShap(
  trees: CountedTrees,
  { rounded = false, scale = 1, packedBytes = PACKED_BYTES }: Packed = {},
): TreeShap {
  const survey = surveyOf(trees)
  const { used, places, bytes } = survey
  const total = bytes.reduce((sum, each) => sum + each, 0)
  const together = total <= packedBytes
  const largest = bytes.reduce((most, each) => Math.max(most, each), 0)
  const entries = (survey.inner + 1) * places.nodes.length * 8
  const sharesStride = used.length * 16
  const arena = createArena({
    x: BLOCK_ROWS * 8 * used.length,
    start: places.weights.length * 8,
    choices: (survey.inner + 1) * TILE,
    above: entries,
    below: entries,
    shares: BLOCK_ROWS * sharesStride,
    words: (trees.bitset?.length ?? 0) * 4,
    trees: together ? total : largest,
  })
  const { at, f64, u8, u32 } = arena
  f64.set(places.weights, at.start / 8)
  // What stands above a column's first cut: always open, and always wanted.
  u8.fill(2, at.choices, at.choices + TILE)
  u32.set(trees.bitset ?? [], at.words / 4)
  const placeOf = new Map(used.map((column, i) => [column, i]))
  const packing = {
    arena,
    t: places.nodes,
    columnAt: (feature: number) => placeOf.get(feature)! * BLOCK_ROWS * 8,
    shareAt: (feature: number) => placeOf.get(feature)! * 16,
  }
  const offsets = Float64Array.from(bytes)
  for (let t = 0, end = at.trees; t < bytes.length; t++) {
    offsets[t] = end
    if (!together) continue
    packTree(trees, outline(trees, t), end, packing)
    end += bytes[t]!
  }
  const kernel = arena.link<Kernel>('tree-shap')
  const parts = places.nodes.length / 2

  const explainBlock = (columns: readonly Float64Array[], from: number, rows: number, out: Float64Array) => {
    for (const [i, column] of used.entries()) {
      const to = at.x / 8 + i * BLOCK_ROWS
      const values = columns[column]!
      if (rounded) for (let row = 0; row < rows; row++) f64[to + row] = Math.fround(values[from + row]!)
      else f64.set(values.subarray(from, from + rows), to)
    }
    f64.fill(0, at.shares / 8, (at.shares + rows * sharesStride) / 8)
    for (let t = 0; t < bytes.length; t++) {
      if (bytes[t] === 0) continue
      if (!together) packTree(trees, outline(trees, t), offsets[t]!, packing)
      kernel.explain(offsets[t]!, at.x, rows, at.start, parts, at.choices, at.above, at.below, at.shares, sharesStride)
    }
    for (let row = 0; row < rows; row++)
      for (const [i, column] of used.entries()) {
        const share = (at.shares + row * sharesStride) / 8 + i * 2
        out[(from + row) * columns.length + column] = scale * (f64[share]! + f64[share + 1]!)
      }
  }
  return {
    base: survey.mean * scale,
    explain(columns, rows, out) {
      out.fill(0, 0, rows * columns.length)
      for (let from = 0; from < rows; from += BLOCK_ROWS)
        explainBlock(columns, from, Math.min(BLOCK_ROWS, rows - from), out)
    },
  }
}

/** What must be known of all trees before the first is packed. A tree of one leaf takes no bytes. */
function surveyOf(trees: CountedTrees) {
  const outlines = Array.from({ length: trees.start.length - 1 }, (_, t) => measured(outline(trees, t)))
  const places = placesFor(outlines.reduce((most, { players }) => Math.max(most, players), 1))
  return {
    used: columnsOf(trees),
    places,
    bytes: outlines.map(each => (each.upper + each.lower === 0 ? 0 : sizeOf(each, places.nodes.length))),
    inner: outlines.reduce((most, { upper, lower }) => Math.max(most, upper + lower), 0),
    mean: outlines.reduce((sum, { mean }) => sum + mean, 0),
  }
}

/** Only the numbers: the arrays of all trees at once would take more than the trees. */
function measured({ upper, lower, players, mean }: Outline) {
  return { upper, lower, players, mean }
}

/**
 * How a tree lies in the arena for tree-shap.as.ts, and why its walk gives Shapley values.
 *
 * For one row, let the columns on the way to a leaf be its players. A column that is known keeps the leaf in the game
 * (o = 1) or out of it (o = 0) for this row; one that is unknown keeps it in with probability z, the product of the
 * shares of training rows at its cuts. The leaf then adds v (o − z) Σ_S |S|! (m − 1 − |S|)! / m! Π_{S} o Π_{not S} z to
 * the column's value: path-dependent TreeSHAP (Lundberg, Erion, Lee, "Consistent individualized feature attribution for
 * tree ensembles", 2018). The weight of S is the integral of t^|S| (1 − t)^(m − 1 − |S|) over [0, 1], so the sum is the
 * integral of Π (t o + (1 − t) z) over the other columns: a polynomial of degree m − 1, which Gauss–Legendre gives
 * exactly from ⌈m / 2⌉ places. Each place is then an ordinary product down the path and a sum up the tree, without a
 * table of subsets, divisions or cancellation, in time leaves × depth / 2.
 *
 * Let G be the product of a node's path. At a node whose column was not cut before, or with o = 1 so far, the left child
 * gets ρ G, ρ = (t b + (1 − t) z r) / (t + (1 − t) z): z the column's product so far (1 before its first cut), r the
 * share of the node's rows that went left, b = 1 when this row goes left. The right child gets the rest, (1 − ρ) G. Let U
 * be a leaf's value, and R + ρ (L − R) at a node with L and R below. Collecting all leaves below, the node adds
 * (b − r) Σ_places z / (t + (1 − t) z)² G (L − R) to its column. Where o = 0 already, ρ = r and it adds nothing.
 *
 * So a node has three cases, and for each a table {ρ at each place, what G (L − R) is multiplied with}: another way
 * already (o = 0), right, left. Nodes whose children are both leaves are `lower` nodes: their L − R is known, so their
 * table is {U, what G is multiplied with}. All others, `upper`, stand before them, parents before children.
 */
import { gaussLegendre, type Quadrature } from '../math/quadrature.ts'
import type { Arena } from './arena.ts'

/** Trees one after the other; tree t has the nodes start[t] … start[t + 1] − 1, its root first, every parent before its
 * children. All arrays but `start` and `bitset` have one entry a node. */
export interface CountedTrees {
  readonly start: Int32Array
  /** Children, counted from the root of their tree; −1 in a leaf. */
  readonly left: Int32Array
  readonly right: Int32Array
  readonly feature: Int32Array
  /** A row goes left when its value is ≤ threshold. In a node that asks for categories: the first of 8 words of `bitset`. */
  readonly threshold: Float64Array
  /** 1 where a missing value goes left, 0 where it goes right. */
  readonly missingLeft: Uint8Array
  /** What a leaf says; anything in an inner node. */
  readonly value: Float64Array
  /** Training rows (or their weight) that reached the node. */
  readonly cover: ArrayLike<number>
  /** 1 where the node asks for categories. */
  readonly category?: Uint8Array
  /** Bit c of a node's 8 words: category c goes left. Others, and missing ones, go right. */
  readonly bitset?: Uint32Array
}

/** Rows whose choices lie side by side, one byte each. */
export const TILE = 64
const HEADER_BYTES = 24
const DECISION_BYTES = 24
const UPPER_LINK_BYTES = 20
const LOWER_LINK_BYTES = 4
const VARIANTS = 3

const CATEGORICAL = 2

/** A tree without the array that its nodes come from: what the walk needs to know of each inner node, upper ones first. */
export interface Outline {
  readonly root: number
  readonly upper: number
  readonly lower: number
  /** Node number (in all trees) of each inner node. */
  readonly node: Int32Array
  /** Place of the inner child + 1; 0 for a leaf. */
  readonly leftPlace: Int32Array
  readonly rightPlace: Int32Array
  /** Place + 1 of the nearest node above that asks for the same column, and what its choice must be: 1 right, 2 left. */
  readonly above: Int32Array
  readonly wanted: Uint8Array
  /** Share of the node's rows that went left. */
  readonly share: Float64Array
  /** z before this node: the product of the column's shares above. */
  readonly before: Float64Array
  /** Most different columns on one path. */
  readonly players: number
  /** The mean over the training rows. */
  readonly mean: number
}

export function outline(trees: CountedTrees, tree: number): Outline {
  const { start, left, right, feature } = trees
  const root = start[tree]!
  const count = start[tree + 1]! - root
  const isLeaf = (node: number) => left[node]! < 0
  const isLower = (node: number) => isLeaf(root + left[node]!) && isLeaf(root + right[node]!)
  const inner: number[] = []
  for (let node = root; node < root + count; node++) if (!isLeaf(node) && !isLower(node)) inner.push(node)
  const upper = inner.length
  for (let node = root; node < root + count; node++) if (!isLeaf(node) && isLower(node)) inner.push(node)
  const placeOf = new Int32Array(count)
  for (const [i, node] of inner.entries()) placeOf[node - root] = i + 1

  const parent = new Int32Array(count).fill(-1)
  const players = new Int32Array(count)
  const above = new Int32Array(inner.length)
  const wanted = new Uint8Array(inner.length).fill(2)
  const share = new Float64Array(inner.length)
  const before = new Float64Array(inner.length).fill(1)
  let most = 1
  for (let at = 0; at < count; at++) {
    const node = root + at
    if (isLeaf(node)) continue
    const i = placeOf[at]! - 1
    share[i] = shareLeft(trees, root, node)
    let child = at
    let up = parent[at]!
    while (up >= 0 && feature[root + up] !== feature[node]) {
      child = up
      up = parent[up]!
    }
    if (up >= 0) {
      const j = placeOf[up]! - 1
      const wentLeft = left[root + up] === child
      above[i] = j + 1
      wanted[i] = wentLeft ? 2 : 1
      before[i] = before[j]! * (wentLeft ? share[j]! : 1 - share[j]!)
    }
    const known = players[at]! + (up < 0 ? 1 : 0)
    most = Math.max(most, known)
    for (const next of [left[node]!, right[node]!]) {
      parent[next] = at
      players[next] = known
    }
  }
  const place = (children: Int32Array) => Int32Array.from(inner, node => placeOf[children[node]!]!)
  return {
    root,
    upper,
    lower: inner.length - upper,
    node: Int32Array.from(inner),
    leftPlace: place(left),
    rightPlace: place(right),
    above,
    wanted,
    share,
    before,
    players: most,
    mean: meanOf(trees, root, count),
  }
}

/** A node that no row reached counts its children alike. */
function shareLeft({ left, right, cover }: CountedTrees, root: number, node: number): number {
  const l = cover[root + left[node]!]!
  const both = l + cover[root + right[node]!]!
  return both > 0 ? l / both : 0.5
}

function meanOf(trees: CountedTrees, root: number, count: number): number {
  const { left, right, value } = trees
  const means = new Float64Array(count)
  for (let at = count - 1; at >= 0; at--) {
    const node = root + at
    if (left[node]! < 0) means[at] = value[node]!
    else {
      const share = shareLeft(trees, root, node)
      means[at] = share * means[left[node]!]! + (1 - share) * means[right[node]!]!
    }
  }
  return means[0]!
}

/** Gauss–Legendre places for trees with that many players on a path, in whole vectors of two. */
export function placesFor(players: number): Quadrature {
  return gaussLegendre(2 * Math.max(1, Math.ceil(players / 4)))
}

/** Bytes of a packed tree, a multiple of 16. */
export function sizeOf({ upper, lower }: Pick<Outline, 'upper' | 'lower'>, places: number): number {
  const inner = upper + lower
  const head = HEADER_BYTES + inner * DECISION_BYTES + upper * UPPER_LINK_BYTES + lower * LOWER_LINK_BYTES
  return wholeVectors(head) + inner * VARIANTS * 2 * places * 8 + upper * places * 8
}

const wholeVectors = (bytes: number) => Math.ceil(bytes / 16) * 16

export interface Packing {
  readonly arena: Arena<'choices' | 'above' | 'below' | 'words'>
  readonly t: Float64Array
  /** Byte offset of a column within a block of x, and of its share within a row's shares. */
  columnAt(feature: number): number
  shareAt(feature: number): number
}

/** Writes a tree at byte `offset`, a multiple of 16. */
export function packTree(trees: CountedTrees, shape: Outline, offset: number, packing: Packing): void {
  const { upper, lower } = shape
  const inner = upper + lower
  const decisions = offset + HEADER_BYTES
  const links = decisions + inner * DECISION_BYTES
  const tables = wholeVectors(links + upper * UPPER_LINK_BYTES + lower * LOWER_LINK_BYTES)
  packing.arena.u32.set([upper, lower, decisions, links, tables], offset / 4)
  packDecisions(trees, shape, decisions, packing)
  packLinks(trees, shape, links, tables + inner * VARIANTS * 2 * packing.t.length * 8, packing)
  packTables(trees, shape, tables, packing)
}

function packDecisions(trees: CountedTrees, shape: Outline, decisions: number, packing: Packing): void {
  const { u32, f64, at } = packing.arena
  for (const [i, node] of shape.node.entries()) {
    const byte = decisions + i * DECISION_BYTES
    const categorical = trees.category?.[node] === 1
    const kind = categorical ? CATEGORICAL : trees.missingLeft[node]!
    u32.set([packing.columnAt(trees.feature[node]!), shape.above[i]! * TILE, shape.wanted[i]!, kind], byte / 4)
    if (categorical) u32[byte / 4 + 4] = at.words + trees.threshold[node]! * 4
    else f64[byte / 8 + 2] = trees.threshold[node]!
  }
}

/** An upper node: where its children's U stand, where their G go, where its share goes. A lower one: its share. */
function packLinks(trees: CountedTrees, shape: Outline, links: number, leaves: number, packing: Packing): void {
  const { u32, f64, at } = packing.arena
  const entry = packing.t.length * 8
  let word = links / 4
  for (const [i, node] of shape.node.entries()) {
    const share = packing.shareAt(trees.feature[node]!)
    if (i >= shape.upper) {
      u32[word++] = share
      continue
    }
    const [left, right] = [shape.leftPlace[i]!, shape.rightPlace[i]!]
    const leaf = leaves + i * entry
    const from = (place: number) => (place === 0 ? leaf : at.below + place * entry)
    // What would go to a leaf goes to place 0, which nobody reads.
    u32.set([from(left), from(right), at.above + left * entry, at.above + right * entry, share], word)
    word += UPPER_LINK_BYTES / 4
    if (left > 0 && right > 0) continue
    const child = left === 0 ? trees.left[node]! : trees.right[node]!
    f64.fill(trees.value[shape.root + child]!, leaf / 8, (leaf + entry) / 8)
  }
}

function packTables(trees: CountedTrees, shape: Outline, tables: number, { arena: { f64 }, t }: Packing): void {
  const span = t.length
  let at = tables / 8
  for (const [i, node] of shape.node.entries()) {
    const [r, z] = [shape.share[i]!, shape.before[i]!]
    const right = trees.value[shape.root + trees.right[node]!]!
    const difference = trees.value[shape.root + trees.left[node]!]! - right
    for (let k = 0; k < span; k++) {
      const known = t[k]! + (1 - t[k]!) * z
      const unknown = (1 - t[k]!) * z * r
      const gain = z / (known * known)
      f64[at + k] = r
      f64[at + span + k] = 0
      f64[at + 2 * span + k] = unknown / known
      f64[at + 3 * span + k] = -r * gain
      f64[at + 4 * span + k] = (t[k]! + unknown) / known
      f64[at + 5 * span + k] = (1 - r) * gain
    }
    for (let row = at; i >= shape.upper && row < at + 6 * span; row += 2 * span)
      for (let k = row; k < row + span; k++) {
        f64[k] = right + f64[k]! * difference
        f64[k + span]! *= difference
      }
    at += 6 * span
  }
}

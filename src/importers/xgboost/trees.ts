/**
 * Trees of XGBoost's as trees of our own. XGBoost compares float32 numbers, strictly; the thresholds are moved so that
 * doubles go where their float32 goes. Sums are float64 here and float32 there: the last digits differ, by 1e-6 at most
 * of the largest sum on the way.
 *
 * Source of what a category decides: XGBoost's categorical.h (common::Decision).
 */
import { float32Bound, strictly32 } from '../../math/float32.ts'
import { type CategoryCodes, type CategoryColumn, codeCategories, MOST_CATEGORIES } from '../category-codes.ts'
import { Refusal } from '../refusal.ts'
import { blankTree, type PackedTrees, packTrees, type SourceTree } from '../trees.ts'
import type { XgboostTree, XgboostTrees } from './parsed.ts'

export interface XgboostSums {
  readonly codes: CategoryCodes
  /** Columns of categories whose names nobody says. */
  readonly unnamed: readonly number[]
  /** The trees of one class. */
  pack(of: number): PackedTrees
}

const WHAT = 'the XGBoost model'

/** @param used how many trees count
 * @throws Refusal */
export function xgboostSums(booster: XgboostTrees, used: number, columns: number): XgboostSums {
  const { trees, group, weight, categories } = booster
  const known = new Map<number, CategoryColumn>()
  for (const [column, names] of categories)
    known.set(column, { asked: new Set(names.map((_, category) => category)), names })
  const unnamed = new Map<number, Set<number>>()
  for (const tree of trees)
    for (const [node, set] of tree.categories) {
      const column = tree.feature[node]!
      if (known.has(column)) continue
      const asked = unnamed.get(column) ?? new Set()
      unnamed.set(column, asked)
      for (let i = 0; i < set.length; i++) asked.add(inReach(set[i]!, column))
    }
  for (const [column, asked] of unnamed) known.set(column, { asked })
  const codes = codeCategories(columns, known, WHAT)
  return {
    codes,
    unnamed: [...unnamed.keys()].sort((a, b) => a - b),
    pack(of) {
      const packer = packTrees(columns, WHAT)
      for (let t = 0; t < used; t++)
        if (group[t] === of) packer.add(sourceOf(trees[t]!, Math.fround(weight?.[t] ?? 1), codes, known, t))
      return packer.finish()
    },
  }
}

/** Of codes without names: stands for all that no tree asks for. XGBoost sends those where its sets do not go; a node of
 * ours knows no codes beyond this one. */
export const UNASKED = MOST_CATEGORIES - 1

function inReach(category: number, column: number): number {
  if (category < UNASKED) return category
  throw new Refusal(
    'unsupported',
    `${WHAT} tells category ${category} of feature ${column + 1} apart, those up to ${UNASKED - 1} can be`,
    'Fit it with the rare ones as one category, or save it with XGBoost 3.1 or newer, which keeps their names.',
  )
}

/** The nodes that hang from the root, parents first.
 * @throws Refusal for anything but a tree */
function order({ left, right }: XgboostTree, what: string): readonly number[] {
  const nodes = left.length
  if (nodes === 0) throw new Refusal('damaged', `${what} has no node`)
  const found = [0]
  const seen = new Uint8Array(nodes)
  seen[0] = 1
  for (let at = 0; at < found.length; at++) {
    const node = found[at]!
    if (left[node] === -1) continue
    for (const child of [left[node]!, right[node]!]) {
      if (!(Number.isInteger(child) && child >= 0 && child < nodes) || seen[child] === 1)
        throw new Refusal(
          'damaged',
          `node ${node} of ${what} has the child ${child}, expected one of ${nodes} of its own`,
        )
      seen[child] = 1
      found.push(child)
    }
  }
  return found
}

function sourceOf(
  tree: XgboostTree,
  weight: number,
  codes: CategoryCodes,
  known: ReadonlyMap<number, CategoryColumn>,
  number: number,
): SourceTree {
  const nodes = order(tree, `tree ${number} of ${WHAT}`)
  const place = new Map(nodes.map((node, at) => [node, at]))
  const sets = new Map<number, Uint32Array>()
  const source = blankTree(nodes.length)
  for (const [at, node] of nodes.entries()) {
    const rows = tree.hessian[node]!
    source.cover[at] = rows > 0 && rows < Infinity ? rows : 0
    const condition = Math.fround(tree.condition[node]!)
    if (tree.left[node] === -1) {
      source.value[at] = condition * weight
      continue
    }
    const children = [place.get(tree.left[node]!)!, place.get(tree.right[node]!)!] as const
    const missingLeft = tree.defaultLeft[node] === 1
    const column = tree.feature[node]!
    source.feature[at] = column
    const set = tree.categories.get(node)
    if (set) sets.set(at, missingLeft ? codes.words(column, set) : codes.words(column, others(set, known.get(column))))
    // Our nodes send a set left, and all else, missing values too, right. XGBoost's set goes right.
    const turned = set !== undefined && missingLeft
    source.left[at] = children[turned ? 1 : 0]
    source.right[at] = children[turned ? 0 : 1]
    source.missingLeft[at] = Number(missingLeft)
    source.threshold[at] = set ? 0 : float32Bound(strictly32(condition))
  }
  return { ...source, categories: node => sets.get(node) }
}

/** All categories but those of a set. */
function others(set: ArrayLike<number>, column: CategoryColumn | undefined): number[] {
  const without = new Set(Array.from(set))
  const count = column?.names?.length ?? MOST_CATEGORIES
  return Array.from({ length: count }, (_, category) => category).filter(category => !without.has(category))
}

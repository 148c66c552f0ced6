/** Trees of LightGBM's as trees of our own, decision by decision as its Tree::Decision makes them: LightGBM/tree.h. */
import { type CategoryCodes, type CategoryColumn, codeCategories } from '../category-codes.ts'
import { Refusal } from '../refusal.ts'
import { blankTree, type PackedTrees, packTrees, type SourceTree } from '../trees.ts'
import {
  CATEGORICAL,
  DEFAULT_LEFT,
  type LightgbmModel,
  type LightgbmTree,
  MISSING,
  MISSING_NAN,
  MISSING_NONE,
  MISSING_ZERO,
} from './parsed.ts'

export interface LightgbmTrees {
  readonly codes: CategoryCodes
  /** For each column whether numbers next to 0 count as missing. */
  readonly zeroMissing: Uint8Array
  /** The trees of one class. */
  pack(of: number): PackedTrees
}

/** LightGBM's kZeroThreshold, a float32. */
export const NEXT_TO_ZERO = Math.fround(1e-35)

/** @param trees the whole rounds that count
 * @throws Refusal */
export function lightgbmTrees(model: LightgbmModel, trees: readonly LightgbmTree[]): LightgbmTrees {
  const columns = model.names.length
  const asked = askedOf(trees, columns)
  const names = namesOf(model, asked)
  const known = new Map<number, CategoryColumn>()
  for (const [column, categories] of asked.categories)
    known.set(column, { asked: categories, names: names.get(column) })
  for (const [column, list] of names) if (!known.has(column)) known.set(column, { asked: new Set(), names: list })
  const codes = codeCategories(columns, known, 'the model')
  return {
    codes,
    zeroMissing: asked.zero,
    pack(of) {
      const packer = packTrees(columns, 'the LightGBM model')
      for (let t = of; t < trees.length; t += model.treesPerRound) packer.add(sourceOf(trees[t]!, codes))
      return packer.finish()
    },
  }
}

interface Asked {
  /** By column: the categories that some node asks for. */
  readonly categories: ReadonlyMap<number, Set<number>>
  readonly zero: Uint8Array
  /** Columns that some node compares with a threshold. */
  readonly numeric: ReadonlySet<number>
}

function askedOf(trees: readonly LightgbmTree[], columns: number): Asked {
  const categories = new Map<number, Set<number>>()
  const numeric = new Set<number>()
  const zero = new Uint8Array(columns)
  const other = new Uint8Array(columns)
  for (const tree of trees)
    for (let node = 0; node < tree.left.length; node++) {
      const column = tree.feature[node]!
      if (tree.decision[node]! & CATEGORICAL) {
        const found = categories.get(column) ?? new Set()
        categories.set(column, found)
        const set = tree.categories(node)
        for (let i = 0; i < set.length; i++) found.add(set[i]!)
        continue
      }
      numeric.add(column)
      const kind = (tree.decision[node]! & MISSING) === MISSING_ZERO ? zero : other
      if (column >= 0 && column < columns) kind[column] = 1
    }
  const mixed = zero.findIndex((flag, column) => flag === 1 && (other[column] === 1 || categories.has(column)))
  if (mixed >= 0)
    throw new Refusal(
      'unsupported',
      `Some trees take 0 of feature ${mixed + 1} for missing (zero_as_missing), others do not`,
      'Fit the whole model with one setting.',
    )
  return { categories, zero, numeric }
}

type Names = NonNullable<CategoryColumn['names']>

/** pandas's lists of categories are those of the columns of categories of the table, in its order.
 * @throws Refusal where they cannot be dealt out for certain */
function namesOf({ pandas = [], categorical }: LightgbmModel, asked: Asked): ReadonlyMap<number, Names> {
  const columns = categorical.map((_, i) => i)
  const certain = columns.filter(i => categorical[i] || asked.categories.has(i))
  // A column that was the same in every row may be one of categories.
  const perhaps = columns.filter(i => certain.includes(i) || categorical[i] === undefined)
  const places = [certain, perhaps].find(({ length }) => length === pandas.length)
  if (pandas.length > 0 && !places)
    throw new Refusal(
      'unsupported',
      `The table had ${pandas.length} columns of categories and the model has ${certain.length}: which is which is not said`,
      'Fit it with unordered categories alone, or with numbers instead of categories.',
    )
  const named = new Map((places ?? []).map((column, i) => [column, pandas[i]!]))
  const both = [...named.keys()].find(column => asked.numeric.has(column))
  if (both !== undefined)
    throw new Refusal('unsupported', `Feature ${both + 1} has named categories and is compared with numbers`)
  return named
}

/** Inner nodes keep their numbers, leaf j stands behind them. */
function sourceOf(tree: LightgbmTree, codes: CategoryCodes): SourceTree {
  const inner = tree.left.length
  const leaves = tree.value.length
  const source = blankTree(inner + leaves)
  const place = (child: number) => (child < 0 ? inner - 1 - child : child)
  for (let node = 0; node < inner; node++) {
    source.left[node] = place(tree.left[node]!)
    source.right[node] = place(tree.right[node]!)
    source.feature[node] = tree.feature[node]!
    source.threshold[node] = tree.threshold[node]!
    source.missingLeft[node] = Number(missingLeft(tree, node))
  }
  for (let leaf = 0; leaf < leaves; leaf++) {
    source.value[inner + leaf] = tree.value[leaf]!
    source.cover[inner + leaf] = tree.leafRows?.[leaf] ?? 1
  }
  // Files that count no rows: leaves weigh alike, and a node has what is below it.
  for (let node = inner - 1; node >= 0; node--)
    source.cover[node] =
      tree.innerRows?.[node] ?? source.cover[source.left[node]!]! + source.cover[source.right[node]!]!
  return {
    ...source,
    categories: node =>
      tree.decision[node]! & CATEGORICAL ? codes.words(tree.feature[node]!, tree.categories(node)) : undefined,
  }
}

/** Where nothing is missing in training, NaN is read as 0. */
function missingLeft({ decision, threshold }: LightgbmTree, node: number): boolean {
  const kind = decision[node]! & MISSING
  if (kind === MISSING_NONE) return threshold[node]! >= 0
  if (kind === MISSING_NAN || kind === MISSING_ZERO) return (decision[node]! & DEFAULT_LEFT) !== 0
  throw new Refusal(
    'damaged',
    `A node has the decision ${decision[node]}, expected one of three kinds of missing values`,
  )
}

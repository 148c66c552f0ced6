/** The state of gradient boosting against what a stranger's file may hold, and a block's columns as it asks for them. */
import { CATEGORIES, WORDS } from '../kernels/boosted-nodes.ts'
import type { Column, Columns } from '../math/columns.ts'
import type { GradientBoosting } from './gradient-boosting.ts'
import { checkNodes, checkTrees } from './tree-state.ts'

/** Counts and amounts: the trees sum up to the logarithm of the risk. Such models come from elsewhere. */
const LOGARITHMIC = ['poisson', 'gamma', 'tweedie']
const LOSSES = ['log_loss', 'squared_error', 'absolute_error', 'quantile', ...LOGARITHMIC]

/** What the raw sum of the trees is, for the risk to be made of it. */
export function scaleOf({ loss }: Pick<GradientBoosting, 'loss'>): 'log-odds' | 'logarithm' | 'risk' {
  if (loss === 'log_loss') return 'log-odds'
  return LOGARITHMIC.includes(loss) ? 'logarithm' : 'risk'
}

/** @throws RangeError */
export function checkBoosting(state: GradientBoosting): void {
  const { columns, left, feature, threshold, category, bitset, levels, levelStart } = state
  checkTrees(state, columns)
  checkNodes(state.value, left.length, 'value')
  checkNodes(state.cover, left.length, 'number of rows', 0)
  if (!Number.isFinite(state.base)) throw new RangeError(`its base is ${state.base}`)
  if (!LOSSES.includes(state.loss)) throw new RangeError(`its loss is ${state.loss}, expected ${LOSSES.join(', ')}`)
  if (!(category instanceof Uint8Array) || category.length !== left.length || !(bitset instanceof Uint32Array))
    throw new RangeError('its trees do not say which nodes ask for categories')
  const asked = new Uint8Array(columns)
  for (let node = 0; node < left.length; node++) {
    if (left[node]! < 0) continue
    const first = threshold[node]!
    if (category[node] === 1 && !(Number.isInteger(first) && first >= 0 && first + WORDS <= bitset.length))
      throw new RangeError(`its node ${node} asks for categories that are not there`)
    asked[feature[node]!]! |= category[node] === 1 ? 1 : 2
  }
  if (!(levelStart instanceof Int32Array) || !Array.isArray(levels) || levelStart.length !== columns + 1)
    throw new RangeError('its columns do not say what their categories are called')
  for (let c = 0; c < columns; c++) {
    const count = levelStart[c + 1]! - levelStart[c]!
    if (count < 0 || count > CATEGORIES) throw new RangeError(`its column ${c} has ${count} categories`)
    if (count > 0 && asked[c]! & 2) throw new RangeError(`its column ${c} is asked for numbers, but has names`)
  }
  if (levelStart[0] !== 0 || levelStart[columns] !== levels.length)
    throw new RangeError('its names of categories are not as many as its columns have')
}

/** A code that no node knows: such a row goes right everywhere. */
const UNKNOWN = CATEGORIES

/**
 * Columns of categories become columns of codes. A column whose names are known may come as texts or as numbers that
 * are these names; one whose codes alone are known is read as codes.
 * @throws RangeError for another number of columns; TypeError for categories where the trees compare numbers
 */
export function columnReader(state: GradientBoosting): (block: Columns) => readonly Float64Array[] {
  const { columns, left, feature, category, levels, levelStart } = state
  const numeric = new Uint8Array(columns)
  for (let node = 0; node < left.length; node++)
    if (left[node]! >= 0 && category[node] !== 1) numeric[feature[node]!] = 1
  const names = Array.from({ length: columns }, (_, c) => levels.slice(levelStart[c], levelStart[c + 1]))
  const codeOf = names.map(list => new Map(list.map((name, code) => [name, code])))
  const codeOfNumber = names.map(list => new Map(list.map((name, code) => [Number(name), code])))
  const codesOf = (column: Column, c: number, rows: number): Float64Array => {
    if (column instanceof Float64Array) {
      if (names[c]!.length === 0) return column
      return Float64Array.from(column.subarray(0, rows), value =>
        Number.isFinite(value) ? (codeOfNumber[c]!.get(value) ?? UNKNOWN) : Number.NaN,
      )
    }
    if (numeric[c] === 1) throw new TypeError(`column ${c} holds categories, expected numbers`)
    const code = column.levels.map((name, i) => (names[c]!.length === 0 ? i : (codeOf[c]!.get(name) ?? UNKNOWN)))
    return Float64Array.from(column.codes.subarray(0, rows), at => (at < 0 ? Number.NaN : (code[at] ?? Number.NaN)))
  }
  return block => {
    if (block.columns.length !== columns)
      throw new RangeError(`${block.columns.length} columns for trees of ${columns}`)
    return block.columns.map((column, c) => codesOf(column, c, block.rows))
  }
}

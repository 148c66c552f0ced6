/**
 * The text that LightGBM's save_model writes: lines `key=value`, first of the model, then of each tree, then the
 * parameters of the training, then what pandas called the categories. Formats v2 to v4.
 *
 * Source: LightGBM's gbdt_model_text.cpp and tree.cpp (Tree::ToString).
 */
import { parseBounded } from '../../artifact/json.ts'
import { type Doc, docOf, parseNumber, type Raw } from '../document.ts'
import { Refusal } from '../refusal.ts'
import type { LightgbmModel, LightgbmTree } from './parsed.ts'

type Lines = ReadonlyMap<string, string>

/** 10,000 trees have a quarter of a million. */
const MOST_LINES = 2_000_000

/** @throws Refusal for a text that is not a whole model */
export function parseLightgbmText(text: string): LightgbmModel {
  const lines = text.split(/\r?\n/, MOST_LINES + 1)
  if (lines.length > MOST_LINES) throw new Refusal('damaged', `it has more than ${MOST_LINES} lines`)
  if (lines[0] !== 'tree') throw new Refusal('damaged', 'it does not begin with the line "tree"')
  const { head, trees, end } = sectionsOf(lines)
  const version = head.get('version') ?? 'none'
  const names = (head.get('feature_names') ?? '').split(' ').filter(name => name !== '')
  const infos = (head.get('feature_infos') ?? '').split(' ').filter(info => info !== '')
  return {
    version,
    classes: whole(head, 'num_class', 'the model'),
    treesPerRound: whole(head, 'num_tree_per_iteration', 'the model'),
    objective: head.get('objective'),
    average: head.has('average_output'),
    names: checkNames(names, whole(head, 'max_feature_idx', 'the model') + 1),
    categorical: names.map((_, i) => categoricalInfo(infos[i])),
    ...rangesOf(names.map((_, i) => infos[i] ?? 'none')),
    trees,
    parameters: parametersOf(end),
    pandas: pandasOf(end),
  }
}

/** @throws Refusal */
export function checkNames(names: readonly string[], count: number): readonly string[] {
  if (names.length === count) return names
  throw new Refusal('damaged', `it names ${names.length} features, expected ${count}`)
}

/** "[0:3.5]" is a range of numbers, "2:0:5" are categories, "none" was the same in every row. */
function categoricalInfo(info: string | undefined): boolean | undefined {
  if (info === undefined || info === 'none') return undefined
  return !info.startsWith('[')
}

/** @param infos "[least:greatest]", or anything else for features without a range */
export function rangesOf(infos: readonly string[]): Pick<LightgbmModel, 'least' | 'greatest'> {
  const ends = infos.map(info => /^\[(.+):(.+)\]$/.exec(info)?.slice(1).map(parseNumber) ?? [])
  const end = (i: number) => Float64Array.from(ends, pair => pair[i] ?? Number.NaN)
  return { least: end(0), greatest: end(1) }
}

function sectionsOf(lines: readonly string[]) {
  let at = 1
  const block = (): Lines => {
    const found = new Map<string, string>()
    for (; at < lines.length && !isBorder(lines[at]!); at++) {
      const line = lines[at]!
      const cut = line.indexOf('=')
      if (line !== '') found.set(cut < 0 ? line : line.slice(0, cut), cut < 0 ? '' : line.slice(cut + 1))
    }
    return found
  }
  const head = block()
  const trees: LightgbmTree[] = []
  while (lines[at]?.startsWith('Tree=')) {
    if (lines[at] !== `Tree=${trees.length}`)
      throw new Refusal(
        'damaged',
        `line ${at + 1} is ${JSON.stringify(lines[at]!.slice(0, 40))}, expected Tree=${trees.length}`,
      )
    at++
    trees.push(treeOf(block(), `tree ${trees.length}`))
  }
  if (lines[at] !== 'end of trees' && head.get('version') !== 'v2')
    throw new Refusal(
      'damaged',
      `it ends after ${trees.length} trees, without the line "end of trees"`,
      'Copy it again.',
    )
  const expected = (head.get('tree_sizes') ?? '').split(' ').filter(size => size !== '').length
  if (head.has('tree_sizes') && expected !== trees.length)
    throw new Refusal('damaged', `it has ${trees.length} trees, expected ${expected}`, 'Copy it again.')
  return { head, trees, end: lines.slice(at) }
}

const isBorder = (line: string) => line.startsWith('Tree=') || line === 'end of trees' || line === 'parameters:'

function whole(lines: Lines, key: string, what: string): number {
  const text = lines.get(key) ?? ''
  if (/^\d{1,9}$/.test(text)) return Number(text)
  throw new Refusal('damaged', `${key} of ${what} is ${JSON.stringify(text.slice(0, 40))}, expected a whole number`)
}

/** @throws Refusal where the numbers are fewer than expected; more are cut off by nobody, so they are refused too */
function numbers(lines: Lines, key: string, count: number, what: string): Float64Array {
  const words = (lines.get(key) ?? '').split(' ').filter(word => word !== '')
  if (words.length !== count)
    throw new Refusal('damaged', `${key} of ${what} has ${words.length} numbers, expected ${count}`)
  return Float64Array.from(words, word => {
    const found = parseNumber(word)
    if (found !== undefined) return found
    throw new Refusal('damaged', `${key} of ${what} has ${JSON.stringify(word.slice(0, 40))}, expected a number`)
  })
}

function treeOf(lines: Lines, what: string): LightgbmTree {
  const leaves = whole(lines, 'num_leaves', what)
  if (leaves < 1) throw new Refusal('damaged', `${what} has no leaf`)
  if (lines.get('is_linear') === '1') throw linear(what)
  const inner = leaves - 1
  const read = (key: string) => numbers(lines, key, inner, what)
  const value = numbers(lines, 'leaf_value', leaves, what)
  // A tree that is one leaf has no line that says anything else for certain.
  if (inner === 0) return leaf(value)
  const threshold = read('threshold')
  return {
    left: read('left_child'),
    right: read('right_child'),
    feature: read('split_feature'),
    threshold,
    decision: read('decision_type'),
    categories: setsOf(lines, threshold, what),
    innerRows: lines.get('internal_count') ? read('internal_count') : undefined,
    value,
    leafRows: lines.get('leaf_count') ? numbers(lines, 'leaf_count', leaves, what) : undefined,
  }
}

export const leaf = (value: ArrayLike<number>): LightgbmTree => ({
  left: [],
  right: [],
  feature: [],
  threshold: [],
  decision: [],
  categories: () => [],
  innerRows: [],
  value,
  leafRows: undefined,
})

export const linear = (what: string) =>
  new Refusal(
    'unsupported',
    `${what} has linear models in its leaves (linear_tree), which are not scored here`,
    'Fit it with linear_tree=false.',
  )

/** In a node of categories the threshold is the number of its set: words cat_boundaries[i] … of cat_threshold, bit c of
 * which is category c. */
function setsOf(lines: Lines, threshold: Float64Array, what: string): (node: number) => ArrayLike<number> {
  const sets = whole(lines, 'num_cat', what)
  if (sets === 0) return () => missingSet(what)
  const bounds = numbers(lines, 'cat_boundaries', sets + 1, what)
  const words = numbers(lines, 'cat_threshold', bounds[sets]!, what)
  return node => {
    const [from, to] = [bounds[threshold[node]!], bounds[threshold[node]! + 1]]
    if (from === undefined || to === undefined || !(from >= 0 && from <= to && to <= words.length))
      return missingSet(what)
    const found: number[] = []
    for (let word = from; word < to; word++)
      for (let bit = 0; bit < 32; bit++) if ((words[word]! >>> bit) & 1) found.push((word - from) * 32 + bit)
    return found
  }
}

function missingSet(what: string): never {
  throw new Refusal('damaged', `${what} asks for a set of categories that it does not have`)
}

/** Lines `[key: value]` between "parameters:" and "end of parameters". */
function parametersOf(lines: readonly string[]): Record<string, string> {
  const from = lines.indexOf('parameters:')
  const to = lines.indexOf('end of parameters')
  if (from < 0 || to < from) return {}
  return Object.fromEntries(
    lines.slice(from + 1, to).flatMap(line => {
      const found = /^\[([\w-]+): (.*)\]$/.exec(line)
      return found ? [[found[1]!, found[2]!]] : []
    }),
  )
}

const PANDAS = 'pandas_categorical:'

function pandasOf(lines: readonly string[]): LightgbmModel['pandas'] {
  const line = lines.find(each => each.startsWith(PANDAS))
  if (line === undefined) return undefined
  try {
    const raw = parseBounded(line.slice(PANDAS.length)) as Raw
    return raw === null ? undefined : categoriesOf(docOf(raw, 'pandas_categorical'))
  } catch (error) {
    if (error instanceof Refusal) throw error
    throw new Refusal('damaged', 'pandas_categorical is not sound JSON', 'Copy the file again.')
  }
}

/** @throws Refusal for anything but lists of texts, numbers and flags */
export function categoriesOf(doc: Doc): NonNullable<LightgbmModel['pandas']> {
  return doc.items().map(list =>
    list.items().map(item => {
      if (item.isText()) return item.text()
      return item.isFlag() ? item.flag() : item.number()
    }),
  )
}

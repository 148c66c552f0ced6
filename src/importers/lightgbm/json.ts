/** What LightGBM's dump_model() gives, as JSON: trees of nested nodes. */
import type { Doc } from '../document.ts'
import { Refusal } from '../refusal.ts'
import {
  CATEGORICAL,
  DEFAULT_LEFT,
  type LightgbmModel,
  type LightgbmTree,
  MISSING_NAN,
  MISSING_NONE,
  MISSING_ZERO,
} from './parsed.ts'
import { categoriesOf, checkNames, leaf, linear, rangesOf } from './text.ts'

/** @throws Refusal for a document that is not a whole model */
export function readLightgbmJson(doc: Doc): LightgbmModel {
  const names = doc.at('feature_names').texts()
  const trees = doc
    .at('tree_info')
    .items()
    .map((tree, i) => treeOf(tree.at('tree_structure'), `tree ${i}`))
  const asked = new Set<number>()
  for (const { decision, feature } of trees)
    for (let node = 0; node < decision.length; node++) if (decision[node]! & CATEGORICAL) asked.add(feature[node]!)
  const infos = doc.find('feature_infos')
  const pandas = doc.find('pandas_categorical')
  return {
    version: doc.find('version')?.text() ?? 'none',
    classes: doc.at('num_class').count(),
    treesPerRound: doc.at('num_tree_per_iteration').count(),
    objective: doc.find('objective')?.text(),
    average: doc.find('average_output')?.flag() ?? false,
    names: checkNames(names, doc.at('max_feature_idx').count() + 1),
    categorical: names.map((name, i) => {
      const values = infos?.find(name)?.find('values')
      return asked.has(i) || (values !== undefined && values.items().length > 0) ? true : undefined
    }),
    ...rangesOf(names.map(() => 'none')),
    trees,
    pandas: pandas && categoriesOf(pandas),
    parameters: {},
  }
}

interface Nodes {
  readonly left: number[]
  readonly right: number[]
  readonly feature: number[]
  readonly threshold: number[]
  readonly decision: number[]
  readonly sets: (number[] | undefined)[]
  readonly innerRows: number[]
  readonly value: number[]
  readonly leafRows: number[]
}

/** Nodes are numbered as they are met, so that every parent stands before its children. */
function treeOf(root: Doc, what: string): LightgbmTree {
  const nodes: Nodes = {
    left: [],
    right: [],
    feature: [],
    threshold: [],
    decision: [],
    sets: [],
    innerRows: [],
    value: [],
    leafRows: [],
  }
  const open: { readonly doc: Doc; readonly tell: (place: number) => void }[] = [{ doc: root, tell: () => undefined }]
  for (let next = open.pop(); next; next = open.pop()) {
    const { doc, tell } = next
    if (!doc.find('left_child')) {
      tell(-1 - addLeaf(nodes, doc, what))
      continue
    }
    const node = addNode(nodes, doc)
    tell(node)
    open.push({ doc: doc.at('right_child'), tell: place => (nodes.right[node] = place) })
    open.push({ doc: doc.at('left_child'), tell: place => (nodes.left[node] = place) })
  }
  if (nodes.left.length === 0) return leaf(nodes.value)
  const counted = [...nodes.innerRows, ...nodes.leafRows].every(rows => rows >= 0)
  return {
    ...nodes,
    categories: node => nodes.sets[node] ?? [],
    innerRows: counted ? nodes.innerRows : undefined,
    leafRows: counted ? nodes.leafRows : undefined,
  }
}

function addLeaf(nodes: Nodes, doc: Doc, what: string): number {
  if (doc.find('leaf_coeff') || doc.find('leaf_const')) throw linear(what)
  nodes.leafRows.push(doc.find('leaf_count')?.number() ?? -1)
  return nodes.value.push(doc.at('leaf_value').number()) - 1
}

const MISSING_WORDS: ReadonlyMap<string, number> = new Map([
  ['None', MISSING_NONE],
  ['Zero', MISSING_ZERO],
  ['NaN', MISSING_NAN],
])

function addNode(nodes: Nodes, doc: Doc): number {
  const kind = doc.at('decision_type').text()
  const missing = MISSING_WORDS.get(doc.at('missing_type').text())
  if (!['<=', '=='].includes(kind) || missing === undefined)
    throw new Refusal('damaged', `${doc.where || 'a node'} has the decision ${kind.slice(0, 20)}, expected <= or ==`)
  const set = kind === '==' ? setOf(doc.at('threshold')) : undefined
  const left = doc.at('default_left').flag() ? DEFAULT_LEFT : 0
  nodes.decision.push((set ? CATEGORICAL : 0) | left | missing)
  nodes.sets.push(set)
  nodes.threshold.push(set ? 0 : doc.at('threshold').number())
  nodes.left.push(-1)
  nodes.right.push(-1)
  nodes.innerRows.push(doc.find('internal_count')?.number() ?? -1)
  return nodes.feature.push(doc.at('split_feature').count()) - 1
}

/** "1||10||100", or a number alone. */
function setOf(doc: Doc): number[] {
  const words = doc.isText() ? doc.text().split('||') : [String(doc.number())]
  return words
    .map(word => {
      if (/^\d{1,9}$/.test(word)) return Number(word)
      throw new Refusal('damaged', `${doc.where} has the category ${JSON.stringify(word.slice(0, 40))}`)
    })
    .sort((a, b) => a - b)
}

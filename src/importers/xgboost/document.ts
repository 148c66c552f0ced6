/** The document that XGBoost's save_model writes, as JSON since 1.0 and as UBJSON since 1.6; pickled boosters have it
 * under "Model". https://xgboost.readthedocs.io/en/stable/tutorials/saving_model.html */
import { type Doc, parseNumber } from '../document.ts'
import { Refusal, severalOutputs } from '../refusal.ts'
import type { XgboostLinear, XgboostModel, XgboostTree, XgboostTrees } from './parsed.ts'

/** @throws Refusal for a document that is not a whole model */
export function readXgboost(document: Doc): XgboostModel {
  const whole = document.find('Model') ?? document
  const learner = whole.at('learner')
  const parameters = learner.at('learner_model_param')
  const count = parameters.at('num_feature').count()
  const targets = parameters.find('num_target')?.count() ?? 1
  if (targets > 1) throw severalOutputs('it', targets)
  const list = (key: string) => {
    const found = learner.find(key)?.texts() ?? []
    if (found.length === 0 || found.length === count) return found.length > 0 ? found : undefined
    throw new Refusal('damaged', `it has ${found.length} ${key}, expected ${count}`)
  }
  return {
    version: whole
      .find('version')
      ?.items()
      .map(part => part.count()),
    objective: learner.at('objective').at('name').text(),
    base: basesOf(parameters.at('base_score')),
    margin: false,
    classes: parameters.at('num_class').count(),
    count,
    names: list('feature_names'),
    types: list('feature_types'),
    attributes: new Map(
      learner
        .find('attributes')
        ?.entries()
        .flatMap(([key, value]) => (value.isText() ? [[key, value.text()]] : [])) ?? [],
    ),
    booster: boosterOf(learner.at('gradient_booster')),
  }
}

/** "5E-1", since 3.1 "[5E-1]" or "[1E0,2E0]". */
function basesOf(doc: Doc): readonly number[] {
  const words = doc.isText()
    ? doc
        .text()
        .replace(/^\[|\]$/g, '')
        .split(',')
    : [String(doc.number())]
  return words.map(word => {
    const found = parseNumber(word.trim())
    if (found !== undefined && Number.isFinite(found)) return found
    throw new Refusal('damaged', `base_score is ${JSON.stringify(words.join().slice(0, 40))}, expected finite numbers`)
  })
}

function boosterOf(booster: Doc): XgboostTrees | XgboostLinear {
  const name = booster.at('name').text()
  if (name === 'gblinear') return { name, weights: booster.at('model').at('weights').numbers() }
  if (name === 'dart') return treesOf(booster.at('gbtree').at('model'), name, booster.at('weight_drop').numbers())
  if (name === 'gbtree') {
    // 3.3 calls a dart a gbtree and keeps its weights beside the model, 3.4 in it.
    const weight = booster.find('weight_drop') ?? booster.at('model').find('weight_drop')
    return treesOf(booster.at('model'), weight ? 'dart' : name, weight?.numbers())
  }
  throw new Refusal(
    'unsupported',
    `its booster is ${name.slice(0, 40)}, expected gbtree, dart or gblinear`,
    'Save the model as ONNX.',
  )
}

function treesOf(model: Doc, name: 'gbtree' | 'dart', weight: ArrayLike<number> | undefined): XgboostTrees {
  const trees = model.at('trees').items().map(treeOf)
  const group = model.at('tree_info').numbers()
  const parameters = model.at('gbtree_model_param')
  const told = parameters.at('num_trees').count()
  if (trees.length !== told || group.length !== told || (weight && weight.length !== told))
    throw new Refusal('damaged', `it has ${trees.length} trees for ${group.length} classes of trees, expected ${told}`)
  return {
    name,
    trees,
    group,
    weight,
    parallel: Math.max(1, parameters.find('num_parallel_tree')?.count() ?? 1),
    categories: namesOf(model.find('cats')),
  }
}

function treeOf(tree: Doc): XgboostTree {
  const size = tree.find('tree_param')?.find('size_leaf_vector')?.count() ?? 0
  if (size > 1) throw severalOutputs('it', size)
  const left = tree.at('left_children').numbers()
  const numbers = (key: string) => {
    const found = tree.at(key).numbers()
    if (found.length === left.length) return found
    throw new Refusal('damaged', `${tree.where} has ${found.length} ${key}, expected ${left.length}`)
  }
  return {
    left,
    right: numbers('right_children'),
    feature: numbers('split_indices'),
    condition: numbers('split_conditions'),
    defaultLeft: numbers('default_left'),
    hessian: numbers('sum_hessian'),
    categories: setsOf(tree),
  }
}

/** Nodes that ask for categories, each with a stretch of one list of categories. */
function setsOf(tree: Doc): ReadonlyMap<number, ArrayLike<number>> {
  const nodes = tree.find('categories_nodes')?.numbers() ?? []
  const sets = new Map<number, ArrayLike<number>>()
  if (nodes.length === 0) return checkSplits(tree, sets)
  const all = tree.at('categories').numbers()
  const from = tree.at('categories_segments').numbers()
  const sizes = tree.at('categories_sizes').numbers()
  for (let i = 0; i < nodes.length; i++) {
    const [begin, size] = [from[i]!, sizes[i]!]
    if (!(begin >= 0 && size >= 0 && begin + size <= all.length))
      throw new Refusal('damaged', `${tree.where} has categories ${begin} to ${begin + size} of ${all.length}`)
    const set = Array.from({ length: size }, (_, at) => all[begin + at]!)
    if (!set.every(category => Number.isSafeInteger(category) && category >= 0))
      throw new Refusal('damaged', `${tree.where} has categories that are no whole numbers from 0 on`)
    sets.set(nodes[i]!, set)
  }
  return checkSplits(tree, sets)
}

/** `split_type` 1 is a node of categories. */
function checkSplits(tree: Doc, sets: ReadonlyMap<number, ArrayLike<number>>): ReadonlyMap<number, ArrayLike<number>> {
  const types = tree.find('split_type')?.numbers() ?? []
  for (let node = 0; node < types.length; node++)
    if ((types[node] === 1) !== sets.has(node))
      throw new Refusal(
        'damaged',
        `node ${node} of ${tree.where} is of the type ${types[node]} and has other categories`,
      )
  return sets
}

/** Texts as their bytes one after the other, and where each begins; or numbers as they are. */
function namesOf(cats: Doc | undefined): XgboostTrees['categories'] {
  const names = new Map<number, readonly (string | number)[]>()
  for (const [feature, encoded] of cats?.find('enc')?.items().entries() ?? []) {
    const values = encoded.at('values').numbers()
    const offsets = encoded.find('offsets')?.numbers()
    if (values.length === 0) continue
    names.set(feature, offsets ? textsOf(values, offsets, encoded.where) : Array.from(values))
  }
  return names
}

/** XGBoost 3.1 and 3.2 count letters where they mean bytes, so names with letters beyond ASCII are cut in wrong places. */
function textsOf(values: ArrayLike<number>, offsets: ArrayLike<number>, where: string): readonly string[] {
  let text = ''
  for (let i = 0; i < values.length; i++) text += String.fromCharCode(values[i]! & 255)
  if (/[^\0-\x7f]/.test(text))
    throw new Refusal(
      'unsupported',
      'its categories have names with letters beyond ASCII, which XGBoost writes in a way that cannot be read back',
      'Fit it with names of plain letters.',
    )
  return Array.from({ length: Math.max(0, offsets.length - 1) }, (_, i) => {
    const [from, to] = [offsets[i]!, offsets[i + 1]!]
    if (!(from >= 0 && from <= to && to <= text.length))
      throw new Refusal('damaged', `${where} has a text from ${from} to ${to} of ${text.length} bytes`)
    return text.slice(from, to)
  })
}

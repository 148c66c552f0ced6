/**
 * What people put into one file: an estimator alone, or a dict, tuple or list with a model, what is applied before it,
 * the names of its features and a threshold. Any of these may be missing, and keys are spelled in many ways: what a value
 * is decides, its key only where that is not enough.
 */
import { numberOf, textOf } from './numpy/array.ts'
import { entry, isNode, type ObjectNode, type Value } from './pickle/nodes.ts'
import { pairsOf } from './pickle/walk.ts'
import { Refusal } from './refusal.ts'
import { classOf, listOf, stateOf, textsOf, wordFor } from './sklearn/estimator.ts'
import { isPredictor, isTransformer } from './sklearn/index.ts'

export interface Bundle {
  readonly model: Value
  /** Where it stood: "model", "models.iforest"; absent for a model alone. */
  readonly key?: string
  /** Transformers to apply first, in this order, each with its key. */
  readonly before: readonly { readonly key: string; readonly value: Value }[]
  readonly features?: readonly string[]
  readonly threshold?: { readonly value: number; readonly key: string }
  /** What else is there and takes no part: "model2 (KMeans)". */
  readonly beside: readonly string[]
  /** What is called a threshold and is no number: "threshold (a dict)". */
  readonly unread: readonly string[]
}

interface Entry {
  /** "models.iforest" */
  readonly key: string
  /** "iforest" */
  readonly name: string
  readonly value: Value
  /** Of the containers around it, from the innermost. */
  readonly around: readonly (readonly Entry[])[]
}

const FEATURES =
  /^(x_?)?(features?|columns?|cols|predictors)$|^(all_|selected_|input_|model_|training_|train_|used_|numeric_|final_)?(feature|input|x)_?(names?|columns?|cols|list|order|set)?(_in)?_?$|^(selected|input|model|training|train|used|final)_(features|columns|cols)$/i
/** What made the target smaller before it was learned: nothing that the features go through. */
export const OF_TARGET =
  /^(y|target|label|output)s?_?(scaler|transformer)|(scaler|transformer)_?(y|target|label|output)s?$/i
const THRESHOLD =
  /^(anomaly_|best_|optimal_|decision_|score_|alarm_|alert_|detection_|classification_|risk_|mse_|error_|reconstruction_)*(threshold|thresh|cut_?off|cut)(_value|_score)?$/i
/** Dicts about the model, in which names and thresholds are also looked for. */
const SPOKEN = /^(meta_?data|meta|config|info|params|settings|artifacts?)$/i
const LABELS = new Set(['LabelEncoder', 'LabelBinarizer', 'MultiLabelBinarizer'])
const DEEPEST = 3

/** @throws Refusal for a file without a model, and for one with several of which none was picked */
export function bundleOf(value: Value, pick?: string): Bundle {
  const top = entriesOf(value, '', [])
  if (!top) {
    if (pick !== undefined)
      throw new Refusal('unsaid', `it holds one model, not several of which ${pick} could be one`, 'Leave out --pick.')
    return { model: value, before: [], beside: [], unread: [] }
  }
  const all = flatten(top)
  const chosen = choose(all, pick)
  const near = nearOf(chosen)
  const features = near.find(({ name, value }) => FEATURES.test(name) && textList(value))
  const thresholds = near.filter(({ name, value }) => THRESHOLD.test(name.replace(/s$/, '')) && value !== null)
  const threshold = thresholds.find(({ value }) => finiteIn(value) !== undefined)
  const before = transformersBefore(chosen, near, all)
  const parts = new Set([chosen, features, threshold, ...before])
  return {
    model: chosen.value,
    key: chosen.key,
    before,
    ...(features ? { features: textList(features.value) as readonly string[] } : {}),
    ...(threshold ? { threshold: { value: finiteIn(threshold.value) as number, key: threshold.key } } : {}),
    beside: all
      .filter(each => isNode(each.value, 'object') && numberOf(each.value) === undefined && !parts.has(each))
      .map(besideText),
    unread: threshold ? [] : thresholds.map(({ key, value }) => `${key} (${wordFor(value)})`),
  }
}

/** A number, also as a text, or alone in a list. */
function finiteIn(value: Value): number | undefined {
  const items = typeof value === 'object' ? listOf(value) : undefined
  const only = items?.length === 1 ? (items[0] as Value) : value
  const text = typeof only === 'string' && only.trim() !== '' ? Number(only) : undefined
  const found = text ?? (items && items.length !== 1 ? undefined : numberOf(only))
  return found !== undefined && Number.isFinite(found) ? found : undefined
}

const besideText = ({ key, value }: Entry) => `${key} (${classOf(value)?.name})`

function entriesOf(value: Value, prefix: string, around: Entry['around']): Entry[] | undefined {
  const pairs = namedParts(value)
  if (!pairs) return undefined
  const entries: Entry[] = []
  const chain = [entries, ...around]
  for (const [name, each] of pairs) entries.push({ key: prefix + name, name, value: each, around: chain })
  return entries
}

/** What has more parts is data, and not several things in one file. */
const MOST_PARTS = 10_000

function namedParts(value: Value): (readonly [string, Value])[] | undefined {
  if (isNode(value, 'dict') && value.entries.size <= MOST_PARTS)
    return [...pairsOf(value)].map(([key, each]) => [textOf(key) ?? wordFor(key), each])
  if ((isNode(value, 'list') || isNode(value, 'tuple')) && value.items.length <= MOST_PARTS)
    return value.items.map((each, i) => [String(i), each])
  return undefined
}

/** With what stands in the dicts inside, a few levels down; a container may hold itself. */
function flatten(top: readonly Entry[]): Entry[] {
  const all: Entry[] = []
  const seen = new Set<Value>()
  const walk = (entries: readonly Entry[], depth: number) => {
    for (const each of entries) {
      all.push(each)
      if (seen.has(each.value)) continue
      seen.add(each.value)
      const inner = depth < DEEPEST ? entriesOf(each.value, `${each.key}.`, each.around) : undefined
      if (inner && !textList(each.value)) walk(inner, depth + 1)
    }
  }
  walk(top, 1)
  return all
}

/** Objects that could be a model: those that are scored here, then those of another library or kind. */
function candidates(all: readonly Entry[]): Entry[] {
  const seen = new Set<Value>()
  // One model under two keys is one model.
  const objects = all.filter(({ value }) => isModelLike(value) && !seen.has(value) && seen.add(value))
  const scored = objects.filter(({ value }) => isScored(value))
  return scored.length > 0 ? scored : objects
}

function isModelLike(value: Value): value is ObjectNode {
  const from = isNode(value, 'object') ? classOf(value) : undefined
  if (!from || /^(numpy|pandas|collections|builtins|datetime|scipy|_codecs|copyreg)\b/.test(from.module)) return false
  return isScored(value) || !(isTransformer(from.name) || LABELS.has(from.name))
}

/** Whether it ends in a model that is scored here; a pipeline may only transform. */
function isScored(value: Value): boolean {
  const name = classOf(lastOf(value))?.name ?? ''
  return isPredictor(name) && !isTransformer(name)
}

/** The estimator at the end of pipelines. */
export function lastOf(value: Value): Value {
  let at = value
  for (let depth = 0; depth < 10; depth++) {
    const last = stepsOf(at)?.at(-1)
    if (last === undefined) break
    at = last
  }
  return at
}

/** The estimators of a pipeline, in order. */
export function stepsOf(value: Value): readonly Value[] | undefined {
  const steps = attributeOf(value, 'steps')
  const pairs = steps === undefined ? undefined : listOf(steps)
  return pairs?.map(pair => listOf(pair)?.[1] ?? null)
}

/** What is set on an object. */
export function attributeOf(value: Value, attribute: string): Value | undefined {
  const state = stateOf(value)
  return state && entry(state, attribute)
}

function choose(all: readonly Entry[], pick: string | undefined): Entry {
  const found = candidates(all)
  if (pick !== undefined) {
    const picked =
      all.find(each => each.key === pick && isModelLike(each.value)) ?? found.find(each => each.name === pick)
    if (picked) return picked
    throw new Refusal('unsaid', `it has no model called ${pick}; it has ${listed(found)}`, hintOf(found))
  }
  const [first, ...more] = found
  if (!first)
    throw new Refusal(
      'unsupported',
      `it holds no model, only ${
        all
          .slice(0, 8)
          .map(({ key, value }) => `${key}: ${wordFor(value)}`)
          .join(', ') || 'nothing'
      }`,
      'Give the file of the model; names of features go with --features, a scaler with --scaler.',
    )
  if (more.length === 0) return first
  throw new Refusal('unsaid', `it holds ${found.length} models: ${listed(found)}`, hintOf(found))
}

const listed = (entries: readonly Entry[]) => entries.slice(0, 20).map(besideText).join(', ') || 'none'
const hintOf = ([first]: readonly Entry[]) => (first ? `Say which one is meant: --pick ${first.key}` : '')

/** What stands beside the model, the nearest first; of a dict by the names of models, what stands there for this one. */
function nearOf({ name, around }: Entry): Entry[] {
  return around.flatMap(entries =>
    entries.flatMap(each => {
      const own = isNode(each.value, 'dict') ? entry(each.value, name) : undefined
      const spoken =
        isNode(each.value, 'dict') && SPOKEN.test(each.name) ? entriesOf(each.value, `${each.key}.`, []) : undefined
      // thresholds: {iforest: 0.6} speaks of the model called iforest.
      return [
        each,
        ...(own === undefined
          ? []
          : [{ ...each, key: `${each.key}.${name}`, name: each.name.replace(/s$/, ''), value: own }]),
        ...(spoken ?? []),
      ]
    }),
  )
}

/** In the order in which everybody applies them, whatever the order of the keys. */
const ORDER = [/imput/i, /encod/i, /column|union|prepro|pipeline/i, /scal|normal|power|quantile/i, /./]

/** Those that stand near the model; else the only one of a file with one model: {"model": …, "prep": {"scaler": …}}. */
function transformersBefore(chosen: Entry, near: readonly Entry[], all: readonly Entry[]): Entry[] {
  const found = transformersIn(chosen, near)
  const far = found.length === 0 && candidates(all).length === 1 ? transformersIn(chosen, all) : []
  return far.length === 1 ? far : found
}

function transformersIn(chosen: Entry, near: readonly Entry[]): Entry[] {
  const seen = new Set<Value>([chosen.value])
  const found = near.filter(({ name: key, value }) => {
    const name = isNode(value, 'object') ? classOf(value)?.name : undefined
    if (name === undefined || !isTransformer(name) || isScored(value) || seen.has(value)) return false
    if (OF_TARGET.test(key)) return false
    seen.add(value)
    return true
  })
  const rank = ({ value }: Entry) => ORDER.findIndex(kind => kind.test(classOf(value)?.name ?? ''))
  return found.sort((a, b) => rank(a) - rank(b))
}

/** A list, tuple or array of texts that is not empty. */
export function textList(value: Value): readonly string[] | undefined {
  if (isNode(value, 'list') || isNode(value, 'tuple'))
    return value.items.length > 0 && value.items.every(item => typeof item === 'string')
      ? (value.items as string[])
      : undefined
  if (!isNode(value, 'array') && !isNode(value, 'object')) return undefined
  return indexTexts(value) ?? arrayTexts(value)
}

/** Names of columns as pandas keeps them: the data of an Index. */
function indexTexts(value: Value): readonly string[] | undefined {
  if (!isNode(value, 'object') || !/^pandas\b/.test(value.callee.module)) return undefined
  const data = value.args.find(each => isNode(each, 'dict'))
  const inner = data && entry(data, 'data')
  if (inner === undefined) return undefined
  // pandas 3 keeps texts in an array of its own, whose state is its type and an array of numpy's.
  const own = isNode(inner, 'object') && /^pandas\b/.test(inner.callee.module) ? listOf(inner.state ?? null) : undefined
  return arrayTexts(own?.at(-1) ?? inner)
}

function arrayTexts(value: Value): readonly string[] | undefined {
  if (isNode(value, 'object') && !/^numpy\b/.test(value.callee.module)) return undefined
  try {
    const texts = textsOf(value)
    return texts && texts.length > 0 && texts.every(text => Number.isNaN(Number(text))) ? texts : undefined
  } catch (error) {
    if (error instanceof Refusal) return undefined
    throw error
  }
}

/** What an estimator says of itself, for people: classes, parameters, versions. Nothing here refuses a model. */

import type { About } from '../about.ts'
import { numberOf, textOf } from '../numpy/array.ts'
import { entry, type Value } from '../pickle/nodes.ts'
import { nodesOf, pairsOf } from '../pickle/walk.ts'
import { type Estimator, estimatorOf, isDict, isEstimator, isObject, listOf, textsOf, versionOf } from './estimator.ts'
import { countIn, namesIn } from './feature-names.ts'

export type AboutModel = Pick<About, 'model' | 'parameters' | 'features' | 'featureCount' | 'classes' | 'versions'>

/** @param value an estimator of scikit-learn's */
export function aboutModel(value: Value): AboutModel {
  const last = predictorIn(value)
  const features = quietly(() => namesIn(value))
  const featureCount = quietly(() => countIn(value))
  const classes = last && quietly(() => classesIn(last))
  return {
    model: treeOf(value, 0),
    parameters: last ? parametersOf(last) : {},
    versions: versionsIn(value),
    ...(features && { features }),
    ...(featureCount !== undefined && { featureCount }),
    ...(classes && { classes }),
  }
}

/** A part that cannot be read is left out: whether the model can be scored is another question. */
function quietly<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}

const classesIn = (estimator: Estimator) => {
  const classes = estimator.raw('classes_')
  return classes === undefined || classes === null ? undefined : textsOf(classes)
}

/** Names and estimators inside one that is made of others. */
function innersOf(estimator: Estimator): readonly Value[] {
  const pairs = ['steps', 'transformers_', 'transformer_list'].find(name => estimator.has(name))
  if (pairs) return (listOf(estimator.raw(pairs) ?? null) ?? []).map(item => listOf(item)?.[1] ?? null)
  const inner = ['best_estimator_', 'estimator_'].map(name => estimator.raw(name)).find(isEstimator)
  return inner ? [inner] : []
}

const DEEPEST = 8

/** "Pipeline(StandardScaler → IsolationForest)". */
function treeOf(value: Value, depth: number): string {
  if (!isEstimator(value)) return typeof value === 'string' ? value : 'None'
  const estimator = estimatorOf(value)
  const inners = depth < DEEPEST ? innersOf(estimator) : []
  if (inners.length === 0) return estimator.name
  const sign = estimator.name === 'ColumnTransformer' || estimator.name === 'FeatureUnion' ? ' + ' : ' → '
  return `${estimator.name}(${inners.map(inner => treeOf(inner, depth + 1)).join(sign)})`
}

/** The estimator at the end of pipelines and searches. */
function predictorIn(value: Value): Estimator | undefined {
  let at: Value | undefined = value
  for (let depth = 0; depth < DEEPEST && isEstimator(at); depth++) {
    const estimator = estimatorOf(at)
    const next: Value | undefined =
      estimator.name === 'Pipeline'
        ? innersOf(estimator).at(-1)
        : estimator.name.endsWith('SearchCV')
          ? innersOf(estimator)[0]
          : undefined
    if (next === undefined || next === null) return estimator
    at = next
  }
  return undefined
}

/** Parameters of the constructor: what has no underscore before or behind, and is plain. */
function parametersOf({ node }: Estimator): About['parameters'] {
  const out: [string, string | number | boolean | null][] = []
  if (!isDict(node.state)) return {}
  for (const [key, value] of pairsOf(node.state)) {
    if (typeof key !== 'string' || key.startsWith('_') || key.endsWith('_')) continue
    if (value === null || typeof value === 'boolean' || typeof value === 'string') out.push([key, value])
    else {
      const number = quietly(() => numberOf(value))
      const text = number === undefined ? quietly(() => textOf(value)) : undefined
      if (number !== undefined && Number.isFinite(number)) out.push([key, number])
      else if (number !== undefined) out.push([key, Number.isNaN(number) ? 'nan' : number > 0 ? 'inf' : '-inf'])
      else if (text !== undefined) out.push([key, text])
    }
  }
  return Object.fromEntries(out)
}

/** From the oldest to the newest of all estimators within. */
export function versionsIn(value: Value): Readonly<Record<string, string>> {
  const found = new Set<string>()
  for (const node of nodesOf(value)) {
    if (!isObject(node) || !isDict(node.state)) continue
    const version = entry(node.state, '_sklearn_version')
    if (typeof version === 'string' && versionOf(version)) found.add(version.slice(0, 20))
  }
  const sorted = [...found].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
  if (sorted.length === 0) return {}
  return { 'scikit-learn': sorted.length === 1 ? (sorted[0] as string) : `${sorted[0]} to ${sorted.at(-1)}` }
}

/** Models in pickle and joblib files. */
import type { About } from './about.ts'
import { attributeOf, type Bundle, bundleOf, lastOf, OF_TARGET, stepsOf } from './artifact-dict.ts'
import { unwrap } from './containers/index.ts'
import type { Open, Opened } from './format.ts'
import { numberOf, textOf } from './numpy/array.ts'
import { refuseHostile } from './pickle/globals.ts'
import { readPickle } from './pickle/machine.ts'
import { entry, isNode, nameOf, type ObjectNode, type Value } from './pickle/nodes.ts'
import { nodesOf, pairsOf } from './pickle/walk.ts'
import type { Program } from './program.ts'
import { Refusal } from './refusal.ts'
import type { ImportRequest } from './request.ts'
import { classOf, listOf, stateOf, textsOf, wordFor } from './sklearn/estimator.ts'
import { countIn, namesIn } from './sklearn/feature-names.ts'
import { isTransformer } from './sklearn/index.ts'
import { lowerModel } from './sklearn/model.ts'

export const openPickle: Open = (request, containers): Opened => {
  const pickle = readPickle(request.bytes)
  const { globals, joblib, protocol, value } = pickle
  const opened = openValue(value, request, {
    format: joblib === 'none' && containers.length === 0 ? 'pickle' : 'joblib',
    containers: [...containers, `pickle protocol ${protocol}`],
    versions: joblib === 'none' ? {} : { joblib },
    globals,
  })
  return {
    about: opened.about,
    program() {
      refuseHostile(pickle)
      return opened.program()
    },
  }
}

/** What any file says that holds objects of scikit-learn as nodes. */
export function openValue(
  value: Value,
  request: ImportRequest,
  said: Pick<About, 'format' | 'containers' | 'versions' | 'globals'>,
): Opened {
  const versions = { ...versionsOf(value), ...said.versions }
  const base = { ...said, versions, model: describe(value), parameters: {}, bytes: request.bytes.length, beside: [] }
  const { bundle, refusal } = tried(() => bundleOf(value, request.model))
  return {
    about: bundle ? withBundle(base, bundle) : base,
    program() {
      if (!bundle) throw refusal
      return programOf(bundle, request)
    },
  }
}

function tried(find: () => Bundle): { bundle?: Bundle; refusal?: unknown } {
  try {
    return { bundle: find() }
  } catch (refusal) {
    if (refusal instanceof Refusal) return { refusal }
    throw refusal
  }
}

function programOf(bundle: Bundle, request: ImportRequest): Program {
  const { scaler } = request
  const before = scaler ? [transformerIn(scaler)] : bundle.before.map(({ value }) => value)
  const program = lowerModel(bundle.model, {
    before,
    risk: request.risk,
    features: request.features ?? bundle.features,
    threshold: request.threshold ?? bundle.threshold?.value,
    thresholdOf: request.thresholdOf,
  })
  const warnings = [...unapplied(bundle, scaler !== undefined), ...program.warnings]
  const { cut } = program
  if (cut === undefined || bundle.threshold === undefined || request.threshold !== undefined)
    return { ...program, warnings }
  return { ...program, warnings, cut: { ...cut, from: `${bundle.threshold.key} in the file` } }
}

/** What stands in the file and could be meant to take part. @param scaled a person says what is applied before */
function unapplied({ model, before, beside, unread }: Bundle, scaled: boolean): string[] {
  const classIn = (each: string) => /\((\w+)\)$/.exec(each)?.[1] ?? ''
  // Encoders of single columns say nothing of which column they belong to.
  const encoders = beside.filter(each => classIn(each) === 'LabelEncoder')
  const ofTarget = beside.filter(each => isTransformer(classIn(each)) && OF_TARGET.test(nameIn(each)))
  const others = beside.filter(each => isTransformer(classIn(each)) && !ofTarget.includes(each))
  const own = new Set(stepsOf(model)?.map(step => classOf(step)?.name))
  const twice = before.filter(({ value }) => own.has(classOf(value)?.name))
  const sentences: [readonly string[], string][] = [
    [encoders, 'beside the model are not applied: the columns must hold the numbers that they gave'],
    [ofTarget, 'beside the model is not applied: what the model predicts stays on the scale of its training'],
    [scaled || before.length > 0 ? [] : others, 'beside the model are not applied: --scaler FILE says what is'],
    [
      scaled ? [] : twice.map(({ key, value }) => `${key} (${classOf(value)?.name})`),
      'is applied before a pipeline that has one of its own: save the pipeline alone if that is not meant',
    ],
    [unread, 'is no number, and is not taken for the threshold'],
  ]
  return sentences.filter(([found]) => found.length > 0).map(([found, end]) => `${listed(found)} ${end}`)
}

/** "scalers.target (StandardScaler)" → "target" */
const nameIn = (each: string) => each.replace(/ \(\w+\)$/, '').replace(/^.*\./, '')
const listed = (found: readonly string[]) =>
  `${found.slice(0, 5).join(', ')}${found.length > 5 ? ` and ${found.length - 5} more` : ''}`

/** The transformer of a file of its own. @throws Refusal for anything else */
export function transformerIn({ name, bytes }: { readonly name: string; readonly bytes: Uint8Array }): Value {
  const pickle = readPickle(unwrap(bytes).bytes)
  refuseHostile(pickle)
  const found = [...nodesIn(pickle.value)].filter(value => isTransformer(classOf(value)?.name ?? ''))
  const [first, ...more] = found
  if (first && more.length === 0) return first
  throw new Refusal(
    'unsupported',
    `the scaler ${name} holds ${found.length} transformers that are known here, expected one`,
    'Save the fitted scaler alone: joblib.dump(scaler, "scaler.joblib")',
  )
}

/** The value itself, or what a dict, list or tuple has in it. */
function nodesIn(value: Value): readonly ObjectNode[] {
  if (isNode(value, 'object')) return [value]
  const parts = isNode(value, 'dict') ? [...pairsOf(value)].map(([, each]) => each) : listOf(value)
  return (parts ?? []).filter(each => isNode(each, 'object'))
}

function versionsOf(value: Value): Record<string, string> {
  for (const node of nodesOf(value)) {
    const said = node.kind === 'dict' ? entry(node, '_sklearn_version') : undefined
    if (typeof said === 'string') return { 'scikit-learn': said }
  }
  return {}
}

function withBundle(about: About, bundle: Bundle): About {
  const chain = [...bundle.before.map(({ value }) => value), bundle.model]
  const said = <T>(read: (value: Value) => T | undefined) =>
    chain.map(value => quietly(() => read(value))).find(found => found !== undefined)
  const features = bundle.features ?? said(namesIn)
  const count = said(countIn)
  const classes = attributeOf(lastOf(bundle.model), 'classes_')
  const texts = classes === undefined ? undefined : quietly(() => textsOf(classes))
  return {
    ...about,
    model: chain.map(value => describe(value)).join(' → '),
    parameters: parametersOf(lastOf(bundle.model)),
    ...(features ? { features } : {}),
    ...(count === undefined ? {} : { featureCount: count }),
    ...(texts ? { classes: texts } : {}),
    ...(bundle.threshold ? { threshold: bundle.threshold.value } : {}),
    beside: bundle.beside,
  }
}

function quietly<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof Refusal) return undefined
    throw error
  }
}

const MOST_PARTS = 20

/** "Pipeline(StandardScaler → IsolationForest)", "dict(model: IsolationForest, scaler: StandardScaler)". */
function describe(value: Value, depth = 0): string {
  if (isNode(value, 'dict')) {
    if (depth > 0) return 'dict'
    const pairs = [...pairsOf(value)]
      .slice(0, MOST_PARTS)
      .map(([key, each]) => `${textOf(key) ?? wordFor(key)}: ${describe(each, 1)}`)
    return `dict(${pairs.join(', ')})`
  }
  if (isNode(value, 'object') && numberOf(value) === undefined) {
    const name = classOf(value)?.name ?? 'object'
    const steps = depth < 3 ? stepsOf(value) : undefined
    if (!steps) return name
    const inner = steps.slice(0, MOST_PARTS).map(step => describe(step, depth + 1))
    return `${name}(${inner.join(' → ')})`
  }
  if (isNode(value, 'object')) return 'number'
  if (isNode(value, 'global')) return nameOf(value)
  if (isNode(value)) return value.kind
  if (value instanceof Uint8Array) return 'bytes'
  return value === null ? 'None' : typeof value
}

/** What people set: plain values under names without underscores at their ends. */
function parametersOf(value: Value): About['parameters'] {
  const state = stateOf(value)
  if (!state) return {}
  const said: [string, string | number | boolean | null][] = []
  for (const [key, each] of pairsOf(state)) {
    if (typeof key !== 'string' || /^_|_$/.test(key) || /^(verbose|n_jobs|n_features_in|copy|warm_start)$/.test(key))
      continue
    const plain =
      each === null || ['string', 'number', 'boolean'].includes(typeof each) ? each : quietly(() => numberOf(each))
    if (plain !== undefined && !(typeof plain === 'number' && !Number.isFinite(plain)))
      said.push([key.slice(0, 100), plain as string | number | boolean | null])
  }
  return Object.fromEntries(said.slice(0, 100))
}

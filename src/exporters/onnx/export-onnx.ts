/**
 * A model as an ONNX file, for runtimes that know nothing of tocsin. One input a feature, [rows, 1]: doubles, NaN where
 * missing; texts where a feature is a text. Outputs, each [rows, 1]: `score` the risk, NaN where there is none; `level` how
 * many of the cuts it exceeds, −1 without a risk; `probability` the same as `score` where that is a probability.
 */
import type { Artifact } from '../../artifact/artifact.ts'
import { stretchOf } from '../../artifact/risk.ts'
import type { State } from '../../math/state.ts'
import { takesMissing } from '../../models/index.ts'
import type { PlannedFeature } from '../../recipe/feature.ts'
import type { Step } from '../../recipe/schema.ts'
import { isTurned } from '../../recipe/turned.ts'
import { refusal, refuseOwnProbability } from '../refusal.ts'
import { autoencoder, cox, gaussianMixture, linear, logistic, pca } from './formulas.ts'
import { type Graph, openGraph, type Port, type Value } from './graph.ts'
import { localOutlierFactor, oneClassSvm } from './neighbours.ts'
import { applySteps, type Table } from './steps.ts'
import { gradientBoosting, isolationForest, randomForest } from './trees.ts'

type Texts = readonly (readonly string[] | undefined)[]
type Write = (g: Graph, x: Value, state: never, texts: Texts) => Value

const KINDS: Readonly<Record<string, Write>> = {
  autoencoder,
  cox,
  'gaussian-mixture': gaussianMixture,
  'gradient-boosting': gradientBoosting,
  'isolation-forest': isolationForest,
  'local-outlier-factor': localOutlierFactor,
  'logistic-regression': (g, x, state) => logistic(g, linear(g, x, state)),
  'one-class-svm': oneClassSvm,
  pca,
  'random-forest': randomForest,
  ridge: linear,
}

const OUTPUTS = ['score', 'level', 'probability']

export interface OnnxFile {
  readonly bytes: Uint8Array
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
}

/** @throws Failure EXPORT_REFUSED where the graph would not give the same risks */
export function exportOnnx(artifact: Artifact): OnnxFile {
  const { recipe, features, levels } = artifact
  const names = features.map(({ name }) => name)
  const clash = names.find(name => OUTPUTS.includes(name))
  if (clash !== undefined)
    throw refusal(
      'onnx',
      `a feature is called ${clash}, as an output is`,
      'Give the feature another name in the recipe.',
    )
  const g = openGraph([...names, ...OUTPUTS])
  const inputs = features.map(portOf)
  const columns = features.map(feature => readFeature(g, feature))
  const raw = columns.length === 1 ? columns[0]! : g.apply('Concat', columns, { axis: 1 })
  const table = applySteps(g, { x: raw, columns: columns.length }, recipe.transforms, artifact.transforms)
  let risk = riskOf(
    g,
    table,
    recipe.model,
    artifact.model,
    features.map(({ levels }) => levels),
  )
  if (artifact.probability) risk = calibrated(g, risk, artifact.probability)
  if (isTurned(recipe.columns)) risk = g.apply('Neg', [risk])
  const score = finite(g, takesMissing(recipe.model) ? risk : onlyComplete(g, risk, table.x))
  const outputs = [
    { name: 'score', element: 'double', about: 'the risk: higher is riskier; NaN where there is none', value: score },
    {
      name: 'level',
      element: 'int64',
      about: `how many cuts the score exceeds; −1 without a score. ${levels.map(({ name }, i) => `${i + 1}: ${name}`).join(', ')}`,
      value: levelOf(
        g,
        score,
        levels.map(({ cut }) => cut),
      ),
    },
    ...(recipe.task === 'classify'
      ? [{ name: 'probability', element: 'double', about: 'the score, which is a probability', value: score } as const]
      : []),
  ] as const
  const bytes = g.finish({
    producer: 'tocsin',
    version: artifact.version,
    name: artifact.name,
    about: `${recipe.model.use}, exported by tocsin`,
    metadata: {
      'tocsin.model': recipe.model.use,
      'tocsin.levels': levels.map(({ name }) => name).join(','),
      'tocsin.cuts': levels.map(({ cut }) => cut).join(','),
    },
    inputs,
    outputs,
  })
  return { bytes, inputs: names, outputs: outputs.map(({ name }) => name) }
}

function portOf({ name, levels, text, unit }: PlannedFeature): Port {
  const formula = text === `"${name}"` ? '' : `= ${text}`
  const about = [formula, unit ?? ''].filter(part => part !== '').join(', ')
  return { name, element: levels ? 'string' : 'double', about }
}

const DOUBLE = 11
const INT64 = 7

/** A text as its code; −1 for one that the model never saw. */
function readFeature(g: Graph, { name, levels }: PlannedFeature): Value {
  if (!levels) return name
  const codes = { keys_strings: levels, values_int64s: Int32Array.from(levels, (_, code) => code), default_int64: -1 }
  return g.apply('Cast', [g.apply('LabelEncoder', [name], codes, 'ai.onnx.ml')], { to: DOUBLE })
}

function riskOf(g: Graph, { x, columns }: Table, step: Step, state: State, texts: Texts): Value {
  const write = Object.hasOwn(KINDS, step.use) ? KINDS[step.use] : undefined
  if (!write)
    throw refusal(
      'onnx',
      `${step.use} is not a model that can be exported`,
      `These can: ${Object.keys(KINDS).join(', ')}.`,
    )
  refuseOwnProbability('onnx', state)
  const { from, count } = stretchOf(step) ?? { from: 0, count: columns }
  if (count === columns) return write(g, x, state as never, texts)
  const own = g.apply('Slice', [x, g.integers([from]), g.integers([from + count]), g.integers([1])])
  return write(g, own, state as never, texts.slice(from, from + count))
}

/** As src/math/probability.ts has it. */
function calibrated(g: Graph, risk: Value, state: State): Value {
  const {
    method,
    slope,
    intercept,
    risk: from,
    probability: to,
  } = state as Record<string, number> & {
    method: string
    risk: Float64Array
    probability: Float64Array
  }
  if (method === 'sigmoid') {
    const z = g.apply('Add', [g.apply('Mul', [risk, slope as number]), intercept as number])
    return logistic(g, g.apply('Neg', [z]))
  }
  const last = from.length - 1
  if (last === 0) return g.apply('Add', [g.apply('Mul', [risk, 0]), to[0]!])
  const within = g.apply('Clip', [risk, from[0]!, from[last]!])
  const passed = g.apply('Cast', [g.apply('GreaterOrEqual', [within, g.doubles(from.subarray(1, last))])], {
    to: INT64,
  })
  const at = last === 1 ? undefined : g.apply('ReduceSum', [passed, g.integers([1])])
  const steepness = Float64Array.from({ length: last }, (_, i) => (to[i + 1]! - to[i]!) / (from[i + 1]! - from[i]!))
  const pick = (values: Float64Array) =>
    at === undefined ? g.doubles(values) : g.apply('Gather', [g.doubles(values, [last]), at])
  const along = g.apply('Mul', [pick(steepness), g.apply('Sub', [within, pick(from.subarray(0, last))])])
  return g.apply('Add', [pick(to.subarray(0, last)), along])
}

/** A row with a number that is missing or infinite has no risk: 0 · ∞ is no number, and neither is a sum with one. */
function onlyComplete(g: Graph, risk: Value, x: Value): Value {
  const spoiled = g.apply('ReduceSum', [g.apply('Mul', [x, 0]), g.integers([1])])
  return g.apply('Add', [risk, spoiled])
}

function finite(g: Graph, risk: Value): Value {
  return g.apply('Add', [risk, g.apply('Mul', [risk, 0])])
}

function levelOf(g: Graph, score: Value, cuts: readonly number[]): Value {
  const known = g.apply('Cast', [g.apply('Equal', [score, score])], { to: INT64 })
  const unknown = g.apply('Sub', [known, g.integers([1])])
  if (cuts.length === 0) return unknown
  const above = g.apply('Cast', [g.apply('Greater', [score, g.doubles(cuts)])], { to: INT64 })
  return g.apply('Add', [g.apply('ReduceSum', [above, g.integers([1])]), unknown])
}

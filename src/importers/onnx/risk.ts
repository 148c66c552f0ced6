/** Which output of a graph is the risk, which way round, and what the graph has to be so that a runtime gives it. */
import { encode, type Field, integer, message, text } from '../../protobuf.ts'
import type { Prediction } from '../lowering/lowering.ts'
import type { Risk } from '../program.ts'
import { Refusal } from '../refusal.ts'
import { areShares, classNamesOf, isLabel, placesOf } from './classes.ts'
import { type Element, type OnnxModel, type Port, wholesOf } from './graph.ts'

/** What is asked of the graph: one number a row. */
interface Asked {
  readonly output: string
  readonly element: Element
  /** Of several a row, which one. */
  readonly column: number
  /** A row has this number and no others: files say one, and give several (MLPRegressor of skl2onnx 1.20). */
  readonly alone: boolean
  readonly sign: 1 | -1
}

/** The state of the model kind `onnx`: src/verbs/onnx-runtime.ts runs it. */
export interface OnnxState extends Readonly<Record<string, string | number | readonly string[] | Uint8Array>> {
  /** A whole ONNX file with one output. */
  readonly graph: Uint8Array
  readonly inputs: readonly string[]
  /** "float" or "double". */
  readonly element: string
  readonly output: string
  readonly column: number
  /** 1: the output has no other. */
  readonly alone: number
  /** 1: the graph takes one row at a time. */
  readonly oneByOne: number
  readonly sign: number
}

const TYPES: Readonly<Partial<Record<Element, number>>> = { float: 1, int64: 7, double: 11 }

export interface OnnxInputs {
  readonly names: readonly string[]
  readonly element: Element
  /** A graph that was exported for a table of one row, as torch.onnx.export does unless it is told otherwise. */
  readonly oneByOne: boolean
}

export function predictionOf(model: OnnxModel, inputs: OnnxInputs, from: number, count: number): Prediction {
  const risk = (asked: Asked): Risk => ({
    use: 'onnx',
    from,
    count,
    takesMissing: takesMissing(model),
    state: {
      graph: graphFor(model, asked),
      inputs: inputs.names,
      element: inputs.element,
      output: asked.output,
      column: asked.column,
      alone: asked.alone ? 1 : 0,
      oneByOne: inputs.oneByOne ? 1 : 0,
      sign: asked.sign,
    } satisfies OnnxState,
  })
  return (
    ours(model, risk) ?? detector(model, risk) ?? classifier(model, risk) ?? regressor(model, risk) ?? refuse(model)
  )
}

type MakeRisk = (asked: Asked) => Risk

const numeric = ({ element }: Port) => element === 'float' || element === 'double'
/** 1 for [rows] and [rows, 1]; undefined where the file does not say. */
const widthOf = ({ shape }: Port) => (shape.length < 2 ? 1 : shape[1])

/** An export of this program. */
function ours({ producer, outputs, metadata }: OnnxModel, risk: MakeRisk): Prediction | undefined {
  const score = outputs.find(({ name }) => name === 'score')
  if (producer !== 'tocsin' || !score || !numeric(score)) return undefined
  const cut = Number.parseFloat(metadata.get('tocsin.cuts') ?? '')
  return {
    task: 'detect',
    risk: risk({ output: score.name, element: score.element!, column: 0, alone: true, sign: 1 }),
    riskName: 'score, as tocsin exported it',
    ...(Number.isFinite(cut) ? { cut: { risk: cut, from: 'the mildest cut of the exported model' } } : {}),
    scales: {},
    range: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
  }
}

/** skl2onnx gives a detector's label, ±1, and its decision_function as `scores`: below 0 is unusual. */
function detector({ outputs }: OnnxModel, risk: MakeRisk): Prediction | undefined {
  const scores = outputs.find(port => numeric(port) && /^(scores|decision_function)$/.test(port.name))
  const label = outputs.find(({ element, name }) => element === 'int64' && name !== scores?.name)
  if (!scores || !label || widthOf(scores) !== 1) return undefined
  return {
    task: 'detect',
    risk: risk({ output: scores.name, element: scores.element!, column: 0, alone: true, sign: -1 }),
    riskName: `−${scores.name} (decision_function)`,
    cut: { risk: 0, from: 'where the label of the file turns' },
    scales: { decision_function: 0 },
    range: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
  }
}

/** A ZipMap turns probabilities into a list of maps, one a row: what goes into it is taken in its place. */
function classifier(model: OnnxModel, risk: MakeRisk): Prediction | undefined {
  const { nodes, outputs } = model
  const zip = nodes.find(
    ({ operator, outputs: own }) => operator === 'ZipMap' && outputs.some(o => own.includes(o.name)),
  )
  const labelled = outputs.some(({ element }) => isLabel(element))
  const port = outputs.find(
    port =>
      numeric(port) &&
      (/prob/i.test(port.name) || ((widthOf(port) ?? 0) >= 2 && (labelled || areShares(model, port.name)))),
  )
  const output = zip?.inputs[0] ?? port?.name
  if (output === undefined) return undefined
  const places = placesOf(model, output, zip ? undefined : port && widthOf(port))
  const classes = classNamesOf(model, zip, output, places.count)
  return {
    task: 'classify',
    classes,
    riskOf: chosen =>
      risk({ output, element: port?.element ?? 'float', alone: false, ...places.of(chosen, classes.length) }),
    probability: !places.decisions,
  }
}

function regressor({ outputs }: OnnxModel, risk: MakeRisk): Prediction | undefined {
  const [only, ...more] = outputs.filter(numeric)
  if (!only || more.length > 0 || outputs.length > 1 || widthOf(only) !== 1) return undefined
  return { task: 'regress', risk: risk({ output: only.name, element: only.element!, column: 0, alone: true, sign: 1 }) }
}

function refuse({ outputs }: OnnxModel): never {
  const list = outputs.map(
    ({ name, element, shape }) => `${name} (${element ?? 'no tensor'} of ${shape.length} dimensions)`,
  )
  throw new Refusal(
    'unsupported',
    `none of its outputs is known to be a risk: ${list.slice(0, 10).join(', ')}`,
    'Known are label and scores of a detector, probabilities of a classifier, and one predicted number. Let a network that gives back its input return its error: ((y - x) ** 2).mean(1, keepdim=True)',
  )
}

/** Whether the graph does something about missing values; a graph that does not would give some number for them. */
function takesMissing({ nodes, producer }: OnnxModel): boolean {
  return (
    producer === 'tocsin' ||
    nodes.some(
      ({ operator, attributes }) =>
        operator === 'Imputer' ||
        operator === 'IsNaN' ||
        wholesOf(attributes.get('nodes_missing_value_tracks_true')).some(tracks => tracks === 1),
    )
  )
}

/** The same file with one output, without ZipMaps and without what no runtime needs. */
function graphFor({ fields, graph, nodes, outputs }: OnnxModel, { output, element }: Asked): Uint8Array {
  const known = outputs.find(({ name }) => name === output)
  const place = known ? outputs.indexOf(known) : -1
  const port: Field =
    graph.filter(({ number }) => number === 12)[place] ??
    message(12, [text(1, output), message(2, [message(1, [integer(1, TYPES[element]!)])])])
  const kept = nodes.filter(({ operator }) => operator !== 'ZipMap').map(({ field }) => field)
  const rest = graph.filter(({ number }) => number === 2 || number === 5 || number === 11 || number === 13)
  const own = message(7, [...kept, ...rest, port])
  return encode([...fields.filter(({ number }) => number === 1 || number === 8), own])
}

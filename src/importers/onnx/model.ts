/** ONNX files: the graph goes along as it is, and onnxruntime computes it. */
import type { About } from '../about.ts'
import type { Open, Opened } from '../format.ts'
import { assemble, behind } from '../lowering/assemble.ts'
import { transformerIn } from '../pickle-model.ts'
import type { Program } from '../program.ts'
import { Refusal } from '../refusal.ts'
import type { ImportRequest } from '../request.ts'
import { chooseNames, namesIn } from '../sklearn/feature-names.ts'
import { estimators } from '../sklearn/index.ts'
import { type OnnxModel, type Port, readOnnx, soundly } from './graph.ts'
import { type OnnxInputs, predictionOf } from './risk.ts'

export const openOnnx: Open = (request, containers): Opened => {
  const model = readOnnx(request.bytes)
  return { about: aboutOf(model, request, containers), program: () => soundly(() => programOf(model, request)) }
}

/** As many operators are named. */
const SHOWN = 6

function aboutOf(model: OnnxModel, { bytes }: ImportRequest, containers: readonly string[]): About {
  const { version, producer, producerVersion, opsets, nodes, inputs, outputs } = model
  const counts = new Map<string, number>()
  for (const { operator } of nodes) counts.set(operator, (counts.get(operator) ?? 0) + 1)
  const most = [...counts].sort(([, a], [, b]) => b - a).slice(0, SHOWN)
  const ports = (list: readonly Port[]) =>
    list
      .slice(0, 100)
      .map(({ name, element, shape }) => `${name} ${element ?? 'sequence'}[${shape.map(n => n ?? '?').join(', ')}]`)
      .join(', ')
      .slice(0, 1000)
  const sets = [...opsets].map(([domain, opset]) => [domain === '' ? 'ai.onnx' : domain, String(opset)])
  return {
    format: 'onnx',
    containers,
    versions: {
      onnx: `format ${version}`,
      ...Object.fromEntries(sets),
      ...(producer === '' ? {} : { [producer]: producerVersion || 'unknown' }),
    },
    model: `graph of ${nodes.length} operators (${most.map(([name, n]) => `${name} × ${n}`).join(', ')})`,
    globals: [],
    parameters: { inputs: ports(inputs), outputs: ports(outputs) },
    ...(widthOf(inputs) === undefined ? {} : { featureCount: widthOf(inputs)! }),
    ...(inputs.length > 1 ? { features: inputs.map(({ name }) => name) } : {}),
    bytes: bytes.length,
    beside: [],
  }
}

/** How many columns all inputs together take; undefined where the file leaves it open. */
function widthOf(inputs: readonly Port[]): number | undefined {
  const [first] = inputs
  return inputs.length === 1 ? (first!.shape.length < 2 ? undefined : first!.shape[1]) : inputs.length
}

function programOf(model: OnnxModel, request: ImportRequest): Program {
  const warnings = ['onnxruntime computes the risk']
  const warn = (sentence: string) => warnings.push(sentence)
  const inputs = inputsOf(model)
  const count = widthOf(model.inputs) ?? request.features?.length
  if (count === undefined)
    throw new Refusal(
      'unsaid',
      'The graph takes any number of features, and nothing says which',
      'Name all in the order of training: --features a,b,…',
    )
  const scaler = request.scaler && transformerIn(request.scaler)
  const written = model.inputs.length > 1 ? inputs.names : scaler === undefined ? undefined : namesIn(scaler)
  const names = chooseNames(count, written, request.features, warn)
  return assemble(names, estimators, (start, lowering) => {
    const { from } = behind(scaler, start, lowering, 'the graph')
    return predictionOf(model, inputs, from, count)
  }).program(request, warnings)
}

/** One input of all features, or one of each. @throws Refusal */
function inputsOf({ inputs }: OnnxModel): OnnxInputs {
  const [first] = inputs
  if (!first) throw new Refusal('damaged', 'its graph takes no input')
  const strange = inputs.find(({ element }) => element !== 'float' && element !== 'double')
  if (strange)
    throw new Refusal(
      'unsupported',
      `its input ${strange.name.slice(0, 100)} is of ${strange.element ?? 'no tensor'}; float or double is expected`,
      'Convert the model with inputs of numbers.',
    )
  const wide = inputs.find(
    ({ shape }) => shape.length > 2 || (inputs.length > 1 && shape.length === 2 && shape[1] !== 1),
  )
  if (wide)
    throw new Refusal(
      'unsupported',
      `its input ${wide.name.slice(0, 100)} has ${wide.shape.length} dimensions; rows of numbers are expected`,
    )
  if (inputs.some(({ element }) => element !== first.element))
    throw new Refusal('unsupported', 'its inputs are partly float and partly double')
  return { names: inputs.map(({ name }) => name), element: first.element!, oneByOne: rowsOf(inputs) === 1 }
}

/** As many rows as the graph takes at a time; undefined for any number. @throws Refusal for more than one */
function rowsOf(inputs: readonly Port[]): 1 | undefined {
  const fixed = inputs.map(({ shape }) => shape[0]).find(rows => rows !== undefined)
  if (fixed === undefined || fixed === 1) return fixed
  throw new Refusal(
    'unsupported',
    `its graph takes ${fixed} rows at a time, no more and no less`,
    "Convert it with any number of rows: torch.onnx.export(…, dynamic_axes={'x': {0: 'rows'}})",
  )
}

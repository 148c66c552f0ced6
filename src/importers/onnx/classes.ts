/** What the columns of a classifier's numbers stand for, and whether these are probabilities, told by what makes them. */
import { decode, type Field, integerOf, integersOf, textOf } from '../../protobuf.ts'
import { Refusal } from '../refusal.ts'
import { type Node, type OnnxModel, type Port, textsOf, wholesOf, wordOf } from './graph.ts'

/** Operators that change neither the numbers nor their order. */
const SAME = new Set(['Cast', 'Flatten', 'Identity', 'Reshape', 'Squeeze', 'Unsqueeze'])

/** The node that makes a value, past those that leave it as it is. */
function makerOf({ nodes }: OnnxModel, value: string): Node | undefined {
  let name = value
  // Each step goes to a node before: a graph has no cycles, but a damaged file may.
  for (const _ of nodes) {
    const node = nodes.find(({ outputs }) => outputs.includes(name))
    if (!node || !SAME.has(node.operator)) return node
    name = node.inputs[0] ?? ''
  }
  return undefined
}

/** Of what is computed for each class a part can be picked: of two classes the second's number alone. */
function pickedFrom(node: Node | undefined): string | undefined {
  return node?.operator === 'ArrayFeatureExtractor' ? (node.inputs[0] ?? '') : undefined
}

/**
 * Which number of a row is that of each of the classes, and which way round.
 * @param width how many numbers a row has, where the file says
 * @throws Refusal for a class without a number of its own
 */
export function placesOf(model: OnnxModel, output: string, width: number | undefined) {
  const node = makerOf(model, output)
  const picked = pickedFrom(node)
  const alone = width === 1 || (picked !== undefined && listOf(model, node?.inputs[1] ?? '')?.length === 1)
  const decisions = areDecisions(model, output)
  return {
    decisions,
    /** How many classes there are, where it is known. */
    count: alone ? 2 : width,
    of(chosen: number, classes: number): { readonly column: number; readonly sign: 1 | -1 } {
      if (!alone) {
        // The decisions of two classes come with the second's number first.
        const turned = decisions && classes === 2 && node?.operator === 'SVMClassifier'
        return { column: turned ? 1 - chosen : chosen, sign: 1 }
      }
      if (chosen === 1 || decisions) return { column: 0, sign: chosen === 1 ? 1 : -1 }
      throw new Refusal(
        'unsaid',
        `${output.slice(0, 100)} is the number of the second class alone`,
        'Take that as the risk, or convert the model so that it gives both.',
      )
    },
  }
}

/** @param output the numbers, one a class
 * @param width how many classes, where the file says
 * @throws Refusal where there are labels, and nothing says which number is that of which */
export function classNamesOf(model: OnnxModel, zip: Node | undefined, output: string, width: number | undefined) {
  const label = model.outputs.find(({ name, element }) => name !== output && isLabel(element))
  const own = zip && labelsOf(zip)
  const found = own?.length ? own : label ? namesBehind(model, label.name, width) : labelsOf(makerOf(model, output))
  if (found?.length && (width === undefined || found.length === width)) return found
  if (!label && width !== undefined && width >= 2) return places(width)
  throw new Refusal(
    'unsupported',
    `nothing in the file says which classes the numbers of ${output.slice(0, 100)} stand for`,
    'Convert it so that its probabilities carry the names of their classes (ZipMap, as skl2onnx does by default).',
  )
}

export const isLabel = (element: Port['element']) => element === 'int64' || element === 'string'

const places = (count: number) => Array.from({ length: count }, (_, i) => String(i))

/** Labels are picked from a list by the place of the largest number, or come from a classifier that lists its own. */
function namesBehind(model: OnnxModel, label: string, width: number | undefined): readonly string[] | undefined {
  const node = makerOf(model, label)
  if (!node) return undefined
  if (node.operator === 'ArgMax') return width === undefined ? undefined : places(width)
  if (node.operator === 'ArrayFeatureExtractor' || node.operator === 'Gather')
    return listOf(model, node.inputs[0] ?? '')
  return labelsOf(node)
}

function labelsOf(node: Node | undefined): string[] {
  for (const name of ['classlabels_int64s', 'classlabels_ints']) {
    const numbers = wholesOf(node?.attributes.get(name))
    if (numbers.length > 0) return numbers.map(String)
  }
  return textsOf(node?.attributes.get('classlabels_strings'))
}

const [INT32, INT64, STRING] = [6, 7, 8]

/** A constant list of whole numbers or texts. */
function listOf({ graph }: OnnxModel, name: string): readonly string[] | undefined {
  const tensors = graph.filter(({ number }) => number === 5).map(({ bytes }) => decode(bytes))
  const tensor = tensors.find(fields => fields.some(field => field.number === 8 && textOf(field) === name))
  const kind = tensor?.find(({ number }) => number === 2)
  if (!tensor || !kind) return undefined
  const all = (wanted: number) => tensor.filter(({ number }) => number === wanted)
  const type = integerOf(kind)
  if (type === STRING) return all(6).map(textOf)
  if (type !== INT32 && type !== INT64) return undefined
  const [raw] = all(9)
  return (raw ? rawWholes(raw, type === INT64 ? 8 : 4) : all(type === INT64 ? 7 : 5).flatMap(integersOf)).map(String)
}

function rawWholes({ bytes }: Field, size: 4 | 8): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Array.from({ length: Math.floor(bytes.length / size) }, (_, i) =>
    size === 8 ? Number(view.getBigInt64(8 * i, true)) : view.getInt32(4 * i, true),
  )
}

/** skl2onnx calls decisions probabilities, too. */
export function areDecisions(model: OnnxModel, output: string): boolean {
  const node = makerOf(model, output)
  if (!node) return false
  const plain = ['', 'NONE'].includes(wordOf(node.attributes.get('post_transform')))
  switch (node.operator) {
    case 'LinearClassifier':
      return plain
    case 'SVMClassifier':
      return plain && !node.attributes.has('prob_a')
    case 'TreeEnsembleClassifier':
      return plain && !floatsOf(node.attributes.get('class_weights')).every(share => share >= 0 && share <= 1)
    // Of two classes the number of the second, and what is made of it for the first.
    case 'Concat':
      return areDecisions(model, node.inputs.at(-1) ?? '')
    case 'ArrayFeatureExtractor':
      return areDecisions(model, pickedFrom(node) ?? '')
    default:
      return ['Add', 'Gemm', 'MatMul'].includes(node.operator)
  }
}

/** Whether the numbers are made as those of classes are. */
export function areShares(model: OnnxModel, output: string): boolean {
  const node = makerOf(model, output)
  return node !== undefined && (node.operator === 'Softmax' || labelsOf(node).length > 0)
}

function floatsOf(attribute: readonly Field[] | undefined): number[] {
  return (attribute ?? [])
    .filter(({ number }) => number === 7)
    .flatMap(({ bytes }) => {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      return Array.from({ length: Math.floor(bytes.length / 4) }, (_, i) => view.getFloat32(4 * i, true))
    })
}

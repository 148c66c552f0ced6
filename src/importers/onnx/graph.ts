/**
 * What an ONNX file says, read with its own eyes before any runtime sees it: nothing that reaches outside the file or runs
 * code of its own is let through. Field numbers: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
 */
import { decode, type Field, integerOf, integersOf, textOf } from '../../protobuf.ts'
import { Refusal } from '../refusal.ts'

export type Element = 'float' | 'double' | 'int64' | 'string' | 'other'

export interface Port {
  readonly name: string
  /** undefined for sequences and maps. */
  readonly element: Element | undefined
  /** undefined where any size is legal. */
  readonly shape: readonly (number | undefined)[]
}

export interface Node {
  readonly operator: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  /** By name: the fields of each. */
  readonly attributes: ReadonlyMap<string, readonly Field[]>
  readonly field: Field
}

export interface OnnxModel {
  readonly version: number
  readonly producer: string
  readonly producerVersion: string
  /** By domain; "" is ai.onnx. */
  readonly opsets: ReadonlyMap<string, number>
  readonly metadata: ReadonlyMap<string, string>
  readonly nodes: readonly Node[]
  /** Without those that the file gives a value to. */
  readonly inputs: readonly Port[]
  readonly outputs: readonly Port[]
  /** Of the message and of its graph, as they came. */
  readonly fields: readonly Field[]
  readonly graph: readonly Field[]
}

const DOMAINS = new Set(['', 'ai.onnx', 'ai.onnx.ml'])
/** Graphs within graphs (If, Loop, Scan). */
const DEEPEST = 8
const EXTERNAL = 1
const ELEMENTS = new Map<number, Element>([
  [1, 'float'],
  [7, 'int64'],
  [8, 'string'],
  [11, 'double'],
])

/** @throws Refusal for bytes that are no ONNX model, and for what a stranger's file may not hold */
export function readOnnx(bytes: Uint8Array): OnnxModel {
  return soundly(() => modelOf(decode(bytes)))
}

/** @throws Refusal in place of a RangeError about bytes */
export function soundly<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new Refusal('damaged', `it is no sound ONNX file: ${error.message}`, 'Ask whoever made it for a fresh copy.')
  }
}

function modelOf(fields: readonly Field[]): OnnxModel {
  const graph = fields.findLast(({ number }) => number === 7)
  if (!graph) throw new RangeError('it has no graph')
  if (fields.some(({ number }) => number === 25)) throw foreignCode('functions of its own')
  const opsets = new Map(all(fields, 8).map(set => [textIn(set, 1), numberIn(set, 2)]))
  for (const domain of opsets.keys()) checkDomain(domain)
  const own = decode(graph.bytes)
  checkGraph(own, 1)
  const given = new Set(all(own, 5).map(tensor => textIn(tensor, 8)))
  return {
    version: numberIn(fields, 1),
    producer: textIn(fields, 2),
    producerVersion: textIn(fields, 3),
    opsets,
    metadata: new Map(all(fields, 14).map(entry => [textIn(entry, 1), textIn(entry, 2)])),
    nodes: own.filter(({ number }) => number === 1).map(nodeOf),
    inputs: all(own, 11)
      .map(portOf)
      .filter(({ name }) => !given.has(name)),
    outputs: all(own, 12).map(portOf),
    fields,
    graph: own,
  }
}

/** @throws Refusal for what reaches outside the file */
function checkGraph(graph: readonly Field[], depth: number): void {
  if (depth > DEEPEST) throw new Refusal('damaged', `its graphs lie more than ${DEEPEST} deep within each other`)
  if (graph.some(({ number }) => number === 15)) throw new Refusal('unsupported', 'it holds sparse tensors', RESAVE)
  for (const tensor of all(graph, 5)) checkTensor(tensor)
  for (const node of all(graph, 1)) {
    checkDomain(textIn(node, 7))
    for (const attribute of all(node, 5)) {
      if (attribute.some(({ number }) => number === 22 || number === 23))
        throw new Refusal('unsupported', 'it holds sparse tensors', RESAVE)
      for (const tensor of [...all(attribute, 5), ...all(attribute, 10)]) checkTensor(tensor)
      for (const inner of [...all(attribute, 6), ...all(attribute, 11)]) checkGraph(inner, depth + 1)
    }
  }
}

const RESAVE = 'Save the model again with dense tensors inside the one file.'

function checkTensor(tensor: readonly Field[]): void {
  if (tensor.some(({ number }) => number === 13) || numberIn(tensor, 14) === EXTERNAL)
    throw new Refusal(
      'hostile',
      `its tensor ${textIn(tensor, 8).slice(0, 100)} lies in another file, which is never opened`,
      'Save the model with all its tensors inside: onnx.save(model, path, save_as_external_data=False)',
    )
}

function checkDomain(domain: string): void {
  if (!DOMAINS.has(domain)) throw foreignCode(`operators of the domain ${domain.slice(0, 100)}`)
}

function foreignCode(what: string): Refusal {
  return new Refusal(
    'unsupported',
    `it uses ${what}; only those of ai.onnx and ai.onnx.ml are run`,
    'Convert the model without custom operators.',
  )
}

function nodeOf({ bytes, ...field }: Field): Node {
  const own = decode(bytes)
  return {
    operator: textIn(own, 4),
    inputs: textsIn(own, 1),
    outputs: textsIn(own, 2),
    attributes: new Map(all(own, 5).map(attribute => [textIn(attribute, 1), attribute])),
    field: { ...field, bytes },
  }
}

function portOf(port: readonly Field[]): Port {
  const [type = []] = all(port, 2)
  const [tensor] = all(type, 1)
  if (!tensor) return { name: textIn(port, 1), element: undefined, shape: [] }
  const [shape = []] = all(tensor, 2)
  const sizes = all(shape, 1).map(size => {
    const fixed = size.find(({ number }) => number === 1)
    const length = fixed === undefined ? 0 : integerOf(fixed)
    return length > 0 ? length : undefined
  })
  return { name: textIn(port, 1), element: ELEMENTS.get(numberIn(tensor, 1)) ?? 'other', shape: sizes }
}

/** The messages of a field that may come again and again. */
function all(fields: readonly Field[], wanted: number): Field[][] {
  return fields.filter(({ number, wire }) => number === wanted && wire === 2).map(({ bytes }) => decode(bytes))
}

function textsIn(fields: readonly Field[], wanted: number): string[] {
  return fields.filter(({ number }) => number === wanted).map(textOf)
}

function textIn(fields: readonly Field[], wanted: number): string {
  return textsIn(fields, wanted).at(-1) ?? ''
}

function numberIn(fields: readonly Field[], wanted: number): number {
  const found = fields.findLast(({ number }) => number === wanted)
  return found === undefined ? 0 : integerOf(found)
}

/** Of an attribute: whole numbers, or texts. */
export function wholesOf(attribute: readonly Field[] | undefined): number[] {
  return (attribute ?? []).filter(({ number }) => number === 8).flatMap(integersOf)
}

export function textsOf(attribute: readonly Field[] | undefined): string[] {
  return textsIn(attribute ?? [], 9)
}

export function wordOf(attribute: readonly Field[] | undefined): string {
  return textIn(attribute ?? [], 4)
}

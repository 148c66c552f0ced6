/**
 * A graph of ONNX operators, put together one node at a time. Each function names the value that it makes; numbers are
 * doubles throughout. Field numbers are those of onnx.proto3, https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
 */
import { bytes, encode, type Field, float, integer, integers, message, text } from '../../protobuf.ts'

/** Version 8 of the format came with opset 17 of ai.onnx. */
const FORMAT = 8
export const OPSETS = { '': 17, 'ai.onnx.ml': 3 } as const
type Domain = keyof typeof OPSETS

const ELEMENTS = { float: 1, int64: 7, string: 8, double: 11 } as const
export type Element = keyof typeof ELEMENTS

const TENSOR = { dims: 1, type: 2, strings: 6, name: 8, raw: 9 } as const
const ATTRIBUTE = { name: 1, f: 2, i: 3, s: 4, t: 5, floats: 7, ints: 8, strings: 9, type: 20 } as const
const KINDS = { f: 1, i: 2, s: 3, t: 4, floats: 6, ints: 7, strings: 8 } as const

/** A whole number, a text, doubles as a tensor of one dimension, whole numbers, texts. */
export type Attribute = number | string | Float64Array | Int32Array | readonly string[] | { readonly float: number }

export interface Port {
  readonly name: string
  readonly element: Element
  /** Every port is a table: as many rows as come, and one column. */
  readonly about: string
}

/** The name of a value in the graph. */
export type Value = string

export interface Graph {
  /** One operator with one output. Inputs that are numbers are doubles. */
  apply(operator: string, inputs: readonly (Value | number)[], attributes?: Attributes, domain?: Domain): Value
  /** One operator with several outputs. */
  split(operator: string, inputs: readonly Value[], outputs: number, attributes?: Attributes): Value[]
  /** Doubles of a shape; without one, a row: [1, length]. */
  doubles(values: ArrayLike<number>, shape?: readonly number[]): Value
  integers(values: readonly number[]): Value
  /** The bytes of the file. */
  finish(file: File): Uint8Array
}

export type Attributes = Readonly<Record<string, Attribute>>

export interface File {
  readonly producer: string
  readonly version: string
  readonly name: string
  readonly about: string
  readonly metadata: Readonly<Record<string, string>>
  readonly inputs: readonly Port[]
  readonly outputs: readonly (Port & { readonly value: Value })[]
}

/** @param taken names that the graph's own values may not have */
export function openGraph(taken: readonly string[]): Graph {
  let prefix = 'v'
  while (taken.some(name => name.startsWith(prefix))) prefix += '_'
  const nodes: Field[] = []
  const initializers: Field[] = []
  let made = 0
  const next = () => `${prefix}${made++}`
  const constant = (element: Element, shape: readonly number[], raw: Uint8Array): Value => {
    const name = next()
    initializers.push(message(5, [...tensor(element, shape, raw), text(TENSOR.name, name)]))
    return name
  }
  const doubles = (values: ArrayLike<number>, shape: readonly number[] = [1, values.length]) =>
    constant('double', shape, littleEndian(values))
  const add = (
    operator: string,
    inputs: readonly Value[],
    outputs: readonly Value[],
    attributes: Attributes = {},
    domain: Domain = '',
  ) => {
    nodes.push(
      message(1, [
        ...inputs.map(input => text(1, input)),
        ...outputs.map(output => text(2, output)),
        text(3, `${operator}_${nodes.length}`),
        text(4, operator),
        ...Object.entries(attributes).map(([name, value]) => message(5, attribute(name, value))),
        ...(domain === '' ? [] : [text(7, domain)]),
      ]),
    )
  }
  return {
    apply(operator, inputs, attributes, domain) {
      const output = next()
      const given = inputs.map(input => (typeof input === 'number' ? doubles([input], []) : input))
      add(operator, given, [output], attributes, domain)
      return output
    },
    split(operator, inputs, count, attributes) {
      const outputs = Array.from({ length: count }, next)
      add(operator, inputs, outputs, attributes)
      return outputs
    },
    doubles,
    integers: values => constant('int64', [values.length], new Uint8Array(BigInt64Array.from(values, BigInt).buffer)),
    finish({ producer, version, name, about, metadata, inputs, outputs }) {
      for (const { value, name } of outputs) add('Identity', [value], [name])
      return encode([
        integer(1, FORMAT),
        text(2, producer),
        text(3, version),
        text(6, about),
        message(7, [
          ...nodes,
          text(2, name),
          ...initializers,
          ...inputs.map(port => message(11, portFields(port))),
          ...outputs.map(port => message(12, portFields(port))),
        ]),
        ...Object.entries(OPSETS).map(([domain, opset]) => message(8, [text(1, domain), integer(2, opset)])),
        ...Object.entries(metadata).map(([key, value]) => message(14, [text(1, key), text(2, value)])),
      ])
    },
  }
}

function tensor(element: Element, shape: readonly number[], raw: Uint8Array): Field[] {
  return [integers(TENSOR.dims, shape), integer(TENSOR.type, ELEMENTS[element]), bytes(TENSOR.raw, raw)]
}

function attribute(name: string, value: Attribute): Field[] {
  const named = (kind: keyof typeof KINDS, fields: readonly Field[]) => [
    text(ATTRIBUTE.name, name),
    ...fields,
    integer(ATTRIBUTE.type, KINDS[kind]),
  ]
  if (typeof value === 'number') return named('i', [integer(ATTRIBUTE.i, value)])
  if (typeof value === 'string') return named('s', [text(ATTRIBUTE.s, value)])
  if (value instanceof Float64Array)
    return named('t', [
      message(ATTRIBUTE.t, [...tensor('double', [value.length], littleEndian(value)), text(TENSOR.name, name)]),
    ])
  if (value instanceof Int32Array) return named('ints', [integers(ATTRIBUTE.ints, value)])
  if (Array.isArray(value))
    return named(
      'strings',
      value.map(each => text(ATTRIBUTE.strings, each)),
    )
  return named('f', [float(ATTRIBUTE.f, (value as { float: number }).float)])
}

function portFields({ name, element, about }: Port): Field[] {
  const rows = message(1, [text(2, 'rows')])
  const one = message(1, [integer(1, 1)])
  return [
    text(1, name),
    message(2, [message(1, [integer(1, ELEMENTS[element]), message(2, [rows, one])])]),
    text(3, about),
  ]
}

function littleEndian(values: ArrayLike<number>): Uint8Array {
  const view = new DataView(new ArrayBuffer(values.length * 8))
  for (let i = 0; i < values.length; i++) view.setFloat64(i * 8, values[i]!, true)
  return new Uint8Array(view.buffer)
}

/** YAML text → a small tree that knows where each word stands. Broken YAML is explained in words of the recipe. */
import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Pair,
  parseDocument,
  type YAMLMap,
  type YAMLSeq,
  type Node as YamlNode,
  type Scalar as YamlScalar,
} from 'yaml'
import type { Mistake, Span } from './mistakes.ts'
import { explainSyntax, splitAtComma } from './traps.ts'

export type Node = MapNode | ListNode | ScalarNode

export interface MapNode {
  readonly kind: 'map'
  readonly entries: readonly Entry[]
  readonly path: string
  readonly span: Span
}
export interface Entry {
  readonly key: string
  readonly path: string
  readonly keySpan: Span
  readonly value: Node
}
export interface ListNode {
  readonly kind: 'list'
  readonly items: readonly Node[]
  readonly path: string
  readonly span: Span
}
export interface ScalarNode {
  readonly kind: 'scalar'
  readonly value: string | number | boolean | null
  /** As written, quotes included. */
  readonly written: string
  /** Written as a block with | or >. */
  readonly block: boolean
  readonly path: string
  readonly span: Span
}

/** Bounds on what a recipe from anyone may cost: aliases can make a small text large, depth can end the stack. */
const MAX_BYTES = 1_000_000
const MAX_NODES = 20_000
const MAX_DEPTH = 20

/** The tree, or the mistakes that hide it. */
export function parseSource(text: string): { tree?: Node; mistakes: Mistake[] } {
  if (Buffer.byteLength(text) > MAX_BYTES) return tooLarge(`a file of ${Buffer.byteLength(text)} bytes`)
  const document = compose(text)
  const broken = [...(document?.errors ?? []), ...(document?.warnings ?? [])]
  if (!document || broken.some(({ message }) => message.includes('call stack')))
    return tooLarge('values nested too deep')
  if (broken.length > 0) return { mistakes: explainSyntax(text, broken) }
  if (!isMap(document.contents)) {
    const found = document.contents ? 'a text or a list' : 'nothing'
    const expected = 'words with values: tocsin: 1, name: …, rows: …; a first recipe comes from: tocsin init data.csv'
    return { mistakes: [{ path: '', span: { start: 0, end: 0 }, found, expected }] }
  }
  const reader: Reader = { text, document, mistakes: [], nodes: 0 }
  const tree = read(reader, document.contents, '', 0)
  return reader.nodes > MAX_NODES ? tooLarge('more than 20,000 values') : { tree, mistakes: reader.mistakes }
}

/** The YAML parser is recursive: very deep nesting ends its stack, which it reports in one of two ways. */
function compose(text: string): Document.Parsed | undefined {
  try {
    return parseDocument(text, { prettyErrors: false, logLevel: 'silent' })
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

interface Reader {
  readonly text: string
  readonly document: Document
  readonly mistakes: Mistake[]
  nodes: number
}

function tooLarge(found: string): { mistakes: Mistake[] } {
  const expected = 'a recipe of at most 1 MB, 20,000 values and 20 levels of nesting'
  return { mistakes: [{ path: '', span: { start: 0, end: 0 }, found, expected }] }
}

function read(reader: Reader, node: YamlNode | null, path: string, depth: number): Node {
  const span = rangeOf(node)
  const nothing: ScalarNode = { kind: 'scalar', value: null, written: '', block: false, path, span }
  reader.nodes++
  if (!node || reader.nodes > MAX_NODES) return nothing
  if (depth > MAX_DEPTH) {
    reader.nodes = MAX_NODES + 1
    return nothing
  }
  if (isAlias(node)) return follow(reader, node, path, depth, span)
  if (isMap(node)) return readMap(reader, node, path, depth, span)
  if (isSeq(node)) return readList(reader, node, path, depth, span)
  return isScalar(node) ? readScalar(reader, node, path, span) : nothing
}

function follow(reader: Reader, alias: Alias, path: string, depth: number, span: Span): Node {
  const target = alias.resolve(reader.document)
  if (target) return read(reader, target, path, depth + 1)
  const written = reader.text.slice(span.start, span.end)
  reader.mistakes.push({
    path,
    span,
    found: `${written} (in YAML a leading * refers to something named earlier)`,
    expected: 'a value in quotes when it begins with *',
    mend: quoted(written),
  })
  return { kind: 'scalar', value: written, written, block: false, path, span }
}

function readMap(reader: Reader, map: YAMLMap, path: string, depth: number, span: Span): Node {
  if (
    trapped(
      reader,
      path,
      map.flow === true,
      map.items.flatMap(pair => [pair.key, pair.value]),
    )
  )
    return { kind: 'scalar', value: null, written: '', block: false, path, span: { start: -1, end: -1 } }
  const entries = map.items.map(pair => readEntry(reader, pair as Pair<YamlNode | null, YamlNode | null>, path, depth))
  return { kind: 'map', entries, path, span }
}

function readEntry(reader: Reader, pair: Pair<YamlNode | null, YamlNode | null>, parent: string, depth: number): Entry {
  const keySpan = rangeOf(pair.key)
  const written = reader.text.slice(keySpan.start, keySpan.end)
  const key = isScalar(pair.key) && typeof pair.key.value === 'string' ? pair.key.value : written
  const path = extend(parent, key)
  if (!isScalar(pair.key) || typeof pair.key.value !== 'string')
    reader.mistakes.push({
      path,
      span: keySpan,
      found: `${written || 'nothing'} as a name, which YAML reads as ${kindOf(pair.key)}`,
      expected: 'a name; in quotes when it looks like a number',
      ...(written ? { mend: quoted(written) } : {}),
    })
  const value = read(reader, pair.value, path, depth + 1)
  return { key, path, keySpan, value: value.span.end === 0 ? { ...value, span: keySpan } : value }
}

function readList(reader: Reader, list: YAMLSeq, path: string, depth: number, span: Span): Node {
  if (trapped(reader, path, list.flow === true, list.items))
    return { kind: 'scalar', value: null, written: '', block: false, path, span: { start: -1, end: -1 } }
  const items = list.items.map((item, i) => read(reader, item as YamlNode | null, `${path}[${i}]`, depth + 1))
  return { kind: 'list', items, path, span }
}

function readScalar({ text }: Reader, scalar: YamlScalar, path: string, span: Span): ScalarNode {
  const written = text.slice(span.start, span.end)
  const block = scalar.type === 'BLOCK_FOLDED' || scalar.type === 'BLOCK_LITERAL'
  const { value } = scalar
  const plain = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null
  return { kind: 'scalar', value: plain, written, block, path, span }
}

/** A function call in a flow collection that YAML took apart at its comma. */
function trapped(reader: Reader, path: string, flow: boolean, parts: readonly unknown[]): boolean {
  if (!flow) return false
  for (const part of parts) {
    if (!isScalar(part) || part.type !== 'PLAIN') continue
    const mistake = splitAtComma(reader.text, path, rangeOf(part))
    if (mistake) {
      reader.mistakes.push(mistake)
      return true
    }
  }
  return false
}

/** Names that are not plain words are quoted in a path, so that a path is read in one way only. */
export function extend(path: string, key: string): string {
  const word = /^[\p{L}\p{N}_-]+$/u.test(key) ? key : JSON.stringify(key)
  return path === '' ? word : `${path}.${word}`
}

/** A text in YAML's single quotes. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

function kindOf(node: unknown): string {
  if (!isScalar(node)) return 'a list or a map'
  return node.value === null ? 'nothing' : `the ${typeof node.value} ${String(node.value)}`
}

function rangeOf(node: YamlNode | null | undefined): Span {
  const [start, end] = node?.range ?? [0, 0]
  return { start, end }
}

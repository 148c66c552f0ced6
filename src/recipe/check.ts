/** Holds a recipe's tree against the schema, and says each difference in words a person can act on. */
import type { TSchema } from 'typebox'
import { Value } from 'typebox/value'
import { nearest } from '../math/nearest.ts'
import { mendValue } from './mend.ts'
import type { Mistake, Span } from './mistakes.ts'
import { outputFormat, partOf, translate } from './reserved.ts'
import { type Entry, extend, type ListNode, type MapNode, type Node, quoted, type ScalarNode } from './source.ts'

/** The part of JSON Schema that a recipe's schema is written in. */
export interface Shape {
  type?: string
  description?: string
  const?: unknown
  enum?: readonly unknown[]
  anyOf?: readonly Shape[]
  properties?: Record<string, Shape>
  required?: readonly string[]
  patternProperties?: Record<string, Shape>
  items?: Shape
  minItems?: number
  maxItems?: number
  minProperties?: number
  minimum?: number
  maximum?: number
  exclusiveMinimum?: number
  exclusiveMaximum?: number
  pattern?: string
}

type Report = (mistake: Mistake) => void

export function checkTree(schema: TSchema, tree: Node): Mistake[] {
  const mistakes: Mistake[] = []
  check(schema as Shape, tree, mistake => mistakes.push(mistake))
  return mistakes
}

function check(shape: Shape, node: Node, report: Report): void {
  // A value that a YAML trap has already been reported for.
  if (node.span.start < 0) return
  const branches = flatten(shape)
  if (node.kind === 'map') checkMap(shape, branches, node, report)
  else if (node.kind === 'list') checkList(shape, branches, node, report)
  else checkScalar(shape, branches, node, report)
}

/** Unions in unions are one union. */
function flatten(shape: Shape): readonly Shape[] {
  return shape.anyOf?.flatMap(flatten) ?? [shape]
}

function checkMap(shape: Shape, branches: readonly Shape[], node: MapNode, report: Report): void {
  const maps = branches.filter(branch => branch.type === 'object')
  const several = maps.length > 1
  const branch = several && maps[0]?.properties?.use ? chooseByUse(maps, node, report) : chooseByWords(maps, node)
  if (branch?.properties) checkProperties(branch, node, report)
  else if (branch?.patternProperties) {
    const each = Object.values(branch.patternProperties)[0] ?? {}
    if (node.entries.length < (branch.minProperties ?? 0)) report(wrong(shape, node, 'nothing'))
    for (const entry of node.entries) if (!reserved(entry, report)) check(each, entry.value, report)
  } else if (maps.length === 0) {
    const part = node.entries.map(entry => reserved(entry, report))
    if (!part.includes(true)) report(wrong(shape, node, 'a section of words'))
  }
}

/** `{use: word, …}`: the word decides which parameters are allowed. */
function chooseByUse(maps: readonly Shape[], node: MapNode, report: Report): Shape | undefined {
  const uses = maps.map(branch => String(branch.properties?.use?.const))
  const use = node.entries.find(entry => entry.key === 'use')
  const known = node.entries.map(entry => reserved(entry, report))
  if (known.includes(true)) return undefined
  if (!use) {
    const [first] = node.entries
    const renamed = first && translate(first.key, ['use']) && { mend: 'use' }
    const span = first?.keySpan ?? node.span
    report({ path: node.path, span, found: first?.key ?? 'nothing', expected: `use: ${oneOf(uses)}`, ...renamed })
    return undefined
  }
  const chosen = use.value.kind === 'scalar' ? uses.indexOf(String(use.value.value)) : -1
  if (chosen < 0) check({ anyOf: uses.map(word => ({ const: word })) }, use.value, report)
  return maps[chosen]
}

/** Of sections without `use`, the one whose words were written. */
function chooseByWords(maps: readonly Shape[], node: MapNode): Shape | undefined {
  const written = (map: Shape) => node.entries.filter(({ key }) => Object.hasOwn(map.properties ?? {}, key)).length
  return maps.toSorted((a, b) => written(b) - written(a))[0]
}

function checkProperties({ properties = {}, required = [] }: Shape, node: MapNode, report: Report): void {
  const words = Object.keys(properties)
  const parts = new Set<string>()
  for (const entry of node.entries) {
    const part = partOf(entry.path)
    if (Object.hasOwn(properties, entry.key)) check(properties[entry.key]!, entry.value, report)
    else if (!part) report(unknownWord(entry, properties, node))
    // Several words of one part (sql, table) are one mistake.
    else if (!parts.has(part.part)) report(partMistake(part, entry.path, entry.keySpan))
    if (part) parts.add(part.part)
  }
  if (parts.size > 0) return
  for (const word of required) {
    if (node.entries.some(entry => entry.key === word || unknownMeans(entry.key, words) === word)) continue
    const span = { start: node.span.start, end: node.span.start + 1 }
    const { const: only, description = 'a value' } = properties[word] ?? {}
    const expected = only === undefined ? `${word}: ${description}` : `the line ${word}: ${only}`
    report({ path: extend(node.path, word), span, found: `no ${word}`, expected })
  }
}

function unknownMeans(word: string, words: readonly string[]): string | undefined {
  return nearest(word, words) ?? translate(word, words)
}

function unknownWord(
  { key, path, keySpan, value }: Entry,
  properties: Record<string, Shape>,
  parent: MapNode,
): Mistake {
  const words = Object.keys(properties)
  const free = words.filter(word => !parent.entries.some(entry => entry.key === word))
  const meant = unknownMeans(key, free)
  const mistake = { path, span: keySpan, found: `the unknown word ${key}`, expected: `one of ${words.join(', ')}` }
  if (meant === undefined) return mistake
  const wrongValues: Mistake[] = []
  check(properties[meant]!, value, wrong => wrongValues.push(wrong))
  // The word alone is no mend when its value would be wrong too.
  return wrongValues.length === 0
    ? { ...mistake, mend: meant }
    : { ...mistake, expected: `${mistake.expected}; probably ${meant}: ${describeShape(properties[meant]!)}` }
}

/** A word of the grammar whose part belongs to another version. */
function reserved(entry: Entry, report: Report): boolean {
  const part = partOf(entry.path)
  if (!part) return false
  report(partMistake(part, entry.path, entry.keySpan))
  return true
}

function partMistake({ part, instead }: { part: string; instead: string }, path: string, span: Span): Mistake {
  return { path, span, found: `${part}, which this version does not have`, expected: `another way: ${instead}` }
}

function checkList(shape: Shape, branches: readonly Shape[], node: ListNode, report: Report): void {
  const list = branches.find(branch => branch.type === 'array')
  const { length } = node.items
  if (!list || length < (list.minItems ?? 0) || length > (list.maxItems ?? Number.POSITIVE_INFINITY))
    report(wrong(shape, node, length === 0 ? 'an empty list' : `a list of ${length}`))
  else for (const item of node.items) check(list.items ?? {}, item, report)
}

function checkScalar(shape: Shape, branches: readonly Shape[], node: ScalarNode, report: Report): void {
  const scalars = branches.filter(branch => branch.type !== 'object' && branch.type !== 'array')
  if (scalars.some(branch => accepts(branch, node))) return
  report(scalarMistake(shape, scalars, node))
}

function scalarMistake(shape: Shape, scalars: readonly Shape[], node: ScalarNode): Mistake {
  const part = node.path.startsWith('output.files') ? outputFormat(node.value) : undefined
  if (part) return partMistake(part, node.path, node.span)
  if (node.value === null && node.written === '') return wrong(shape, node, 'nothing')
  if (node.block && node.value === '')
    return {
      ...wrong(shape, node, `${node.written.trim()} (in YAML it begins a block of text, which is empty)`),
      ...(node.path.endsWith('.delimiter') && node.written.startsWith('|') && { mend: 'pipe' }),
    }
  if (typeof node.value !== 'string' && scalars.some(isFreeText)) {
    const kind = node.value === null ? 'nothing' : `the ${typeof node.value} ${String(node.value)}`
    const found = `${node.written}, which YAML reads as ${kind}`
    return { ...wrong(shape, node, found), expected: 'a text: put it in quotes', mend: quoted(node.written) }
  }
  const near = typeof node.value === 'string' ? nearest(node.value, wordsOf(scalars)) : undefined
  const mend = near ?? mendValue(node.path, node.value, scalars) ?? listMend(shape, node)
  return { ...wrong(shape, node, node.written), ...(mend === undefined ? {} : { mend }) }
}

/** One value where a list of such is wanted. */
function listMend(shape: Shape, node: ScalarNode): string | undefined {
  const list = flatten(shape).find(({ type }) => type === 'array')
  const fits = list?.items && (list.minItems ?? 0) <= 1 && flatten(list.items).some(item => accepts(item, node))
  return fits ? `[${node.written}]` : undefined
}

function isFreeText({ type, pattern, const: only }: Shape): boolean {
  return type === 'string' && pattern === undefined && only === undefined
}

function accepts(branch: Shape, { value }: ScalarNode): boolean {
  if (branch.const !== undefined) return branch.const === value
  // NaN and infinity have no place in a recipe, whatever a schema forgets to say.
  if (typeof value === 'number' && !Number.isFinite(value)) return false
  return Value.Check(branch as TSchema, value)
}

function wordsOf(branches: readonly Shape[]): string[] {
  return branches.flatMap(branch => [branch.const, ...(branch.enum ?? [])]).filter(word => typeof word === 'string')
}

function wrong(shape: Shape, node: Node, found: string): Mistake {
  return { path: node.path, span: node.span, found, expected: describeShape(shape, node.path) }
}

/** `model.n_estimators`, `model.of[1].p`; the words of an ensemble itself are the recipe's. */
const PARAMETER = /^(model|transforms|balance)(\[\d+\])?(\.of\[\d+\])?\.(?!(of|combine)(\[\d+\])?$)/

/** What a schema allows, in words. A description of the recipe's own schema already is that sentence. */
export function describeShape(shape: Shape, path = ''): string {
  const parameter = PARAMETER.test(path)
  if (shape.description && !parameter) {
    const words = wordsOf(flatten(shape))
    const listed = words.length > 0 && words.every(word => shape.description?.includes(word))
    return words.length > 0 && !listed ? `${shape.description}: ${oneOf(words)}` : shape.description
  }
  const general = generally(shape)
  return shape.description ? `${general} (${shape.description})` : general
}

/** What a schema allows, whatever its description says. */
export function generally(shape: Shape): string {
  if (shape.anyOf) {
    const words = shape.anyOf.filter(branch => branch.const !== undefined).map(generally)
    const others = shape.anyOf.filter(branch => branch.const === undefined).map(generally)
    return [...(words.length ? [oneOf(words)] : []), ...others].join(', or ')
  }
  if (shape.enum) return oneOf(shape.enum.map(String))
  if (shape.const !== undefined) return String(shape.const)
  if (shape.type === 'integer' || shape.type === 'number')
    return `${shape.type === 'integer' ? 'a whole number' : 'a number'}${boundsOf(shape)}`
  if (shape.type === 'boolean') return 'true or false'
  if (shape.type === 'array') return listText(shape.items ?? {})
  if (shape.type === 'string') return 'a text'
  const [each] = Object.values(shape.patternProperties ?? {})
  if (each) return `names with a value each, {name: ${generally(each)}}`
  return shape.type === 'null' ? 'null' : 'another value'
}

function listText(items: Shape): string {
  if (items.type === 'string') return 'a list of texts'
  const kind = { integer: 'a list of whole numbers', number: 'a list of numbers' }[items.type ?? '']
  const bounds = boundsOf(items)
  return kind ? `${kind}${bounds ? `, each${bounds}` : ''}` : `a list, each ${generally(items)}`
}

function boundsOf({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: Shape): string {
  const said = [
    minimum !== undefined && `at least ${minimum}`,
    exclusiveMinimum !== undefined && `above ${exclusiveMinimum}`,
    maximum !== undefined && `at most ${maximum}`,
    exclusiveMaximum !== undefined && `below ${exclusiveMaximum}`,
  ].filter(Boolean)
  return said.length > 0 ? ` ${said.join(' and ')}` : ''
}

function oneOf(words: readonly string[]): string {
  return words.length > 1 ? `${words.slice(0, -1).join(', ')} or ${words.at(-1)}` : (words[0] ?? 'nothing')
}

/**
 * What a pickle comes to when nothing in it is called: plain values, containers, names of globals, and objects that say
 * which global would have been called with what. Nothing here can run; whoever wants a number asks src/importers/numpy
 * or src/importers/sklearn for it, which check before they believe.
 *
 * A container may hold itself, so a walk over nodes keeps a set of those it has seen and does not recurse.
 */
import type { Dtype } from '../numpy/dtype.ts'

export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | ListNode
  | TupleNode
  | SetNode
  | DictNode
  | GlobalNode
  | ObjectNode
  | ArrayNode
  | PersistentNode

export interface ListNode {
  readonly kind: 'list'
  readonly items: Value[]
}

export interface TupleNode {
  readonly kind: 'tuple'
  readonly items: readonly Value[]
}

export interface SetNode {
  readonly kind: 'set'
  readonly items: Value[]
}

/** In the order of insertion. Keys are compared as Python compares them; text keys are found by {@link entry}. */
export interface DictNode {
  readonly kind: 'dict'
  readonly entries: Map<string, { readonly key: Value; value: Value }>
}

export interface GlobalNode {
  readonly kind: 'global'
  readonly module: string
  readonly name: string
}

/** `callee(...args)` that was never called, what was set on it (BUILD) and put into it (APPENDS, SETITEMS). */
export interface ObjectNode {
  readonly kind: 'object'
  readonly callee: GlobalNode
  readonly args: readonly Value[]
  readonly kwargs?: DictNode
  state?: Value
  readonly items: Value[]
  readonly entries: [Value, Value][]
}

/** An array that joblib wrote into the stream. `bytes` is a view of the stream, little endian or as `dtype` says. */
export interface ArrayNode {
  readonly kind: 'array'
  readonly dtype: Dtype
  readonly shape: readonly number[]
  readonly order: 'C' | 'F'
  /** Of an array of objects: the nested pickle's own value, an object of numpy's reconstruction. */
  readonly bytes: Uint8Array
  readonly objects?: Value
}

/** A storage that lies beside the pickle, as torch names it. */
export interface PersistentNode {
  readonly kind: 'persistent'
  readonly id: Value
}

/** What has a kind: all but numbers, texts, bytes, flags and None. */
export type Node = Extract<Value, { readonly kind: string }>

/** Whether a value is a node, of that kind where one is asked for. */
export function isNode(value: Value | undefined): value is Node
export function isNode<K extends Node['kind']>(
  value: Value | undefined,
  kind: K,
): value is Extract<Node, { readonly kind: K }>
export function isNode(value: Value | undefined, kind?: Node['kind']): boolean {
  if (typeof value !== 'object' || value === null) return false
  return kind === undefined ? !(value instanceof Uint8Array) : (value as Node).kind === kind
}

/** "module.name" */
export const nameOf = (global: GlobalNode) => `${global.module}.${global.name}`

/** The key under which a dict keeps a text. */
export const textKey = (text: string) => `s${text}`

/** The value of a text key. */
export function entry(dict: DictNode, key: string): Value | undefined {
  return dict.entries.get(textKey(key))?.value
}

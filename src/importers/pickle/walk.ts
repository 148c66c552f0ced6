/** Walks over nodes without recursion: a pickle can hold itself, and can be deep. */
import type { DictNode, Value } from './nodes.ts'

/** What has parts: all nodes but globals and bytes. */
export type Branch = Extract<Value, { readonly kind: string }>

/** The values directly inside a node: items, keys and values, arguments, state. */
export declare function partsOf(node: Branch): Value[]
/** Every node that can be reached, each once, outer before inner. */
export declare function nodesOf(value: Value): Iterable<Branch>
/** The pairs of a dict, in order. */
export declare function pairsOf(dict: DictNode): Iterable<readonly [Value, Value]>

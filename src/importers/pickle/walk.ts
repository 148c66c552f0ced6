/** Walks over nodes without recursion: a pickle can hold itself, and can be deep. */
import { type DictNode, isNode, type Node, type Value } from './nodes.ts'

const NONE: readonly Value[] = []

/** The values directly inside a node: items, keys and values, arguments, state. */
export function partsOf(node: Node): readonly Value[] {
  switch (node.kind) {
    case 'list':
    case 'tuple':
    case 'set':
      return node.items
    case 'dict': {
      const parts: Value[] = []
      for (const pair of node.entries.values()) parts.push(pair.key, pair.value)
      return parts
    }
    case 'array':
      return node.objects === undefined ? NONE : [node.objects]
    case 'persistent':
      return [node.id]
    case 'global':
      return NONE
    case 'object': {
      const parts = [...node.args, ...node.items]
      for (const pair of node.entries) parts.push(pair[0], pair[1])
      if (node.kwargs) parts.push(node.kwargs)
      if (node.state !== undefined) parts.push(node.state)
      return parts
    }
  }
}

/** Every node that can be reached, each once, outer before inner. */
export function* nodesOf(value: Value): Generator<Node> {
  const seen = new Set<Node>()
  const waiting: Value[] = [value]
  while (waiting.length > 0) {
    const next = waiting.pop()!
    if (!isNode(next) || seen.has(next)) continue
    seen.add(next)
    yield next
    const parts = partsOf(next)
    for (let i = parts.length - 1; i >= 0; i--) if (isNode(parts[i]!)) waiting.push(parts[i]!)
  }
}

/** The pairs of a dict, in order. */
export function* pairsOf(dict: DictNode): Generator<readonly [Value, Value]> {
  for (const { key, value } of dict.entries.values()) yield [key, value]
}

/**
 * Whether a way from `value` inward passes more than `cap` nodes, a node that holds itself counted once. Each node is
 * looked into once: how deep it goes is kept for the next way that leads to it.
 */
export function deeperThan(value: Value, cap: number): boolean {
  const depth = new Map<Node, number>()
  /** The way to where we are: nodes, their parts, the next part, the depth below so far. */
  const way: { readonly node: Node; readonly parts: readonly Value[]; next: number; below: number }[] = []
  const enter = (node: Node) => {
    depth.set(node, 0)
    way.push({ node, parts: partsOf(node), next: 0, below: 0 })
  }
  if (isNode(value)) enter(value)
  while (way.length > 0) {
    if (way.length > cap) return true
    const here = way[way.length - 1]!
    const part = here.parts[here.next++]
    if (part === undefined) {
      way.pop()
      const below = here.below + 1
      depth.set(here.node, below)
      const above = way[way.length - 1]
      if (above && above.below < below) above.below = below
    } else if (isNode(part) && part.kind !== 'global') {
      const known = depth.get(part)
      if (known === undefined) enter(part)
      else if (known > here.below) here.below = known
      if (known !== undefined && way.length + known > cap) return true
    }
  }
  return false
}

/**
 * Keys of a dict as Python compares them: True, 1 and 1.0 are one key, tuples are compared by what is in them, and other
 * objects by who they are.
 */
import { isNode, nameOf, type TupleNode, textKey, type Value } from './nodes.ts'
import { damaged, type Stream } from './stream.ts'

/** Longest key, in characters, and parts of a tuple that is one. A tuple of tuples of the same can stand for 2^64 parts. */
const LONGEST = 2 ** 20
const PARTS = 100
/** What a key costs in characters of the budget, as a dict keeps more of it than its text. */
const KEY_COST = 128
/** What a part of a tuple costs in characters of the budget, as making it takes longer. */
const PART_COST = 64

/** @throws Refusal for lists, dicts and keys beyond the limits */
export function keyOf(s: Stream, value: Value): string {
  const key =
    typeof value === 'string' ? textKey(value) : isNode(value, 'tuple') ? tupleKey(s, value) : scalarKey(s, value)
  s.budget.keys += key.length + KEY_COST
  if (key.length > LONGEST || s.budget.keys > s.budget.limits.keys) throw damaged(s, 'The keys of dicts are too long')
  return key
}

function scalarKey(s: Stream, value: Value): string {
  if (value === null) return 'None'
  if (typeof value === 'boolean') return `n${Number(value)}`
  if (typeof value === 'bigint') return `n${value}`
  // A float beyond 2^53 is equal to the int of the same worth.
  if (typeof value === 'number')
    return Number.isInteger(value) && !Number.isSafeInteger(value) ? `n${BigInt(value)}` : `n${value}`
  if (typeof value === 'string') return textKey(value)
  if (value instanceof Uint8Array) {
    if (value.length > LONGEST) throw damaged(s, 'The keys of dicts are too long')
    return `b${Buffer.from(value.buffer, value.byteOffset, value.length).toString('latin1')}`
  }
  if (value.kind === 'global') return `g${nameOf(value)}`
  if (value.kind === 'list' || value.kind === 'dict') throw damaged(s, `A ${value.kind} is the key of a dict`)
  const known = s.budget.identities.get(value)
  const identity = known ?? s.budget.identities.size
  if (known === undefined) s.budget.identities.set(value, identity)
  return `o${identity}`
}

function tupleKey(s: Stream, tuple: TupleNode): string {
  const parts: string[] = []
  let length = 0
  const waiting: (Value | undefined)[] = [tuple]
  while (waiting.length > 0) {
    const value = waiting.pop()!
    const part = value === undefined ? ')' : isNode(value, 'tuple') ? '(' : scalarKey(s, value)
    length += part.length
    if (parts.length > 2 * PARTS || length > LONGEST) throw damaged(s, 'A tuple is too large to be the key of a dict')
    // The length in front keeps two texts from being taken for one.
    parts.push(`${part.length}:${part}`)
    if (isNode(value, 'tuple')) {
      if (value.items.length + waiting.length > 2 * PARTS)
        throw damaged(s, 'A tuple is too large to be the key of a dict')
      waiting.push(undefined)
      for (let i = value.items.length - 1; i >= 0; i--) waiting.push(value.items[i]!)
    }
  }
  s.budget.keys += parts.length * PART_COST
  return `t${parts.join('')}`
}

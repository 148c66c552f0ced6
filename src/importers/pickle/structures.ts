/** Operations on the stack, the memo and the containers, and those that divide the stream. */
import { keyOf } from './keys.ts'
import { type DictNode, isNode, type Value } from './nodes.ts'
import type { Operation } from './scalars.ts'
import {
  closeMark,
  damaged,
  mark,
  pop,
  popMark,
  push,
  recall,
  remember,
  type Stream,
  take,
  takeLatin,
  takeLength8,
  top,
} from './stream.ts'

const NEWEST_PROTOCOL = 5

function protocol(s: Stream): void {
  const version = s.bytes[take(s, 1)]!
  if (s.begin !== s.start) throw damaged(s, 'A second pickle header in the middle of a pickle')
  if (version > NEWEST_PROTOCOL) throw damaged(s, `Pickle protocol ${version}; the newest is ${NEWEST_PROTOCOL}`)
  s.protocol = version
}

function frame(s: Stream): void {
  const size = takeLength8(s)
  if (s.framed) throw damaged(s, 'A frame begins inside another')
  if (size > s.end - s.at) throw damaged(s, `A frame of ${size} bytes, of which ${s.end - s.at} are there`)
  s.framed = true
  s.end = s.at + size
}

/** POP takes the mark itself where there is nothing above it. */
function drop(s: Stream): void {
  if (s.stack.length > s.base) s.stack.pop()
  else closeMark(s)
}

function tupleOf(s: Stream, count: number): void {
  if (s.stack.length - s.base < count) throw damaged(s, 'An operation finds fewer values than it needs')
  push(s, { kind: 'tuple', items: s.stack.splice(s.stack.length - count) })
}

const lineIndex = (s: Stream) => {
  const text = takeLatin(s).trim()
  if (!/^\d{1,15}$/.test(text)) throw damaged(s, `${JSON.stringify(text.slice(0, 40))} is not a memo index`)
  return Number(text)
}

function append(s: Stream, values: readonly Value[]): void {
  const target = top(s)
  if (!isNode(target, 'list') && !isNode(target, 'object')) {
    throw damaged(s, 'Items are appended to something that is no list')
  }
  for (const value of values) target.items.push(value)
}

function addItems(s: Stream): void {
  const values = popMark(s)
  const target = top(s)
  if (!isNode(target, 'set') && !isNode(target, 'object')) {
    throw damaged(s, 'Items are added to something that is no set')
  }
  for (const value of values) {
    keyOf(s, value)
    target.items.push(value)
  }
}

function setItems(s: Stream, values: readonly Value[]): void {
  const target = top(s)
  if (values.length % 2 !== 0) throw damaged(s, 'A key without a value')
  if (isNode(target, 'dict')) fill(s, target, values)
  else if (isNode(target, 'object')) {
    for (let i = 0; i < values.length; i += 2) {
      keyOf(s, values[i]!)
      target.entries.push([values[i]!, values[i + 1]!])
    }
  } else throw damaged(s, 'Keys are set on something that is no dict')
}

/** Keys and values in turn. */
export function fill(s: Stream, dict: DictNode, values: readonly Value[]): void {
  for (let i = 0; i < values.length; i += 2) {
    const key = keyOf(s, values[i]!)
    const known = dict.entries.get(key)
    if (known) known.value = values[i + 1]!
    else dict.entries.set(key, { key: values[i]!, value: values[i + 1]! })
  }
}

function dict(s: Stream): void {
  const values = popMark(s)
  if (values.length % 2 !== 0) throw damaged(s, 'A key without a value')
  const node: DictNode = { kind: 'dict', entries: new Map() }
  fill(s, node, values)
  push(s, node)
}

function frozen(s: Stream): void {
  const items = popMark(s)
  for (const item of items) keyOf(s, item)
  push(s, { kind: 'set', items })
}

/** By their opcodes as characters. */
export const STRUCTURES: Readonly<Record<string, Operation>> = {
  '\x80': protocol,
  '\x95': frame,
  '(': mark,
  '0': drop,
  '1': s => void (s.stack.length = closeMark(s)),
  ']': s => push(s, { kind: 'list', items: [] }),
  l: s => push(s, { kind: 'list', items: popMark(s) }),
  a: s => append(s, [pop(s)]),
  e: s => append(s, popMark(s)),
  ')': s => push(s, { kind: 'tuple', items: [] }),
  t: s => push(s, { kind: 'tuple', items: popMark(s) }),
  '\x85': s => tupleOf(s, 1),
  '\x86': s => tupleOf(s, 2),
  '\x87': s => tupleOf(s, 3),
  '}': s => push(s, { kind: 'dict', entries: new Map() }),
  d: dict,
  s: s => {
    const value = pop(s)
    setItems(s, [pop(s), value])
  },
  u: s => setItems(s, popMark(s)),
  '\x8f': s => push(s, { kind: 'set', items: [] }),
  '\x90': addItems,
  '\x91': frozen,
  p: s => remember(s, lineIndex(s)),
  q: s => remember(s, s.bytes[take(s, 1)]!),
  r: s => remember(s, s.view.getUint32(take(s, 4), true)),
  '\x94': s => remember(s, s.memoized),
  g: s => recall(s, lineIndex(s)),
  h: s => recall(s, s.bytes[take(s, 1)]!),
  j: s => recall(s, s.view.getUint32(take(s, 4), true)),
}

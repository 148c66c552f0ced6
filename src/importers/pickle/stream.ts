/**
 * The bytes of a pickle with the place where it is read, and the stack, the memo and the budget that go with it. Every
 * length is held against the bytes that are left before anything is made of it.
 */
import { Refusal } from '../refusal.ts'
import type { Limits } from './limits.ts'
import { type DictNode, type GlobalNode, isNode, type ObjectNode, type Value } from './nodes.ts'

/** What a file may use up, shared by the pickles nested in it. */
export interface Budget {
  readonly limits: Limits
  opcodes: number
  made: number
  /** The number of opcodes at which the limits are looked at next. */
  lookAt: number
  memo: number
  arrays: number
  streams: number
  keys: number
  /** Characters turned into bytes and pairs into dicts; more than the file has bytes come from copies of copies. */
  converted: number
  readonly globals: Map<string, GlobalNode>
  /** Dicts of a class of their own, which may have attributes besides. */
  readonly dicts: Set<DictNode>
  /** Hash keys of the objects that are keys of a dict, by identity. */
  readonly identities: Map<object, number>
  joblib: 'none' | 'before 1.2' | '1.2 or newer'
}

export interface Stream {
  readonly bytes: Uint8Array
  readonly view: DataView
  /** The same bytes, for their decoders of text. */
  readonly buffer: Buffer
  /** Where this pickle begins: 0, or within another for a nested one. */
  readonly start: number
  at: number
  /** Where the opcode began that is being read. */
  begin: number
  /** End of the frame, or of the bytes outside any frame. */
  end: number
  framed: boolean
  readonly stack: Value[]
  /** Heights of the stack at the open marks, and the last of them. */
  readonly marks: number[]
  base: number
  memo: (Value | undefined)[]
  /** Entries of the memo; MEMOIZE writes the next. */
  memoized: number
  protocol: number
  readonly depth: number
  readonly persistent: boolean
  readonly budget: Budget
  /** The wrapper whose array comes next in the stream, once it was built. */
  pending: ObjectNode | undefined
}

export function openStream(bytes: Uint8Array, at: number, budget: Budget, depth: number, persistent: boolean): Stream {
  return {
    bytes,
    view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length),
    buffer: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length),
    start: at,
    at,
    begin: at,
    end: bytes.length,
    framed: false,
    stack: [],
    marks: [],
    base: 0,
    memo: [],
    memoized: 0,
    protocol: 0,
    depth,
    persistent,
    budget,
    pending: undefined,
  }
}

export function damaged(s: Stream, message: string, hint = ''): Refusal {
  return new Refusal('damaged', message, hint || 'Ask whoever made the file for a fresh copy.', s.begin)
}

export const tooDeep = (s: Stream) => damaged(s, `Its objects nest more than ${s.budget.limits.depth} deep`)

/** Moves on by `count` bytes and returns where they begin. */
export function take(s: Stream, count: number): number {
  const from = s.at
  if (count > s.end - from) {
    throw damaged(
      s,
      `The pickle ends early: ${count} bytes wanted, ${s.end - from} left${s.framed ? ' in the frame' : ''}`,
    )
  }
  s.at = from + count
  return from
}

/** A declared length of 8 bytes, as a number; too large ones stay too large. */
export function takeLength8(s: Stream): number {
  const from = take(s, 8)
  return s.view.getUint32(from, true) + s.view.getUint32(from + 4, true) * 2 ** 32
}

/** `count` bytes of the file, not copied. */
export function takeBytes(s: Stream, count: number): Uint8Array {
  const { text } = s.budget.limits
  if (count > text) throw damaged(s, `A text of ${count} bytes; at most ${text} are read`)
  const from = take(s, count)
  return s.bytes.subarray(from, s.at)
}

/** Up to the next line feed, without it: where the line begins. Its end is the byte before `s.at`. */
export function takeLine(s: Stream): number {
  const from = s.at
  const to = s.bytes.indexOf(10, from)
  if (to < 0 || to >= s.end) throw damaged(s, 'The pickle ends early: a line has no end')
  if (to - from > s.budget.limits.text) throw damaged(s, `A line of ${to - from} bytes`)
  s.at = to + 1
  return from
}

export function takeLatin(s: Stream): string {
  const from = takeLine(s)
  return s.buffer.toString('latin1', from, s.at - 1)
}

export function push(s: Stream, value: Value): void {
  s.stack.push(value)
}

export function pop(s: Stream): Value {
  if (s.stack.length <= s.base) throw damaged(s, 'An operation finds fewer values than it needs')
  return s.stack.pop()!
}

/** The last value, left where it is. */
export function top(s: Stream): Value {
  if (s.stack.length <= s.base) throw damaged(s, 'An operation finds fewer values than it needs')
  return s.stack[s.stack.length - 1]!
}

export function mark(s: Stream): void {
  // Every open mark is a container that is not closed yet.
  if (s.marks.length >= s.budget.limits.depth) throw tooDeep(s)
  s.base = s.stack.length
  s.marks.push(s.base)
}

/** Closes the last mark; the values above it begin where it says, and are the caller's to take off. */
export function closeMark(s: Stream): number {
  const from = s.marks.pop()
  if (from === undefined) throw damaged(s, 'A mark is used that was never set')
  s.base = s.marks.length > 0 ? s.marks[s.marks.length - 1]! : 0
  return from
}

export function popMark(s: Stream): Value[] {
  return s.stack.splice(closeMark(s))
}

export function remember(s: Stream, index: number): void {
  const { limits } = s.budget
  if (index >= limits.memo) throw damaged(s, `Memo index ${index}; at most ${limits.memo} are kept`)
  const value = top(s)
  if (s.memo[index] === undefined) {
    s.memoized++
    if (++s.budget.memo > limits.memo) throw damaged(s, `More than ${limits.memo} memo entries`)
  }
  s.memo[index] = value
}

export function recall(s: Stream, index: number): void {
  const value = s.memo[index]
  if (value === undefined) throw damaged(s, `Memo index ${index} is read before it is written`)
  if (isNode(value, 'object') && isWrapper(value.callee)) {
    // joblib replaces the wrapper on the stack only, so that the memo would give the wrapper: no writer asks for it.
    throw damaged(s, 'The wrapper of an array is asked for again instead of the array')
  }
  s.stack.push(value)
}

/** joblib's wrapper of an array in the stream, its own or as scikit-learn carried it along until 0.22. */
export function isWrapper(callee: GlobalNode): boolean {
  return callee.name === 'NumpyArrayWrapper' && JOBLIB.has(callee.module)
}

/** Modules that joblib's classes are in. */
export const JOBLIB: ReadonlySet<string> = new Set(['joblib.numpy_pickle', 'sklearn.externals.joblib.numpy_pickle'])

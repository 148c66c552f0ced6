/**
 * Reads a pickle without calling anything: what would be called becomes an inert node. Protocols 0 to 5, and the arrays
 * that joblib puts into the stream.
 *
 * Operations: Python's pickletools (3.13). Strict where every sound file is: nothing after the end, arrays only at the
 * end of a frame, no operation that writers of models do not use.
 */
import { LIMITS, type Limits } from './limits.ts'
import type { Value } from './nodes.ts'
import { OBJECTS } from './objects.ts'
import { readPayload } from './payload.ts'
import type { Operation } from './scalars.ts'
import { SCALARS } from './scalars.ts'
import { type Budget, damaged, openStream, type Stream, tooDeep } from './stream.ts'
import { STRUCTURES } from './structures.ts'
import { deeperThan } from './walk.ts'

export interface PickleOptions {
  readonly limits?: Partial<Limits>
  /** Names of things outside the pickle become nodes instead of a refusal; torch writes its storages so. */
  readonly persistent?: boolean
}

export interface Pickle {
  readonly value: Value
  readonly protocol: number
  /** Every class and function that is named, "module.name", sorted; those that nothing uses in the end too. */
  readonly globals: readonly string[]
  /** Which joblib wrote arrays into it; none: a plain pickle. */
  readonly joblib: 'none' | 'before 1.2' | '1.2 or newer'
  readonly opcodes: number
  /** Arrays that lie in the stream, as joblib writes them. */
  readonly arrays: number
}

const STOP = 0x2e
const FIRST_LOOK = 2 ** 16

/** By opcode. */
const OPERATIONS: readonly Operation[] = Array.from({ length: 256 }, (_, code) => {
  const character = String.fromCharCode(code)
  return SCALARS[character] ?? STRUCTURES[character] ?? OBJECTS[character] ?? unknown
})

/** Those that make a list, tuple, dict, set or object. */
const MAKERS = Uint8Array.from({ length: 256 }, (_, code) =>
  Number(']l)t\x85\x86\x87}d\x8f\x91R\x81\x92PQ'.includes(String.fromCharCode(code))),
)

function unknown(s: Stream): never {
  const code = s.bytes[s.begin]!.toString(16).padStart(2, '0')
  throw damaged(s, `Byte 0x${code} is no operation of a pickle`)
}

/** @throws Refusal with the byte where it ends; nothing else, whatever the bytes */
export function readPickle(bytes: Uint8Array, options: PickleOptions = {}): Pickle {
  const limits = { ...LIMITS, ...options.limits }
  const budget: Budget = {
    limits,
    opcodes: 0,
    made: 0,
    lookAt: Math.min(FIRST_LOOK, limits.opcodes + 1),
    memo: 0,
    arrays: 0,
    streams: 0,
    keys: 0,
    converted: 0,
    globals: new Map(),
    dicts: new Set(),
    identities: new Map(),
    joblib: 'none',
  }
  // A Buffer would make Buffers of its parts.
  const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)
  const s = openStream(plain, 0, budget, 0, options.persistent ?? false)
  if (bytes.length > limits.bytes) throw damaged(s, `${bytes.length} bytes; at most ${limits.bytes} are read`)
  const value = run(s)
  s.begin = s.at
  if (s.at !== bytes.length) throw damaged(s, `${bytes.length - s.at} bytes follow the end of the pickle`)
  if (deeperThan(value, limits.depth)) throw tooDeep(s)
  const globals = [...new Set([...budget.globals.values()].map(({ module, name }) => `${module}.${name}`))].sort()
  const { opcodes, arrays, joblib } = budget
  return { value, protocol: s.protocol, globals, joblib, opcodes, arrays }
}

/** Up to and with STOP. */
function run(s: Stream): Value {
  const { bytes, budget } = s
  for (;;) {
    if (s.at >= s.end) {
      s.begin = s.at
      if (!s.framed) throw damaged(s, 'The pickle ends early: it has no end mark')
      s.framed = false
      s.end = bytes.length
      continue
    }
    s.begin = s.at
    const code = bytes[s.at++]!
    if (++budget.opcodes === budget.lookAt) lookDeep(s)
    if (code === STOP) return stop(s)
    budget.made += MAKERS[code]!
    if (budget.made > budget.limits.made) throw damaged(s, `More than ${budget.limits.made} lists and objects`)
    OPERATIONS[code]!(s)
    if (s.stack.length > budget.limits.stack)
      throw damaged(s, `More than ${budget.limits.stack} values wait on the stack`)
    if (s.pending) {
      const wrapper = s.pending
      s.pending = undefined
      s.stack[s.stack.length - 1] = readPayload(s, wrapper, run)
    }
  }
}

/** The exact look at the depth comes last; looks at every doubling keep it from coming too late for the memory. */
function lookDeep(s: Stream): void {
  const { opcodes, depth } = s.budget.limits
  if (s.budget.opcodes > opcodes) throw damaged(s, `More than ${opcodes} operations`)
  if (deeperThan({ kind: 'list', items: s.stack }, depth + 1)) throw tooDeep(s)
  s.budget.lookAt = Math.min(2 * s.budget.lookAt, opcodes + 1)
}

function stop(s: Stream): Value {
  if (s.marks.length > 0 || s.stack.length !== 1) throw damaged(s, 'The pickle ends with more or less than one value')
  if (s.framed && s.at !== s.end) throw damaged(s, 'The pickle ends in the middle of a frame')
  return s.stack[0]!
}

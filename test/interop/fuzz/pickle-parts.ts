/** Where the operations of a pickle begin, told from the table of Python's pickletools (3.13): for changing files with
 * some sense. Written apart from the machine under test. */

/** Bytes of argument after the opcode; a negative number is the size of a little-endian length in front of the bytes. */
const ARGUMENT: Readonly<Record<string, number | 'line' | 'two lines'>> = {
  '\x80': 1,
  '\x95': 8,
  '.': 0,
  '(': 0,
  '0': 0,
  '1': 0,
  '2': 0,
  N: 0,
  '\x88': 0,
  '\x89': 0,
  I: 'line',
  J: 4,
  K: 1,
  M: 2,
  L: 'line',
  '\x8a': -1,
  '\x8b': -4,
  F: 'line',
  G: 8,
  S: 'line',
  T: -4,
  U: -1,
  V: 'line',
  X: -4,
  '\x8c': -1,
  '\x8d': -8,
  B: -4,
  C: -1,
  '\x8e': -8,
  '\x96': -8,
  ']': 0,
  l: 0,
  a: 0,
  e: 0,
  ')': 0,
  t: 0,
  '\x85': 0,
  '\x86': 0,
  '\x87': 0,
  '}': 0,
  d: 0,
  s: 0,
  u: 0,
  '\x8f': 0,
  '\x90': 0,
  '\x91': 0,
  p: 'line',
  q: 1,
  r: 4,
  '\x94': 0,
  g: 'line',
  h: 1,
  j: 4,
  c: 'two lines',
  '\x93': 0,
  R: 0,
  '\x81': 0,
  '\x92': 0,
  b: 0,
}

export interface Part {
  readonly from: number
  readonly to: number
  /** Length of the opcode and of a length that stands before bytes. */
  readonly head: number
}

/** The operations from the start on, until something is no operation: an array that joblib wrote is one part, found by
 * looking for the next place from which many operations can be read. */
export function partsOf(bytes: Uint8Array): Part[] {
  const parts: Part[] = []
  let at = 0
  while (at < bytes.length) {
    const part = partAt(bytes, at)
    if (part === undefined) {
      const next = resumes(bytes, at + 1)
      parts.push({ from: at, to: next, head: 0 })
      at = next
      continue
    }
    parts.push(part)
    at = part.to
  }
  return parts
}

function partAt(bytes: Uint8Array, at: number): Part | undefined {
  const argument = ARGUMENT[String.fromCharCode(bytes[at] as number)]
  if (argument === undefined) return undefined
  if (typeof argument === 'string') {
    let to = bytes.indexOf(10, at + 1) + 1
    if (argument === 'two lines' && to > 0) to = bytes.indexOf(10, to) + 1
    return to > 0 ? { from: at, to, head: 1 } : undefined
  }
  if (argument >= 0) return at + 1 + argument <= bytes.length ? { from: at, to: at + 1 + argument, head: 1 } : undefined
  let length = 0
  for (let i = 0; i < -argument; i++) length += (bytes[at + 1 + i] ?? 0) * 256 ** i
  const to = at + 1 - argument + length
  return to <= bytes.length ? { from: at, to, head: 1 - argument } : undefined
}

const MANY = 12

function resumes(bytes: Uint8Array, from: number): number {
  for (let start = from; start < bytes.length; start++) {
    let at = start
    let seen = 0
    for (let part = partAt(bytes, at); part && seen < MANY; part = partAt(bytes, at)) {
      at = part.to
      seen++
      if (at === bytes.length) return start
    }
    if (seen === MANY) return start
  }
  return bytes.length
}

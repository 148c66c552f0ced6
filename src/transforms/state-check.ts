/** What a state of a transform must hold: it may come from a file that somebody else made. */
import type { Columns, TypedArray } from '../math/columns.ts'

/** @throws RangeError where it is no array of float64 of that length */
export function numbersOf(value: unknown, name: string, length?: number): Float64Array {
  return arrayOf(Float64Array, value, name, length)
}

/** @throws RangeError where it is no array of int32 of that length, each within `least` … `most` */
export function placesOf(value: unknown, name: string, { least = 0, most = Infinity, length = -1 } = {}): Int32Array {
  const places = arrayOf(Int32Array, value, name, length < 0 ? undefined : length)
  const wrong = places.find(place => place < least || place > most)
  if (wrong !== undefined) throw new RangeError(`its ${name} has the place ${wrong}, expected ${least} to ${most}`)
  return places
}

function arrayOf<T extends TypedArray>(
  Kind: new (length: number) => T,
  value: unknown,
  name: string,
  length: number | undefined,
): T {
  if (!(value instanceof Kind)) throw new RangeError(`its ${name} is no array of ${Kind.name}`)
  if (length !== undefined && value.length !== length)
    throw new RangeError(`its ${name} has ${value.length} entries, expected ${length}`)
  return value
}

/** @throws RangeError */
export function textsOf(value: unknown, name: string, length?: number): readonly string[] {
  if (!Array.isArray(value) || !value.every(text => typeof text === 'string'))
    throw new RangeError(`its ${name} is no list of texts`)
  if (length !== undefined && value.length !== length)
    throw new RangeError(`its ${name} has ${value.length} entries, expected ${length}`)
  return value
}

/** @throws RangeError */
export function wordOf<W extends string>(value: unknown, name: string, words: readonly W[]): W {
  const found = words.find(word => word === value)
  if (found !== undefined) return found
  throw new RangeError(`its ${name} is ${String(value).slice(0, 40)}, expected ${words.join(', ')}`)
}

/** @throws RangeError for a block of another number of columns */
export function checkWidth(block: Columns, columns: number): void {
  if (block.columns.length !== columns) throw new RangeError(`${block.columns.length} columns for a step on ${columns}`)
}

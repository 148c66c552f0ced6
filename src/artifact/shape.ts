/** Whether a value from outside has the shape that the program relies on. Small on purpose: it runs on every start. */

/** @throws Error that names the place, when the value is not of the shape. */
export type Shape = (value: unknown, at: string) => void

/** More than anybody writes by hand; what is longer was not written by us. */
const LONGEST_TEXT = 20_000

function refuse(at: string, found: unknown, expected: string): never {
  const shown = JSON.stringify(found) ?? String(found)
  throw new Error(
    `its description is damaged: ${at} is ${shown.length > 60 ? `${shown.slice(0, 60)}…` : shown}, expected ${expected}`,
  )
}

export const text: Shape = (value, at) => {
  if (typeof value !== 'string' || value.length > LONGEST_TEXT) refuse(at, value, 'a text')
}

export const filled: Shape = (value, at) => {
  text(value, at)
  if (value === '') refuse(at, value, 'a text that is not empty')
}

export const flag: Shape = (value, at) => {
  if (typeof value !== 'boolean') refuse(at, value, 'true or false')
}

export const number: Shape = (value, at) => {
  if (!Number.isFinite(value)) refuse(at, value, 'a number')
}

export function integer(least: number, most: number): Shape {
  return (value, at) => {
    if (!Number.isInteger(value) || (value as number) < least || (value as number) > most) {
      refuse(at, value, `a whole number from ${least} to ${most}`)
    }
  }
}

export function share(value: unknown, at: string): void {
  number(value, at)
  if ((value as number) < 0 || (value as number) > 1) refuse(at, value, 'a share from 0 to 1')
}

export function word(...words: readonly unknown[]): Shape {
  return (value, at) => {
    if (!words.includes(value)) refuse(at, value, words.join(' or '))
  }
}

export function matching(pattern: RegExp, expected: string): Shape {
  return (value, at) => {
    if (typeof value !== 'string' || !pattern.test(value)) refuse(at, value, expected)
  }
}

export function orNull(shape: Shape): Shape {
  return (value, at) => {
    if (value !== null) shape(value, at)
  }
}

export function list(shape: Shape, least: number, most: number): Shape {
  return (value, at) => {
    if (!Array.isArray(value) || value.length < least || value.length > most)
      refuse(at, value, `a list of ${least} to ${most} entries`)
    for (const [i, item] of value.entries()) shape(item, `${at}[${i}]`)
  }
}

/** Any keys, each value of one shape. */
export function record(shape: Shape, most: number): Shape {
  return (value, at) => {
    const entries = entriesOf(value, at)
    if (entries.length > most) refuse(at, `${entries.length} entries`, `at most ${most}`)
    for (const [key, item] of entries) shape(item, `${at}.${key}`)
  }
}

type Shapes = Readonly<Record<string, Shape>>

/** These keys and no others. */
export function object(required: Shapes, optional: Shapes = {}): Shape {
  return (value, at) => {
    const entries = new Map(entriesOf(value, at))
    for (const [key, shape] of Object.entries(required)) shape(entries.get(key), `${at}.${key}`)
    for (const [key, item] of entries) {
      if (Object.hasOwn(required, key)) continue
      if (!Object.hasOwn(optional, key))
        refuse(`${at}.${key}`, item, 'nothing there: a later version may have written it')
      ;(optional[key] as Shape)(item, `${at}.${key}`)
    }
  }
}

/** One of several objects, told apart by the value of a key. */
export function variant(key: string, shapes: Readonly<Record<string, Shapes>>): Shape {
  return (value, at) => {
    const kind = new Map(entriesOf(value, at)).get(key)
    if (typeof kind !== 'string' || !Object.hasOwn(shapes, kind))
      refuse(`${at}.${key}`, kind, Object.keys(shapes).join(', '))
    object({ [key]: text, ...shapes[kind] })(value, at)
  }
}

function entriesOf(value: unknown, at: string): [string, unknown][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) refuse(at, value, 'an object')
  return Object.entries(value)
}

/** States as a damaged or malicious model file could hold them: one entry of a good state changed in one way. */
import { runInThisContext } from 'node:vm'
import type { TypedArray } from '../../src/math/columns.ts'
import type { State } from '../../src/math/state.ts'

export interface Stranger {
  /** "start: one entry less" */
  readonly what: string
  readonly state: State
}

export function strangersOf(state: State): Stranger[] {
  return Object.entries(state).flatMap(([name, value]) => [
    { what: `${name}: missing`, state: Object.fromEntries(Object.entries(state).filter(([key]) => key !== name)) },
    ...othersThan(value).map(([how, other]) => ({
      what: `${name}: ${how}`,
      state: { ...state, [name]: other } as State,
    })),
  ])
}

/** Named by what they are, each with its value. */
function othersThan(value: State[string]): [string, unknown][] {
  if (typeof value === 'number') return [['a text', 'x'], ['an array', Float64Array.of(value)], ...NUMBERS]
  if (typeof value === 'string')
    return [
      ['a number', 1],
      ['another word', `${value}x`],
      ['no word', ''],
    ]
  if (!ArrayBuffer.isView(value))
    return [
      ['no texts', []],
      ['a number', 1],
      ['one more', [...value, 'x']],
    ]
  return othersThanArray(value as TypedArray)
}

const NUMBERS: [string, number][] = [0, 1, -1, 0.5, 1e9, 2 ** 31, 1e300, Number.NaN, Number.POSITIVE_INFINITY].map(
  n => [String(n), n],
)

function othersThanArray(value: TypedArray): [string, unknown][] {
  const Own = value.constructor as new (length: number) => TypedArray
  const Other = value instanceof Float64Array ? Int32Array : Float64Array
  const longer = new Own(value.length + 1)
  longer.set(value as never)
  const filled = (n: number): [string, TypedArray] => [`all ${n}`, new Own(value.length).fill(n as never)]
  const spoiled = (n: number): [string, TypedArray] => {
    const copy = value.slice() as TypedArray
    copy[copy.length >> 1] = n as never
    return [`${n} in the middle`, copy]
  }
  return [
    ['a number', 1],
    ['a text', 'x'],
    ['plain numbers', Array.from(value as ArrayLike<number>)],
    ['empty', new Own(0)],
    ['one entry less', value.slice(0, -1)],
    ['one entry more', longer],
    ['another kind of array', Other.from(value as ArrayLike<number>)],
    ['backwards', value.toReversed()],
    ...(value.length > 0 ? [filled(0), filled(-1), filled(1), filled(2 ** 31 - 1), filled(Number.NaN)] : []),
    ...(value.length > 0 ? [spoiled(-2), spoiled(1e9), spoiled(Number.NaN)] : []),
  ]
}

/** Runs work that may never end, and ends it then. @throws what it throws, or an error that says so */
export function within(milliseconds: number, work: () => unknown): unknown {
  const slot = globalThis as { tocsinWork?: () => unknown }
  slot.tocsinWork = work
  return runInThisContext('tocsinWork()', { timeout: milliseconds })
}

/** Rows, answers and a model's lesson, for the laws that every model meets. */
import { Value } from 'typebox/value'
import { createRandom } from '../../src/math/random.ts'
import type { State } from '../../src/math/state.ts'
import type { Explainer, Model, Scorer, Target, Task } from '../../src/models/model.ts'
import { TAUGHT_HERE } from './imported.ts'

export type Table = readonly Float64Array[]

/** More than one block of 2048, and not a multiple of it. */
export const ROWS = 2500
/** So many teach: enough for every model, and few enough to learn often. */
export const TAUGHT = 800
export const OUTLIER = 234

/** Rows around two centres, each column in units of its own; for `detect` one row far from all others. */
export function tableFor(task: Task): Float64Array[] {
  const random = createRandom(99)
  const columns = Array.from({ length: 5 }, (_, c) =>
    Float64Array.from(
      { length: ROWS },
      (_, row) => random.normal() * 10 ** (c - 2) + (row % 3 === 0 ? 4 : 0) * 10 ** (c - 2),
    ),
  )
  if (task === 'detect')
    for (const [c, column] of columns.entries()) column[OUTLIER] = (c % 2 === 0 ? 40 : -40) * 10 ** (c - 2)
  return columns
}

export function rowsOf(columns: Table, from: number, to: number): Float64Array[] {
  return columns.map(column => column.slice(from, to))
}

/** Large first and second columns, in units of their own, are the risk. */
function worthOf(columns: Table): Float64Array {
  return Float64Array.from(columns[0]!, (_, i) => (columns[0]?.[i] || 0) * 100 + (columns[1]?.[i] || 0) * 10)
}

/** 1 where a row of {@link tableFor} is bad: a third of them and a few more. */
export function labelsOf(columns: Table): Uint8Array {
  return Uint8Array.from(worthOf(columns), value => Number(value > 2))
}

function targetFor(task: Task, columns: Table): { y?: Target } {
  const rows = columns[0]!.length
  const value = worthOf(columns)
  if (task === 'detect') return {}
  if (task === 'regress') return { y: { value } }
  if (task === 'classify')
    return { y: { codes: Int32Array.from(labelsOf(columns)), levels: ['fine', 'bad'], positive: 1 } }
  return { y: { time: value.map(v => Math.exp(-v / 10)), event: new Uint8Array(rows).fill(1) } }
}

/** Of models that grow or go on for long, what they are after little of it: for laws that are not about how good it is. */
const BRIEFLY: Readonly<Record<string, number>> = { n_estimators: 8, epochs: 2 }

export interface LearnOptions {
  readonly seed?: number
  readonly briefly?: boolean
  readonly rows?: number
  /** One a row; 1 by default. */
  readonly weight?: Float64Array
  /** In place of some of the defaults. */
  readonly params?: object
}

export function learn(model: Model, task: Task, columns: Table, options: LearnOptions = {}): State {
  const { seed = 3, rows = columns[0]!.length, params = {}, briefly = false } = options
  const known = Object.keys(propertiesOf(model))
  const brief = briefly ? Object.fromEntries(Object.entries(BRIEFLY).filter(([name]) => known.includes(name))) : {}
  const { weight = new Float64Array(rows).fill(1) } = options
  const names = columns.map((_, c) => `x${c}`)
  const training = {
    task,
    x: { rows, columns },
    names,
    ...targetFor(task, columns),
    weight,
    random: createRandom(seed),
  }
  if (!model.fit) return TAUGHT_HERE[model.kind]!(training)
  return model.fit(training, { ...(Value.Create(model.params) as object), ...brief, ...params } as never)
}

export function risksOf(scorer: Scorer, columns: Table, rows = columns[0]!.length): Float64Array {
  const out = new Float64Array(rows).fill(Number.NaN)
  scorer.score({ rows, columns }, out)
  return out
}

/** Row after row. */
export function sharesOf(explainer: Explainer, columns: Table, rows = columns[0]!.length): Float64Array {
  const out = new Float64Array(rows * columns.length).fill(Number.NaN)
  explainer.explain({ rows, columns }, out)
  return out
}

export const bits = (numbers: Float64Array) => [...new BigUint64Array(numbers.slice().buffer)]

/** A state as text: −0, NaN and the kind of an array count. */
export const bytesOf = (state: State) =>
  Object.entries(state).map(([name, value]) => [
    name,
    ArrayBuffer.isView(value)
      ? `${value.constructor.name} ${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')}`
      : typeof value === 'number'
        ? Buffer.from(Float64Array.of(value).buffer).toString('base64')
        : value,
  ])

/** The parameters, as their schema describes them. */
export function propertiesOf({ params }: Model): Readonly<Record<string, { description?: string }>> {
  return (params as unknown as { properties: Record<string, { description?: string }> }).properties
}

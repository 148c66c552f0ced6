/** Streams a learn statement into columns of numbers: the rows that fitting, calibrating and evaluating work on. */
import type { Door } from '../data/door.ts'
import type { Columns } from '../math/columns.ts'
import { TAIL, type Tail } from '../plan/learn.ts'

/** Of {@link TAIL}, how many come first and are numbers. */
const NUMBERS = 4

export interface Rows {
  readonly rows: number
  /** One array a feature; NaN where unusable. */
  readonly features: readonly Float64Array[]
  /** Seconds (UTC epoch, or the plain number times its unit); NaN where unknown. */
  readonly seconds: Float64Array
  /** 1, 0, or NaN where the recipe gives no such expression or it is NULL. */
  readonly learn: Float64Array
  readonly label: Float64Array
  /** The number to predict, or the time until the event; NaN where unknown. */
  readonly target: Float64Array
  /** Codes in order of appearance; −1 for none. */
  readonly group: Int32Array
  readonly groups: readonly string[]
  /** Why a row is unusable; absent for usable rows. */
  readonly rejection: ReadonlyMap<number, string>
  /** Row names, when asked for. */
  readonly ids: readonly (string | null)[] | undefined
}

export async function gather(
  door: Door,
  sql: string,
  width: number,
  capacity: number,
  options: { ids?: boolean; progress?: (done: number) => void } = {},
): Promise<Rows> {
  const numbers = Array.from({ length: width + NUMBERS }, () => new Float64Array(capacity))
  const group = new Int32Array(capacity).fill(-1)
  const codes = new Map<string, number>()
  const rejection = new Map<number, string>()
  const ids: (string | null)[] = []
  const at = (name: Tail) => width + TAIL.indexOf(name)
  let done = 0
  const rows = await door.stream(sql, chunk => {
    for (let c = 0; c < width + NUMBERS; c++) (numbers[c] as Float64Array).set(chunk.doubles(c), done)
    codeGroups(chunk.texts(at('group')), done, group, codes)
    chunk.texts(at('rejection')).forEach((why, i) => {
      if (why !== null) rejection.set(done + i, why)
    })
    if (options.ids) ids.push(...chunk.texts(at('id')))
    done += chunk.rows
    options.progress?.(done)
  })
  const column = (i: number) => (numbers[i] as Float64Array).subarray(0, rows)
  return {
    rows,
    features: Array.from({ length: width }, (_, i) => column(i)),
    seconds: column(at('seconds')),
    learn: column(at('learn')),
    label: column(at('label')),
    target: column(at('target')),
    group: group.subarray(0, rows),
    groups: [...codes.keys()],
    rejection,
    ids: options.ids ? ids : undefined,
  }
}

function codeGroups(
  texts: readonly (string | null)[],
  from: number,
  out: Int32Array,
  codes: Map<string, number>,
): void {
  texts.forEach((text, i) => {
    if (text === null) return
    let code = codes.get(text)
    if (code === undefined) codes.set(text, (code = codes.size))
    out[from + i] = code
  })
}

/** The chosen rows, in the given order, as a block of their own. */
export function pick(rows: Rows, chosen: Int32Array): Columns {
  return { rows: chosen.length, columns: rows.features.map(column => take(column, chosen)) }
}

export function take(values: Float64Array, chosen: Int32Array): Float64Array {
  return Float64Array.from(chosen, i => values[i] as number)
}

/** Long work on this thread, in turns: between two of them the program hears a Ctrl-C. */
import { setImmediate } from 'node:timers/promises'
import type { Columns } from '../math/columns.ts'
import { BLOCK_ROWS, type Risk } from './pipeline.ts'

/** Nobody who presses Ctrl-C notices less. */
const TURN_MS = 50

/** A function to await between the steps of long work; it lets others have their turn when it is time. */
export function turns(): () => Promise<void> {
  let since = performance.now()
  return async () => {
    if (performance.now() - since < TURN_MS) return
    await setImmediate()
    since = performance.now()
  }
}

/** The risk of each row of a long table. */
export async function riskInTurns(risk: Risk, { rows, columns }: Columns, out: Float64Array): Promise<void> {
  const turn = turns()
  const numbers = columns as readonly Float64Array[]
  for (let from = 0; from < rows; from += BLOCK_ROWS) {
    const to = Math.min(rows, from + BLOCK_ROWS)
    risk({ rows: to - from, columns: numbers.map(column => column.subarray(from, to)) }, out.subarray(from, to))
    await turn()
  }
}

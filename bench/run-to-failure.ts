/** How good an alarm is on machines that run until they fail: false alarms early, alarms at the end, lead time. */
import { byGroup, episodes, type Hold, heldRisk, lastingAlarms } from '../src/math/episodes.ts'

/** Machines in any order, each one's rows in time order, its last row the failure. */
export interface Watched {
  /** One code a row. */
  readonly machine: Int32Array
  readonly hold: Hold
  /** Early rows, in which an alarm is false: this share of each life. */
  readonly early: number
  /** Late rows, in which there must be an alarm: the last so many of each life. */
  readonly late: number
}

export interface Judgement {
  readonly cut: number
  /** Alarms that begin in the early rows of all machines. */
  readonly falseAlarms: number
  /** Machines in alarm at some time in their late rows. */
  readonly caught: number
  readonly machines: number
  /** Rows from the beginning of the alarm that lasts until the failure; 0 for a machine without one. Over all machines. */
  readonly medianLead: number
}

export function judge(risk: Float64Array, cut: number, watched: Watched): Judgement {
  const { machine: group, hold } = watched
  const lives = lastingAlarms(risk, cut, { group, hold })
  const leads = lives.map(life => (life.lasting === undefined ? 0 : life.rows - life.lasting))
  return {
    cut,
    falseAlarms: falseAlarms(risk, cut, watched),
    caught: caught(risk, cut, watched),
    machines: lives.length,
    medianLead: median(leads),
  }
}

/** At the lowest cut at which it, and every cut above it, raises at most `allowed` false alarms. */
export function judgeAt(allowed: number, risk: Float64Array, watched: Watched): Judgement {
  const held = heldRisk(risk, byGroup(risk.length, watched.machine), watched.hold)
  const cuts = [...new Set(held)].filter(Number.isFinite).sort((a, b) => b - a)
  const early = earlyRows(watched)
  let cut = Number.POSITIVE_INFINITY
  for (const next of cuts) {
    if (falseAlarms(risk, next, watched, early) > allowed) break
    cut = next
  }
  return judge(risk, cut, watched)
}

function earlyRows({ machine, early }: Watched): Int32Array {
  return part(machine, (place, life) => place < Math.floor(early * life))
}

function falseAlarms(risk: Float64Array, cut: number, watched: Watched, rows = earlyRows(watched)): number {
  const group = Int32Array.from(rows, row => watched.machine[row]!)
  return episodes(pick(risk, rows), cut, { group, hold: watched.hold })
}

function caught(risk: Float64Array, cut: number, { machine, hold, late }: Watched): number {
  const held = heldRisk(risk, byGroup(risk.length, machine), hold)
  const rows = part(machine, (place, life) => place >= life - late).filter(row => held[row]! > cut)
  return new Set(Array.from(rows, row => machine[row])).size
}

/** The rows whose place in their machine's life is chosen. */
function part(machine: Int32Array, chosen: (place: number, life: number) => boolean): Int32Array {
  const { order, starts } = byGroup(machine.length, machine)
  const rows: number[] = []
  for (let g = 0; g + 1 < starts.length; g++) {
    const [from, to] = [starts[g]!, starts[g + 1]!]
    for (let k = from; k < to; k++) if (chosen(k - from, to - from)) rows.push(order[k]!)
  }
  return Int32Array.from(rows)
}

function pick(values: Float64Array, rows: Int32Array): Float64Array {
  return Float64Array.from(rows, row => values[row]!)
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length / 2
  return sorted.length % 2 ? sorted[Math.floor(middle)]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

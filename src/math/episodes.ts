/**
 * Alarms as people meet them: one episode each, however many rows it lasts.
 *
 * `hold: 3 of 5` says that an alarm lasts when at least 3 of the last 5 rows of its group exceed the cut. That is the
 * same as asking whether the third largest of the last five risks exceeds it; so holding is a change of the risks,
 * made once, and every cut can then be tried on the result.
 */

export interface Hold {
  readonly count: number
  readonly of: number
}

export interface Grouping {
  /** One code a row, −1 for rows without a group (they form one of their own). Absent: all rows are one group. */
  readonly group?: Int32Array | undefined
  readonly hold?: Hold | undefined
}

/** Row numbers group by group, in the order of the rows inside each; group g is `order[starts[g] … starts[g + 1])`. */
export interface Groups {
  readonly order: Uint32Array
  readonly starts: Uint32Array
  /** The code of each group, ascending. */
  readonly codes: Int32Array
}

/** Counting sort by code: O(rows + codes). Codes without a row are left out. */
export function byGroup(rows: number, group?: Int32Array): Groups {
  if (!group) {
    const order = Uint32Array.from({ length: rows }, (_, i) => i)
    return { order, starts: Uint32Array.of(0, rows), codes: Int32Array.of(0) }
  }
  let top = -1
  for (let i = 0; i < rows; i++) top = Math.max(top, group[i]!)
  const next = new Uint32Array(top + 3)
  for (let i = 0; i < rows; i++) next[group[i]! + 2]!++
  const codes = Int32Array.from({ length: top + 2 }, (_, g) => g - 1).filter(code => next[code + 2]! > 0)
  for (let g = 1; g < next.length; g++) next[g]! += next[g - 1]!
  const starts = Uint32Array.from([...codes].map(code => next[code + 1]!).concat(rows))
  const order = new Uint32Array(rows)
  for (let i = 0; i < rows; i++) order[next[group[i]! + 1]!++] = i
  return { order, starts, codes }
}

/**
 * For each row the `count`-th largest of the last `of` risks of its group, −Infinity where there are too few. A row
 * without a finite risk counts as a row that does not alarm. O(rows × of).
 */
export function heldRisk(risk: Float64Array, groups: Groups, hold: Hold = { count: 1, of: 1 }): Float64Array {
  const held = new Float64Array(risk.length)
  const sorted = new Float64Array(hold.of)
  for (let g = 0; g + 1 < groups.starts.length; g++) {
    const [from, to] = [groups.starts[g]!, groups.starts[g + 1]!]
    sorted.fill(-Infinity)
    for (let k = from; k < to; k++) {
      const old = k - hold.of >= from ? finite(risk[groups.order[k - hold.of]!]!) : -Infinity
      exchange(sorted, old, finite(risk[groups.order[k]!]!))
      held[groups.order[k]!] = sorted[hold.of - hold.count]!
    }
  }
  return held
}

/** How many false (or true) alarms a cut raises: runs of consecutive held rows inside one group, each counted once. */
export function episodes(risk: Float64Array, cut: number, { group, hold }: Grouping = {}): number {
  const groups = byGroup(risk.length, group)
  const held = heldRisk(risk, groups, hold)
  let count = 0
  for (let g = 0; g + 1 < groups.starts.length; g++) {
    let on = false
    for (let k = groups.starts[g]!; k < groups.starts[g + 1]!; k++) {
      const now = held[groups.order[k]!]! > cut
      if (now && !on) count++
      on = now
    }
  }
  return count
}

export interface LastingAlarm {
  /** The group's code. */
  readonly group: number
  readonly rows: number
  /** Place in the group (0 = its first row) where its last episode begins, if that episode is still on at the end. */
  readonly lasting: number | undefined
  /** Place in the group where the first held alarm begins, lasting or not. */
  readonly first: number | undefined
}

/**
 * For data that runs to failure: when did each group's alarm come to stay? The lead time is `rows − lasting` rows.
 * `order` gives each row's position in time; absent, rows are in time order inside each group.
 */
export function lastingAlarms(
  risk: Float64Array,
  cut: number,
  { group, hold, order }: Grouping & { readonly order?: Float64Array | undefined } = {},
): LastingAlarm[] {
  const groups = byGroup(risk.length, group)
  if (order) sortInside(groups, order)
  const held = heldRisk(risk, groups, hold)
  return Array.from(groups.codes, (code, g) => {
    const [from, to] = [groups.starts[g]!, groups.starts[g + 1]!]
    let first: number | undefined
    let since: number | undefined
    for (let k = from; k < to; k++) {
      const now = held[groups.order[k]!]! > cut
      since = now ? (since ?? k - from) : undefined
      first ??= since
    }
    return { group: code, rows: to - from, lasting: since, first }
  })
}

function sortInside({ order, starts }: Groups, time: Float64Array): void {
  for (let g = 0; g + 1 < starts.length; g++) {
    order.subarray(starts[g]!, starts[g + 1]!).sort((a, b) => time[a]! - time[b]! || a - b)
  }
}

/** Replaces one value of an ascending window by another, keeping it ascending. */
function exchange(sorted: Float64Array, old: number, value: number): void {
  let at = sorted.indexOf(old)
  while (at + 1 < sorted.length && sorted[at + 1]! < value) sorted[at] = sorted[++at]!
  while (at > 0 && sorted[at - 1]! > value) sorted[at] = sorted[--at]!
  sorted[at] = value
}

function finite(risk: number): number {
  return Number.isFinite(risk) ? risk : -Infinity
}

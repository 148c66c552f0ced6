/** Which row lies in which slot of a bounded cache: the least recently asked for makes room. */

export interface RowCache {
  has(row: number): boolean
  /** The slot of a row. If it is in none, it is computed, together with those rows of `soon` that are in none: they are
   * likely to be asked for next. The slots of the last two rows asked for never change hands. */
  slotOf(row: number, soon: () => readonly number[]): number
  /** The row will hardly be asked for again: its slot is the first to make room, before slots not used so far. */
  release(row: number): void
}

/** Rows that are computed at a time. */
const TOGETHER = 4

/** `slots`: at least 2. */
export function createRowCache(
  rows: number,
  slots: number,
  compute: (rows: readonly number[], slots: readonly number[]) => void,
): RowCache {
  const slotOf = new Int32Array(rows).fill(-1)
  const rowOf = new Int32Array(slots).fill(-1)
  // A ring through the slots and one place more (`slots`), which stands between the newest and the oldest.
  const older = Int32Array.from({ length: slots + 1 }, (_, slot) => (slot === 0 ? slots : slot - 1))
  const newer = Int32Array.from({ length: slots + 1 }, (_, slot) => (slot === slots ? 0 : slot + 1))
  const moveBefore = (slot: number, next: number) => {
    newer[older[slot]!] = newer[slot]!
    older[newer[slot]!] = older[slot]!
    const previous = older[next]!
    newer[previous] = slot
    older[slot] = previous
    newer[slot] = next
    older[next] = slot
  }
  const touch = (slot: number) => moveBefore(slot, slots)
  const claim = (row: number): number => {
    const slot = newer[slots]!
    if (rowOf[slot]! >= 0) slotOf[rowOf[slot]!] = -1
    rowOf[slot] = row
    slotOf[row] = slot
    touch(slot)
    return slot
  }
  const has = (row: number) => slotOf[row]! >= 0
  return {
    has,
    slotOf(row, soon) {
      if (has(row)) {
        touch(slotOf[row]!)
        return slotOf[row]!
      }
      // In a small cache a guess would drive out what is known to be needed.
      const guesses = slots < 4 * TOGETHER ? [] : soon().filter(other => other !== row && !has(other))
      const wanted = [...new Set(guesses)].slice(0, TOGETHER - 1).concat(row)
      compute(wanted, wanted.map(claim))
      return slotOf[row]!
    },
    release(row) {
      const slot = slotOf[row]!
      if (slot >= 0 && slot !== newer[slots]) moveBefore(slot, newer[slots]!)
    },
  }
}

/** Which row lies in which slot of a bounded cache: the least recently asked for makes room. */

/** Answers the slot of a row, after `compute` has brought it there if it was in none. The slots of the last two rows
 * asked for never change hands when there are at least two. */
export function createRowCache(
  rows: number,
  slots: number,
  compute: (row: number, slot: number) => void,
): (row: number) => number {
  const slotOf = new Int32Array(rows).fill(-1)
  const rowOf = new Int32Array(slots).fill(-1)
  // A ring through the slots and one place more (`slots`), which stands between the oldest and the newest.
  const older = Int32Array.from({ length: slots + 1 }, (_, slot) => (slot === slots ? slots - 1 : slot - 1))
  const newer = Int32Array.from({ length: slots + 1 }, (_, slot) => (slot === slots ? 0 : slot + 1))
  older[0] = slots
  const touch = (slot: number) => {
    newer[older[slot]!] = newer[slot]!
    older[newer[slot]!] = older[slot]!
    const newest = older[slots]!
    newer[newest] = slot
    older[slot] = newest
    newer[slot] = slots
    older[slots] = slot
  }
  return row => {
    let slot = slotOf[row]!
    if (slot < 0) {
      slot = newer[slots]!
      const evicted = rowOf[slot]!
      if (evicted >= 0) slotOf[evicted] = -1
      compute(row, slot)
      rowOf[slot] = row
      slotOf[row] = slot
    }
    touch(slot)
    return slot
  }
}

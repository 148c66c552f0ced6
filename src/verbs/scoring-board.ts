/**
 * What the threads that share the scoring of a block see of each other: who takes which part, and what is done. One
 * 32-bit cell says which block is on (its upper 24 bits) and how many of its parts nobody has taken yet (the lower 8);
 * a part is taken by lowering it, in one atomic step, so a thread that comes late to an old block can take nothing of
 * the new one unseen.
 */

/** Rows that lie in shared memory at a time: what a table hands over, and a scorer's usual block. */
export const BOARD_ROWS = 2048
const MOST_PARTS = 255
/** How long to look before sleeping: a sleeper takes some 35 µs to wake. */
const SPIN_MS = 0.05

/** Cells. STATUS is the first of MOST_PARTS. */
const OPEN = 0
const ROWS = 1
const PART = 2
const DONE = 3
const READY = 4
const STATUS = 16

/** What STATUS says of a part. */
const SCORED = 1
const FAILED = 2

export interface Board {
  readonly cells: Int32Array<SharedArrayBuffer>
  /** Column after column, BOARD_ROWS each. */
  readonly columns: Float64Array<SharedArrayBuffer>
  readonly risk: Float64Array<SharedArrayBuffer>
}

export interface Part {
  readonly from: number
  readonly rows: number
}

export function createBoard(columns: number): Board {
  return {
    cells: new Int32Array(new SharedArrayBuffer(4 * (STATUS + MOST_PARTS))),
    columns: new Float64Array(new SharedArrayBuffer(8 * BOARD_ROWS * columns)),
    risk: new Float64Array(new SharedArrayBuffer(8 * BOARD_ROWS)),
  }
}

export function columnOf({ columns }: Board, c: number): Float64Array {
  return columns.subarray(c * BOARD_ROWS, (c + 1) * BOARD_ROWS)
}

// ── the thread that has the block ─────────────────────────────────────────────────────────────────────────────────

/** Threads that have packed their scorer. */
export function readyLanes({ cells }: Board): number {
  return Atomics.load(cells, READY)
}

/** Opens a block of `rows` rows, whose columns are on the board, in parts of `part` rows. No part may still be taken. */
export function open({ cells }: Board, rows: number, part: number): number {
  const parts = Math.ceil(rows / part)
  cells.fill(0, STATUS, STATUS + parts)
  cells[ROWS] = rows
  cells[PART] = part
  Atomics.store(cells, DONE, 0)
  Atomics.store(cells, OPEN, (((Atomics.load(cells, OPEN) >>> 8) + 1) << 8) | parts)
  Atomics.notify(cells, OPEN)
  return parts
}

/** Takes a part of the block that is open; undefined when none is left. */
export function take(board: Board): number | undefined {
  const { cells } = board
  for (let open = Atomics.load(cells, OPEN); (open & 0xff) > 0; open = Atomics.load(cells, OPEN))
    if (Atomics.compareExchange(cells, OPEN, open, open - 1) === open) return (open & 0xff) - 1
  return undefined
}

export function partOf({ cells }: Board, index: number): Part {
  const from = index * cells[PART]!
  return { from, rows: Math.min(cells[PART]!, cells[ROWS]! - from) }
}

/** Waits until `parts` parts are done by others. False when for `patienceMs` nothing was heard. */
export function waitFor({ cells }: Board, parts: number, patienceMs: number): boolean {
  let done = Atomics.load(cells, DONE)
  const spinUntil = performance.now() + SPIN_MS
  while (done < parts) {
    if (performance.now() > spinUntil && Atomics.wait(cells, DONE, done, patienceMs) === 'timed-out') return false
    done = Atomics.load(cells, DONE)
  }
  return true
}

export function isScored({ cells }: Board, index: number): boolean {
  return Atomics.load(cells, STATUS + index) === SCORED
}

// ── the threads that help ─────────────────────────────────────────────────────────────────────────────────────────

/** Takes parts, for ever, as blocks are opened; sleeps between them. Ends when `score` throws: that part then counts as
 * failed, and who opened the block scores it. */
export function help(board: Board, score: (part: Part) => void): never {
  const { cells } = board
  Atomics.add(cells, READY, 1)
  for (;;) {
    const index = take(board)
    if (index === undefined) {
      sleep(cells)
      continue
    }
    let status = FAILED
    try {
      score(partOf(board, index))
      status = SCORED
    } finally {
      if (status === FAILED) Atomics.sub(cells, READY, 1)
      Atomics.store(cells, STATUS + index, status)
      Atomics.add(cells, DONE, 1)
      Atomics.notify(cells, DONE)
    }
  }
}

/** Until another block is open. */
function sleep(cells: Int32Array<SharedArrayBuffer>): void {
  const seen = Atomics.load(cells, OPEN)
  const spinUntil = performance.now() + SPIN_MS
  while ((Atomics.load(cells, OPEN) & 0xff) === 0) {
    if (performance.now() < spinUntil) continue
    if ((seen & 0xff) === 0) Atomics.wait(cells, OPEN, seen)
    return
  }
}

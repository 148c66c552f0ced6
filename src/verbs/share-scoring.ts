/**
 * A scorer that shares its blocks with other threads, for models whose rows cost more than a microsecond. It is called
 * and answers like any other: at once, without a promise, because the database's callback cannot wait for one. So the
 * threads talk through shared memory alone. A row's risk does not depend on the block it is in, so the risks are bit for
 * bit those of the plain scorer, whoever takes which part.
 */
import { Worker } from 'node:worker_threads'
import type { Columns } from '../math/columns.ts'
import type { State } from '../math/state.ts'
import type { Scorer } from '../models/model.ts'
import type { Step } from '../recipe/schema.ts'
import { scorerOf } from './ensemble.ts'
import {
  BOARD_ROWS,
  type Board,
  columnOf,
  createBoard,
  isScored,
  open,
  partOf,
  readyLanes,
  take,
  waitFor,
} from './scoring-board.ts'
import type { Lane } from './scoring-worker.ts'
import { sharedState } from './shared-memory.ts'

export interface SharedScorer extends Scorer {
  /** Other threads that are ready to take a part. */
  readonly helping: number
  /** Ends the other threads; the scorer goes on by itself. May be repeated. */
  close(): Promise<void>
}

/** Below this a block is not worth waking anybody. */
const FEWEST_ROWS = 256
/** Parts for each thread and block: few enough to keep a kernel busy, many enough that nobody waits long for the last. */
const PARTS_EACH = 8
const SMALLEST_PART = 64

export interface ShareOptions {
  /** A thread that is silent for longer, and for 20 times as long as a part takes here, is given up. */
  readonly patienceMs?: number
  /** The program of the other threads. */
  readonly worker?: URL
}

interface Lanes {
  readonly board: Board
  readonly columns: number
  readonly workers: readonly Worker[]
}

/**
 * The other threads start with the first block that is worth sharing and join in when they are ready; until then, and
 * when one of them fails, falls silent or is ended, this thread does all the work itself.
 * @param threads in all, this one included
 * @throws RangeError for a state that no fit wrote
 */
export function shareScoring(
  model: Step,
  state: State,
  threads: number,
  { patienceMs = 2000, worker = ownWorker() }: ShareOptions = {},
): SharedScorer {
  const own = scorerOf(model, state)
  let lanes: Lanes | undefined
  let alone = threads < 2
  const close = async () => {
    const { workers } = lanes ?? { workers: [] }
    lanes = undefined
    alone = true
    await Promise.all(workers.map(worker => worker.terminate()))
  }
  return {
    get helping() {
      return lanes === undefined ? 0 : readyLanes(lanes.board)
    },
    score(block, out) {
      if (alone || block.rows < FEWEST_ROWS || !block.columns.every(c => c instanceof Float64Array))
        return own.score(block, out)
      lanes ??= openLanes({ model, state, columns: block.columns.length }, threads, worker)
      if (lanes.columns !== block.columns.length || readyLanes(lanes.board) === 0) return own.score(block, out)
      for (let from = 0; from < block.rows; from += BOARD_ROWS) {
        const part = slice(block, from, Math.min(BOARD_ROWS, block.rows - from))
        const risk = out.subarray(from, from + part.rows)
        let together = false
        try {
          together = !alone && scoreTogether(lanes.board, threads, own, part, risk, patienceMs)
        } finally {
          // Somebody may still write on this board: it is left to them.
          if (!together) void close()
        }
        if (!together) own.score(part, risk)
      }
    },
    close,
  }
}

/** As in crew.ts: the source as it is, or what was published of it. */
function ownWorker(): URL {
  return new URL(import.meta.url.endsWith('.ts') ? './scoring-worker.ts' : './scoring-worker.js', import.meta.url)
}

function openLanes(lane: Omit<Lane, 'board'>, threads: number, program: URL): Lanes {
  const board = createBoard(lane.columns)
  const workerData: Lane = { ...lane, board, state: sharedState(lane.state) }
  const workers = Array.from({ length: threads - 1 }, () => {
    const worker = new Worker(program, { workerData, execArgv: [] })
    worker.unref()
    // Its part is scored here; an error without a listener would end the process.
    worker.on('error', () => {})
    return worker
  })
  return { board, columns: lane.columns, workers }
}

/** False when another thread fell silent: the block is then not done, and the board must not be used again. */
function scoreTogether(
  board: Board,
  threads: number,
  own: Scorer,
  block: Columns,
  out: Float64Array,
  patienceMs: number,
): boolean {
  const { rows } = block
  for (const [c, column] of block.columns.entries()) columnOf(board, c).set((column as Float64Array).subarray(0, rows))
  const part = Math.max(SMALLEST_PART, Math.ceil(rows / (threads * PARTS_EACH) / 32) * 32)
  const parts = open(board, rows, part)
  const mine = new Uint8Array(parts)
  let [count, slowestMs] = [0, 0]
  for (let index = take(board); index !== undefined; index = take(board)) {
    const begun = performance.now()
    scorePart(own, block, out, board, index)
    slowestMs = Math.max(slowestMs, performance.now() - begun)
    mine[index] = 1
    count++
  }
  if (!waitFor(board, parts - count, Math.max(patienceMs, 20 * slowestMs))) return false
  for (let index = 0; index < parts; index++) {
    if (mine[index]) continue
    const { from, rows } = partOf(board, index)
    if (isScored(board, index)) out.set(board.risk.subarray(from, from + rows), from)
    else scorePart(own, block, out, board, index)
  }
  return true
}

function scorePart(own: Scorer, block: Columns, out: Float64Array, board: Board, index: number): void {
  const { from, rows } = partOf(board, index)
  own.score(slice(block, from, rows), out.subarray(from, from + rows))
}

function slice(block: Columns, from: number, rows: number): Columns {
  return { rows, columns: block.columns.map(c => (c as Float64Array).subarray(from, from + rows)) }
}

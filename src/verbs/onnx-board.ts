/**
 * What the thread that scores and the thread that asks the runtime share: one word of state, the rows, the answers. And
 * what that thread and the process of the runtime say to each other.
 */

/** Rows that cross at a time. */
export const BOARD_ROWS = 2048

/** What the word says. */
export const [WAITING, ASKED, ANSWERED, FAILED] = [0, 1, 2, 3]

export interface OnnxBoard {
  /** The word, the number of rows, the length of a message. */
  readonly words: Int32Array
  /** Column after column, each of {@link BOARD_ROWS}. */
  readonly columns: Float64Array
  readonly risk: Float64Array
  /** Why it failed, in UTF-8. */
  readonly message: Uint8Array
}

const MESSAGE_BYTES = 2000

export function createBoard(columns: number): OnnxBoard {
  return {
    words: new Int32Array(new SharedArrayBuffer(12)),
    columns: new Float64Array(new SharedArrayBuffer(8 * BOARD_ROWS * columns)),
    risk: new Float64Array(new SharedArrayBuffer(8 * BOARD_ROWS)),
    message: new Uint8Array(new SharedArrayBuffer(MESSAGE_BYTES)),
  }
}

export function answer({ words }: OnnxBoard, state: number): void {
  Atomics.store(words, 0, state)
  Atomics.notify(words, 0)
}

export function fail(board: OnnxBoard, error: unknown): void {
  const text = new TextEncoder().encode(error instanceof Error ? error.message : String(error))
  const shown = text.subarray(0, MESSAGE_BYTES)
  board.message.set(shown)
  board.words[2] = shown.length
  answer(board, FAILED)
}

export function messageOf({ words, message }: OnnxBoard): string {
  return new TextDecoder().decode(Uint8Array.from(message.subarray(0, words[2])))
}

/** What the process is told first, with the graph behind it. */
export interface OnnxTask {
  /** Of the runtime's own file. */
  readonly runtime: string
  readonly inputs: readonly string[]
  readonly element: string
  readonly output: string
  readonly column: number
  /** Whether a row has that one number and no others. */
  readonly alone: boolean
  readonly sign: number
  /** Whether the graph takes one row at a time. */
  readonly oneByOne: boolean
  /** How many columns the rows have. */
  readonly width: number
  /** Bytes of memory that the process may take. */
  readonly memory: number
}

/** The first byte of what it answers: ready, one risk a row, or why not. 4 bytes of length follow, and so many bytes. */
export const [READY, RISKS, REASON] = [1, 2, 3]
export const ANSWER_HEAD = 5

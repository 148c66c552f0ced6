/**
 * The thread between the one that scores, which cannot wait for a promise, and the process that computes. What that
 * process answers is a stranger's word: it is held against what was asked, and a process that does not answer is ended.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parentPort, workerData } from 'node:worker_threads'
import { packMessage } from './foreign-message.ts'
import { confinement } from './foreign-model.ts'
import {
  ANSWER_HEAD,
  ANSWERED,
  answer,
  BOARD_ROWS,
  fail,
  type OnnxBoard,
  type OnnxTask,
  READY,
  REASON,
  RISKS,
} from './onnx-board.ts'

export interface OnnxLesson {
  readonly board: OnnxBoard
  readonly graph: Uint8Array
  readonly task: Omit<OnnxTask, 'memory'>
  /** A graph that takes longer for some thousand rows, or to be loaded, is not waited for. */
  readonly patienceMs: number
}

const { board, graph, task, patienceMs } = workerData as OnnxLesson
/** Of JavaScript's objects; the graph is none. */
const HEAP_MB = 1024
/** The graph, as it came and as the runtime turns it, and what it computes. */
const MEMORY = 2 ** 31 + 6 * graph.length
const LONGEST_REASON = 100_000

let waiting = true
let asked = 0
let answered = Buffer.alloc(0)
/** Why nothing more will come. */
let over: string | undefined

const child = start()
const clock = setTimeout(() => {
  if (waiting) end(`it gave no answer within ${patienceMs / 1000} seconds`)
}, patienceMs)
child.stdout!.on('data', (bytes: Buffer) => {
  answered = Buffer.concat([answered, bytes])
  listen()
})
// What of the rows it did not take is nothing to it any more; its end is told below.
child.stdin!.on('error', () => {})
child.on('error', error => end(error.message))
child.on('close', (code, signal) => {
  end(
    signal === 'SIGKILL'
      ? `it takes more than ${Math.round(MEMORY / 2 ** 20)} MB of memory`
      : `its process ended with ${signal ?? code}`,
  )
})
const first = packMessage({ ...task, memory: MEMORY } satisfies OnnxTask, [graph])
child.stdin!.write(count(first.length))
child.stdin!.write(first)

parentPort!.on('message', () => {
  waiting = true
  asked = board.words[1]!
  if (over !== undefined) return tell(() => fail(board, over))
  clock.refresh()
  child.stdin!.write(count(asked))
  for (let c = 0; c < task.width; c++) {
    const own = board.columns.slice(c * BOARD_ROWS, c * BOARD_ROWS + asked)
    child.stdin!.write(new Uint8Array(own.buffer))
  }
})

function start(): ChildProcess {
  const runtime = resolve(dirname(task.runtime), '..')
  const shared = createRequire(task.runtime).resolve('onnxruntime-common')
  const readable = [runtime, resolve(dirname(shared), '../..')].map(folder => `--allow-fs-read=${folder}`)
  const confined = confinement(HEAP_MB).filter(flag => flag !== '--no-addons')
  const file = import.meta.url.endsWith('.ts') ? './onnx-process.ts' : './onnx-process.js'
  const program = fileURLToPath(new URL(file, import.meta.url))
  return spawn(process.execPath, [...confined, ...readable, '--allow-addons', '--allow-worker', program], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: process.env.SystemRoot === undefined ? {} : { SystemRoot: process.env.SystemRoot },
    windowsHide: true,
  })
}

function count(bytes: number): Uint8Array {
  return new Uint8Array(Uint32Array.of(bytes).buffer)
}

/** One answer for one question, of the length that was asked for. */
function listen(): void {
  if (answered.length < ANSWER_HEAD) return
  const kind = answered[0]
  const length = answered.readUInt32LE(1)
  const whole = ANSWER_HEAD + length
  const sound =
    kind === REASON ? length <= LONGEST_REASON : kind === (asked === 0 ? READY : RISKS) && length === 8 * asked
  if (!waiting || !sound || answered.length > whole) end('its answer is none')
  else if (answered.length === whole) {
    const body = answered.subarray(ANSWER_HEAD)
    answered = Buffer.alloc(0)
    if (kind === REASON) end(body.toString('utf8'))
    else {
      new Uint8Array(board.risk.buffer).set(body)
      tell(() => answer(board, ANSWERED))
    }
  }
}

function end(reason: string): void {
  over ??= reason
  child.kill('SIGKILL')
  tell(() => fail(board, over))
}

/** Only who waits is told. */
function tell(say: () => void): void {
  if (!waiting) return
  waiting = false
  say()
}

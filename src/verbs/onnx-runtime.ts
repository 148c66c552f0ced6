/**
 * Imported ONNX graphs, computed by onnxruntime-node where somebody has installed it: beside this program or in the folder
 * that the command runs in. It runs in a process of its own, with limits on time and memory, and gets bytes, never a path.
 * A row's risk depends on that row alone, as far as the graph does.
 */
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import { Failure } from '../errors.ts'
import { Refusal } from '../importers/refusal.ts'
import { numericColumns } from '../math/columns.ts'
import type { State } from '../math/state.ts'
import type { Scorer } from '../models/model.ts'
import { ASKED, BOARD_ROWS, createBoard, FAILED, messageOf, type OnnxBoard, type OnnxTask } from './onnx-board.ts'
import type { OnnxLesson } from './onnx-worker.ts'

/** The kind of an imported graph in a model file. */
export const ONNX = 'onnx'

/** A graph that takes longer for some thousand rows, or to be loaded, is not waited for. */
const PATIENCE_MS = 60_000

/** One runtime for each graph, however often it is asked for. */
const running = new WeakMap<Uint8Array, Running>()

type Computed = Omit<OnnxTask, 'memory' | 'runtime'> & Pick<OnnxLesson, 'graph'>

interface Running {
  readonly board: OnnxBoard
  readonly worker: Worker
}

/** @throws Refusal without onnxruntime-node, and for a graph that it does not take; RangeError for a state that no import
 * wrote */
export function onnxScorer(state: State, width: number): Scorer {
  const lesson = lessonOf(state, width)
  const { board, worker } = running.get(lesson.graph) ?? start(lesson)
  return {
    score(block, out) {
      const columns = numericColumns(block)
      if (columns.length !== width) throw new RangeError(`${columns.length} columns for a graph of ${width}`)
      for (let from = 0; from < block.rows; from += BOARD_ROWS) {
        const rows = Math.min(BOARD_ROWS, block.rows - from)
        for (let c = 0; c < width; c++) board.columns.set(columns[c]!.subarray(from, from + rows), c * BOARD_ROWS)
        board.words[1] = rows
        Atomics.store(board.words, 0, ASKED)
        worker.postMessage(undefined)
        ask(board)
        out.set(board.risk.subarray(0, rows), from)
      }
    },
  }
}

function start({ graph, ...said }: Computed): Running {
  const board = createBoard(said.width)
  const file = import.meta.url.endsWith('.ts') ? './onnx-worker.ts' : './onnx-worker.js'
  Atomics.store(board.words, 0, ASKED)
  const worker = new Worker(new URL(file, import.meta.url), {
    workerData: {
      board,
      graph,
      task: { ...said, runtime: findRuntime() },
      patienceMs: PATIENCE_MS,
    } satisfies OnnxLesson,
  })
  worker.unref()
  waitFor(board)
  running.set(graph, { board, worker })
  return { board, worker }
}

/** In the middle of scoring there is no file to refuse any more. @throws Failure MODEL_REFUSED */
function ask(board: OnnxBoard): void {
  try {
    waitFor(board)
  } catch (error) {
    const { message: reason, hint } = error as Refusal
    throw new Failure('MODEL_REFUSED', { path: 'the ONNX model', reason, hint }, { cause: error })
  }
}

/** @throws Refusal */
function waitFor(board: OnnxBoard): void {
  // The thread keeps the time, and answers when the process does not.
  Atomics.wait(board.words, 0, ASKED)
  if (Atomics.load(board.words, 0) === FAILED)
    throw new Refusal('unsupported', `onnxruntime does not take it: ${messageOf(board)}`, 'Convert the model again.')
}

function findRuntime(): string {
  for (const base of [import.meta.url, pathToFileURL(join(process.cwd(), 'package.json'))]) {
    try {
      return createRequire(base).resolve('onnxruntime-node')
    } catch {
      // Not there; the next place, or the message below.
    }
  }
  throw new Refusal(
    'unsupported',
    'an ONNX model is computed by onnxruntime-node, which is not installed here (npm install onnxruntime-node)',
    'Run: npm install onnxruntime-node',
  )
}

function lessonOf(state: State, width: number): Computed {
  const { graph, inputs, element, output, column, alone, oneByOne, sign } = state
  if (!(graph instanceof Uint8Array) || !Array.isArray(inputs) || !inputs.every(name => typeof name === 'string'))
    throw new RangeError('its ONNX graph or the names of its inputs are missing')
  if (inputs.length !== 1 && inputs.length !== width)
    throw new RangeError(`its graph has ${inputs.length} inputs for ${width} columns`)
  if ((element !== 'float' && element !== 'double') || typeof output !== 'string')
    throw new RangeError(`its graph takes ${String(element)} and gives ${String(output)}`)
  if (typeof column !== 'number' || !Number.isInteger(column) || column < 0 || (sign !== 1 && sign !== -1))
    throw new RangeError(`its risk is column ${String(column)} times ${String(sign)}`)
  return { graph, inputs, element, output, column, alone: alone === 1, oneByOne: oneByOne === 1, sign, width }
}

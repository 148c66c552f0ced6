/**
 * The process in which onnxruntime runs a stranger's graph: native code, so that what goes wrong there takes this process
 * with it and nothing else. It gets the graph and then rows over standard input, and answers over standard output.
 */
import { readSync, writeSync } from 'node:fs'
import { createRequire } from 'node:module'
import { isMainThread, Worker, workerData } from 'node:worker_threads'
import { readOnnx } from '../importers/onnx/graph.ts'
import { unpackMessage } from './foreign-message.ts'
import { ANSWER_HEAD, type OnnxTask, READY, REASON, RISKS } from './onnx-board.ts'

interface Tensor {
  readonly data: ArrayLike<number | bigint>
  readonly dims: readonly number[]
}

interface Session {
  run(feeds: object): Promise<Record<string, Tensor>>
}

interface Runtime {
  readonly InferenceSession: { create(graph: Uint8Array, options: object): Promise<Session> }
  readonly Tensor: new (type: string, data: Float32Array | Float64Array, dims: readonly number[]) => Tensor
}

const WATCH_MS = 20

if (isMainThread) await serve()
else watch(workerData as { readonly memory: number; readonly parent: number })

/** No limit of V8's holds for native code, and while that runs only another thread can look. */
function watch({ memory, parent }: { readonly memory: number; readonly parent: number }): void {
  setInterval(() => {
    // A graph without an end must not outlive the program that asked for it.
    if (process.memoryUsage.rss() > memory || process.ppid !== parent) process.kill(process.pid, 'SIGKILL')
  }, WATCH_MS)
}

async function serve(): Promise<void> {
  try {
    const { head, parts } = unpackMessage(take(new DataView(take(4).buffer).getUint32(0, true)))
    const task = head as OnnxTask
    new Worker(new URL(import.meta.url), { workerData: { memory: task.memory, parent: process.ppid } })
    const [graph] = parts as [Uint8Array]
    // A model file of ours can hold any graph, too.
    readOnnx(graph)
    const { InferenceSession, Tensor } = createRequire(task.runtime)(task.runtime) as Runtime
    // One thread: sums of several would come out otherwise from run to run.
    const options = { intraOpNumThreads: 1, interOpNumThreads: 1, logSeverityLevel: 4 }
    const session = await InferenceSession.create(graph, options)
    give(READY, new Uint8Array())
    for (;;) await answer(session, Tensor, task)
  } catch (error) {
    give(REASON, new TextEncoder().encode(error instanceof Error ? error.message : String(error)))
    process.exit(0)
  }
}

async function answer(session: Session, tensor: Runtime['Tensor'], task: OnnxTask): Promise<void> {
  const rows = new DataView(take(4).buffer).getUint32(0, true)
  const columns = new Float64Array(take(8 * rows * task.width).buffer)
  const risk = new Float64Array(rows)
  const step = task.oneByOne ? 1 : rows
  for (let at = 0; at < rows; at += step) {
    const part = step === rows ? columns : Float64Array.from({ length: task.width }, (_, c) => columns[c * rows + at]!)
    const found = await session.run(feedsOf(part, step, tensor, task))
    risk.set(riskOf(found[task.output], step, task), at)
  }
  give(RISKS, new Uint8Array(risk.buffer))
}

function feedsOf(columns: Float64Array, rows: number, tensor: Runtime['Tensor'], task: OnnxTask) {
  const { inputs, element, width } = task
  const whole = element === 'double' ? Float64Array : Float32Array
  const make = (data: Float64Array, dims: readonly number[]) =>
    new tensor(element === 'double' ? 'float64' : 'float32', whole.from(data), dims)
  const own = (c: number) => columns.subarray(c * rows, (c + 1) * rows)
  if (inputs.length > 1) return Object.fromEntries(inputs.map((name, c) => [name, make(own(c), [rows, 1])]))
  const together = new Float64Array(rows * width)
  for (let c = 0; c < width; c++) {
    const values = own(c)
    for (let i = 0; i < rows; i++) together[i * width + c] = values[i]!
  }
  return { [inputs[0]!]: make(together, [rows, width]) }
}

function riskOf(tensor: Tensor | undefined, rows: number, { output, column, alone, sign }: OnnxTask): Float64Array {
  const each = (tensor?.data.length ?? 0) / rows
  if (!tensor || !Number.isInteger(each) || column >= each || (alone && each > 1))
    throw new Error(`its output ${output} has ${tensor?.data.length ?? 0} numbers for ${rows} rows`)
  return Float64Array.from({ length: rows }, (_, i) => sign * Number(tensor.data[i * each + column]))
}

/** So many bytes of standard input; at its end this process ends. */
function take(count: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(count)
  for (let at = 0; at < count; ) {
    const read = readSync(0, bytes, at, count - at, null)
    if (read === 0) process.exit(0)
    at += read
  }
  return bytes
}

function give(kind: number, bytes: Uint8Array): void {
  const out = new Uint8Array(ANSWER_HEAD + bytes.length)
  out[0] = kind
  new DataView(out.buffer).setUint32(1, bytes.length, true)
  out.set(bytes, ANSWER_HEAD)
  for (let at = 0; at < out.length; ) at += writeSync(1, out, at)
}

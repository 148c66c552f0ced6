/** The thread in which onnxruntime runs: its answers come later, and the thread that scores cannot wait for a promise. */
import { createRequire } from 'node:module'
import { parentPort, workerData } from 'node:worker_threads'
import { ANSWERED, answer, BOARD_ROWS, fail, type OnnxBoard } from './onnx-board.ts'

export interface OnnxLesson {
  readonly board: OnnxBoard
  /** Of the runtime's own file. */
  readonly runtime: string
  readonly graph: Uint8Array
  readonly inputs: readonly string[]
  readonly element: string
  readonly output: string
  readonly column: number
  readonly sign: number
  /** How many columns the rows have. */
  readonly width: number
}

interface Tensor {
  readonly data: ArrayLike<number | bigint>
  readonly dims: readonly number[]
}

interface Runtime {
  readonly InferenceSession: {
    create(graph: Uint8Array, options: object): Promise<{ run(feeds: object): Promise<Record<string, Tensor>> }>
  }
  readonly Tensor: new (type: string, data: Float32Array | Float64Array, dims: readonly number[]) => Tensor
}

const { board, runtime, graph, inputs, element, output, column, sign, width } = workerData as OnnxLesson

try {
  const { InferenceSession, Tensor } = createRequire(runtime)(runtime) as Runtime
  // One thread: sums of several would come out otherwise from run to run.
  const options = { intraOpNumThreads: 1, interOpNumThreads: 1, logSeverityLevel: 4 }
  const session = await InferenceSession.create(graph, options)
  const whole = element === 'double' ? Float64Array : Float32Array
  const type = element === 'double' ? 'float64' : 'float32'
  parentPort!.on('message', async () => {
    try {
      const rows = board.words[1]!
      const found = await session.run(feedsOf(rows, (data, dims) => new Tensor(type, whole.from(data), dims)))
      write(found[output], rows)
      answer(board, ANSWERED)
    } catch (error) {
      fail(board, error)
    }
  })
  answer(board, ANSWERED)
} catch (error) {
  fail(board, error)
}

type MakeTensor = (data: Float64Array, dims: readonly number[]) => Tensor

function feedsOf(rows: number, make: MakeTensor): Record<string, Tensor> {
  const own = (c: number) => board.columns.subarray(c * BOARD_ROWS, c * BOARD_ROWS + rows)
  if (inputs.length > 1) return Object.fromEntries(inputs.map((name, c) => [name, make(own(c), [rows, 1])]))
  const together = new Float64Array(rows * width)
  for (let c = 0; c < width; c++) {
    const values = own(c)
    for (let i = 0; i < rows; i++) together[i * width + c] = values[i]!
  }
  return { [inputs[0]!]: make(together, [rows, width]) }
}

function write(tensor: Tensor | undefined, rows: number): void {
  const each = (tensor?.data.length ?? 0) / rows
  if (!tensor || !Number.isInteger(each) || column >= each)
    throw new Error(`its output ${output} has ${tensor?.data.length ?? 0} numbers for ${rows} rows`)
  for (let i = 0; i < rows; i++) board.risk[i] = sign * Number(tensor.data[i * each + column])
}

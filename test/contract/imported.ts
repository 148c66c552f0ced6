/**
 * How kinds that only come with models of other libraries are taught here, by arithmetic, so that they meet the laws of
 * all models: nothing about them is learned well, and nothing of this is in the program.
 */
import { numericColumns } from '../../src/math/columns.ts'
import type { State } from '../../src/math/state.ts'
import type { Training } from '../../src/models/model.ts'

type Teach = (rows: TaughtRows) => State

interface TaughtRows {
  readonly count: number
  readonly columns: number
  /** Row after row; a missing number is the mean of its column, and none is beyond 1e90. */
  readonly rows: Float64Array
  /** What is looked for of each row: 1 and 0 of a label. */
  readonly value: Float64Array
  readonly mean: Float64Array
  /** Standard deviation of each column, at least a billionth of the mean's size. */
  readonly spread: Float64Array
}

const LARGEST = 1e90

/** A state of each kind, from the rows of positive weight. */
export const TAUGHT_HERE: Readonly<Record<string, (training: Training) => State>> = Object.fromEntries(
  Object.entries<Teach>({
    'elliptic-envelope': ({ columns, mean, spread }) => {
      const precision = new Float64Array(columns * columns)
      for (let c = 0; c < columns; c++) precision[c * columns + c] = 1 / spread[c]! ** 2
      return { columns, location: mean, precision, cut: 4 * columns }
    },
    'k-neighbours': ({ columns, rows, value, count }) => ({
      ...{ columns, rows, value, p: 2, neighbours: Math.min(7, count), weights: 'distance' },
    }),
    'multilayer-perceptron': taught => {
      const { columns, mean, spread } = taught
      const toward = directionOf(taught)
      const weights = new Float64Array(columns * columns)
      const biases = new Float64Array(columns)
      for (let c = 0; c < columns; c++) {
        weights[c * columns + c] = 1 / spread[c]!
        biases[c] = -mean[c]! / spread[c]!
      }
      const [weights_0, biases_0] = [weights, biases]
      const layers = { weights_0, biases_0, weights_1: toward, biases_1: Float64Array.of(0) }
      const dims = Int32Array.of(columns, columns, 1)
      return { columns, dims, activation: 'tanh', output: 'identity', chosen: 0, ...layers }
    },
    'support-vector-machine': taught => {
      const { columns, mean, spread } = taught
      const toward = directionOf(taught)
      // One vector for each column: a machine of a linear kernel is a weighted sum.
      const supportVectors = new Float64Array(columns * columns)
      for (let c = 0; c < columns; c++) supportVectors[c * columns + c] = 1
      const dualCoef = toward.map((value, c) => value / spread[c]!)
      const intercept = -dualCoef.reduce((sum, value, c) => sum + value * mean[c]!, 0)
      return { kernel: 'linear', gamma: 1, degree: 3, coef0: 0, columns, supportVectors, dualCoef, intercept }
    },
  }).map(([kind, teach]) => [kind, training => teach(rowsOf(training))]),
)

/** Covariance of each scaled column with what is looked for: where it grows. */
function directionOf({ count, columns, rows, value, mean, spread }: TaughtRows): Float64Array {
  const middle = value.reduce((sum, v) => sum + v / count, 0)
  return Float64Array.from({ length: columns }, (_, c) => {
    let sum = 0
    for (let i = 0; i < count; i++)
      sum += (((rows[i * columns + c]! - mean[c]!) / spread[c]!) * (value[i]! - middle)) / count
    return sum
  })
}

function rowsOf({ x, y, weight }: Training): TaughtRows {
  const given = numericColumns(x)
  const taught = Array.from({ length: x.rows }, (_, row) => row).filter(row => weight[row]! > 0)
  const [count, columns] = [taught.length, given.length]
  const mean = Float64Array.from(given, column => meanOf(taught.map(row => column[row]!)))
  const rows = Float64Array.from(
    taught.flatMap(row => given.map((column, c) => (Number.isNaN(column[row]!) ? mean[c]! : within(column[row]!)))),
  )
  const spread = Float64Array.from(given, (_, c) => {
    const squares = taught.map((_, i) => (rows[i * columns + c]! - mean[c]!) ** 2)
    return Math.sqrt(meanOf(squares)) || Math.max(1, Math.abs(mean[c]!)) * 1e-9
  })
  const value = Float64Array.from(taught, row => {
    if (y === undefined || 'event' in y) return 0
    return within('value' in y ? y.value[row]! : Number(y.codes[row] === y.positive))
  })
  return { count, columns, rows, value, mean, spread }
}

function meanOf(values: readonly number[]): number {
  const known = values.filter(value => !Number.isNaN(value)).map(within)
  return known.reduce((sum, value) => sum + value / known.length, 0)
}

const within = (value: number) => Math.max(-LARGEST, Math.min(LARGEST, value))

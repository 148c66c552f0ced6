/**
 * Multilayer perceptron (Rumelhart, Hinton, Williams, "Learning internal representations by error propagation", 1986), as
 * it comes with models of other libraries: scikit-learn's MLPClassifier and MLPRegressor, of whose outputs one is asked.
 *
 * risk = the output `chosen` of the last layer, as it is or through what follows it: logistic 1 / (1 + e^−z), softmax
 * e^z / Σ e^each, exp e^z.
 *
 * A missing number counts as 0, and what is beyond ±1e100 as that.
 */
import { openAnswers } from '../kernels/dense-layers.ts'
import { noParameters } from '../lazy-schema.ts'
import { numericColumns } from '../math/columns.ts'
import { checkLayers, type DenseState, layersOf } from './dense-state.ts'
import type { Model, Scorer } from './model.ts'

export type MultilayerPerceptron = Omit<DenseState, 'slope'> & {
  /** Of leaky-relu; absent: 0. */
  slope?: number
  /** What follows the last layer: 'identity', 'logistic', 'softmax' or 'exp'. */
  output: string
  /** The output that is the risk. */
  chosen: number
}

export const multilayerPerceptron: Model<ReturnType<typeof noParameters>, MultilayerPerceptron> = {
  kind: 'multilayer-perceptron',
  about: 'A network of layers that predicts; comes with imported models.',
  formula:
    'risk = g(W₂ a(W₁ x + b₁) + b₂), with as many layers as there are: W and b their weights and biases, a and g what follows them',
  source: 'Rumelhart, Hinton, Williams: Learning internal representations by error propagation. 1986.',
  tasks: ['classify', 'regress'],
  get params() {
    return noParameters()
  },
  heavy: true,
  scorer,
}

const OUTPUTS = ['identity', 'logistic', 'softmax', 'exp']

function scorer(given: MultilayerPerceptron): Scorer {
  const state = checked(given)
  const { columns, chosen } = given
  const units = state.dims.at(-1)!
  const zeros = new Float64Array(columns)
  const answer = openAnswers(layersOf(state), { centre: zeros, factor: new Float64Array(columns).fill(1), fill: zeros })
  const values = Array.from({ length: units }, () => new Float64Array(0))
  const follow = following(given.output, chosen)
  return {
    score(block, out) {
      if (block.columns.length !== columns)
        throw new RangeError(`${block.columns.length} columns for a network of ${columns}`)
      for (let u = 0; u < units; u++) if (values[u]!.length < block.rows) values[u] = new Float64Array(block.rows)
      answer(numericColumns(block), block.rows, values)
      for (let row = 0; row < block.rows; row++) out[row] = bounded(follow(values, row))
    },
  }
}

/** Infinity less infinity, which only numbers beyond all measurements come to, is none of either. */
function bounded(value: number): number {
  return Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, value)) || 0
}

function following(output: string, chosen: number): (values: readonly Float64Array[], row: number) => number {
  if (output === 'logistic') return (values, row) => 1 / (1 + Math.exp(-values[chosen]![row]!))
  if (output === 'exp') return (values, row) => Math.exp(values[chosen]![row]!)
  if (output === 'identity') return (values, row) => values[chosen]![row]!
  return (values, row) => {
    let most = Number.NEGATIVE_INFINITY
    for (const value of values) most = Math.max(most, value[row]!)
    let sum = 0
    for (const value of values) sum += Math.exp(value[row]! - most)
    return Math.exp(values[chosen]![row]! - most) / sum
  }
}

/** A state may come from a file that somebody else made. @throws RangeError */
function checked(given: MultilayerPerceptron): DenseState {
  const { slope = 0, output, chosen } = given
  const state = { ...given, slope } as DenseState
  checkLayers(state)
  if (given.columns !== state.dims[0])
    throw new RangeError(`its network of ${state.dims[0]} inputs does not fit ${given.columns} columns`)
  if (!OUTPUTS.includes(output)) throw new RangeError(`its output is ${String(output).slice(0, 40)}`)
  if (!Number.isInteger(chosen) || chosen < 0 || chosen >= state.dims.at(-1)!)
    throw new RangeError(`its output ${chosen} is none of ${state.dims.at(-1)}`)
  return state
}

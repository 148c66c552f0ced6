/** MLPRegressor and MLPClassifier. */
import type { State } from '../../math/state.ts'
import { classesOf, probabilities } from '../lowering/classes.ts'
import type { Input, LowerPredictor } from '../lowering/lowering.ts'
import { reconstruction } from '../reconstruction.ts'
import { Refusal, severalOutputs } from '../refusal.ts'
import { type Estimator, isMeasure, plainNumbers, wordFor } from './estimator.ts'
import { oneOf } from './preprocessing.ts'

interface Layers {
  readonly dims: Int32Array
  readonly arrays: State
}

/** Weights in × out, and biases, layer after layer. */
function layersOf(estimator: Estimator, input: Input): Layers {
  const weights = estimator.list('coefs_')
  const biases = estimator.list('intercepts_')
  if (weights.length === 0 || weights.length !== biases.length)
    throw new Refusal(
      'damaged',
      `${estimator.name} has ${weights.length} layers of weights and ${biases.length} of biases`,
    )
  const dims = [input.count]
  const arrays: Record<string, Float64Array> = {}
  for (const [l, weight] of weights.entries()) {
    const matrix = plainNumbers(weight)
    const bias = plainNumbers(biases[l] ?? null)
    const [rows, columns = -1] = matrix?.shape ?? []
    const sound =
      matrix &&
      bias &&
      matrix.shape.length === 2 &&
      rows === dims.at(-1) &&
      bias.values.length === columns &&
      columns > 0
    if (!sound || ![matrix, bias].every(({ values }) => values.every(isMeasure)))
      throw new Refusal(
        'damaged',
        `layer ${l + 1} of ${estimator.name} has ${wordFor(weight)} as weights, expected finite numbers for ${dims.at(-1)} inputs`,
      )
    dims.push(columns)
    arrays[`weights_${l}`] = matrix.values
    arrays[`biases_${l}`] = bias.values
  }
  return { dims: Int32Array.from(dims), arrays }
}

const activationOf = (estimator: Estimator) => oneOf(estimator, 'activation', ['identity', 'logistic', 'tanh', 'relu'])

/** A network with as many outputs as inputs reproduces its row; one with a single output predicts a number. */
export const networkRegressor: LowerPredictor = (estimator, input) => {
  const { dims, arrays } = layersOf(estimator, input)
  const outputs = dims.at(-1) as number
  const activation = activationOf(estimator)
  const end = oneOf(estimator, 'out_activation_', ['identity', 'exp'])
  if (outputs === 1) {
    const state = { columns: input.count, dims, activation, output: end, chosen: 0, ...arrays }
    return { task: 'regress', risk: { use: 'multilayer-perceptron', from: input.from, count: input.count, state } }
  }
  if (outputs !== input.count || end !== 'identity') throw severalOutputs(estimator.name, outputs)
  return reconstruction(input, { dims, arrays, activation })
}

/** Two classes have one output, the probability of the second; several have one each. */
export const networkClassifier: LowerPredictor = (estimator, input) => {
  const classes = classesOf(estimator)
  const { dims, arrays } = layersOf(estimator, input)
  const output = oneOf(estimator, 'out_activation_', ['logistic', 'softmax'])
  const outputs = dims.at(-1) as number
  if (output === 'softmax' ? outputs !== classes.length : outputs !== 1 || classes.length !== 2)
    throw new Refusal(
      'unsupported',
      `${estimator.name} has ${outputs} outputs (${output}) for ${classes.length} classes: several labels a row`,
      'Fit one model for each label.',
    )
  const state = { columns: input.count, dims, activation: activationOf(estimator), output, ...arrays }
  return probabilities(classes, chosen => ({
    use: 'multilayer-perceptron',
    from: input.from,
    count: input.count,
    state:
      output === 'softmax' ? { ...state, chosen } : { ...lastTurned(state, dims.length - 2, chosen === 0), chosen: 0 },
  }))
}

/** 1 − σ(z) = σ(−z). */
function lastTurned(state: State, last: number, turned: boolean): State {
  if (!turned) return state
  const negative = (name: string) => (state[name] as Float64Array).map(value => -value)
  const [weights, biases] = [`weights_${last}`, `biases_${last}`]
  return { ...state, [weights]: negative(weights), [biases]: negative(biases) }
}

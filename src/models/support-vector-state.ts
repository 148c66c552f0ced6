/** What support vector machines keep, whatever they are asked: checked, and summed up. */
import { KERNELS, openSupportVectors, type SupportVectors } from '../kernels/support-vectors.ts'
import { numericColumns } from '../math/columns.ts'
import type { Scorer } from './model.ts'

/** Times the square of the largest number it is not yet NaN. */
export const MOST_GAMMA = 1e290

export type SupportVectorState = {
  kernel: string
  /** The number that `scale` or `auto` came to. */
  gamma: number
  degree: number
  coef0: number
  columns: number
  /** Row after row. */
  supportVectors: Float64Array
  /** One a support vector. */
  dualCoef: Float64Array
  intercept: number
}

/** Writes `sign` · (Σ dualCoef k(support vector, x) + intercept), within what a double can hold.
 * @throws RangeError for a state that no fit wrote */
export function decisionScorer(state: SupportVectorState, sign: 1 | -1): Scorer {
  const sum = openSupportVectors(machineOf(state))
  const { columns, intercept } = state
  return {
    score(block, out) {
      if (block.columns.length !== columns)
        throw new RangeError(`${block.columns.length} columns for a machine of ${columns}`)
      sum(numericColumns(block), block.rows, out)
      for (let i = 0; i < block.rows; i++) {
        const risk = sign * (out[i]! + intercept)
        out[i] = Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, risk))
      }
    },
  }
}

/** A state may come from a file that somebody else made.
 * @throws RangeError */
function machineOf(state: SupportVectorState): SupportVectors {
  const { gamma, degree, coef0, columns, supportVectors: vectors, dualCoef: weights, intercept } = state
  const kernel = KERNELS.find(kernel => kernel === state.kernel)
  if (kernel === undefined) throw new RangeError(`its kernel is ${state.kernel}, expected one of ${KERNELS.join(', ')}`)
  if (!Number.isInteger(columns) || columns < 1) throw new RangeError(`its number of columns is ${columns}`)
  if (!(weights instanceof Float64Array) || weights.length < 1)
    throw new RangeError('its dual coefficients are missing')
  if (!(vectors instanceof Float64Array) || vectors.length !== weights.length * columns)
    throw new RangeError(`its support vectors are not ${weights.length} of ${columns} columns`)
  if (!(gamma >= 0 && gamma <= MOST_GAMMA)) throw new RangeError(`its gamma is ${gamma}, expected 0 to ${MOST_GAMMA}`)
  if (!Number.isInteger(degree) || degree < 0 || degree > 1e9)
    throw new RangeError(`its degree is ${degree}, expected a whole number from 0`)
  if (![coef0, intercept].every(Number.isFinite)) throw new RangeError('its coef0 or its intercept is not a number')
  if (!vectors.every(Number.isFinite) || !weights.every(Number.isFinite))
    throw new RangeError('its support vectors or dual coefficients are not all numbers')
  return { kernel, gamma, degree, coef0, columns, vectors, weights }
}

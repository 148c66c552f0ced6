/**
 * Power transforms as scikit-learn's PowerTransformer: Yeo, Johnson, "A new family of power transformations to improve
 * normality or symmetry", Biometrika 2000; Box, Cox, "An analysis of transformations", 1964. Scaling comes behind.
 */
import { columnwise } from './columnwise.ts'
import { numbersOf, wordOf } from './state-check.ts'
import type { Transform } from './transform.ts'

export type Power = {
  /** 'yeo-johnson' or 'box-cox'. */
  method: string
  /** One entry a column. */
  lambda: Float64Array
}

export const power: Transform<Power> = {
  kind: 'power',
  about: 'Raises numbers to a power that makes their spread even.',
  apply(state) {
    const lambda = numbersOf(state.lambda, 'lambda')
    const curve = wordOf(state.method, 'method', ['yeo-johnson', 'box-cox']) === 'box-cox' ? boxCox : yeoJohnson
    return columnwise((column, from, to, rows) => {
      const l = lambda[column]!
      for (let i = 0; i < rows; i++) to[i] = curve(from[i]!, l)
    }, lambda.length)
  },
}

/** What is not above 0 has no value. */
function boxCox(x: number, lambda: number): number {
  if (!(x > 0)) return Number.NaN
  return lambda === 0 ? Math.log(x) : Math.expm1(lambda * Math.log(x)) / lambda
}

function yeoJohnson(x: number, lambda: number): number {
  if (x >= 0) return side(x, lambda)
  return -side(-x, 2 - lambda)
}

/** ((1 + x)^lambda − 1) / lambda, and its limit; scikit-learn takes the limit where lambda is within one rounding of 0. */
function side(x: number, lambda: number): number {
  const log = Math.log1p(x)
  return Math.abs(lambda) < Number.EPSILON ? log : Math.expm1(lambda * log) / lambda
}

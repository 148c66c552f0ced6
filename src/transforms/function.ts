/** A function of one number on every column, as scikit-learn's FunctionTransformer with one of numpy's. */
import { columnwise } from './columnwise.ts'
import { wordOf } from './state-check.ts'
import type { Transform } from './transform.ts'

const FUNCTIONS: Readonly<Record<string, (x: number) => number>> = {
  log: Math.log,
  log2: Math.log2,
  log10: Math.log10,
  log1p: Math.log1p,
  exp: Math.exp,
  expm1: Math.expm1,
  sqrt: Math.sqrt,
  cbrt: Math.cbrt,
  square: x => x * x,
  absolute: Math.abs,
  reciprocal: x => 1 / x,
  negative: x => -x,
  sin: Math.sin,
  cos: Math.cos,
  tanh: Math.tanh,
}

/** By numpy's name. */
export type FunctionName = { name: string }

export const functionOf: Transform<FunctionName> = {
  kind: 'function',
  about: 'Takes a function of every number, such as its logarithm.',
  apply({ name }) {
    const f = FUNCTIONS[wordOf(name, 'name', Object.keys(FUNCTIONS))]!
    return columnwise((_, from, to, rows) => {
      for (let i = 0; i < rows; i++) to[i] = f(from[i]!)
    })
  },
}

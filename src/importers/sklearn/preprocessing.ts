/** Transformers that write each column anew: scalers, power and quantile transforms, fixed functions. */
import type { Figures, Input, LowerTransformer } from '../lowering/lowering.ts'
import { columnwise } from '../lowering/steps.ts'
import { isNode, type Value } from '../pickle/nodes.ts'
import { Refusal } from '../refusal.ts'
import { classOf, type Estimator, wordFor } from './estimator.ts'

/** Numbers, one a column. */
export const perColumn = (estimator: Estimator, attribute: string, input: Input): Float64Array =>
  estimator.array(attribute, [input.count]).values

const same = (input: Input, value: number) => new Float64Array(input.count).fill(value)

/** Figures that some versions keep and some do not. */
function figures(estimator: Estimator, input: Input, from: Readonly<Partial<Record<keyof Figures, string>>>): Figures {
  const found = Object.entries(from)
    .filter(([, attribute]) => estimator.raw(attribute) !== undefined && estimator.raw(attribute) !== null)
    .map(([figure, attribute]) => [figure, perColumn(estimator, attribute, input)])
  return Object.fromEntries(found)
}

export const standardScaler: LowerTransformer = (estimator, input, lowering) => {
  lowering.profile(input, figures(estimator, input, { mean: 'mean_', std: 'scale_' }))
  const centre = estimator.flag('with_mean') ? perColumn(estimator, 'mean_', input) : same(input, 0)
  const size = estimator.flag('with_std') ? perColumn(estimator, 'scale_', input) : same(input, 1)
  return columnwise(lowering, 'scale', input, { centre, size })
}

export const robustScaler: LowerTransformer = (estimator, input, lowering) => {
  lowering.profile(input, figures(estimator, input, { median: 'center_' }))
  const centre = estimator.flag('with_centering') ? perColumn(estimator, 'center_', input) : same(input, 0)
  const size = estimator.flag('with_scaling') ? perColumn(estimator, 'scale_', input) : same(input, 1)
  return columnwise(lowering, 'scale', input, { centre, size })
}

export const maxAbsScaler: LowerTransformer = (estimator, input, lowering) => {
  const scaled = columnwise(lowering, 'scale', input, {
    centre: same(input, 0),
    size: perColumn(estimator, 'scale_', input),
  })
  if (!estimator.flag('clip', false)) return scaled
  return columnwise(lowering, 'clip', scaled, { low: same(input, -1), high: same(input, 1) })
}

export const minMaxScaler: LowerTransformer = (estimator, input, lowering) => {
  lowering.profile(input, figures(estimator, input, { min: 'data_min_', max: 'data_max_' }))
  const scaled = columnwise(lowering, 'multiply', input, {
    factor: perColumn(estimator, 'scale_', input),
    shift: perColumn(estimator, 'min_', input),
  })
  if (!estimator.flag('clip', false)) return scaled
  const [low = 0, high = 1] = estimator.array('feature_range', [2]).values
  return columnwise(lowering, 'clip', scaled, { low: same(input, low), high: same(input, high) })
}

export const normalizer: LowerTransformer = (estimator, input, lowering) => {
  const norm = oneOf(estimator, 'norm', ['l1', 'l2', 'max'])
  return columnwise(lowering, 'normalize', input, { norm })
}

export const quantileTransformer: LowerTransformer = (estimator, input, lowering) => {
  const { values, shape } = estimator.array('quantiles_', [-1, input.count])
  return columnwise(lowering, 'quantile', input, {
    quantiles: values,
    references: estimator.array('references_', [shape[0] as number]).values,
    output: oneOf(estimator, 'output_distribution', ['uniform', 'normal']),
  })
}

export const powerTransformer: LowerTransformer = (estimator, input, lowering) => {
  const state = {
    method: oneOf(estimator, 'method', ['yeo-johnson', 'box-cox']),
    lambda: perColumn(estimator, 'lambdas_', input),
  }
  const out = columnwise(lowering, 'power', input, state)
  return estimator.flag('standardize') ? standardScaler(estimator.estimator('_scaler'), out, lowering) : out
}

/** A text that must be one of these. */
export function oneOf(estimator: Estimator, attribute: string, known: readonly string[]): string {
  const found = estimator.text(attribute)
  if (known.includes(found)) return found
  throw new Refusal(
    'unsupported',
    `${attribute} of ${estimator.name} is '${found.slice(0, 40)}', expected one of ${known.join(', ')}`,
  )
}

/** numpy's functions of one number, by numpy's name. */
const FUNCTIONS: readonly string[] = [
  ...['log', 'log2', 'log10', 'log1p', 'exp', 'expm1', 'sqrt', 'cbrt', 'square', 'absolute', 'abs'],
  ...['reciprocal', 'negative', 'sin', 'cos', 'tanh'],
]

export const functionTransformer: LowerTransformer = (estimator, input, lowering) => {
  const func = estimator.raw('func')
  if (func === null || func === undefined) return input
  const name = numpyFunction(func)
  const given = estimator.raw('kw_args')
  const plain = given === null || given === undefined || (isNode(given, 'dict') && given.entries.size === 0)
  if (name === undefined || !FUNCTIONS.includes(name) || !plain)
    throw new Refusal(
      'unsupported',
      `FunctionTransformer calls ${name ?? wordFor(func)}${plain ? '' : ' with arguments'}, expected one of numpy's ${FUNCTIONS.join(', ')}`,
      'A function of your own is code, which is never run: make its column in the table (features: in a recipe), or re-save the pipeline without it.',
    )
  return columnwise(lowering, 'function', input, { name: name === 'abs' ? 'absolute' : name })
}

/** A function of numpy's, by its global or as numpy rebuilds it. */
function numpyFunction(value: Value): string | undefined {
  if (isNode(value, 'object')) {
    const [module, name] = value.args
    const rebuilt = classOf(value)?.name === '_ufunc_reconstruct' && typeof module === 'string' && isNumpy(module)
    return rebuilt && typeof name === 'string' ? name : undefined
  }
  return isNode(value, 'global') && isNumpy(value.module) ? value.name : undefined
}

const isNumpy = (module: string) => /^numpy($|\.)/.test(module)

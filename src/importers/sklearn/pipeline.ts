/** Estimators made of others: Pipeline, ColumnTransformer, FeatureUnion, and searches that kept their best. */
import type { Input, Lowering, LowerPredictor, LowerTransformer, Prediction } from '../lowering/lowering.ts'
import { branches } from '../lowering/steps.ts'
import { arrayOf, numberOf } from '../numpy/array.ts'
import { entry, isNode, type Value } from '../pickle/nodes.ts'
import { Refusal } from '../refusal.ts'
import { nameAll } from '../request.ts'
import { classOf, type Estimator, listOf, plainNumbers, textsOf, wordFor } from './estimator.ts'

export interface Named {
  readonly name: string
  readonly value: Value
}

/** Steps of a pipeline that do something to new rows: samplers only choose rows of training. */
export function stepsOf(pipeline: Estimator): readonly Named[] {
  return pairs(pipeline, 'steps').filter(({ value }) => value !== null && value !== 'passthrough' && !isSampler(value))
}

const isSampler = (value: Value) =>
  /^imblearn\.(over_sampling|under_sampling|combine|base)/.test(classOf(value)?.module ?? '')

function pairs(estimator: Estimator, attribute: string): readonly Named[] {
  return estimator.list(attribute).map(item => {
    const [name, value] = listOf(item) ?? []
    if (typeof name === 'string' && value !== undefined) return { name, value }
    throw new Refusal(
      'damaged',
      `${attribute} of ${estimator.name} holds ${wordFor(item)}, expected a name and an estimator`,
    )
  })
}

const through = (steps: readonly Named[], input: Input, lowering: Lowering, outer: Estimator): Input =>
  steps.reduce((at, { value }) => lowering.transformer(value, at, outer), input)

export const pipelineTransformer: LowerTransformer = (pipeline, input, lowering) =>
  through(stepsOf(pipeline), input, lowering, pipeline)

export const pipelinePredictor: LowerPredictor = (pipeline, input, lowering) => {
  const steps = stepsOf(pipeline)
  const last = steps.at(-1)
  if (!last)
    throw new Refusal('unsupported', `${pipeline.name} has no step that does anything, expected a model as its last`)
  return lowering.predictor(last.value, through(steps.slice(0, -1), input, lowering, pipeline), pipeline)
}

/** GridSearchCV and its like were fitted again with their best parameters. */
export const searchPredictor: LowerPredictor = (search, input, lowering): Prediction => {
  if (search.has('best_estimator_')) return lowering.predictor(search.raw('best_estimator_') as Value, input, search)
  throw new Refusal(
    'unsupported',
    `${search.name} has no best_estimator_: it was not fitted, or with refit=False`,
    'Save it after fit() with refit=True, or save the best estimator itself.',
  )
}

/** RANSACRegressor fits its model again on the rows that agree. */
export const consensusRegressor: LowerPredictor = (ransac, input, lowering) =>
  lowering.predictor(ransac.raw('estimator_') ?? null, input, ransac)

/** FrozenEstimator only keeps what is inside from being fitted again. */
export const frozenPredictor: LowerPredictor = (frozen, input, lowering) =>
  lowering.predictor(frozen.raw('estimator') ?? null, input, frozen)

export const frozenTransformer: LowerTransformer = (frozen, input, lowering) =>
  lowering.transformer(frozen.raw('estimator') ?? null, input, frozen)

export const branchesOf = (union: Estimator): readonly Named[] => pairs(union, 'transformer_list')

export const featureUnion: LowerTransformer = (union, input, lowering) => {
  refuseWeights(union)
  const all = Array.from({ length: input.count }, (_, i) => i)
  const parts = branchesOf(union).filter(({ value }) => value !== 'drop' && value !== null)
  return branches(
    lowering,
    input,
    parts.map(({ value }) => ({ picks: all, lower: part => lowering.transformer(value, part, union) })),
  )
}

export const columnTransformer: LowerTransformer = (estimator, input, lowering) => {
  refuseWeights(estimator)
  const resolved = estimator.raw('_transformer_to_input_indices')
  const parts = estimator.list('transformers_').flatMap(item => {
    const [name, value, columns] = listOf(item) ?? []
    if (typeof name !== 'string' || value === undefined || columns === undefined)
      throw new Refusal(
        'damaged',
        `transformers_ of ColumnTransformer holds ${wordFor(item)}, expected name, transformer, columns`,
      )
    if (value === 'drop') return []
    const known = isNode(resolved, 'dict') ? entry(resolved, name) : undefined
    const places = known === undefined ? undefined : plainNumbers(known)?.values
    const picks = places ? Array.from(places, place => within(place, input)) : columnsOf(columns, input, estimator)
    if (picks.length === 0) return []
    return [{ picks, lower: (part: Input) => lowering.transformer(value, part, estimator) }]
  })
  return branches(lowering, input, parts)
}

function refuseWeights(estimator: Estimator): void {
  if ((estimator.raw('transformer_weights') ?? null) === null) return
  throw new Refusal(
    'unsupported',
    `${estimator.name} has transformer_weights, which are not read here`,
    'Save it without them.',
  )
}

function within(place: number, { count }: Input): number {
  const at = place < 0 ? place + count : place
  if (Number.isInteger(at) && at >= 0 && at < count) return at
  throw new Refusal('damaged', `ColumnTransformer chooses column ${place} of ${count}`)
}

/** Columns as people choose them: names, places, a slice of either, or a flag for each. */
export function columnsOf(columns: Value, input: Input, estimator: Estimator): readonly number[] {
  if (typeof columns === 'string') return [named(columns, input)]
  const single = typeof columns === 'boolean' ? undefined : numberOf(columns)
  if (single !== undefined) return [within(single, input)]
  if (isNode(columns, 'object') && classOf(columns)?.name === 'slice') return sliceOf(columns.args, input)
  const items = itemsOf(columns)
  if (items?.every(item => typeof item === 'string')) return items.map(item => named(item, input))
  const array = arrayOf(columns)
  const flags = array ? array.dtype.kind === 'b' : items?.every(item => typeof item === 'boolean') && items.length > 0
  const numbers = array ? plainNumbers(columns)?.values : items?.map(item => numberOf(item))
  if (numbers && flags && numbers.length === input.count)
    return Array.from(numbers as ArrayLike<number>).flatMap((flag, i) => (flag === 1 ? [i] : []))
  if (numbers && !flags)
    return Array.from(numbers as ArrayLike<number | undefined>, at => within(at ?? Number.NaN, input))
  throw new Refusal(
    'unsupported',
    `${estimator.name} chooses columns by ${wordFor(columns)}, expected names, places, a slice or a flag for each`,
  )
}

/** Items of a list; the remainder's list is a class of its own that keeps them in `data`. */
function itemsOf(columns: Value): readonly Value[] | undefined {
  if (isNode(columns, 'object') && isNode(columns.state, 'dict')) {
    const data = entry(columns.state, 'data')
    if (data !== undefined) return listOf(data)
  }
  const array = arrayOf(columns)
  if (array && 'OSU'.includes(array.dtype.kind)) return textsOf(columns)
  return array ? undefined : (listOf(columns) ?? [])
}

function named(name: string, { names, count }: Input): number {
  const at = names?.indexOf(name) ?? -1
  if (at >= 0) return at
  throw new Refusal(
    'unsaid',
    names
      ? `ColumnTransformer chooses the column ${name}, which is none of ${names.slice(0, 10).join(', ')}`
      : `ColumnTransformer chooses the column ${name} by name, and the file does not say what its ${count} columns are called`,
    nameAll(count),
  )
}

/** A slice of places leaves out its end, one of names has it. */
function sliceOf(args: readonly Value[], input: Input): readonly number[] {
  const [start = null, stop = null, step = null] = args
  const stride = step === null ? 1 : (numberOf(step) ?? Number.NaN)
  if (!(Number.isInteger(stride) && stride > 0))
    throw new Refusal('unsupported', `A slice of columns has the step ${wordFor(step)}`)
  const end = (value: Value, otherwise: number, more: number) => {
    if (value === null) return otherwise
    if (typeof value === 'string') return named(value, input) + more
    const at = numberOf(value) ?? Number.NaN
    if (!Number.isInteger(at)) throw new Refusal('damaged', `A slice of columns ends at ${wordFor(value)}`)
    return Math.max(0, Math.min(input.count, at < 0 ? at + input.count : at))
  }
  const [from, to] = [end(start, 0, 0), end(stop, input.count, 1)]
  return Array.from({ length: Math.max(0, Math.ceil((to - from) / stride)) }, (_, i) => from + i * stride)
}

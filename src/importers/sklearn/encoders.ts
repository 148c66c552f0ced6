/** OneHotEncoder, OrdinalEncoder, TargetEncoder: categories, texts or numbers, as numbers. */
import type { State } from '../../math/state.ts'
import type { Input, Lowering, LowerTransformer } from '../lowering/lowering.ts'
import { arrayOf, numberOf, textOf } from '../numpy/array.ts'
import { Refusal } from '../refusal.ts'
import { type Estimator, isMissing, listOf, plainNumbers, since, wordFor } from './estimator.ts'
import { oneOf } from './preprocessing.ts'

/** A category: a number, a text, or missing. */
type Category = number | string | undefined

/** One list a column. A list with a text in it is one of texts. */
export function categoriesOf(estimator: Estimator, input: Pick<Input, 'count'>): readonly (readonly Category[])[] {
  const lists = estimator.list('categories_')
  if (lists.length !== input.count)
    throw new Refusal('damaged', `${estimator.name} has categories of ${lists.length} columns for ${input.count}`)
  return lists.map(list => {
    const array = arrayOf(list)
    if (array && 'biuf'.includes(array.dtype.kind))
      return Array.from(array.numbers(), x => (Number.isNaN(x) ? undefined : x))
    if (array && 'SU'.includes(array.dtype.kind)) return array.texts()
    const items = listOf(list)
    if (!items)
      throw new Refusal(
        'unsupported',
        `categories_ of ${estimator.name} holds ${wordFor(list)}, expected texts or numbers`,
      )
    const numeric = items.every(item => isMissing(item) || (typeof item !== 'string' && numberOf(item) !== undefined))
    return items.map(item => (isMissing(item) ? undefined : numeric ? numberOf(item) : textOf(item)))
  })
}

/** What every encoder knows of its columns. A missing value that is a category is NaN among the numbers. */
function knownOf(lists: readonly (readonly Category[])[], input: Input, lowering: Lowering): State {
  const start = new Int32Array(lists.length + 1)
  const isText = new Uint8Array(lists.length)
  for (const [c, list] of lists.entries()) {
    start[c + 1] = (start[c] as number) + list.length
    const texts = list.filter(category => typeof category === 'string')
    if (texts.length === 0) continue
    isText[c] = 1
    const feature = input.origin[c] ?? -1
    if (feature >= 0) lowering.texts(feature, texts)
  }
  const all = lists.flat()
  return {
    start,
    isText,
    numbers: Float64Array.from(all, at => (typeof at === 'string' ? 0 : (at ?? Number.NaN))),
    texts: all.map(at => (typeof at === 'string' ? at : '')),
  }
}

/** A category that is not known leaves the row without an answer. */
const REFUSED = -2
const IGNORED = -1

/**
 * For each category the column that is 1 for it, counted within its own, −1 for a dropped one; `unknown` likewise.
 * Categories of few rows share the last.
 */
interface Places {
  readonly each: readonly number[]
  readonly count: number
  readonly unknown: number
}

export const oneHotEncoder: LowerTransformer = (estimator, input, lowering) => {
  const lists = categoriesOf(estimator, input)
  const dropped = droppedOf(estimator, input)
  const grouped = groupsOf(estimator, input)
  const way = unknownOf(estimator)
  const places = lists.map((list, c) => placesOf(list.length, grouped[c], dropped[c] as number, way))
  let width = 0
  const place: number[] = []
  const unknown: number[] = []
  for (const { each, count, unknown: other } of places) {
    for (const at of each) place.push(at < 0 ? at : width + at)
    unknown.push(other < 0 ? other : width + other)
    width += count
  }
  const state = {
    ...knownOf(lists, input, lowering),
    place: Int32Array.from(place),
    unknown: Int32Array.from(unknown),
    outputs: width,
  }
  return lowering.step('one-hot', input, state, width)
}

/** What becomes of an unknown value: it refuses the row, counts as one of few rows, or is none of them. */
type Unknown = 'refused' | 'rare' | 'ignored'

/** 'warn', of 1.6, counts as one of few rows since 1.8; before, it was meant to. */
function unknownOf(estimator: Estimator): Unknown {
  const way = estimator.text('handle_unknown')
  if (way === 'error') return 'refused'
  return way === 'infrequent_if_exist' || (way === 'warn' && since(estimator, [1, 8])) ? 'rare' : 'ignored'
}

/** @param group for each category which one it counts as
 * @param drop the category without a column, −1 for none */
function placesOf(categories: number, group: Float64Array | undefined, drop: number, way: Unknown): Places {
  const groups = group ? Array.from(group) : Array.from({ length: categories }, (_, i) => i)
  const count = groups.reduce((most, at) => Math.max(most, at + 1), 0)
  const without = drop >= 0 ? (groups[drop] as number) : -1
  const place = (at: number) => (without < 0 || at < without ? at : at === without ? IGNORED : at - 1)
  const rare = group && way === 'rare' ? place(count - 1) : IGNORED
  return {
    each: groups.map(place),
    count: without < 0 ? count : count - 1,
    unknown: way === 'refused' ? REFUSED : rare,
  }
}

/** drop_idx_: a category's number for each column, None for none; absent where nothing is dropped. */
function droppedOf(estimator: Estimator, input: Input): readonly number[] {
  const given = estimator.raw('drop_idx_')
  const none = new Array<number>(input.count).fill(-1)
  if (given === undefined || given === null) return none
  const array = arrayOf(given)
  const found = !array
    ? undefined
    : array.dtype.kind === 'O'
      ? array.objects().map(item => (item === null ? -1 : numberOf(item)))
      : Array.from(array.numbers())
  if (found?.length === input.count && found.every(at => at !== undefined && Number.isInteger(at)))
    return found as number[]
  throw new Refusal('unsupported', `drop_idx_ of ${estimator.name} is ${wordFor(given)}, expected one number a column`)
}

/** Categories of few rows count as one: for each category which one it counts as. */
function groupsOf(estimator: Estimator, input: Input): readonly (Float64Array | undefined)[] {
  const none = new Array<undefined>(input.count).fill(undefined)
  if (!estimator.flag('_infrequent_enabled', false)) return none
  const lists = estimator.list('_default_to_infrequent_mappings')
  if (lists.length !== input.count)
    throw new Refusal('damaged', `${estimator.name} groups categories of ${lists.length} columns`)
  return lists.map(list => (list === null ? undefined : plainNumbers(list)?.values))
}

export const ordinalEncoder: LowerTransformer = (estimator, input, lowering) => {
  const lists = categoriesOf(estimator, input)
  if (groupsOf(estimator, input).some(group => group !== undefined))
    throw new Refusal('unsupported', `${estimator.name} makes one of categories of few rows, which is not read here`)
  const missing = numberOr(estimator, 'encoded_missing_value')
  const stranger = oneOrNot(estimator) ? numberOr(estimator, 'unknown_value') : NO_RISK
  return encode(
    lowering,
    input,
    lists,
    lists.flatMap(list => list.map((category, i) => (category === undefined ? missing : i))),
    lists.map(() => stranger),
  )
}

/** What src/transforms/ordinal.ts takes for a value that refuses its row. */
const NO_RISK = Number.POSITIVE_INFINITY

/** Before 0.24 there was no way but an error. */
const oneOrNot = (estimator: Estimator) =>
  estimator.has('handle_unknown') && oneOf(estimator, 'handle_unknown', ['error', 'use_encoded_value']) !== 'error'

/** A number that may be NaN, which is also what None and an absent one mean. */
function numberOr(estimator: Estimator, attribute: string): number {
  const found = estimator.raw(attribute)
  return found === undefined || found === null ? Number.NaN : (numberOf(found) ?? Number.NaN)
}

function encode(
  lowering: Lowering,
  input: Input,
  lists: readonly (readonly Category[])[],
  code: readonly number[],
  unknown: readonly number[],
): Input {
  const state = {
    ...knownOf(lists, input, lowering),
    code: Float64Array.from(code),
    missing: Float64Array.from(unknown),
    unknown: Float64Array.from(unknown),
  }
  return { ...lowering.step('ordinal', input, state, input.count), names: input.names }
}

/** The mean of the target among rows of the category, drawn towards that of all; that of all for an unknown one. */
export const targetEncoder: LowerTransformer = (estimator, input, lowering) => {
  const lists = categoriesOf(estimator, input)
  const encodings = estimator.list('encodings_').map(plainNumbers)
  if (encodings.length !== lists.length || lists.some((list, c) => encodings[c]?.values.length !== list.length))
    throw new Refusal(
      'unsupported',
      `${estimator.name} has ${encodings.length} lists of means for ${lists.length} columns`,
    )
  const overall = estimator.number('target_mean_')
  return encode(
    lowering,
    input,
    lists,
    encodings.flatMap(found => Array.from(found?.values ?? [])),
    lists.map(() => overall),
  )
}

/** An inert object of scikit-learn's, read attribute by attribute with checks. */
import { LARGEST } from '../../math/bounds.ts'
import { arrayOf, numberOf, textOf } from '../numpy/array.ts'
import { type DictNode, entry, type GlobalNode, isNode, nameOf, type ObjectNode, type Value } from '../pickle/nodes.ts'
import { Refusal } from '../refusal.ts'

export interface Numbers {
  readonly values: Float64Array
  readonly shape: readonly number[]
}

/** Of a library: major, minor, patch. */
export type Version = readonly [number, number, number]

export interface Estimator {
  /** "IsolationForest" */
  readonly name: string
  /** "sklearn.ensemble._iforest" */
  readonly module: string
  /** `_sklearn_version`; of the outermost estimator where it has none of its own. */
  readonly version: Version | undefined
  readonly node: ObjectNode
  has(attribute: string): boolean
  /** The raw value; undefined where there is none. */
  raw(attribute: string): Value | undefined
  /** Of an array; undefined for anything else. */
  shape(attribute: string): readonly number[] | undefined
  /** @throws Refusal naming class and attribute where it is absent or of another shape; so do all below. `otherwise`
   * stands for an absent attribute, not for one of another kind. */
  number(attribute: string, otherwise?: number): number
  integer(attribute: string, otherwise?: number): number
  flag(attribute: string, otherwise?: boolean): boolean
  text(attribute: string, otherwise?: string): string
  /** Finite numbers of at most ±1e150 in row-major order, with the shape; `shape` entries that are given must hold, −1 is any. */
  array(attribute: string, shape: readonly number[]): Numbers
  /** Texts, numbers and flags as Python prints them: class names, categories, feature names. */
  texts(attribute: string): readonly string[]
  /** An estimator inside this one. */
  estimator(attribute: string): Estimator
  /** A list, tuple or array of objects. */
  list(attribute: string): readonly Value[]
}

/** The class of an object. */
export function classOf(value: Value | undefined): GlobalNode | undefined {
  return isNode(value, 'object') ? value.callee : undefined
}

/** Whether the value is an object of scikit-learn's, imbalanced-learn's, LightGBM's or XGBoost's. */
export function isEstimator(value: Value | undefined): value is ObjectNode {
  const from = classOf(value)
  return from !== undefined && /^(sklearn|imblearn|lightgbm|xgboost)\./.test(from.module)
}

/** What is set on an object; a second part of a tuple is for slots. */
export function stateOf(value: Value): DictNode | undefined {
  const state = isNode(value, 'object') ? value.state : undefined
  if (isNode(state, 'dict')) return state
  if (isNode(state, 'tuple')) return state.items.find(each => isNode(each, 'dict'))
  return undefined
}

/** For messages: "a list", "the text 'auto'". */
export function wordFor(value: Value | undefined): string {
  if (value === undefined) return 'nothing'
  if (value === null) return 'None'
  const array = isArrayLike(value) ? arrayOf(value) : undefined
  if (array) return `an array of shape (${array.shape.join(', ')})`
  if (typeof value === 'string') return `the text '${value.slice(0, 40)}'`
  if (typeof value !== 'object') return String(value)
  if (value instanceof Uint8Array) return 'bytes'
  if (value.kind === 'object') return `an object of ${classOf(value)?.name}`
  return value.kind === 'global' ? nameOf(value) : `a ${value.kind}`
}

const isArrayLike = (value: Value): boolean => isNode(value, 'array') || isNode(value, 'object')

/** @param outer whose version holds where this one says none
 * @throws Refusal for anything but an object of scikit-learn's or imbalanced-learn's */
export function estimatorOf(value: Value, outer?: Pick<Estimator, 'version'>): Estimator {
  if (!isEstimator(value)) throw stranger(value)
  const { name, module } = classOf(value) as GlobalNode
  const state = stateOf(value)
  const raw = (attribute: string) => state && entry(state, attribute)
  const version = versionOf(raw('_sklearn_version')) ?? outer?.version
  const what = (attribute: string) => `${attribute} of ${name}`
  const wrong = (attribute: string, expected: string) => mistake(name, attribute, raw(attribute), expected)
  const read = <T>(
    attribute: string,
    otherwise: T | undefined,
    kind: string,
    from: (value: Value) => T | undefined,
  ) => {
    const value = raw(attribute)
    if (value === undefined && otherwise !== undefined) return otherwise
    const found = value === undefined ? undefined : from(value)
    if (found === undefined) throw wrong(attribute, kind)
    return found
  }
  const number = (attribute: string, otherwise?: number) =>
    read(attribute, otherwise, `a number of at most ±${LARGEST}`, finiteOf)
  const self: Estimator = {
    name,
    module,
    version,
    node: value,
    has: attribute => raw(attribute) !== undefined,
    raw,
    shape: attribute => arrayOf(raw(attribute) ?? null)?.shape,
    number,
    integer(attribute, otherwise) {
      const found = number(attribute, otherwise)
      if (!Number.isSafeInteger(found)) throw wrong(attribute, 'a whole number')
      return found
    },
    flag: (attribute, otherwise) => read(attribute, otherwise, 'True or False', flagOf),
    text: (attribute, otherwise) => read(attribute, otherwise, 'a text', textValue),
    array: (attribute, shape) =>
      read(attribute, undefined, shapeText(shape), found => numbersOf(found, shape, what(attribute))),
    texts: attribute => read(attribute, undefined, 'a list of texts or numbers', textsOf),
    estimator: attribute => {
      if (!isEstimator(raw(attribute))) throw wrong(attribute, 'an estimator')
      return estimatorOf(raw(attribute) as Value, self)
    },
    list: attribute => read(attribute, undefined, 'a list', listOf),
  }
  return self
}

function stranger(value: Value): Refusal {
  const from = classOf(value)
  if (!from)
    return new Refusal(
      'unsupported',
      `found ${wordFor(value)}, expected an estimator of scikit-learn`,
      'Save the fitted estimator itself.',
    )
  return new Refusal(
    'unsupported',
    `found an object of ${from.module}.${from.name}, expected an estimator of scikit-learn`,
    'What a class of its own does is code, which is never run: do that step in the table, and save the rest; or convert the model to ONNX.',
  )
}

function mistake(name: string, attribute: string, found: Value | undefined, expected: string): Refusal {
  if (found === undefined && attribute.endsWith('_'))
    return new Refusal(
      'unsupported',
      `${name} has no ${attribute}: it was not fitted before it was saved, or by a version that kept it elsewhere`,
      'Save it after fit(), with scikit-learn 0.21 or newer.',
    )
  return new Refusal('unsupported', `${attribute} of ${name} is ${wordFor(found)}, expected ${expected}`)
}

/** "1.6.1" → [1, 6, 1]; "1.7rc1" → [1, 7, 0]. */
function versionOf(value: Value | undefined): Version | undefined {
  const found = typeof value === 'string' ? /^(\d{1,4})\.(\d{1,4})(?:\.(\d{1,4}))?/.exec(value) : null
  return found ? [Number(found[1]), Number(found[2]), Number(found[3] ?? 0)] : undefined
}

/** Whether the version is at least the other; a file that says none counts as new. */
export function since({ version }: Pick<Estimator, 'version'>, other: readonly [number, number, number?]): boolean {
  if (version === undefined) return true
  const [major, minor, patch = 0] = other
  return (version[0] - major || version[1] - minor || version[2] - patch) >= 0
}

function finiteOf(value: Value): number | undefined {
  const found = numberOf(value) ?? single(value)
  return found !== undefined && isMeasure(found) ? found : undefined
}

/** What lies beyond is no measurement, and its square no number. */
export const isMeasure = (value: number): boolean => Math.abs(value) <= LARGEST

/** Arrays of one number are written where a number is meant: `_intercept_`, `_baseline_prediction`. */
function single(value: Value): number | undefined {
  const array = isArrayLike(value) ? arrayOf(value) : undefined
  const [found, ...more] = array && array.dtype.kind !== 'O' ? array.numbers() : []
  return more.length === 0 ? found : undefined
}

function flagOf(value: Value): boolean | undefined {
  if (typeof value === 'boolean') return value
  const found = numberOf(value)
  return found === 0 || found === 1 ? found === 1 : undefined
}

const textValue = (value: Value): string | undefined => {
  if (typeof value === 'string') return value
  return isNode(value, 'object') && numberOf(value) === undefined ? textOf(value) : undefined
}

const shapeText = (shape: readonly number[]) =>
  `numbers of shape (${shape.map(size => (size < 0 ? 'any' : size)).join(', ')})`

function numbersOf(value: Value, shape: readonly number[], what: string): Numbers | undefined {
  const found = plainNumbers(value)
  if (!found) return undefined
  const fits = found.shape.length === shape.length && shape.every((size, i) => size < 0 || size === found.shape[i])
  if (!fits)
    throw new Refusal('damaged', `${what} has the shape (${found.shape.join(', ')}), expected ${shapeText(shape)}`)
  if (!found.values.every(isMeasure))
    throw new Refusal('unsupported', `${what} holds a number that is missing or infinite, expected at most ±${LARGEST}`)
  return found
}

/** None, NaN, and pandas's own words for a missing value; an absent one, too. */
export function isMissing(value: Value | undefined): boolean {
  if (value === null || value === undefined) return true
  const number = typeof value === 'string' ? undefined : numberOf(value)
  if (number !== undefined) return Number.isNaN(number)
  const from = isNode(value, 'global') ? value : classOf(value)
  return from !== undefined && /^pandas\b/.test(from.module) && MISSING.has(from.name)
}

/** pandas.NA as itself or by its class, NaT likewise. */
const MISSING = new Set(['NA', 'NAType', 'NaTType', '_nat_unpickle'])

/** An array of numbers, or a list of them; undefined for anything else. */
export function plainNumbers(value: Value): Numbers | undefined {
  const array = isArrayLike(value) ? arrayOf(value) : undefined
  if (array && array.dtype.kind !== 'O') return { values: array.numbers(), shape: array.shape }
  const items = array ? array.objects() : itemsOf(value)
  const numbers = items?.map(item => numberOf(item))
  if (!numbers?.every(number => number !== undefined)) return undefined
  return { values: Float64Array.from(numbers), shape: array ? array.shape : [numbers.length] }
}

function itemsOf(value: Value): readonly Value[] | undefined {
  return isNode(value, 'list') || isNode(value, 'tuple') ? value.items : undefined
}

/** Items of a list, a tuple, an object made of a list, or an array of objects. */
export function listOf(value: Value): readonly Value[] | undefined {
  const items = itemsOf(value)
  if (items) return items
  const array = isArrayLike(value) ? arrayOf(value) : undefined
  if (array) return array.dtype.kind === 'O' ? array.objects() : undefined
  return isNode(value, 'object') && value.items.length > 0 ? value.items : undefined
}

export function textsOf(value: Value): readonly string[] | undefined {
  const array = isArrayLike(value) ? arrayOf(value) : undefined
  if (array) return array.texts()
  const texts = itemsOf(value)?.map(textOf)
  return texts?.every(text => text !== undefined) ? texts : undefined
}

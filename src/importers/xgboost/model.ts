/** XGBoost: JSON, UBJSON and the old binary format of save_model, and what pickled boosters hold. */
import { type Booster, checkInput, classNames, openBooster, tellTexts } from '../booster.ts'
import { docOf, parseJson } from '../document.ts'
import type { Open } from '../format.ts'
import { type BoostedInput, boostedClasses, boostedLeaf, type Sum } from '../lowering/boosted-risk.ts'
import { classified, combined } from '../lowering/classes.ts'
import type { Input, Lowering, Prediction } from '../lowering/lowering.ts'
import { Refusal } from '../refusal.ts'
import { linearLeaf } from '../sklearn/linear.ts'
import { decodeUbjson } from '../ubjson.ts'
import { isXgboostBinary, readXgboostBinary } from './binary.ts'
import { readXgboost } from './document.ts'
import type { XgboostLinear, XgboostModel, XgboostTrees } from './parsed.ts'
import { UNASKED, xgboostSums } from './trees.ts'

export const openXgboost: Open = (request, containers) =>
  openBooster('xgboost', xgboostModel(request.bytes), request, containers)

/** @param bytes a file, or the handle of a pickled booster
 * @throws Refusal */
export function xgboostModel(bytes: Uint8Array): Booster {
  const model = parse(bytes)
  const { objective, booster, version, count, names, attributes } = model
  const self: Booster = {
    model: `XGBoost (${booster.name}, ${objective})`,
    versions: version ? { XGBoost: version.join('.') } : {},
    parameters: { ...('trees' in booster ? { trees: booster.trees.length } : {}), ...bestOf(attributes) },
    count,
    names: names?.every(isMadeUp) ? undefined : names,
    lower(input, lowering, classes) {
      checkInput(self, input)
      return lower(model, input, lowering, classes)
    },
  }
  return self
}

function parse(bytes: Uint8Array): XgboostModel {
  if (isXgboostBinary(bytes)) return readXgboostBinary(bytes)
  // In JSON a name follows the brace, in UBJSON the length of one.
  return readXgboost(
    /^\{\s*"/.test(String.fromCharCode(...bytes.subarray(0, 40))) ? parseJson(bytes) : docOf(decodeUbjson(bytes)),
  )
}

const isMadeUp = (name: string, i: number) => name === `f${i}`

const bestOf = (attributes: XgboostModel['attributes']) => {
  const best = attributes.get('best_iteration')
  return best !== undefined && /^\d{1,9}$/.test(best) ? { best_iteration: Number(best) } : {}
}

function lower(
  model: XgboostModel,
  input: Input,
  lowering: Lowering,
  named: readonly string[] | undefined,
): Prediction {
  const link = linkOf(model)
  const groups = Math.max(1, model.classes)
  const bases = basesOf(model, link, groups)
  if (link === 'rank') lowering.warn('the model ranks: its number says which rows come first, and has no unit')
  const { booster } = model
  return 'weights' in booster
    ? linear(booster, { link, bases, groups, named }, input, lowering)
    : boosted(model, booster, { link, bases, groups, named }, input, lowering)
}

/** How sums become numbers. margin: the sum itself, above 0 for the second of two classes. */
type Link = 'logistic' | 'margin' | 'softmax' | 'exp' | 'identity' | 'rank'

const LINKS: ReadonlyMap<string, Link> = new Map([
  ['binary:logistic', 'logistic'],
  ['reg:logistic', 'logistic'],
  ['binary:logitraw', 'margin'],
  ['binary:hinge', 'margin'],
  ['multi:softprob', 'softmax'],
  ['multi:softmax', 'softmax'],
  ['reg:squarederror', 'identity'],
  ['reg:linear', 'identity'],
  ['reg:squaredlogerror', 'identity'],
  ['reg:pseudohubererror', 'identity'],
  ['reg:absoluteerror', 'identity'],
  ['reg:quantileerror', 'identity'],
  ['count:poisson', 'exp'],
  ['reg:gamma', 'exp'],
  ['reg:tweedie', 'exp'],
  ['survival:cox', 'exp'],
  ['survival:aft', 'exp'],
  ['rank:pairwise', 'rank'],
  ['rank:ndcg', 'rank'],
  ['rank:map', 'rank'],
])

function linkOf({ objective, classes }: XgboostModel): Link {
  const link = LINKS.get(objective)
  if (link === undefined)
    throw new Refusal(
      'unsupported',
      `its objective is ${JSON.stringify(objective.slice(0, 40))}, whose numbers are not computed here`,
      'Fit it with another objective.',
    )
  if ((link === 'softmax') !== classes > 1)
    throw new Refusal('unsupported', `its objective is ${objective} and it has ${classes} classes`)
  return link
}

/** From what the model would predict of the base alone to what is added: the inverse of the link. */
function basesOf({ base, margin, objective, version }: XgboostModel, link: Link, groups: number): readonly number[] {
  if (base.length !== 1 && base.length !== groups)
    throw new Refusal('damaged', `base_score has ${base.length} numbers for ${groups} classes`)
  // binary:logitraw kept the base as a probability from 1.0 to 1.2.
  const odds = link === 'logistic' || (objective === 'binary:logitraw' && isOldRaw(version))
  const found = base.map(value => {
    const rounded = Math.fround(value)
    if (margin) return rounded
    if (odds) return -Math.log(1 / rounded - 1)
    return link === 'exp' ? Math.log(rounded) : rounded
  })
  if (!found.every(Number.isFinite))
    throw new Refusal('damaged', `base_score is ${base.join(', ')}, which ${objective} cannot begin with`)
  return Array.from({ length: groups }, (_, k) => found[base.length === 1 ? 0 : k] as number)
}

const isOldRaw = (version: XgboostModel['version']) =>
  version === undefined || (version[0] === 1 && (version[1] ?? 0) < OLD_RAW)
const OLD_RAW = 3

interface Shape {
  readonly link: Link
  readonly bases: readonly number[]
  readonly groups: number
  readonly named: readonly string[] | undefined
}

function boosted(
  model: XgboostModel,
  booster: XgboostTrees,
  shape: Shape,
  input: Input,
  lowering: Lowering,
): Prediction {
  const { groups, bases } = shape
  const sums = xgboostSums(booster, usedOf(model, booster, groups, lowering.warn), model.count)
  const stray = Array.from(booster.group).find(of => !(of >= 0 && of < groups))
  if (stray !== undefined) throw new Refusal('damaged', `it has a tree of class ${stray}, expected 0 to ${groups - 1}`)
  tellTexts(sums.codes, input, lowering)
  if (sums.unnamed.length > 0)
    lowering.warn(
      `${sums.unnamed.map(i => input.names?.[i] ?? `feature ${i + 1}`).join(', ')}: categories are read as their codes, as the file does not say what they are called`,
    )
  const each = bases.map((base, k) => ({ trees: sums.pack(k), base }))
  const at = withinCodes(sums.unnamed, input, lowering)
  return predictionOf(shape, each, { ...at, takesMissing: true, levels: sums.codes.levels })
}

/** Codes beyond those that a node can tell apart become one that no tree asks for. */
function withinCodes(columns: readonly number[], input: Input, lowering: Lowering): Input {
  if (columns.length === 0) return input
  const low = new Float64Array(input.count).fill(Number.NEGATIVE_INFINITY)
  const high = low.map((_, column) => (columns.includes(column) ? UNASKED : Number.POSITIVE_INFINITY))
  return { ...lowering.step('clip', input, { low, high }, input.count, input.origin), names: input.names }
}

function predictionOf({ link, named }: Shape, sums: readonly Sum[], input: BoostedInput): Prediction {
  if (link === 'softmax') return boostedClasses(classNames(sums.length, named), sums, input)
  if (link === 'logistic') return boostedClasses(classNames(2, named), sums, input)
  const only = sums[0] as Sum
  if (link === 'margin')
    return classified(classNames(2, named), false, chosen =>
      boostedLeaf(only, 'squared_error', input, chosen === 1 ? 1 : -1),
    )
  return { task: 'regress', risk: boostedLeaf(only, link === 'exp' ? 'poisson' : 'squared_error', input) }
}

/** After early stopping XGBoost's scikit-learn classes predict with the best round and those before it; its Booster alone
 * takes all. The former is what people mean. */
function usedOf(
  model: XgboostModel,
  { trees, parallel }: XgboostTrees,
  groups: number,
  warn: Lowering['warn'],
): number {
  const { best_iteration: best } = bestOf(model.attributes)
  const used = best === undefined ? trees.length : Math.min(trees.length, (best + 1) * groups * parallel)
  if (used < trees.length)
    warn(
      `${used} of ${trees.length} trees count, to the best iteration, as XGBoost's scikit-learn classes do; its Booster.predict takes all`,
    )
  return used
}

/** Missing values count as 0. */
function linear({ weights }: XgboostLinear, shape: Shape, input: Input, lowering: Lowering): Prediction {
  const { link, bases, groups, named } = shape
  const { count } = input
  if (weights.length !== (count + 1) * groups)
    throw new Refusal('damaged', `it has ${weights.length} weights, expected ${(count + 1) * groups}`)
  if (!Array.from(weights).every(Number.isFinite)) throw new Refusal('damaged', 'it has weights that are no numbers')
  if (link === 'exp')
    throw new Refusal(
      'unsupported',
      'its booster is gblinear with a logarithm, which is not scored here',
      'Fit gbtree.',
    )
  const filled = lowering.step('impute', input, { fill: new Float64Array(count) }, count, input.origin)
  const sum = (use: 'ridge' | 'logistic-regression', k: number, factor = 1) => {
    const coefficient = Float64Array.from({ length: count }, (_, f) => weights[f * groups + k] as number)
    // Of several bases gblinear adds the first to every class (seen in 3.2).
    const constant = (weights[count * groups + k] as number) + (bases[0] as number)
    return linearLeaf(use, coefficient, constant, filled, factor)
  }
  if (link === 'softmax') {
    const classes = classNames(groups, named)
    return classified(
      classes,
      true,
      combined('softmax', classes, k => sum('ridge', k)),
    )
  }
  const way = (chosen: number) => (chosen === 1 ? 1 : -1)
  if (link === 'logistic')
    return classified(classNames(2, named), true, chosen => sum('logistic-regression', 0, way(chosen)))
  if (link === 'margin') return classified(classNames(2, named), false, chosen => sum('ridge', 0, way(chosen)))
  return { task: 'regress', risk: sum('ridge', 0) }
}

/**
 * LightGBM: the text of save_model (and of pickled boosters), and the JSON of dump_model. Trees are added up in float64,
 * in the order of the file, as LightGBM does.
 */
import { type Booster, checkInput, classNames, openBooster, tellTexts } from '../booster.ts'
import { decodeText, parseJson } from '../document.ts'
import type { Open } from '../format.ts'
import { type BoostedInput, boostedClasses, boostedLeaf, type Sum } from '../lowering/boosted-risk.ts'
import { classified } from '../lowering/classes.ts'
import type { Input, Lowering, Prediction } from '../lowering/lowering.ts'
import { blank } from '../lowering/steps.ts'
import { Refusal, severalOutputs } from '../refusal.ts'
import { readLightgbmJson } from './json.ts'
import type { LightgbmModel } from './parsed.ts'
import { parseLightgbmText } from './text.ts'
import { type LightgbmTrees, lightgbmTrees, NEXT_TO_ZERO } from './trees.ts'

export const openLightgbm: Open = (request, containers) => {
  const { bytes } = request
  const json = bytes[0] !== 't'.charCodeAt(0)
  const model = json ? readLightgbmJson(parseJson(bytes)) : parseLightgbmText(decodeText(bytes))
  return openBooster('lightgbm', boosterOf(model), request, containers)
}

/** @param rounds how many rounds of the text count: of a pickled booster its best_iteration
 * @throws Refusal */
export function lightgbmModel(text: string, rounds?: number): Booster {
  return boosterOf(parseLightgbmText(text), rounds)
}

const VERSIONS = ['v2', 'v3', 'v4']

function boosterOf(model: LightgbmModel, rounds?: number): Booster {
  const { version, names, parameters, objective, average } = model
  if (!VERSIONS.includes(version))
    throw new Refusal(
      'unsupported',
      `it is written in format ${version.slice(0, 20)} of LightGBM, expected ${VERSIONS.join(', ')}`,
      'Load it with a newer LightGBM (2.1 or later) and save it again: booster.save_model("model.txt")',
    )
  const boosting = parameters.boosting ?? (average ? 'rf' : 'gbdt')
  const booster: Booster = {
    model: `LightGBM (${boosting}, ${objective?.split(' ')[0] ?? 'an objective of its own'})`,
    versions: { 'LightGBM format': version },
    parameters: parametersOf(model),
    count: names.length,
    names: names.every(isMadeUp) ? undefined : names,
    lower(input, lowering, classes) {
      checkInput(booster, input)
      return lower(model, rounds, input, lowering, classes)
    },
  }
  return booster
}

/** Column_0, Column_1, … are LightGBM's own where the table had no names. */
const isMadeUp = (name: string, i: number) => name === `Column_${i}`

const TOLD = ['learning_rate', 'num_leaves', 'max_depth', 'min_data_in_leaf', 'bagging_fraction', 'feature_fraction']

function parametersOf({ parameters, trees, treesPerRound }: LightgbmModel): Booster['parameters'] {
  const told = TOLD.filter(name => Object.hasOwn(parameters, name)).map(
    name => [name, Number(parameters[name])] as const,
  )
  return { ...Object.fromEntries(told), rounds: treesPerRound > 0 ? trees.length / treesPerRound : 0 }
}

function lower(
  model: LightgbmModel,
  rounds: number | undefined,
  input: Input,
  lowering: Lowering,
  named: readonly string[] | undefined,
): Prediction {
  const { treesPerRound, average } = model
  if (!(treesPerRound >= 1 && model.trees.length % treesPerRound === 0))
    throw new Refusal('damaged', `it has ${model.trees.length} trees in rounds of ${treesPerRound}`)
  const objective = objectiveOf(model)
  const all = model.trees.length / treesPerRound
  const used = rounds !== undefined && rounds > 0 && rounds < all ? rounds : all
  if (used < all) lowering.warn(`${used} of ${all} rounds of trees count: the best iteration of the training`)
  const trees = lightgbmTrees(model, model.trees.slice(0, used * treesPerRound))
  const scale = objective.factor * (average && used > 0 ? 1 / used : 1)
  const sums = Array.from({ length: treesPerRound }, (_, k) => ({ trees: trees.pack(k), base: 0 }))
  const at = { ...prepared(model, trees, input, lowering), takesMissing: true, levels: trees.codes.levels }
  return predictionOf({ ...objective, factor: scale }, sums, at, named, lowering)
}

function predictionOf(
  { kind, factor }: Objective,
  sums: readonly Sum[],
  input: BoostedInput,
  named: readonly string[] | undefined,
  { warn }: Lowering,
): Prediction {
  const only = sums[0] as Sum
  if (kind === 'share') return sharesOf(sums, factor, input, named)
  if (kind === 'softmax') return boostedClasses(classNames(sums.length, named), sums, input, factor)
  if (kind === 'each')
    return classified(classNames(sums.length, named), true, chosen =>
      boostedLeaf(sums[chosen] as Sum, 'log_loss', input, factor),
    )
  if (sums.length !== 1) throw severalOutputs('it', sums.length)
  if (kind === 'logistic') return boostedClasses(classNames(2, named), sums, input, factor)
  if (kind === 'own')
    warn('the file does not say what the model was fitted for: the risk is the plain sum of its trees')
  if (kind === 'rank') warn('the model ranks: its number says which rows come first, and has no unit')
  return { task: 'regress', risk: boostedLeaf(only, kind === 'exp' ? 'poisson' : 'squared_error', input, factor) }
}

/** Forests whose leaves are probabilities already; a single sum is that of the second of two classes. */
function sharesOf(
  sums: readonly Sum[],
  factor: number,
  input: BoostedInput,
  named: readonly string[] | undefined,
): Prediction {
  if (sums.length > 1)
    return classified(classNames(sums.length, named), true, chosen =>
      boostedLeaf(sums[chosen] as Sum, 'squared_error', input, factor),
    )
  const only = sums[0] as Sum
  return classified(classNames(2, named), true, chosen =>
    chosen === 1
      ? boostedLeaf(only, 'squared_error', input, factor)
      : boostedLeaf({ ...only, base: -1 / factor }, 'squared_error', input, -factor),
  )
}

/** Numbers next to 0 are made missing where the model was taught so; texts and ranges are told. */
function prepared(
  model: LightgbmModel,
  { codes, zeroMissing }: LightgbmTrees,
  input: Input,
  lowering: Lowering,
): Input {
  const { least, greatest } = model
  lowering.profile(input, { min: least, max: greatest })
  tellTexts(codes, input, lowering)
  if (!zeroMissing.includes(1)) return input
  const low = Float64Array.from(zeroMissing, flag => (flag ? -NEXT_TO_ZERO : Infinity))
  const high = Float64Array.from(zeroMissing, flag => (flag ? NEXT_TO_ZERO : -Infinity))
  return blank(lowering, input, low, high)
}

interface Objective {
  /** share: the sum, a probability already. logistic: 1 / (1 + e^−sum). softmax: over the classes. each: logistic for each class alone. exp: e^sum. identity: the
   * sum. rank and own: the sum, with a word about it. */
  readonly kind: 'share' | 'logistic' | 'softmax' | 'each' | 'exp' | 'identity' | 'rank' | 'own'
  /** What the sum is multiplied with. */
  readonly factor: number
}

const KINDS: ReadonlyMap<string, Objective['kind']> = new Map([
  ['binary', 'logistic'],
  ['cross_entropy', 'logistic'],
  ['xentropy', 'logistic'],
  ['multiclass', 'softmax'],
  ['softmax', 'softmax'],
  ['multiclassova', 'each'],
  ['regression', 'identity'],
  ['regression_l1', 'identity'],
  ['huber', 'identity'],
  ['fair', 'identity'],
  ['quantile', 'identity'],
  ['mape', 'identity'],
  ['poisson', 'exp'],
  ['gamma', 'exp'],
  ['tweedie', 'exp'],
  ['lambdarank', 'rank'],
  ['rank_xendcg', 'rank'],
  ['custom', 'own'],
  ['none', 'own'],
])

/** "binary sigmoid:1", "regression sqrt". */
function objectiveOf({ objective, average, version, trees }: LightgbmModel): Objective {
  const [name = '', ...said] = (objective ?? 'none').split(' ')
  const kind = KINDS.get(name)
  if (kind === undefined || said.includes('sqrt'))
    throw new Refusal(
      'unsupported',
      `its objective is ${(objective ?? '').slice(0, 40)}, whose numbers are not computed here`,
      kind === undefined ? 'Fit it with another objective.' : 'Fit it without reg_sqrt.',
    )
  const sigmoid = Number(said.find(word => word.startsWith('sigmoid:'))?.slice('sigmoid:'.length) ?? 1)
  if (!(sigmoid > 0 && sigmoid < Infinity)) throw new Refusal('damaged', `its objective is ${objective?.slice(0, 40)}`)
  if (average && version === 'v2' && !['identity', 'rank', 'own'].includes(kind))
    return { kind: oldForest(trees), factor: 1 }
  return { kind, factor: kind === 'logistic' || kind === 'each' ? sigmoid : 1 }
}

/** Random forests of LightGBM 2 took each leaf's value through the objective before it was saved; later ones the mean. */
function oldForest(trees: LightgbmModel['trees']): 'share' {
  if (trees.every(({ value }) => Array.from(value).every(share => share >= 0 && share <= 1))) return 'share'
  throw new Refusal(
    'unsupported',
    'it is a random forest of LightGBM 2 whose leaves are no probabilities',
    'Fit it with LightGBM 3 or newer.',
  )
}

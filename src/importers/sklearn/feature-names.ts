/** How many features an estimator reads, and what they are called. */
import { arrayOf } from '../numpy/array.ts'
import type { Value } from '../pickle/nodes.ts'
import { Refusal } from '../refusal.ts'
import { type ImportRequest, nameAll } from '../request.ts'
import { boosterIn } from './boosters.ts'
import { type Estimator, estimatorOf, isEstimator, listOf, textsOf, wordFor } from './estimator.ts'
import { branchesOf, stepsOf } from './pipeline.ts'

/** Estimators from the outside in, each the one that reads the features first. */
function* readersOf(value: Value): Generator<Estimator> {
  let outer: Estimator | undefined
  const seen = new Set<Value>()
  for (let at: Value | undefined = value; isEstimator(at) && !seen.has(at); ) {
    seen.add(at)
    const estimator: Estimator = estimatorOf(at, outer)
    yield estimator
    outer = estimator
    at = estimator.name === 'Pipeline' && estimator.has('steps') ? stepsOf(estimator)[0]?.value : innerOf(estimator)
    // Each of a union's branches reads all.
    if (estimator.name === 'FeatureUnion') at = branchesOf(estimator).find(({ value }) => isEstimator(value))?.value
  }
}

/** Searches and wrappers read what is inside them, ensembles what the first of their members reads, unless each has
 * columns of its own; before it was fitted it says nothing. */
function innerOf(estimator: Estimator): Value | undefined {
  if (/^(FrozenEstimator|_CalibratedClassifier)$/.test(estimator.name))
    return estimator.raw('estimator') ?? estimator.raw('base_estimator')
  const members = estimator.raw('calibrated_classifiers_') ?? estimator.raw('estimators_') ?? null
  if (members !== null && !estimator.has('estimators_features_')) return listOf(members)?.[0]
  const inner = ['best_estimator_', 'estimator_', 'regressor_'].find(name => isEstimator(estimator.raw(name)))
  return inner && estimator.raw(inner)
}

/** `feature_names_in_`, outermost first; kept elsewhere by column transformers before 1.0. */
export function namesIn(value: Value): readonly string[] | undefined {
  for (const estimator of readersOf(value)) {
    for (const attribute of ['feature_names_in_', '_feature_names_in']) {
      const names = estimator.raw(attribute)
      if (names !== undefined && names !== null) return textsOf(names)
    }
    const booster = boosterIn(estimator)
    if (booster?.names) return booster.names
  }
  return undefined
}

/** Attributes whose last dimension is that of the features. */
const WIDE = [
  'coef_',
  'means_',
  'theta_',
  'components_',
  'support_vectors_',
  '_fit_X',
  'quantiles_',
  'location_',
  'mean_',
  'scale_',
  'center_',
  'min_',
  'statistics_',
  'lambdas_',
  'sigma_',
] as const
/** Lists with an entry a feature. */
const LISTED = ['categories_'] as const

export function countIn(value: Value): number | undefined {
  for (const estimator of readersOf(value)) {
    for (const attribute of ['n_features_in_', 'n_features_', '_n_features'])
      if (estimator.has(attribute)) return estimator.integer(attribute)
    const booster = boosterIn(estimator)
    if (booster) return booster.count
    const names = estimator.raw('feature_names_in_')
    if (names) return textsOf(names)?.length
    for (const attribute of WIDE) {
      const shape = estimator.shape(attribute)
      if (shape && shape.length > 0) return shape.at(-1)
    }
    for (const attribute of LISTED) if (estimator.has(attribute)) return estimator.list(attribute).length
    if (estimator.has('coefs_')) return arrayOf(estimator.list('coefs_')[0] ?? null)?.shape[0]
  }
  return undefined
}

/**
 * What the features are called, in the order in which the first estimator reads them.
 * @param files the separate scaler, where there is one, and the model: the first that has names says them
 * @throws Refusal 'unsaid' where neither file nor person names them
 */
export function featureNames(
  files: readonly Value[],
  said: Pick<ImportRequest, 'features'>,
  warn: (sentence: string) => void,
): readonly string[] {
  const written = files.map(namesIn).find(names => names !== undefined)
  const count = files.map(countIn).find(found => found !== undefined) ?? written?.length ?? said.features?.length
  const model = files.at(-1) as Value
  if (count === undefined || !(count >= 1))
    throw new Refusal(
      'unsupported',
      `Found ${wordFor(model)} that does not say how many features it reads`,
      'Save it after fit().',
    )
  const names = chooseNames(count, written, said.features, warn)
  const seen = new Set<string>()
  const twice = names.find(name => seen.size === seen.add(name).size)
  if (twice !== undefined) throw new Refusal('unsaid', `Two features are called ${twice}`, nameAll(count))
  return names
}

/**
 * Those of the file, held against those that a person says.
 * @param written what the file calls them, where it does
 * @throws Refusal 'unsaid' where neither file nor person names them, or where both do not go together
 */
export function chooseNames(
  count: number,
  written: readonly string[] | undefined,
  said: readonly string[] | undefined,
  warn: (sentence: string) => void,
): readonly string[] {
  if (written && written.length !== count)
    throw new Refusal('damaged', `The file names ${written.length} features for a model of ${count}`)
  if (said && said.length !== count)
    throw new Refusal(
      'unsaid',
      `${said.length} ${said.length === 1 ? 'name is' : 'names are'} given for a model of ${count} features`,
      written ? `The file calls them ${written.join(', ')}.` : nameAll(count),
    )
  if (!written && !said)
    throw new Refusal(
      'unsaid',
      `The model reads ${count} ${count === 1 ? 'feature' : 'features'} and the file does not say what they are called`,
      nameAll(count),
    )
  if (!said) return written as readonly string[]
  if (!written || written.every((name, i) => name === said[i])) return said
  if ([...written].sort().join('\n') === [...said].sort().join('\n')) {
    warn(`the features are taken in the order in which the model was fitted: ${written.join(', ')}`)
    return written
  }
  warn(`the features that the file calls ${written.join(', ')} are read as ${said.join(', ')}`)
  return said
}

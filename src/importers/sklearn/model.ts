/** A fitted estimator of scikit-learn's, with a scaler of its own where there is one, as a program. */
import { type Assembled, assemble } from '../lowering/assemble.ts'
import type { Value } from '../pickle/nodes.ts'
import type { Program, ProgramFeature, ProgramStep } from '../program.ts'
import { Refusal } from '../refusal.ts'
import type { ImportRequest } from '../request.ts'
import { type Estimator, estimatorOf, since } from './estimator.ts'
import { countIn, featureNames } from './feature-names.ts'
import { checkPredictor, checkTransformer, estimators } from './index.ts'

export interface ModelRequest extends Pick<ImportRequest, 'risk' | 'features' | 'threshold' | 'thresholdOf'> {
  /** Transformers, or pipelines of them, that are applied before the model, in this order. */
  readonly before?: readonly Value[] | undefined
}

/** @throws Refusal for what cannot be honoured, and for what a person has to say */
export function lowerModel(value: Value, request: ModelRequest): Program {
  const warnings: string[] = []
  const program = lowerNamed(value, request, sentence => warnings.push(sentence)).program(request, warnings)
  return { ...program, ...withoutUnread(program) }
}

/** Everything but the choice of the number that is the risk. */
function lowerNamed(value: Value, request: ModelRequest, warn: (sentence: string) => void): Assembled {
  const { before = [] } = request
  for (const each of before) checkTransformer(each)
  checkPredictor(value)
  warnOfVersion(estimatorOf(value), warn)
  const files = [...before, value]
  try {
    return lowered(before, value, featureNames(files, request, warn))
  } catch (refusal) {
    // Nobody should have to name features of a model that is then refused for another reason.
    const count = files.map(countIn).find(found => found !== undefined)
    const unsaid = refusal instanceof Refusal && refusal.kind === 'unsaid'
    if (unsaid && count !== undefined && count > 0 && count <= MOST_FEATURES) tryUnnamed(before, value, count)
    throw refusal
  }
}

const MOST_FEATURES = 100_000

/** Versions of scikit-learn whose files were held against what it says itself. */
const [OLDEST, NEWEST] = [[0, 21] as const, [1, 9] as const]

function warnOfVersion(estimator: Estimator, warn: (sentence: string) => void): void {
  const { name, version } = estimator
  const known = version !== undefined && since(estimator, OLDEST) && !since(estimator, [NEWEST[0], NEWEST[1] + 1])
  if (known) return
  const said = version ? `scikit-learn ${version.join('.')}` : 'a scikit-learn that does not say its version'
  warn(`${name} was saved by ${said}; scores are known to be the same for ${OLDEST.join('.')} to ${NEWEST.join('.')}`)
}

/** @throws Refusal for what no name could mend */
function tryUnnamed(before: readonly Value[], value: Value, count: number): void {
  const unnamed = Array.from({ length: count }, (_, i) => `x${i}`)
  try {
    lowered(before, value, unnamed)
  } catch (refusal) {
    if (refusal instanceof Refusal && refusal.kind !== 'unsaid') throw refusal
  }
}

const lowered = (before: readonly Value[], value: Value, names: readonly string[]): Assembled =>
  assemble(names, estimators, (start, lowering) => {
    const scaled = before.reduce((at, scaler) => lowering.transformer(scaler, at), start)
    return lowering.predictor(value, scaled)
  })

type Body = Pick<Program, 'features' | 'steps' | 'profile'>

/** Features that the first step takes no column of are not asked of a table: a ColumnTransformer drops what it does not
 * name. */
function withoutUnread({ features, steps, profile }: Body): Body {
  const [first, ...rest] = steps
  const whole = first?.use === 'arrange' && first.from === 0 && first.count === features.length
  if (!whole) return { features, steps, ...(profile && { profile }) }
  const picks = first.state.columns as Int32Array
  const read = features.map((_, i) => i).filter(i => picks.includes(i))
  if (read.length === features.length) return { features, steps, ...(profile && { profile }) }
  const arranged: ProgramStep = {
    ...first,
    count: read.length,
    state: { columns: picks.map(pick => read.indexOf(pick)) },
  }
  const kept =
    profile &&
    Object.entries(profile).map(([figure, values]) => [figure, Float64Array.from(read, i => values[i] as number)])
  return {
    features: read.map(i => features[i] as ProgramFeature),
    steps: [arranged, ...rest],
    ...(kept && { profile: Object.fromEntries(kept) }),
  }
}

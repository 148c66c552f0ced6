/**
 * Finds parameters of a model by trying candidates on the same folds. The figure of the winner is the best of many, and
 * so better than the model will be: judge it on rows that no candidate was tried on.
 */
import type { TSchema } from 'typebox'
import { Value } from 'typebox/value'
import { Failure } from '../errors.ts'
import { nearest } from '../math/nearest.ts'
import { createRandom } from '../math/random.ts'
import {
  type Candidate,
  candidatesOf,
  type Plan,
  randomSearch,
  type Space,
  successiveHalving,
  type Trial,
} from '../math/search.ts'
import { findModel } from '../models/index.ts'
import type { Search, Step } from '../recipe/schema.ts'
import type { Crew } from './crew.ts'
import {
  type CrossValidation,
  type CrossValidationRequest,
  type Prepared,
  prepare,
  validate,
} from './cross-validate.ts'
import type { CrossFigure } from './fold-figures.ts'

export interface SearchRequest extends CrossValidationRequest {
  readonly search: Search
  /** Fits. Those of a candidate that failed may be missing. */
  readonly progress?: ((done: number, total: number) => void) | undefined
}

export interface Tried {
  /** The parameters that were tried, without those that stayed as the recipe has them. */
  readonly params: Candidate
  /** Share of the training rows that this judgement is from; below 1 the candidate was left behind. */
  readonly share: number
  /** The first figure of the task; undefined when the candidate failed. */
  readonly figure: CrossFigure | undefined
  /** All figures, with intervals. */
  readonly figures: readonly CrossFigure[]
  readonly perFold: CrossValidation['perFold']
  /** Why it could not be fitted. */
  readonly failed: Failure | undefined
}

export interface SearchResult {
  /** Best first. */
  readonly ranking: readonly Tried[]
  /** The recipe's model with the best parameters. */
  readonly model: Step
}

/** Rows, and rows of the rarer class, that a candidate of the first rungs is at least fitted on. */
const LEAST_ROWS = 50
const LEAST_RARE = 10
/** A stream that no model and no fold draws from. */
const SEARCH = 2000

/**
 * The same candidates, scores and winner for the same seed, on any number of threads.
 * @throws Failure RECIPE_INVALID for parameters that the model does not have or values it does not take; that of the
 * first candidate when all fail; INTERRUPTED
 */
export async function search(crew: Crew, request: SearchRequest): Promise<SearchResult> {
  const { recipe, search: wanted, progress } = request
  const space = spaceOf(recipe.model, wanted)
  const candidates = candidatesOf(space, wanted.trials, createRandom(recipe.seed).fork(SEARCH))
  const prepared = prepare(request)
  if (prepared.answers(recipe, []).kind === 'none')
    throw new Failure('RECIPE_INVALID', {
      report: 'search: there is nothing to tell better parameters by, expected a label',
      hint: 'Name what is bad under columns: label, or leave out search.',
    })
  const plan = planOf(wanted, candidates, prepared)
  const total = fitsOf(planOf(wanted, candidates, prepared), prepared)
  const tried = new Map<string, Tried>()
  const keyOf = ({ candidate, share }: Pick<Trial, 'candidate' | 'share'>) => `${candidate} ${share}`
  let done = 0
  let step = plan.next()
  while (!step.done) {
    const trials = step.value
    const results = await Promise.all(
      trials.map(trial => attempt(crew, prepared, request, trial, () => progress?.(++done, total))),
    )
    trials.forEach((trial, i) => {
      tried.set(keyOf(trial), results[i]!)
    })
    step = plan.next(results.map(scoreOf))
  }
  const ranking = step.value.map(ranked => tried.get(keyOf(ranked))!)
  const best = ranking[0]!
  if (best.failed !== undefined) throw best.failed
  return { ranking, model: { ...recipe.model, ...best.params } }
}

function planOf({ method }: Search, candidates: readonly Candidate[], prepared: Prepared): Plan {
  return method === 'random' ? randomSearch(candidates) : successiveHalving(candidates, { least: leastShare(prepared) })
}

/** A candidate that the model refuses is ranked last; being told to stop is no candidate's fault. */
async function attempt(
  crew: Crew,
  prepared: Prepared,
  { recipe }: SearchRequest,
  { params, share }: Trial,
  progress: () => void,
): Promise<Tried> {
  const own = { ...recipe, model: { ...recipe.model, ...params } }
  try {
    const { figures, perFold } = await validate(crew, prepared, own, { share, progress })
    return { params, share, figure: figures[0], figures, perFold, failed: undefined }
  } catch (error) {
    const refused = error instanceof Failure && error.code !== 'INTERRUPTED' && error.code !== 'OUT_OF_MEMORY'
    if (!refused) throw error
    return { params, share, figure: undefined, figures: [], perFold: [], failed: error }
  }
}

/** Higher is better. */
function scoreOf({ figure }: Tried): number {
  if (figure === undefined) return Number.NaN
  return figure.better === 'high' ? figure.value : -figure.value
}

/** The recipe's space, in the words of the model: a range of a parameter that counts is one of whole numbers. */
function spaceOf(model: Step, { over }: Search): Space {
  const definition = findModel(model.use)
  const properties = (definition?.params as { properties?: Record<string, TSchema> } | undefined)?.properties ?? {}
  return Object.fromEntries(
    Object.entries(over).map(([name, values]) => {
      const schema = Object.hasOwn(properties, name) ? properties[name] : undefined
      if (!schema) throw unknownParameter(model.use, name, Object.keys(properties))
      const isList = Array.isArray(values)
      const wrong = (isList ? values : [values.from, values.to]).find(value => !Value.Check(schema, value))
      if (wrong !== undefined)
        throw new Failure('RECIPE_INVALID', {
          report: `search.over.${name}: ${JSON.stringify(wrong)} is no value for ${name} of ${model.use}`,
          hint: `See what it takes with: tocsin models ${model.use}`,
        })
      return [name, isList ? values : { ...values, whole: isWhole(schema) }]
    }),
  )
}

function isWhole(schema: TSchema): boolean {
  const { type, anyOf } = schema as { type?: string; anyOf?: readonly TSchema[] }
  const kinds = anyOf?.map(each => (each as { type?: string }).type) ?? [type]
  return kinds.includes('integer') && !kinds.includes('number')
}

function unknownParameter(use: string, name: string, known: readonly string[]): Failure {
  const near = nearest(name, known)
  return new Failure('RECIPE_INVALID', {
    report: `search.over.${name}: ${use} has no such parameter, expected one of ${known.join(', ')}`,
    hint: near === undefined ? `See them with: tocsin models ${use}` : `Did you mean ${near}?`,
  })
}

/** So that each fold teaches at least LEAST_ROWS rows, and LEAST_RARE of the rarer class. */
function leastShare({ folds, lesson: { y } }: Prepared): number {
  return Math.max(
    ...folds.map(({ train }) => {
      const rows = LEAST_ROWS / train.length
      if (!y || 'value' in y) return rows
      const bad = train.filter(row => ('codes' in y ? y.codes[row] === y.positive : y.event[row] === 1)).length
      return Math.max(rows, LEAST_RARE / Math.max(1, Math.min(bad, 'codes' in y ? train.length - bad : bad)))
    }),
  )
}

/** Fits in all: what a plan asks for does not depend on the scores it is given. */
function fitsOf(plan: Plan, { folds }: Prepared): number {
  let trials = 0
  for (let step = plan.next(); !step.done; step = plan.next(step.value.map(() => 0))) trials += step.value.length
  return trials * folds.length
}

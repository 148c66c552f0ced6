/** Transforms and a model as one function from feature columns to risk. Built from an artifact, or from fresh states. */
import { availableParallelism } from 'node:os'
import { stretchOf } from '../artifact/risk.ts'
import type { Columns } from '../math/columns.ts'
import { probabilityOf } from '../math/probability.ts'
import type { State } from '../math/state.ts'
import { findModel, takesMissing } from '../models/index.ts'
import type { PlannedFeature } from '../recipe/feature.ts'
import { membersOf } from '../recipe/members.ts'
import type { Recipe } from '../recipe/schema.ts'
import { isTurned } from '../recipe/turned.ts'
import { withCategories } from './categories.ts'
import { leaveOut, leaveRefused, scorerOf } from './ensemble.ts'
import { shareScoring } from './share-scoring.ts'
import { refuseRows, stepsOf } from './steps.ts'

export interface Fitted {
  readonly recipe: Pick<Recipe, 'transforms' | 'model' | 'columns'>
  readonly transforms: readonly State[]
  readonly model: State
  /** Which features are texts; without it none is. */
  readonly features?: readonly Pick<PlannedFeature, 'levels'>[]
  /** How a classifier's risk becomes a probability. */
  readonly probability?: State
}

export type Risk = (block: Columns, out: Float64Array) => void

/** Rows a scorer takes at a time, unless told otherwise: DuckDB's vector, and small enough for the first caches. */
export const BLOCK_ROWS = 2048

/**
 * The risk of each row. A row with a missing feature has no risk (NaN), unless a transform fills it in or the model takes
 * it as it is; a risk that is not finite is none either, because NaN compares as "above every cut" in SQL. Where low
 * values are the risk, the sign of a predicted number is turned here, once.
 */
export function riskOf(
  fitted: Fitted,
  blockRows = BLOCK_ROWS,
  scorer = scorerOf(fitted.recipe.model, fitted.model),
): Risk {
  const ready = readyOf(fitted)
  const { model, columns, transforms } = fitted.recipe
  const refuses = refuseRows(transforms)
  // A model on a stretch of the columns leaves rows out itself, by the columns that it reads.
  const whole = membersOf(model).every(step => stretchOf(step) !== undefined || takesMissing(step))
  const likely = fitted.probability && probabilityOf(fitted.probability)
  const turned = isTurned(columns)
  const scoreBlock: Risk = (block, out) => {
    const at = ready(block)
    scorer.score(at, out)
    likely?.(out, block.rows)
    if (turned) for (let i = 0; i < block.rows; i++) out[i] = -(out[i] as number)
    if (!whole) leaveOut(at, out)
    else if (refuses) leaveRefused(at, out)
    for (let i = 0; i < block.rows; i++) if (!Number.isFinite(out[i] as number)) out[i] = Number.NaN
  }
  return (block, out) => {
    for (let from = 0; from < block.rows; from += blockRows) {
      const rows = Math.min(blockRows, block.rows - from)
      if (rows === block.rows) scoreBlock(block, out)
      else scoreBlock(slice(block, from, rows), out.subarray(from, from + rows))
    }
  }
}

/**
 * The risk of the row in the middle of what taught, 0 where no median is known: whether a model fits its own features at
 * all is known before any other row gets a risk.
 * @throws Error with the reason why it does not
 */
export function middleRisk(fitted: Fitted & { readonly profile: State }): number {
  const middle = fitted.profile.median as Float64Array
  const columns = Array.from(middle, value => Float64Array.of(Number.isFinite(value) ? value : 0))
  const risk = Float64Array.of(Number.NaN)
  riskOf(fitted)({ rows: 1, columns }, risk)
  return risk[0] as number
}

/** What the model is shown of a block of feature columns: texts by their names, and what the transforms make of it. */
export function readyOf({ recipe, transforms, features = [] }: Omit<Fitted, 'model'>): (block: Columns) => Columns {
  const steps = stepsOf(recipe.transforms, transforms)
  return block => steps(withCategories(block, features))
}

/** Fewer rows than this are scored before another thread has started. */
const SHARED_ROWS = 10_000

export interface OpenRisk {
  readonly risk: Risk
  /** Ends the threads that helped. */
  close(): Promise<void>
}

/** The risk of each of many rows: a heavy model's blocks are shared between all cores, to the same bits. */
export function openRisk(
  fitted: Fitted,
  { rows, threads, blockRows }: { rows: number; threads?: number | undefined; blockRows?: number | undefined },
): OpenRisk {
  const { model } = fitted.recipe
  const heavy = membersOf(model).some(({ use }) => findModel(use)?.heavy)
  if (!heavy || rows < SHARED_ROWS) return { risk: riskOf(fitted, blockRows), close: async () => {} }
  const scorer = shareScoring(model, fitted.model, threads ?? availableParallelism())
  return { risk: riskOf(fitted, blockRows, scorer), close: scorer.close }
}

function slice(block: Columns, from: number, rows: number): Columns {
  const columns = block.columns.map(c =>
    c instanceof Float64Array ? c.subarray(from, from + rows) : { ...c, codes: c.codes.subarray(from, from + rows) },
  )
  return { rows, columns }
}

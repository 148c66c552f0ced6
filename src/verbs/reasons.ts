/** Why a row has its risk: a share for each feature, in the same order. Positive raised the risk. */
import type { Artifact } from '../artifact/artifact.ts'
import { Failure } from '../errors.ts'
import type { Columns, TypedArray } from '../math/columns.ts'
import { drawWalks, sharesOf } from '../math/permutation-shares.ts'
import { createRandom } from '../math/random.ts'
import { findModel } from '../models/index.ts'
import type { Explainer } from '../models/model.ts'
import type { PlannedFeature } from '../recipe/feature.ts'
import { ENSEMBLE } from '../recipe/schema.ts'
import type { ModelFile } from './model-file.ts'
import { isTurned, openRisk, readyOf } from './pipeline.ts'

/** Pairs of walks for a model without a way of its own to explain itself. */
const PAIRS = 8
/** Rows that taught, kept in the model file for these walks to begin at. */
export const BACKGROUND_ROWS = 64

/** @throws Error for a model file without rows to compare with, where the model needs them. */
export function explainerOf(artifact: Artifact): Explainer {
  const { use } = artifact.recipe.model
  const own = use === ENSEMBLE ? undefined : findModel(use)?.explain?.(artifact.model)
  return own ? throughTransforms(artifact, own) : byPermutation(artifact)
}

/** @throws Failure MODEL_INVALID for a file that cannot be explained */
export function explainerFor({ path, artifact }: ModelFile): Explainer {
  try {
    return explainerOf(artifact)
  } catch (error) {
    throw new Failure('MODEL_INVALID', { path, reason: (error as Error).message }, { cause: error })
  }
}

/** Whether a model of this recipe will ask for rows that taught. */
export function needsBackground({ model }: Artifact['recipe']): boolean {
  return model.use === ENSEMBLE || findModel(model.use)?.explain === undefined
}

/** Transforms write one column from one column, so a share of theirs is the feature's. */
function throughTransforms(artifact: Artifact, own: Explainer): Explainer {
  const ready = readyOf(artifact)
  const turned = isTurned(artifact.recipe.columns)
  return {
    ...own,
    ...(turned && own.base !== undefined ? { base: -own.base } : {}),
    explain(block, out) {
      own.explain(ready(block), out)
      if (!turned) return
      for (let i = 0; i < block.rows * block.columns.length; i++) out[i] = -(out[i] as number)
    },
  }
}

function byPermutation(artifact: Artifact): Explainer {
  // Threads that help idle until a block is worth sharing, and never keep the process.
  const { risk } = openRisk(artifact, { rows: Number.POSITIVE_INFINITY })
  const width = artifact.features.length
  const background = backgroundOf(artifact)
  const rows = background[0]?.length ?? 0
  const walks = drawWalks(width, rows, PAIRS, createRandom(artifact.recipe.seed))
  return {
    method: `Shapley values sampled over ${2 * PAIRS} orders of the features, against ${Math.min(PAIRS, rows)} rows that taught`,
    explain(block: Columns, out: Float64Array) {
      sharesOf(risk, block.columns as readonly Float64Array[], block.rows, background, walks, out)
    },
  }
}

/** Column after column in the profile. */
function backgroundOf({ profile, features, source }: Artifact): Float64Array[] {
  const all = profile.background as TypedArray | undefined
  const rows = all instanceof Float64Array ? all.length / features.length : 0
  if (!(all instanceof Float64Array) || !Number.isInteger(rows) || rows < 1)
    throw new Error(
      `it holds no rows that taught, which explaining this kind of model needs${source ? '; tocsin import --background sample.csv puts some in' : ''}`,
    )
  return features.map((_, c) => all.subarray(c * rows, (c + 1) * rows))
}

/** Features that read a column which nobody may see. */
export function hiddenFeatures({ features, recipe }: Artifact): ReadonlySet<number> {
  const closed = [...recipe.columns.private, ...recipe.columns.blinded]
  return new Set(features.flatMap((f, i) => (f.columns.some(c => closed.includes(c)) ? [i] : [])))
}

/** "1 feature is private or blinded, and not shown" */
export function hiddenText(count: number): string {
  return `${count === 1 ? '1 feature is' : `${count} features are`} private or blinded, and not shown`
}

/** The largest shares that raised the risk, largest first; at most `count` of the features that may be shown. */
export function topReasons(
  shares: Float64Array,
  at: number,
  width: number,
  count: number,
  hidden: ReadonlySet<number>,
) {
  return Array.from({ length: width }, (_, feature) => ({ feature, share: shares[at + feature] as number }))
    .filter(({ feature, share }) => share > 0 && !hidden.has(feature))
    .sort((a, b) => b.share - a.share || a.feature - b.feature)
    .slice(0, count)
}

/** "grade = B" for a text, the plain name for a number, whose value stands beside it. */
export function nameIn({ name, levels }: Pick<PlannedFeature, 'name' | 'levels'>, value: number): string {
  return levels ? `${name} = ${levels[value] ?? 'unknown'}` : name
}

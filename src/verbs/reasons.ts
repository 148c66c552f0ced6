/** Why a row has its risk: a share for each feature, in the same order. Positive raised the risk. */
import type { Artifact } from '../artifact/artifact.ts'
import { stretchOf } from '../artifact/risk.ts'
import { Failure } from '../errors.ts'
import type { Columns, TypedArray } from '../math/columns.ts'
import { drawWalks, sharesOf } from '../math/permutation-shares.ts'
import { createRandom } from '../math/random.ts'
import { findModel } from '../models/index.ts'
import type { Explainer } from '../models/model.ts'
import type { PlannedFeature } from '../recipe/feature.ts'
import { ENSEMBLE } from '../recipe/schema.ts'
import { isTurned } from '../recipe/turned.ts'
import type { ModelFile } from './model-file.ts'
import { openRisk, readyOf } from './pipeline.ts'
import { mixColumns, narrow, sourcesOf } from './steps.ts'

/** Pairs of walks for a model without a way of its own to explain itself. */
const PAIRS = 8
/** Rows that taught, kept in the model file for these walks to begin at. */
export const BACKGROUND_ROWS = 64

/** @throws Failure MODEL_UNEXPLAINED for a model file without rows to compare with, where the model needs them */
export function explainerOf(artifact: Artifact, path = artifact.name): Explainer {
  const { model, transforms } = artifact.recipe
  const own = model.use === ENSEMBLE ? undefined : findModel(model.use)?.explain
  if (!own) return byPermutation(artifact, path)
  const sources = sourcesOf(transforms, artifact.transforms, artifact.features.length)
  const stretch = stretchOf(model)
  const read = stretch ? sources.slice(stretch.from, stretch.from + stretch.count) : sources
  return read.includes(-1) ? byPermutation(artifact, path) : throughSteps(artifact, own(artifact.model), read)
}

/** @throws Failure MODEL_INVALID for a file that cannot be explained, MODEL_UNEXPLAINED for one without rows to compare */
export function explainerFor({ path, artifact }: ModelFile): Explainer {
  try {
    return explainerOf(artifact, path)
  } catch (error) {
    if (error instanceof Failure) throw error
    throw new Failure('MODEL_INVALID', { path, reason: (error as Error).message }, { cause: error })
  }
}

/** Whether a model of this recipe will ask for rows that taught. */
export function needsBackground({ model, transforms }: Artifact['recipe']): boolean {
  return model.use === ENSEMBLE || findModel(model.use)?.explain === undefined || mixColumns(transforms)
}

/**
 * A column that the model reads was made of one feature, so its share is that feature's; where several were made of one,
 * their shares add up.
 * @param read for each column that the model reads the feature
 */
function throughSteps(artifact: Artifact, own: Explainer, read: readonly number[]): Explainer {
  const { recipe, features } = artifact
  const ready = readyOf(artifact)
  const sign = isTurned(recipe.columns) ? -1 : 1
  const width = features.length
  const stretch = stretchOf(recipe.model)
  const asTheyAre = read.length === width && read.every((feature, i) => feature === i)
  let shares = new Float64Array(0)
  return {
    ...own,
    ...(own.base === undefined ? {} : { base: sign * own.base }),
    explain(block, out) {
      const at = stretch ? narrow(ready(block), stretch) : ready(block)
      if (asTheyAre) {
        own.explain(at, out)
        if (sign < 0) for (let i = 0; i < block.rows * width; i++) out[i] = -(out[i] as number)
        return
      }
      if (shares.length < block.rows * read.length) shares = new Float64Array(block.rows * read.length)
      own.explain(at, shares)
      out.fill(0, 0, block.rows * width)
      for (let row = 0; row < block.rows; row++)
        for (const [c, feature] of read.entries()) {
          const to = row * width + feature
          out[to] = (out[to] as number) + sign * (shares[row * read.length + c] as number)
        }
    },
  }
}

function byPermutation(artifact: Artifact, path: string): Explainer {
  // Threads that help idle until a block is worth sharing, and never keep the process.
  const { risk } = openRisk(artifact, { rows: Number.POSITIVE_INFINITY })
  const width = artifact.features.length
  const background = backgroundOf(artifact, path)
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
function backgroundOf({ profile, features, source }: Artifact, path: string): Float64Array[] {
  const all = profile.background as TypedArray | undefined
  const rows = all instanceof Float64Array ? all.length / features.length : 0
  if (!(all instanceof Float64Array) || !Number.isInteger(rows) || rows < 1)
    throw new Failure('MODEL_UNEXPLAINED', {
      path,
      hint: source
        ? `Give it some rows like those that taught: tocsin import ${source.file} --background sample.csv`
        : 'Fit the model again with tocsin fit.',
    })
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

/**
 * tocsin as a library: the commands as functions, with the same files, the same words and the same failures.
 *
 * ```ts
 * import { createHost, fit, readRecipe, score } from 'tocsin'
 *
 * const host = createHost({ warn: text => console.warn(text) })
 * const { path } = await fit(host, { recipe: readRecipe('pump.yaml'), output: 'pump.tocsin' })
 * const { outcome } = await score(host, { models: [path], input: 'today.csv', output: 'scores/today' })
 * console.log(outcome.models[0]?.levels)
 * ```
 *
 * Whatever a user can cause is thrown as a {@link Failure}, with a code that stays the same from release to release.
 * What a function writes appears whole or not at all; higher risk is always worse.
 */
import { type FitRequest, type FitResult, fit as fitWith } from './verbs/fit.ts'
import type { Host } from './verbs/host.ts'
import { type ScoreRequest, type ScoreResult, score as scoreWith } from './verbs/score.ts'
import { version } from './verbs/version.ts'

export type { Artifact, LevelCut, Lineage, Provenance, Support } from './artifact/artifact.ts'
export { EXIT, Failure, type FailureCode } from './errors.ts'
export { jsonSchema } from './recipe/grammar.ts'
export type { Recipe } from './recipe/schema.ts'
export { type CombineRequest, type CombineResult, combine } from './verbs/combine.ts'
export { type CompareRequest, type CompareResult, type Comparison, compare } from './verbs/compare.ts'
export { describeModels, type ModelDescription } from './verbs/describe-models.ts'
export { type EvaluateRequest, type EvaluateResult, evaluate } from './verbs/evaluate.ts'
export { type ExplainRequest, type ExplainResult, type Explanation, explain } from './verbs/explain.ts'
export { type FeaturesRequest, type FeaturesResult, writeFeatures } from './verbs/features.ts'
export type { FitRequest, FitResult } from './verbs/fit.ts'
export type { Said } from './verbs/foreign-file.ts'
export { createHost, type Host } from './verbs/host.ts'
export { type ImportFileRequest, type ImportFileResult, importFile } from './verbs/import-file.ts'
export { type Importance, type ImportanceRequest, type ImportanceResult, importance } from './verbs/importance.ts'
export { type InitRequest, type InitResult, initRecipe } from './verbs/init.ts'
export { type ModelFile, modelName, readModel } from './verbs/model-file.ts'
export { type RecalibrateRequest, type RecalibrateResult, recalibrate } from './verbs/recalibrate.ts'
export { catalogue, type LoadedRecipe, parseRecipe, readRecipe } from './verbs/recipe-file.ts'
export type { Format, OnInvalid, ScoreRequest, ScoreResult } from './verbs/score.ts'
export { version } from './verbs/version.ts'

type Needed<T, K extends keyof T> = Pick<T, K> & Partial<Omit<T, K>>

/**
 * Learns what is normal from the recipe's rows, sets its levels on held-out rows, and writes one model file. The same
 * recipe and rows give the same bytes.
 *
 * @throws Failure RECIPE_INVALID, INPUT_*, TOO_FEW_ROWS, NO_FEATURES, OUTPUT_*, and BUDGET_UNSUPPORTED with `strict`.
 */
export function fit(host: Host, request: Needed<FitRequest, 'recipe'>): Promise<FitResult> {
  return fitWith(host, { version: version(), ...request })
}

/**
 * Scores a table and writes `<output>.csv`, `.parquet`, `_rejected.csv` where rows were rejected, and
 * `_metadata.json`, which is there exactly when the set is complete. By default a row that cannot be scored is kept
 * without a score, and the time written is now.
 *
 * @throws Failure MODEL_*, INPUT_*, MISSING_FEATURES, RESERVED_COLUMNS, TOO_MANY_REJECTED (after writing), OUTPUT_*.
 */
export function score(host: Host, request: Needed<ScoreRequest, 'models' | 'input' | 'output'>): Promise<ScoreResult> {
  const wholeSecond = new Date(Math.floor(host.now().getTime() / 1000) * 1000)
  const usual = { onInvalid: 'skip', maxRejected: 1, replace: false, scoredAt: wholeSecond, commit: null } as const
  return scoreWith(host, { ...usual, version: version(), ...request })
}

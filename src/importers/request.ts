/** On which a threshold or a score is given: the product's risk, or what scikit-learn calls so, where low is unusual. */
export const SCORE_SCALES = ['risk', 'score_samples', 'decision_function'] as const
export type ScoreScale = (typeof SCORE_SCALES)[number]

/** What a person says about a model file that does not say it itself. */
export interface ImportRequest {
  /** Base name, for messages and provenance. */
  readonly name: string
  readonly bytes: Uint8Array
  /** Which number is the risk: the name of a class, or high / low for a regressor. */
  readonly risk?: string | undefined
  /** Names of the features, in order. */
  readonly features?: readonly string[] | undefined
  /** The same from a pickle: a list, tuple or array of texts. */
  readonly featuresFile?: { readonly name: string; readonly bytes: Uint8Array } | undefined
  readonly threshold?: number | undefined
  /** What `threshold`, or the file's own, is compared with; absent: the product's risk, where that can be. */
  readonly thresholdOf?: ScoreScale | undefined
  /** Of several models in one file: the one that is meant, by its key. */
  readonly model?: string | undefined
  /** A scaler (or any transformer) that is applied first, from a file of its own. */
  readonly scaler?: { readonly name: string; readonly bytes: Uint8Array } | undefined
}

/** As many are typed; more are in a file. */
const TYPED = 30

/** What a person can do who is asked for the names of the features. */
export function nameAll(count: number): string {
  if (count === 1) return 'Name it: --features a'
  const how = count > TYPED ? 'names.txt, one a line' : 'a,b,…'
  return `Name all ${count} in the order of training: --features ${how}`
}

/**
 * How estimators become a program. A transformer appends steps and says where its columns are afterwards; a predictor
 * says what the number is. Each family is a file of its own; src/importers/sklearn/index.ts has the one list by class.
 */
import type { State } from '../../math/state.ts'
import type { Value } from '../pickle/nodes.ts'
import type { Program, Risk, Stretch } from '../program.ts'
import type { ScoreScale } from '../request.ts'
import type { Estimator } from '../sklearn/estimator.ts'

/** Where a transformer or predictor reads. */
export interface Input extends Stretch {
  /** Names of the columns here, where known: column transformers choose by name. */
  readonly names?: readonly string[] | undefined
  /** For each column the feature that it still is, untouched; −1 once something was computed. */
  readonly origin: readonly number[]
}

export type Figures = Partial<Record<keyof NonNullable<Program['profile']>, ArrayLike<number>>>

export interface Lowering {
  /** Appends a step that leaves `produces` columns in place of its own; returns where they are. Untouched origins are
   * given by `origin`; absent: all −1. */
  step(use: string, input: Input, state: State, produces: number, origin?: readonly number[]): Input
  /** A transformer inside another: by its class, or 'passthrough' and None, which change nothing. */
  transformer(value: Value, input: Input, outer?: Estimator): Input
  /** A predictor inside another. */
  predictor(value: Value, input: Input, outer?: Estimator): Prediction
  /** How many steps a predictor takes, and by how many columns its stretch grows, found by lowering it for nothing.
   * @throws Refusal for ensembles within ensembles beyond the limits */
  rehearse(value: Value, input: Input, outer: Estimator): { readonly steps: number; readonly growth: number }
  /** Says that a feature is a text with these values; several callers' values are united. */
  texts(feature: number, levels: readonly string[]): void
  /** A sentence for the person. */
  warn(sentence: string): void
  /** Training figures of untouched columns, for the profile. */
  profile(input: Input, figures: Figures): void
}

export type LowerTransformer = (estimator: Estimator, input: Input, lowering: Lowering) => Input

/** What a predictor's numbers mean and how to get the one that is asked for. */
export type Prediction =
  /** Unusual rows. `cut` in terms of the risk, from offset_. */
  | {
      readonly task: 'detect'
      readonly risk: Risk
      readonly riskName: string
      readonly cut?: { readonly risk: number; readonly from: string } | undefined
      /** risk = this − the number on that scale: 0 and −offset_ where risk is −score_samples. Those that exist. */
      readonly scales: Readonly<Partial<Record<Exclude<ScoreScale, 'risk'>, number>>>
      /** Between what the risk lies, ±∞ where there is no end; a threshold outside is on another scale. */
      readonly range: readonly [number, number]
    }
  /** A probability (or, without one, a decision) of each class. */
  | {
      readonly task: 'classify'
      readonly classes: readonly string[]
      /** @throws Refusal where the class has no number of its own. */
      readonly riskOf: (chosen: number) => Risk
      /** False for a decision function, whose natural cut is 0 instead of 0.5. */
      readonly probability: boolean
      /** What CalibratedClassifierCV makes probabilities of: decision_function, for the first of two classes turned, or
       * predict_proba of models without one. Absent: not known here. @throws Refusal as riskOf does */
      readonly calibrated?: ((chosen: number) => Risk) | undefined
      /** The threshold that the file brings for one of the classes. */
      readonly tuned?: { readonly chosen: number; readonly risk: number; readonly from: string }
    }
  | { readonly task: 'regress'; readonly risk: Risk }

export type LowerPredictor = (estimator: Estimator, input: Input, lowering: Lowering) => Prediction

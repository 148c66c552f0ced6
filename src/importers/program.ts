/**
 * What every foreign model is turned into: a straight list of steps over one row of columns, then a number.
 *
 * A step reads `count` columns from place `from` on and puts its own in their place; the columns before and behind stay,
 * those behind move up or down. So a tree of pipelines and column transformers becomes a list: first the columns are put
 * in the order in which the branches want them (some twice, some not at all), then each branch works on its own stretch.
 */
import type { Risk, Stretch } from '../artifact/risk.ts'
import type { State } from '../math/state.ts'
import type { Task } from '../models/model.ts'

export type { CombinedRisk, LeafRisk, Risk, Stretch } from '../artifact/risk.ts'

export interface ProgramStep extends Stretch {
  /** Word of a transform: src/transforms/index.ts. */
  readonly use: string
  readonly state: State
}

/** A feature that the model reads. */
export interface ProgramFeature {
  readonly name: string
  /** Of a text: the values that some step knows. */
  readonly levels?: readonly string[]
}

export interface Program {
  readonly task: Task
  readonly features: readonly ProgramFeature[]
  readonly steps: readonly ProgramStep[]
  readonly risk: Risk
  /** "probability of failed", "reconstruction error", "−score_samples": what the number is, for people. */
  readonly riskName: string
  /** The risk above which a row is alarmed, and where that comes from: "offset_ of the file". Absent: nobody said. */
  readonly cut?: { readonly risk: number; readonly from: string }
  /** For a regressor: which end is the risk. The number itself is the prediction, unturned. */
  readonly low?: boolean
  /** Training figures of the features where the file has them (a scaler's mean and scale), one entry a feature, NaN where
   * unknown. */
  readonly profile?: Partial<Record<'min' | 'max' | 'mean' | 'std' | 'median', Float64Array>>
  /** What was decided or noticed, one sentence each, for the person: "threshold 0.5 by default". */
  readonly warnings: readonly string[]
}

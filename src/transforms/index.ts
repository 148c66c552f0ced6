/** The one list of transforms. A new one is a file and a line here. */
import { arrange } from './arrange.ts'
import { blank } from './blank.ts'
import { clip } from './clip.ts'
import { functionOf } from './function.ts'
import { impute } from './impute.ts'
import { imputeText } from './impute-text.ts'
import { indicate } from './indicate.ts'
import { multiply } from './multiply.ts'
import { normalize } from './normalize.ts'
import { oneHot } from './one-hot.ts'
import { ordinal } from './ordinal.ts'
import { power } from './power.ts'
import { project } from './project.ts'
import { quantile } from './quantile.ts'
import { scale } from './scale.ts'
import type { LearnedTransform, Transform } from './transform.ts'

/** Those that a recipe can name. */
export const learnedTransforms: readonly LearnedTransform[] = [impute, scale]

/** A state is held against what its transform asks for when it is applied. */
export const transforms: readonly Transform[] = [
  ...learnedTransforms,
  arrange,
  blank,
  clip,
  functionOf,
  imputeText,
  indicate,
  multiply,
  normalize,
  oneHot,
  ordinal,
  power,
  project,
  quantile,
]

export function findTransform(kind: string): Transform | undefined {
  return transforms.find(transform => transform.kind === kind)
}

export function findLearned(kind: string): LearnedTransform | undefined {
  return learnedTransforms.find(transform => transform.kind === kind)
}

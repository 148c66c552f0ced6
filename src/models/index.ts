/** The one list of models. A new one is a file and a line here. */
import { autoencoder } from './autoencoder.ts'
import { cox } from './cox.ts'
import { gaussianMixture } from './gaussian-mixture.ts'
import { gradientBoosting } from './gradient-boosting.ts'
import { isolationForest } from './isolation-forest.ts'
import { localOutlierFactor } from './local-outlier-factor.ts'
import { logisticRegression } from './logistic-regression.ts'
import type { Model } from './model.ts'
import { oneClassSvm } from './one-class-svm.ts'
import { pca } from './pca.ts'
import { randomForest } from './random-forest.ts'
import { ridge } from './ridge.ts'

export const models: readonly Model[] = [
  isolationForest,
  autoencoder,
  cox,
  gaussianMixture,
  gradientBoosting,
  localOutlierFactor,
  logisticRegression,
  oneClassSvm,
  pca,
  randomForest,
  ridge,
]

export function findModel(kind: string): Model | undefined {
  return models.find(model => model.kind === kind)
}

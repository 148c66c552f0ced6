/** The one list of models. A new one is a file and a line here. */
import { autoencoder } from './autoencoder.ts'
import { cox } from './cox.ts'
import { ellipticEnvelope } from './elliptic-envelope.ts'
import { gaussianMixture } from './gaussian-mixture.ts'
import { gradientBoosting } from './gradient-boosting.ts'
import { isolationForest } from './isolation-forest.ts'
import { kNeighbours } from './k-neighbours.ts'
import { localOutlierFactor } from './local-outlier-factor.ts'
import { logisticRegression } from './logistic-regression.ts'
import type { Model } from './model.ts'
import { multilayerPerceptron } from './multilayer-perceptron.ts'
import { oneClassSvm } from './one-class-svm.ts'
import { pca } from './pca.ts'
import { randomForest } from './random-forest.ts'
import { ridge } from './ridge.ts'
import { supportVectorMachine } from './support-vector-machine.ts'

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
  // Only imported: they do not fit.
  ellipticEnvelope,
  kNeighbours,
  multilayerPerceptron,
  supportVectorMachine,
]

/** Those that a recipe can name. */
export function learnedModels(): readonly Model[] {
  return models.filter(({ fit }) => fit)
}

export function findModel(kind: string): Model | undefined {
  return models.find(model => model.kind === kind)
}

/** Whether rows with missing numbers have a risk: what an imported model says of itself goes before its kind. */
export function takesMissing(step: { readonly use: string; readonly takes_missing?: unknown }): boolean {
  return typeof step.takes_missing === 'boolean' ? step.takes_missing : findModel(step.use)?.takesMissing === true
}

/** The one list of models. A new one is a file and a line here. */
import { autoencoder } from './autoencoder.ts'
import { isolationForest } from './isolation-forest.ts'
import type { Model } from './model.ts'

export const models: readonly Model[] = [isolationForest, autoencoder]

export function findModel(kind: string): Model | undefined {
  return models.find(model => model.kind === kind)
}

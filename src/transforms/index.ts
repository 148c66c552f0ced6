/** The one list of transforms. A new one is a file and a line here. */
import { impute } from './impute.ts'
import { scale } from './scale.ts'
import type { Transform } from './transform.ts'

export const transforms: readonly Transform[] = [impute, scale]

export function findTransform(kind: string): Transform | undefined {
  return transforms.find(transform => transform.kind === kind)
}

/** What cannot be written in another program's terms without changing a risk. */
import { BESIDE } from '../artifact/risk.ts'
import { Failure } from '../errors.ts'
import type { State } from '../math/state.ts'

export type Target = 'onnx' | 'sql' | 'json'

export function refusal(format: Target, reason: string, hint: string): Failure {
  return new Failure('EXPORT_REFUSED', { format, reason, hint })
}

export const SCORE_WITH_US = 'Score with tocsin itself, or fit a model without it and export that.'

/** The number of an imported model may become a probability by a curve of its own, which its kind knows nothing of.
 * @throws Failure EXPORT_REFUSED */
export function refuseOwnProbability(format: Target, state: State): void {
  if (!Object.keys(state).some(key => key.startsWith(BESIDE))) return
  throw refusal(format, 'its model says a probability in a way that cannot be exported', SCORE_WITH_US)
}

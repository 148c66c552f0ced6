/** What cannot be written in another program's terms without changing a risk. */
import { Failure } from '../errors.ts'

export type Target = 'onnx' | 'sql' | 'json'

export function refusal(format: Target, reason: string, hint: string): Failure {
  return new Failure('EXPORT_REFUSED', { format, reason, hint })
}

export const SCORE_WITH_US = 'Score with tocsin itself, or fit a model without it and export that.'

import type { Recipe } from './schema.ts'

/** Whether the risk is the negative of what the model predicts, because low is the risk. */
export function isTurned({ target }: Recipe['columns']): boolean {
  return target?.kind === 'value' && target.risk === 'low'
}

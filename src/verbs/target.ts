/** The answers that a model learns from, for the chosen rows in their order. */
import type { Target } from '../models/model.ts'
import type { Recipe } from '../recipe/schema.ts'
import { type Rows, take } from './gather.ts'

export function targetOf(rows: Rows, chosen: Int32Array, { task }: Recipe): Target | undefined {
  switch (task) {
    case 'detect':
      return undefined
    case 'classify':
      return {
        codes: Int32Array.from(chosen, row => Number(rows.label[row] === 1)),
        levels: ['good', 'bad'],
        positive: 1,
      }
    case 'regress':
      return { value: take(rows.target, chosen) }
    case 'survive':
      return { time: take(rows.target, chosen), event: Uint8Array.from(chosen, row => Number(rows.label[row] === 1)) }
  }
}

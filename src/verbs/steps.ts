/** The transforms of a recipe, as one function of blocks: each on all columns, or on a stretch of them. */
import { type Stretch, stretchOf } from '../artifact/risk.ts'
import type { Columns } from '../math/columns.ts'
import type { State } from '../math/state.ts'
import type { Step } from '../recipe/schema.ts'
import { findTransform } from '../transforms/index.ts'
import type { Transform } from '../transforms/transform.ts'

export type BlockStep = (block: Columns) => Columns

/** @throws Error for a transform that this version does not have; RangeError for a state that no fit wrote */
export function stepsOf(steps: readonly Step[], states: readonly State[]): BlockStep {
  const each = steps.map((step, i) => onStretch(step, definition(step.use).apply(states[i] ?? {})))
  return block => each.reduce((at, step) => step(at), block)
}

/** For each column that the steps leave the place of the one that it was made of, −1 where there are several. */
export function sourcesOf(steps: readonly Step[], states: readonly State[], columns: number): readonly number[] {
  return steps.reduce<readonly number[]>(
    (at, step, i) => {
      const { from, count } = stretchOf(step) ?? { from: 0, count: at.length }
      const own = at.slice(from, from + count)
      const { sources, mixes } = definition(step.use)
      const made = sources
        ? Array.from(sources(states[i] ?? {}), source => own[source] ?? -1)
        : own.map(source => (mixes ? -1 : source))
      return [...at.slice(0, from), ...made, ...at.slice(from + count)]
    },
    Array.from({ length: columns }, (_, i) => i),
  )
}

/** Whether some column that the steps leave was made of several. */
export function mixColumns(steps: readonly Step[]): boolean {
  return steps.some(({ use }) => findTransform(use)?.mixes)
}

/** Whether a step may leave rows that have no risk. */
export function refuseRows(steps: readonly Step[]): boolean {
  return steps.some(({ use }) => findTransform(use)?.refuses)
}

/** The columns of a stretch. @throws RangeError where the block has no such columns */
export function narrow({ rows, columns }: Columns, { from, count }: Stretch): Columns {
  if (from + count > columns.length)
    throw new RangeError(`${columns.length} columns for a step on ${count} from place ${from} on`)
  return { rows, columns: columns.slice(from, from + count) }
}

function onStretch(step: Step, apply: BlockStep): BlockStep {
  const stretch = stretchOf(step)
  if (stretch === undefined) return apply
  const { from, count } = stretch
  return block => {
    const made = apply(narrow(block, stretch)).columns
    return {
      rows: block.rows,
      columns: [...block.columns.slice(0, from), ...made, ...block.columns.slice(from + count)],
    }
  }
}

function definition(use: string): Transform {
  const found = findTransform(use)
  if (!found) throw new Error(`this version has no transform called ${use}`)
  return found
}

/** The steps before a model, on columns that stand beside each other: [rows, columns]. */
import { stretchOf } from '../../artifact/risk.ts'
import type { State } from '../../math/state.ts'
import type { Step } from '../../recipe/schema.ts'
import { refusal, SCORE_WITH_US } from '../refusal.ts'
import type { Graph, Value } from './graph.ts'

export interface Table {
  readonly x: Value
  readonly columns: number
}

type Write = (g: Graph, table: Table, state: never) => Table

const STEPS: Readonly<Record<string, Write>> = {
  impute(g, { x, columns }, { fill }: { fill: Float64Array }) {
    return { x: g.apply('Where', [g.apply('IsNaN', [x]), g.doubles(fill), x]), columns }
  },
  scale(g, { x, columns }, { centre, size }: { centre: Float64Array; size: Float64Array }) {
    return { x: g.apply('Div', [g.apply('Sub', [x, g.doubles(centre)]), g.doubles(size)]), columns }
  },
}

/** @throws Failure EXPORT_REFUSED for a step that is not on the list */
export function applySteps(g: Graph, table: Table, steps: readonly Step[], states: readonly State[]): Table {
  return steps.reduce((at, step, i) => {
    const write = Object.hasOwn(STEPS, step.use) ? STEPS[step.use] : undefined
    if (!write) throw refusal('onnx', `its step ${step.use} is not one that can be exported`, SCORE_WITH_US)
    const stretch = stretchOf(step)
    if (!stretch) return write(g, at, states[i] as never)
    const { from, count } = stretch
    const part = (start: number, end: number) =>
      g.apply('Slice', [at.x, g.integers([start]), g.integers([end]), g.integers([1])])
    const made = write(g, { x: part(from, from + count), columns: count }, states[i] as never)
    const rest = at.columns - from - count
    const parts = [...(from > 0 ? [part(0, from)] : []), made.x, ...(rest > 0 ? [part(from + count, at.columns)] : [])]
    return { x: g.apply('Concat', parts, { axis: 1 }), columns: from + made.columns + rest }
  }, table)
}

/** Fitted models of every kind, with steps before them, and rows that the fit did not see. */
import { Value } from 'typebox/value'
import type { Artifact } from '../../src/artifact/artifact.ts'
import type { Columns } from '../../src/math/columns.ts'
import { createRandom, type Random } from '../../src/math/random.ts'
import type { State } from '../../src/math/state.ts'
import { findModel } from '../../src/models/index.ts'
import type { Target, Task } from '../../src/models/model.ts'
import { findLearned } from '../../src/transforms/index.ts'
import { stepsOf } from '../../src/verbs/steps.ts'

export const FEATURES = ['ph', 'flow rate', 'temp', 'O₂', 'stir"rer']
const ROWS = 400

export interface Given {
  readonly use: string
  readonly task: Task
  readonly parameters?: Readonly<Record<string, unknown>>
  readonly steps?: readonly { readonly use: string; readonly [name: string]: unknown }[]
  /** The share of values that are missing. */
  readonly missing?: number
  /** The second feature is a text. */
  readonly text?: boolean
  readonly probability?: State
  readonly low?: boolean
  /** What the fitted state is to say otherwise, as imported models may. */
  readonly state?: State
}

export const VESSELS = ['steel', 'glass', "it's", 'Ünit']

/** Parts of cases: values that are missing, filled in and scaled; risks made probabilities. */
export const filled = {
  steps: [
    { use: 'impute', strategy: 'median' },
    { use: 'scale', method: 'robust' },
  ],
  missing: 0.1,
}
export const sigmoid = { method: 'sigmoid', slope: -3.1, intercept: 0.7 }
export const isotonic = {
  method: 'isotonic',
  risk: Float64Array.of(0.1, 0.2, 0.5, 0.9),
  probability: Float64Array.of(0, 0.3, 0.3, 0.95),
}

export function fitted(given: Given): Artifact {
  const { use, task, parameters = {}, steps = [], text = false } = given
  const x = rowsOf(given, createRandom(5))
  const states: State[] = []
  for (const { use, ...rest } of steps) {
    const transform = findLearned(use)!
    const at = stepsOf(steps.slice(0, states.length), states)(x)
    states.push(transform.fit(at, { ...(Value.Create(transform.params) as object), ...rest } as never))
  }
  const model = findModel(use)!
  const random = createRandom(7)
  const weight = new Float64Array(ROWS).fill(1)
  const ready = stepsOf(steps, states)(x)
  const training = { task, x: ready, names: FEATURES, weight, random, ...answers(task, x) }
  const options = { ...(Value.Create(model.params) as object), ...parameters }
  const state = model.fit!(training as never, options as never)
  const profile = Object.fromEntries(['min', 'max', 'mean', 'std', 'median'].map(k => [k, new Float64Array(5)]))
  return {
    format: 1,
    version: '0.0.0',
    name: 'vessel',
    task,
    types: Object.fromEntries(FEATURES.map((name, i) => [name, text && i === 1 ? 'text' : 'number'])),
    features: FEATURES.map((name, i) => ({
      name,
      text: `"${name.replaceAll('"', '""')}"`,
      sql: `"${name.replaceAll('"', '""')}"`,
      kind: 'row',
      columns: [name],
      ...(text && i === 1 ? { levels: VESSELS } : {}),
    })),
    levels: [
      { name: 'WARNING', cut: 0.4, rule: 'risk 0.4' },
      { name: 'CRITICAL', cut: 0.6, rule: 'risk 0.6' },
    ],
    lineage: { rows: ROWS, learned: ROWS, heldOut: 0, tested: 0, rejected: {}, files: [], sha256: '' },
    recipe: {
      task,
      transforms: steps,
      model: { use, ...parameters },
      columns: {
        later: [],
        private: [],
        blinded: [],
        ignore: [],
        types: {},
        ...(task === 'regress' ? { target: { kind: 'value', value: 'y', risk: given.low ? 'low' : 'high' } } : {}),
      },
      sensors: [],
      incomplete: model.takesMissing || steps.some(step => step.use === 'impute') ? 'score' : 'reject',
      levels: [],
    } as never,
    model: { ...state, ...given.state },
    transforms: states,
    profile: profile as State,
    ...(given.probability ? { probability: given.probability } : {}),
  }
}

/** Columns that lie apart in place and size; with seeds of their own for learning and for scoring. */
export function rowsOf({ missing = 0, text = false }: Given, random: Random, rows = ROWS): Columns {
  const columns = FEATURES.map((_, c) =>
    Float64Array.from({ length: rows }, () => {
      const value = random.normal() * 10 ** (c - 2) + (random.next() < 0.3 ? 4 : 0) * 10 ** (c - 2) + c
      return random.next() < missing ? Number.NaN : value
    }),
  )
  if (!text) return { rows, columns }
  const codes = Int32Array.from(columns[1]!, v => (Number.isNaN(v) ? -1 : Math.abs(Math.round(v * 7)) % VESSELS.length))
  return { rows, columns: columns.map((column, c) => (c === 1 ? { codes, levels: VESSELS } : column)) }
}

function answers(task: Task, { rows, columns }: Columns): { y?: Target } {
  const number = (c: number, i: number) => {
    const column = columns[c]!
    const value = column instanceof Float64Array ? column[i]! : column.codes[i]! - 1
    return Number.isNaN(value) ? 0 : value
  }
  const worth = Float64Array.from({ length: rows }, (_, i) => number(0, i) * 100 + number(1, i) * number(2, i))
  if (task === 'detect') return {}
  if (task === 'regress') return { y: { value: worth } }
  if (task === 'classify')
    return { y: { codes: Int32Array.from(worth, w => Number(w > 2)), levels: ['fine', 'bad'], positive: 1 } }
  return { y: { time: worth.map(w => Math.exp(-w / 10)), event: Uint8Array.from(worth, (_, i) => Number(i % 5 > 0)) } }
}

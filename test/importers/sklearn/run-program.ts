/** Programs run plainly, for tests: each step on its stretch, each model on its own, combined as the shapes say. */
import { unwrap } from '../../../src/importers/containers/index.ts'
import type { Input } from '../../../src/importers/lowering/lowering.ts'
import { openLowering } from '../../../src/importers/lowering/open-lowering.ts'
import { readPickle } from '../../../src/importers/pickle/machine.ts'
import type { Value } from '../../../src/importers/pickle/nodes.ts'
import type { ProgramStep, Risk } from '../../../src/importers/program.ts'
import { estimators } from '../../../src/importers/sklearn/index.ts'
import type { Column, Columns } from '../../../src/math/columns.ts'
import { probabilityOf } from '../../../src/math/probability.ts'
import { findModel } from '../../../src/models/index.ts'
import { findTransform } from '../../../src/transforms/index.ts'

export const readValue = (bytes: Uint8Array): Value => readPickle(unwrap(bytes).bytes).value

/** Rows as columns; null is a missing number. */
export function columnsOf(rows: readonly (readonly (number | null)[])[]): Columns {
  const width = rows[0]?.length ?? 0
  const columns = Array.from({ length: width }, (_, c) => Float64Array.from(rows, row => row[c] ?? Number.NaN))
  return { rows: rows.length, columns }
}

export function runSteps(steps: readonly ProgramStep[], block: Columns): Columns {
  return steps.reduce((at, { use, from, count, state }) => {
    const transform = findTransform(use)
    if (!transform) throw new Error(`no transform ${use}`)
    const part = { rows: at.rows, columns: at.columns.slice(from, from + count) }
    const made = transform
      .apply(state)(part)
      .columns.map(column => copied(column, at.rows))
    return { rows: at.rows, columns: [...at.columns.slice(0, from), ...made, ...at.columns.slice(from + count)] }
  }, block)
}

const copied = (column: Column, rows: number): Column =>
  column instanceof Float64Array ? column.slice(0, rows) : column

export function runRisk(risk: Risk, block: Columns): Float64Array {
  if ('use' in risk) {
    const model = findModel(risk.use)
    if (!model) throw new Error(`no model ${risk.use}`)
    const out = new Float64Array(block.rows)
    const columns = block.columns.slice(risk.from, risk.from + risk.count)
    model.scorer(risk.state).score({ rows: block.rows, columns }, out)
    if (risk.probability) probabilityOf(risk.probability)(out, block.rows)
    return out
  }
  const all = risk.of.map(each => runRisk(each, block))
  return Float64Array.from({ length: block.rows }, (_, row) => {
    const values = all.map(each => each[row] as number)
    const chosen = values[risk.chosen ?? 0] as number
    const sum = values.reduce((a, b) => a + b, 0)
    if (risk.combine === 'sum') return sum
    const { weights } = risk
    if (weights) return values.reduce((a, b, i) => a + b * weights[i]!, 0) / weights.reduce((a, b) => a + b)
    if (risk.combine === 'mean') return sum / values.length
    if (risk.combine === 'share') return sum === 0 ? 1 / values.length : chosen / sum
    const most = Math.max(...values)
    return Math.exp(chosen - most) / values.reduce((a, b) => a + Math.exp(b - most), 0)
  })
}

/** A file's estimator alone, with its columns unnamed. */
export function opened(count: number, names?: readonly string[]) {
  const collected = openLowering(count, estimators)
  const input: Input = { from: 0, count, names, origin: Array.from({ length: count }, (_, i) => i) }
  return {
    collected,
    transform: (value: Value) => collected.lowering.transformer(value, input),
    predict: (value: Value) => collected.lowering.predictor(value, input),
  }
}

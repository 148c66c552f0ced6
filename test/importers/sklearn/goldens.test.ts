/** Small files of scikit-learn, each against what scikit-learn said of its rows: test/golden/estimators.py made both. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { estimatorOf } from '../../../src/importers/sklearn/estimator.ts'
import { isTransformer } from '../../../src/importers/sklearn/index.ts'
import type { Column, Columns } from '../../../src/math/columns.ts'
import { opened, readValue, runRisk, runSteps } from './run-program.ts'

const FOLDER = process.env.ESTIMATORS ?? join(import.meta.dirname, '..', '..', 'golden', 'estimators')

type Cell = number | string | null

interface Case {
  readonly method: string
  readonly names: readonly string[] | null
  readonly rows: readonly (readonly Cell[])[]
  readonly expected: readonly (readonly (number | null)[])[]
}

const { cases }: { cases: Record<string, Case> } = JSON.parse(readFileSync(join(FOLDER, 'expected.json'), 'utf8'))

/** A column is of texts where the program says so, as a table would be read. */
function blockOf(rows: Case['rows'], levels: readonly (readonly string[] | undefined)[]): Columns {
  const columns = levels.map((known, c): Column => {
    const cells = rows.map(row => row[c] ?? null)
    if (!known) return Float64Array.from(cells, cell => (typeof cell === 'number' ? cell : Number.NaN))
    return { codes: Int32Array.from(cells, cell => known.indexOf(String(cell))), levels: known }
  })
  return { rows: rows.length, columns }
}

it.each(Object.entries(cases))('%s', (name, { method, names, rows, expected }) => {
  const value = readValue(readFileSync(join(FOLDER, `${name}.joblib`)))
  const width = rows[0]!.length
  const { collected, transform, predict } = opened(width, names ?? undefined)
  const onlyTransforms = method === 'transform' && isTransformer(estimatorOf(value).name)
  const prediction = onlyTransforms ? transform(value) : predict(value)
  const features = collected.features(Array.from({ length: width }, (_, i) => names?.[i] ?? `x${i}`))
  const block = runSteps(
    collected.steps,
    blockOf(
      rows,
      features.map(({ levels }) => levels),
    ),
  )
  let found: readonly ArrayLike<number>[]
  if (!('task' in prediction)) found = block.columns as Float64Array[]
  else if (prediction.task === 'regress') found = [runRisk(prediction.risk, block)]
  else if (prediction.task === 'detect')
    found = [runRisk(prediction.risk, block).map(risk => prediction.scales.decision_function! - risk)]
  else {
    const { classes, riskOf } = prediction
    const only = expected[0]!.length === 1
    found = (only ? [1] : classes.map((_, i) => i)).map(i => runRisk(riskOf(i), block))
  }
  expect(found).toHaveLength(expected[0]!.length)
  for (const [i, row] of expected.entries())
    for (const [c, wanted] of row.entries())
      if (wanted === null) expect(found[c]![i]).toBeNaN()
      else expect(Math.abs(found[c]![i]! - wanted) / Math.max(1, Math.abs(wanted))).toBeLessThanOrEqual(1e-10)
})

it('has a file for each case', () => {
  expect(Object.keys(cases).length).toBeGreaterThan(40)
})

/** Small ensembles of three versions of scikit-learn, each against what it said of its rows: test/golden/ensembles.py
 * and composites.py made both. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { countIn, namesIn } from '../../../src/importers/sklearn/feature-names.ts'
import type { Column, Columns } from '../../../src/math/columns.ts'
import { opened, readValue, runRisk, runSteps } from './run-program.ts'

const GOLDEN = join(import.meta.dirname, '..', '..', 'golden')

type Cell = number | string | null

interface Case {
  readonly method: string
  readonly names: readonly string[] | null
  readonly rows: readonly (readonly Cell[])[]
  readonly expected: readonly (readonly number[])[]
}

/** As a table is read: a column with a text in it is one of texts, with the values that it has in their own order. */
function blockOf(rows: Case['rows']): Columns {
  const columns = rows[0]!.map((_, c): Column => {
    const cells = rows.map(row => row[c] ?? null)
    const texts = [...new Set(cells.filter(cell => typeof cell === 'string'))].sort().reverse()
    if (texts.length === 0) return Float64Array.from(cells, cell => (cell === null ? Number.NaN : Number(cell)))
    return { codes: Int32Array.from(cells, cell => texts.indexOf(String(cell))), levels: texts }
  })
  return { rows: rows.length, columns }
}

describe.each([
  ['ensembles', '1.2.2'],
  ['ensembles', '1.6.1'],
  ['ensembles', '1.9.1'],
  ['composites', '1.2.2'],
  ['composites', '1.9.1'],
])('%s of scikit-learn %s', (kind, version) => {
  const folder = join(GOLDEN, kind, version)
  const { cases }: { cases: Record<string, Case> } = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8'))

  it.each(Object.entries(cases))('%s', (name, { method, names, rows, expected }) => {
    const value = readValue(readFileSync(join(folder, `${name}.joblib`)))
    const { collected, predict } = opened(rows[0]!.length, names ?? undefined)
    const prediction = predict(value)
    const block = runSteps(collected.steps, blockOf(rows))
    const found =
      prediction.task === 'classify'
        ? prediction.classes.map((_, i) => runRisk(prediction.riskOf(i), block))
        : prediction.task === 'regress'
          ? [runRisk(prediction.risk, block)]
          : [runRisk(prediction.risk, block).map(risk => prediction.scales[method as 'score_samples']! - risk)]
    expect(found).toHaveLength(expected[0]!.length)
    expect(countIn(value)).toBe(rows[0]!.length)
    expect(namesIn(value) ?? null).toEqual(names)
    for (const [i, row] of expected.entries())
      for (const [c, wanted] of row.entries()) {
        const apart = Math.abs(found[c]![i]! - wanted) / Math.max(1, Math.abs(wanted))
        expect(apart, `row ${i}, ${c}: ${found[c]![i]} for ${wanted}`).toBeLessThan(1e-12)
      }
  })
})

import { Value } from 'typebox/value'
import { describe, expect, test } from 'vitest'
import type { Column } from '../../src/math/columns.ts'
import { createRandom } from '../../src/math/random.ts'
import { max } from '../../src/math/statistics.ts'
import { gradientBoosting } from '../../src/models/gradient-boosting.ts'
import type { Target } from '../../src/models/model.ts'

const COLUMNS = 6
const ROWS = 3000

function table(rows: number, seed: number) {
  const random = createRandom(seed)
  const numbers = Array.from({ length: COLUMNS }, () => Float64Array.from({ length: rows }, () => random.normal()))
  for (let row = 0; row < rows; row += 7) numbers[row % COLUMNS]![row] = Number.NaN
  const levels = ['day', 'late', 'night']
  const shift = { codes: Int32Array.from({ length: rows }, (_, i) => (i % 4) - 1), levels }
  return { numbers, columns: [...numbers, shift] satisfies Column[] }
}

const known = table(ROWS, 1)
const value = Float64Array.from({ length: ROWS }, (_, i) =>
  known.numbers.reduce((sum, column) => sum + (column[i] || 0), Number(i % 4 === 3) * 2),
)
const targets: Record<string, Target> = {
  classify: { codes: Int32Array.from(value, v => Number(v > 1)), levels: ['fine', 'bad'], positive: 1 },
  regress: { value },
}

function fitted(task: 'classify' | 'regress') {
  const weight = new Float64Array(ROWS).fill(1)
  const names = [...known.numbers.map((_, c) => `x${c}`), 'shift']
  const x = { rows: ROWS, columns: known.columns }
  return gradientBoosting.fit!(
    { task, x, names, y: targets[task]!, weight, random: createRandom(2) },
    Value.Create(gradientBoosting.params),
  )
}

for (const task of ['classify', 'regress'] as const)
  describe(task, () => {
    const state = fitted(task)
    const explainer = gradientBoosting.explain!(state)
    const width = COLUMNS + 1

    test('base and shares add up to the raw sum, with missing values and categories', () => {
      const { columns } = table(500, 3)
      const risk = new Float64Array(500)
      gradientBoosting.scorer(state).score({ rows: 500, columns }, risk)
      const shares = new Float64Array(500 * width)
      explainer.explain({ rows: 500, columns }, shares)
      for (let row = 0; row < 500; row++) {
        const sum = shares.subarray(row * width, (row + 1) * width).reduce((a, b) => a + b, explainer.base!)
        const said = task === 'classify' ? Math.log(risk[row]! / (1 - risk[row]!)) : risk[row]!
        expect(sum).toBeCloseTo(said, 8)
      }
      expect(explainer.method).toContain(task === 'classify' ? 'log-odds' : 'risk')
    })

    test('a planted value comes first', () => {
      const { columns, numbers } = table(600, 4)
      for (let row = 0; row < 600; row++)
        for (let c = 0; c < COLUMNS; c++) numbers[c]![row] = row % COLUMNS === c ? 2.6 : numbers[c]![row]! * 0.3
      const shares = new Float64Array(600 * width)
      explainer.explain(
        { rows: 600, columns: [...columns.slice(0, COLUMNS), { codes: new Int32Array(600), levels: ['day'] }] },
        shares,
      )
      let first = 0
      for (let row = 0; row < 600; row++) {
        const own = shares.subarray(row * width, (row + 1) * width)
        if (own.indexOf(max(own)) === row % COLUMNS) first++
      }
      expect(first / 600).toBeGreaterThanOrEqual(0.98)
    })
  })

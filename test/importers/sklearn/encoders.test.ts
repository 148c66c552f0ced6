/** test/golden/encoders.py: encoders that raise for unknown values before a model that takes missing ones. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { importModel } from '../../../src/importers/import-model.ts'
import { riskOf } from '../../../src/verbs/pipeline.ts'

test.each(['ordinal', 'one_hot'])('%s: a row that scikit-learn refuses has no risk', async name => {
  const { artifact } = await importModel({ name, bytes: readFileSync(`test/golden/encoders/${name}.joblib`) }, '0')
  const levels = artifact!.features[0]!.levels!
  // x, an unknown one, a missing one, y with a missing number.
  const kind = { levels, codes: Int32Array.of(levels.indexOf('x'), levels.length, -1, levels.indexOf('y')) }
  const risk = new Float64Array(4)
  riskOf(artifact!)({ rows: 4, columns: [kind, Float64Array.of(1, 1, 1, Number.NaN)] }, risk)
  expect([risk[1], risk[2]]).toEqual([Number.NaN, Number.NaN])
  // What the script prints, of scikit-learn 1.9.1.
  expect(risk[0]).toBeCloseTo(0.3846175709827751, 14)
  expect(risk[3]).toBeCloseTo(0.07889730556946795, 14)
})

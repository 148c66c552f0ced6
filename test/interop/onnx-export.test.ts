/** What onnxruntime makes of exported models, beside our own risks of the same rows. */
import { describe, expect, test } from 'vitest'
import type { Artifact } from '../../src/artifact/artifact.ts'
import { exportOnnx } from '../../src/exporters/onnx/export-onnx.ts'
import type { Columns } from '../../src/math/columns.ts'
import { createRandom } from '../../src/math/random.ts'
import { riskOf } from '../../src/verbs/pipeline.ts'
import { FEATURES, filled, fitted, type Given, isotonic, rowsOf, sigmoid, VESSELS } from '../exporters/artifacts.ts'
import { findRuntime, type Runtime } from './onnxruntime.ts'

const runtime = findRuntime()
const ROWS = 500

const scaled = { steps: [{ use: 'scale' }] }

const CASES: Readonly<Record<string, Given>> = {
  'isolation-forest': { use: 'isolation-forest', task: 'detect', missing: 0.02 },
  'isolation-forest, impute and scale': { use: 'isolation-forest', task: 'detect', ...filled },
  'random-forest, classes, missing': { use: 'random-forest', task: 'classify', missing: 0.1 },
  'random-forest, numbers, low': { use: 'random-forest', task: 'regress', low: true },
  'random-forest, isotonic': { use: 'random-forest', task: 'classify', probability: isotonic },
  'gradient-boosting, classes, missing': { use: 'gradient-boosting', task: 'classify', missing: 0.1 },
  'gradient-boosting, numbers': { use: 'gradient-boosting', task: 'regress' },
  'gradient-boosting, logarithm': { use: 'gradient-boosting', task: 'regress', state: { loss: 'poisson' } },
  'gradient-boosting, texts': { use: 'gradient-boosting', task: 'classify', text: true, missing: 0.1 },
  'logistic-regression': { use: 'logistic-regression', task: 'classify', ...filled },
  'logistic-regression, sigmoid': { use: 'logistic-regression', task: 'classify', ...scaled, probability: sigmoid },
  ridge: { use: 'ridge', task: 'regress', missing: 0.02 },
  'ridge, low': { use: 'ridge', task: 'regress', ...filled, low: true },
  cox: { use: 'cox', task: 'survive', missing: 0.02 },
  ...Object.fromEntries(
    ['full', 'tied', 'diag', 'spherical'].map(covariance_type => [
      `gaussian-mixture, ${covariance_type}`,
      { use: 'gaussian-mixture', task: 'detect', ...scaled, parameters: { covariance_type, n_components: 3 } } as Given,
    ]),
  ),
  'gaussian-mixture, classes': { use: 'gaussian-mixture', task: 'classify', ...filled },
  pca: { use: 'pca', task: 'detect', missing: 0.02 },
  ...Object.fromEntries(
    ['rbf', 'linear', 'poly', 'sigmoid'].map(kernel => [
      `one-class-svm, ${kernel}`,
      { use: 'one-class-svm', task: 'detect', ...filled, parameters: { kernel } } as Given,
    ]),
  ),
  ...Object.fromEntries(
    ['relu', 'leaky-relu', 'tanh'].map(activation => [
      `autoencoder, ${activation}`,
      { use: 'autoencoder', task: 'detect', parameters: { activation, epochs: 3 } } as Given,
    ]),
  ),
  ...Object.fromEntries(
    [1, 2, 3].map(p => [
      `local-outlier-factor, p ${p}`,
      { use: 'local-outlier-factor', task: 'detect', ...scaled, missing: 0.02, parameters: { p } } as Given,
    ]),
  ),
}

/** Their sums of products lose the digits that far values cancel, in whatever order they are added. */
const CANCELLING = { 'one-class-svm, poly': true, 'one-class-svm, sigmoid': true }

describe.skipIf(!runtime)('exported to ONNX', () => {
  for (const [name, given] of Object.entries(CASES))
    test(name, async () => {
      const artifact = fitted(given)
      const x = withExtremes(rowsOf(given, createRandom(11), ROWS), name in CANCELLING ? 100 : 1e6)
      const risk = new Float64Array(x.rows)
      riskOf(artifact)(x, risk)
      const { score, level, probability } = await run(runtime!, artifact, x)
      const known = risk.map((_, i) => i).filter(i => Number.isFinite(risk[i]))
      expect(known.length).toBeGreaterThan(ROWS / 2)
      const apart = Math.max(
        ...Array.from(known, i => Math.abs(score[i]! - risk[i]!) / Math.max(1, Math.abs(risk[i]!))),
      )
      console.log(`${name}: largest difference ${apart} over ${known.length} of ${x.rows} rows`)
      expect(apart).toBeLessThanOrEqual(1e-9)
      expect(score.map(Number.isFinite as never)).toEqual(risk.map(Number.isFinite as never))
      const cuts = artifact.levels.map(({ cut }) => cut)
      const above = Array.from(score, s => (Number.isNaN(s) ? -1 : cuts.filter(cut => s > cut).length))
      expect(level.map(Number)).toEqual(above)
      expect(probability).toEqual(given.task === 'classify' ? score : undefined)
    })
})

/** Some rows far outside, some on the edge of float32. */
function withExtremes({ rows, columns }: Columns, far: number): Columns {
  for (const column of columns) {
    if (!(column instanceof Float64Array)) continue
    column[0] = far
    column[1] = -far
    for (let i = 2; i < 60; i++) column[i] = Math.fround(column[i]!) + 2 ** -27
  }
  return { rows, columns }
}

async function run({ InferenceSession, Tensor }: Runtime, artifact: Artifact, { rows, columns }: Columns) {
  const { bytes } = exportOnnx(artifact)
  const session = await InferenceSession.create(bytes)
  const feeds = columns.map((column, c) => [
    FEATURES[c],
    column instanceof Float64Array
      ? new Tensor('float64', column, [rows, 1])
      : new Tensor(
          'string',
          Array.from(column.codes, code => (code < 0 ? '' : VESSELS[code]!)),
          [rows, 1],
        ),
  ])
  const { score, level, probability } = await session.run(Object.fromEntries(feeds))
  return {
    score: score!.data as Float64Array,
    level: Array.from(level!.data as BigInt64Array),
    probability: probability?.data as Float64Array | undefined,
  }
}

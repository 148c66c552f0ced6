import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { meanAbsoluteError, pinball, rootMeanSquaredError, rSquared } from '../../src/math/regression.ts'
import { brier, calibrationCurve, expectedCalibrationError, logLoss } from '../../src/math/reliability.ts'

type Curve = [seen: number[], told: number[]]
interface Case {
  risk: number[]
  positive: number[]
  probability: number[]
  curves: { uniform: Curve; quantile: Curve }
  brier: number
  logLoss: number
  regression: { rmse: number; mae: number; r2: number; pinball: number }
}
const golden = JSON.parse(readFileSync(new URL('../golden/probability.json', import.meta.url), 'utf8')) as {
  cases: Case[]
}

describe.each(golden.cases)('agrees with scikit-learn 1.9.1 on $risk.length rows', want => {
  const p = Float64Array.from(want.probability)
  const label = Uint8Array.from(want.positive)

  test.each([
    ['width', want.curves.uniform],
    ['count', want.curves.quantile],
  ] as const)('reliability curve by %s', (by, [seen, told]) => {
    const curve = calibrationCurve(p, label, { bins: 7, by })
    expect(curve.length).toBe(seen.length)
    for (const [i, bin] of curve.entries()) {
      expect(bin.seen).toBeCloseTo(seen[i]!, 13)
      expect(bin.told).toBeCloseTo(told[i]!, 13)
      expect(bin.low).toBeLessThanOrEqual(bin.seen)
      expect(bin.high).toBeGreaterThanOrEqual(bin.seen)
    }
    expect(curve.reduce((sum, bin) => sum + bin.rows, 0)).toBe(p.length)
  })

  test('Brier score and log loss', () => {
    expect(brier(p, label)).toBeCloseTo(want.brier, 13)
    expect(logLoss(p, label)).toBeCloseTo(want.logLoss, 13)
  })

  test('errors of a regression', () => {
    const [risk, y] = [Float64Array.from(want.risk), Float64Array.from(want.positive)]
    const close = (got: number, to: number) => expect(Math.abs(got - to)).toBeLessThan(1e-12 * (1 + Math.abs(to)))
    close(rootMeanSquaredError(risk, y), want.regression.rmse)
    close(meanAbsoluteError(risk, y), want.regression.mae)
    close(rSquared(risk, y), want.regression.r2)
    close(pinball(risk, y, 0.9), want.regression.pinball)
  })
})

test('expected calibration error by hand: 4 rows told 0.25 of which 2 are bad, 1 told 0.75 that is bad', () => {
  const curve = calibrationCurve(Float64Array.of(0.25, 0.25, 0.25, 0.25, 0.75), Uint8Array.of(1, 1, 0, 0, 1), {
    bins: 2,
  })
  expect(expectedCalibrationError(curve)).toBeCloseTo((4 * 0.25 + 0.25) / 5, 14)
})

test('a wrong certainty is dear, not infinite; rows without a label or probability do not count', () => {
  const p = Float64Array.of(1, 0.5, Number.NaN, 0.5, 1.5)
  expect(logLoss(p, Float64Array.of(0, 1, 1, Number.NaN, 1))).toBeCloseTo((52 * Math.LN2 + Math.LN2) / 2, 12)
  expect(brier(p, Float64Array.of(0, 1, 1, Number.NaN, 1))).toBe((1 + 0.25) / 2)
  expect(brier(new Float64Array(0), new Uint8Array(0))).toBeNaN()
  expect(expectedCalibrationError([])).toBeNaN()
})

test('R² of a constant measurement, of the mean, and of too few rows', () => {
  expect(rSquared(Float64Array.of(3, 3), Float64Array.of(3, 3))).toBe(1)
  expect(rSquared(Float64Array.of(3, 4), Float64Array.of(3, 3))).toBe(0)
  expect(rSquared(Float64Array.of(2, 2, 2), Float64Array.of(1, 2, 3))).toBe(0)
  expect(rSquared(Float64Array.of(1), Float64Array.of(1))).toBeNaN()
  expect(rootMeanSquaredError(Float64Array.of(1, Number.NaN, 5), Float64Array.of(2, 9, Number.NaN))).toBe(1)
})

import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fitProbability, probabilityOf } from '../../src/math/probability.ts'

interface Case {
  risk: number[]
  positive: number[]
  weight: number[]
  at: number[]
  slope: number
  intercept: number
  sigmoid: number[]
  steps: [number[], number[]]
  isotonic: number[]
}
const golden = JSON.parse(readFileSync(new URL('../golden/probability.json', import.meta.url), 'utf8')) as {
  cases: Case[]
}

const apply = (state: Parameters<typeof probabilityOf>[0], at: ArrayLike<number>) => {
  const out = Float64Array.from(at)
  probabilityOf(state)(out, out.length)
  return out
}

/** Platt's loss with his targets, by its definition. */
function loss({ risk, positive, weight }: Case, slope: number, intercept: number): number {
  const count = (is: number) => positive.reduce((sum, p, i) => sum + (p === is ? weight[i]! : 0), 0)
  const target = [1 / (count(0) + 2), (count(1) + 1) / (count(1) + 2)]
  return risk.reduce((sum, r, i) => {
    const p = 1 / (1 + Math.exp(slope * r + intercept))
    const t = target[positive[i]!]!
    return sum - weight[i]! * (t * Math.log(p) + (1 - t) * Math.log(1 - p))
  }, 0)
}

describe.each(golden.cases)('agrees with scikit-learn 1.9.1 on $risk.length rows', want => {
  const given = [Float64Array.from(want.risk), Uint8Array.from(want.positive), Float64Array.from(want.weight)] as const

  test('sigmoid: its curve, and a loss no larger than where its optimiser stopped', () => {
    const state = fitProbability('sigmoid', ...given)
    apply(state, want.at).forEach((p, i) => {
      expect(Math.abs(p - want.sigmoid[i]!)).toBeLessThan(2e-5)
    })
    const { slope, intercept } = state as { slope: number; intercept: number }
    expect(loss(want, slope, intercept)).toBeLessThanOrEqual(loss(want, want.slope, want.intercept) * (1 + 1e-14))
  })

  test('isotonic: its steps and the lines between them', () => {
    const state = fitProbability('isotonic', ...given) as { risk: Float64Array; probability: Float64Array }
    expect([...state.risk]).toEqual(want.steps[0])
    state.probability.forEach((p, i) => {
      expect(p).toBeCloseTo(want.steps[1][i]!, 14)
    })
    apply(state as never, want.at).forEach((p, i) => {
      expect(p).toBeCloseTo(want.isotonic[i]!, 13)
    })
  })
})

const rows = fc.array(
  fc.record({ risk: fc.double({ min: -1e9, max: 1e9, noNaN: true }), bad: fc.integer({ min: 0, max: 1 }) }),
  { minLength: 0, maxLength: 60 },
)

test.each(['sigmoid', 'isotonic'] as const)(
  '%s: probabilities lie in 0 … 1 and never fall as the risk rises',
  method => {
    fc.assert(
      fc.property(rows, given => {
        const risk = Float64Array.from(given, r => r.risk)
        const state = fitProbability(
          method,
          risk,
          Uint8Array.from(given, r => r.bad),
          new Float64Array(risk.length).fill(1),
        )
        const p = apply(
          state,
          [...risk, -1e12, 0, 1e12, -Infinity, Infinity].sort((a, b) => a - b),
        )
        for (const [i, value] of p.entries()) {
          expect(value).toBeGreaterThanOrEqual(i ? p[i - 1]! : 0)
          expect(value).toBeLessThanOrEqual(1)
        }
      }),
    )
  },
)

test('a risk that says the reverse is not turned round: every row gets the smoothed share', () => {
  const risk = Float64Array.from({ length: 40 }, (_, i) => i)
  const state = fitProbability(
    'sigmoid',
    risk,
    Uint8Array.from(risk, r => Number(r < 10)),
    new Float64Array(40).fill(1),
  )
  expect(state).toMatchObject({ slope: 0 })
  // The mean of Platt's targets: 11/12 for ten rows, 1/32 for thirty.
  for (const p of apply(state, [-5, 0, 50])) expect(p).toBeCloseTo(((10 * 11) / 12 + 30 / 32) / 40, 12)
})

test('missing risks and rows without weight do not count, and stay missing', () => {
  const risk = Float64Array.of(1, Number.NaN, 2, 3, 99)
  const positive = Uint8Array.of(0, 1, 0, 1, 0)
  const of = (method: 'sigmoid' | 'isotonic') => fitProbability(method, risk, positive, Float64Array.of(1, 1, 1, 1, 0))
  const alone = fitProbability(
    'isotonic',
    Float64Array.of(1, 2, 3),
    Uint8Array.of(0, 0, 1),
    new Float64Array(3).fill(1),
  )
  expect(of('isotonic')).toEqual(alone)
  expect(apply(of('sigmoid'), [Number.NaN])[0]).toBeNaN()
  expect(apply(of('isotonic'), [Number.NaN])[0]).toBeNaN()
})

test('risks of one and of a billion give the same probabilities', () => {
  const risk = Float64Array.from({ length: 80 }, (_, i) => Math.sin(i * 7) + (i % 4 === 0 ? 1 : 0))
  const positive = Uint8Array.from(risk, (_, i) => Number(i % 4 === 0))
  const weight = new Float64Array(80).fill(1)
  const small = apply(fitProbability('sigmoid', risk, positive, weight), risk)
  const large = risk.map(r => r * 1e9)
  apply(fitProbability('sigmoid', large, positive, weight), large).forEach((p, i) => {
    expect(p).toBeCloseTo(small[i]!, 9)
  })
})

test('risks too small for any slope still rise', () => {
  const risk = Float64Array.of(0, 5e-324, 0, 5e-324)
  const state = fitProbability('sigmoid', risk, Uint8Array.of(0, 1, 0, 1), new Float64Array(4).fill(1))
  const [low, high] = apply(state, [0, 5e-324])
  expect(low! > 0 && high! < 1 && high! >= low!).toBe(true)
})

test.each([
  [{ method: 'tanh' }, /tanh/],
  [{ method: 'sigmoid', slope: 1, intercept: 0 }, /slope 1/],
  [{ method: 'falling', slope: -1, intercept: 0 }, /slope -1 .* slope ≥ 0/],
  [{ method: 'sigmoid', slope: Number.NaN, intercept: 0 }, /NaN/],
  [{ method: 'isotonic', risk: Float64Array.of(1, 2), probability: Float64Array.of(0.5) }, /one length/],
  [{ method: 'isotonic', risk: Float64Array.of(2, 1), probability: Float64Array.of(0, 1) }, /rise/],
  [{ method: 'isotonic', risk: Float64Array.of(1, 2), probability: Float64Array.of(1, 0) }, /rise/],
  [{ method: 'isotonic', risk: Float64Array.of(1, 2), probability: Float64Array.of(0, 2) }, /rise/],
])('refuses a state that no fit wrote: %o', (state, why) => {
  expect(() => probabilityOf(state as never)).toThrow(why)
  expect(() => probabilityOf(state as never)).toThrow(RangeError)
})

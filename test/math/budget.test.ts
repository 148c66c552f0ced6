import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cutForContamination, cutForQuantile, cutForRate, cutForShare, exposureWeeks } from '../../src/math/budget.ts'
import { byGroup, episodes, heldRisk } from '../../src/math/episodes.ts'

/** A small generator of its own, so that the simulations do not move when the product's does (Steele et al. 2014). */
function splitMix(seed: number): () => number {
  let state = BigInt(seed)
  return () => {
    state = BigInt.asUintN(64, state + 0x9e3779b97f4a7c15n)
    let z = state
    z = BigInt.asUintN(64, (z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n)
    z = BigInt.asUintN(64, (z ^ (z >> 27n)) * 0x94d049bb133111ebn)
    return (Number((z ^ (z >> 31n)) >> 11n) + 0.5) / 2 ** 53
  }
}

/** Box and Muller (1958). */
function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random())
}

describe('quantiles', () => {
  const risk = Float64Array.of(0.31, 0.42, 0.99, 0.17, 0.55, Number.NaN, 0.58, 0.73, 0.06, 0.21, 0.88, 0.64)

  test('agree with numpy 2.4.6 (method linear)', () => {
    const want = { 0: 0.06, 0.05: 0.115, 0.333: 0.3463, 0.5: 0.55, 0.9: 0.88, 0.99: 0.979, 0.999: 0.9889, 1: 0.99 }
    for (const [q, value] of Object.entries(want)) expect(cutForQuantile(risk, Number(q))).toBeCloseTo(value, 14)
  })

  test('contamination 10 % is the 90 % quantile', () => {
    expect(cutForContamination(risk, 0.1)).toBeCloseTo(0.88, 14)
  })

  test('no scored row is a failure with a code', () => {
    expect(() => cutForQuantile(Float64Array.of(Number.NaN), 0.5)).toThrow(
      expect.objectContaining({ code: 'TOO_FEW_ROWS' }),
    )
    expect(() => cutForRate({ risk: new Float64Array() }, 1)).toThrow(expect.objectContaining({ code: 'TOO_FEW_ROWS' }))
  })
})

describe('a budget in time', () => {
  const random = splitMix(1)
  const day = {
    risk: Float64Array.from({ length: 150 }, random),
    seconds: Float64Array.from({ length: 150 }, (_, i) => i * 600),
  }

  test('a day of rows without an alarm supports 20 a week, and 0.1 a week takes 30 weeks', () => {
    const result = cutForRate(day, 0.1)
    expect(result).toMatchObject({
      supported: false,
      events: 0,
      rate: 0,
      low: 0,
      cut: Math.max(...day.risk),
      unit: 'week',
    })
    expect(result.exposure).toBeCloseTo(1500 / 1440 / 7, 12)
    expect(Math.round(result.supports)).toBe(20)
    expect(Math.round(result.needed)).toBe(30)
  })

  test('three events: the intervals agree with scipy 1.17.1 (chi2.ppf)', () => {
    const result = cutForRate(day, 55)
    expect(result).toMatchObject({ supported: true, events: 3 })
    expect(result.low).toBeCloseTo(0.6186721228956014 / result.exposure, 10)
    expect(result.high).toBeCloseTo(8.767273069742323 / result.exposure, 10)
    expect(result.promise).toBeCloseTo(7.753656527932725 / result.exposure, 10)
    expect(result.promise).toBeLessThanOrEqual(55)
  })

  test('weeks: times, else rows; groups add up, or a shared week counts once', () => {
    const risk = new Float64Array(4)
    const group = Int32Array.of(0, 0, 1, 1)
    const days = (...at: number[]) => Float64Array.from(at, d => d * 86_400)
    expect(exposureWeeks({ risk })).toBe(4 / 168)
    expect(exposureWeeks({ risk }, { samplesPerWeek: 2 })).toBe(2)
    expect(exposureWeeks({ risk, seconds: days(0, 7, 14, 21) })).toBe(4)
    expect(exposureWeeks({ risk, group, seconds: days(0, 7, 7, 14) })).toBe(4)
    expect(exposureWeeks({ risk, group, seconds: days(0, 7, 7, 14) }, { per: 'all' })).toBe(3)
    expect(exposureWeeks({ risk, group, seconds: days(0, 7, 70, 77) }, { per: 'all' })).toBe(4)
    expect(exposureWeeks({ risk, group: Int32Array.of(0, 0, 1, 2), seconds: days(0, 7, 0, 0) })).toBe(4)
    expect(exposureWeeks({ risk, seconds: days(0, 70, 140, 210) }, { secondsPerRow: 7 * 86_400 })).toBe(4)
    expect(exposureWeeks({ risk, seconds: new Float64Array(4).fill(Number.NaN) })).toBe(4 / 168)
  })

  test('a level shift is one episode, and the sweep does not hide an alarm that never ends', () => {
    const risk = Float64Array.from({ length: 1000 }, (_, i) => i)
    const { cut, events } = cutForRate({ risk }, 0.5, { samplesPerWeek: 1 })
    expect(events).toBe(1)
    expect(cut).toBe(998)
  })

  test('a hold that no window can fill leaves no alarm', () => {
    const result = cutForRate({ risk: Float64Array.of(1, 2) }, 1, { hold: { count: 3, of: 5 } })
    expect(result).toMatchObject({ cut: 2, events: 0 })
  })

  test('every cut above the chosen one keeps the budget, and the next one below does not or passes the peak', () => {
    const rows = fc.array(fc.record({ risk: fc.integer({ min: 0, max: 30 }), group: fc.integer({ min: 0, max: 2 }) }), {
      minLength: 1,
      maxLength: 80,
    })
    fc.assert(
      fc.property(rows, fc.integer({ min: 1, max: 100 }), fc.boolean(), (rows, percent, holding) => {
        const perWeek = percent / 100
        const risk = Float64Array.from(rows, row => row.risk)
        const group = Int32Array.from(rows, row => row.group)
        const hold = holding ? { count: 2, of: 3 } : undefined
        const result = cutForRate({ risk, group }, perWeek, { hold, samplesPerWeek: 1 })
        const at = (cut: number) => episodes(risk, cut, { group, hold })
        expect(result.events).toBe(at(result.cut))
        const allowed = Math.max(-1, ...Array.from(risk, (_, k) => (cutBound(k, risk.length) <= perWeek ? k : -1)))
        expect(result.supported).toBe(allowed >= 0)
        const held = heldRisk(risk, byGroup(risk.length, group), hold).filter(Number.isFinite)
        const cuts = [...new Set(held)].sort((a, b) => b - a)
        for (const cut of cuts.filter(cut => cut >= result.cut))
          expect(at(cut)).toBeLessThanOrEqual(Math.max(allowed, 0))
        const peak = Math.max(...cuts.map(at))
        const lower = cuts.find(cut => cut < result.cut && at(cut) !== at(result.cut))
        if (lower !== undefined) expect(at(lower) > Math.max(allowed, 0) || at(result.cut) === peak).toBe(true)
      }),
      { numRuns: 500 },
    )
  })
})

/** The promise for k events in so many weeks, found from the Poisson sum itself. */
function cutBound(k: number, weeks: number): number {
  let [low, high] = [0, 10 * (k + 5)]
  for (let i = 0; i < 80; i++) {
    const mean = (low + high) / 2
    let [term, sum] = [Math.exp(-mean), 0]
    for (let j = 0; j <= k; j++) {
      sum += term
      term *= mean / (j + 1)
    }
    if (sum > 0.05) low = mean
    else high = mean
  }
  return low / weeks
}

describe('a budget as a share of rows', () => {
  const random = splitMix(2)
  const risk = Float64Array.from({ length: 150 }, random)

  test('150 rows support 2 %, and 1 % takes 299', () => {
    const result = cutForShare({ risk }, 0.01)
    expect(result).toMatchObject({ supported: false, events: 0, exposure: 150, needed: 299, unit: 'share' })
    expect(result.supports).toBeCloseTo(0.0197734, 7)
    expect(cutForShare({ risk: Float64Array.from({ length: 299 }, random) }, 0.01).supported).toBe(true)
    expect(cutForShare({ risk: Float64Array.from({ length: 298 }, random) }, 0.01).supported).toBe(false)
  })

  test('two events: Clopper and Pearson as scipy 1.17.1 gives it (binomtest, exact)', () => {
    const result = cutForShare({ risk }, 0.05)
    expect(result).toMatchObject({ supported: true, events: 2 })
    expect(result.promise).toBeCloseTo(0.0413749698935771, 10)
    expect(result.cut).toBe([...risk].sort((a, b) => b - a)[2])
  })

  test('ties never break the budget', () => {
    const tied = Float64Array.from(risk, value => Math.round(value * 5))
    const result = cutForShare({ risk: tied }, 0.1)
    expect(result).toMatchObject({ events: 0, supported: true, cut: 5 })
  })
})

describe('the promise, simulated', () => {
  const repeats = 1500
  /** Three standard errors under 95 %. */
  const least = repeats * 0.95 - 3 * Math.sqrt(repeats * 0.95 * 0.05)

  test('independent rows: the true rate of the cut is within the budget in 95 % of repeats; a plain percentile is not', () => {
    const random = splitMix(3)
    const [weeks, perWeek, rows] = [10, 1, 168]
    let [kept, naive] = [0, 0]
    for (let r = 0; r < repeats; r++) {
      const risk = Float64Array.from({ length: weeks * rows }, random)
      const rate = (cut: number) => rows * (1 - cut) * cut
      const result = cutForRate({ risk }, perWeek)
      if (!result.supported) throw new Error('ten weeks support one a week')
      if (rate(result.cut) <= perWeek) kept++
      if (rate(cutForQuantile(risk, 1 - perWeek / rows)) <= perWeek) naive++
    }
    expect(kept).toBeGreaterThan(least)
    expect(naive).toBeLessThan(repeats * 0.75)
  })

  test('a budget out of reach: the true rate is within what the rows are said to support', () => {
    const random = splitMix(4)
    let kept = 0
    for (let r = 0; r < repeats; r++) {
      const risk = Float64Array.from({ length: 150 }, random)
      const result = cutForRate({ risk, seconds: Float64Array.from(risk, (_, i) => i * 600) }, 0.1)
      if (1008 * result.cut * (1 - result.cut) <= result.supports) kept++
    }
    expect(kept).toBeGreaterThan(least)
    expect(kept).toBeLessThan(repeats * 0.97)
  })

  test('shares: the true share is within the budget in 95 % of repeats', () => {
    const random = splitMix(5)
    let kept = 0
    for (let r = 0; r < repeats; r++) {
      const risk = Float64Array.from({ length: 473 }, random)
      if (1 - cutForShare({ risk }, 0.01).cut <= 0.01) kept++
    }
    expect(kept).toBeGreaterThan(least)
  })

  test('drifting streams of several machines, held 3 of 5: the rate realised later is within the promise', () => {
    const random = splitMix(6)
    const stream = (rows: number, machines: number) => {
      const risk = new Float64Array(rows * machines)
      for (let m = 0; m < machines; m++) {
        let x = normal(random)
        for (let i = 0; i < rows; i++) {
          x = 0.8 * x + 0.6 * normal(random)
          risk[m * rows + i] = x
        }
      }
      return { risk, group: Int32Array.from(risk, (_, i) => Math.floor(i / rows)) }
    }
    const hold = { count: 3, of: 5 }
    // A long run stands for the truth: its own error is far below the spread between repeats.
    const truth = stream(168 * 600, 1)
    let kept = 0
    for (let r = 0; r < 100; r++) {
      const result = cutForRate(stream(168 * 4, 4), 0.5, { hold })
      if (episodes(truth.risk, result.cut, { hold }) / 600 <= 0.5 * 1.02) kept++
    }
    expect(kept).toBeGreaterThanOrEqual(100 * 0.95 - 3 * Math.sqrt(100 * 0.95 * 0.05))
  })
})

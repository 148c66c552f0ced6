import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createRandom } from '../../src/math/random.ts'
import {
  type Candidate,
  candidatesOf,
  draw,
  type Plan,
  randomSearch,
  type Space,
  successiveHalving,
} from '../../src/math/search.ts'

interface Case {
  candidates: number
  eta: number
  least: number
  tried: number[]
}
const golden = JSON.parse(readFileSync(new URL('../golden/search.json', import.meta.url), 'utf8')) as { cases: Case[] }

const SPACE: Space = {
  C: { from: 0.001, to: 1000, scale: 'log' },
  depth: { from: 2, to: 5, scale: 'linear', whole: true },
  trees: { from: 10, to: 1000, scale: 'log', whole: true },
  rate: { from: -1, to: 1, scale: 'linear' },
  kernel: ['rbf', 'linear', [1, 2]],
}

/** Runs a plan with a known score for each candidate at each share. */
function run(plan: Plan, score: (params: Candidate, share: number) => number) {
  const rungs: { share: number; tried: number }[] = []
  let step = plan.next()
  while (!step.done) {
    rungs.push({ share: step.value[0]!.share, tried: step.value.length })
    step = plan.next(step.value.map(({ params, share }) => score(params, share)))
  }
  return { rungs, ranking: step.value }
}

const numbers = (count: number) => Array.from({ length: count }, (_, id) => ({ id }))

test('every drawn value lies in its range, and whole numbers are whole', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1e9 }), seed => {
      const { C, depth, trees, rate, kernel } = draw(SPACE, createRandom(seed)) as Record<string, number>
      expect(C).toBeGreaterThanOrEqual(0.001)
      expect(C).toBeLessThanOrEqual(1000)
      expect([2, 3, 4, 5]).toContain(depth)
      expect(Number.isInteger(trees) && trees! >= 10 && trees! <= 1000).toBe(true)
      expect(Math.abs(rate!)).toBeLessThanOrEqual(1)
      expect((SPACE.kernel as unknown[]).includes(kernel)).toBe(true)
    }),
  )
})

test('each magnitude, and each whole number, is as likely as the others', () => {
  const random = createRandom(1)
  const drawn = Array.from({ length: 6000 }, () => draw(SPACE, random) as Record<string, number>)
  const share = (is: (d: Record<string, number>) => boolean) => drawn.filter(is).length / drawn.length
  // Four standard errors of a share over 6,000 draws are below 0.03.
  for (let e = -3; e < 3; e++)
    expect(Math.abs(share(d => Math.floor(Math.log10(d.C!)) === e) - 1 / 6)).toBeLessThan(0.03)
  for (const depth of [2, 3, 4, 5]) expect(Math.abs(share(d => d.depth === depth) - 1 / 4)).toBeLessThan(0.03)
  expect(Math.abs(share(d => d.trees! < 100) - 0.5)).toBeLessThan(0.03)
})

test('candidates differ from each other, and the same seed draws the same', () => {
  const small: Space = { a: [1, 2, 3], b: { from: 0, to: 3, scale: 'linear', whole: true } }
  const some = candidatesOf(small, 11, createRandom(4))
  expect(new Set(some.map(c => JSON.stringify(c))).size).toBe(11)
  expect(candidatesOf(small, 11, createRandom(4))).toEqual(some)
  expect(candidatesOf(small, 11, createRandom(5))).not.toEqual(some)
})

test('a space no larger than the number of draws is tried out whole', () => {
  const all = candidatesOf(
    { a: ['x', 'y', 'x'], b: { from: 1, to: 2, scale: 'linear', whole: true } },
    50,
    createRandom(1),
  )
  expect(all).toEqual([
    { a: 'x', b: 1 },
    { a: 'x', b: 2 },
    { a: 'y', b: 1 },
    { a: 'y', b: 2 },
  ])
})

test.each([
  [{ a: [] }, /a: an empty list/],
  [{ a: { from: 2, to: 1, scale: 'linear' as const } }, /from 2 to 1, expected from below to/],
  [{ a: { from: 0, to: 1, scale: 'log' as const } }, /above 0/],
  [{ a: { from: 0.5, to: 3, scale: 'linear' as const, whole: true } }, /whole/],
])('refuses %o', (space, why) => {
  expect(() => candidatesOf(space, 3, createRandom(1))).toThrow(why)
})

test('random search tries everyone once on all rows and ranks by score, failures last', () => {
  const score = ({ id }: Candidate) => [0.5, Number.NaN, 0.9, 0.5][id as number]!
  const { rungs, ranking } = run(randomSearch(numbers(4)), score)
  expect(rungs).toEqual([{ share: 1, tried: 4 }])
  expect(ranking.map(r => r.candidate)).toEqual([2, 0, 3, 1])
})

test.each(golden.cases)('halving $candidates by $eta from $least: as scikit-learn 1.9.1', want => {
  const { rungs } = run(successiveHalving(numbers(want.candidates), want), ({ id }) => -(id as number))
  expect(rungs.map(rung => rung.tried)).toEqual(want.tried)
  expect(rungs.at(-1)!.share).toBe(1)
  for (const { share } of rungs) expect(share).toBeGreaterThanOrEqual(want.least)
})

test('halving ranks who came further first; where few rows tell the truth the best of all wins', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 40 }), quality => {
      const plan = successiveHalving(numbers(quality.length), { least: 0.02 })
      const { ranking } = run(plan, ({ id }) => quality[id as number]!)
      expect(quality[ranking[0]!.candidate]).toBe(Math.max(...quality))
      expect(new Set(ranking.map(r => r.candidate)).size).toBe(quality.length)
      for (const [i, { share, score }] of ranking.entries()) {
        if (i === 0) continue
        expect(share).toBeLessThanOrEqual(ranking[i - 1]!.share)
        if (share === ranking[i - 1]!.share) expect(score).toBeLessThanOrEqual(ranking[i - 1]!.score)
      }
    }),
  )
})

test('as many scores as trials, or the plan stops', () => {
  const plan = randomSearch(numbers(3))
  plan.next()
  expect(() => plan.next([1, 2])).toThrow(/2 scores for 3 trials/)
})

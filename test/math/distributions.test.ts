import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  betaCdf,
  betaQuantile,
  fQuantile,
  gammaCdf,
  gammaQuantile,
  normalCdf,
  normalQuantile,
} from '../../src/math/distributions.ts'

const functions = { gammaCdf, gammaQuantile, betaCdf, betaQuantile, fQuantile, normalCdf, normalQuantile }
type Name = keyof typeof functions
const golden = JSON.parse(readFileSync(new URL('../golden/distributions.json', import.meta.url), 'utf8')) as {
  cases: [Name, number[], number][]
}

test.each(Object.keys(functions) as Name[])('%s agrees with scipy 1.17.1 to 1e-9', name => {
  const cases = golden.cases.filter(([n]) => n === name)
  expect(cases.length).toBeGreaterThan(5)
  for (const [, args, want] of cases) {
    const got = (functions[name] as (...args: number[]) => number)(...args)
    expect(Math.abs(got / want - 1), `${name}(${args.join(', ')}) = ${got}, wanted ${want}`).toBeLessThan(1e-9)
  }
})

test('quantiles undo their distribution functions', () => {
  const p = fc.double({ min: 1e-6, max: 1 - 1e-6, noNaN: true })
  const shape = fc.double({ min: 0.5, max: 1e4, noNaN: true })
  fc.assert(
    fc.property(p, shape, shape, (p, a, b) => {
      expect(gammaCdf(gammaQuantile(p, a), a)).toBeCloseTo(p, 10)
      expect(normalCdf(normalQuantile(p))).toBeCloseTo(p, 10)
      // Near 1 the spacing of numbers, not the method, bounds how well x can be told.
      if (b >= 1) expect(betaCdf(betaQuantile(p, a, b), a, b)).toBeCloseTo(p, 9)
    }),
    { numRuns: 300 },
  )
})

test('the edges of the ranges', () => {
  expect(gammaQuantile(0, 3)).toBe(0)
  expect(gammaQuantile(1, 3)).toBe(Infinity)
  expect(betaQuantile(0, 2, 3)).toBe(0)
  expect(betaQuantile(1, 2, 3)).toBe(1)
  expect(gammaCdf(Infinity, 2)).toBe(1)
  expect(normalCdf(-Infinity)).toBe(0)
  expect(normalCdf(Infinity)).toBe(1)
  expect(normalQuantile(0.5)).toBe(0)
  expect(gammaQuantile(1.5, 2)).toBeNaN()
  expect(betaQuantile(0.5, -1, 2)).toBeNaN()
})

test('an exponential and a uniform, by hand', () => {
  expect(gammaQuantile(0.95, 1)).toBeCloseTo(-Math.log(0.05), 13)
  expect(betaQuantile(0.37, 1, 1)).toBeCloseTo(0.37, 14)
  expect(betaQuantile(0.95, 1, 150)).toBeCloseTo(1 - 0.05 ** (1 / 150), 14)
})

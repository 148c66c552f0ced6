import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseBudget, parseDuration, parseHold, parseShare } from '../../src/recipe/measures.ts'

describe('parseBudget', () => {
  test.each([
    ['1%', 0.01, 'share'],
    ['0.1 %', 0.001, 'share'],
    ['0.1/week', 0.1, 'week'],
    ['2/day', 14, 'week'],
    ['1/hour', 168, 'week'],
    ['1 / month', 84 / 365.25, 'week'],
    ['1/year', 7 / 365.25, 'week'],
    ['3 per week', 3, 'week'],
  ])('%s', (text, budget, unit) => {
    const parsed = parseBudget(text)
    expect(parsed?.budget).toBeCloseTo(budget, 14)
    expect(parsed).toMatchObject({ kind: 'false_alarms', unit, text })
  })

  test('the published command line has months of four weeks', () => {
    expect(parseBudget('1/month', { monthWeeks: 4 })?.budget).toBe(0.25)
  })

  test.each(['', '1', '/week', '-1/week', '1/fortnight', '1e9/week', '101%', 'NaN/week', '1//week', '1/week/week'])(
    '%s is refused',
    text => expect(parseBudget(text)).toBeUndefined(),
  )
})

describe('parseShare', () => {
  test('moves the decimal point in the text, so that 99.9% is the double 0.999', () => {
    expect(parseShare('99.9%')).toBe(0.999)
    expect(parseShare('25 %')).toBe(0.25)
    expect(parseShare(0.25)).toBe(0.25)
    const thousandths = fc.integer({ min: 0, max: 100_000 })
    fc.assert(
      fc.property(thousandths, n => {
        expect(parseShare(`${n / 1000}%`)).toBe(Number(`${n}e-5`))
      }),
    )
  })

  test.each(['', '%', '-1%', '100.1%', '1,5%', 'a', '0x10', '1e-2%'])('%s is refused', text =>
    expect(parseShare(text)).toBeUndefined(),
  )
  test.each([-0.1, 1.1, Number.NaN, Number.POSITIVE_INFINITY])('%d is refused', n =>
    expect(parseShare(n)).toBeUndefined(),
  )
})

test('parseHold', () => {
  expect(parseHold('3 of 5')).toEqual({ count: 3, of: 5 })
  expect(parseHold(' 1  of 1 ')).toEqual({ count: 1, of: 1 })
  for (const text of ['0 of 5', '6 of 5', '3/5', '3 of', 'of 5', '3 of 5 of 7', '1.5 of 5', '1 of 10001', '-1 of 5'])
    expect(parseHold(text), text).toBeUndefined()
})

test('parseDuration', () => {
  expect(parseDuration('2 h')).toBe(7_200_000)
  expect(parseDuration('24 min')).toBe(1_440_000)
  expect(parseDuration('7d')).toBe(604_800_000)
  expect(parseDuration('1.5 hours')).toBe(5_400_000)
  expect(parseDuration('250 ms')).toBe(250)
  for (const text of ['', 'h', '2', '2 parsecs', '-2 h', '2 constructor', '2 hs h'])
    expect(parseDuration(text), text).toBeUndefined()
})

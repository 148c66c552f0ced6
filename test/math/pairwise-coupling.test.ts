import fc from 'fast-check'
import { expect, it } from 'vitest'
import { coupled } from '../../src/math/pairwise-coupling.ts'

it('stays near the probability of the pair, where libsvm’s steps end', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, noNaN: true }), first => {
      expect(Math.abs(coupled(first) - first)).toBeLessThan(0.01)
    }),
  )
})

it('of even chances is even', () => {
  expect(coupled(0.5)).toBe(0.5)
})

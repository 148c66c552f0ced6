import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createRandom, philox, uniformAt } from '../../src/math/random.ts'

test('the published vectors of Philox4x32-10 (Random123, tests/kat_vectors)', () => {
  const vectors = [
    ['00000000 00000000 00000000 00000000 00000000 00000000', '6627e8d5 e169c58d bc57ac4c 9b00dbd8'],
    ['ffffffff ffffffff ffffffff ffffffff ffffffff ffffffff', '408f276d 41c83b0e a20bc7c6 6d5451fd'],
    ['243f6a88 85a308d3 13198a2e 03707344 a4093822 299f31d0', 'd16cfe09 94fdcceb 5001e420 24126ea1'],
  ] as const
  for (const [input, output] of vectors) {
    const [c0, c1, c2, c3, k0, k1] = input.split(' ').map(word => Number.parseInt(word, 16) | 0)
    const out = new Int32Array(4)
    philox(c0!, c1!, c2!, c3!, k0!, k1!, out)
    expect(Array.from(out, word => (word >>> 0).toString(16).padStart(8, '0')).join(' ')).toBe(output)
  }
})

test('the first numbers of seed 0 are the first published vector', () => {
  const random = createRandom(0)
  const fraction = (a: number, b: number) => ((a >>> 5) * 2 ** 26 + (b >>> 6)) / 2 ** 53
  expect([random.next(), random.next()]).toEqual([fraction(0x6627e8d5, 0xe169c58d), fraction(0xbc57ac4c, 0x9b00dbd8)])
})

const seed = fc.maxSafeInteger()

test('one seed, one stream; another seed, another stream', () => {
  const draw = (seed: number) => {
    const random = createRandom(seed)
    return [random.next(), random.integer(1000), random.normal(), ...random.sample(50, 5)]
  }
  fc.assert(
    fc.property(seed, s => {
      expect(draw(s)).toEqual(draw(s))
    }),
  )
  fc.assert(fc.property(fc.uniqueArray(seed, { minLength: 2, maxLength: 2 }), ([a, b]) => draw(a!)[0] !== draw(b!)[0]))
  expect(() => createRandom(0.5)).toThrow('expected an integer')
  expect(() => createRandom(2 ** 60)).toThrow('expected an integer')
})

test('a fork depends on seed and key only, and differs from its parent and its siblings', () => {
  const parent = createRandom(42)
  const early = parent.fork(3).next()
  for (let i = 0; i < 100; i++) parent.next()
  expect(parent.fork(3).next()).toBe(early)
  const firsts = [createRandom(42), ...Array.from({ length: 1000 }, (_, key) => parent.fork(key))].map(r => r.next())
  expect(new Set(firsts).size).toBe(1001)
  expect(parent.fork(1).fork(2).next()).not.toBe(parent.fork(2).fork(1).next())
})

/** χ² of counts against equal shares; 3.1 standard deviations above its mean has a chance of about 1 in 500. */
function isEven(counts: readonly number[]): boolean {
  const expected = counts.reduce((a, b) => a + b, 0) / counts.length
  const chi2 = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
  const freedom = counts.length - 1
  return chi2 < freedom + 3.1 * Math.sqrt(2 * freedom)
}

describe('even', () => {
  test('next: 100 bins, and mean of the products of neighbours', () => {
    const random = createRandom(1)
    const counts = new Array<number>(100).fill(0)
    let products = 0
    let inside = true
    let last = random.next()
    for (let i = 0; i < 200_000; i++) {
      const x = random.next()
      inside &&= x >= 0 && x < 1
      counts[Math.floor(x * 100)]!++
      products += (x - 0.5) * (last - 0.5)
      last = x
    }
    expect(inside).toBe(true)
    expect(isEven(counts)).toBe(true)
    expect(Math.abs(products / 200_000)).toBeLessThan(3.1 / 12 / Math.sqrt(200_000))
  })

  test('integer: small n, and an n that a remainder would bias', () => {
    const random = createRandom(2)
    const counts = new Array<number>(7).fill(0)
    for (let i = 0; i < 70_000; i++) counts[random.integer(7)]!++
    expect(isEven(counts)).toBe(true)
    // 3 · 2^30: by remainder, the first third would get half of the draws.
    const thirds = [0, 0, 0]
    for (let i = 0; i < 30_000; i++) thirds[Math.floor(random.integer(3 * 2 ** 30) / 2 ** 30)]!++
    expect(isEven(thirds)).toBe(true)
    const large = [0, 0, 0]
    for (let i = 0; i < 30_000; i++) large[Math.floor(random.integer(3 * 2 ** 51) / 2 ** 51)]!++
    expect(isEven(large)).toBe(true)
    expect(random.integer(1)).toBe(0)
    for (const n of [0, -1, 1.5, NaN, 2 ** 53]) expect(() => random.integer(n)).toThrow(RangeError)
  })

  test('sample: each number as often, at each place', () => {
    const random = createRandom(3)
    // 20 of 30 goes through the shuffled head, 5 of 30 through drawing again.
    for (const [n, k] of [
      [30, 20],
      [30, 5],
    ] as const) {
      const counts = new Array<number>(n).fill(0)
      const first = new Array<number>(n).fill(0)
      for (let i = 0; i < 6000; i++) {
        const drawn = random.sample(n, k)
        first[drawn[0]!]!++
        for (const x of drawn) counts[x]!++
      }
      expect(isEven(counts)).toBe(true)
      expect(isEven(first)).toBe(true)
    }
  })

  test('shuffle: the 24 orders of four', () => {
    const random = createRandom(4)
    const counts = new Map<string, number>()
    for (let i = 0; i < 24_000; i++) {
      const values = Int32Array.of(0, 1, 2, 3)
      random.shuffle(values)
      counts.set(values.join(), (counts.get(values.join()) ?? 0) + 1)
    }
    expect(counts.size).toBe(24)
    expect(isEven([...counts.values()])).toBe(true)
  })

  test('uniformAt: 50 bins over rows, another sequence for another seed', () => {
    const counts = new Array<number>(50).fill(0)
    for (let row = 0; row < 50_000; row++) counts[Math.floor(uniformAt(9, row) * 50)]!++
    expect(isEven(counts)).toBe(true)
    expect(uniformAt(9, 2 ** 40)).not.toBe(uniformAt(9, 0))
    expect(uniformAt(10, 0)).not.toBe(uniformAt(9, 0))
    expect(uniformAt(9, 123)).toBe(uniformAt(9, 123))
  })
})

test('normal: mean, variance and share beyond 1.96', () => {
  const random = createRandom(5)
  const n = 100_000
  let total = 0
  let squares = 0
  let beyond = 0
  for (let i = 0; i < n; i++) {
    const x = random.normal()
    total += x
    squares += x * x
    beyond += Number(Math.abs(x) > 1.959964)
  }
  expect(Math.abs(total / n)).toBeLessThan(3.1 / Math.sqrt(n))
  expect(Math.abs(squares / n - 1)).toBeLessThan(3.1 * Math.sqrt(2 / n))
  expect(Math.abs(beyond / n - 0.05)).toBeLessThan(3.1 * Math.sqrt((0.05 * 0.95) / n))
})

test('a sample holds k different integers below n', () => {
  const sizes = fc
    .integer({ min: 1, max: 2 ** 31 - 1 })
    .chain(n => fc.tuple(fc.constant(n), fc.integer({ min: 0, max: Math.min(n, 300) })))
  fc.assert(
    fc.property(seed, sizes, (s, [n, k]) => {
      const drawn = createRandom(s).sample(n, k)
      expect(new Set(drawn).size).toBe(k)
      expect(drawn.every(x => x >= 0 && x < n)).toBe(true)
    }),
  )
  expect([...createRandom(1).sample(6, 6)].sort()).toEqual([0, 1, 2, 3, 4, 5])
  expect(() => createRandom(1).sample(3, 4)).toThrow(RangeError)
})

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createRowCache } from '../../src/models/row-cache.ts'

/** A cache whose slots hold the number of the row that was last computed into them. */
function watched(rows: number, slots: number) {
  const held = new Int32Array(slots).fill(-1)
  const computed: number[][] = []
  const cache = createRowCache(rows, slots, (wanted, into) => {
    computed.push([...wanted])
    for (let i = 0; i < wanted.length; i++) held[into[i]!] = wanted[i]!
  })
  return { cache, held, computed }
}

describe('the row cache', () => {
  test('whatever is asked for and released: a slot holds its row, and that of the row before stays', () => {
    const ask = fc.record({ row: fc.nat(39), soon: fc.array(fc.nat(39), { maxLength: 5 }), release: fc.boolean() })
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 40 }), fc.array(ask, { maxLength: 200 }), (slots, asked) => {
        const { cache, held } = watched(40, slots)
        let before: { row: number; slot: number } | undefined
        for (const { row, soon, release } of asked) {
          const slot = cache.slotOf(row, () => soon)
          expect(held[slot]).toBe(row)
          expect(cache.has(row)).toBe(true)
          if (before !== undefined) expect(held[before.slot]).toBe(before.row)
          before = { row, slot }
          if (!release) continue
          cache.release(row)
          before = undefined
        }
        for (let row = 0; row < 40; row++) if (cache.has(row)) expect([...held]).toContain(row)
        expect(new Set(held.filter(row => row >= 0)).size).toBe(held.filter(row => row >= 0).length)
      }),
    )
  })

  test('the least recently asked for makes room', () => {
    const { cache, computed } = watched(10, 3)
    for (const row of [0, 1, 2, 0, 3]) cache.slotOf(row, () => [])
    expect([0, 1, 2, 3].map(cache.has)).toEqual([true, false, true, true])
    expect(computed).toEqual([[0], [1], [2], [3]])
  })

  test('a released row makes room before slots that were never used', () => {
    const { cache } = watched(10, 5)
    const first = cache.slotOf(0, () => [])
    cache.slotOf(1, () => [])
    cache.release(0)
    cache.release(7)
    expect(cache.slotOf(2, () => [])).toBe(first)
    expect([0, 1, 2].map(cache.has)).toEqual([false, true, true])
  })

  test('what will be asked for soon is computed with it, each once, four at a time; not in a small cache', () => {
    const { cache, computed } = watched(50, 16)
    cache.slotOf(7, () => [])
    cache.slotOf(1, () => [1, 7, 2, 2, 3, 4, 5])
    expect(computed).toEqual([[7], [2, 3, 4, 1]])
    expect([1, 2, 3, 4, 5, 7].map(cache.has)).toEqual([true, true, true, true, false, true])
    const small = watched(50, 15)
    small.cache.slotOf(1, () => [2, 3])
    expect(small.computed).toEqual([[1]])
  })
})
